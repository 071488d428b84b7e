"""Whose document is it? Pure.

A document belongs to an operation by the document's own word (1084, or the journal's where the
register carries none), else by the CRM's (receipt id). Where both speak and contradict each
other the FN's word stands, for nobody can change it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kassa_tui.station.reconciliation.sides import (
    CORRECTIONS,
    RECEIPTS,
    Operation,
    Remembered,
    TapeDocument,
)


@dataclass(slots=True)
class Orphan:
    """A document without an operation."""

    document: TapeDocument
    following: list[TapeDocument] = field(default_factory=list)
    """What sets it right, in the order of the tape."""
    is_second: bool = False
    """Its payment has another one."""

    @property
    def is_taken_back(self) -> bool:
        """Nothing is left of it."""
        return bool(self.following) and not net((self.document, *self.following))


@dataclass(slots=True)
class Bound:
    """An operation with its document, and with what sets that right."""

    operation: Operation
    main: TapeDocument
    correcting: tuple[TapeDocument, ...]


class Ownership:
    """Documents and operations, each once, and which belong together by a key."""

    def __init__(
        self,
        documents: Iterable[TapeDocument],
        operations: Iterable[Operation],
        remembered: Remembered,
    ) -> None:
        self.documents = _fiscal(documents)
        self.operations = _each_once(operations)
        self.on_tape = frozenset(one.receipt_id for one in self.documents)
        self.claimants: dict[str, list[Operation]] = defaultdict(list)
        """By `<FN>:<FD>`: the operations that the CRM has this document with."""
        self.payers: dict[UUID, list[Operation]] = defaultdict(list)
        """By payment; several are a duplicate."""
        self.owners: dict[str, Operation] = {}
        """By `<FN>:<FD>`."""
        self.bound: list[Bound] = []
        self.orphans: list[Orphan] = []
        self._remembered = remembered
        for operation in self.operations:
            self.payers[operation.external_id].append(operation)
            for claim in operation.claims:
                self.claimants[claim.receipt_id].append(operation)
        self._find()

    def named(self, document: TapeDocument) -> UUID | None:
        """The payment of a document, by its own word or by the journal's."""
        if document.named is not None:
            return self._remembered.payment_of.get(document.named, document.named)
        return self._remembered.bound.get(document.receipt_id)

    def _find(self) -> None:
        roots = self._roots()
        owned: dict[str, tuple[Operation, list[TapeDocument]]] = {}
        orphans: dict[str, Orphan] = {}
        for document in self.documents:
            owner = self._owner(document)
            root = roots.get(document.receipt_id)
            if owner is None and root is not None:
                if root.receipt_id in orphans:
                    orphans[root.receipt_id].following.append(document)
                    continue
                owner = self.owners.get(root.receipt_id)
            if owner is None:
                orphans[document.receipt_id] = Orphan(document)
                continue
            self.owners[document.receipt_id] = owner
            owned.setdefault(owner.key, (owner, []))[1].append(document)
        self.orphans += orphans.values()
        for operation, documents in owned.values():
            self._bind(operation, documents, roots)

    def _owner(self, document: TapeDocument) -> Operation | None:
        named = self.named(document)
        claimants = self.claimants.get(document.receipt_id, ())
        payers = () if named is None else self.payers.get(named, ())
        if len(payers) == 1:
            return payers[0]
        if payers:
            return _only([one for one in payers if one in claimants])
        return _only(claimants)

    def _roots(self) -> dict[str, TapeDocument]:
        """The document that each correcting one sets right, the first of a chain."""
        by_sign: dict[tuple[str, int], TapeDocument] = {}
        found: dict[str, TapeDocument] = {}
        for document in self.documents:
            if document.corrects is not None:
                wrong = by_sign.get((document.fiscal_drive_number, document.corrects))
                if wrong is not None:
                    found[document.receipt_id] = found.get(wrong.receipt_id, wrong)
            by_sign[document.fiscal_drive_number, document.fiscal_sign] = document
        return found

    def _bind(
        self,
        operation: Operation,
        documents: Sequence[TapeDocument],
        roots: dict[str, TapeDocument],
    ) -> None:
        """Which of an operation's documents is its receipt; those that are too many are left."""
        claimed = {one.receipt_id: one.is_correction for one in operation.claims}
        main = next(
            (one for one in documents if claimed.get(one.receipt_id) is False), documents[0]
        )
        correcting: list[TapeDocument] = []
        too_many: dict[str, Orphan] = {}
        for document in documents:
            if document is main:
                continue
            root = roots.get(document.receipt_id)
            if root is not None and root.receipt_id in too_many:
                too_many[root.receipt_id].following.append(document)
            elif root is not None or document.is_correction or claimed.get(document.receipt_id):
                correcting.append(document)
            else:
                too_many[document.receipt_id] = Orphan(document, is_second=True)
        for second in too_many.values():
            if second.is_taken_back:
                correcting += [second.document, *second.following]
            else:
                self.orphans.append(second)
        correcting.sort(key=_place)
        self.bound.append(Bound(operation, main, tuple(correcting)))


def net(documents: Iterable[TapeDocument]) -> int:
    """What the documents together did to the seller's money, kopecks."""
    return sum(one.signed or 0 for one in documents)


def _fiscal(documents: Iterable[TapeDocument]) -> list[TapeDocument]:
    """Receipts and corrections, each once, in the order of the tape."""
    kept = {
        _place(one): one for one in documents if one.form in RECEIPTS or one.form in CORRECTIONS
    }
    return [kept[key] for key in sorted(kept)]


def _place(document: TapeDocument) -> tuple[str, int]:
    return document.fiscal_drive_number, document.fiscal_document_number


def _each_once(operations: Iterable[Operation]) -> list[Operation]:
    """The newest version of each, in the order of their time; what both sources have, once.

    What is not posted gives way to the CRM's transaction of the same payment.
    """
    newest: dict[str, Operation] = {}
    for one in operations:
        known = newest.get(one.key)
        if known is None or one.version > known.version:
            newest[one.key] = one
    posted = {one.external_id for one in newest.values() if one.is_posted}
    return sorted(
        (one for one in newest.values() if one.is_posted or one.external_id not in posted),
        key=lambda one: (one.occurred_at, one.key),
    )


def _only(found: Sequence[Operation]) -> Operation | None:
    """The only one of them; None: there is none, or nobody can tell which."""
    return found[0] if len(found) == 1 else None
