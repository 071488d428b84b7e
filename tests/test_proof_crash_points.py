"""The short measure of the crash points; `python -m tests.crash_points` cuts all scripts."""

import pytest

from tests.crash_points.run import both, count

SLICES = 6
"""Of a script's cuts, so that several processes share them."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("script", ["open-shift", "cash", "lost-answer-executed"])
def test_a_cut_anywhere_loses_and_doubles_nothing(script: str, part: int) -> None:
    cuts = count(script)
    assert cuts.violations == ()
    failing = {
        cut.step: cut.violations
        for step in cuts.different[part::SLICES]
        for cut in both(script, step)
        if cut.violations
    }
    assert failing == {}
