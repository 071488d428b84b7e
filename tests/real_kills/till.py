"""A till that takes one payment after another and says what it was answered, line by line.

python -m tests.real_kills.till JOURNAL URL SEED [--settle]
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random

from drivers.ffd.enumerations import TaxSystem, VatRate
from drivers.register import ShiftState
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.link import LinkTiming
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PayBy
from kassa_tui.station.identity import uuid7
from kassa_tui.station.requests import (
    CloseShift,
    IssueReceipt,
    NotRecorded,
    OpenShift,
    Recorded,
    Refresh,
    TakePayment,
    Uncertain,
)
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.station.station import Station

MOSCOW = timezone(timedelta(hours=3))
SETTINGS = StationSettings(
    club="Клуб",
    till="Касса",
    cashier="Иванова А.",
    tax_system=TaxSystem.SIMPLIFIED_INCOME,
    vat_rate=VatRate.NO_VAT,
    poll_s=0.5,
    first_retry_s=0.05,
    last_retry_s=0.5,
)
QUICK = LinkTiming(control=0.3, answer=0.5, byte=0.2, probe=0.3, connect=2)


def say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


async def main(journal_path: Path, url: str, seed: int, *, settle: bool) -> None:
    random = Random(seed)
    snapshots: list[Snapshot] = []
    journal = await Journal.open(journal_path)
    station = Station(
        ShtrihRegister(url, timezone=MOSCOW, protocol="v1", timing=QUICK),
        journal,
        SETTINGS,
        lambda: datetime.now(UTC).astimezone(MOSCOW),
        lambda: uuid7(datetime.now(UTC), secrets.token_bytes(10)),
        lambda snapshot: snapshots.__setitem__(slice(None), [snapshot]),
    )
    running = asyncio.create_task(station.run())
    await station.ask(Refresh())
    say(up=True)
    while not running.done():
        snapshot = snapshots[-1]
        register = snapshot.register
        if snapshot.silence or snapshot.unsettled or register is None:
            await asyncio.sleep(0.05)
            await station.ask(Refresh())
        elif register.shift is not ShiftState.OPEN:
            closed = register.shift is ShiftState.CLOSED
            await station.ask(OpenShift() if closed else CloseShift())
        elif snapshot.unissued:
            tell(await station.ask(IssueReceipt(snapshot.unissued[0].payment.id)))
        elif settle:
            break
        elif random.random() < 0.05:
            await station.ask(CloseShift())
        else:
            pay_by = random.choice((PayBy.CASH, PayBy.CARD))
            tell(await station.ask(TakePayment(total=random.randint(1, 500_00), pay_by=pay_by)))
    station.stop()
    await running
    await journal.close()


def tell(answer: object) -> None:
    match answer:
        case Recorded(payment_id):
            say(recorded=str(payment_id))
        case NotRecorded(payment_id):
            say(not_recorded=str(payment_id))
        case Uncertain(payment_id) if payment_id is not None:
            say(uncertain=str(payment_id))


if __name__ == "__main__":
    path, address, number = sys.argv[1:4]
    asyncio.run(main(Path(path), address, int(number), settle="--settle" in sys.argv))
