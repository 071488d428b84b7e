"""Reconciliation over the link: every value travels, and a face drives it by small requests."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from kassa_tui.link import reconciling, wire
from kassa_tui.link.codec import dump, load
from kassa_tui.station.answers import Answer, Declined, Done, Objection, Recorded
from kassa_tui.station.reconciliation.requests import (
    AddAs,
    AddToIzi,
    AttachReceipt,
    CompareShift,
    IssueForRow,
    ListShifts,
    ReadRows,
    ReadShiftTape,
    ShiftComparison,
    TapeReach,
)
from kassa_tui.station.reconciliation.rows import RowStatus
from kassa_tui.station.requests import Request
from tests.station.bench import Bench, Running
from tests.station.reconciliation.till import (
    TOP_UP,
    drained,
    open_till,
    post_in_crm,
    record_by_hand,
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "journal.db")
    await bench.plug_in()
    yield bench
    await bench.close()


def over_the_wire(running: Running) -> reconciling.Ask:
    """Asks the station by what a socket would carry."""

    async def ask(request: Request) -> Answer:
        asked = load(wire.Asked, dump(wire.Asked(1, request)))
        answer = await running.station.ask(asked.request)
        told = dump(wire.Answered(1, answer))
        assert len(told) < wire.MOST_NEWS_BYTES
        heard: Answer = load(wire.News, told).answer
        assert heard == answer
        return heard

    return ask


@pytest.mark.parametrize(
    "request_",
    [
        ReadShiftTape(fiscal_drive_number="9999078900001234", shift_number=3),
        CompareShift(),
        ListShifts(),
        ReadRows(UUID(int=1), 200),
        IssueForRow(comparison_id=UUID(int=1), row="tx_1|", as_correction=True),
    ],
)
def test_requests_travel(request_: Request) -> None:
    asked = wire.Asked(7, request_)
    assert load(wire.Asked, dump(asked)) == asked


async def test_a_shift_is_read_compared_and_mended_by_small_requests(bench: Bench) -> None:
    async with open_till(bench) as running:
        ask = over_the_wire(running)
        for _ in range(3):
            await running.station.ask(TOP_UP)
        await post_in_crm(bench)
        await record_by_hand(bench)
        await drained(running)
        heard: list[TapeReach] = []
        reach = await reconciling.read_tape(ask, on_progress=heard.append)
        assert isinstance(reach, TapeReach)
        assert heard[-1] == reach
        found = await reconciling.compare(ask)
        assert isinstance(found, tuple)
        comparison, rows = found
        assert len(rows) == comparison.totals.count == 5
        ended = [
            (row.status, answer)
            async for row, answer in reconciling.mend_safe(ask, comparison.comparison_id, rows)
        ]
        ((status, answer),) = ended
        assert status is RowStatus.IZI_ONLY
        assert isinstance(answer, Recorded)
        (orphan,) = (row for row in rows if row.status is RowStatus.FR_ONLY)
        added = AddToIzi(
            comparison_id=comparison.comparison_id,
            row=orphan.key,
            add_as=AddAs.CHARGE,
            comment="чай",
        )
        assert await ask(added) == Done()
        await reconciling.read_tape(ask)
        again = await reconciling.compare(ask)
        assert isinstance(again, tuple)
        assert again[0].totals.all_matched
        attach = AttachReceipt(comparison_id=comparison.comparison_id, row="nothing|")
        assert await ask(attach) == Declined(Objection.STALE)


async def test_a_long_shift_comes_in_pieces(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kassa_tui.station.reconciliation.comparing.ROWS_AT_ONCE", 2)
    async with open_till(bench) as running:
        ask = over_the_wire(running)
        for _ in range(5):
            await running.station.ask(TOP_UP)
        await drained(running)
        await reconciling.read_tape(ask)
        first = await ask(CompareShift())
        assert isinstance(first, ShiftComparison)
        assert len(first.rows) == 2
        found = await reconciling.compare(ask)
        assert isinstance(found, tuple)
        _, rows = found
        assert [one.document.fiscal_document_number for one in rows if one.document] == sorted(
            one.document.fiscal_document_number for one in rows if one.document
        )
        assert len(rows) == 5
        beyond = await ask(ReadRows(first.comparison_id, 99))
        assert beyond.rows == ()  # type: ignore[union-attr]
