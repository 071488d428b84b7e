"""The closed shift of yesterday, which a new demo begins with: something of each status to mend.

A station works it through on a clock of yesterday, over its own driver, journal and CRM. What
is to differ is done beside it, as it happens in a club: money is taken in the CRM's own screens,
and receipts are made at the register. All that is paid by card, so that no drawer disagrees.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import SystemRandom
from uuid import UUID

from drivers.ffd.enumerations import CalculationSign
from drivers.ffd.receipt import Cashier, Payments
from drivers.ffd.tlv import Tlv
from drivers.virtual.core import VirtualRegister
from drivers.virtual.facts import ItemLine
from drivers.virtual.registration import Registration
from drivers.virtual.shtrih_face import ShtrihFace
from drivers.virtual.store import StateError
from kassa_tui.bootstrap.clock import local_now
from kassa_tui.bootstrap.errors import CannotStart
from kassa_tui.bootstrap.register import virtual_register_at
from kassa_tui.izi.embedded.crm import EmbeddedCrm
from kassa_tui.izi.embedded.demo import PRODUCTS, STANDARD, TARIFFS, demo_club
from kassa_tui.izi.embedded.schema import NotOurFile
from kassa_tui.izi.models.transaction import (
    Payment,
    PaymentMethod,
    TransactionDraft,
    TransactionType,
)
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PayBy
from kassa_tui.station.answers import Done, Recorded
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass
from kassa_tui.station.identity import uuid7
from kassa_tui.station.requests import (
    CashKind,
    CloseShift,
    MoveCash,
    OpenShift,
    RefundSale,
    Request,
    Sell,
    TakePayment,
)
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.station import Station
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE
from kassa_tui.words import _

FILES = ("crm.db", "register.db", "paper.txt", "journal.db", "journal.db.key")
"""What a till keeps; the journal's key tells that its file is whole, so it comes last."""

_IVAN, _VASYA, _MASHA, _DMITRY, _TIMUR = "cl_41", "cl_42", "cl_43", "cl_45", "cl_50"
_OPERATOR = 30
"""The administrator's row in the register's table of cashiers."""


async def make_yesterday(state: Path, settings: StationSettings) -> None:
    """Fill the directory `state` of a demo, unless a till has worked there before.

    It is made beside and then moved, so that a start which is cut off leaves no half of a day.
    Raises `CannotStart`.
    """
    if any((state / name).exists() for name in FILES):
        return
    folder = state / "yesterday"
    try:
        _clear(folder)
        async with _day(folder, settings) as day:
            await _work(day)
        for name in FILES:
            (folder / name).replace(state / name)
    except (OSError, sqlite3.Error, StateError, NotOurFile, JournalError) as error:
        raise _cannot(error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cannot(why: object) -> CannotStart:
    return CannotStart(_("Yesterday's shift of the demo cannot be made: {why}").format(why=why))


def _clear(folder: Path) -> None:
    """An empty directory, whatever a cut off start has left there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)


class _Clock:
    """Stands still at a time of yesterday until it is put on."""

    def __init__(self) -> None:
        self._now = (local_now() - timedelta(days=1)).replace(second=0, microsecond=0)
        self.put(9, 50)

    def __call__(self) -> datetime:
        return self._now

    def put(self, hour: int, minute: int) -> None:
        self._now = self._now.replace(hour=hour, minute=minute)


@dataclass(frozen=True, slots=True)
class _Day:
    """The parts of a till on a clock of yesterday."""

    clock: _Clock
    settings: StationSettings
    station: Station
    crm: EmbeddedCrm
    club_id: str
    token: str
    register: VirtualRegister
    executor: ThreadPoolExecutor
    """The register's own thread."""

    def new_id(self) -> UUID:
        return _new_id(self.clock)

    async def done(self, request: Request) -> Recorded | Done:
        """What the station answers; nothing is in its way. Raises `CannotStart`."""
        answer = await self.station.ask(request)
        if not isinstance(answer, Recorded | Done):
            raise _cannot(answer)
        return answer

    async def top_up_in_crm(self, client_id: str, total: int) -> UUID:
        """By card, in the CRM's own screens: no station knows of it. The payment's id."""
        shift = await self.crm.session(self.token).current_shift(self.club_id)
        draft = TransactionDraft(
            external_id=self.new_id(),
            type=TransactionType.TOP_UP,
            client_id=client_id,
            amount=total,
            payments=(Payment(method=PaymentMethod.CARD, amount=total),),
            occurred_at=self.clock(),
        )
        async with self.crm.registry() as owner:
            await owner.post_in_crm(shift.id, draft)
        return draft.external_id

    async def record_by_hand(self, name: str, total: int, payment: UUID | None = None) -> None:
        """A receipt that is made at the register, by card; it may name a payment (1084)."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.executor, partial(self._record, name, total, payment))

    def _record(self, name: str, total: int, payment: UUID | None) -> None:
        register, sign = self.register, CalculationSign.SALE
        register.open_receipt(sign, _OPERATOR)
        item = ItemLine(name=name, price=total, vat_rate=self.settings.vat_rate)
        register.add_item(item, sign=sign, operator=_OPERATOR)
        if payment is not None:
            named = (Tlv.of(1085, PAYMENT_ID_REQUISITE), Tlv.of(1086, str(payment)))
            register.add_tag(Tlv.of(1084, named), operator=_OPERATOR)
        register.close_receipt(
            Payments(cashless=total),
            tax_system=int(self.settings.tax_system),
            operator=_OPERATOR,
            cashier=Cashier(name=self.settings.cashier),
        )


async def _work(day: _Day) -> None:
    """From the opening to the closing of the shift."""
    clock, top_up_name = day.clock, day.settings.top_up_item
    await day.done(OpenShift(counted_cash=0))
    clock.put(10, 5)
    await day.done(TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1_000_00, client_id=_IVAN))
    clock.put(10, 40)
    await day.done(Sell(lines=(_tariff("tr_2h"),), paid=Paid(card=220_00), client_id=_DMITRY))
    clock.put(11, 20)
    bar = (_product("pr_4"), _product("pr_8"))
    await day.done(Sell(lines=bar, paid=Paid(cash=250_00)))
    clock.put(11, 45)
    coffee = (_product("pr_8"),)
    sold = await day.done(Sell(lines=coffee, paid=Paid(cash=120_00)))
    assert isinstance(sold, Recorded), "a sale has a receipt"
    clock.put(11, 55)
    await day.done(
        RefundSale(original=sold.payment_id, paid=Paid(cash=120_00), comment="кофе остыл")
    )
    clock.put(12, 30)
    await day.top_up_in_crm(_MASHA, 300_00)
    clock.put(13, 10)
    await day.top_up_in_crm(_TIMUR, 1_000_00)
    clock.put(13, 12)
    await day.record_by_hand(top_up_name, 1_000_00)
    clock.put(14, 35)
    await day.record_by_hand("Аренда зала", 750_00)
    clock.put(16, 20)
    payment = await day.top_up_in_crm(_VASYA, 250_00)
    clock.put(16, 21)
    await day.record_by_hand(top_up_name, 520_00, payment)
    clock.put(18, 5)
    await day.done(TakePayment(total=700_00, pay_by=PayBy.CARD, client_id=_VASYA))
    clock.put(21, 55)
    await day.done(MoveCash(amount=-750_00, kind=CashKind.COLLECTION))
    clock.put(22, 0)
    await day.done(CloseShift(counted_cash=0))


def _tariff(tariff_id: str) -> BasketLine:
    """In the zone of every tariff."""
    offer = next(one for one in TARIFFS if one.id == tariff_id)
    price = next(one.price for one in offer.prices if one.zone_id == STANDARD[0])
    return BasketLine(
        kind=LineKind.TARIFF,
        name=offer.receipt_name,
        price=price,
        tax_class=TaxClass.SERVICES,
        ref_id=offer.id,
        zone_id=STANDARD[0],
    )


def _product(product_id: str) -> BasketLine:
    offer = next(one for one in PRODUCTS if one.id == product_id)
    return BasketLine(
        kind=LineKind.PRODUCT,
        name=offer.receipt_name,
        price=offer.price,
        tax_class=TaxClass.GOODS,
        ref_id=offer.id,
    )


@asynccontextmanager
async def _day(folder: Path, settings: StationSettings) -> AsyncIterator[_Day]:
    """A till at work; in the end its files are whole and closed."""
    clock = _Clock()
    async with AsyncExitStack() as stack:
        paper = stack.enter_context((folder / "paper.txt").open("a", encoding="utf-8"))
        register = VirtualRegister.open(
            folder / "register.db",
            Registration(),
            clock,
            lambda line: paper.writelines((line, "\n")),
        )
        stack.callback(register.close)
        executor = stack.enter_context(ThreadPoolExecutor(1, "virtual-register"))
        face = ShtrihFace(register, executor=executor)
        stack.push_async_callback(face.close)
        crm = await EmbeddedCrm.open(folder / "crm.db", clock=clock, randomness=os.urandom)
        stack.push_async_callback(crm.close)
        club = await demo_club(crm)
        journal = await Journal.open(folder / "journal.db")
        stack.push_async_callback(journal.close)
        host, port = await face.serve_tcp()
        zone = clock().tzinfo
        assert zone is not None, "local time is aware"
        station = Station(
            virtual_register_at(f"socket://{host}:{port}", zone),
            journal,
            replace(settings, backups_kept=0),
            clock,
            partial(_new_id, clock),
            lambda snapshot: None,
            crm=crm.session(club.token),
            club_id=club.club_id,
            jitter=SystemRandom().random,
        )
        working = asyncio.create_task(station.run())
        try:
            yield _Day(clock, settings, station, crm, club.club_id, club.token, register, executor)
            station.stop()
            await working
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


def _new_id(clock: _Clock) -> UUID:
    return uuid7(clock(), os.urandom(10))
