"""Ids of payments."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import pytest

from kassa_tui.station.identity import uuid7

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_7_made_of_the_time() -> None:
    made = uuid7(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC), bytes(10))
    # RFC 9562, appendix A.6, uses the same moment: 017F22E2-79B0-7...
    assert str(made) == "017f22e2-79b0-7000-8000-000000000000"
    assert (made.version, made.variant) == (7, RFC_4122)


def test_ids_sort_by_time_whatever_the_random_part_is() -> None:
    earlier = uuid7(NOON, b"\xff" * 10)
    later = uuid7(NOON + timedelta(milliseconds=1), bytes(10))
    assert str(earlier) < str(later)


def test_random_bytes_of_a_wrong_length_are_refused() -> None:
    with pytest.raises(ValueError, match="ten random bytes"):
        uuid7(NOON, bytes(9))
