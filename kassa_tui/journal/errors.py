"""What can go wrong with the journal."""

from __future__ import annotations


class JournalError(Exception):
    """The journal did not do it; nothing of the call has been kept."""


class JournalInUse(JournalError):
    """Another station holds the journal."""


class JournalTooNew(JournalError):
    """The file was written by a later version of the program."""
