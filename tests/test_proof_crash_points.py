"""The short measure of the crash points; `python -m tests.crash_points` makes every cut."""

import pytest

from tests.crash_points.run import both, count

STRIDE = 29
"""Every 29th cut of each script, about forty; a prime, so that no rhythm of frames is met."""


@pytest.mark.parametrize("script", ["cash", "lost-answer-executed", "issue-receipt"])
def test_a_cut_anywhere_loses_and_doubles_nothing(script: str) -> None:
    cuts = count(script)
    assert cuts.violations == ()
    failing = {
        cut.step: cut.violations
        for step in cuts.different[::STRIDE]
        for cut in both(script, step)
        if cut.violations
    }
    assert failing == {}
