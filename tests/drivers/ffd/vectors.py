"""The shared test vectors; tests that need them are skipped where they are absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

_FILE = Path(__file__).parents[3] / ".." / "shared" / "reference" / "vectors" / "ffd.json"


def vectors(name: str) -> list[Any]:
    """Parameters for `pytest.mark.parametrize`: the vectors of a section."""
    if not _FILE.exists():
        skip = pytest.mark.skip(reason="the shared vectors (shared/reference) are not here")
        return [pytest.param({}, marks=skip)]
    section = json.loads(_FILE.read_text(encoding="utf-8"))[name]
    return [pytest.param(vector, id=f"{name}{index}") for index, vector in enumerate(section)]
