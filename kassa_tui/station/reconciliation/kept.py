"""Documents of the tape as the journal keeps them: what is compared, and nobody's contact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError

from drivers.ffd.document import FiscalDocument
from drivers.ffd.receipt import Payments
from drivers.ffd.tlv import Tlv, Value, find
from kassa_tui.station.reconciliation.sides import TapeDocument, TapeItem
from kassa_tui.station.tape import payment_named

_MOST_ITEMS = 100
_MOST_NAME = 128
_SIGN = re.compile(r"[0-9]{1,10}")
_ADAPTER = TypeAdapter(TapeDocument)


def compared(document: FiscalDocument) -> TapeDocument:
    """What is compared of a document as the register told it."""
    paid, tags = document.payments, document.tags
    return TapeDocument(
        form=document.form,
        fiscal_drive_number=document.fiscal_drive_number,
        fiscal_document_number=document.fiscal_document_number,
        fiscal_sign=document.fiscal_sign,
        date_time=document.date_time,
        shift_number=document.shift_number,
        receipt_number=document.receipt_number,
        calculation_sign=document.calculation_sign,
        total=document.total,
        cash=None if paid is None else paid.cash,
        cashless=None if paid is None else paid.cashless,
        prepaid=None if paid is None else paid.prepaid,
        other=0 if paid is None else paid.credit + paid.consideration,
        tax_system=_number(tags, 1055),
        named=payment_named(document),
        corrects=_corrects(tags),
        items=tuple(_item(tag) for tag in tags if tag.tag == 1059)[:_MOST_ITEMS],
    )


def kept(document: TapeDocument) -> str:
    """JSON for the journal."""
    return _ADAPTER.dump_json(document, exclude_defaults=True).decode()


def read(rows: Mapping[int, str]) -> dict[int, TapeDocument]:
    """Documents by number; those that another version has kept in another way are left out."""
    found: dict[int, TapeDocument] = {}
    for number, text in rows.items():
        try:
            found[number] = _ADAPTER.validate_json(text)
        except ValidationError:
            continue  # it is read from the tape again
    return found


def document_of(document: TapeDocument) -> FiscalDocument:
    """The document again, without the requisites that are not compared."""
    paid = None
    if document.cash is not None and not document.other:
        paid = Payments(
            cash=document.cash, cashless=document.cashless or 0, prepaid=document.prepaid or 0
        )
    return FiscalDocument(
        form=document.form,
        fiscal_drive_number=document.fiscal_drive_number,
        fiscal_document_number=document.fiscal_document_number,
        fiscal_sign=document.fiscal_sign,
        date_time=document.date_time,
        shift_number=document.shift_number,
        receipt_number=document.receipt_number,
        calculation_sign=document.calculation_sign,
        total=document.total,
        payments=paid,
    )


def _corrects(tags: tuple[Tlv, ...]) -> int | None:
    text = _value(tags, 1192)
    if not isinstance(text, str) or not _SIGN.fullmatch(text.strip()):
        return None
    return int(text)


def _item(tag: Tlv) -> TapeItem:
    inside = tag.children
    name, quantity = _value(inside, 1030), _value(inside, 1023)
    return TapeItem(
        name=name.strip()[:_MOST_NAME] if isinstance(name, str) else "",
        quantity=Decimal(quantity) if isinstance(quantity, int | Decimal) else Decimal(0),
        price=_number(inside, 1079) or 0,
        cost=_number(inside, 1043) or 0,
    )


def _number(tags: tuple[Tlv, ...], tag: int) -> int | None:
    value = _value(tags, tag)
    return value if isinstance(value, int) else None


def _value(tags: tuple[Tlv, ...], tag: int) -> Value | None:
    found = find(tags, tag)
    return None if found is None else found.value
