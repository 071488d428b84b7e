"""The CRM of the world: none, one far away, or one inside the station's process.

A far one is a computer of its own: it lives on when the station dies, its disk is sound, and
what is asked of it passes a `Gate`, where the network's faults strike, and goes through the
gateway's client and server, with no socket between them. A near one has its file
on the station's disk and dies with the station. Both are the embedded CRM with its demo club.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID

from httpx import ASGITransport

from kassa_tui.izi.embedded.club import SignIn
from kassa_tui.izi.embedded.crm import EmbeddedCrm
from kassa_tui.izi.embedded.demo import demo_club
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.gateway.client import GatewayCrm
from kassa_tui.izi.models.shift import ShiftClosing, ShiftOpening
from kassa_tui.izi.models.transaction import (
    Line,
    LineKind,
    Payment,
    PaymentMethod,
    TaxClass,
    TransactionDraft,
    TransactionType,
)
from kassa_tui.izi.port import Crm
from kassa_tui.izi.virtual.app import Fires, GatewayApp
from tests.simulation.books import Ledger
from tests.simulation.disk import MEMORY, Disk, Image
from tests.simulation.reading import ledger_of

DATABASE = "crm.db"
ANOTHER_TILL = "другая касса"


class Place(StrEnum):
    """Where the CRM is."""

    NONE = "none"
    FAR = "far"
    NEAR = "near"


class Club:
    """The CRM through all lives of the station, and what is done to it elsewhere."""

    def __init__(
        self,
        place: Place,
        disk: Disk,
        clock: Callable[[], datetime],
        random: Random,
        fires: Fires,
    ) -> None:
        """`fires` says which faults the far CRM's gateway has."""
        self.place = place
        self.elsewhere: set[UUID] = set()
        """`external_id`s of transactions that another till has made."""
        self.meddled = False
        """Whether somebody else has had his hands in our shift."""
        self._clock = clock
        self._random = random
        self._disk = disk
        self._fires = fires
        self._server: EmbeddedCrm | None = None
        self.session: Crm | None = None
        """The far CRM, as another till asks it: past the gate, and the gateway's faults."""
        self.gateway: Crm | None = None
        """What the station's gate leads to."""
        self.club_id = _filled()[1].club_id
        if place is Place.FAR:
            self._path = disk.elsewhere / DATABASE
            self._path.write_bytes(_filled()[0])
        elif place is Place.NEAR:
            self._path = disk.folder / DATABASE
            self._path.write_bytes(_filled()[0])
            disk.install(DATABASE)

    async def plug_in(self) -> None:
        """Switch the far CRM on."""
        if self.place is Place.FAR:
            self._server = await self._opened()
            token = _filled()[1].token
            self.session = self._server.session(token)
            new_id = map(UUID, map("{:032x}".format, count(1))).__next__
            app = GatewayApp(self._server.session, new_id, self._fires)
            self.gateway = GatewayCrm("http://crm", token, new_id, transport=ASGITransport(app))

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[tuple[Crm, str]]:
        """The near CRM, as a station opens it for itself. Raises what opening raises."""
        self._path = self._disk.folder / DATABASE
        crm = await self._opened()
        try:
            club = await demo_club(crm)
            yield crm.session(club.token), club.club_id
        finally:
            await crm.close()

    async def _opened(self) -> EmbeddedCrm:
        return await EmbeddedCrm.open(
            self._path, clock=self._clock, randomness=self._random.randbytes
        )

    # What other people do

    async def close_shift_elsewhere(self, again: bool) -> None:
        """Another till ends the club's shift, and with `again` begins the next."""
        assert self.session is not None, "only a far CRM has another till"
        self.meddled = True
        try:
            standing = await self.session.current_shift(self.club_id)
            closing = ShiftClosing(
                closed_at=self._clock(),
                counted_cash=max(0, standing.expected_cash),
                comment=ANOTHER_TILL,
            )
            await self.session.close_shift(
                standing.id, closing, version=standing.version, key=self._new_id()
            )
            if again:
                opening = ShiftOpening(
                    external_id=self._new_id(),
                    opened_at=self._clock(),
                    opening_cash=closing.counted_cash,
                    comment=ANOTHER_TILL,
                )
                await self.session.open_shift(self.club_id, opening, key=self._new_id())
        except CrmError:
            pass  # there was no shift to close

    async def spend_elsewhere(self, client_id: str) -> None:
        """Another till sells the client game time for all of the balance."""
        assert self.session is not None, "only a far CRM has another till"
        client = await self.session.client(client_id)
        if client.balance <= 0:
            return
        line = Line(
            kind=LineKind.SERVICE,
            name="Турнир",
            quantity=Decimal(1),
            price=client.balance,
            sum=client.balance,
            tax_class=TaxClass.SERVICES,
            nds=6,
            payment_type=4,
            product_type=4,
            unit=0,
        )
        draft = TransactionDraft(
            external_id=self._new_id(),
            type=TransactionType.CHARGE,
            client_id=client_id,
            amount=client.balance,
            payments=(Payment(method=PaymentMethod.BALANCE, amount=client.balance),),
            lines=(line,),
            occurred_at=self._clock(),
        )
        self.elsewhere.add(draft.external_id)  # an error may come after the commit
        with contextlib.suppress(CrmError):
            standing = await self.session.current_shift(self.club_id)
            await self.session.post_transaction(standing.id, draft, key=self._new_id())

    async def post_elsewhere(self, client_id: str, total: int) -> None:
        """Somebody takes a card with the CRM's own screens; no station knows of it."""
        assert self.session is not None, "only a far CRM has screens of its own"
        assert self._server is not None, "a session is one of the server"
        draft = TransactionDraft(
            external_id=self._new_id(),
            type=TransactionType.TOP_UP,
            client_id=client_id,
            amount=total,
            payments=(Payment(method=PaymentMethod.CARD, amount=total),),
            occurred_at=self._clock(),
        )
        self.elsewhere.add(draft.external_id)
        with contextlib.suppress(CrmError):  # there is no shift, or the client is blocked
            standing = await self.session.current_shift(self.club_id)
            async with self._server.registry() as owner:
                await owner.post_in_crm(standing.id, draft)

    def _new_id(self) -> UUID:
        return UUID(bytes=self._random.randbytes(16), version=4)

    # What it knows, read past everything

    def ledger(self) -> Ledger:
        """What it would have after a power cut."""
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            path = Path(folder, DATABASE)
            image = self._disk.synced[DATABASE] if self.place is Place.NEAR else None
            (image or Image.of(self._path)).write(path)
            return ledger_of(path, frozenset(self.elsewhere))

    def has(self, external_id: UUID) -> bool | None:
        """Whether a transaction or movement stands; None: nobody can be asked now."""
        if self._server is not None:
            connection = self._server._store._db._connection
        else:
            connection = self._disk.connection(DATABASE)
        if connection is None:
            return None
        sql = "SELECT 1 FROM external_id WHERE id = ?"
        found = sqlite3.Connection.execute(connection, sql, (str(external_id),)).fetchone()
        return found is not None

    async def close(self) -> None:
        if self._server is not None:
            await self._server.close()


@cache
def _filled() -> tuple[bytes, SignIn]:
    """The demo club's file, the same in every process."""
    from tests.simulation.world import EPOCH

    async def fill(path: Path) -> SignIn:
        crm = await EmbeddedCrm.open(path, clock=lambda: EPOCH, randomness=Random(7).randbytes)
        try:
            return await demo_club(crm)
        finally:
            await crm.close()

    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        path = Path(folder, DATABASE)
        club = asyncio.run(fill(path))
        return path.read_bytes(), club
