"""The reconciliation's grid, by keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from textual.pilot import Pilot

from kassa_tui.station.answers import Declined, Done, Objection, Recorded
from kassa_tui.station.reconciliation.requests import (
    AddAs,
    AddToIzi,
    ExportedRows,
    ExportRows,
    IssueForRow,
)
from tests.screens.club import CLIENTS
from tests.screens.shift_rows import (
    COMPARISON,
    ReconcilingLink,
    a_shift,
    attached,
    compared,
    document,
    operation,
)
from tests.screens.till import CALM, LAST, face, running, text


@asynccontextmanager
async def grid(link: ReconcilingLink) -> AsyncIterator[Pilot[Any]]:
    """The screen with the shift compared."""
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f4")
        await settled(pilot)
        yield pilot


async def settled(pilot: Pilot[Any]) -> None:
    for _ in range(6):
        await pilot.pause()


def shown(pilot: Pilot[Any]) -> str:
    return text(pilot.app)


async def test_each_row_has_both_sides_a_sign_and_a_word() -> None:
    async with grid(ReconcilingLink(CALM, a_shift())) as pilot:
        rows = [line for line in shown(pilot).splitlines() if "ФД 104" in line or "500,00" in line]
        assert any("300,00" in row and "= ФД 1043" in row and "Сошлось" in row for row in rows)
        assert any("500,00 <" in row and "Только IZI" in row for row in rows)
        assert any("> ФД 1045" in row and "Только ФР" in row for row in rows)
        assert any("! ФД 1046" in row and "Расхождение" in row for row in rows)


async def test_a_digit_shows_the_rows_of_one_status() -> None:
    async with grid(ReconcilingLink(CALM, a_shift())) as pilot:
        await pilot.press("3")
        await settled(pilot)
        assert "ФД 1043" not in shown(pilot)
        assert "Только IZI" in shown(pilot)
        await pilot.press("1")
        await settled(pilot)
        assert "ФД 1043" in shown(pilot)


async def test_rows_are_found_by_client_and_by_sum() -> None:
    async with grid(ReconcilingLink(CALM, a_shift())) as pilot:
        await pilot.press("f7", *"пётр", "enter")
        await settled(pilot)
        assert "ФД 1044" in shown(pilot)
        assert "ФД 1043" not in shown(pilot)
        await pilot.press("f8", "f7", *"750,00", "enter")
        await settled(pilot)
        assert "ФД 1045" in shown(pilot)
        assert "ФД 1044" not in shown(pilot)


async def test_f12_issues_the_receipt_of_the_row_and_compares_again() -> None:
    link = ReconcilingLink(CALM, a_shift(), Recorded(LAST.payment.id))
    async with grid(link) as pilot:
        await pilot.press("3", "f12")
        await settled(pilot)
        (row,) = (one for one in link.comparison.rows if one.document is None)
        assert link.asked == [IssueForRow(comparison_id=COMPARISON, row=row.key)]
        assert link.compared == 2
        assert "Чек записан" in shown(pilot)


async def test_a_refusal_is_told_and_the_row_stays() -> None:
    link = ReconcilingLink(CALM, a_shift(), Declined(Objection.STALE))
    async with grid(link) as pilot:
        await pilot.press("3", "f12")
        await settled(pilot)
        assert "Ничего не сделано" in shown(pilot)
        assert "Только IZI" in shown(pilot)


async def test_both_sides_are_told_field_by_field_with_their_difference() -> None:
    async with grid(ReconcilingLink(CALM, a_shift())) as pilot:
        await pilot.press("5", "enter")
        await settled(pilot)
        (sums,) = (line for line in shown(pilot).splitlines() if "Сумма" in line)
        assert "250,00" in sums
        assert "!" in sums
        assert "520,00" in sums


async def test_a_document_is_added_to_izi_with_its_client_and_a_reason() -> None:
    link = ReconcilingLink(CALM, a_shift(), Done())
    async with grid(link) as pilot:
        await pilot.press("4", "enter")
        await settled(pilot)
        await pilot.press("f12")
        await settled(pilot)
        await pilot.press("1", "enter", *"6617")
        await pilot.pause(0.3)
        await pilot.press("enter", *"по чеку", "f12")
        await settled(pilot)
        (asked,) = link.asked
        assert isinstance(asked, AddToIzi)
        assert (asked.add_as, asked.client_id) == (AddAs.TOP_UP, CLIENTS[0].id)
        assert asked.comment == "по чеку"


async def test_what_is_beyond_doubt_is_shown_before_it_is_mended() -> None:
    link = ReconcilingLink(CALM, a_shift(), Recorded(LAST.payment.id))
    async with grid(link) as pilot:
        await pilot.press("б")
        await settled(pilot)
        assert "500,00" in shown(pilot)
        assert not link.asked
        await pilot.press("f12")
        await settled(pilot)
        assert [type(one) for one in link.asked] == [IssueForRow]
        assert "Готово: 1 из 1" in shown(pilot)


async def test_rows_are_written_by_the_station() -> None:
    link = ReconcilingLink(CALM, a_shift(), ExportedRows(("/var/lib/kassa/rows.csv",), 5))
    async with grid(link) as pilot:
        await pilot.press("в")
        await settled(pilot)
        assert link.asked == [ExportRows(COMPARISON)]
        assert "rows.csv" in shown(pilot)


async def test_rows_beyond_the_first_page_come_by_themselves() -> None:
    operations, documents = [], []
    for number in range(450):
        one = operation(number, 450 - number, 100_00 + number)
        documents.append(document(2000 + number, 450 - number, 100_00 + number, one))
        operations.append(attached(one, documents[-1]))
    async with grid(ReconcilingLink(CALM, compared(operations, documents))) as pilot:
        await pilot.press("end")
        await settled(pilot)
        assert "ФД 2449" in shown(pilot)


async def test_the_counts_of_a_very_long_shift_have_room_in_80_columns() -> None:
    long = a_shift()
    totals = replace(
        long.totals, by_status=tuple(replace(one, count=9250) for one in long.totals.by_status)
    )
    async with grid(ReconcilingLink(CALM, replace(long, totals=totals))) as pilot:
        (line,) = (one for one in shown(pilot).splitlines() if "1 Все" in one)
        assert "[1 Все 37000]  2 = 9250  3 < 9250  4 > 9250  5 ! 9250" in line


async def test_the_cursor_stays_on_its_row_whatever_is_looked_at() -> None:
    async with grid(ReconcilingLink(CALM, a_shift())) as pilot:
        await pilot.press("down", "down")
        chosen = next(one for one in shown(pilot).splitlines() if one.startswith(">"))
        for key in ("3", "1", "п", "f4"):
            await pilot.press(key)
            await settled(pilot)
            assert chosen in shown(pilot).splitlines()
