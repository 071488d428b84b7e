"""The table of error codes."""

from __future__ import annotations

import pytest

from drivers.register import Reason
from drivers.shtrih.errors import ERRORS, ErrorClass, error_info, refusal

LISTED = {
    *range(0x01, 0x13), *range(0x14, 0x1B), 0x20, 0x23, 0x24, 0x27, *range(0x2B, 0x97),
    *range(0x9B, 0x9F), *range(0xA0, 0xB3), *range(0xB4, 0xD6), *range(0xE0, 0xE5),
}  # fmt: skip
"""Every code of the reference, section 12."""


def test_every_code_of_the_paper_is_known() -> None:
    assert ERRORS.keys() == LISTED


def test_no_two_codes_have_the_same_words() -> None:
    assert len({info.text for info in ERRORS.values()}) == len(ERRORS)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0x05, Reason.FN_EXPIRED),
        (0x06, Reason.FN_FULL),
        (0x08, Reason.NOT_FOUND),
        (0x15, Reason.OFD_BLOCKED),
        (0x16, Reason.SHIFT_EXPIRED),
        (0x37, Reason.UNSUPPORTED),
        (0x3C, Reason.SHIFT_OPEN),
        (0x3D, Reason.SHIFT_CLOSED),
        (0x45, Reason.WRONG_SUM),
        (0x46, Reason.NOT_ENOUGH_CASH),
        (0x4A, Reason.DOCUMENT_OPEN),
        (0x4E, Reason.SHIFT_EXPIRED),
        (0x4F, Reason.WRONG_PASSWORD),
        (0x50, Reason.BUSY),
        (0x58, Reason.WAITS_FOR_CONTINUE),
        (0x6B, Reason.PAPER_OUT),
        (0xC9, Reason.PRINTER_FAULT),
    ],
)
def test_a_code_tells_a_screen_what_to_do(code: int, reason: Reason) -> None:
    refused = refusal(code, "FF45")
    assert (refused.reason, refused.code) == (reason, code)


def test_an_unknown_code_is_told_by_its_number() -> None:
    assert error_info(0xF3).error_class is ErrorClass.STATE
    assert "F3h" in refusal(0xF3, "8D").detail
