"""The short measure of `python -m tests.reconciliation_defects`, which makes 1,000 shifts."""

from collections.abc import Callable

import pytest

from kassa_tui.station.reconciliation.matching import compare
from kassa_tui.station.reconciliation.rows import Action, Evidence, RowStatus
from tests.reconciliation_defects.judging import judge
from tests.reconciliation_defects.shifts import (
    OLD_FN,
    Maker,
    duplicate_claim,
    duplicate_payment,
    not_on_tape,
    second_document,
    swapped_ids,
)


@pytest.mark.parametrize("start", range(0, 80, 20))
def test_every_planted_defect_is_classed_right_and_no_strangers_are_bound(start: int) -> None:
    verdicts = [judge(seed, most_rows=300) for seed in range(start, start + 20)]
    assert [one for one in verdicts if not one.is_good] == []


@pytest.mark.parametrize("start", range(0, 40, 20))
def test_every_row_that_does_not_match_has_a_way_out_by_a_person_or_by_the_station(
    start: int,
) -> None:
    """Whatever was planted: something can be done about it, or the station is still about it."""
    dead_ends = []
    for seed in range(start, start + 20):
        shift = Maker(seed, 200).make()
        found = compare(shift.scope, shift.documents, shift.operations, shift.remembered, shift.at)
        dead_ends += [
            row
            for row in found.rows
            if row.status is not RowStatus.MATCHED
            and not set(row.actions) - {Action.OPEN_OFD}
            and not {Evidence.QUEUED, Evidence.UNKNOWN_OUTCOME} & set(row.evidence)
        ]
    assert dead_ends == []


@pytest.mark.parametrize(
    "plant", [duplicate_payment, duplicate_claim, swapped_ids, second_document, not_on_tape]
)
def test_what_the_crm_has_wrong_prints_nothing_and_is_settled(
    plant: Callable[[Maker], None],
) -> None:
    """Also what a CRM of our contract refuses to hold, and IZI may: K10, K14."""
    for seed in range(20):
        maker = Maker(seed, 1)
        maker.changes_fn, maker.fn = False, OLD_FN
        plant(maker)
        shift = maker.shift
        found = compare(shift.scope, shift.documents, shift.operations, shift.remembered, shift.at)
        for row in found.rows:
            if row.status is not RowStatus.MATCHED:
                assert Action.SETTLE in row.actions
                assert Action.ISSUE_RECEIPT not in row.actions
