from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.station.bench import Bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "journal.db")
    await bench.plug_in()
    yield bench
    await bench.close()
