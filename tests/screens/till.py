"""A face over a scripted station: fixed clock, fixed ids, answers as a test gives them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import count
from typing import Any
from uuid import UUID

from textual.pilot import Pilot

from drivers.ffd.enumerations import FfdVersion, TaxSystem
from drivers.register import (
    FnPhase,
    FnStatus,
    FnWarnings,
    LinkFinding,
    OfdStatus,
    PrintState,
    Reason,
    RegisterInfo,
    RegisterStatus,
    ShiftState,
)
from kassa_tui.app import KassaApp
from kassa_tui.journal.records import (
    Attempt,
    AttemptState,
    Document,
    DocumentFact,
    Part,
    PayBy,
    Payment,
    PaymentKind,
    PaymentState,
    StoredAttempt,
)
from kassa_tui.station.answers import Answer, Done
from kassa_tui.station.diagnosis import diagnose
from kassa_tui.station.inquiries import Diagnose, FindClients, FindGoods, FindPayments, ListTariffs
from kassa_tui.station.requests import PaymentRequest, Request
from kassa_tui.station.shift_view import MethodTotal, ShiftView
from kassa_tui.station.snapshot import CrmState, InProgress, Phase, Silence, Snapshot, Unsettled
from tests.screens.club import BAR, CHIPS, found, sold_line

MOSCOW = timezone(timedelta(hours=3))
NOW = datetime(2026, 11, 20, 14, 32, tzinfo=MOSCOW)
FN = "9999078900001234"
DONE = Done()

REGISTER = RegisterStatus(
    shift=ShiftState.OPEN,
    shift_number=27,
    shift_opened_at=NOW - timedelta(hours=5, minutes=12),
    receipts_in_shift=18,
    clock=NOW,
    paper_present=True,
    cover_open=False,
    print_state=PrintState.IDLE,
    fn=FnStatus(
        fiscal_drive_number=FN,
        phase=FnPhase.FISCAL,
        valid_until=date(2028, 1, 6),
        warnings=FnWarnings(),
        last_fiscal_document_number=1043,
    ),
    ofd=OfdStatus(unsent_count=0),
    cash_in_drawer=0,
    open_document=False,
)
INFO = RegisterInfo(
    model="ШТРИХ-М-01Ф",
    serial_number="0478000000012345",
    registration_number="0000000001000012",
    owner_inn="7700000010",
    owner_name="ООО «Орбита»",
    ffd_version=FfdVersion.V1_2,
    tax_systems=frozenset({TaxSystem.SIMPLIFIED_INCOME, TaxSystem.PATENT}),
    firmware="B.1 57300",
    ofd_inn="7700000028",
    ofd_name="АО «Оператор»",
    settlement_address="603000, г. Нижний Новгород, ул. Большая Покровская, д. 1, помещение П2",
    settlement_place="Компьютерный клуб «Орбита»",
)
SHIFT = ShiftView(
    number=27,
    opened_at=NOW - timedelta(hours=5, minutes=12),
    opened_by="Иванова А.",
    opening_cash=1_000_00,
    totals=(
        MethodTotal(method=PayBy.CASH, taken=13_180_50, returned=100_00),
        MethodTotal(method=PayBy.CARD, taken=300_00, returned=0),
        MethodTotal(method=PayBy.BALANCE, taken=250_00, returned=0),
    ),
    payments=18,
    cash_in=500_00,
    cash_out=150_00,
    collected=5_000_00,
    blind_count=True,
)
CRM = CrmState(
    shift_is_open=True,
    shift_opened_at=NOW - timedelta(hours=5, minutes=12),
    failing_since=None,
    queued=0,
    poisoned=0,
)
SILENCE = Silence(since=NOW - timedelta(minutes=12), reason=Reason.UNREACHABLE, detail="errno 111")


def payment(
    number: int,
    total: int,
    *,
    minutes_ago: int = 0,
    pay_by: PayBy = PayBy.CASH,
    tendered: int | None = None,
    client: str = "",
) -> Payment:
    return Payment(
        id=UUID(int=0x7000 << 64 | 2 << 62 | number),
        kind=PaymentKind.TOP_UP,
        total=total,
        pay_by=pay_by,
        tendered=tendered,
        client=client,
        created_at=NOW - timedelta(minutes=minutes_ago),
    )


def recorded(paid: Payment, number: int, *facts: DocumentFact) -> PaymentState:
    roubles, kopecks = divmod(paid.total, 100)
    sign = 3921456780 + number
    return PaymentState(
        payment=paid,
        last_attempt=None,
        document=Document(
            fiscal_drive_number=FN,
            fiscal_document_number=number,
            form=3,
            fiscal_sign=sign,
            date_time=paid.created_at,
            shift_number=27,
            receipt_number=number - 1024,
            calculation_sign=1,
            total=paid.total,
            qr=f"t={paid.created_at:%Y%m%dT%H%M}&s={roubles}.{kopecks:02}"
            f"&fn={FN}&i={number}&fp={sign}&n=1",
        ),
        facts=frozenset(facts),
    )


def attempted(
    paid: Payment, state: AttemptState, reason: Reason | None = None, detail: str = ""
) -> PaymentState:
    attempt = Attempt(
        payment_id=paid.id,
        fiscal_drive_number=FN,
        last_document_number=1043,
        digest=b"",
        sent_at=paid.created_at,
    )
    stored = StoredAttempt(
        number=1, attempt=attempt, state=state, reason=reason or "", detail=detail
    )
    return PaymentState(payment=paid, last_attempt=stored, document=None, facts=frozenset())


BOTH = (DocumentFact.PRINTED, DocumentFact.DELIVERED)
LAST = recorded(
    payment(4, 500_00, tendered=1_000_00, client="Василий П."), 1043, DocumentFact.PRINTED
)
PAYMENTS = (
    LAST,
    recorded(payment(3, 300_00, minutes_ago=4, pay_by=PayBy.CARD, client="Пётр К."), 1042, *BOTH),
    recorded(payment(2, 180_00, minutes_ago=11), 1041, *BOTH),
    recorded(payment(1, 12_500_50, minutes_ago=15, client="Анна С."), 1040, *BOTH),
)
CALM = Snapshot(
    at=NOW,
    club="Клуб «Орбита»",
    till="Касса 1",
    cashier="Иванова А.",
    register=REGISTER,
    payments=PAYMENTS,
)
UNISSUED = attempted(
    payment(5, 500_00, client="Лев М."),
    AttemptState.REFUSED,
    Reason.PAPER_OUT,
    "6Bh: нет чековой ленты",
)
WITHOUT_RECEIPT = replace(CALM, payments=(UNISSUED, *PAYMENTS), unissued=(UNISSUED,))
UNKNOWN = attempted(payment(5, 500_00, client="Лев М."), AttemptState.UNKNOWN)
OUTCOME_UNKNOWN = replace(
    CALM,
    payments=(UNKNOWN, *PAYMENTS),
    silence=replace(SILENCE, since=NOW - timedelta(seconds=12)),
    unsettled=Unsettled(
        payment=UNKNOWN, after_document=1043, since=NOW - timedelta(seconds=12), doubt=None
    ),
)
RECORDING = replace(
    CALM,
    in_progress=InProgress(
        payment_id=UUID(int=9),
        total=500_00,
        phase=Phase.RECORDING,
        since=NOW - timedelta(seconds=3),
    ),
)
SHIFT_CLOSED = replace(CALM, register=replace(REGISTER, shift=ShiftState.CLOSED))


SHIFT_OPEN = replace(CALM, shift=SHIFT, crm=CRM)
SHIFT_EXPIRED = replace(SHIFT_OPEN, register=replace(REGISTER, shift=ShiftState.EXPIRED))


SALE = recorded(
    replace(
        payment(6, 330_00, minutes_ago=20, client="Иван П."),
        kind=PaymentKind.CHARGE,
        lines=(sold_line(CHIPS, 2), sold_line(BAR)),
        parts=(
            Part(method=PayBy.CARD, amount=200_00),
            Part(method=PayBy.CASH, amount=130_00),
        ),
    ),
    1039,
    *BOTH,
)


_LOOKED_UP = (FindClients, FindGoods, ListTariffs, FindPayments)


class ScriptedLink:
    """Tells given snapshots, keeps what it is asked, answers what a test wants."""

    def __init__(self, snapshot: Snapshot | None, answer: Answer | None = DONE) -> None:
        self.asked: list[Request] = []
        """Those about money without the ids that the face made up."""
        self.caller_ids: list[str] = []
        self.answer = answer
        """None: no answer comes."""
        self.inquired: list[Request] = []
        self.finds = True
        """False: inquiries about clients, goods and payments get no answer."""
        self.seen: LinkFinding | None = None
        """What a look at the way to the register finds."""
        self.answers: dict[type[Any], Answer | None] = {}
        """Answers to requests of one class, before `answer`."""
        self._snapshot = snapshot
        self._on_snapshot: Callable[[Snapshot], None] | None = None

    def attach(
        self, on_snapshot: Callable[[Snapshot], None], on_end: Callable[[str], None]
    ) -> None:
        self._on_snapshot = on_snapshot
        if self._snapshot is not None:
            on_snapshot(self._snapshot)

    @property
    def is_attached(self) -> bool:
        return self._on_snapshot is not None

    def detach(self) -> None:
        self._on_snapshot = None

    def tell(self, snapshot: Snapshot) -> None:
        assert self._on_snapshot is not None
        self._snapshot = snapshot
        self._on_snapshot(snapshot)

    async def ask(self, request: Request) -> Answer:
        if isinstance(request, Diagnose) and self._snapshot is not None:
            return diagnose(
                self._snapshot,
                link=self.seen,
                status_at=NOW,
                room=9000 << 20,
                least_room=64 << 20,
                at=NOW,
            )
        if isinstance(request, _LOOKED_UP) and type(request) not in self.answers:
            self.inquired.append(request)
            if not self.finds:
                await asyncio.Event().wait()
            return found(request, (*PAYMENTS, SALE))
        if isinstance(request, PaymentRequest):
            assert request.caller_id is not None
            self.caller_ids.append(request.caller_id)
            request = replace(request, caller_id=None)
        self.asked.append(request)
        answer = self.answers.get(type(request), self.answer)
        if answer is None:
            await asyncio.Event().wait()
        assert answer is not None
        return answer


def face(link: ScriptedLink, *, console: bool = False) -> KassaApp:
    ids = map(UUID, (f"{number:032x}" for number in count(1)))
    return KassaApp(link, lambda: NOW, lambda: next(ids), console=console)


def lines(app: KassaApp) -> list[str]:
    """What stands on the screen, row by row."""
    return [
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips()
    ]


def text(app: KassaApp) -> str:
    return "\n".join(lines(app))


@asynccontextmanager
async def running(app: KassaApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[str]]:
    """The app on a terminal of `size`, joined to its station and drawn."""
    async with app.run_test(size=size) as pilot:
        link = app.till.link
        assert isinstance(link, ScriptedLink)
        while not link.is_attached:
            await pilot.pause()
        await pilot.pause()
        yield pilot
