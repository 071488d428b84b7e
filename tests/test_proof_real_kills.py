"""The short measure of real kills; `python -m tests.real_kills` is the long one."""

import pytest

from tests.real_kills.run import run


@pytest.mark.timeout(240)
def test_twenty_kills_leave_every_payment_with_one_document() -> None:
    figures = run(kills=20, seed=1)
    assert figures["violations"] == []
    assert figures["payments"]
