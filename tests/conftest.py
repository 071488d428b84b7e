"""What several folders of tests need."""

import gc
import os
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


def pytest_xdist_auto_num_workers() -> int:
    """Three for two cores: a screen's test waits for half of its time."""
    return (os.cpu_count() or 1) * 3 // 2 or 1
