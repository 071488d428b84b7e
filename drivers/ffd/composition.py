"""The requisites that a receipt determines, for each format version.

A register adds its own (owner, numbers, time, signs: see `requisites`). Entries keep the
receipt's field beside each tag, so that a rule broken by a value can name the field; the
functions that return `Tlv` are those entries encoded.

What the version decides: the buyer lies in 1227 and 1228, in FFD 1.2 within 1256; the unit
is a text (1197), in FFD 1.2 a code (2108); a product code is 1162, in FFD 1.2 1163 with
2102; industry requisites exist in FFD 1.2 only. VAT per item (1200) is left to the register.
1104 stands only where there is turnover at 0 %: whether a zero belongs beside 1115 is not
established. The agent flag of the whole receipt (1057) is never written: 1222 says it by item.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from drivers.ffd.arithmetic import vat_totals
from drivers.ffd.enumerations import FfdVersion, QuantityMeasure, VatRate
from drivers.ffd.marking import read_code
from drivers.ffd.receipt import (
    Buyer,
    Cashier,
    Correction,
    IndustryRequisite,
    Item,
    Receipt,
    UserRequisite,
)
from drivers.ffd.tlv import Tlv

EntryValue: TypeAlias = "int | Decimal | str | bytes | datetime | tuple[Entry, ...]"


@dataclass(frozen=True, slots=True)
class Entry:
    """A requisite that is not encoded yet, and the field of the receipt it comes from."""

    tag: int
    value: EntryValue
    field: str

    def encode(self) -> Tlv:
        """Raises `TlvError` or `UnencodableText` for a value that the tag cannot hold."""
        if isinstance(self.value, tuple):
            return Tlv.of(self.tag, tuple(entry.encode() for entry in self.value))
        return Tlv.of(self.tag, self.value)


IN_ITEM_COMMAND = frozenset({1023, 1030, 1043, 1079, 1199, 1212, 1214})
"""What the item command of every known register protocol carries by itself."""

IN_CLOSING_COMMAND = frozenset({1020, 1031, 1054, 1055, 1059, 1081, 1102, 1103, 1104, 1105,
                                1106, 1107, 1115, 1215, 1216, 1217})  # fmt: skip
"""What a protocol's opening, item and closing commands carry of the document."""


def receipt_tags(receipt: Receipt, version: FfdVersion) -> tuple[Tlv, ...]:
    """Every requisite of the document that the receipt determines.

    Raises:
        ValueError: `TlvError` or `UnencodableText`; a receipt without `validation.problems`
            raises neither.
    """
    return _encoded(receipt_entries(receipt, version))


def item_tags(item: Item, version: FfdVersion) -> tuple[Tlv, ...]:
    """The inner requisites of 1059. Raises like `receipt_tags`."""
    return _encoded(item_entries(item, version))


def item_extra_tags(item: Item, version: FfdVersion) -> tuple[Tlv, ...]:
    """Those of `item_tags` that a protocol's own item command does not carry."""
    return tuple(tlv for tlv in item_tags(item, version) if tlv.tag not in IN_ITEM_COMMAND)


def document_extra_tags(receipt: Receipt, version: FfdVersion) -> tuple[Tlv, ...]:
    """Those of `receipt_tags` that items and a protocol's closing command do not carry.

    Cashier, contact, buyer, 1125, correction basis (1173, 1174), 1192, 1084, 1261.
    """
    entries = receipt_entries(receipt, version)
    return _encoded(tuple(entry for entry in entries if entry.tag not in IN_CLOSING_COMMAND))


def cashier_tags(cashier: Cashier) -> tuple[Tlv, ...]:
    """1021 and, where given, 1203; for shift documents too. Raises like `receipt_tags`."""
    return _encoded(cashier_entries(cashier))


def correction_tags(correction: Correction) -> tuple[Tlv, ...]:
    """1173 and 1174. Raises like `receipt_tags`."""
    return _encoded(tuple(_correction(correction)))


def user_requisite_tag(requisite: UserRequisite) -> Tlv:
    """1084. Raises like `receipt_tags`."""
    return _user_requisite(requisite).encode()


def receipt_entries(receipt: Receipt, version: FfdVersion) -> tuple[Entry, ...]:
    """`receipt_tags` before encoding; never fails."""
    return tuple(_receipt(receipt, version))


def item_entries(item: Item, version: FfdVersion, field: str = "") -> tuple[Entry, ...]:
    """`item_tags` before encoding; never fails. `field` is the path of the item."""
    return tuple(_item(item, version, f"{field}." if field else ""))


def cashier_entries(cashier: Cashier) -> tuple[Entry, ...]:
    """`cashier_tags` before encoding; never fails."""
    return (*_text(1021, cashier.name, "cashier.name"), *_text(1203, cashier.inn, "cashier.inn"))


def _encoded(entries: tuple[Entry, ...]) -> tuple[Tlv, ...]:
    return tuple(entry.encode() for entry in entries)


def _receipt(receipt: Receipt, version: FfdVersion) -> Iterator[Entry]:
    payments = receipt.payments
    yield Entry(1054, int(receipt.calculation_sign), "calculation_sign")
    yield Entry(1055, int(receipt.tax_system), "tax_system")
    yield from cashier_entries(receipt.cashier)
    yield from _text(1008, receipt.buyer_contact, "buyer_contact")
    if receipt.buyer:
        yield from _buyer(receipt.buyer, version)
    if receipt.internet:
        yield Entry(1125, 1, "internet")
    if receipt.correction:
        yield from _correction(receipt.correction)
    for index, item in enumerate(receipt.items):
        field = f"items.{index}"
        yield Entry(1059, item_entries(item, version, field), field)
    yield Entry(1020, receipt.total, "items" if receipt.items else "payments")
    yield Entry(1031, payments.cash, "payments.cash")
    yield Entry(1081, payments.cashless, "payments.cashless")
    yield Entry(1215, payments.prepaid, "payments.prepaid")
    yield Entry(1216, payments.credit, "payments.credit")
    yield Entry(1217, payments.consideration, "payments.consideration")
    yield from _vat(receipt)
    yield from _text(1192, receipt.additional_requisite, "additional_requisite")
    if receipt.user_requisite:
        yield _user_requisite(receipt.user_requisite)
    if version is FfdVersion.V1_2:
        for index, requisite in enumerate(receipt.industry_requisites):
            yield _industry(1261, requisite, f"industry_requisites.{index}")


def _item(item: Item, version: FfdVersion, at: str) -> Iterator[Entry]:
    yield Entry(1214, int(item.payment_method), f"{at}payment_method")
    yield Entry(1212, int(item.payment_subject), f"{at}payment_subject")
    yield from _agent(item, at)
    yield from _text(1030, item.name, f"{at}name")
    if version is FfdVersion.V1_2:
        yield Entry(2108, int(item.measure), f"{at}measure")
    elif item.unit:
        yield from _text(1197, item.unit, f"{at}unit")
    elif item.measure is not QuantityMeasure.PIECE:
        yield from _text(1197, item.measure.printed, f"{at}measure")
    if item.marking_code and item.marking_code.strip():
        code = read_code(item.marking_code)
        at_code = f"{at}marking_code"
        if version is FfdVersion.V1_2:
            yield Entry(1163, (Entry(code.kind.tag, code.value, at_code),), at_code)
            if code.kind.is_marking:
                yield Entry(2102, 0, at_code)
        else:
            yield Entry(1162, code.nomenclature, at_code)
    yield from _text(1230, item.country, f"{at}country")
    yield from _text(1231, item.customs_declaration, f"{at}customs_declaration")
    yield Entry(1079, item.price, f"{at}price")
    yield Entry(1023, item.quantity, f"{at}quantity")
    if item.excise is not None:
        yield Entry(1229, item.excise, f"{at}excise")
    yield Entry(1199, int(item.vat_rate), f"{at}vat_rate")
    yield Entry(1043, item.cost, f"{at}cost")
    if version is FfdVersion.V1_2:
        for index, requisite in enumerate(item.industry_requisites):
            yield _industry(1260, requisite, f"{at}industry_requisites.{index}")
    yield from _text(1191, item.additional_requisite, f"{at}additional_requisite")


def _agent(item: Item, at: str) -> Iterator[Entry]:
    if item.agent is not None:
        yield Entry(1222, int(item.agent), f"{at}agent")
    if item.agent_data:
        data, inside = item.agent_data, f"{at}agent_data."
        yield from _structure(
            1223,
            (
                *_texts(1075, data.transfer_operator_phones, f"{inside}transfer_operator_phones"),
                *_text(1044, data.operation, f"{inside}operation"),
                *_texts(1073, data.agent_phones, f"{inside}agent_phones"),
                *_texts(1074, data.receiving_operator_phones, f"{inside}receiving_operator_phones"),
                *_text(1026, data.transfer_operator_name, f"{inside}transfer_operator_name"),
                *_text(1005, data.transfer_operator_address, f"{inside}transfer_operator_address"),
                *_text(1016, data.transfer_operator_inn, f"{inside}transfer_operator_inn"),
            ),
            f"{at}agent_data",
        )
    if item.supplier:
        supplier, inside = item.supplier, f"{at}supplier."
        yield from _structure(
            1224,
            (
                *_texts(1171, supplier.phones, f"{inside}phones"),
                *_text(1225, supplier.name, f"{inside}name"),
            ),
            f"{at}supplier",
        )
        yield from _text(1226, supplier.inn, f"{inside}inn")


def _buyer(buyer: Buyer, version: FfdVersion) -> Iterator[Entry]:
    name_and_inn = (
        *_text(1227, buyer.name, "buyer.name"),
        *_text(1228, buyer.inn, "buyer.inn"),
    )
    if version is not FfdVersion.V1_2:
        yield from name_and_inn
        return
    birth_date = None if buyer.birth_date is None else _day(buyer.birth_date)
    yield from _structure(
        1256,
        (
            *name_and_inn,
            *_text(1243, birth_date, "buyer.birth_date"),
            *_text(1244, buyer.citizenship, "buyer.citizenship"),
            *_text(1245, buyer.document_kind, "buyer.document_kind"),
            *_text(1246, buyer.document_data, "buyer.document_data"),
            *_text(1254, buyer.address, "buyer.address"),
        ),
        "buyer",
    )


def _correction(correction: Correction) -> Iterator[Entry]:
    yield Entry(1173, int(correction.type), "correction.type")
    midnight = datetime.combine(correction.settlement_date, time())
    yield Entry(
        1174,
        (
            Entry(1178, midnight, "correction.settlement_date"),
            *_text(1179, correction.order_number, "correction.order_number"),
        ),
        "correction",
    )


def _vat(receipt: Receipt) -> Iterator[Entry]:
    """1102-1107 and 1115: VAT of each rate's sum; the turnover for 0 % and no VAT."""
    totals: dict[VatRate, int]
    if receipt.items:
        field = "items"
        totals = vat_totals((item.cost, item.vat_rate) for item in receipt.items)
    else:
        field = "correction.vat"
        totals = (
            {vat.rate: vat.amount for vat in receipt.correction.vat} if receipt.correction else {}
        )
    for rate, amount in totals.items():
        if rate.total_tag is not None:
            yield Entry(rate.total_tag, amount, field)
    yield from _structure(
        1115,
        tuple(
            Entry(1119, (Entry(1199, int(rate), field), Entry(1120, amount, field)), field)
            for rate, amount in totals.items()
            if rate.total_tag is None
        ),
        field,
    )


def _user_requisite(requisite: UserRequisite) -> Entry:
    return Entry(
        1084,
        (
            *_text(1085, requisite.name, "user_requisite.name"),
            *_text(1086, requisite.value, "user_requisite.value"),
        ),
        "user_requisite",
    )


def _industry(tag: int, requisite: IndustryRequisite, field: str) -> Entry:
    return Entry(
        tag,
        (
            *_text(1262, requisite.authority, f"{field}.authority"),
            *_text(1263, _day(requisite.act_date), f"{field}.act_date"),
            *_text(1264, requisite.act_number, f"{field}.act_number"),
            *_text(1265, requisite.value, f"{field}.value"),
        ),
        field,
    )


def _text(tag: int, value: str | None, field: str) -> Iterator[Entry]:
    """Nothing for a blank text: an empty requisite is none."""
    if value is not None and value.strip():
        yield Entry(tag, value, field)


def _texts(tag: int, values: tuple[str, ...], field: str) -> Iterator[Entry]:
    for index, value in enumerate(values):
        yield from _text(tag, value, f"{field}.{index}")


def _structure(tag: int, inner: tuple[Entry, ...], field: str) -> Iterator[Entry]:
    """Nothing for an empty structure."""
    if inner:
        yield Entry(tag, inner, field)


def _day(day: date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year:04}"
