"""A shift with something of each status, compared by the station's own function."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from kassa_tui.station.answers import Answer
from kassa_tui.station.reconciliation.matching import compare
from kassa_tui.station.reconciliation.requests import (
    ROWS_AT_ONCE,
    CompareShift,
    MoreRows,
    ReadRows,
    ReadShiftTape,
    ShiftComparison,
    TapeReach,
)
from kassa_tui.station.reconciliation.rows import Comparison
from kassa_tui.station.reconciliation.sides import (
    Claim,
    Operation,
    Remembered,
    Scope,
    TapeDocument,
)
from kassa_tui.station.requests import Request
from kassa_tui.station.snapshot import Snapshot
from tests.screens.till import FN, NOW, ScriptedLink

SHIFT = 27
COMPARISON = UUID(int=7)
SALE = CalculationSign.SALE


def operation(number: int, minutes: int, amount: int, **more: object) -> Operation:
    """Of so many minutes ago, paid by card where nothing else is said."""
    told: dict[str, object] = {"card": amount} | more
    return Operation(
        id=f"tx_{number}",
        external_id=UUID(int=1000 + number),
        type="top_up",
        calculation_sign=SALE,
        amount=amount,
        due=amount,
        occurred_at=NOW - timedelta(minutes=minutes),
        fiscal_status="pending",
        **told,  # type: ignore[arg-type]
    )


def document(number: int, minutes: int, total: int, of: Operation | None = None) -> TapeDocument:
    return TapeDocument(
        form=DocumentForm.RECEIPT,
        fiscal_drive_number=FN,
        fiscal_document_number=number,
        fiscal_sign=3921456000 + number,
        date_time=NOW - timedelta(minutes=minutes),
        shift_number=SHIFT,
        calculation_sign=SALE,
        total=total,
        cashless=total,
        named=of.external_id if of is not None else None,
    )


def attached(one: Operation, to: TapeDocument) -> Operation:
    claim = Claim(
        receipt_id=to.receipt_id,
        fiscal_drive_number=FN,
        shift_number=SHIFT,
        is_correction=False,
        signed=to.total or 0,
    )
    return replace(one, claims=(claim,), fiscal_status="fiscalized")


def a_shift() -> Comparison:
    """Two that match, one without a receipt, one made by hand, one with another sum."""
    first, second = operation(1, 40, 300_00), operation(2, 36, 180_00, client="Пётр К.")
    lonely = operation(3, 31, 500_00, card=0, cash=500_00, client="Василий П. «Клан [TOP]»")
    other = operation(4, 20, 250_00)
    documents = [
        document(1043, 40, 300_00, first),
        document(1044, 36, 180_00, second),
        document(1045, 27, 750_00),
        document(1046, 20, 520_00, other),
    ]
    operations = [
        attached(first, documents[0]),
        attached(second, documents[1]),
        lonely,
        attached(other, documents[3]),
    ]
    return compared(operations, documents)


def compared(operations: Sequence[Operation], documents: Sequence[TapeDocument]) -> Comparison:
    scope = Scope(shifts=frozenset({(FN, SHIFT)}), is_open=True)
    return compare(scope, documents, operations, Remembered(), NOW)


class ReconcilingLink(ScriptedLink):
    """Answers what is asked about a shift; everything else as a `ScriptedLink`."""

    def __init__(
        self, snapshot: Snapshot, comparison: Comparison, answer: Answer | None = None
    ) -> None:
        super().__init__(snapshot, answer)
        self.comparison = comparison
        self.compared = 0

    async def ask(self, request: Request) -> Answer:
        match request:
            case ReadShiftTape():
                return TapeReach(fiscal_drive_number=FN, shift_number=SHIFT, done=4, total=4)
            case CompareShift():
                self.compared += 1
                return ShiftComparison(
                    comparison_id=COMPARISON,
                    at=NOW,
                    fiscal_drive_number=FN,
                    shift_number=SHIFT,
                    opened_at=NOW - timedelta(hours=5),
                    closed_at=None,
                    is_open=True,
                    is_whole=True,
                    totals=self.comparison.totals,
                    rows=self.comparison.rows[:ROWS_AT_ONCE],
                )
            case ReadRows(first=first):
                return MoreRows(self.comparison.rows[first : first + ROWS_AT_ONCE])
        return await super().ask(request)
