"""What the texts of errors mean to a screen.

KkmServer passes on the texts of the drivers below it, each with codes of its own: so words
decide, and the text is kept. Source: the texts that were recorded, and words for the rest;
none of them is proof that nothing was recorded, the tape is.
"""

from __future__ import annotations

import re

from drivers.kkmserver.answers import Answer, Status
from drivers.register import Reason, Refused

_SHAPE = re.compile(r"\(\s*(\d{1,6})\s*[:\-\u2013]\s*(?:ККТ:?\s*)?(.*?)\s*\)?\s*$", re.DOTALL)
"""`<what failed> ( 61 : ККТ: <reason> )`, `<what failed> ( 142-ККТ: <reason> )`."""
_PREFIX = "Message:"

_LOOK_UP = re.compile(r"^устройство\b.*\bне найдено", re.IGNORECASE | re.DOTALL)
"""The device was looked for before anything was done."""

_WORDS: tuple[tuple[str, Reason], ...] = (
    (r"лиценз", Reason.OTHER),
    (r"получить данные чека", Reason.NOT_FOUND),
    (r"неопознанная команда|не поддерживается", Reason.UNSUPPORTED),
    (r"ошибка разбора", Reason.BAD_REQUEST),
    (r"смена (уже )?открыта", Reason.SHIFT_OPEN),
    (r"смена (не открыта|закрыта|уже закрыта)", Reason.SHIFT_CLOSED),
    (r"превысила|24 час|смена истекла", Reason.SHIFT_EXPIRED),
    (r"\bфн\b.*\bсрок|срок.*\bфн\b|ресурс", Reason.FN_EXPIRED),
    (r"\bофд\b.*(заполн|30 дн)|30 дней", Reason.OFD_BLOCKED),
    (r"\bфн\b.*(заполн|переполн)", Reason.FN_FULL),
    (r"\bфн\b.*(отказ|неисправ)", Reason.FN_FAULT),
    (r"не найден[оа]\b|не настроено|отключено|нет (ответа|связи)", Reason.DEVICE_MISSING),
    (r"продолж\w* печат", Reason.WAITS_FOR_CONTINUE),
    (r"\bбумаг|\bлент[аыуе]?\b", Reason.PAPER_OUT),
    (r"крышк", Reason.COVER_OPEN),
    (r"не хватает|недостаточно (денег|налич|средств)|нет суммы", Reason.NOT_ENOUGH_CASH),
    (r"\bзанят|выполняется|ид[её]т печать", Reason.BUSY),
    (r"неверный пароль", Reason.WRONG_PASSWORD),
    (r"(дат|врем).*(раньше|не совпада|подтверд)|подтвер\w+ дат", Reason.CLOCK_WRONG),
    (r"открыт чек|чек открыт", Reason.DOCUMENT_OPEN),
    (r"\bитог|(?<!контрольной )\bсумм|\bоплат", Reason.WRONG_SUM),
)
"""The first that fits."""


def refusal(answer: Answer) -> Refused:
    """An answer that is not good, as an ending of the contract; the text goes with it."""
    text = _text(answer)
    shape = _SHAPE.search(text)
    code = int(shape[1]) if shape else None
    return Refused(_reason(answer.status, text.lower()), text or "no text", code)


def warns_of_torn_print(answer: Answer) -> bool:
    """True where a document is recorded, and the paper ended before its print did."""
    return _reason(answer.status, answer.fields.text("Warning").lower()) is Reason.PAPER_OUT


def precedes_execution(answer: Answer) -> bool:
    """True where the device was not found, so that no command can have reached it."""
    return answer.status is Status.NOT_FOUND or bool(_LOOK_UP.search(_text(answer)))


def _text(answer: Answer) -> str:
    return answer.error.removeprefix(_PREFIX).strip()


def _reason(status: Status, text: str) -> Reason:
    if status is Status.NOT_FOUND:
        return Reason.DEVICE_MISSING
    for words, reason in _WORDS:
        if re.search(words, text):
            return reason
    return Reason.OTHER
