"""What holds for any two sides, sensible or not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from kassa_tui.station.reconciliation.matching import compare
from kassa_tui.station.reconciliation.ownership import Ownership
from kassa_tui.station.reconciliation.rows import Action, Comparison, RowStatus
from kassa_tui.station.reconciliation.sides import (
    Claim,
    JournalFact,
    Operation,
    Remembered,
    Scope,
    TapeDocument,
    signed,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FN = "9999078900001234"
SCOPE = Scope(shifts=frozenset({(FN, 27)}), is_open=True)

numbers = st.integers(1, 6)
"""Few, so that everything meets everything."""
sums = st.sampled_from((100_00, 500_00))
moments = st.integers(0, 600).map(lambda s: NOON + timedelta(seconds=s))
signs = st.sampled_from((CalculationSign.SALE, CalculationSign.SALE_RETURN))


def identity(number: int) -> UUID:
    return UUID(int=number)


@st.composite
def documents(draw: st.DrawFn) -> TapeDocument:
    number = draw(numbers)
    total = draw(sums)
    return TapeDocument(
        form=draw(st.sampled_from((*[DocumentForm.RECEIPT] * 4, DocumentForm.CORRECTION_RECEIPT))),
        fiscal_drive_number=FN,
        fiscal_document_number=number,
        fiscal_sign=number,
        date_time=draw(moments),
        shift_number=27,
        calculation_sign=draw(signs),
        total=total,
        cash=total,
        named=draw(st.none() | numbers.map(identity)),
        corrects=draw(st.none() | numbers),
    )


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    total = draw(sums)
    number = draw(numbers)
    claimed = draw(st.lists(st.integers(1, 8), max_size=2, unique=True))
    return Operation(
        id=draw(st.sampled_from(("", *map(str, range(1, 7))))),
        external_id=identity(number),
        type="top_up",
        calculation_sign=draw(signs),
        amount=total,
        due=total,
        cash=total,
        occurred_at=draw(moments),
        client_id=draw(st.sampled_from(("a", "b"))),
        fiscal_status=draw(st.sampled_from(("pending", "issued", "not_required", "new_word"))),
        claims=tuple(
            Claim(
                receipt_id=f"{FN}:{one}",
                fiscal_drive_number=FN,
                shift_number=27 if one < 8 else 26,
                is_correction=draw(st.booleans()),
                signed=total,
            )
            for one in claimed
        ),
    )


facts = st.lists(
    st.builds(
        JournalFact,
        payment_id=numbers.map(identity),
        is_unsettled=st.booleans(),
        is_called_off=st.booleans(),
        waits_for_crm=st.booleans(),
    ),
    max_size=4,
).map(lambda several: Remembered(facts={one.payment_id: one for one in several}))

tapes = st.lists(documents(), max_size=8, unique_by=lambda one: one.fiscal_document_number)
books = st.lists(operations(), max_size=8, unique_by=lambda one: one.key)


def compared(
    tape: Sequence[TapeDocument], book: Sequence[Operation], remembered: Remembered
) -> Comparison:
    return compare(SCOPE, tape, book, remembered, NOON + timedelta(hours=1))


@given(tapes, books, facts)
def test_each_document_is_in_exactly_one_row(
    tape: list[TapeDocument], book: list[Operation], remembered: Remembered
) -> None:
    rows = compared(tape, book, remembered).rows
    told = Counter(
        one.receipt_id
        for row in rows
        for one in (row.document, *row.corrections)
        if one is not None
    )
    assert told == Counter(one.receipt_id for one in tape)


@given(tapes, books, facts)
def test_each_operation_is_in_exactly_one_row_or_counted_as_none(
    tape: list[TapeDocument], book: list[Operation], remembered: Remembered
) -> None:
    found = compared(tape, book, remembered)
    told = [row.operation.key for row in found.rows if row.operation is not None]
    kept = Ownership(tape, book, remembered).operations
    assert len(told) == len(set(told))
    assert set(told) <= {one.key for one in kept}
    assert len(told) + found.totals.hidden + found.totals.elsewhere == len(kept)


@given(tapes, books, facts)
def test_the_footer_has_every_kopeck_of_both_sides(
    tape: list[TapeDocument], book: list[Operation], remembered: Remembered
) -> None:
    found = compared(tape, book, remembered)
    of_documents = sum(one.documents_sum for one in found.totals.by_status)
    assert of_documents == sum(signed(one.calculation_sign, one.total) or 0 for one in tape)
    of_operations = sum(one.operations_sum for one in found.totals.by_status)
    assert of_operations == sum(
        row.operation.signed for row in found.rows if row.operation is not None
    )
    assert found.totals.count == len(found.rows)


@given(tapes, books, facts, st.integers())
def test_the_order_of_what_is_given_is_nothing(
    tape: list[TapeDocument], book: list[Operation], remembered: Remembered, seed: int
) -> None:
    shuffled_tape, shuffled_book = tape[:], book[:]
    Random(seed).shuffle(shuffled_tape)
    Random(seed + 1).shuffle(shuffled_book)
    before = compared(tape, book, remembered)
    assert compared(shuffled_tape, shuffled_book, remembered) == before


@given(tapes, books, facts)
def test_an_operation_read_twice_counts_once(
    tape: list[TapeDocument], book: list[Operation], remembered: Remembered
) -> None:
    older = [replace(one, fiscal_status="pending", claims=()) for one in book]
    newer = [replace(one, version=2) for one in book]
    both = compared(tape, [*older, *newer], remembered)
    assert both.rows == compared(tape, newer, remembered).rows


@given(tapes, books, facts)
def test_nothing_is_printed_for_what_may_have_its_receipt(
    tape: list[TapeDocument], book: list[Operation], remembered: Remembered
) -> None:
    for row in compared(tape, book, remembered).rows:
        if {Action.ISSUE_RECEIPT, Action.ISSUE_CORRECTION} & set(row.actions):
            assert row.status is RowStatus.IZI_ONLY
            assert row.operation is not None
            assert not row.operation.claims
            assert all(one.named != row.operation.external_id for one in tape)
        if row.safe is not None:
            assert row.safe in row.actions
