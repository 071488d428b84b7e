"""Money moved: written once, with its entries in the client's accounts."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from datetime import timezone
from decimal import Decimal

from kassa_tui.izi.embedded import clients, rules, sale, shifts
from kassa_tui.izi.embedded.desk import Desk, check_known, check_version
from kassa_tui.izi.embedded.pages import Condition, page
from kassa_tui.izi.embedded.store import micros, moment
from kassa_tui.izi.errors import (
    BalanceChanged,
    ClientBlocked,
    Fault,
    InsufficientBalance,
    InsufficientCash,
    NotFound,
    RefundExceedsOriginal,
    ValidationFailed,
)
from kassa_tui.izi.fiscal import NEXT_STATUSES, SETTABLE_STATUSES, first_status
from kassa_tui.izi.models.page import Page, Paging
from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.session import Person
from kassa_tui.izi.models.transaction import (
    Account,
    Balances,
    Direction,
    FiscalError,
    FiscalStatus,
    FiscalStatusChange,
    Line,
    Origin,
    PaymentMethod,
    Transaction,
    TransactionDraft,
    TransactionType,
)
from kassa_tui.izi.values import MAX_KOPECKS

REFUSED_WHEN_BLOCKED = frozenset(
    {TransactionType.TOP_UP, TransactionType.CHARGE, TransactionType.BONUS_CREDIT}
)
"""A blocked client can only get money back or be set right."""

_SELECT = """
    SELECT t.*, f.version, f.status, f.error, o.name AS operator_name,
        (SELECT json_group_array(document) FROM
            (SELECT document FROM receipt WHERE transaction_id = t.id ORDER BY rowid)
        ) AS receipts
    FROM money_transaction t JOIN fiscal_state f ON f.transaction_id = t.id
    LEFT JOIN operator o ON o.id = t.created_by
"""


async def post(
    desk: Desk,
    shift_id: str,
    draft: TransactionDraft,
    *,
    origin: Origin = Origin.STATION,
    document: Receipt | None = None,
) -> Transaction:
    """Write a transaction.

    Args:
        origin: What the CRM's own screens and its app write has no operator of the contract.
        document: The fiscal document that it is imported from. What was sold is then a
            fact, and price, stock and blocking are not asked about.
    """
    shift = await shifts.open_shift_row(desk, shift_id)
    settings = await desk.settings(shift["club_id"])
    faults = list(rules.faults(draft, settings, imported=document is not None))
    if faults:
        raise ValidationFailed(faults)
    if document is None and draft.type is TransactionType.CHARGE:
        await sale.check(desk, shift["club_id"], draft)
    original = await _original(desk, shift["club_id"], draft)
    if original is not None and draft.type is TransactionType.REFUND:
        await _check_refund(desk, original, draft)
    after = await _accounts_after(desk, draft, imported=document is not None)
    await _check_drawer(desk, shift, draft)
    late = micros(draft.occurred_at) < shift["opened_at"]
    status = FiscalStatus.ISSUED
    if document is not None:
        late = late or await _belongs_to_closed_shift(desk, shift["club_id"], document)
    else:
        reversed_status = original.fiscal_status if original else None
        status = first_status(draft, settings, shifts.mode_of(shift), reversed_status)
    author = None if origin in (Origin.CRM, Origin.APP) else desk.operator.id
    transaction_id = await write(
        desk, shift, draft, after, status, origin=origin, author=author, late=late
    )
    if draft.type is TransactionType.CHARGE:
        await sale.book(desk, transaction_id, draft.lines)
    elif original is not None:
        await sale.mark(desk, transaction_id, _returned(original, draft), sold=False)
    return await transaction(desk, transaction_id)


async def post_app_top_up(desk: Desk, shift_id: str, draft: TransactionDraft) -> Transaction:
    """Write what a client paid in the mobile application: no staff, no desk, no receipt here."""
    shift = await shifts.open_shift_row(desk, shift_id)
    after = await _accounts_after(desk, draft, imported=True)
    transaction_id = await write(
        desk, shift, draft, after, FiscalStatus.NOT_REQUIRED, origin=Origin.APP, author=None
    )
    return await transaction(desk, transaction_id)


async def write(
    desk: Desk,
    shift: sqlite3.Row,
    draft: TransactionDraft,
    after: Balances | None,
    status: FiscalStatus,
    *,
    origin: Origin,
    author: str | None,
    late: bool = False,
) -> str:
    """Insert the rows of a transaction that was found good; its id."""
    transaction_id = desk.new_id("tx")
    await desk.store.insert(
        "money_transaction",
        id=transaction_id,
        club_id=shift["club_id"],
        shift_id=shift["id"],
        external_id=str(draft.external_id),
        order_id=draft.order_id,
        type=draft.type,
        client_id=draft.client_id,
        amount=draft.amount,
        original_id=draft.original_transaction_id,
        draft=draft.model_dump_json(),
        created_at=micros(desk.now),
        created_by=author,
        origin=origin,
        late_posted=late,
        balance_after=after.balance if after else None,
        bonus_after=after.bonus_balance if after else None,
    )
    for method in {part.method for part in draft.payments}:
        await desk.store.insert(
            "payment",
            transaction_id=transaction_id,
            method=method,
            amount=draft.paid_by(method),
        )
    for account, change in _changes(draft).items():
        await desk.store.insert(
            "account_entry",
            client_id=draft.client_id,
            account=account,
            amount=change,
            transaction_id=transaction_id,
        )
    await add_event(desk, transaction_id, shift["id"], 1, status, author=author)
    return transaction_id


async def transaction(desk: Desk, transaction_id: str) -> Transaction:
    """Raises `NotFound`, `ClubAccessDenied`."""
    row = await desk.store.row(f"{_SELECT} WHERE t.id = ?", transaction_id)
    if row is None:
        raise NotFound("no such transaction")
    desk.enter(row["club_id"])
    return _read(row, await desk.zone(row["club_id"]))


async def listing(
    desk: Desk, club_id: str, conditions: list[Condition], paging: Paging
) -> Page[Transaction]:
    zone = await desk.zone(club_id)

    async def read(row: sqlite3.Row) -> Transaction:
        return _read(row, zone)

    return await page(
        desk, _SELECT, [("t.club_id = ?", club_id), *conditions], paging, read, seq="t.seq"
    )


async def set_fiscal_status(
    desk: Desk, transaction_id: str, change: FiscalStatusChange, version: int
) -> Transaction:
    """Move along D.8. Setting what is set already changes nothing."""
    standing = await transaction(desk, transaction_id)
    check_version(standing.version, version)
    check_known(change)
    if change.status is FiscalStatus.FAILED and change.error is None:
        raise ValidationFailed([Fault("#/error", "required", "say what failed")])
    if (standing.fiscal_status, standing.fiscal_error) == (change.status, change.error):
        return standing
    if change.status not in NEXT_STATUSES[standing.fiscal_status] & SETTABLE_STATUSES:
        why = f"not after {standing.fiscal_status}"
        raise ValidationFailed([Fault("#/status", "transition", why)])
    await add_event(
        desk,
        transaction_id,
        standing.shift_id,
        version + 1,
        change.status,
        change.error,
        author=desk.operator.id,
    )
    return await transaction(desk, transaction_id)


async def add_event(
    desk: Desk,
    transaction_id: str,
    shift_id: str,
    version: int,
    status: FiscalStatus,
    error: FiscalError | None = None,
    *,
    author: str | None,
) -> None:
    """Write the next fiscal state of a transaction; its shift has changed with it."""
    await desk.store.insert(
        "fiscal_event",
        transaction_id=transaction_id,
        version=version,
        status=status,
        error=error.model_dump_json() if error else None,
        happened_at=micros(desk.now),
        happened_by=author,
    )
    await shifts.touch(desk, shift_id)


async def _original(desk: Desk, club_id: str, draft: TransactionDraft) -> Transaction | None:
    if draft.original_transaction_id is None:
        return None
    expected = {
        TransactionType.REFUND: TransactionType.CHARGE,
        TransactionType.WITHDRAWAL: TransactionType.TOP_UP,
    }[draft.type]
    row = await desk.store.row(
        f"{_SELECT} WHERE t.id = ? AND t.club_id = ? AND t.type = ? AND t.client_id IS ?",
        draft.original_transaction_id,
        club_id,
        expected,
        draft.client_id,
    )
    if row is None:
        why = f"no {expected} of this client"
        raise ValidationFailed([Fault("#/original_transaction_id", "reference", why)])
    return _read(row, await desk.zone(club_id))


async def _check_refund(desk: Desk, original: Transaction, draft: TransactionDraft) -> None:
    """Method by method, and item by item, not more than is left of the charge."""
    refunded = await desk.store.rows(
        "SELECT p.method, sum(p.amount) AS amount FROM money_transaction t "
        "JOIN payment p ON p.transaction_id = t.id "
        "WHERE t.original_id = ? AND t.type = 'refund' GROUP BY p.method",
        original.id,
    )
    given_back = {row["method"]: row["amount"] for row in refunded}
    for method in {part.method for part in draft.payments}:
        available = original.paid_by(method) - given_back.get(method, 0)
        if draft.paid_by(method) > available:
            raise RefundExceedsOriginal(f"by {method}", available=available)
    left: dict[tuple[str, str | None, int], Decimal] = defaultdict(Decimal)
    for line in original.lines:
        left[line.kind, line.ref_id, line.price] += line.quantity
    earlier = await desk.store.rows(
        "SELECT draft FROM money_transaction WHERE original_id = ? AND type = 'refund'",
        original.id,
    )
    for row in earlier:
        for line in TransactionDraft.model_validate_json(row["draft"]).lines:
            left[line.kind, line.ref_id, line.price] -= line.quantity
    for number, line in enumerate(draft.lines):
        left[line.kind, line.ref_id, line.price] -= line.quantity
        if left[line.kind, line.ref_id, line.price] < 0:
            why = "not so much of it was sold and not yet returned"
            raise ValidationFailed([Fault(f"#/lines/{number}/quantity", "max", why)])


def _returned(original: Transaction, draft: TransactionDraft) -> tuple[Line, ...]:
    """The lines that a refund takes back: all of them when it says none and is whole."""
    whole = draft.type is TransactionType.REFUND and draft.amount == original.amount
    return draft.lines or (original.lines if whole else ())


async def _accounts_after(
    desk: Desk, draft: TransactionDraft, *, imported: bool
) -> Balances | None:
    """The client's accounts with the transaction in them; raises what forbids it."""
    if draft.client_id is None:
        return None
    row = await clients.client_row(desk, draft.client_id)
    if row is None:
        raise ValidationFailed([Fault("#/client_id", "reference", "no such client")])
    if row["blocked"] and draft.type in REFUSED_WHEN_BLOCKED and not imported:
        raise ClientBlocked("the client is blocked")
    if draft.expected_balance not in (None, row["balance"]):
        raise BalanceChanged("the game balance is another")
    after = {Account.GAME: row["balance"], Account.BONUS: row["bonus_balance"]}
    for account, change in _changes(draft).items():
        available = after[account]
        after[account] += change
        if change < 0 and after[account] < 0:
            raise InsufficientBalance(f"account {account}", available=max(0, available))
        if after[account] > MAX_KOPECKS:
            raise ValidationFailed([Fault("#/amount", "max", "the account would overflow")])
    return Balances(balance=after[Account.GAME], bonus_balance=after[Account.BONUS])


def _changes(draft: TransactionDraft) -> dict[Account, int]:
    """What the transaction adds to the accounts of its client, kopecks; no zeros."""
    balance = draft.paid_by(PaymentMethod.BALANCE)
    bonus = draft.paid_by(PaymentMethod.BONUS)
    match draft.type:
        case TransactionType.TOP_UP:
            changes = {Account.GAME: draft.amount}
        case TransactionType.CHARGE:
            changes = {Account.GAME: -balance, Account.BONUS: -bonus}
        case TransactionType.REFUND:
            changes = {Account.GAME: balance, Account.BONUS: bonus}
        case TransactionType.WITHDRAWAL:
            changes = {Account.GAME: -draft.amount}
        case TransactionType.ADJUSTMENT:
            sign = 1 if draft.direction is Direction.CREDIT else -1
            changes = {draft.account: sign * draft.amount}
        case TransactionType.BONUS_CREDIT:
            changes = {Account.BONUS: draft.amount}
        case TransactionType.BONUS_WRITE_OFF:
            changes = {Account.BONUS: -draft.amount}
    return {account: change for account, change in changes.items() if change}


async def _check_drawer(desk: Desk, shift: sqlite3.Row, draft: TransactionDraft) -> None:
    """Cash that is given out must be in the drawer."""
    given_out = draft.paid_by(PaymentMethod.CASH)
    if given_out and draft.type in (TransactionType.REFUND, TransactionType.WITHDRAWAL):
        available = await shifts.drawer(desk, shift)
        if given_out > available:
            raise InsufficientCash(available=max(0, available))


async def _belongs_to_closed_shift(desk: Desk, club_id: str, document: Receipt) -> bool:
    found = await desk.store.value(
        "SELECT 1 FROM shift WHERE club_id = ? AND closed "
        "AND json_extract(fiscal, '$.fiscal_drive_number') = ? "
        "AND json_extract(fiscal, '$.shift_number') = ?",
        club_id,
        document.fiscal_drive_number,
        document.shift_number,
    )
    return found is not None


def _read(row: sqlite3.Row, zone: timezone) -> Transaction:
    draft = TransactionDraft.model_validate_json(row["draft"])
    after = None
    if row["balance_after"] is not None:
        after = Balances(balance=row["balance_after"], bonus_balance=row["bonus_after"])
    person = None
    if row["created_by"] is not None:
        person = Person(id=row["created_by"], display_name=row["operator_name"])
    return Transaction(
        **dict(draft) | {"occurred_at": draft.occurred_at.astimezone(zone)},
        id=row["id"],
        seq=row["seq"],
        version=row["version"],
        club_id=row["club_id"],
        shift_id=row["shift_id"],
        created_at=moment(row["created_at"], zone),
        created_by=person,
        origin=Origin(row["origin"]),
        late_posted=bool(row["late_posted"]),
        fiscal_status=FiscalStatus(row["status"]),
        fiscal_error=row["error"] and FiscalError.model_validate_json(row["error"]),
        receipts=tuple(map(Receipt.model_validate_json, json.loads(row["receipts"]))),
        client_after=after,
    )
