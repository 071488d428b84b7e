"""The open document: what a host adds to it, the rules, and the requisites it becomes.

A document goes into the FN whole, when it is closed; until then it exists only here and is
lost with the power. Whoever breaks a rule leaves it as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from drivers.ffd import cp866
from drivers.ffd.arithmetic import item_cost, vat_of, vat_totals
from drivers.ffd.enumerations import (
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
from drivers.ffd.inn import is_person_inn
from drivers.ffd.receipt import Cashier, Payments, VatSum
from drivers.ffd.tlv import HEADER_LENGTH, Tlv, encode, find
from drivers.virtual.facts import CurrentDocument, ItemLine, OpenDocument
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration
from drivers.virtual.tag_rules import (
    BUYER,
    CORRECTION_BASIS,
    LEGACY_DESCRIPTION,
    check_document_tag,
    check_format,
    check_item_tag,
    is_buyer_data,
)

AMOUNT_LIMIT = 2**40
"""Sums of the device have five bytes, kopecks."""
_QUANTITY_LIMIT = Decimal(2**48).scaleb(-6)
_ITEM_BYTES = 1024
_ITEMS_BYTES = 30_000
"""What the items may take of the 32768 bytes of a document."""
_NAME_BYTES = 128
_MAX_TEXTS = 1000
_CASHIER_BYTES = 64
_EXCISE = frozenset(
    {
        PaymentSubject.EXCISE_GOODS,
        PaymentSubject.EXCISE_GOODS_UNMARKED,
        PaymentSubject.EXCISE_GOODS_MARKED,
    }
)
_MARKED = frozenset({PaymentSubject.EXCISE_GOODS_MARKED, PaymentSubject.GOODS_MARKED})
_ONLY_1_2 = _MARKED | {PaymentSubject.EXCISE_GOODS_UNMARKED, PaymentSubject.GOODS_UNMARKED}

FORMS = {
    CurrentDocument.SHIFT_OPENING: DocumentForm.SHIFT_OPENING,
    CurrentDocument.SHIFT_CLOSING: DocumentForm.SHIFT_CLOSING,
    CurrentDocument.RECEIPT: DocumentForm.RECEIPT,
    CurrentDocument.CORRECTION: DocumentForm.CORRECTION_RECEIPT,
    CurrentDocument.STATE_REPORT: DocumentForm.STATE_REPORT,
}
"""The form that an open document becomes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One accepted item."""

    item: ItemLine
    """As the host sent it, the cost filled in."""
    cost: int
    encoded: Tlv
    """1059."""
    tags: tuple[Tlv, ...] = ()
    """What the host added after it."""

    @classmethod
    def of(cls, item: ItemLine, cost: int, version: FfdVersion, tags: tuple[Tlv, ...] = ()) -> Line:
        """Refuses an item with more than 1024 bytes."""
        vat = vat_of(cost, item.vat_rate) if item.vat is None else item.vat
        counts_pieces = version is FfdVersion.V1_2 and find(tags, 2108) is None
        raw = encode(
            (
                Tlv.of(1214, int(item.method or PaymentMethod.FULL_PAYMENT)),
                Tlv.of(1212, int(item.subject or PaymentSubject.GOODS)),
                *((Tlv.of(1030, item.name),) if item.name else ()),
                *((Tlv.of(2108, int(QuantityMeasure.PIECE)),) if counts_pieces else ()),
                Tlv.of(1079, item.price),
                Tlv.of(1023, item.quantity),
                Tlv.of(1199, int(item.vat_rate)),
                *((Tlv.of(1200, vat),) if item.vat_rate.percent else ()),
                Tlv.of(1043, cost),
                *tags,
            )
        )
        if len(raw) > _ITEM_BYTES:
            raise DeviceRefused(Refusal.TAG_TOO_LONG, f"1059: {len(raw)} bytes")
        return cls(item, cost, Tlv(1059, raw), tags)


@dataclass(slots=True, kw_only=True)
class Draft:
    """The open document; the only mutable thing of a receipt, and never durable."""

    kind: CurrentDocument
    operator: int
    registration: Registration
    sign: CalculationSign | None = None
    printed: bool = True
    lines: list[Line] = field(default_factory=list)
    tags: list[Tlv] = field(default_factory=list)
    texts: list[tuple[int, str]] = field(default_factory=list)
    """Free lines of print, each after so many items."""

    @property
    def subtotal(self) -> int:
        return sum(line.cost for line in self.lines)

    @property
    def vat(self) -> dict[VatRate, int]:
        """VAT of each rate's sum, or what the host gave for its items."""
        totals = vat_totals((line.cost, line.item.vat_rate) for line in self.lines)
        if all(line.item.vat is None for line in self.lines):
            return totals
        return {
            rate: total
            if not rate.percent
            else sum(
                vat_of(line.cost, rate) if line.item.vat is None else line.item.vat
                for line in self.lines
                if line.item.vat_rate is rate
            )
            for rate, total in totals.items()
        }

    def facts(self) -> OpenDocument:
        return OpenDocument(
            kind=self.kind,
            sign=self.sign,
            operator=self.operator,
            items=tuple(line.item for line in self.lines),
            subtotal=self.subtotal,
            vat=tuple(VatSum(rate=rate, amount=amount) for rate, amount in self.vat.items()),
        )

    def add_item(self, item: ItemLine, sign: CalculationSign) -> None:
        """Refuses as `VirtualRegister.add_item` says."""
        version = self.registration.ffd_version
        if self.kind not in (CurrentDocument.RECEIPT, CurrentDocument.CORRECTION):
            raise DeviceRefused(Refusal.WRONG_RECEIPT_TYPE, f"{self.kind.name} has no items")
        if self.kind is CurrentDocument.CORRECTION and version is FfdVersion.V1_05:
            raise DeviceRefused(Refusal.CORRECTION_FORM, "FFD 1.05 corrects without items")
        if self.sign not in (None, sign):
            raise DeviceRefused(Refusal.WRONG_RECEIPT_TYPE, f"{sign.name_en} item")
        line = self._checked(item)
        if self.subtotal + line.cost >= AMOUNT_LIMIT:
            raise DeviceRefused(Refusal.TOTAL_OVERFLOW)
        self._check_size([*self.lines, line])
        self.lines.append(line)
        self.sign = sign

    def add_tag(self, tag: Tlv) -> None:
        check_document_tag(tag, FORMS[self.kind], self.registration, self.tags)
        self.tags.append(tag)

    def add_item_tag(self, tag: Tlv) -> None:
        if not self.lines:
            raise DeviceRefused(Refusal.NO_DATA, "no item yet")
        last = self.lines[-1]
        check_item_tag(tag, self.registration, last.tags)
        version = self.registration.ffd_version
        line = Line.of(last.item, last.cost, version, (*last.tags, tag))
        self._check_size([*self.lines[:-1], line])
        self.lines[-1] = line

    def add_texts(self, lines: Sequence[str]) -> None:
        """Free lines of print, after the items so far."""
        if len(self.texts) + len(lines) > _MAX_TEXTS:
            raise DeviceRefused(Refusal.TOO_MANY_ITEMS, f"more than {_MAX_TEXTS} lines of text")
        self.texts += ((len(self.lines), line) for line in lines)

    def _checked(self, item: ItemLine) -> Line:
        registration = self.registration
        subject = item.subject
        if not 0 <= item.price < AMOUNT_LIMIT:
            raise DeviceRefused(Refusal.PRICE_RANGE, str(item.price))
        if not item.quantity.is_finite() or not 0 < item.quantity < _QUANTITY_LIMIT:
            raise DeviceRefused(Refusal.QUANTITY_RANGE, str(item.quantity))
        if item.quantity != round(item.quantity, 6):
            raise DeviceRefused(Refusal.QUANTITY_RANGE, f"{item.quantity}: more than six digits")
        computed = item_cost(item.price, item.quantity)
        cost = computed if item.cost is None else item.cost
        if not 0 <= computed < AMOUNT_LIMIT:
            raise DeviceRefused(Refusal.TOTAL_OVERFLOW, str(computed))
        if cost < 0 or abs(cost - computed) > 1:
            raise DeviceRefused(Refusal.WRONG_SUM, f"{cost} instead of {computed}")
        if item.vat_rate not in registration.vat_rates:
            raise DeviceRefused(Refusal.UNSUPPORTED_RATE, item.vat_rate.name_en)
        if item.vat is not None and not 0 <= item.vat <= cost:
            raise DeviceRefused(Refusal.WRONG_SUM, f"VAT {item.vat} of {cost}")
        if subject in _ONLY_1_2 and registration.ffd_version is not FfdVersion.V1_2:
            raise DeviceRefused(Refusal.BAD_PARAMETER, f"subject {subject} before FFD 1.2")
        if subject in _EXCISE and not registration.excise_goods:
            raise DeviceRefused(Refusal.EXCISE_GOODS)
        if subject in _MARKED and not registration.marked_goods:
            raise DeviceRefused(Refusal.MARKED_GOODS)
        if not item.name and registration.ffd_version is not FfdVersion.V1_2:
            raise DeviceRefused(Refusal.TAG_MISSING, "1030")
        try:
            name = cp866.encode(item.name)
        except cp866.UnencodableText as error:
            raise DeviceRefused(Refusal.TAG_FORMAT, f"1030: {error}") from error
        if len(name) > _NAME_BYTES:
            raise DeviceRefused(Refusal.TAG_TOO_LONG, f"1030: {len(name)} bytes")
        accepted = replace(item, cost=cost, quantity=_trimmed(item.quantity))
        return Line.of(accepted, cost, registration.ffd_version)

    def _check_size(self, lines: Sequence[Line]) -> None:
        if sum(HEADER_LENGTH + len(line.encoded.raw) for line in lines) > _ITEMS_BYTES:
            raise DeviceRefused(Refusal.TOO_MANY_ITEMS, f"{len(lines)} items")


def settled(total: int, payments: Payments) -> tuple[Payments, int]:
    """What is recorded of the money handed over, and the change (from cash only)."""
    cashless = payments.total - payments.cash
    if not total:
        raise DeviceRefused(Refusal.ZERO_TOTAL)
    if payments.total < total:
        raise DeviceRefused(Refusal.PAYMENTS_BELOW_TOTAL, f"{payments.total} of {total}")
    if cashless > total:
        raise DeviceRefused(Refusal.CASHLESS_ABOVE_TOTAL, f"{cashless} of {total}")
    change = payments.total - total
    return payments.model_copy(update={"cash": payments.cash - change}), change


def tax_system_of(bits: int, registration: Registration) -> TaxSystem:
    """1055: exactly one bit, and one of the registration's."""
    if bits not in map(int, registration.tax_systems):
        raise DeviceRefused(Refusal.TAX_SYSTEM, f"{bits:#04x}")
    return TaxSystem.from_code(bits)


def cashier_tags(cashier: Cashier, given: Sequence[Tlv] = ()) -> tuple[Tlv, ...]:
    """1021 and 1203: the host's own, else the cashier's; an INN that is none is left out."""
    if find(given, 1021) is not None:
        return ()
    name = cp866.fit(cashier.name.strip(), _CASHIER_BYTES)
    if not name:
        raise DeviceRefused(Refusal.TAG_MISSING, "1021")
    inn = cashier.inn or ""
    has_inn = is_person_inn(inn) and find(given, 1203) is None
    return (Tlv.of(1021, name), *((Tlv.of(1203, inn),) if has_inn else ()))


def extra_tags(draft: Draft) -> tuple[Tlv, ...]:
    """The host's requisites as they are recorded: buyer's data wrapped in 1256 in FFD 1.2.

    1174 and what belongs into it is left to `correction_tags`.
    """
    wraps = draft.registration.ffd_version is FfdVersion.V1_2
    buyer = [tag for tag in draft.tags if wraps and is_buyer_data(tag.tag)]
    basis = (CORRECTION_BASIS, LEGACY_DESCRIPTION, 1173, 1178, 1179)
    plain = [tag for tag in draft.tags if tag not in buyer and tag.tag not in basis]
    if not buyer:
        return tuple(plain)
    given = find(plain, BUYER)
    wrapped = Tlv(BUYER, (given.raw if given else b"") + encode(buyer))
    check_format(wrapped)
    return (*(tag for tag in plain if tag.tag != BUYER), wrapped)


def correction_tags(draft: Draft, kind: CorrectionType | None = None) -> tuple[Tlv, ...]:
    """1173 and 1174. `kind` is what the closing command says, if it says it."""
    given = find(draft.tags, 1173)
    if given is not None:
        told = given.raw[0]
        if told not in (0, 1) or kind not in (None, CorrectionType.from_code(told)):
            raise DeviceRefused(Refusal.BAD_PARAMETER, f"1173 = {told}")
        kind = CorrectionType.from_code(told)
    kind = kind or CorrectionType.OWN_INITIATIVE
    basis = find(draft.tags, CORRECTION_BASIS)
    parts = (*(basis.children if basis else ()), *draft.tags)
    day, order = find(parts, 1178), find(parts, 1179)
    if day is None:
        raise DeviceRefused(Refusal.TAG_MISSING, "1178")
    if order is None and kind is CorrectionType.BY_ORDER:
        raise DeviceRefused(Refusal.TAG_MISSING, "1179")
    inner = (day, *((order,) if order else ()))
    return (Tlv.of(1173, int(kind)), Tlv(CORRECTION_BASIS, encode(inner)))


def check_complete(draft: Draft) -> None:
    """Refuse a receipt that lacks what its own requisites demand."""
    for line in draft.lines:
        if find(line.tags, 1222) is not None and find(line.tags, 1226) is None:
            raise DeviceRefused(Refusal.TAG_MISSING, "1226 beside 1222")
    internet = find(draft.tags, 1125)
    if internet is not None and internet.raw != b"\0" and find(draft.tags, 1008) is None:
        raise DeviceRefused(Refusal.TAG_MISSING, "1008 beside 1125")
    requisite = find(draft.tags, 1084)
    if requisite is not None and not (requisite.child(1085) and requisite.child(1086)):
        raise DeviceRefused(Refusal.TAG_MISSING, "1085 and 1086 in 1084")


def vat_tags(totals: Iterable[tuple[VatRate, int]]) -> tuple[Tlv, ...]:
    """1102-1107, and 1115 for the rates that have no tag of their own."""
    totals = tuple(totals)
    flat = tuple(
        Tlv.of(rate.total_tag, amount) for rate, amount in totals if rate.total_tag is not None
    )
    nested = tuple(
        Tlv.of(1119, (Tlv.of(1199, int(rate)), Tlv.of(1120, amount)))
        for rate, amount in totals
        if rate.total_tag is None
    )
    return (*flat, Tlv.of(1115, nested)) if nested else flat


def payment_tags(total: int, payments: Payments) -> tuple[Tlv, ...]:
    """1020 and the five sums, zeros too."""
    return (
        Tlv.of(1020, total),
        Tlv.of(1031, payments.cash),
        Tlv.of(1081, payments.cashless),
        Tlv.of(1215, payments.prepaid),
        Tlv.of(1216, payments.credit),
        Tlv.of(1217, payments.consideration),
    )


def _trimmed(quantity: Decimal) -> Decimal:
    """At least no zeros behind the point, as few digits as the value has."""
    whole = quantity.to_integral_value()
    return whole if whole == quantity else quantity.normalize()
