from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.virtual.shop import Shop


@pytest.fixture(autouse=True)
def _close_registers() -> Iterator[None]:
    yield
    while Shop.opened:
        Shop.opened.pop().close()


@pytest.fixture
def closed_shop(tmp_path: Path) -> Shop:
    """A new register in a file, its shift closed."""
    return Shop(tmp_path / "register.state")


@pytest.fixture
def shop(closed_shop: Shop) -> Shop:
    """A register in a file, its shift open."""
    closed_shop.open_shift()
    return closed_shop
