"""`<FN>:<FD>`, the identity of a fiscal document."""

from __future__ import annotations

import re
from typing import NamedTuple

_PATTERN = re.compile(r"([0-9]{16}):([1-9][0-9]{0,9})")
_MAX_NUMBER = 2**32 - 1


class ReceiptId(NamedTuple):
    """A document's key: unique for ever."""

    fiscal_drive_number: str
    """1041."""
    fiscal_document_number: int
    """1040."""

    def __str__(self) -> str:
        return f"{self.fiscal_drive_number}:{self.fiscal_document_number}"

    @classmethod
    def parse(cls, text: str) -> ReceiptId:
        """The identity written in `text`.

        Raises:
            ValueError: Not sixteen digits, a colon and a document number.
        """
        match = _PATTERN.fullmatch(text)
        if match is None or int(match[2]) > _MAX_NUMBER:
            raise ValueError(f"no receipt id: {text[:40]!r}")
        return cls(match[1], int(match[2]))
