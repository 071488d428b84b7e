"""The recorded exchanges of the reference, where it is at hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

_FILE = Path(__file__).parents[3] / ".." / "shared" / "reference" / "vectors" / "shtrih.json"


@dataclass(frozen=True)
class Vector:
    """One exchange; an empty side was not recorded."""

    name: str
    layer: str
    request: bytes
    response: bytes


def load() -> list[Vector]:
    if not _FILE.exists():
        return []
    return [
        Vector(
            row["name"],
            row["layer"],
            bytes.fromhex(row["request_hex"]),
            bytes.fromhex(row["response_hex"]),
        )
        for row in json.loads(_FILE.read_text(encoding="utf-8"))
    ]


VECTORS = load()

needs_vectors = pytest.mark.skipif(not VECTORS, reason="the reference vectors are not at hand")


def frames(layer: str) -> list[pytest.param]:
    """Every recorded frame of a transport, with a name for the test."""
    return [
        pytest.param(frame, id=f"{vector.name}-{side}")
        for vector in VECTORS
        if vector.layer == layer
        for side, frame in (("request", vector.request), ("response", vector.response))
        if frame
    ]


def vector(name: str) -> Vector:
    found = next((vector for vector in VECTORS if vector.name == name), None)
    if found is None:
        pytest.skip(f"the vector {name} is not at hand")
    return found
