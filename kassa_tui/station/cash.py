"""Cash that is put into the drawer or taken out beside sales (K13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from drivers.register import OutcomeUnknown, Refused, RegisterError, RegisterStatus
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.models import cash as crm
from kassa_tui.izi.models.page import Paging
from kassa_tui.journal.calls import Call
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.shifts import CashDirection, CashMove, CashMoveState, StoredCashMove
from kassa_tui.station import calls
from kassa_tui.station.answers import Answer, Declined, Done, Objection, Uncertain
from kassa_tui.station.desk import Desk
from kassa_tui.station.objections import MAX_COMMENT, movement_objection
from kassa_tui.station.office import CrmShift, Office
from kassa_tui.station.outbox import Outbox
from kassa_tui.station.receipts import cashier
from kassa_tui.station.requests import CashKind, MoveCash, SettleCash
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.settlement import BY_HAND


class Cash:
    """Moves cash. Methods raise `RegisterError` and `JournalError`."""

    def __init__(
        self,
        desk: Desk,
        journal: Journal,
        office: Office | None,
        outbox: Outbox | None,
        settings: StationSettings,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        shift_id: Callable[[], UUID | None],
    ) -> None:
        self._desk = desk
        self._journal = journal
        self._office = office
        self._outbox = outbox
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        self._shift_id = shift_id
        self.open: tuple[StoredCashMove, ...] = ()
        """Movements of which it is not known whether the register has them, oldest first."""

    async def move(self, request: MoveCash, status: RegisterStatus) -> Answer:
        """On the register first, then in the CRM; `status` is of a register that is ready."""
        if wrong := movement_objection(request):
            return Declined(wrong)
        shift_id = self._shift_id()
        if shift_id is None:
            return Declined(Objection.JOURNAL_FAILED, "no shift is noted")
        if request.movement_id is not None:
            for known in await self._journal.cash_moves(shift_id):
                if known.move.id == request.movement_id:
                    return _answer_of(known.state)
        if declined := await self._stands_against(request, status):
            return declined
        move = CashMove(
            id=request.movement_id or self._new_id(),
            shift_id=shift_id,
            direction=CashDirection.IN if request.amount > 0 else CashDirection.OUT,
            kind=request.kind,
            article_id=request.article_id,
            amount=abs(request.amount),
            comment=request.comment.strip()[:MAX_COMMENT],
            cashier=self._settings.cashier,
            occurred_at=self._clock(),
            drawer_before=status.cash_in_drawer,
        )
        await self._journal.add_cash_move(move)
        state, detail = await self._on_register(move)
        await self._note(move, state, detail)
        if state is CashMoveState.REFUSED:
            return Declined(Objection.NOT_ENOUGH_CASH, detail)
        return _answer_of(state)

    async def recall(self) -> None:
        """Read from the journal what is open."""
        self.open = await self._journal.open_cash_moves()

    @property
    def is_cut(self) -> bool:
        """A movement was cut off: the drawer must be asked before it changes again."""
        return any(one.state is CashMoveState.INTENDED for one in self.open)

    async def settle(self, status: RegisterStatus) -> None:
        """Judge movements that were cut off by the register's own account of the drawer."""
        cut = [one.move for one in self.open if one.state is CashMoveState.INTENDED]
        for move in cut:
            # Of several nobody could say which of them the drawer tells of.
            alone = len(cut) == 1
            state = await self._by_drawer(move, status) if alone else CashMoveState.UNKNOWN
            await self._note(move, state, "by the drawer")
        await self.recall()

    async def _by_drawer(self, move: CashMove, status: RegisterStatus) -> CashMoveState:
        """After a lost answer the register's own account of the drawer tells.

        With another FN another device may stand there, and its drawer tells nothing.
        """
        before, now = move.drawer_before, status.cash_in_drawer
        shift = await self._journal.shift(move.shift_id)
        moved_under = None if shift is None else shift.fiscal_drive_number
        if before is None or now is None or moved_under != status.fn.fiscal_drive_number:
            return CashMoveState.UNKNOWN
        sign = 1 if move.direction is CashDirection.IN else -1
        if now == before + sign * move.amount:
            return CashMoveState.DONE
        return CashMoveState.REFUSED if now == before else CashMoveState.UNKNOWN

    async def settle_by_hand(self, request: SettleCash) -> Answer:
        """A person decides what the drawer did not tell."""
        if not request.comment.strip():
            return Declined(Objection.COMMENT_NEEDED)
        await self.recall()
        stored = next((one for one in self.open if one.move.id == request.movement_id), None)
        if stored is None or stored.state is not CashMoveState.UNKNOWN:
            return Declined(Objection.NOTHING_TO_SETTLE)
        state = CashMoveState.DONE if request.moved else CashMoveState.REFUSED
        said = f"{state}: {request.comment.strip()[:MAX_COMMENT]}"
        await self._journal.note_incident(
            self._clock(), BY_HAND, f"cash movement {stored.move.id}: {said}"
        )
        await self._note(stored.move, state, said)
        await self.recall()
        return Done()

    async def _note(self, move: CashMove, state: CashMoveState, detail: str) -> None:
        """Note the end, and tell the CRM of what was moved."""
        if state is CashMoveState.INTENDED:
            return
        call = self._call(move) if state is CashMoveState.DONE else None
        await self._journal.note_cash_move(
            move.id, self._clock(), state, detail, () if call is None else (call,)
        )
        if call is not None and self._outbox is not None:
            await self._outbox.deliver_new(call)

    async def _stands_against(self, request: MoveCash, status: RegisterStatus) -> Declined | None:
        taken = max(0, -request.amount)
        if status.cash_in_drawer is not None and taken > status.cash_in_drawer:
            return Declined(Objection.NOT_ENOUGH_CASH)
        office = self._office
        if office is None:
            return None
        await office.look()
        if office.shift_state is CrmShift.CLOSED:
            return Declined(Objection.CRM_SHIFT_CLOSED)
        if office.failing_since is not None:
            return None  # it is queued; the CRM judges it when it is back
        if office.shift is not None and taken > office.shift.expected_cash:
            return Declined(Objection.NOT_ENOUGH_CASH)
        if request.kind is CashKind.COLLECTION:
            return None
        try:
            page = await office.ask(
                office.crm.cash_articles(office.club_id, paging=Paging(limit=200))
            )
        except CrmError:
            return None  # likewise
        wanted = crm.CashDirection.IN if request.amount > 0 else crm.CashDirection.OUT
        fits = any(
            article.id == request.article_id and article.active and article.direction is wanted
            for article in page.items
        )
        return None if fits else Declined(Objection.ARTICLE_NEEDED)

    async def _on_register(self, move: CashMove) -> tuple[CashMoveState, str]:
        register, who = self._desk.register, cashier(self._settings)
        is_in = move.direction is CashDirection.IN
        command = register.cash_in if is_in else register.cash_out
        try:
            await self._desk.record(command(move.amount, who))
        except OutcomeUnknown as unknown:
            try:
                return await self._by_drawer(move, await self._desk.status()), unknown.detail
            except RegisterError:
                return CashMoveState.INTENDED, unknown.detail  # asked again when it answers
        except Refused as refused:
            return CashMoveState.REFUSED, refused.detail or refused.reason
        return CashMoveState.DONE, ""

    def _call(self, move: CashMove) -> Call | None:
        if self._office is None:
            return None
        draft = crm.CashMovementDraft(
            external_id=move.id,
            direction=crm.CashDirection(move.direction),
            kind=crm.CashMovementKind(move.kind),
            article_id=move.article_id,
            amount=move.amount,
            comment=move.comment or None,
            occurred_at=move.occurred_at,
        )
        shift = self._office.shift
        return calls.post_cash_movement(draft, shift.id if shift else None, self._new_id)


def _answer_of(state: CashMoveState) -> Answer:
    match state:
        case CashMoveState.DONE:
            return Done()
        case CashMoveState.REFUSED:
            return Declined(Objection.NOT_ENOUGH_CASH)
        case _:
            return Uncertain()
