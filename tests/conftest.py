"""What several folders of tests need."""

import gc
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture
def processes_are_thrown_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A simulated kill drops coroutines in the middle, also where their endings would wait; what
    Python says of that when it collects them is no finding, here or in the tests that follow."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    yield
    gc.collect()
