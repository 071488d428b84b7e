"""Compares what was found with what was planted."""

from collections import Counter
from dataclasses import dataclass, field

from kassa_tui.station.reconciliation.matching import compare
from kassa_tui.station.reconciliation.rows import Action, Row
from tests.reconciliation_defects.shifts import Expected, Maker


@dataclass
class Verdict:
    """What was wrong in one shift; nothing is."""

    seed: int
    rows: int = 0
    wrong_rows: list[str] = field(default_factory=list)
    wrong_bindings: list[str] = field(default_factory=list)
    """Put together without a person, and strangers."""
    wrong_safe: list[str] = field(default_factory=list)
    """Called safe to issue, and receipted or not a payment of its own."""

    @property
    def is_good(self) -> bool:
        return not (self.wrong_rows or self.wrong_bindings or self.wrong_safe)


def judge(seed: int, most_rows: int) -> Verdict:
    shift = Maker(seed, most_rows).make()
    found = compare(shift.scope, shift.documents, shift.operations, shift.remembered, shift.at)
    verdict = Verdict(seed, rows=len(found.rows))
    told, expected = Counter(map(_told, found.rows)), Counter(shift.expected)
    verdict.wrong_rows += [f"found {one}" for one in told - expected]
    verdict.wrong_rows += [f"missed {one}" for one in expected - told]
    pairs = {(one.operation, one.document) for one in shift.expected}
    for row in found.rows:
        one = _told(row)
        both = one.operation is not None and one.document is not None
        if both and (one.operation, one.document) not in pairs:
            verdict.wrong_bindings.append(str(one))
        if row.safe is Action.ISSUE_RECEIPT and one.operation not in shift.unreceipted:
            verdict.wrong_safe.append(str(one))
    return verdict


def _told(row: Row) -> Expected:
    return Expected(
        row.status,
        None if row.operation is None else row.operation.key,
        None if row.document is None else row.document.receipt_id,
        tuple(one.receipt_id for one in row.corrections),
    )
