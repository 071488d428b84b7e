"""The commands other than receipts, as the service takes them; which device is added later."""

from __future__ import annotations

from decimal import Decimal

from drivers.ffd.receipt import Cashier

Command = dict[str, object]


def roubles(kopecks: int) -> Decimal:
    return Decimal(kopecks) / 100


def cashier_fields(cashier: Cashier) -> Command:
    """1021, 1203."""
    fields: Command = {"CashierName": cashier.name}
    if cashier.inn:
        fields["CashierVATIN"] = cashier.inn
    return fields


def data_of_register() -> Command:
    return {"Command": "GetDataKKT"}


def list_devices(**filters: object) -> Command:
    return {"Command": "List", **filters}


def counters() -> Command:
    """Since 2.2.10.25, of registers of FFD 1.2."""
    return {"Command": "GetCounters"}


def open_shift(cashier: Cashier) -> Command:
    return {"Command": "OpenShift", "NotPrint": False, **cashier_fields(cashier)}


def close_shift(cashier: Cashier) -> Command:
    return {"Command": "CloseShift", "NotPrint": False, **cashier_fields(cashier)}


def x_report() -> Command:
    return {"Command": "XReport"}


def cash_in(amount: int, cashier: Cashier) -> Command:
    return {"Command": "DepositingCash", "Amount": roubles(amount), **cashier_fields(cashier)}


def cash_out(amount: int, cashier: Cashier) -> Command:
    return {"Command": "PaymentCash", "Amount": roubles(amount), **cashier_fields(cashier)}


def open_drawer() -> Command:
    return {"Command": "OpenCashDrawer"}


def continue_print() -> Command:
    return {"Command": "ContinuePrint"}


def document(number: int, copies: int = 0) -> Command:
    """One document of the FN; 0 is the last one. With `copies` it is printed again."""
    return {"Command": "GetDataCheck", "FiscalNumber": number, "NumberCopies": copies}
