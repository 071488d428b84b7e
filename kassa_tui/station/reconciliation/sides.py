"""The two sides that are compared, and what the journal knows of them: frozen, whole.

Money is kopecks. Numbers in the docstrings are FFD tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from drivers.ffd.enumerations import CalculationSign, DocumentForm

RECEIPTS = frozenset({DocumentForm.RECEIPT, DocumentForm.BSO})
CORRECTIONS = frozenset({DocumentForm.CORRECTION_RECEIPT, DocumentForm.CORRECTION_BSO})

_PROVEN = UUID("5a3b8f0e-52c7-4f0a-9d1e-6b1f6f2f4c11")
"""Name space of the operations that are added for documents."""

ShiftKey = tuple[str, int]
"""1041 and 1038: a shift of a register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeItem:
    """One line of a receipt (1059)."""

    name: str
    """1030."""
    quantity: Decimal
    """1023."""
    price: int
    """1079."""
    cost: int
    """1043."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeDocument:
    """A document of the FN as far as it is compared; None: the register does not tell."""

    form: DocumentForm
    fiscal_drive_number: str
    """1041."""
    fiscal_document_number: int
    """1040."""
    fiscal_sign: int
    """The printed part of 1077."""
    date_time: datetime
    """1012, by the register's clock."""
    shift_number: int | None = None
    """1038."""
    receipt_number: int | None = None
    """1042."""
    calculation_sign: CalculationSign | None = None
    """1054."""
    total: int | None = None
    """1020."""
    cash: int | None = None
    """1031."""
    cashless: int | None = None
    """1081."""
    prepaid: int | None = None
    """1215."""
    other: int = 0
    """1216 and 1217: what no transaction of the contract can hold."""
    tax_system: int | None = None
    """1055."""
    named: UUID | None = None
    """The receipt that it says it is (1084)."""
    corrects: int | None = None
    """Fiscal sign of the document that it sets right (1192)."""
    items: tuple[TapeItem, ...] = ()

    @property
    def receipt_id(self) -> str:
        """`<FN>:<FD>`."""
        return f"{self.fiscal_drive_number}:{self.fiscal_document_number}"

    @property
    def proves(self) -> UUID:
        """The operation that the document proves, as its `external_id`: the payment that it
        names, else one made of its number, so that it is added to the CRM once."""
        return self.named or uuid5(_PROVEN, self.receipt_id)

    @property
    def is_correction(self) -> bool:
        return self.form in CORRECTIONS

    @property
    def signed(self) -> int | None:
        """The total with the sign of what it does to the seller's money."""
        return signed(self.calculation_sign, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A document that the CRM says belongs to an operation."""

    receipt_id: str
    fiscal_drive_number: str
    shift_number: int
    is_correction: bool
    signed: int
    """Its total as the CRM was told, with its sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A transaction of the CRM, or a payment of the journal that the CRM has not got yet."""

    id: str
    """Of the CRM; empty for what it has not got."""
    external_id: UUID
    """The payment's id, where a station has posted it."""
    version: int = 0
    type: str
    """As in the contract; outside text where it is not known here."""
    calculation_sign: CalculationSign | None
    """1054 of the document that belongs to it; None: none does."""
    amount: int
    due: int
    """What its document must say: the amount less what bonuses paid."""
    cash: int = 0
    card: int = 0
    app: int = 0
    balance: int = 0
    bonus: int = 0
    occurred_at: datetime
    """When money changed hands, by the till or the CRM."""
    client_id: str | None = None
    client: str = ""
    """As shown, masked."""
    operator: str = ""
    comment: str = ""
    shift_id: str = ""
    """Of the CRM."""
    origin: str = "station"
    fiscal_status: str
    claims: tuple[Claim, ...] = ()
    late_posted: bool = False

    @property
    def is_posted(self) -> bool:
        """The CRM has it."""
        return bool(self.id)

    @property
    def key(self) -> str:
        """Names it among others: the CRM's id, else the payment's."""
        return self.id or str(self.external_id)

    @property
    def signed(self) -> int:
        return signed(self.calculation_sign, self.due) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFact:
    """What the journal knows of a payment beyond what both sides say."""

    payment_id: UUID
    is_unsettled: bool = False
    """A receipt was sent and nobody knows yet what became of it."""
    is_unconfirmed: bool = False
    """Only the CRM can say whether it takes place, and has not yet."""
    is_called_off: bool = False
    waits_for_crm: bool = False
    """The outbox has something to tell of it."""
    is_poisoned: bool = False
    """The CRM does not take a record of it: a person must look."""
    is_owed: bool = False
    """It promises a receipt that is not recorded yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The journal's part."""

    facts: Mapping[UUID, JournalFact] = field(default_factory=dict)
    """By payment."""
    payment_of: Mapping[UUID, UUID] = field(default_factory=dict)
    """The payment of a promised receipt, where it has another id."""
    bound: Mapping[str, UUID] = field(default_factory=dict)
    """The payment of a document that names none, by `<FN>:<FD>`: the register answered with
    that document, or a person has decided."""
    being_added: frozenset[str] = frozenset()
    """Documents, by `<FN>:<FD>`, for which the outbox makes an operation in the CRM."""
    settled: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What a person has said of a row, by the key of its operation and the `<FN>:<FD>` of its
    document, each empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which part of the tape is compared."""

    shifts: frozenset[ShiftKey]
    is_open: bool
    """Receipts are still recorded in it."""
    is_whole: bool = True
    """Every document of it has been read; else nothing is known to be absent."""
    is_gone: bool = False
    """Its FN is not in the register any more: what was not read of it, a person can only look up
    at the OFD."""
    corrects_returns: bool = True
    """A correction receipt of a return exists: not in FFD 1.05."""
    is_person: bool = False
    """The seller is a sole proprietor; the fines are others (1018 of twelve digits)."""


def signed(sign: CalculationSign | None, total: int | None) -> int | None:
    """Plus what the seller receives, minus what he gives; None: not told."""
    if sign is None or total is None:
        return None
    return total if sign.takes_money_in else -total
