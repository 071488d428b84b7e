"""The one document that may be open: who has begun it, and when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.ffd.enumerations import CalculationSign
from drivers.virtual.facts import CurrentDocument
from drivers.virtual.receipt_building import Draft
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration


class Drafting:
    """Where the open document of a register lies.

    Attributes:
        draft: The open document, None while there is none. Never durable.
    """

    def __init__(self, registration: Registration) -> None:
        self.draft: Draft | None = None
        self._registration = registration

    def require_none(self) -> None:
        """Refusal: DOCUMENT_OPEN."""
        if self.draft is not None:
            raise DeviceRefused(Refusal.DOCUMENT_OPEN, self.draft.kind.name)

    def of(self, operator: int) -> Draft:
        """The open document. Refusals: NO_DOCUMENT_OPEN, OTHER_OPERATOR."""
        if self.draft is None:
            raise DeviceRefused(Refusal.NO_DOCUMENT_OPEN)
        if self.draft.operator != operator:
            raise DeviceRefused(Refusal.OTHER_OPERATOR, str(self.draft.operator))
        return self.draft

    def begin(
        self,
        kind: CurrentDocument,
        operator: int,
        sign: CalculationSign | None = None,
        *,
        printed: bool = True,
    ) -> None:
        """Open a document where there is none."""
        self.draft = self._new(kind, operator, sign, printed=printed)

    def report(self, kind: CurrentDocument, operator: int) -> Draft:
        """The begun report, or a new one."""
        if self.draft is None:
            return self._new(kind, operator)
        if self.draft.kind is not kind:
            raise DeviceRefused(Refusal.DOCUMENT_OPEN, self.draft.kind.name)
        return self.of(operator)

    def drop(self) -> None:
        self.draft = None

    @contextmanager
    def ending(self) -> Iterator[None]:
        """The open document ends with this, unless it is refused."""
        try:
            yield
        except DeviceRefused:
            raise
        except BaseException:
            self.draft = None
            raise
        self.draft = None

    def _new(
        self,
        kind: CurrentDocument,
        operator: int,
        sign: CalculationSign | None = None,
        *,
        printed: bool = True,
    ) -> Draft:
        return Draft(
            kind=kind,
            operator=operator,
            registration=self._registration,
            sign=sign,
            printed=printed,
        )
