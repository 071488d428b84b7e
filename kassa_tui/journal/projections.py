"""What each kind of event changes in the projections. Nothing else ever writes them.

A statement sees the members of the event's body by name, and `:at` and `:body` whole.
A `!` before it says that it must touch a row: the event does not fit what is written, else.
An `Each` is done for every value of a list in the body, and sees the members of that one, its
`:position` in the list and the `:id` of the event as `:owner`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from kassa_tui.journal.errors import NotNow


class Each(NamedTuple):
    """A statement for every value of the list `member`."""

    member: str
    statement: str


STATEMENTS: dict[str, tuple[str | Each, ...]] = {
    "payment_taken": (
        """
        INSERT INTO payment VALUES (
            :id, :caller_id, :kind, :total, :pay_by, :tendered, :client_id, :client, :cashier,
            :shift, :original, :comment, :created_at, '', :order_id, :asked, :direction
        )
        """,
        Each(
            "parts",
            "INSERT INTO payment_part VALUES (:owner, :position, :method, :amount, :card)",
        ),
        Each(
            "lines",
            """
            INSERT INTO payment_line VALUES (
                :owner, :position, :name, :quantity, :price, :total, :detail
            )
            """,
        ),
        Each(
            "receipts",
            """
            INSERT INTO receipt_intent VALUES (
                :id, :owner, :position, :receipt, :contact_seal, 'wanted'
            )
            """,
        ),
    ),
    "payment_called_off": (
        "!UPDATE payment SET called_off = :reason WHERE id = :payment AND called_off = ''",
        """
        UPDATE receipt_intent SET state = 'called_off'
        WHERE payment = :payment AND state = 'wanted'
        """,
    ),
    "receipts_promised": (
        Each(
            "receipts",
            """
            INSERT INTO receipt_intent
            SELECT :id, :owner, max(position) + 1, :receipt, :contact_seal, 'wanted'
            FROM receipt_intent WHERE payment = :owner
            """,
        ),
    ),
    "attempt_made": (
        # What is recorded or called off is never sent.
        """!
        INSERT INTO attempt
        SELECT :number, :receipt, :fiscal_drive_number, :last_document_number, :digest, :sent_at,
               'sent', '', '', NULL
        FROM receipt_intent WHERE id = :receipt AND state = 'wanted'
        """,
    ),
    "attempt_ended": (
        """!
        UPDATE attempt SET state = :state, reason = :reason, detail = :detail, ended_at = :at
        WHERE number = :attempt
        """,
    ),
    "document_kept": (
        """
        INSERT INTO fiscal_document VALUES (
            :fiscal_drive_number, :fiscal_document_number, :form, :fiscal_sign, :date_time,
            :shift_number, :receipt_number, :calculation_sign, :total, :qr, :receipt, :at,
            NULL, NULL
        )
        """,
        "UPDATE receipt_intent SET state = 'recorded' WHERE id = :receipt",
    ),
    "document_bound": (
        """!
        UPDATE fiscal_document SET receipt = :receipt
        WHERE fiscal_drive_number = :fiscal_drive_number
          AND fiscal_document_number = :fiscal_document_number AND receipt IS NULL
        """,
        "!UPDATE receipt_intent SET state = 'recorded' WHERE id = :receipt",
    ),
    "documents_printed": (
        """
        UPDATE fiscal_document SET printed_at = :at
        WHERE fiscal_drive_number = :fiscal_drive_number AND printed_at IS NULL
          AND fiscal_document_number IN (SELECT value FROM json_each(:body, '$.documents'))
        """,
    ),
    "documents_delivered": (
        """
        UPDATE fiscal_document SET delivered_at = :at
        WHERE fiscal_drive_number = :fiscal_drive_number AND delivered_at IS NULL
          AND fiscal_document_number IN (SELECT value FROM json_each(:body, '$.documents'))
        """,
    ),
    "call_queued": (
        """
        INSERT INTO call VALUES (
            NULL, :id, :subject, :position, :name, :call_body, :key, 'pending', 0, '', '', NULL,
            NULL
        )
        """,
    ),
    "call_failed": (
        """!
        UPDATE call SET tries = tries + 1, error = :error, next_try = :next_try
        WHERE id = :id AND state = 'pending'
        """,
    ),
    "call_ended": (
        """!
        UPDATE call SET tries = tries + :tries, state = :state, error = :error,
                        result = :result, ended_at = :at
        WHERE id = :id
        """,
    ),
    "call_readdressed": (
        """!
        UPDATE call SET body = :call_body, key = :key, state = 'pending', next_try = '',
                        ended_at = NULL
        WHERE id = :id
        """,
    ),
    "shift_opening": (
        """
        INSERT INTO shift VALUES (
            :id, 'opening', :opened_at, :cashier, :opening_cash, :comment,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        )
        """,
    ),
    "shift_opened": (
        """!
        UPDATE shift SET step = 'open', fiscal_drive_number = :fiscal_drive_number,
                         number = :number
        WHERE id = :id AND step = 'opening'
        """,
    ),
    "shift_linked": ("!UPDATE shift SET crm_shift = :crm_shift WHERE id = :id",),
    "shift_closing": (
        """!
        UPDATE shift SET step = 'closing', closed_at = :closed_at, counted_cash = :counted_cash,
                         expected_cash = :expected_cash, closing_comment = :comment
        WHERE id = :id AND step IN ('open', 'closing')
        """,
    ),
    "shift_closed": (
        """!
        UPDATE shift SET step = 'closed', closing_document = :closing_document
        WHERE id = :id AND step <> 'closed'
        """,
    ),
    "cash_moving": (
        """
        INSERT INTO cash_move VALUES (
            :id, :shift, :direction, :kind, :article, :amount, :comment, :cashier,
            :occurred_at, 'intended', '', :drawer_before
        )
        """,
    ),
    "cash_moved": ("!UPDATE cash_move SET state = :state, detail = :detail WHERE id = :id",),
    "tape_read": (
        """
        INSERT OR IGNORE INTO tape
        SELECT :fiscal_drive_number, json_extract(value, '$[0]'), json_extract(value, '$[1]')
        FROM json_each(:body, '$.documents')
        """,
    ),
    "contacts_purged": (
        """
        UPDATE receipt_intent SET contact_seal = NULL
        WHERE id IN (SELECT value FROM json_each(:body, '$.receipts'))
        """,
    ),
    "incident": (),
    "row_settled": (
        """
        INSERT OR IGNORE INTO settled_row VALUES (:operation, :document, :comment, :at)
        """,
    ),
}


ADDED_LATER = {"order_id": None, "asked": "", "direction": None, "drawer_before": None}
"""Members that the events of older versions lack."""


def _step(one: str | Each) -> tuple[str, bool, str | None]:
    """A statement, whether it must touch a row, and the list that it goes through."""
    if isinstance(one, Each):
        return one.statement, False, one.member
    return one.removeprefix("!"), one.startswith("!"), None


_PLAN = {kind: tuple(map(_step, statements)) for kind, statements in STATEMENTS.items()}


def project(
    db: sqlite3.Connection, at: str, kind: str, body: str, members: Mapping[str, Any]
) -> None:
    """Change the projections as one event says; `members` are those of `body`.

    Raises `NotNow`, `sqlite3.Error`.
    """
    names = {**ADDED_LATER, **members, "at": at, "body": body}
    for statement, must_touch, member in _PLAN[kind]:
        if member is not None:
            rows = [
                {**value, "owner": names["id"], "position": position}
                for position, value in enumerate(names[member])
            ]
            if rows:
                db.executemany(statement, rows)
        elif not db.execute(statement, names).rowcount and must_touch:
            raise NotNow(f"{kind} does not follow from what is written")
