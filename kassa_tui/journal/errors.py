"""What can go wrong with the journal."""

from __future__ import annotations

from uuid import UUID


class JournalError(Exception):
    """The journal did not do it; nothing of the call has been kept."""


class JournalInUse(JournalError):
    """Another station holds the journal."""


class JournalTooNew(JournalError):
    """The file was written by a later version of the program."""


class JournalDamaged(JournalError):
    """The file is no journal, is torn, or does not agree with its key."""


class JournalMissing(JournalDamaged):
    """The file is gone or empty, and its key is still there."""


class DiskNearlyFull(JournalError):
    """Too little room is left to promise anything: raised before the write."""


class JournalReadOnly(JournalError):
    """The file or its disk cannot be written."""


class CallerIdTaken(JournalError):
    """A payment with this caller's id is there already.

    Attributes:
        payment_id: That payment.
    """

    def __init__(self, payment_id: UUID) -> None:
        super().__init__(f"the caller's id belongs to the payment {payment_id}")
        self.payment_id = payment_id


class NotNow(JournalError):
    """The step does not follow from what is written: it was done, ended or never begun."""
