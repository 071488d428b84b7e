"""What keeps a station from being put together."""

from __future__ import annotations


class CannotStart(Exception):
    """The station could not be put together; the text is for people."""
