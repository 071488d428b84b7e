"""`GraphqlCrm`: IZI as the station sees it. See the package for what is offered, and why."""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Never
from uuid import UUID

import httpx
from pydantic import ValidationError

from kassa_tui.izi.errors import (
    CrmError,
    CrmFailed,
    Fault,
    InsufficientBalance,
    InvalidRequest,
    NotFound,
    NotSupported,
    OutcomeUnclear,
    PriceChanged,
    Refused,
    Retryable,
    TariffNotAvailable,
    Unsure,
    ValidationFailed,
)
from kassa_tui.izi.graphql.clients import Clients
from kassa_tui.izi.graphql.ledger import Ledger, summary
from kassa_tui.izi.graphql.money import roubles
from kassa_tui.izi.graphql.refusals import is_short, refusal
from kassa_tui.izi.graphql.session import Session
from kassa_tui.izi.graphql.sign_in import Credentials, SignIn, TokenFile
from kassa_tui.izi.graphql.tariffs import EVERYWHERE, Tariffs
from kassa_tui.izi.graphql.wire import Answer, Wire
from kassa_tui.izi.line import DEADLINE_S, Line
from kassa_tui.izi.masking import mask_email
from kassa_tui.izi.models.cash import CashArticle
from kassa_tui.izi.models.catalogue import Tariff
from kassa_tui.izi.models.client import Client, ClientSearch
from kassa_tui.izi.models.page import Page, Paging, Written
from kassa_tui.izi.models.session import Capabilities, Club, Feature, Me, Permission, Person
from kassa_tui.izi.models.transaction import (
    FiscalStatus,
    LineKind,
    PaymentMethod,
    Transaction,
    TransactionDraft,
    TransactionType,
)
from kassa_tui.izi.port import FIRST_PAGE, LookUpBy

log = logging.getLogger(__name__)

LEDGER = "izi.db"
TOKENS = "izi-sign-in.db"
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")

_ME = """query Me($clubId: ID!) { me { id email } club(id: $clubId) { id name } }"""
_TOP_UP = """mutation TopUp($input: TopUpInput!) {
  topUpBalance(input: $input) { success transactionId }
}"""
_PURCHASE = {"success": None, "transactionId": None, "id": None}
_DESK = (PaymentMethod.CASH, PaymentMethod.CARD)


def _lacks(feature: str) -> Callable[..., Coroutine[Any, Any, Never]]:
    """A call that IZI does not document."""

    async def refuse(*_: object, **__: object) -> Never:
        raise NotSupported("IZI documents no such operation", feature=feature)

    return refuse


@dataclass(frozen=True, slots=True)
class _Mutation:
    """A write, ready to be sent."""

    name: str
    document: str
    variables: Mapping[str, Any]
    tells_success: bool


class GraphqlCrm:
    """A `Crm` and a `Doubting`: one account at one station, in one club."""

    def __init__(
        self,
        session: Session,
        ledger: Ledger,
        club_id: str,
        clock: Callable[[], datetime],
        articles: tuple[CashArticle, ...] = (),
    ) -> None:
        self._session = session
        self._ledger = ledger
        self._club_id = club_id
        self._clock = clock
        self._articles = articles
        self._clients = Clients(session, club_id)
        self._tariffs = Tariffs(session, club_id, clock)

    async def capabilities(self) -> Capabilities:
        return Capabilities(
            contract="1.0", server="IZI GraphQL", features=(Feature.TRANSACTIONS_WRITE,)
        )

    async def me(self) -> Me:
        data = await self._session.read("me", _ME, {"clubId": self._club_id})
        try:
            me, club = data["me"], data["club"]
            return Me(
                operator=Person(id=me["id"], display_name=mask_email(me["email"])),
                clubs=(Club(id=club["id"], name=club["name"]),),
                permissions=tuple(Permission),
            )
        except (KeyError, TypeError, AttributeError, ValidationError):
            raise CrmFailed("an answer out of shape: me") from None

    fiscal_settings = _lacks("settings.read")
    shifts = current_shift = shift = _lacks("shifts.read")
    open_shift = close_shift = _lacks(Feature.SHIFTS_WRITE)
    set_fiscal_mode = _lacks(Feature.FISCAL_MODE)
    shift_transactions = _lacks("transactions.read")
    attach_receipt = set_fiscal_status = _lacks(Feature.RECEIPTS_ATTACH)
    import_receipt = _lacks(Feature.RECEIPTS_IMPORT)
    post_cash_movement = _lacks(Feature.CASH_WRITE)
    cash_movements = _lacks("cash.read")
    receipt_contact = _lacks("clients.contact")
    products = _lacks("catalog.products")

    async def cash_articles(
        self, club_id: str, *, paging: Paging = FIRST_PAGE
    ) -> Page[CashArticle]:
        """The till's own: IZI is told of no movement, and K13 wants each explained."""
        return Page(items=self._articles[: paging.limit])

    async def search_clients(self, club_id: str, search: ClientSearch) -> Page[Client]:
        return await self._clients.search(search)

    async def client(self, client_id: str) -> Client:
        return await self._clients.client(client_id)

    async def tariffs(
        self,
        club_id: str,
        *,
        zone_id: str | None = None,
        available_at: datetime | None = None,
        updated_since: datetime | None = None,
        paging: Paging = FIRST_PAGE,
    ) -> Page[Tariff]:
        """Those of now: neither schedules nor times of change are documented."""
        found = [
            one
            for one in await self._tariffs.listing()
            if (one.active or updated_since is not None)
            and (zone_id is None or _price(one, zone_id) is not None)
        ]
        return Page(items=tuple(found[: paging.limit]))

    async def post_transaction(
        self, shift_id: str, draft: TransactionDraft, *, key: UUID
    ) -> Written[Transaction]:
        """Top up a balance, or buy one tariff from it. The ledger stands before IZI."""
        async with self._ledger.alone(draft.external_id):
            known = await self._ledger.known(draft, key)
            if known is not None:
                return known
            mutation = await self._mutation(draft)
            await self._session.ready()
            seq = await self._ledger.begin(draft, key, self._clock())
            return Written(await self._post(mutation, draft, shift_id, seq), created=True)

    async def find_transactions(
        self, club_id: str, by: LookUpBy, value: str, *, paging: Paging = FIRST_PAGE
    ) -> Page[Transaction]:
        """By external id, from the ledger: what IZI has answered to this till."""
        if by is not LookUpBy.EXTERNAL_ID:
            raise NotSupported(feature="transactions.read")
        found = await self._ledger.by_external_id(value)
        return Page(items=() if found is None else (found,))

    async def transaction(self, transaction_id: str) -> Transaction:
        """From the ledger. Raises `NotFound`."""
        found = await self._ledger.by_transaction_id(transaction_id)
        if found is None:
            raise NotFound("this till has not posted it")
        return found

    async def was_not_done(self, external_id: UUID) -> None:
        async with self._ledger.alone(external_id):
            await self._ledger.free(external_id, "a person has looked: IZI does not have it")

    # Posting

    async def _mutation(self, draft: TransactionDraft) -> _Mutation:
        match draft.type:
            case TransactionType.TOP_UP:
                return self._top_up(draft)
            case TransactionType.CHARGE:
                return await self._purchase(draft)
        raise NotSupported(feature=f"transactions.{draft.type}")

    def _top_up(self, draft: TransactionDraft) -> _Mutation:
        if draft.client_id is None:
            raise ValidationFailed([Fault("#/client_id", "required", "whose balance")])
        if draft.paid_by(*_DESK) != draft.amount:
            raise ValidationFailed([Fault("#/payments", "sum", "cash and card make the amount")])
        told = {
            "clientId": draft.client_id,
            "amount": roubles(draft.amount),
            "clubId": self._club_id,
        }
        return _Mutation("topUpBalance", _TOP_UP, {"input": told}, tells_success=True)

    async def _purchase(self, draft: TransactionDraft) -> _Mutation:
        """One tariff, once, at IZI's price, from the balance: that is what it documents."""
        line = draft.lines[0] if len(draft.lines) == 1 else None
        if (
            line is None
            or draft.client_id is None
            or line.kind is not LineKind.TARIFF
            or line.ref_id is None
            or line.quantity != 1
            or line.discount
            or draft.paid_by(PaymentMethod.BALANCE) != draft.amount
        ):
            raise NotSupported(feature="transactions.charge")
        schema = await self._session.schema()
        operation = schema.operation(
            "mutation",
            "purchaseTariff",
            frozenset({"clientId", "tariffId", "clubId", "zoneId"}),
            frozenset({"clientId", "tariffId"}),
            _PURCHASE,
            frozenset(),
        )
        if operation is None:
            raise NotSupported(feature="transactions.charge")
        zone = line.zone_id or EVERYWHERE
        tariffs = await self._tariffs.listing()
        tariff = next((one for one in tariffs if one.id == line.ref_id and one.active), None)
        price = None if tariff is None else _price(tariff, zone)
        if price is None:
            raise TariffNotAvailable("IZI does not list it")
        if price != draft.amount:
            raise PriceChanged(price=price)
        assert tariff is not None, "it has a price"
        if "zoneId" not in operation.takes and len({one.price for one in tariff.prices}) > 1:
            raise NotSupported("IZI does not ask for the zone", feature="transactions.charge")
        told = {"clientId": draft.client_id, "tariffId": line.ref_id, "clubId": self._club_id}
        if zone != EVERYWHERE:
            told["zoneId"] = zone
        return _Mutation(
            operation.name,
            operation.document,
            operation.variables(told),
            tells_success="success" in operation.gives,
        )

    async def _post(
        self, mutation: _Mutation, draft: TransactionDraft, shift_id: str, seq: int
    ) -> Transaction:
        """Once begun, a cut leaves the line without an end: nobody knows then."""
        answer = None
        try:
            answer = await self._session.write(mutation.document, mutation.variables)
            told = _result(answer, mutation)
        except (Refused, Retryable) as error:
            await self._ledger.free(draft.external_id, error.code)
            if answer is not None and is_short(answer):
                raise await self._too_little(draft, error) from error
            raise
        except Unsure as error:
            raise OutcomeUnclear(f"{summary(draft)}; {error}") from error
        made = _transaction(draft, told, shift_id, seq, self._clock())
        try:
            await self._ledger.done(made)
        except CrmError:
            # IZI has it, and the caller hears so; should he forget, a person will be asked.
            log.exception("what IZI answered could not be noted")
        return made

    async def _too_little(self, draft: TransactionDraft, error: CrmError) -> CrmError:
        """How much there is, where it can be asked."""
        assert draft.client_id is not None, "only a client has a balance"
        try:
            client = await self._clients.client(draft.client_id)
        except CrmError:
            return error
        return InsufficientBalance(error.detail, available=max(client.balance, 0))


@asynccontextmanager
async def graphql_crm(
    url: str,
    credentials: Credentials,
    club_id: str,
    state: Path,
    clock: Callable[[], datetime],
    *,
    trust: ssl.SSLContext | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    deadline_s: float = DEADLINE_S,
    articles: tuple[CashArticle, ...] = (),
) -> AsyncIterator[GraphqlCrm]:
    """The adapter over its files in the directory `state`.

    Args:
        url: The endpoint; `https`, or `http` on this computer.
        trust: Whose certificates are believed, see `line.trust`; None: nobody's.
        transport: In place of the network.
        articles: What the till books movements of cash under.

    Raises:
        NotOurFile, sqlite3.Error, OSError: A file cannot be opened.
    """
    async with AsyncExitStack() as stack:
        ledger = await Ledger.open(state / LEDGER)
        stack.push_async_callback(ledger.close)
        tokens = await TokenFile.open(state / TOKENS)
        stack.push_async_callback(tokens.close)
        line = Line(trust=trust, transport=transport, deadline_s=deadline_s)
        stack.push_async_callback(line.close)
        wire = Wire(url, line, clock)
        sign_in = SignIn(wire, credentials, tokens, url)
        stack.push_async_callback(sign_in.close)
        yield GraphqlCrm(Session(wire, sign_in), ledger, club_id, clock, articles)


def _result(answer: Answer, mutation: _Mutation) -> Mapping[str, Any]:
    """What was made. Raises `Refused`, `Retryable`: nothing; `Unsure`: who knows."""
    told = answer.data.get(mutation.name) if answer.data is not None else None
    if told is None:
        raise refusal(answer, mutation.name)
    made = told if isinstance(told, dict) else {}
    success = made.get("success") if mutation.tells_success else told is not False
    if success is True and (mutation.tells_success or not answer.errors):
        return made
    if success is False and not answer.errors:
        raise InvalidRequest(f"{mutation.name}: not done, without a reason")
    if success is False:
        raise refusal(answer, mutation.name)
    raise CrmFailed(f"{mutation.name}: done and not done")


def _transaction(
    draft: TransactionDraft, told: Mapping[str, Any], shift_id: str, seq: int, now: datetime
) -> Transaction:
    theirs = told.get("transactionId") or told.get("id")
    is_id = isinstance(theirs, str) and _ID.fullmatch(theirs)
    return Transaction.model_validate(
        dict(draft)
        | {
            "id": theirs if is_id else f"izi-{draft.external_id}",
            "seq": seq,
            "version": 1,
            "shift_id": shift_id,
            "created_at": now,
            "fiscal_status": FiscalStatus.PENDING,  # and stays so: IZI takes no receipt
        }
    )


def _price(tariff: Tariff, zone_id: str) -> int | None:
    """Kopecks; None: it is not sold there."""
    return next((one.price for one in tariff.prices if one.zone_id in (zone_id, EVERYWHERE)), None)
