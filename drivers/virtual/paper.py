"""What stands on paper: every document as lines of 48 characters.

A document is rendered from its recorded requisites, so that paper and archive agree. All of
it is training output, and says so above and below.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from drivers.ffd import cp866
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import (
    DocumentForm,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)
from drivers.ffd.printing import roubles
from drivers.ffd.qr import qr_text
from drivers.ffd.tlv import Tlv, find
from drivers.virtual.counters import Counters, Totals, document_vat
from drivers.virtual.registration import Registration

WIDTH = 48
MARK = "*** УЧЕБНЫЙ, НЕФИСКАЛЬНЫЙ ***"
CUT = "- " * (WIDTH // 2)
TORN = ("!" * WIDTH, "ПЕЧАТЬ ПРЕРВАНА, ДОКУМЕНТ НЕДЕЙСТВИТЕЛЕН".center(WIDTH), "!" * WIDTH)
"""Stands under the torn piece when the document is printed again."""

_LINE = "-" * WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPaper:
    """What paper shows of a receipt beside its requisites."""

    tendered: int = 0
    """Cash handed over, kopecks."""
    change: int = 0
    texts: Sequence[tuple[int, str]] = ()
    """Free lines, each after so many items."""
    hidden: frozenset[int] = field(default_factory=frozenset)
    """Indexes of items that are not printed."""


PLAIN = ReceiptPaper()


def two(left: str, right: str) -> Iterator[str]:
    """Left and right on one line, or below each other where they do not fit."""
    if not right:
        yield from textwrap.wrap(left, WIDTH)
        return
    if len(left) + len(right) < WIDTH:
        yield left + right.rjust(WIDTH - len(left))
        return
    yield from textwrap.wrap(left, WIDTH)
    for line in textwrap.wrap(right, WIDTH):
        yield line.rjust(WIDTH)


def centred(text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, WIDTH):
        yield line.center(WIDTH).rstrip()


def marked(lines: Iterable[str]) -> tuple[str, ...]:
    """A document between its two training marks, in characters that can be printed."""
    body = (cp866.fit(line, WIDTH) for line in lines)
    return (MARK.center(WIDTH).rstrip(), *body, MARK.center(WIDTH).rstrip(), CUT)


def copy_of(lines: Sequence[str]) -> tuple[str, ...]:
    return ("КОПИЯ".center(WIDTH).rstrip(), *lines)


def render(
    document: FiscalDocument, registration: Registration, extra: ReceiptPaper = PLAIN
) -> tuple[str, ...]:
    """A fiscal document on paper."""
    return marked(_document(document, registration, extra))


def render_totals(
    title: str, at: datetime, shift: int, counters: Counters, cash: int
) -> tuple[str, ...]:
    """The totals of a shift (X)."""
    return marked(
        (
            *centred(title),
            *two(f"СМЕНА {shift}", f"{at:%d.%m.%y %H:%M}"),
            *_totals(counters),
            *two("НАЛИЧНЫХ В ДЕНЕЖНОМ ЯЩИКЕ", f"={roubles(cash)}"),
        )
    )


def render_slip(
    title: str, at: datetime, number: int, cashier: str, amount: int
) -> tuple[str, ...]:
    """Cash in and cash out."""
    return marked(
        (
            *centred(title),
            *two(f"ДОКУМЕНТ {number}", f"{at:%d.%m.%y %H:%M}"),
            *two("КАССИР", cashier),
            *two("СУММА", f"={roubles(amount)}"),
        )
    )


def render_cancelled(at: datetime, subtotal: int) -> tuple[str, ...]:
    return marked(
        (
            *centred("ЧЕК АННУЛИРОВАН"),
            *two(f"{at:%d.%m.%y %H:%M}", f"={roubles(subtotal)}"),
        )
    )


def _document(
    document: FiscalDocument, registration: Registration, extra: ReceiptPaper
) -> Iterator[str]:
    yield from centred(registration.owner_name)
    yield from centred(_text(document, 1009) or registration.settlement_address)
    yield from two("МЕСТО РАСЧЕТОВ", _text(document, 1187) or registration.settlement_place)
    yield from centred(document.form.name_ru.upper())
    if document.calculation_sign is not None:
        yield from _receipt(document, extra)
    else:
        yield from _report(document)
    yield _LINE
    if cashier := _text(document, 1021):
        yield from two("КАССИР", cashier)
    if inn := _text(document, 1203):
        yield from two("ИНН КАССИРА", inn)
    yield from two(f"ИНН {registration.owner_inn}", f"{document.date_time:%d.%m.%y %H:%M}")
    yield from two("РН ККТ", registration.registration_number)
    yield from two("ЗН ККТ", registration.serial_number)
    if document.shift_number is not None:
        receipt = "" if document.receipt_number is None else f"ЧЕК {document.receipt_number}"
        yield from two(f"СМЕНА {document.shift_number}", receipt)
    yield from two("ФН", document.fiscal_drive_number)
    yield from two("ФД", str(document.fiscal_document_number))
    yield from two("ФП", f"{document.fiscal_sign:010}")
    if document.calculation_sign is not None:
        yield from two("САЙТ ФНС", "www.nalog.gov.ru")
        yield from textwrap.wrap(f"QR: {qr_text(document)}", WIDTH)


def _receipt(document: FiscalDocument, extra: ReceiptPaper) -> Iterator[str]:
    assert document.calculation_sign is not None
    assert document.payments is not None
    assert document.total is not None
    yield from centred(document.calculation_sign.printed)
    if document.form is DocumentForm.CORRECTION_RECEIPT:
        yield from _correction(document)
    yield _LINE
    items = [tlv for tlv in document.tags if tlv.tag == 1059]
    for index, item in enumerate(items):
        yield from (text for place, text in extra.texts if place == index)
        if index not in extra.hidden:
            yield from _item(index + 1, item)
    yield from (text for place, text in extra.texts if place >= len(items))
    yield _LINE
    yield from two("ИТОГ", f"={roubles(document.total)}")
    payments = document.payments
    for title, amount in (
        ("НАЛИЧНЫМИ", payments.cash),
        ("БЕЗНАЛИЧНЫМИ", payments.cashless),
        ("ПРЕДВАРИТЕЛЬНАЯ ОПЛАТА (АВАНС)", payments.prepaid),
        ("ПОСЛЕДУЮЩАЯ ОПЛАТА (КРЕДИТ)", payments.credit),
        ("ИНАЯ ФОРМА ОПЛАТЫ", payments.consideration),
    ):
        if amount:
            yield from two(title, f"={roubles(amount)}")
    if extra.change:
        yield from two("ПОЛУЧЕНО НАЛИЧНЫМИ", f"={roubles(extra.tendered)}")
        yield from two("СДАЧА", f"={roubles(extra.change)}")
    for rate, amount in document_vat(document).items():
        yield from two(_vat_title(rate), f"={roubles(amount)}")
    tax_system = find(document.tags, 1055)
    if tax_system is not None:
        yield from two("СНО", TaxSystem.from_code(tax_system.raw[0]).printed)
    if contact := _text(document, 1008):
        title = "ЭЛ. АДР. ПОКУПАТЕЛЯ" if "@" in contact else "ТЕЛ. ПОКУПАТЕЛЯ"
        yield from two(title, contact)
        yield from two("ЭЛ. АДР. ОТПРАВИТЕЛЯ", _text(document, 1117))
    if document.user_requisite is not None:
        yield from two(document.user_requisite.name, document.user_requisite.value)
    if requisite := _text(document, 1192):
        yield from two("ДОП. РЕКВИЗИТ ЧЕКА", requisite)


def _correction(document: FiscalDocument) -> Iterator[str]:
    kind = find(document.tags, 1173)
    by_order = kind is not None and kind.raw == b"\1"
    yield from two("ТИП КОРРЕКЦИИ", "ПО ПРЕДПИСАНИЮ" if by_order else "САМОСТОЯТЕЛЬНО")
    basis = find(document.tags, 1174)
    if basis is not None:
        day, order = basis.child(1178), basis.child(1179)
        if day is not None and isinstance(day.value, datetime):
            yield from two("ДАТА РАСЧЕТА", f"{day.value:%d.%m.%Y}")
        if order is not None:
            yield from two("ПРЕДПИСАНИЕ", str(order.value))


def _item(number: int, item: Tlv) -> Iterator[str]:
    def of(tag: int) -> int:
        found = item.child(tag)
        return found.value if found is not None and isinstance(found.value, int) else 0

    name, quantity = item.child(1030), item.child(1023)
    amount = quantity.value if quantity is not None else Decimal(1)
    assert isinstance(amount, Decimal)
    yield from textwrap.wrap(f"{number}. {'' if name is None else str(name.value)}", WIDTH)
    measure = item.child(2108)
    unit = QuantityMeasure.from_code(measure.raw[0]).printed if measure is not None else ""
    counted = f"{amount:f} {unit}".rstrip()
    yield from two(f"  {counted} x {roubles(of(1079))}", f"={roubles(of(1043))}")
    rate = VatRate.from_code(of(1199))
    method, subject = (
        PaymentMethod.from_code(of(1214)).printed,
        PaymentSubject.from_code(of(1212)).printed,
    )
    yield from two(f"  {subject} {method}".rstrip(), "")
    if rate.percent:
        yield from two(f"  {rate.printed}", f"={roubles(of(1200))}")
    elif rate.printed:
        yield from two(f"  {rate.printed}", "")


def _report(document: FiscalDocument) -> Iterator[str]:
    yield _LINE
    for tag, title in _REPORT_LINES:
        found = find(document.tags, tag)
        if found is not None:
            value = found.value
            shown = f"{value:%d.%m.%y %H:%M}" if isinstance(value, datetime) else str(value)
            yield from two(title, shown)
    if document.form is DocumentForm.REGISTRATION:
        systems = find(document.tags, 1062)
        bits = systems.raw[0] if systems is not None else 0
        yield from two("СНО", ", ".join(s.printed for s in TaxSystem if s & bits))


def _totals(counters: Counters) -> Iterator[str]:
    groups = (("", counters.receipts), ("КОРРЕКЦИЯ: ", counters.corrections))
    for prefix, by_sign in groups:
        for sign, totals in by_sign.items():
            if not totals.count:
                continue
            yield from two(f"{prefix}{sign.printed} {totals.count}", f"={roubles(totals.total)}")
            yield from _payments(totals)
    for title, moved in (("ВНЕСЕНИЯ", counters.cash_in), ("ВЫПЛАТЫ", counters.cash_out)):
        yield from two(f"{title} {moved.count}", f"={roubles(moved.amount)}")


def _payments(totals: Totals) -> Iterator[str]:
    for title, amount in (
        ("НАЛИЧНЫМИ", totals.cash),
        ("БЕЗНАЛИЧНЫМИ", totals.cashless),
        ("АВАНСАМИ", totals.prepaid),
        ("КРЕДИТАМИ", totals.credit),
        ("ИНЫМИ", totals.consideration),
    ):
        if amount:
            yield from two(f"  {title}", f"={roubles(amount)}")
    for rate, amount in totals.vat.items():
        yield from two(f"  {_vat_title(rate)}", f"={roubles(amount)}")


def _vat_title(rate: VatRate) -> str:
    if rate is VatRate.NO_VAT:
        return "СУММА БЕЗ НДС"
    if rate is VatRate.VAT_0:
        return "СУММА С НДС 0%"
    return f"СУММА {rate.printed}"


def _text(document: FiscalDocument, tag: int) -> str:
    found = find(document.tags, tag)
    return "" if found is None else str(found.value)


_REPORT_LINES = (
    (1118, "ЧЕКОВ ЗА СМЕНУ"),
    (1111, "ФД ЗА СМЕНУ"),
    (1097, "НЕ ПЕРЕДАНО ФД"),
    (1098, "НЕ ПЕРЕДАНЫ С"),
    (1116, "ПЕРВЫЙ НЕПЕРЕДАННЫЙ ФД"),
    (1050, "РЕСУРС ФН НА ИСХОДЕ"),
    (1051, "СРОЧНАЯ ЗАМЕНА ФН"),
    (1052, "ПАМЯТЬ ФН ЗАПОЛНЕНА"),
    (1053, "ОФД НЕ ОТВЕЧАЕТ"),
    (1213, "РЕСУРС КЛЮЧЕЙ, ДНЕЙ"),
    (1046, "ОФД"),
    (1017, "ИНН ОФД"),
    (1188, "ВЕРСИЯ ККТ"),
)
