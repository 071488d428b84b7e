"""`RegisterCheck`: from JSON to what the register records.

A row's price (1079) carries the discount: it follows from `Amount`, and `Price` stands only
where it gives that sum. Totals of a correction (FFD 1.05): `SumTax...` are the values of
1102-1107.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from typing import TypeVar

from drivers.ffd.arithmetic import item_cost
from drivers.ffd.composition import document_extra_tags, item_extra_tags
from drivers.ffd.enumerations import (
    AgentFlag,
    CalculationSign,
    CorrectionType,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import (
    AgentData,
    Buyer,
    Cashier,
    Correction,
    Item,
    Payments,
    Receipt,
    Supplier,
    UserRequisite,
    VatSum,
)
from drivers.ffd.tlv import Tlv
from drivers.virtual.facts import ItemLine
from drivers.virtual.kkmserver_face import markup
from drivers.virtual.kkmserver_face.failures import unreadable
from drivers.virtual.kkmserver_face.reading import Fields
from drivers.virtual.paper import WIDTH
from drivers.virtual.refusals import DeviceRefused, Refusal

MAX_LINES = 1000

SIGNS = {
    0: CalculationSign.SALE,
    1: CalculationSign.SALE_RETURN,
    2: CalculationSign.SALE,
    3: CalculationSign.SALE_RETURN,
    10: CalculationSign.EXPENSE,
    11: CalculationSign.EXPENSE_RETURN,
    12: CalculationSign.EXPENSE,
    13: CalculationSign.EXPENSE_RETURN,
}
"""By `TypeCheck`."""
CORRECTIONS = (2, 3, 12, 13)

RATES = {
    -1: VatRate.NO_VAT,
    0: VatRate.VAT_0,
    5: VatRate.VAT_5,
    7: VatRate.VAT_7,
    10: VatRate.VAT_10,
    20: VatRate.VAT_20,
    22: VatRate.VAT_22,
    105: VatRate.VAT_5_105,
    107: VatRate.VAT_7_107,
    110: VatRate.VAT_10_110,
    120: VatRate.VAT_20_120,
    122: VatRate.VAT_22_122,
}
"""By `Tax`."""
TAX_OF_RATE = {rate: tax for tax, rate in RATES.items()}

TAX_SYSTEMS = {str(number): system for number, system in enumerate(TaxSystem)}
"""By `TaxVariant`, which may be text or a number."""
VARIANT_OF_SYSTEM = {system: variant for variant, system in TAX_SYSTEMS.items()}

_VAT_SUMS = {
    "SumTaxNone": VatRate.NO_VAT,
    "SumTax0": VatRate.VAT_0,
    "SumTax10": VatRate.VAT_10,
    "SumTax20": VatRate.VAT_20,
    "SumTax110": VatRate.VAT_10_110,
    "SumTax120": VatRate.VAT_20_120,
}
_OWN_TAGS = {"SenderEmail": 1117, "AddressSettle": 1009, "PlaceMarket": 1187}
_DEFAULT_CASHIER = "Кассир"


@dataclass(frozen=True, slots=True)
class Row:
    """One `Register`."""

    line: ItemLine
    tags: tuple[Tlv, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A fiscal check."""

    sign: CalculationSign
    correction: CorrectionType | None
    lines: tuple[Row | tuple[str, ...], ...]
    """Rows, and lines of print, in their order."""
    tags: tuple[Tlv, ...]
    payments: Payments
    amount: int | None
    """Total of a correction without rows, kopecks."""
    vat: tuple[VatSum, ...]
    tax_system: int
    cashier: Cashier
    prints: bool

    @property
    def has_rows(self) -> bool:
        return any(isinstance(line, Row) for line in self.lines)


def read_check(fields: Fields, version: FfdVersion, systems: frozenset[TaxSystem]) -> Check:
    """Raises `Failure`, or `DeviceRefused` for what cannot be recorded."""
    kind = fields.whole("TypeCheck")
    if kind not in SIGNS:
        raise unreadable(f"TypeCheck = {kind}")
    sign, cashier = SIGNS[kind], cashier_of(fields)
    tax_system = _tax_system(fields, systems)
    receipt = _told(
        lambda: Receipt(
            calculation_sign=sign,
            tax_system=TaxSystem.GENERAL,
            payments=Payments(),
            cashier=cashier,
            buyer_contact=fields.text("ClientAddress") or None,
            buyer=_buyer(fields),
            user_requisite=_user_requisite(fields),
            additional_requisite=fields.text("AdditionalAttribute") or None,
            internet=bool(fields.flag("InternetMode")),
            correction=_correction(fields) if kind in CORRECTIONS else None,
        )
    )
    own = tuple(
        Tlv.of(tag, text) for key, tag in _OWN_TAGS.items() if (text := fields.text(key).strip())
    )
    tags = _told(lambda: document_extra_tags(receipt, version))
    return Check(
        sign=sign,
        correction=receipt.correction.type if receipt.correction else None,
        lines=tuple(_lines(fields, version)),
        tags=(*(tag for tag in tags if tag.tag not in (1021, 1203)), *own),
        payments=_told(lambda: _payments(fields)),
        amount=fields.kopecks("Amount"),
        vat=tuple(
            VatSum(rate=rate, amount=amount)
            for key, rate in _VAT_SUMS.items()
            if (amount := _amount(fields, key))
        ),
        tax_system=tax_system,
        cashier=cashier,
        prints=not fields.flag("NotPrint"),
    )


def cashier_of(fields: Fields) -> Cashier:
    name = fields.text("CashierName").strip() or _DEFAULT_CASHIER
    return _told(lambda: Cashier(name=name, inn=fields.text("CashierVATIN").strip() or None))


def slip_lines(fields: Fields) -> list[str]:
    """A check that is not fiscal, or a document, as lines of print."""
    lines: list[str] = []
    for part in _strings(fields):
        lines += _printed(part)
        if row := part.part("Register"):
            total = Decimal(row.kopecks("Amount") or 0).scaleb(-2)
            lines += markup.printed(f"{row.text('Name')}<#0#>={total}", WIDTH)
    return lines


def _strings(fields: Fields) -> list[Fields]:
    parts = list(fields.parts("CheckStrings"))
    if len(parts) > MAX_LINES:
        raise unreadable(f"CheckStrings: больше {MAX_LINES} строк")
    return parts


def _lines(fields: Fields, version: FfdVersion) -> list[Row | tuple[str, ...]]:
    lines: list[Row | tuple[str, ...]] = []
    for part in _strings(fields):
        if text := tuple(_printed(part)):
            lines.append(text)
        if register := part.part("Register"):
            lines.append(_row(register, version))
    return lines


def _printed(part: Fields) -> list[str]:
    """What an element prints beside its row; pictures are named only."""
    lines: list[str] = []
    if text := part.part("PrintText"):
        lines += markup.printed(text.text("Text"), WIDTH)
    if part.part("PrintImage"):
        lines.append("[рисунок]")
    if code := part.part("BarCode"):
        lines += markup.printed(f"[{code.text('BarcodeType')}: {code.text('Barcode')}]", WIDTH)
    return lines


def _row(register: Fields, version: FfdVersion) -> Row:
    quantity, amount = register.quantity("Quantity"), register.kopecks("Amount")
    if quantity is None or amount is None:
        raise unreadable("в строке чека нужны Quantity и Amount")
    if amount < 0 or quantity <= 0:
        raise DeviceRefused(Refusal.QUANTITY_RANGE if amount >= 0 else Refusal.WRONG_SUM)
    tax = register.whole("Tax")
    rate = RATES.get(-1 if tax is None else tax)
    if rate is None:
        raise DeviceRefused(Refusal.UNSUPPORTED_RATE, str(tax))
    price = _price(register.kopecks("Price"), quantity, amount)
    item = _told(
        lambda: Item(
            name=register.text("Name"),
            price=price,
            quantity=quantity,
            cost=amount,
            vat_rate=rate,
            payment_method=_member(PaymentMethod, register, "SignMethodCalculation", 4),
            payment_subject=_member(PaymentSubject, register, "SignCalculationObject", 1),
            measure=_member(QuantityMeasure, register, "MeasureOfQuantity", 0),
            unit=register.text("MeasurementUnit") or None,
            agent=_agent(register),
            agent_data=_agent_data(register),
            supplier=_supplier(register),
            marking_code=_marking_code(register),
            excise=register.kopecks("ExciseAmount"),
            country=register.text("CountryOfOrigin") or None,
            customs_declaration=register.text("CustomsDeclaration") or None,
            additional_requisite=register.text("AdditionalAttribute") or None,
        )
    )
    line = ItemLine(
        name=item.name,
        price=item.price,
        quantity=item.quantity,
        cost=item.cost,
        vat_rate=item.vat_rate,
        method=item.payment_method,
        subject=item.payment_subject,
    )
    return Row(line, _told(lambda: item_extra_tags(item, version)))


def _price(told: int | None, quantity: Decimal, amount: int) -> int:
    if told is not None and told >= 0 and item_cost(told, quantity) == amount:
        return told
    return int((amount / quantity).to_integral_value(ROUND_HALF_UP))


_Code = TypeVar("_Code", bound=IntEnum)


def _member(codes: type[_Code], fields: Fields, key: str, default: int) -> _Code:
    value = fields.whole(key)
    return codes(default if value is None else value)


def _agent(register: Fields) -> AgentFlag | None:
    sign = register.whole("AgentSign")
    if sign is None:
        return None
    if not 0 <= sign <= 6:
        raise DeviceRefused(Refusal.BAD_PARAMETER, f"AgentSign = {sign}")
    return AgentFlag(1 << sign)


def _agent_data(register: Fields) -> AgentData | None:
    data = register.part("AgentData")
    if data is None:
        return None
    return AgentData(
        operation=data.text("PayingAgentOperation") or None,
        agent_phones=_phones(data, "PayingAgentPhone"),
        receiving_operator_phones=_phones(data, "ReceivePaymentsOperatorPhone"),
        transfer_operator_phones=_phones(data, "MoneyTransferOperatorPhone"),
        transfer_operator_name=data.text("MoneyTransferOperatorName") or None,
        transfer_operator_address=data.text("MoneyTransferOperatorAddress") or None,
        transfer_operator_inn=data.text("MoneyTransferOperatorVATIN") or None,
    )


def _supplier(register: Fields) -> Supplier | None:
    data = register.part("PurveyorData")
    if data is None:
        return None
    return Supplier(
        inn=data.text("PurveyorVATIN"),
        name=data.text("PurveyorName") or None,
        phones=_phones(data, "PurveyorPhone"),
    )


def _phones(data: Fields, key: str) -> tuple[str, ...]:
    text = data.text(key)
    return (text,) if text else ()


def _marking_code(register: Fields) -> str | None:
    data = register.part("GoodCodeData")
    return data.text("BarCode") or None if data else None


def _buyer(fields: Fields) -> Buyer | None:
    name, inn = fields.text("ClientInfo"), fields.text("ClientINN")
    return Buyer(name=name or None, inn=inn or None) if name or inn else None


def _user_requisite(fields: Fields) -> UserRequisite | None:
    attribute = fields.part("UserAttribute")
    if attribute is None or not (attribute.text("Name") or attribute.text("Value")):
        return None
    return UserRequisite(name=attribute.text("Name"), value=attribute.text("Value"))


def _correction(fields: Fields) -> Correction:
    day = fields.day("CorrectionBaseDate")
    if day is None:
        raise DeviceRefused(Refusal.TAG_MISSING, "1178")
    return Correction(
        type=_member(CorrectionType, fields, "CorrectionType", 0),
        settlement_date=day,
        order_number=fields.text("CorrectionBaseNumber") or None,
    )


def _payments(fields: Fields) -> Payments:
    return Payments(
        cash=_amount(fields, "Cash"),
        cashless=_amount(fields, "ElectronicPayment"),
        prepaid=_amount(fields, "AdvancePayment"),
        credit=_amount(fields, "Credit"),
        consideration=_amount(fields, "CashProvision"),
    )


def _amount(fields: Fields, key: str) -> int:
    return fields.kopecks(key) or 0


def _tax_system(fields: Fields, systems: frozenset[TaxSystem]) -> int:
    """1055; without `TaxVariant` the only system of the registration."""
    variant = fields.text("TaxVariant")
    if not variant:
        if len(systems) != 1:
            raise DeviceRefused(Refusal.TAX_SYSTEM, "none of several is named")
        return min(systems)
    if variant not in TAX_SYSTEMS:
        raise DeviceRefused(Refusal.TAX_SYSTEM, variant[:20])
    return TAX_SYSTEMS[variant]


_Value = TypeVar("_Value")


def _told(make: Callable[[], _Value]) -> _Value:
    """A value of the formats; what they cannot hold is refused as the register would."""
    try:
        return make()
    except ValueError as error:
        raise DeviceRefused(Refusal.BAD_PARAMETER, str(error)[:200]) from error
