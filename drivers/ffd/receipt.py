"""`Receipt`: what we ask the register to record.

Plain frozen values, checked for type at the edge by pydantic; whether they make a lawful
receipt is said by `validation.problems`. Money is integer kopecks, quantity is `Decimal`.
Numbers in the docstrings are FFD tags.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from drivers.ffd import arithmetic
from drivers.ffd.enumerations import (
    AgentFlag,
    CalculationSign,
    CorrectionType,
    DocumentForm,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)

if TYPE_CHECKING:
    from drivers.ffd.requisites import MissingRequisite


class Frozen(BaseModel):
    """An immutable value that takes no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


def _no_float(value: Any) -> Any:
    if isinstance(value, (float, bool)):
        raise ValueError("a quantity is a decimal string or an integer, never a float")
    return value


Kopecks = Annotated[int, Field(strict=True, ge=0, lt=2**48)]
"""An amount of money: integer kopecks, at most six bytes (the VLN limit of the sums)."""

Quantity = Annotated[
    Decimal,
    BeforeValidator(_no_float),
    Field(gt=0, max_digits=15, decimal_places=6, allow_inf_nan=False),
]
"""1023."""

Text = Annotated[str, Field(max_length=4096)]
"""Any text from outside; the limits of each tag are checked by `validation`."""


class Cashier(Frozen):
    """Who takes the money: 1021 and 1203."""

    name: Text
    """1021, position and name."""
    inn: Text | None = None
    """1203, twelve digits."""


class UserRequisite(Frozen):
    """1084, the user's additional requisite."""

    name: Text
    """1085."""
    value: Text
    """1086."""


class IndustryRequisite(Frozen):
    """1260 of an item, 1261 of a receipt."""

    authority: Text
    """1262, identifier of the federal authority, three digits."""
    act_date: date
    """1263."""
    act_number: Text
    """1264."""
    value: Text
    """1265."""


class Buyer(Frozen):
    """Tags 1227 and 1228; wrapped in 1256 together with the rest in FFD 1.2."""

    name: Text | None = None
    """1227."""
    inn: Text | None = None
    """1228."""
    birth_date: date | None = None
    """1243."""
    citizenship: Text | None = None
    """1244, numeric country code."""
    document_kind: Text | None = None
    """1245."""
    document_data: Text | None = None
    """1246."""
    address: Text | None = None
    """1254."""


class AgentData(Frozen):
    """1223, who the agent and the operators are."""

    transfer_operator_phones: tuple[Text, ...] = ()
    """1075."""
    operation: Text | None = None
    """1044."""
    agent_phones: tuple[Text, ...] = ()
    """1073."""
    receiving_operator_phones: tuple[Text, ...] = ()
    """1074."""
    transfer_operator_name: Text | None = None
    """1026."""
    transfer_operator_address: Text | None = None
    """1005."""
    transfer_operator_inn: Text | None = None
    """1016."""


class Supplier(Frozen):
    """1224 and 1226, for whom the agent sells."""

    inn: Text
    """1226, obligatory with an agent flag."""
    name: Text | None = None
    """1225."""
    phones: tuple[Text, ...] = ()
    """1171."""


def _default_cost(data: dict[str, Any]) -> int:
    if "price" not in data or "quantity" not in data:
        return 0  # pydantic 2.10 asks although those fields have failed already
    return arithmetic.item_cost(data["price"], data["quantity"])


class Item(Frozen):
    """1059, one line; price and cost already carry every discount."""

    name: Text
    """1030."""
    price: Kopecks
    """1079, for one unit."""
    quantity: Quantity = Decimal(1)
    """1023."""
    cost: Kopecks = Field(default_factory=_default_cost)
    """1043; price x quantity, rounded half up, when not given."""
    vat_rate: VatRate
    """1199."""
    payment_method: PaymentMethod = PaymentMethod.FULL_PAYMENT
    """1214."""
    payment_subject: PaymentSubject = PaymentSubject.GOODS
    """1212."""
    measure: QuantityMeasure = QuantityMeasure.PIECE
    """2108, FFD 1.2."""
    unit: Text | None = None
    """1197, FFD 1.05 and 1.1."""
    agent: AgentFlag | None = None
    """1222."""
    agent_data: AgentData | None = None
    """1223."""
    supplier: Supplier | None = None
    """1224 and 1226."""
    marking_code: Text | None = None
    """The code as scanned, GS included; becomes 1162 or 1163."""
    excise: Kopecks | None = None
    """1229."""
    country: Text | None = None
    """1230."""
    customs_declaration: Text | None = None
    """1231."""
    additional_requisite: Text | None = None
    """1191."""
    industry_requisites: tuple[IndustryRequisite, ...] = ()
    """1260, FFD 1.2."""


class Payments(Frozen):
    """How the total is covered. All five are always recorded, zeros too."""

    cash: Kopecks = 0
    """1031, net of change."""
    cashless: Kopecks = 0
    """1081."""
    prepaid: Kopecks = 0
    """1215, offset of an advance or a prepayment."""
    credit: Kopecks = 0
    """1216, paid later."""
    consideration: Kopecks = 0
    """1217, in kind."""

    @property
    def total(self) -> int:
        """Sum of all five, kopecks."""
        return self.cash + self.cashless + self.prepaid + self.credit + self.consideration


class VatSum(Frozen):
    """The VAT (or, for 0 % and no VAT, the turnover) of a whole document at one rate."""

    rate: VatRate
    amount: Kopecks


class Correction(Frozen):
    """What makes a receipt a correction receipt."""

    type: CorrectionType
    """1173."""
    settlement_date: date
    """1178, the day of the corrected settlement."""
    order_number: Text | None = None
    """1179, number of the tax authority's order; only for `BY_ORDER`."""
    vat: tuple[VatSum, ...] = ()
    """1102-1107, 1115; FFD 1.05 only, where a correction has no items to compute them from."""


class Receipt(Frozen):
    """A receipt or a correction receipt (forms 3 and 31)."""

    calculation_sign: CalculationSign
    """1054."""
    tax_system: TaxSystem
    """1055."""
    items: tuple[Item, ...] = ()
    """1059; empty only in a correction of FFD 1.05."""
    payments: Payments
    """1031, 1081, 1215-1217."""
    cash_tendered: Kopecks | None = None
    """Cash handed over by the buyer; the change is what exceeds `payments.cash`. No tag."""
    cashier: Cashier
    """1021, 1203."""
    buyer_contact: Text | None = None
    """1008, `+` and digits, or an e-mail."""
    buyer: Buyer | None = None
    """1227, 1228, 1256."""
    user_requisite: UserRequisite | None = None
    """1084."""
    additional_requisite: Text | None = None
    """1192; in a reversal: the fiscal sign of the wrong receipt."""
    industry_requisites: tuple[IndustryRequisite, ...] = ()
    """1261, FFD 1.2."""
    internet: bool = False
    """1125, a settlement in the internet."""
    print_paper: bool = True
    """False: electronic receipt only. No tag."""
    original_date: date | None = None
    """Day of the settlement that this document refers to (return, loan payment). No tag;
    permits the VAT rate of that day."""
    correction: Correction | None = None
    """1173, 1174."""

    @property
    def form(self) -> DocumentForm:
        return DocumentForm.CORRECTION_RECEIPT if self.correction else DocumentForm.RECEIPT

    @property
    def total(self) -> int:
        """1020, kopecks: the items' cost, or the payments where there are no items."""
        if not self.items:
            return self.payments.total
        return sum(item.cost for item in self.items)

    @property
    def change(self) -> int:
        """Kopecks to hand back to the buyer."""
        if self.cash_tendered is None:
            return 0
        return max(0, self.cash_tendered - self.payments.cash)

    def missing_requisites(self, version: FfdVersion) -> tuple[MissingRequisite, ...]:
        """What `version` obliges the document to hold and this receipt does not bring.

        Conditional requisites count where the receipt itself shows that their condition
        holds. What the register supplies (1018, 1037, 1040, 1041, 1077, ...) never counts.
        """
        from drivers.ffd.requisites import missing_requisites

        return missing_requisites(self, version)
