"""What a request about money comes to now, or why to nothing.

The journal and the CRM are asked for what a plan needs beyond the request and the register's
state; nothing is noted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from drivers.ffd.validation import problems
from drivers.register import Reason, RegisterStatus
from kassa_tui.izi.errors import CrmError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PayBy, Payment, PaymentKind
from kassa_tui.settings.tax import TaxRegimeError
from kassa_tui.station import calls
from kassa_tui.station.answers import Declined, Objection
from kassa_tui.station.desk import Desk
from kassa_tui.station.drafts import basket_of
from kassa_tui.station.judgements import by_method, drawer_is_short, needs_crm, total_of
from kassa_tui.station.office import CrmShift, Office, is_phone
from kassa_tui.station.plans import Circumstances, Original, Plan, plans
from kassa_tui.station.recorder import SHIFT_LIFE
from kassa_tui.station.requests import BonusRequest, PaymentRequest, RefundSale, TakePayment
from kassa_tui.station.settings import StationSettings

_METHODS = (PayBy.CASH, PayBy.CARD, PayBy.BALANCE, PayBy.BONUS)


class Planner:
    """Makes plans. Methods raise `JournalError`."""

    def __init__(
        self,
        desk: Desk,
        journal: Journal,
        office: Office | None,
        settings: StationSettings,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        shift_id: Callable[[], UUID | None],
    ) -> None:
        """`shift_id` tells the journal's shift that is open; without a CRM `office` is None."""
        self._desk = desk
        self._journal = journal
        self._office = office
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        self._shift_id = shift_id

    def over_limit(self, request: PaymentRequest) -> Objection | None:
        """Of what the settings let one payment be."""
        limit = self._settings.max_payment
        if isinstance(request, TakePayment):
            limit = min(limit, self._settings.max_top_up)
        return Objection.WRONG_SUM if total_of(request) > limit else None

    async def plan(
        self, request: PaymentRequest, status: RegisterStatus
    ) -> tuple[Plan, ...] | Declined:
        """The payments of a request in which nothing is wrong; `status` is of this moment."""
        if declined := await self._crm_stands_against(request):
            return declined
        given = await self._circumstances(request, status)
        if isinstance(given, Declined):
            return given
        try:
            planned = plans(request, given)
        except TaxRegimeError as error:
            return Declined(Objection.TAX_UNMAPPED, str(error))
        except ValidationError as error:
            return Declined(Objection.WRONG_LINES, _fields(error))
        return self._unfit(planned, status) or planned

    async def _crm_stands_against(self, request: PaymentRequest) -> Declined | None:
        """K1 and K6: what the CRM's state forbids."""
        office = self._office
        if office is None:
            return Declined(Objection.CRM_NEEDED) if needs_crm(request) else None
        if office.shift_state not in (CrmShift.OPEN, CrmShift.NOT_TOLD):
            await office.look()
        if office.shift_state is CrmShift.CLOSED:
            return Declined(Objection.CRM_SHIFT_CLOSED)
        opened = office.shift
        if opened is not None and self._clock() - opened.opened_at >= SHIFT_LIFE:
            return Declined(Reason.SHIFT_EXPIRED)
        if office.failing_since is not None and needs_crm(request):
            await office.look()
            if office.failing_since is not None:
                return Declined(Objection.CRM_NEEDED)
        return None

    async def _circumstances(
        self, request: PaymentRequest, status: RegisterStatus
    ) -> Circumstances | Declined:
        client_id = None if isinstance(request, RefundSale) else request.client_id
        client = "" if isinstance(request, RefundSale) else request.client
        original = None
        if isinstance(request, RefundSale):
            found = await self._original(request)
            if isinstance(found, Declined):
                return found
            original, sale = found
            client_id, client = sale.client_id, sale.client
        elif isinstance(request, TakePayment) and self._office is not None and not client_id:
            identified = await self._identify(request.client)
            if isinstance(identified, Declined):
                return identified
            client_id, client = identified
        if client_id and not client and self._office is not None:
            client = await self._office.client_name(client_id)
        if declined := drawer_is_short(request, status):
            return declined
        contact, paper = await self._delivery(request, client_id)
        if not paper and contact is None:
            return Declined(Objection.CONTACT_NEEDED)
        return Circumstances(
            settings=self._settings,
            at=self._clock(),
            on=status.clock.date(),
            new_id=self._new_id,
            client_id=client_id,
            client=client,
            contact=contact,
            paper=paper,
            shift_id=self._shift_id(),
            original=original,
        )

    async def _identify(self, text: str) -> tuple[str | None, str] | Declined:
        """The client of what was typed, by telephone; other text only names somebody."""
        assert self._office is not None, "only a CRM knows clients"
        if not is_phone(text):
            if self._settings.anonymous_top_ups:
                return None, text
            return Declined(Objection.CLIENT_NEEDED)
        try:
            found = await self._office.find_client(text)
        except CrmError:
            return Declined(Objection.CRM_NEEDED)
        if found is None:
            return Declined(Objection.CLIENT_NOT_FOUND)
        return found.id, found.display_name

    async def _delivery(
        self, request: PaymentRequest, client_id: str | None
    ) -> tuple[str | None, bool]:
        """Contact (1008) and whether paper is printed."""
        if isinstance(request, RefundSale | BonusRequest):
            contact, wants_paper = None, True
        else:
            contact, wants_paper = request.contact, request.paper
        if contact is None and client_id is not None and self._office is not None:
            contact = await self._office.contact(client_id)
        capabilities = self._desk.capabilities
        may_leave_out = (
            self._settings.paper_on_request
            and capabilities is not None
            and capabilities.electronic_only
        )
        return contact, wants_paper or not may_leave_out

    async def _original(self, request: RefundSale) -> tuple[Original, Payment] | Declined:
        """K8: at most what was paid by each method and is left of it."""
        state = await self._journal.payment(request.original)
        if state is None or state.payment.kind is not PaymentKind.CHARGE:
            return Declined(Objection.NO_SUCH_PAYMENT)
        if state.called_off:
            return Declined(Objection.ENDED, state.called_off)
        told = await self._journal.calls_of(request.original)
        transaction_id = calls.id_of(told[0].result) if told else None
        if transaction_id is None or (state.receipts and state.document is None):
            return Declined(Objection.NOT_ENDED)
        earlier = await self._journal.refunds_of(request.original)
        for method, amount in zip(_METHODS, by_method(request), strict=True):
            returned = sum(one.payment.paid_by(method) for one in earlier if not one.called_off)
            if amount > state.payment.paid_by(method) - returned:
                return Declined(Objection.MORE_THAN_LEFT, method)
        if not request.lines and request.paid.total != state.payment.total:
            return Declined(Objection.WRONG_LINES)
        document = state.document
        original = Original(
            transaction_id=transaction_id,
            lines=basket_of(calls.transaction_of(told[0].call.body).lines),
            sold_on=(document.date_time if document else state.payment.created_at).date(),
            receipted=document is not None,
        )
        return original, state.payment

    def _unfit(self, planned: tuple[Plan, ...], status: RegisterStatus) -> Declined | None:
        info = self._desk.info
        assert info is not None, "a register that told its state has been connected"
        for plan in planned:
            if plan.receipt is None:
                continue
            if wrong := problems(plan.receipt, info.ffd_version, status.clock.date()):
                return Declined(Reason.INVALID_RECEIPT, "; ".join(map(str, wrong)))
        return None


def _fields(error: ValidationError) -> str:
    """Which fields, without what stood in them."""
    return "; ".join(
        ".".join(map(str, found["loc"])) for found in error.errors(include_input=False)[:5]
    )
