"""`GetDataCheck` and `GetCounters`: what the archive and the counters hold."""

from __future__ import annotations

from decimal import Decimal

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm, TaxSystem, VatRate
from drivers.ffd.tlv import Tlv, find
from drivers.virtual.counters import Counters, Totals
from drivers.virtual.kkmserver_face.answers import Answer, Json, roubles
from drivers.virtual.kkmserver_face.checks import TAX_OF_RATE, VARIANT_OF_SYSTEM

_KINDS = {
    DocumentForm.REGISTRATION: "Отчет о регистрации",
    DocumentForm.SHIFT_OPENING: "Открытие смены",
    DocumentForm.SHIFT_CLOSING: "Закрытие смены",
    DocumentForm.STATE_REPORT: "Отчет о состоянии расчетов",
    DocumentForm.FN_CLOSING: "Закрытие ФН",
}
_SIGNS = {
    CalculationSign.SALE: ("Приход", "Shell"),
    CalculationSign.SALE_RETURN: ("Возврат прихода", "ShellReturn"),
    CalculationSign.EXPENSE: ("Расход", "Buy"),
    CalculationSign.EXPENSE_RETURN: ("Возврат расхода", "BuyReturn"),
}
_COUNTED_RATES = {
    "Tax20": VatRate.VAT_20,
    "Tax10": VatRate.VAT_10,
    "Tax0": VatRate.VAT_0,
    "TaxNo": VatRate.NO_VAT,
    "Tax120": VatRate.VAT_20_120,
    "Tax110": VatRate.VAT_10_110,
}


def check_of(document: FiscalDocument) -> Answer:
    """`RegisterCheck` of GetDataCheck. Numbers and signs are text there."""
    payments, sign = document.payments, document.calculation_sign
    rows: Json = None
    if sign is not None:
        rows = [_row(tag) for tag in document.tags if tag.tag == 1059]
    return {
        "FiscalNumber": str(document.fiscal_document_number),
        "FiscalDate": document.date_time,
        "CheckType": _kind(document),
        "FiscalSign": str(document.fiscal_sign),
        "CashierName": _text(document.tags, 1021),
        "CashierVATIN": _text(document.tags, 1203),
        "TaxVariant": _variant(document),
        "ClientAddress": _text(document.tags, 1008),
        "SenderEmail": _text(document.tags, 1117),
        "PlaceMarket": _text(document.tags, 1187),
        "Register": rows,
        "Cash": roubles(payments.cash if payments else 0),
        "ElectronicPayment": roubles(payments.cashless if payments else 0),
        "AdvancePayment": roubles(payments.prepaid if payments else 0),
        "Credit": roubles(payments.credit if payments else 0),
        "CashProvision": roubles(payments.consideration if payments else 0),
        "AllSumm": roubles(document.total or 0),
    }


def counters_of(total: Counters, shift: Counters) -> list[Json]:
    """Four rows of totals, then four of the shift."""
    return [
        _counted(period, name, counters.receipts[sign], counters.corrections[sign])
        for period, counters in (("Total", total), ("Shift", shift))
        for sign, (_, name) in _SIGNS.items()
    ]


def _counted(period: str, name: str, receipts: Totals, corrections: Totals) -> Json:
    return {
        "CountersType": period,
        "ReceiptType": name,
        "Count": receipts.count,
        "Sum": roubles(receipts.total),
        "Cash": roubles(receipts.cash),
        "ElectronicPayment": roubles(receipts.cashless),
        "AdvancePayment": roubles(receipts.prepaid),
        "Credit": roubles(receipts.credit),
        "CashProvision": roubles(receipts.consideration),
        **{key: roubles(receipts.vat.get(rate, 0)) for key, rate in _COUNTED_RATES.items()},
        "CorrectionsCount": corrections.count,
        "CorrectionsSum": roubles(corrections.total),
    }


def _kind(document: FiscalDocument) -> str | None:
    if document.calculation_sign is None:
        return _KINDS.get(document.form)
    name, _ = _SIGNS[document.calculation_sign]
    if document.form is DocumentForm.CORRECTION_RECEIPT:
        return f"Коррекция: {name.lower()}"
    return name


def _row(item: Tlv) -> Json:
    tags = item.children
    quantity, cost, rate = find(tags, 1023), find(tags, 1043), find(tags, 1199)
    assert quantity is not None
    assert cost is not None
    assert rate is not None
    assert isinstance(quantity.value, Decimal)
    assert isinstance(cost.value, int)
    return {
        "Name": _text(tags, 1030),
        "Quantity": quantity.value,
        "Amount": roubles(cost.value),
        "Tax": TAX_OF_RATE[VatRate.from_code(rate.raw[0])],
    }


def _variant(document: FiscalDocument) -> str:
    system = find(document.tags, 1055)
    return "" if system is None else VARIANT_OF_SYSTEM[TaxSystem.from_code(system.raw[0])]


def _text(tags: tuple[Tlv, ...], tag: int) -> str:
    found = find(tags, tag)
    return "" if found is None else str(found.value)
