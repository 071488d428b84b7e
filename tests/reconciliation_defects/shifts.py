"""Makes up a shift from a seed: both sides, the journal, and what the rows must be."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from kassa_tui.station.reconciliation.rows import RowStatus
from kassa_tui.station.reconciliation.sides import (
    Claim,
    JournalFact,
    Operation,
    Remembered,
    Scope,
    TapeDocument,
    signed,
)

OLD_FN, NEW_FN = "9999078900001234", "9999078900005678"
SHIFT = 27
MORNING = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SALE, BACK = CalculationSign.SALE, CalculationSign.SALE_RETURN
SUMS = (100_00, 180_00, 250_00, 300_00, 500_00, 1_000_00)
"""Few, so that strangers look alike."""
CLIENTS = ("cl_1", "cl_2", "cl_3", None)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Expected:
    """A row as it must come out."""

    status: RowStatus
    operation: str | None = None
    document: str | None = None
    corrections: tuple[str, ...] = ()


@dataclass
class Shift:
    """What is given and what must be found."""

    scope: Scope
    at: datetime
    documents: list[TapeDocument] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    remembered: Remembered = field(default_factory=Remembered)
    expected: list[Expected] = field(default_factory=list)
    unreceipted: set[str] = field(default_factory=set)
    """Operations whose money surely lacks a document and that happened once: only they may be
    called safe to issue."""
    planted: dict[str, int] = field(default_factory=dict)


class Maker:
    """Plants one thing after the other into a shift."""

    def __init__(self, seed: int, most_rows: int) -> None:
        self.random = random = Random(seed)
        self.clock = MORNING
        self.fn = OLD_FN
        self.number = random.randrange(1, 1000)
        self.names_payments = random.random() < 0.7
        """The register carries 1084."""
        self.journal_knows = random.random() < 0.9
        """The journal has kept which document answered to which payment."""
        self.changes_fn = random.random() < 0.25
        self.sees_both = random.random() < 0.5
        """Of a changed FN both parts are compared."""
        self.rows = random.randrange(1, most_rows + 1)
        self.rate = random.choice((0.0, 0.02, 0.1, 0.4))
        shifts = {(OLD_FN, SHIFT)}
        if self.changes_fn and self.sees_both:
            shifts.add((NEW_FN, 1))
        self.facts: dict[UUID, JournalFact] = {}
        self.bound: dict[str, UUID] = {}
        self.shift = Shift(
            scope=Scope(shifts=frozenset(shifts), is_open=True),
            at=MORNING + timedelta(hours=20),
            remembered=Remembered(facts=self.facts, bound=self.bound),
        )
        self._ids = 0

    def make(self) -> Shift:
        changing_at = self.random.randrange(self.rows) if self.changes_fn else None
        for row in range(self.rows):
            if row == changing_at:
                self.report(DocumentForm.SHIFT_CLOSING)
                self.fn, self.number = NEW_FN, 0
                self.report(DocumentForm.REGISTRATION)
                self.count("fn_changed")
            # Two strangers of one sum in five minutes are planted on purpose, and come by chance.
            self.clock += self.random.choice((20, 60, 150)) * SECOND
            plant = self.random.choice(DEFECTS) if self.random.random() < self.rate else sound
            plant(self)
        self.random.shuffle(self.shift.documents)
        self.random.shuffle(self.shift.operations)
        return self.shift

    @property
    def is_seen(self) -> bool:
        """The part of the tape that is written to now is compared."""
        return self.fn == OLD_FN or self.sees_both

    @property
    def has_word(self) -> bool:
        """A document of ours tells whose it is, by itself or by the journal."""
        return self.names_payments or self.journal_knows

    def count(self, name: str) -> None:
        self.shift.planted[name] = self.shift.planted.get(name, 0) + 1

    def identity(self) -> UUID:
        self._ids += 1
        return UUID(int=0x7000 << 64 | 2 << 62 | self._ids)

    def operation(self, **more: object) -> Operation:
        """A transaction of the CRM, not receipted yet."""
        external_id = self.identity()
        is_sale = self.random.random() < 0.9
        total = self.random.choice(SUMS)
        facts: dict[str, object] = {
            "id": f"tx_{self._ids}",
            "external_id": external_id,
            "version": 1,
            "type": "top_up" if is_sale else "withdrawal",
            "calculation_sign": SALE if is_sale else BACK,
            "amount": total,
            "due": total,
            "cash": total,
            "occurred_at": self.clock,
            "client_id": self.random.choice(CLIENTS),
            "shift_id": "sh_1",
            "fiscal_status": "pending",
        }
        return Operation(**(facts | more))  # type: ignore[arg-type]

    def document(self, of: Operation | None, **more: object) -> TapeDocument:
        """A receipt on the tape: of an operation, or (None) made by hand at the register."""
        self.number += 1
        total = self.random.choice(SUMS) if of is None else of.due
        facts: dict[str, object] = {
            "form": DocumentForm.RECEIPT,
            "fiscal_drive_number": self.fn,
            "fiscal_document_number": self.number,
            "fiscal_sign": self.random.randrange(1 << 32),
            "date_time": self.clock + self.random.randrange(30) * SECOND,
            "shift_number": SHIFT if self.fn == OLD_FN else 1,
            "calculation_sign": SALE if of is None else of.calculation_sign,
            "total": total,
            "cash": total,
            "cashless": 0,
            "prepaid": 0,
        }
        made = TapeDocument(**(facts | more))  # type: ignore[arg-type]
        if of is not None and self.names_payments:
            made = replace(made, named=of.external_id)
        elif of is not None and self.journal_knows:
            self.bound[made.receipt_id] = of.external_id
        if self.is_seen:
            self.shift.documents.append(made)
        return made

    def report(self, form: DocumentForm) -> None:
        """A document that is no row."""
        self.document(None, form=form, calculation_sign=None, total=None, cash=None)

    def add(self, operation: Operation) -> Operation:
        self.shift.operations.append(operation)
        return operation

    def expect(
        self,
        status: RowStatus,
        operation: Operation | None = None,
        document: TapeDocument | None = None,
        corrections: tuple[TapeDocument, ...] = (),
    ) -> None:
        if document is not None and not self.is_seen:
            return  # the row of another shift
        self.shift.expected.append(
            Expected(
                status,
                None if operation is None else operation.key,
                None if document is None else document.receipt_id,
                tuple(one.receipt_id for one in corrections),
            )
        )


def claim(document: TapeDocument, *, is_correction: bool = False) -> Claim:
    assert document.shift_number is not None
    return Claim(
        receipt_id=document.receipt_id,
        fiscal_drive_number=document.fiscal_drive_number,
        shift_number=document.shift_number,
        is_correction=is_correction,
        signed=signed(document.calculation_sign, document.total) or 0,
    )


def issued(operation: Operation, *documents: TapeDocument) -> Operation:
    """With the documents attached; all but the first are corrections."""
    claims = tuple(claim(one, is_correction=bool(n)) for n, one in enumerate(documents))
    return replace(operation, claims=claims, fiscal_status="issued", version=2)


def sound(maker: Maker) -> None:
    """A payment as it should be; now and then what is no row."""
    operation = maker.operation()
    document = maker.document(operation)
    maker.expect(RowStatus.MATCHED, maker.add(issued(operation, document)), document)
    if maker.random.random() < 0.05:
        maker.add(maker.operation(type="bonus_credit", calculation_sign=None, due=0, cash=0))
    if maker.random.random() < 0.05:
        maker.report(DocumentForm.STATE_REPORT)


def missing_receipt(maker: Maker) -> None:
    operation = maker.add(maker.operation(fiscal_status=maker.random.choice(("pending", "failed"))))
    maker.shift.unreceipted.add(operation.key)
    maker.expect(RowStatus.IZI_ONLY, operation)


def missing_transaction(maker: Maker) -> None:
    maker.expect(RowStatus.FR_ONLY, document=maker.document(maker.operation()))


def wrong_sum(maker: Maker) -> None:
    operation = maker.operation()
    document = maker.document(operation, total=operation.due + 1)
    maker.expect(RowStatus.MISMATCH, maker.add(issued(operation, document)), document)


def wrong_sign(maker: Maker) -> None:
    operation = maker.operation()
    other = BACK if operation.calculation_sign is SALE else SALE
    document = maker.document(operation, calculation_sign=other)
    maker.expect(RowStatus.MISMATCH, maker.add(issued(operation, document)), document)


def late_posting(maker: Maker) -> None:
    operation = maker.operation(shift_id="sh_2", late_posted=True)
    document = maker.document(operation)
    maker.expect(RowStatus.MATCHED, maker.add(issued(operation, document)), document)


def duplicate_payment(maker: Maker) -> None:
    """The CRM has the same payment twice; one of them has the receipt."""
    operation = maker.operation()
    document = maker.document(operation)
    maker.expect(RowStatus.MATCHED, maker.add(issued(operation, document)), document)
    maker.expect(RowStatus.IZI_ONLY, maker.add(replace(operation, id=f"{operation.id}_again")))


def duplicate_posting(maker: Maker) -> None:
    """Posted twice under two ids, as a person does who is not sure."""
    operation = maker.operation()
    document = maker.document(operation)
    maker.expect(RowStatus.MATCHED, maker.add(issued(operation, document)), document)
    again = maker.operation()
    again = replace(operation, id=again.id, external_id=again.external_id)
    maker.expect(RowStatus.IZI_ONLY, maker.add(again))


def duplicate_claim(maker: Maker) -> None:
    """Two transactions have the same document."""
    operation, other = maker.operation(), maker.operation()
    document = maker.document(operation)
    operation = maker.add(issued(operation, document))
    other = maker.add(issued(other, document))
    if not maker.is_seen:
        return
    if maker.has_word:
        maker.expect(RowStatus.MATCHED, operation, document)
        maker.expect(RowStatus.IZI_ONLY, other)
        return
    maker.expect(RowStatus.MISMATCH, operation)
    maker.expect(RowStatus.MISMATCH, other)
    maker.expect(RowStatus.MISMATCH, document=document)


def swapped_ids(maker: Maker) -> None:
    first, second = maker.operation(), maker.operation()
    if not maker.has_word and first.due == second.due:
        second = replace(second, due=first.due + 10_00, amount=first.due + 10_00)
    one, two = maker.document(first), maker.document(second)
    first, second = maker.add(issued(first, two)), maker.add(issued(second, one))
    if maker.has_word:
        maker.expect(RowStatus.MISMATCH, first, one)
        maker.expect(RowStatus.MISMATCH, second, two)
    else:
        maker.expect(RowStatus.MISMATCH, first, two)
        maker.expect(RowStatus.MISMATCH, second, one)


def equal_pair(maker: Maker) -> None:
    """Two equal payments of one client in one minute, each with its receipt."""
    first = maker.operation()
    one = maker.document(first)
    maker.clock += 20 * SECOND
    twin = maker.operation()
    second = replace(first, id=twin.id, external_id=twin.external_id, occurred_at=maker.clock)
    two = maker.document(second)
    maker.expect(RowStatus.MATCHED, maker.add(issued(first, one)), one)
    maker.expect(RowStatus.MATCHED, maker.add(issued(second, two)), two)


def equal_pair_one_without(maker: Maker) -> None:
    """Two equal payments in one minute; the second has no receipt."""
    first = maker.operation()
    one = maker.document(first)
    maker.clock += 20 * SECOND
    twin = maker.operation()
    second = replace(first, id=twin.id, external_id=twin.external_id, occurred_at=maker.clock)
    maker.expect(RowStatus.MATCHED, maker.add(issued(first, one)), one)
    maker.expect(RowStatus.IZI_ONLY, maker.add(second))
    maker.shift.unreceipted.add(second.key)


def made_by_hand(maker: Maker) -> None:
    """A receipt made at the register itself; half of them for what the CRM has as well."""
    if maker.random.random() < 0.5:
        maker.expect(RowStatus.FR_ONLY, document=maker.document(None))
        return
    operation = maker.add(maker.operation())
    maker.expect(RowStatus.IZI_ONLY, operation)
    sign, total = operation.calculation_sign, operation.due
    if not maker.is_seen:
        maker.shift.unreceipted.add(operation.key)  # by this tape
    document = maker.document(None, calculation_sign=sign, total=total, cash=total)
    maker.expect(RowStatus.FR_ONLY, document=document)


def not_attached(maker: Maker) -> None:
    """The CRM was away when the receipt should have been attached."""
    operation = maker.add(maker.operation())
    document = maker.document(operation)
    if maker.has_word and maker.is_seen:
        maker.expect(RowStatus.MATCHED, operation, document)
    else:
        if not maker.is_seen:
            maker.shift.unreceipted.add(operation.key)
        maker.expect(RowStatus.IZI_ONLY, operation)
        maker.expect(RowStatus.FR_ONLY, document=document)


def second_document(maker: Maker) -> None:
    """One payment, two receipts; told by their own words only."""
    operation = maker.operation()
    first, second = maker.document(operation), maker.document(operation)
    maker.expect(RowStatus.MATCHED, maker.add(issued(operation, first)), first)
    maker.expect(RowStatus.FR_ONLY, document=second)


def set_right_by_receipts(maker: Maker) -> None:
    """FFD 1.05: a wrong receipt, its return, and the right one."""
    operation = maker.operation(type="top_up", calculation_sign=SALE)
    wrong = maker.document(operation, total=operation.due + 70_00)
    sign = wrong.fiscal_sign
    back = maker.document(None, calculation_sign=BACK, total=wrong.total, corrects=sign)
    right = maker.document(None, calculation_sign=SALE, total=operation.due, corrects=sign)
    operation = maker.add(issued(operation, wrong))
    maker.expect(RowStatus.MATCHED, operation, wrong, (back, right))


def set_right_by_corrections(maker: Maker) -> None:
    """FFD 1.2: a wrong receipt, and two correction receipts."""
    operation = maker.operation(type="top_up", calculation_sign=SALE)
    wrong = maker.document(operation, total=operation.due + 70_00)
    form = DocumentForm.CORRECTION_RECEIPT
    about = {"form": form, "corrects": wrong.fiscal_sign}
    back = maker.document(None, **about, calculation_sign=BACK, total=wrong.total)
    right = maker.document(None, **about, calculation_sign=SALE, total=operation.due)
    operation = maker.add(issued(operation, wrong, back, right))
    maker.expect(RowStatus.MATCHED, operation, wrong, (back, right))


def half_set_right(maker: Maker) -> None:
    """Taken back, and the right one never made."""
    operation = maker.operation(type="top_up", calculation_sign=SALE)
    wrong = maker.document(operation)
    back = maker.document(
        None, calculation_sign=BACK, total=wrong.total, corrects=wrong.fiscal_sign
    )
    maker.expect(RowStatus.MISMATCH, maker.add(issued(operation, wrong)), wrong, (back,))


def hand_made_and_taken_back(maker: Maker) -> None:
    document = maker.document(None)
    back = maker.document(
        None, calculation_sign=BACK, total=document.total, corrects=document.fiscal_sign
    )
    maker.expect(RowStatus.MATCHED, document=document, corrections=(back,))


def not_on_tape(maker: Maker) -> None:
    """The CRM has a document that the tape has not."""
    operation = maker.operation()
    ghost = TapeDocument(
        form=DocumentForm.RECEIPT,
        fiscal_drive_number=OLD_FN,
        fiscal_document_number=10**9 + maker._ids,
        fiscal_sign=1,
        date_time=maker.clock,
        shift_number=SHIFT,
        calculation_sign=operation.calculation_sign,
        total=operation.due,
    )
    maker.expect(RowStatus.IZI_ONLY, maker.add(issued(operation, ghost)))


def of_another_shift(maker: Maker) -> None:
    """Its document is in the shift before: no row."""
    operation = maker.operation()
    earlier = TapeDocument(
        form=DocumentForm.RECEIPT,
        fiscal_drive_number=OLD_FN,
        fiscal_document_number=10**8 + maker._ids,
        fiscal_sign=1,
        date_time=maker.clock,
        shift_number=SHIFT - 1,
        calculation_sign=operation.calculation_sign,
        total=operation.due,
    )
    maker.add(issued(operation, earlier))


def not_posted(maker: Maker) -> None:
    """K6: recorded while the CRM was away."""
    operation = maker.operation(id="")
    maker.facts[operation.external_id] = JournalFact(
        payment_id=operation.external_id, waits_for_crm=True
    )
    maker.add(operation)
    document = maker.document(operation)
    if maker.has_word and maker.is_seen:
        maker.expect(RowStatus.FR_ONLY, operation, document)
    else:
        if not maker.is_seen:
            maker.shift.unreceipted.add(operation.key)
        maker.expect(RowStatus.IZI_ONLY, operation)
        maker.expect(RowStatus.FR_ONLY, document=document)


def unknown_outcome(maker: Maker) -> None:
    """Sent, and not found out yet: nothing may be issued."""
    operation = maker.add(maker.operation())
    maker.facts[operation.external_id] = JournalFact(
        payment_id=operation.external_id, is_unsettled=True
    )
    maker.expect(RowStatus.IZI_ONLY, operation)


DEFECTS: tuple[Callable[[Maker], None], ...] = (
    missing_receipt,
    missing_transaction,
    wrong_sum,
    wrong_sign,
    late_posting,
    duplicate_payment,
    duplicate_posting,
    duplicate_claim,
    swapped_ids,
    equal_pair,
    equal_pair_one_without,
    made_by_hand,
    not_attached,
    second_document,
    set_right_by_receipts,
    set_right_by_corrections,
    half_set_right,
    hand_made_and_taken_back,
    not_on_tape,
    of_another_shift,
    not_posted,
    unknown_outcome,
)
