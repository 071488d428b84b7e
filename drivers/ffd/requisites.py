"""What each document must and may hold, by format version (`requisites.tsv`).

Source: tables 20, 21, 27 (FFD 1.05), 58, 59, 65 (1.1), 96, 97, 120 (1.2) of order
ED-7-20/662@, and its tables of the reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from drivers.ffd.catalogue import catalogue
from drivers.ffd.composition import item_entries, receipt_entries
from drivers.ffd.enumerations import DocumentForm, FfdVersion, PaymentSubject
from drivers.ffd.tlv import HEADER_LENGTH

if TYPE_CHECKING:
    from drivers.ffd.receipt import Item, Receipt

ITEM = 1059
"""The structure of an item, which has a table of its own."""


class Obligation(Enum):
    """Whether a requisite stands in one form (printed or electronic) of a document."""

    OBLIGATORY = "M"
    CONDITIONAL = "C"
    """Obligatory where its condition holds."""
    OPTIONAL = "O"
    NOT_USED = "-"


class SuppliedBy(StrEnum):
    """Who brings the value."""

    RECEIPT = "receipt"
    """The program, by its `Receipt`."""
    REGISTER = "register"
    """The register: from its registration, its settings or its FN."""
    NOBODY = "nobody"
    """Lawful, and not written by this program."""


@dataclass(frozen=True, slots=True)
class Requisite:
    """One row of a document's table for one version."""

    tag: int
    printed: Obligation
    electronic: Obligation
    supplied_by: SuppliedBy

    @property
    def obligatory(self) -> bool:
        """In the printed or the electronic form."""
        return Obligation.OBLIGATORY in (self.printed, self.electronic)

    @property
    def used(self) -> bool:
        return (self.printed, self.electronic) != (Obligation.NOT_USED, Obligation.NOT_USED)


@dataclass(frozen=True, slots=True)
class MissingRequisite:
    """A requisite that the receipt should bring and does not."""

    tag: int
    field: str
    """Path of the field that would bring it."""


@cache
def requisites(document: int, version: FfdVersion) -> tuple[Requisite, ...]:
    """The table of a document: a form code, `ITEM`, or 81-84 for the marking documents.

    Rows that the version does not use are left out; an unknown document has no rows.
    """
    rows = []
    for line in _table():
        tag, documents, v1_05, v1_1, v1_2, supplied_by = line
        if str(int(document)) in documents.split(","):
            cell = {FfdVersion.V1_05: v1_05, FfdVersion.V1_1: v1_1, FfdVersion.V1_2: v1_2}[version]
            rows.append(Requisite(int(tag), *_read_cell(cell), SuppliedBy(supplied_by)))
    return tuple(row for row in rows if row.used)


def missing_requisites(receipt: Receipt, version: FfdVersion) -> tuple[MissingRequisite, ...]:
    """What the receipt itself should bring and lacks: see `Receipt.missing_requisites`."""
    present = {entry.tag for entry in receipt_entries(receipt, version)}
    missing = [
        MissingRequisite(row.tag, _FIELDS.get(row.tag, ""))
        for row in requisites(receipt.form, version)
        if row.supplied_by is SuppliedBy.RECEIPT
        and row.tag not in present
        and (row.obligatory or _is_needed(row.tag, receipt))
    ]
    for index, item in enumerate(receipt.items):
        present = {entry.tag for entry in item_entries(item, version)}
        missing += (
            MissingRequisite(row.tag, f"items.{index}.{_ITEM_FIELDS.get(row.tag, '')}")
            for row in requisites(ITEM, version)
            if row.supplied_by is SuppliedBy.RECEIPT
            and row.tag not in present
            and (row.obligatory or _is_needed_in(row.tag, item))
        )
    return tuple(missing)


_FIELDS = {1059: "items", 1021: "cashier.name", 1008: "buyer_contact"}
_ITEM_FIELDS = {1030: "name", 1163: "marking_code", 1226: "supplier.inn"}


def _is_needed(tag: int, receipt: Receipt) -> bool:
    """True when the condition of a conditional requisite is known to hold."""
    if tag == 1021:
        return not receipt.internet  # only an internet settlement has no cashier
    if tag == 1008:
        return receipt.internet or not receipt.print_paper
    return False


def _is_needed_in(tag: int, item: Item) -> bool:
    if tag == 1030:
        return True  # conditional in FFD 1.2, where nothing we sell is without a name
    if tag == 1226:
        return item.agent is not None
    if tag == 1163:
        return item.payment_subject in MARKED_SUBJECTS
    return False


MARKED_SUBJECTS = frozenset({PaymentSubject.EXCISE_GOODS_MARKED, PaymentSubject.GOODS_MARKED})
"""The subjects of FFD 1.2 that carry a marking code."""


@cache
def register_reserve(form: DocumentForm, version: FfdVersion) -> int:
    """Bytes that the register's own requisites of a document may take at most."""
    return sum(
        HEADER_LENGTH + (catalogue()[row.tag].max_length or 0)
        for row in requisites(form, version)
        if row.supplied_by is SuppliedBy.REGISTER
    )


@cache
def _table() -> tuple[tuple[str, ...], ...]:
    text = files(__package__).joinpath("requisites.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if not line.startswith("#"))


def _read_cell(cell: str) -> tuple[Obligation, Obligation]:
    """`M`: both forms; `Mp Oe`: printed and electronic; `M0`: a zero is not printed."""
    if cell == "M0":
        return Obligation.CONDITIONAL, Obligation.OBLIGATORY
    by_form = {"p": Obligation.NOT_USED, "e": Obligation.NOT_USED}
    for part in cell.split():
        letter, forms = part[0], part[1:] or "pe"
        by_form |= dict.fromkeys(forms, Obligation(letter))
    return by_form["p"], by_form["e"]
