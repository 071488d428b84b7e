"""The short measure of `python -m tests.reconciliation_defects`, which makes 1,000 shifts."""

import pytest

from tests.reconciliation_defects.judging import judge


@pytest.mark.parametrize("start", range(0, 80, 20))
def test_every_planted_defect_is_classed_right_and_no_strangers_are_bound(start: int) -> None:
    verdicts = [judge(seed, most_rows=300) for seed in range(start, start + 20)]
    assert [one for one in verdicts if not one.is_good] == []
