"""Which rows of a reconciliation are found, and in what order."""

import pytest

from kassa_tui.station.reconciliation.rows import RowStatus
from kassa_tui.widgets.grid_filter import Filter, Order, Searched, row_sum
from tests.screens.shift_rows import a_shift, compared, operation

SHIFT = a_shift().rows
FILTERS = [
    Filter(),
    Filter(text="пётр"),
    Filter(text="ПЁТР 180,00"),
    Filter(text="1045"),
    Filter(text="нет такого"),
    Filter(status=RowStatus.IZI_ONLY),
    Filter(status=RowStatus.MATCHED, text="00", order=Order.SUM),
    Filter(order=Order.STATUS),
]


@pytest.mark.parametrize("by", FILTERS)
def test_a_key_that_comes_amid_the_preparing_finds_what_it_would_find_after_it(by: Filter) -> None:
    steps = len(list(Searched(SHIFT).prepare()))
    found = []
    for done in range(steps + 1):
        searched = Searched(SHIFT)
        preparing = searched.prepare()
        for _ in range(done):
            next(preparing)
        found.append(searched.shown(by))
        list(preparing)
        found.append(searched.shown(by))
    assert all(one == found[0] for one in found)


def test_every_word_must_be_found_in_the_row() -> None:
    searched = Searched(SHIFT)
    (row,) = searched.shown(Filter(text="пётр 180,00"))
    assert row.operation is not None
    assert row.operation.client == "Пётр К."
    assert searched.shown(Filter(text="пётр 300,00")) == []


def test_the_greatest_sums_come_first_and_equal_ones_by_their_time() -> None:
    amounts = (100_00, 300_00, 100_00, 200_00)
    rows = compared([operation(at, 60 - at, one) for at, one in enumerate(amounts)], []).rows
    shown = Searched(rows).shown(Filter(order=Order.SUM))
    assert [row_sum(row) for row in shown] == [300_00, 200_00, 100_00, 100_00]
    assert shown[2].at < shown[3].at


def test_by_status_what_needs_a_person_comes_before_what_is_matched() -> None:
    shown = Searched(SHIFT).shown(Filter(order=Order.STATUS))
    assert shown[0].status is RowStatus.MISMATCH
    assert [row.status for row in shown][-2:] == [RowStatus.MATCHED] * 2
