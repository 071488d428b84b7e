"""Documents of the FN beside operations of the CRM. Pure; the order of the inputs is nothing.

What belongs together by a key (`ownership`) is one row: matched where it is equal, else a
mismatch. Sum, operation and time only suggest; a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from kassa_tui.station.reconciliation.law import exposure, owed
from kassa_tui.station.reconciliation.ownership import Bound, Orphan, Ownership, net
from kassa_tui.station.reconciliation.rows import (
    Action,
    Comparison,
    Difference,
    Evidence,
    Owed,
    Remedy,
    Row,
    RowStatus,
    StatusTotal,
    Totals,
)
from kassa_tui.station.reconciliation.sides import (
    RECEIPTS,
    JournalFact,
    Operation,
    Remembered,
    Scope,
    TapeDocument,
)
from kassa_tui.station.reconciliation.suggestions import alike, like, suggestions

NOT_DUE = "not_required"
_ISSUABLE = frozenset({"pending", "failed", "deferred"})
_UNFINISHED = frozenset(
    {Evidence.QUEUED, Evidence.POISONED, Evidence.UNKNOWN_OUTCOME, Evidence.UNCONFIRMED}
)
"""What the station is still about, or another screen asks for."""
_ADDABLE = frozenset({1, 2})
"""1054 of what the CRM can import (contract D.5)."""


def compare(
    scope: Scope,
    documents: Iterable[TapeDocument],
    operations: Iterable[Operation],
    remembered: Remembered,
    at: datetime,
) -> Comparison:
    """Every fiscal document and every operation that needs one, each in exactly one row."""
    return _Comparing(scope, documents, operations, remembered, at).run()


class _Comparing:
    def __init__(
        self,
        scope: Scope,
        documents: Iterable[TapeDocument],
        operations: Iterable[Operation],
        remembered: Remembered,
        at: datetime,
    ) -> None:
        self._scope = scope
        self._facts = remembered.facts
        self._being_added = remembered.being_added
        self._settled = remembered.settled
        self._at = at
        self._keys = Ownership(documents, operations, remembered)
        self._hidden = self._elsewhere = 0
        have_one = {one.operation.key for one in self._keys.bound}
        self._alone = [
            one for one in self._keys.operations if one.key not in have_one and self._is_here(one)
        ]
        free = [one.document for one in self._keys.orphans if self._is_free(one)]
        self._suggested = suggestions(free, [one for one in self._alone if not one.claims])
        self._free_likenesses = {like(one.calculation_sign, one.total) for one in free}
        self._alike = alike(self._keys.operations)

    def run(self) -> Comparison:
        rows = [
            *map(self._as_settled, map(self._bound_row, self._keys.bound)),
            *map(self._as_settled, map(self._operation_row, self._alone)),
            *map(self._as_settled, map(self._document_row, self._keys.orphans)),
        ]
        rows.sort(key=lambda row: (row.at, row.key))
        return Comparison(tuple(rows), self._totals(rows))

    # Rows of two sides

    def _bound_row(self, bound: Bound) -> Row:
        operation, main, correcting = bound.operation, bound.main, bound.correcting
        evidence: list[Evidence] = []
        differences: list[Difference] = []
        elsewhere = 0
        here = {main.receipt_id, *(one.receipt_id for one in correcting)}
        for claim in operation.claims:
            if claim.receipt_id == main.receipt_id:
                evidence.append(Evidence.RECEIPT_ID)
            elif claim.receipt_id in here:
                continue
            elif claim.is_correction or main.is_correction:
                elsewhere += claim.signed  # the other half of it is in another shift
            elif not differences:
                differences.append(Difference.RECEIPT_ID)
        is_attached = any(claim.receipt_id in here for claim in operation.claims)
        named = self._keys.named(main)
        if named == operation.external_id:
            evidence.append(Evidence.PAYMENT_ID if main.named is not None else Evidence.JOURNAL)
        elif named is not None:
            differences.append(Difference.PAYMENT_ID)
        differences += self._unequal(bound, elsewhere)
        if correcting:
            evidence.append(Evidence.CORRECTED)
        evidence += self._circumstances(operation)
        status = RowStatus.MISMATCH if differences else RowStatus.MATCHED
        fact = self._facts.get(operation.external_id)
        actions, safe = self._of_document(main), None
        if not operation.is_posted:
            # K6: until the CRM has it, it is the register's alone.
            if not differences:
                status = RowStatus.FR_ONLY
            actions = self._of_document(main, may_add=_may_be_told(fact))
        elif not is_attached:
            evidence.append(Evidence.NOT_ATTACHED)
            has_receipt = any(not one.is_correction for one in operation.claims)
            if not differences and not has_receipt and _may_be_told(fact):
                safe = Action.ATTACH_RECEIPT
                actions = (*actions, safe)
        if self._may_be_set_right(bound, differences, fact):
            actions = (*actions, Action.SET_RIGHT)
        return Row(
            status=status,
            operation=operation,
            document=main,
            corrections=correcting,
            differences=tuple(differences),
            evidence=tuple(evidence),
            actions=actions,
            safe=safe,
        )

    def _may_be_set_right(
        self, bound: Bound, differences: Sequence[Difference], fact: JournalFact | None
    ) -> bool:
        """Only in the open shift: further documents of another one are not compared with it."""
        main, correcting = bound.main, bound.correcting
        is_wrong = bool(differences) and set(differences) <= {Difference.SUM, Difference.OPERATION}
        # What somebody else has begun to set right, and not taken back whole, is his to end.
        is_clear = not correcting or not net((main, *correcting))
        is_begun = fact is not None and fact.is_owed
        return (
            is_wrong
            and (is_clear or is_begun)
            and self._scope.is_open
            and self._scope.is_whole
            and bound.operation.is_posted
            and main.form in RECEIPTS
            and _may_be_told(fact)
        )

    def _unequal(self, bound: Bound, elsewhere: int) -> list[Difference]:
        operation, main = bound.operation, bound.main
        if _needs_none(operation):
            return [Difference.NOT_DUE]
        if bound.correcting or elsewhere or main.is_correction:
            whole = net((main, *bound.correcting)) + elsewhere
            return [] if whole == operation.signed else [Difference.SUM]
        found: list[Difference] = []
        if main.total not in (None, operation.due):
            found.append(Difference.SUM)
        if main.calculation_sign not in (None, operation.calculation_sign):
            found.append(Difference.OPERATION)
        return found

    # Rows of one side

    def _is_here(self, operation: Operation) -> bool:
        """It lacks its document in this shift; the others are counted only."""
        fact = self._facts.get(operation.external_id)
        never_was = not operation.is_posted and fact is not None and fact.is_called_off
        if _needs_none(operation) or never_was:
            self._hidden += 1
            return False
        claims = operation.claims
        if claims and not any(
            one.receipt_id in self._keys.on_tape
            or (one.fiscal_drive_number, one.shift_number) in self._scope.shifts
            for one in claims
        ):
            self._elsewhere += 1
            return False
        return True

    def _operation_row(self, operation: Operation) -> Row:
        fact = self._facts.get(operation.external_id)
        on_tape = [one for one in operation.claims if one.receipt_id in self._keys.on_tape]
        contested = any(one.receipt_id not in self._keys.owners for one in on_tape)
        is_twice = len(self._keys.payers[operation.external_id]) > 1 or (
            bool(on_tape) and not contested
        )
        looks_alike = operation.key in self._alike
        evidence: list[Evidence] = []
        if contested:
            evidence.append(Evidence.CONTESTED)
        if is_twice:
            evidence.append(Evidence.DUPLICATE)
        if not self._scope.is_whole:
            gone = self._scope.is_gone
            evidence.append(Evidence.FN_GONE if gone else Evidence.TAPE_INCOMPLETE)
        elif operation.claims and not on_tape:
            evidence.append(Evidence.NOT_ON_TAPE)
        if looks_alike:
            evidence.append(Evidence.LOOKS_ALIKE)
        evidence += self._circumstances(operation)
        standing = None
        if not is_twice and not contested:
            standing = owed(operation, self._scope, self._at)
        suggested = self._suggested.get(operation.key, ())
        actions = self._remedies(operation, standing, fact)
        safe = None
        if (
            Action.ISSUE_RECEIPT in actions
            and self._scope.is_whole
            and not looks_alike
            and like(operation.calculation_sign, operation.due) not in self._free_likenesses
            and (fact is None or not (fact.is_unconfirmed or fact.is_poisoned))
        ):
            safe = Action.ISSUE_RECEIPT
        if suggested and operation.is_posted:
            actions = (*actions, Action.ATTACH_RECEIPT)
        return Row(
            status=RowStatus.MISMATCH if contested else RowStatus.IZI_ONLY,
            operation=operation,
            differences=(Difference.RECEIPT_ID,) if contested else (),
            evidence=tuple(evidence),
            suggested=suggested,
            actions=actions,
            safe=safe,
            owed=standing,
        )

    def _remedies(
        self, operation: Operation, standing: Owed | None, fact: JournalFact | None
    ) -> tuple[Action, ...]:
        """What may be printed: only what surely has not been, or of which a person says so."""
        may_be_elsewhere = operation.claims or not (self._scope.is_whole or self._scope.is_gone)
        if standing is None or may_be_elsewhere or operation.fiscal_status not in _ISSUABLE:
            return ()
        if fact is not None and (fact.is_unsettled or fact.is_called_off):
            return ()
        if standing.remedy is Remedy.CORRECTION:
            return (Action.ISSUE_CORRECTION,)
        return (Action.ISSUE_RECEIPT,)

    def _is_free(self, orphan: Orphan) -> bool:
        """Nothing says whose it is."""
        document = orphan.document
        return (
            not orphan.is_second
            and not orphan.following
            and not document.is_correction
            and document.corrects is None
            and self._keys.named(document) is None
            and document.receipt_id not in self._keys.claimants
        )

    def _document_row(self, orphan: Orphan) -> Row:
        document, is_second = orphan.document, orphan.is_second
        named = self._keys.named(document)
        fact = None if named is None else self._facts.get(named)
        is_wanted = document.receipt_id in self._keys.claimants or named in self._keys.payers
        contested = is_wanted and not is_second
        evidence: list[Evidence] = []
        if contested:
            evidence.append(Evidence.CONTESTED)
        if is_second:
            evidence.append(Evidence.SECOND_DOCUMENT)
        if document.is_correction or document.corrects is not None:
            evidence.append(Evidence.CORRECTION)
        if named is None:
            evidence.append(Evidence.MADE_BY_HAND)
        elif not is_second:
            evidence.append(Evidence.NAMES_A_PAYMENT)
        if orphan.following:
            evidence.append(Evidence.CORRECTED)
        evidence += _in_outbox(fact)
        is_being_added = document.receipt_id in self._being_added
        if is_being_added and Evidence.QUEUED not in evidence:
            evidence.append(Evidence.QUEUED)
        status = RowStatus.FR_ONLY
        if contested:
            status = RowStatus.MISMATCH
        elif orphan.is_taken_back:
            status = RowStatus.MATCHED
        suggested = self._suggested.get(document.receipt_id, ())
        may_add = (
            not (is_second or contested or orphan.following or is_being_added)
        ) and _may_be_told(fact)
        actions = self._of_document(document, may_add=may_add)
        if suggested:
            actions = (*actions, Action.ATTACH_RECEIPT)
        return Row(
            status=status,
            document=document,
            corrections=tuple(orphan.following),
            differences=(Difference.RECEIPT_ID,) if contested else (),
            evidence=tuple(evidence),
            suggested=suggested,
            actions=actions,
        )

    def _of_document(self, document: TapeDocument, *, may_add: bool = False) -> tuple[Action, ...]:
        paid = (document.cash or 0) + (document.cashless or 0) + (document.prepaid or 0)
        addable = (
            may_add
            and document.form in RECEIPTS
            and document.calculation_sign in _ADDABLE
            and document.corrects is None
            and bool(document.total)
            and document.total == paid
        )
        return (Action.OPEN_OFD, Action.ADD_TO_IZI) if addable else (Action.OPEN_OFD,)

    # What a person says

    def _as_settled(self, row: Row) -> Row:
        """With what a person has said of it, or may say."""
        if row.status is RowStatus.MATCHED:
            return row
        operation = "" if row.operation is None else row.operation.key
        document = "" if row.document is None else row.document.receipt_id
        said = self._settled.get((operation, document), "")
        if not said:
            is_read = self._scope.is_whole or self._scope.is_gone
            may_say = is_read and not _UNFINISHED & set(row.evidence)
            if may_say and not self._owes(row.operation):
                return replace(row, actions=(*row.actions, Action.SETTLE))
            return row
        return replace(
            row,
            settled=said,
            evidence=(*row.evidence, Evidence.SETTLED),
            suggested=(),
            actions=tuple(one for one in row.actions if one is Action.OPEN_OFD),
            safe=None,
            owed=None,
        )

    def _owes(self, operation: Operation | None) -> bool:
        """The journal has promised its receipt: that is issued, and not talked away."""
        fact = None if operation is None else self._facts.get(operation.external_id)
        return fact is not None and fact.is_owed and not fact.is_called_off

    def _circumstances(self, operation: Operation) -> list[Evidence]:
        fact = self._facts.get(operation.external_id)
        told = [Evidence.LATE_POSTED] if operation.late_posted else []
        if not operation.is_posted:
            told.append(Evidence.NOT_POSTED)
        told += _in_outbox(fact)
        if fact is not None:
            if fact.is_unsettled:
                told.append(Evidence.UNKNOWN_OUTCOME)
            if fact.is_unconfirmed:
                told.append(Evidence.UNCONFIRMED)
            if fact.is_called_off:
                told.append(Evidence.ENDED)
        return told

    def _totals(self, rows: Sequence[Row]) -> Totals:
        counts = dict.fromkeys(RowStatus, 0)
        operations = dict.fromkeys(RowStatus, 0)
        documents = dict.fromkeys(RowStatus, 0)
        lacking = lacking_sum = without = without_sum = safe = settled = 0
        for row in rows:
            counts[row.status] += 1
            if row.operation is not None:
                operations[row.status] += row.operation.signed
            if row.document is not None:
                documents[row.status] += net((row.document, *row.corrections))
            if row.owed is not None and row.operation is not None:
                lacking += 1
                lacking_sum += row.operation.due
            is_alone = row.status is RowStatus.FR_ONLY and not row.settled
            if is_alone and row.document is not None:
                without += 1
                without_sum += row.document.total or 0
            safe += row.safe is not None
            settled += bool(row.settled)
        return Totals(
            by_status=tuple(
                StatusTotal(
                    status=status,
                    count=counts[status],
                    operations_sum=operations[status],
                    documents_sum=documents[status],
                )
                for status in RowStatus
            ),
            without_receipt=lacking,
            without_receipt_sum=lacking_sum,
            without_operation=without,
            without_operation_sum=without_sum,
            exposure=exposure(lacking_sum, self._scope),
            safe=safe,
            settled=settled,
            hidden=self._hidden,
            elsewhere=self._elsewhere,
        )


def _needs_none(operation: Operation) -> bool:
    return operation.fiscal_status == NOT_DUE or operation.calculation_sign is None


def _may_be_told(fact: JournalFact | None) -> bool:
    """Nobody else is about to tell the CRM."""
    return fact is None or not (
        fact.waits_for_crm or fact.is_poisoned or fact.is_called_off or fact.is_unsettled
    )


def _in_outbox(fact: JournalFact | None) -> list[Evidence]:
    if fact is None:
        return []
    if fact.is_poisoned:
        return [Evidence.POISONED]
    return [Evidence.QUEUED] if fact.waits_for_crm else []
