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
    if "bench" in metafunc.fixturenames and "gateway" not in metafunc.module.__name__:
        every = "conformance" in metafunc.module.__name__
        metafunc.parametrize("bench", BENCHES if every else ["embedded"], indirect=True)


@pytest.fixture
def copy_of_demo(demo_file, tmp_path) -> Path:
    return shutil.copy(demo_file[0], tmp_path / "crm.sqlite")


@pytest.fixture
async def bench(request, demo_file, copy_of_demo):
    """A CRM under test with the demo club in it; every kind of CRM in the conformance suite."""
    _, token = demo_file
    async with BENCHES[request.param].open(copy_of_demo, token) as opened:
        yield opened
