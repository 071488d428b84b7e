"""What the server writes: JSON without floats, its dates, its QR, and the recorded quirks."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from drivers.ffd.document import FiscalDocument
from drivers.ffd.qr import qr_text
from drivers.virtual.kkmserver_face.habits import Quirk

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | Decimal | date | None"
"""An answer; dates become text when it is written, and `date.min` is no date."""
Answer: TypeAlias = "dict[str, Json]"

CYRILLIC_ES = "\u0421"

_OPTIONAL = frozenset(
    {"QRCode", "URL", "SessionCheckNumber", "Warning", "Message", "MessageFrom", "Cash",
     "ElectronicPayment", "AdvancePayment", "Credit", "CashProvision", "LineLength", "UnitName",
     "CheckNumber"}
)  # fmt: skip
_KEPT_INFO = frozenset({"SessionState", "KktNumber", "FnNumber", "RegNumber", "InnOrganization"})
"""What old servers tell of the register."""


def roubles(kopecks: int) -> Decimal:
    return Decimal(kopecks).scaleb(-2)


def qr_of(document: FiscalDocument, *, seconds: bool) -> str:
    """A shift's QR has neither `s` nor `n`."""
    if document.calculation_sign is not None:
        text = qr_text(document)
    else:
        text = (
            f"t={document.date_time:%Y%m%dT%H%M}&fn={document.fiscal_drive_number}"
            f"&i={document.fiscal_document_number}&fp={document.fiscal_sign}"
        )
    minutes = f"{document.date_time:%Y%m%dT%H%M}"
    return text.replace(minutes, f"{document.date_time:%Y%m%dT%H%M%S}", 1) if seconds else text


def url_of(document: FiscalDocument) -> str:
    """The operator's page; there is none at this address."""
    return (
        f"https://check.example.org/?fn={document.fiscal_drive_number}"
        f"&i={document.fiscal_document_number}&fp={document.fiscal_sign}"
    )


def written(answer: Answer, quirks: Collection[Quirk]) -> bytes:
    """The body of an answer, as a server with these quirks writes it."""
    answer = _changed(answer, quirks)
    raw_keys = Quirk.RAW_CONTROL_KEYS in quirks
    return _dump(answer, lambda at: _date(at, quirks), raw_keys).encode()


def _changed(answer: Answer, quirks: Collection[Quirk]) -> Answer:
    first = answer.get("Rezult")
    if isinstance(first, dict):
        answer = {**answer, "Rezult": _changed(first, quirks)}
    if Quirk.FEW_KEYS in quirks:
        answer = _without(answer)
    if Quirk.MESSAGE_PREFIX in quirks and answer.get("Error"):
        answer = {**answer, "Error": f"Message: {answer['Error']}"}
    if Quirk.ON_OF in quirks:
        answer = _renamed(answer, lambda key: "OnOf" if key == "OnOff" else key)
    if Quirk.CYRILLIC_KEYS in quirks:
        answer = _renamed(
            answer, lambda key: CYRILLIC_ES + key[1:] if key.startswith("Counters") else key
        )
    check = answer.get("RegisterCheck")
    if isinstance(check, dict) and not {Quirk.CONTROL_KEYS, Quirk.RAW_CONTROL_KEYS}.isdisjoint(
        quirks
    ):
        names = {chr(number): value for number, value in enumerate(check.values(), 1)}
        answer = {**answer, "RegisterCheck": names}
    if Quirk.NULLS in quirks:
        answer = {key: None if value == "" else value for key, value in answer.items()}
        answer["Error"] = answer["Error"] or ""
    if Quirk.NUMBERS_AS_TEXT in quirks:
        answer = _as_text(answer)
    return answer


def _without(answer: Answer) -> Answer:
    kept = {key: value for key, value in answer.items() if key not in _OPTIONAL}
    info = kept.get("Info")
    if isinstance(info, dict):
        kept["Info"] = {key: value for key, value in info.items() if key in _KEPT_INFO}
    return kept


def _renamed(answer: Answer, rename: Callable[[str], str]) -> Answer:
    def inner(value: Json) -> Json:
        if isinstance(value, dict):
            return {rename(key): inner(one) for key, one in value.items()}
        return [inner(one) for one in value] if isinstance(value, list) else value

    return {rename(key): inner(value) for key, value in answer.items()}


def _as_text(answer: Answer) -> Answer:
    def inner(value: Json) -> Json:
        if isinstance(value, dict):
            return _as_text(value)
        if isinstance(value, list):
            return [inner(one) for one in value]
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        return value

    return {key: inner(value) for key, value in answer.items()}


def _date(at: date, quirks: Collection[Quirk]) -> str:
    if Quirk.NO_DATES in quirks:
        at = date.min
    if not isinstance(at, datetime):
        return f"{at.isoformat()}T00:00:00"
    if Quirk.ZONED_DATES in quirks:
        text = at.isoformat(timespec="microseconds")
        return f"{text[:26]}0{text[26:]}"
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def _dump(value: Json, date_text: Callable[[date], str], raw_keys: bool) -> str:
    """JSON; decimals keep their places, as the server's own do."""

    def inner(value: Json) -> str:
        match value:
            case dict():
                return "{" + ", ".join(_pairs(value)) + "}"
            case list():
                return "[" + ", ".join(map(inner, value)) + "]"
            case Decimal():
                return f"{value:f}"
            case date():
                return json.dumps(date_text(value))
            case _:
                return json.dumps(value, ensure_ascii=False)

    def _pairs(values: Mapping[str, Json]) -> Iterable[str]:
        for key, one in values.items():
            name = f'"{key}"' if raw_keys and key < " " else json.dumps(key, ensure_ascii=False)
            yield f"{name}: {inner(one)}"

    return inner(value)
