from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.izi.bench import BENCHES, found


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory) -> tuple[Path, str]:
    """A file with the demo club in it, and its operator's token. Copy it."""
    path = tmp_path_factory.mktemp("izi") / "demo.sqlite"
    return path, asyncio.run(found(path))


def pytest_generate_tests(metafunc):
    if "bench" in metafunc.fixturenames:
        every = "conformance" in metafunc.module.__name__
        metafunc.parametrize("bench", BENCHES if every else ["embedded"], indirect=True)


@pytest.fixture
async def bench(request, demo_file, tmp_path):
    """A CRM under test with the demo club in it; every kind of CRM in the conformance suite."""
    template, token = demo_file
    path = shutil.copy(template, tmp_path / "crm.sqlite")
    async with BENCHES[request.param].open(path, token) as opened:
        yield opened
