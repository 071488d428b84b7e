"""What keeps a station from being put together."""

from __future__ import annotations


class CannotStart(Exception):
    """The station could not be put together; the text is for people."""


class CrmPrintsItself(CannotStart):
    """Each receipt would come out twice: once by the CRM's own adapter, once by this program."""
