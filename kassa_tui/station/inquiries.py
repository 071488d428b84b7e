"""What a face may ask that needs no register and moves nothing: frozen, typed, whole.

Inquiries are answered beside the queue of requests, so that a register that is silent for a
minute does not keep anybody from looking for a client. Money is kopecks. Names are outside
text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from kassa_tui.journal.records import PaymentState
from kassa_tui.journal.shifts import CashDirection
from kassa_tui.station.basket import BasketLine, LineKind, TaxClass
from kassa_tui.station.diagnosis import Diagnosis
from kassa_tui.station.reconciliation.requests import (
    CompareShift,
    ExportedRows,
    ExportRows,
    ListShifts,
    MoreRows,
    ReadRows,
    ShiftComparison,
    Shifts,
)

MOST_FOUND = 20
"""Clients or goods of one answer."""
MOST_PAYMENTS = 200


@dataclass(frozen=True, slots=True)
class FindClients:
    """Clients of the CRM by what was typed: the last four to six digits of a telephone or the
    whole of it, the begin of a login, a card, an id."""

    text: str


@dataclass(frozen=True, slots=True)
class FindGoods:
    """Goods by barcode, or by a part of the name; empty: the first ones."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class ListTariffs:
    """Game time that is sold now, one item for each zone."""


@dataclass(frozen=True, slots=True)
class ListArticles:
    """What movements of cash are booked under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPayments:
    """Payments of the journal, newest first."""

    text: str = ""
    """In the client, the comment or a line, or a sum in roubles, or the number of a document;
    empty: all."""
    before: UUID | None = None
    """Only older ones than this payment: the next page."""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ReadStory:
    """Everything that has happened to a payment, with its time."""

    payment_id: UUID


@dataclass(frozen=True, slots=True)
class Diagnose:
    """What is well and what is not, step by step; the way to a silent register is looked at."""


@dataclass(frozen=True, slots=True)
class ExportPayments:
    """Write every payment into a file beside the journal, for a table's program."""


Look: TypeAlias = (
    FindClients
    | FindGoods
    | ListTariffs
    | ListArticles
    | FindPayments
    | ReadStory
    | Diagnose
    | ListShifts
    | CompareShift
    | ReadRows
)
"""What leaves everything as it is."""

Inquiry: TypeAlias = Look | ExportPayments | ExportRows


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundClient:
    """A client as the CRM shows him: masked."""

    id: str
    name: str
    phone_masked: str
    balance: int
    """May be negative."""
    bonus_balance: int
    blocked: bool
    has_contact: bool
    """An electronic receipt can be sent."""
    group_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleItem:
    """Something that can be sold, at its price."""

    kind: LineKind
    ref_id: str
    name: str
    """As it is looked for."""
    receipt_name: str
    """1030."""
    price: int
    group: str = ""
    """Category of goods, group of tariffs."""
    zone_id: str | None = None
    zone_name: str = ""
    tax_class: TaxClass
    unit: int = 0
    """2108."""
    excise: bool = False
    marked: bool = False
    min_age: int | None = None
    max_bonus_percent: int = 0
    stock: Decimal | None = None
    """Advisory; None: not counted."""

    def line(self, quantity: Decimal = Decimal(1)) -> BasketLine:
        """So much of it, in a basket."""
        return BasketLine(
            kind=self.kind,
            name=self.receipt_name,
            price=self.price,
            quantity=quantity,
            tax_class=self.tax_class,
            ref_id=self.ref_id,
            zone_id=self.zone_id,
            unit=self.unit,
            excise=self.excise,
            marked=self.marked,
            min_age=self.min_age,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    id: str
    name: str
    direction: CashDirection


class Moment(StrEnum):
    """What happened to a payment."""

    NOTED = "noted"
    """The money, the promised receipt and what the CRM must hear are in the journal."""
    MADE_ELSEWHERE = "made_elsewhere"
    """In the CRM's own screens or its app, and without a receipt: this till makes that."""
    SENT = "sent"
    """The receipt was handed to the register."""
    ENDED = "ended"
    """The sending ended: `detail` is its state, and a reason."""
    RECORDED = "recorded"
    """The document is in the FN."""
    PRINTED = "printed"
    DELIVERED = "delivered"
    """Acknowledged by the OFD."""
    TOLD = "told"
    """A call to the CRM ended: `detail` is its name, state and error."""
    CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    at: datetime
    moment: Moment
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clients:
    found: tuple[FoundClient, ...]
    more: bool = False
    """There are others."""


@dataclass(frozen=True, slots=True)
class SaleItems:
    found: tuple[SaleItem, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Articles:
    found: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class FoundPayments:
    found: tuple[PaymentState, ...]
    next_before: UUID | None = None
    """For the next page; None: there is none."""


@dataclass(frozen=True, slots=True)
class Story:
    state: PaymentState
    events: tuple[StoryEvent, ...]
    """In the order of their time."""


@dataclass(frozen=True, slots=True)
class Exported:
    path: str
    """On the station's computer. Its owner alone may read it."""
    payments: int


Information: TypeAlias = (
    Clients
    | SaleItems
    | Articles
    | FoundPayments
    | Story
    | Diagnosis
    | Exported
    | Shifts
    | ShiftComparison
    | MoreRows
    | ExportedRows
)
