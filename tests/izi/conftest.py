from __future__ import annotations

import pytest

from tests.izi.bench import EmbeddedBench


@pytest.fixture(params=["embedded"])
async def bench(request, tmp_path):
    """A CRM under test with the demo club in it."""
    async with EmbeddedBench.open(tmp_path / "crm.sqlite") as opened:
        yield opened
