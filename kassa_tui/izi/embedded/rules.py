"""What is wrong with a transaction in itself, before anything is looked up (contract D.5)."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.ffd.arithmetic import item_cost
from drivers.ffd.enumerations import PaymentMethod as PaymentSign
from drivers.ffd.enumerations import PaymentSubject, QuantityMeasure, VatRate
from kassa_tui.izi.errors import Fault
from kassa_tui.izi.models.settings import FiscalSettings
from kassa_tui.izi.models.transaction import (
    Account,
    Line,
    PaymentMethod,
    TransactionDraft,
    TransactionType,
)

_DESK = frozenset({PaymentMethod.CASH, PaymentMethod.CARD})

METHODS = {
    TransactionType.TOP_UP: _DESK,
    TransactionType.CHARGE: _DESK | {PaymentMethod.BALANCE, PaymentMethod.BONUS},
    TransactionType.REFUND: _DESK | {PaymentMethod.BALANCE, PaymentMethod.BONUS},
    TransactionType.WITHDRAWAL: _DESK,
    TransactionType.ADJUSTMENT: frozenset[PaymentMethod](),
    TransactionType.BONUS_CREDIT: frozenset[PaymentMethod](),
    TransactionType.BONUS_WRITE_OFF: frozenset[PaymentMethod](),
}
"""How each type is paid."""

COMMENTED = frozenset(TransactionType) - {TransactionType.TOP_UP, TransactionType.CHARGE}
"""K9: nobody takes back or gives by hand without saying why."""

_CODES = (
    ("nds", frozenset(VatRate)),
    ("payment_type", frozenset(PaymentSign)),
    ("product_type", frozenset(PaymentSubject)),
    ("unit", frozenset(QuantityMeasure)),
)


def faults(
    draft: TransactionDraft, settings: FiscalSettings, imported: bool = False
) -> Iterator[Fault]:
    """Every broken rule. An imported charge may come without lines."""
    yield from _payments(draft, settings)
    yield from _parties(draft)
    if draft.lines:
        yield from _lines(draft, settings)
    elif draft.type is TransactionType.CHARGE and not imported:
        yield Fault("#/lines", "required", "a charge says what was sold")
    if draft.type in COMMENTED and not (draft.comment or "").strip():
        yield Fault("#/comment", "required", "say why")


def _payments(draft: TransactionDraft, settings: FiscalSettings) -> Iterator[Fault]:
    allowed = METHODS[draft.type]
    for number, part in enumerate(draft.payments):
        if part.method not in allowed or part.method not in settings.payment_methods:
            yield Fault(f"#/payments/{number}/method", "method", "not for this type or club")
        if part.card is not None and part.method is not PaymentMethod.CARD:
            yield Fault(f"#/payments/{number}/card", "method", "only a card payment has one")
    paid = sum(part.amount for part in draft.payments)
    if allowed and paid != draft.amount:
        yield Fault("#/payments", "sum", f"they make {paid}, not the amount")
    cash = draft.paid_by(PaymentMethod.CASH)
    tendered = draft.cash_tendered
    if tendered is not None or draft.change is not None:
        if tendered is None or tendered < cash:
            yield Fault("#/cash_tendered", "min", "at least the cash part")
        elif (draft.change or 0) != tendered - cash:
            yield Fault("#/change", "sum", "not cash_tendered less the cash part")


def _parties(draft: TransactionDraft) -> Iterator[Fault]:
    adjusted = draft.type is TransactionType.ADJUSTMENT
    if draft.account is not Account.GAME and not adjusted:
        yield Fault("#/account", "enum", "only an adjustment names the bonus account")
    if (draft.direction is not None) is not adjusted:
        yield Fault("#/direction", "required", "an adjustment, and nothing else, has one")
    at_desk = draft.type in (TransactionType.CHARGE, TransactionType.REFUND)
    if draft.client_id is None:
        if not at_desk or draft.paid_by(PaymentMethod.BALANCE, PaymentMethod.BONUS):
            yield Fault("#/client_id", "required", "an account needs its client")
        if draft.expected_balance is not None:
            yield Fault("#/client_id", "required", "no client, no balance to expect")
    original = draft.original_transaction_id
    if draft.type is TransactionType.REFUND and original is None:
        yield Fault("#/original_transaction_id", "required", "a refund reverses a charge")
    if original is not None and draft.type not in (
        TransactionType.REFUND,
        TransactionType.WITHDRAWAL,
    ):
        yield Fault("#/original_transaction_id", "unexpected", "not for this type")


def _lines(draft: TransactionDraft, settings: FiscalSettings) -> Iterator[Fault]:
    if draft.type not in (TransactionType.CHARGE, TransactionType.REFUND):
        yield Fault("#/lines", "unexpected", "not for this type")
        return
    for number, line in enumerate(draft.lines):
        yield from _line(line, f"#/lines/{number}")
    total = sum(line.sum + line.bonus for line in draft.lines)
    if total != draft.amount:
        yield Fault("#/lines", "sum", f"they make {total}, not the amount")
    bonus = sum(line.bonus for line in draft.lines)
    if bonus != draft.paid_by(PaymentMethod.BONUS):
        yield Fault("#/lines", "bonus", f"their bonuses make {bonus}, not the bonus payment")
    regimes = {settings.tax.of_class(line.tax_class) for line in draft.lines}
    if len({regime.taxation_type or regime.code for regime in regimes}) > 1:
        yield Fault("#/lines", "taxation_type", "one transaction has one taxation type")


def _line(line: Line, pointer: str) -> Iterator[Fault]:
    cost = item_cost(line.price, line.quantity)
    if line.sum != cost - line.discount - line.bonus:
        yield Fault(f"{pointer}/sum", "sum", f"{cost} less discount and bonus")
    for name, codes in _CODES:
        if getattr(line, name) not in codes:
            yield Fault(f"{pointer}/{name}", "enum", "no such code")
