"""Looking for payments by what somebody remembers of them, and telling what became of one."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from kassa_tui.journal import reading
from kassa_tui.journal.payment_states import PAYMENT, payment_states
from kassa_tui.journal.records import PaymentState

MOST_SEARCHED = 20_000
"""Payments that are looked through at once; older ones are found from a later page on."""

_NUMBER = re.compile(r"[0-9]{1,12}")
_SUM = re.compile(r"([0-9]{1,10})(?:[.,]([0-9]{2}))?")


_LAST = "g"
"""Behind every id."""
_LATEST = f"{PAYMENT} WHERE id < :before ORDER BY id DESC LIMIT :limit"
_MATCHING = f"""
    SELECT * FROM ({PAYMENT} WHERE id < :before ORDER BY id DESC LIMIT :most) AS p
    WHERE instr(folded(client), :text) OR instr(folded(comment), :text) OR total = :total
       OR EXISTS (SELECT 1 FROM payment_line
                  WHERE payment = p.id AND instr(folded(name), :text))
       OR (:number AND EXISTS (
               SELECT 1 FROM receipt_intent i JOIN fiscal_document d ON d.receipt = i.id
               WHERE i.payment = p.id AND d.fiscal_document_number = :number))
    ORDER BY id DESC LIMIT :limit
"""  # noqa: S608 - of constants alone


class Told(NamedTuple):
    """Something that happened."""

    at: datetime
    what: str
    """`noted`, `sent`, `ended`, `recorded`, `printed`, `delivered`, `told`, `called_off`."""
    detail: tuple[str, ...] = ()


def find_payments(
    db: sqlite3.Connection, text: str, before: UUID | None, limit: int
) -> tuple[PaymentState, ...]:
    values: dict[str, object] = {"before": str(before) if before else _LAST, "limit": limit}
    if not text:
        rows = db.execute(_LATEST, values).fetchall()
        return payment_states(db, rows)
    db.create_function("folded", 1, str.casefold, deterministic=True)
    number = int(text) if _NUMBER.fullmatch(text) else 0
    values |= {"most": MOST_SEARCHED, "text": text.casefold()}
    values |= {"number": number, "total": _kopecks(text)}
    rows = db.execute(_MATCHING, values).fetchall()
    return payment_states(db, rows)


def story(db: sqlite3.Connection, payment_id: UUID) -> tuple[PaymentState, tuple[Told, ...]] | None:
    state = reading.payment(db, payment_id)
    if state is None:
        return None
    told = [Told(state.payment.created_at, "noted")]
    for receipt in state.receipts:
        told += _of_receipt(db, str(receipt.id))
    for name, ended, ended_at, error in db.execute(
        "SELECT name, state, ended_at, error FROM call WHERE subject = ?"
        " AND ended_at IS NOT NULL ORDER BY position",
        (str(payment_id),),
    ):
        told.append(_at(ended_at, "told", name, ended, error))
    if state.called_off:
        # It ends together with the call that the CRM has refused, or with its last one.
        told.append(Told(max(one.at for one in told), "called_off", (state.called_off,)))
    # What one transaction has written has one time; the order above is that of the facts.
    return state, tuple(sorted(told, key=lambda one: one.at))


def _of_receipt(db: sqlite3.Connection, receipt_id: str) -> list[Told]:
    told: list[Told] = []
    for sent_at, fiscal_drive_number, last, state, reason, ended_at in db.execute(
        """
        SELECT sent_at, fiscal_drive_number, last_document_number, state, reason, ended_at
        FROM attempt WHERE receipt = ? ORDER BY number
        """,
        (receipt_id,),
    ):
        told.append(_at(sent_at, "sent", fiscal_drive_number, str(last)))
        if ended_at is not None and state != "recorded":
            told.append(_at(ended_at, "ended", state, reason))
    for fiscal_drive_number, number, noted_at, printed_at, delivered_at in db.execute(
        """
        SELECT fiscal_drive_number, fiscal_document_number, noted_at, printed_at, delivered_at
        FROM fiscal_document WHERE receipt = ?
        """,
        (receipt_id,),
    ):
        told.append(_at(noted_at, "recorded", fiscal_drive_number, str(number)))
        if printed_at is not None:
            told.append(_at(printed_at, "printed"))
        if delivered_at is not None:
            told.append(_at(delivered_at, "delivered"))
    return told


def _at(text: str, what: str, *detail: str) -> Told:
    return Told(datetime.fromisoformat(text), what, tuple(one for one in detail if one))


def _kopecks(text: str) -> int:
    """A typed sum of roubles; 0: it is none."""
    matched = _SUM.fullmatch(text.replace(" ", ""))
    if matched is None:
        return 0
    roubles, kopecks = matched.groups()
    return int(Decimal(roubles) * 100) + int(kopecks or 0)
