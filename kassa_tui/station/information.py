"""Answers inquiries, from the journal and from the CRM."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from drivers.ffd.enumerations import QuantityMeasure
from drivers.register import Reason
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.models.catalogue import Product, Tariff, is_gtin
from kassa_tui.izi.models.client import Client, ClientSearch, SearchBy
from kassa_tui.izi.models.page import Page, Paging
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.shifts import CashDirection
from kassa_tui.station import calls
from kassa_tui.station.answers import Declined, Objection
from kassa_tui.station.basket import LineKind, TaxClass
from kassa_tui.station.diagnosis import Diagnosis
from kassa_tui.station.drafts import till_tag
from kassa_tui.station.inquiries import (
    MOST_FOUND,
    MOST_PAYMENTS,
    Article,
    Articles,
    Clients,
    Diagnose,
    Exported,
    ExportPayments,
    FindClients,
    FindGoods,
    FindPayments,
    FoundClient,
    FoundPayments,
    Information,
    Inquiry,
    ListArticles,
    ListTariffs,
    Moment,
    ReadStory,
    SaleItem,
    SaleItems,
    Story,
    StoryEvent,
)
from kassa_tui.station.office import Office, is_phone
from kassa_tui.station.reconciliation.comparing import Comparer
from kassa_tui.station.reconciliation.requests import (
    CompareShift,
    ExportRows,
    ListShifts,
    ReadRows,
    Shifts,
)

FOLDER = "exports"
"""Beside the journal."""

MOST_AT_ONCE = 4
_WHOLE_LIST = 200
_MOST_TEXT = 128

Reply: TypeAlias = Information | Declined


class InformationDesk:
    """Works beside the requests; never touches the register."""

    def __init__(
        self,
        journal: Journal,
        office: Office | None,
        comparer: Comparer | None,
        till: str,
        examine: Callable[[], Awaitable[Diagnosis]],
    ) -> None:
        """`comparer` goes with the CRM."""
        self._journal = journal
        self._exports = journal.path.with_name(FOLDER)
        self._office = office
        self._comparer = comparer
        self._own_tag = till_tag(till)
        self._examine = examine
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def tell(self, inquiry: Inquiry, now: datetime) -> Reply:
        async with self._places:
            try:
                return await self._tell(inquiry, now)
            except JournalError as error:
                return Declined(Objection.JOURNAL_FAILED, str(error))
            except CrmError as error:
                return Declined(Objection.CRM_NEEDED, error.code)

    async def _tell(self, inquiry: Inquiry, now: datetime) -> Reply:
        match inquiry:
            case FindPayments():
                return await self._payments(inquiry)
            case ReadStory(payment_id):
                return await self._story(payment_id)
            case ExportPayments():
                return await self._export(now)
            case Diagnose():
                return await self._examine()
            case ListShifts(limit=limit):
                return Shifts(await self._journal.last_shifts(min(max(limit, 1), MOST_PAYMENTS)))
        if self._office is None or self._comparer is None:
            return Declined(Objection.CRM_NEEDED)
        match inquiry:
            case CompareShift():
                found = await self._comparer.compare(inquiry)
                return Declined(Reason.NOT_FOUND) if found is None else found
            case ExportRows(comparison_id):
                return await self._export_rows(self._comparer, comparison_id)
            case ReadRows():
                return self._comparer.rows(inquiry) or Declined(Objection.STALE)
            case FindClients(text):
                return await self._clients(self._office, text.strip()[:_MOST_TEXT])
            case FindGoods(text):
                return await self._goods(self._office, text.strip()[:_MOST_TEXT])
            case ListTariffs():
                return await self._tariffs(self._office, now)
            case ListArticles():
                return await self._articles(self._office)

    # The journal

    async def _payments(self, inquiry: FindPayments) -> FoundPayments:
        limit = min(max(inquiry.limit, 1), MOST_PAYMENTS)
        found = await self._journal.find_payments(inquiry.text.strip(), inquiry.before, limit + 1)
        more = len(found) > limit
        found = found[:limit]
        return FoundPayments(found, found[-1].payment.id if more else None)

    async def _story(self, payment_id: UUID) -> Reply:
        story = await self._journal.story(payment_id)
        if story is None:
            return Declined(Objection.NO_SUCH_PAYMENT)
        state, told = story
        elsewhere = await self._is_made_elsewhere(payment_id)
        events = (
            StoryEvent(
                at=at,
                moment=Moment.MADE_ELSEWHERE
                if elsewhere and what == Moment.NOTED
                else Moment(what),
                detail=detail,
            )
            for at, what, detail in told
        )
        return Story(state, tuple(events))

    async def _is_made_elsewhere(self, payment_id: UUID) -> bool:
        """The CRM had the transaction before this till has promised its receipt."""
        first = next(iter(await self._journal.calls_of(payment_id)), None)
        if first is None or first.call.name != calls.POST_TRANSACTION:
            return False
        return self._own_tag not in calls.transaction_of(first.call.body).tags

    async def _export(self, now: datetime) -> Reply:
        try:
            path, payments = await self._journal.export(self._exports, now)
        except OSError as error:
            return Declined(Objection.FILE_FAILED, error.strerror or "")
        return Exported(str(path), payments)

    async def _export_rows(self, comparer: Comparer, comparison_id: UUID) -> Reply:
        try:
            exported = await comparer.export(comparison_id, self._exports)
        except OSError as error:
            return Declined(Objection.FILE_FAILED, error.strerror or "")
        return exported or Declined(Objection.STALE)

    # The CRM

    async def _clients(self, office: Office, text: str) -> Clients:
        found: dict[str, Client] = {}
        more = False
        for by in _ways(text):
            search = ClientSearch(by=by, value=text, limit=MOST_FOUND)
            try:
                page = await office.ask(office.crm.search_clients(office.club_id, search))
            except CrmError as error:
                if error.retryable:
                    raise
                continue  # a way of looking that this CRM does not have, or text unfit for it
            found |= {client.id: client for client in page.items}
            more = more or page.next_cursor is not None
        return Clients(tuple(map(_client, found.values()))[:MOST_FOUND], more)

    async def _goods(self, office: Office, text: str) -> SaleItems:
        barcode = text if is_gtin(text) else None
        page: Page[Product] = await office.ask(
            office.crm.products(
                office.club_id,
                barcode=barcode,
                q=text if text and barcode is None else None,
                paging=Paging(limit=MOST_FOUND),
            )
        )
        return SaleItems(tuple(map(_good, page.items)), page.next_cursor is not None)

    async def _tariffs(self, office: Office, now: datetime) -> SaleItems:
        page: Page[Tariff] = await office.ask(
            office.crm.tariffs(office.club_id, available_at=now, paging=Paging(limit=_WHOLE_LIST))
        )
        items = (item for tariff in page.items for item in _zones(tariff))
        return SaleItems(tuple(items), page.next_cursor is not None)

    async def _articles(self, office: Office) -> Articles:
        page = await office.ask(
            office.crm.cash_articles(office.club_id, paging=Paging(limit=_WHOLE_LIST))
        )
        return Articles(
            tuple(
                Article(id=one.id, name=one.name, direction=CashDirection(one.direction))
                for one in page.items
                if one.active and one.direction.is_known
            )
        )


def _ways(text: str) -> tuple[SearchBy, ...]:
    """By what a client may be meant; nothing where too little was typed."""
    if is_phone(text):
        return (SearchBy.PHONE, SearchBy.CARD, SearchBy.ID)
    if len(text) < 3:
        return ()
    return (SearchBy.LOGIN, SearchBy.QR, SearchBy.CARD, SearchBy.ID)


def _client(one: Client) -> FoundClient:
    return FoundClient(
        id=one.id,
        name=one.display_name,
        phone_masked=one.phone_masked or "",
        balance=one.balance,
        bonus_balance=one.bonus_balance,
        blocked=one.blocked,
        has_contact=one.has_receipt_contact,
        group_tags=one.group_tags,
    )


def _good(one: Product) -> SaleItem:
    return SaleItem(
        kind=LineKind.PRODUCT,
        ref_id=one.id,
        name=one.name,
        receipt_name=one.receipt_name,
        price=one.price,
        group=one.category.name,
        tax_class=_tax_class(one.tax_class),
        unit=one.unit if one.unit in tuple(QuantityMeasure) else int(QuantityMeasure.OTHER),
        excise=one.excise,
        marked=one.marking.required,
        min_age=one.min_age,
        max_bonus_percent=one.max_bonus_percent,
        stock=one.stock,
    )


def _zones(one: Tariff) -> tuple[SaleItem, ...]:
    if not one.available_now:
        return ()
    return tuple(
        SaleItem(
            kind=LineKind.TARIFF,
            ref_id=one.id,
            name=one.name,
            receipt_name=one.receipt_name,
            price=zone.price,
            group=one.group or "",
            zone_id=zone.zone_id,
            zone_name=zone.zone_name,
            tax_class=_tax_class(one.tax_class),
            max_bonus_percent=one.max_bonus_percent,
        )
        for zone in one.prices
    )


def _tax_class(told: str) -> TaxClass:
    return TaxClass.GOODS if told == TaxClass.GOODS else TaxClass.SERVICES
