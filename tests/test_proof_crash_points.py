"""The short measure of the crash points; `python -m tests.crash_points` cuts all scripts."""

from collections.abc import Iterable

import pytest

from tests.crash_points.run import Cuts, both, count

pytestmark = pytest.mark.usefixtures("processes_are_thrown_away")

SLICES = 6
"""Of a script's cuts, so that several processes share them."""
STRIDE = 61
"""Every 61st cut, about thirty of a script; a prime, so that no rhythm of frames is met."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("script", ["start", "open-shift", "cash"])
def test_a_cut_anywhere_loses_and_doubles_nothing(script: str, part: int) -> None:
    cuts = count(script)
    assert failing(script, cuts, cuts.different[part::SLICES]) == {}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "script",
    [
        "sale-mixed-crm-inside",
        "sale-split",
        "refund",
        "crm-answer-lost",
        "settled-by-hand",
        "by-itself",
    ],
)
def test_a_cut_of_a_sale_leaves_one_story_in_journal_tape_and_crm(script: str) -> None:
    cuts = count(script)
    assert failing(script, cuts, cuts.different[::STRIDE]) == {}


def failing(script: str, cuts: Cuts, steps: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The violations by the step at which the script was cut."""
    assert cuts.violations == ()
    return {
        cut.step: cut.violations for step in steps for cut in both(script, step) if cut.violations
    }
