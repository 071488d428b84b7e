from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.izi.bench import EmbeddedBench, found


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory) -> tuple[Path, str]:
    """A file with the demo club in it, and its operator's token. Copy it."""
    path = tmp_path_factory.mktemp("izi") / "demo.sqlite"
    return path, asyncio.run(found(path))


@pytest.fixture(params=["embedded"])
async def bench(request, demo_file, tmp_path):
    """A CRM under test with the demo club in it."""
    template, token = demo_file
    path = shutil.copy(template, tmp_path / "crm.sqlite")
    async with EmbeddedBench.open(path, token) as opened:
        yield opened
