"""Fiscal documents and the transactions they belong to (contract D.5, attach rules)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from drivers.ffd.enumerations import CalculationSign
from kassa_tui.izi.embedded import transactions
from kassa_tui.izi.embedded.desk import Desk, check_known, digest_of
from kassa_tui.izi.embedded.store import micros
from kassa_tui.izi.errors import (
    Fault,
    ReceiptAlreadyAttached,
    ReceiptInconsistent,
    ReceiptInUse,
    ValidationFailed,
)
from kassa_tui.izi.fiscal import NEXT_STATUSES, OPERATIONS, receipt_total
from kassa_tui.izi.models.imported import ImportedReceipt
from kassa_tui.izi.models.page import Written
from kassa_tui.izi.models.receipt import DocumentKind, Receipt
from kassa_tui.izi.models.transaction import (
    FiscalStatus,
    Origin,
    PaymentMethod,
    Transaction,
    TransactionDraft,
    TransactionType,
)

IMPORTED_AS: dict[int, set[TransactionType]] = {
    CalculationSign.SALE: {TransactionType.TOP_UP, TransactionType.CHARGE},
    CalculationSign.SALE_RETURN: {TransactionType.WITHDRAWAL, TransactionType.REFUND},
}
"""What a document of the register can have been."""


async def attach(desk: Desk, transaction_id: str, receipt: Receipt) -> Written[Transaction]:
    """Attach a document; the same one again changes nothing, in an open shift or a closed."""
    check_known(receipt)
    standing = await transactions.transaction(desk, transaction_id)
    _raise(_contradictions(receipt, "#"))
    known = await desk.store.row(
        "SELECT transaction_id, document FROM receipt WHERE receipt_id = ?", receipt.receipt_id
    )
    if known is not None:
        if known["transaction_id"] != transaction_id:
            raise ReceiptInUse(transaction_id=known["transaction_id"])
        if digest_of(Receipt.model_validate_json(known["document"])) != digest_of(receipt):
            raise ReceiptAlreadyAttached(
                "with another content under this number", receipt_id=receipt.receipt_id
            )
        return Written(standing, created=False)
    if receipt.document_kind is DocumentKind.RECEIPT:
        for each in standing.receipts:
            if each.document_kind is DocumentKind.RECEIPT:
                raise ReceiptAlreadyAttached(receipt_id=each.receipt_id)
    _raise(_mismatches(receipt, standing))
    await _add(desk, transaction_id, receipt)
    await transactions.add_event(
        desk,
        transaction_id,
        standing.shift_id,
        standing.version + 1,
        FiscalStatus.ISSUED,
        author=desk.operator.id,
    )
    return Written(await transactions.transaction(desk, transaction_id), created=True)


async def import_receipt(desk: Desk, shift_id: str, imported: ImportedReceipt) -> Transaction:
    """Make the transaction that a document proves, and attach it, in one step."""
    receipt, told = imported.receipt, imported.transaction
    _raise(
        [
            *_contradictions(receipt, "#/receipt"),
            *_unlike(imported),
        ]
    )
    user = await desk.store.value(
        "SELECT transaction_id FROM receipt WHERE receipt_id = ?", receipt.receipt_id
    )
    if user is not None:
        raise ReceiptInUse(transaction_id=user)
    draft = TransactionDraft(
        **dict(told),
        external_id=imported.external_id,
        amount=receipt.total_sum,
        occurred_at=receipt.date_time,
    )
    if not (draft.comment or "").strip():
        raise ValidationFailed([Fault("#/transaction/comment", "required", "say why")])
    try:
        made = await transactions.post(
            desk, shift_id, draft, origin=Origin.FR_DOCUMENT, document=receipt
        )
    except ValidationFailed as refused:
        raise ValidationFailed(
            Fault(f"#/transaction{fault.pointer[1:]}", fault.code, fault.detail)
            for fault in refused.faults
        ) from refused
    await _add(desk, made.id, receipt)
    return await transactions.transaction(desk, made.id)


async def _add(desk: Desk, transaction_id: str, receipt: Receipt) -> None:
    await desk.store.insert(
        "receipt",
        receipt_id=receipt.receipt_id,
        transaction_id=transaction_id,
        document_kind=receipt.document_kind,
        fiscal_shift=f"{receipt.fiscal_drive_number}:{receipt.shift_number}",
        document=receipt.model_dump_json(),
        attached_at=micros(desk.now),
        attached_by=desk.operator.id,
    )


def _raise(faults: Iterator[Fault] | list[Fault]) -> None:
    found = list(faults)
    if found:
        raise ReceiptInconsistent(found)


def _contradictions(receipt: Receipt, pointer: str) -> Iterator[Fault]:
    """Rule (a): number, link and QR tell of one document."""
    drive, number = receipt.fiscal_drive_number, receipt.fiscal_document_number
    if receipt.receipt_id != f"{drive}:{number}":
        yield Fault(f"{pointer}/receipt_id", "mismatch", "not <FN>:<FD> of the document")
    truth = {"fn": drive, "i": str(number), "fp": receipt.fiscal_sign}
    for name, query in (("ofd_url", _query_of(receipt.ofd_url)), ("qr", receipt.qr or "")):
        told = parse_qs(query)
        for key, value in truth.items():
            if any(each.lstrip("0") != value.lstrip("0") for each in told.get(key, ())):
                yield Fault(f"{pointer}/{name}", "mismatch", f"{key} is another document's")


def _query_of(url: str | None) -> str:
    try:
        return urlsplit(url or "").query
    except ValueError:
        return ""  # no link at all; links are for people, and rule (a) compares only what is told


def _mismatches(receipt: Receipt, standing: Transaction) -> Iterator[Fault]:
    """Rule (b). After the first document, corrections may have any sum and operation.

    The contract lets any number of corrections follow, and one that sets a wrong receipt
    right consists of a reversal and a new document: neither need look like the first.
    """
    if standing.fiscal_status is FiscalStatus.ISSUED:
        return
    if FiscalStatus.ISSUED not in NEXT_STATUSES[standing.fiscal_status]:
        yield Fault("#/receipt_id", "not_required", "the transaction has no fiscal document")
        return
    if receipt.total_sum != receipt_total(standing):
        yield Fault("#/total_sum", "mismatch", f"the transaction has {receipt_total(standing)}")
    if receipt.operation_type != OPERATIONS[standing.type]:
        yield Fault("#/operation_type", "mismatch", f"{OPERATIONS[standing.type]:d} expected")


def _unlike(imported: ImportedReceipt) -> Iterator[Fault]:
    """Where the told transaction is not what the document says."""
    receipt, told = imported.receipt, imported.transaction
    kinds = IMPORTED_AS.get(receipt.operation_type, set())
    if not kinds:
        yield Fault("#/receipt/operation_type", "enum", "only sales and their returns")
    elif told.type not in kinds:
        yield Fault("#/transaction/type", "mismatch", "not for this operation")
    parts = {
        PaymentMethod.CASH: receipt.cash_total_sum,
        PaymentMethod.CARD: receipt.ecash_total_sum,
        PaymentMethod.BALANCE: receipt.prepaid_sum,
    }
    paid = {
        method: sum(part.amount for part in told.payments if part.method is method)
        for method in {*parts, *(part.method for part in told.payments)}
    }
    if paid != parts:
        yield Fault("#/transaction/payments", "mismatch", "not the sums of the document")
    if not receipt.total_sum or receipt.total_sum != sum(parts.values()):
        yield Fault("#/receipt/total_sum", "mismatch", "not what was paid")
