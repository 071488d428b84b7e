from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension

from kassa_tui import words
from tests.words import russian

SNAPSHOTS = Path(__file__).parents[2] / "snapshots"


@pytest.fixture(autouse=True)
def _snapshots_in_their_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        SVGImageExtension,
        "dirname",
        classmethod(lambda cls, *, test_location: str(SNAPSHOTS / test_location.basename)),
    )


@pytest.fixture(autouse=True, params=["ru"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Russian; a test that is parametrised with `language` gets what it asks for."""
    words.use(russian() if request.param == "ru" else NullTranslations())
    yield request.param
    words.use(NullTranslations())
