"""When the shift was opened: no command tells, but its opening report on the tape does.

The tape is read backwards a few documents at a time, so that no question for the status
waits for a whole shift; from then on the report is remembered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.register import Refused, Unreachable

_AT_ONCE = 3
_MOST_DOCUMENTS = 1000
"""Of longer shifts nobody asks any more."""


@dataclass(slots=True)
class ShiftBegin:
    """Of one shift after another."""

    _shift: tuple[str, int] | None = None
    """FN and number."""
    _next: int = 0
    """Number of the document to look at; 0: there is nothing more to look at."""
    _left: int = 0
    _opening: FiscalDocument | None = None

    def note(self, opening: FiscalDocument) -> None:
        """A shift has just been opened."""
        if opening.shift_number is not None:
            self._shift = opening.fiscal_drive_number, opening.shift_number
            self._next, self._opening = 0, opening

    def receipts(self, last: int) -> int | None:
        """Documents of the shift up to `last`; None where its begin is not known yet."""
        return None if self._opening is None else last - self._opening.fiscal_document_number

    async def find(
        self,
        shift: tuple[str, int],
        last: int,
        read: Callable[[int], Awaitable[FiscalDocument]],
    ) -> datetime | None:
        """When the shift was opened; None as long as it is not known. Raises `Unreachable`."""
        if shift != self._shift:
            self._shift, self._next, self._left = shift, last, _MOST_DOCUMENTS
            self._opening = None
        for _ in range(_AT_ONCE):
            if self._next <= 0 or self._left <= 0 or self._opening is not None:
                break
            try:
                document = await read(self._next)
            except Unreachable:
                raise
            except Refused:
                pass  # a document that cannot be read is passed over
            else:
                if document.form is DocumentForm.SHIFT_OPENING:
                    self._opening = document
                elif document.form is DocumentForm.SHIFT_CLOSING:
                    self._next = 0
                    break
            self._next -= 1
            self._left -= 1
        return self._opening.date_time if self._opening is not None else None
