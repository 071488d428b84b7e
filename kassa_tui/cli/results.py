"""What a command tells of an answer: names that scripts rely on, and lines for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from drivers.register import Reason
from kassa_tui.cli import exit_codes
from kassa_tui.journal.records import Document, DocumentFact, PaymentState
from kassa_tui.settings.problems import escaped
from kassa_tui.station.answers import (
    Answer,
    Declined,
    Done,
    Noted,
    NotRecorded,
    Objection,
    Recorded,
    Several,
    ShiftReport,
    Tape,
    TurnedDown,
    Uncertain,
)
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.reasons import why
from kassa_tui.words import _

_AWAY = frozenset(
    {
        Reason.UNREACHABLE,
        Reason.SERVER_UNAVAILABLE,
        Reason.DEVICE_MISSING,
        Objection.CRM_NEEDED,
        Objection.STOPPED,
    }
)
_BAD_INPUT = frozenset(
    {
        Objection.WRONG_SUM,
        Objection.TENDERED_TOO_SMALL,
        Objection.WRONG_ID,
        Objection.WRONG_LINES,
        Objection.COMMENT_NEEDED,
        Objection.COUNT_NEEDED,
        Objection.CLIENT_NEEDED,
        Objection.CONTACT_NEEDED,
        Objection.ARTICLE_NEEDED,
    }
)


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a command."""

    code: int
    result: str
    """Name of the ending; one for all commands."""
    told: dict[str, Any] = field(default_factory=dict)
    """What JSON says beside it."""
    lines: tuple[str, ...] = ()
    """What a person reads; empty: the name and the detail."""
    is_report: bool = False
    """The lines are what was asked for, however it stands: they go to stdout."""

    def tell(self, as_json: bool) -> int:
        """Say it, and give the exit code. What went wrong goes to stderr, JSON never does."""
        if as_json:
            # ASCII: whatever reads it, no encoding can hurt it.
            sys.stdout.write(json.dumps({"result": self.result, **self.told}) + "\n")
            sys.stdout.flush()
        else:
            is_good = self.is_report or self.code == exit_codes.DONE
            stream = sys.stdout if is_good else sys.stderr
            lines = self.lines or (str(self.told.get("detail") or self.result),)
            stream.writelines(f"{line}\n" for line in lines)
            stream.flush()
        return self.code


def bad_input(detail: str) -> Result:
    return Result(exit_codes.BAD_INPUT, "bad_input", {"detail": detail})


def away(detail: str) -> Result:
    """No station, and nothing was asked of one."""
    detail = detail or _("The station does not answer.")
    return Result(exit_codes.AWAY, "away", {"detail": detail})


def unknown() -> Result:
    """The command gave up, or the station went, with a request in work."""
    detail = _("Nobody knows yet how it ended: see `kassa status`.")
    return Result(exit_codes.UNFINISHED, "uncertain", {"detail": detail})


def of_answer(answer: Answer, snapshot: Snapshot) -> Result:
    """The ending that an answer means; `snapshot` knows the payments."""
    told: dict[str, Any]
    more: dict[str, Any]
    match answer:
        case Done(report):
            told = {} if report is None else {"shift_report": asdict(report)}
            return Result(exit_codes.DONE, "done", told, _done_lines(report))
        case Tape(documents):
            told = {"documents": [document(one) for one in documents]}
            return Result(exit_codes.DONE, "tape", told, tuple(map(_document_line, documents)))
        case Declined(reason, detail):
            told = {"reason": str(reason), "detail": detail}
            return Result(_declined_code(reason), "declined", told, (_refusal(reason, detail),))
        case Several(parts):
            results = [of_answer(part, snapshot) for part in parts]
            told = {"parts": [{"result": one.result, **one.told} for one in results]}
            code = min((one.code for one in results if one.code), default=exit_codes.DONE)
            return Result(
                code, "several", told, tuple(line for one in results for line in one.lines)
            )
        case Recorded(payment_id):
            return _paid(exit_codes.DONE, "recorded", payment_id, snapshot)
        case Noted(payment_id):
            return _paid(exit_codes.DONE, "noted", payment_id, snapshot)
        case NotRecorded(payment_id, reason, detail):
            more = {"reason": str(reason), "detail": detail}
            return _paid(exit_codes.UNFINISHED, "not_recorded", payment_id, snapshot, more)
        case TurnedDown(payment_id, problem, detail, limit):
            more = {"code": problem, "detail": detail, "limit": limit}
            return _paid(exit_codes.REFUSED, "turned_down", payment_id, snapshot, more)
        case Uncertain(UUID() as payment_id):
            return _paid(exit_codes.UNFINISHED, "uncertain", payment_id, snapshot)
        case Uncertain():
            return unknown()
        case _:
            raise AssertionError(f"no command asks for {type(answer).__name__}")


def _declined_code(reason: Reason | Objection) -> int:
    if reason in _AWAY:
        return exit_codes.AWAY
    return exit_codes.BAD_INPUT if reason in _BAD_INPUT else exit_codes.REFUSED


def _refusal(reason: Reason | Objection, detail: str) -> str:
    return f"{why(reason)} ({escaped(detail)})" if detail else why(reason)


def _paid(
    code: int,
    name: str,
    payment_id: UUID,
    snapshot: Snapshot,
    more: dict[str, Any] | None = None,
) -> Result:
    state = snapshot.payment(payment_id)
    receipt = None if state is None else receipt_of(state)
    told = {"payment_id": str(payment_id), "receipt": receipt, **(more or {})}
    line = f"{name}: {payment_id}"
    if receipt is not None:
        line += f" {receipt['receipt_id']}"
    return Result(code, name, told, (line,))


def receipt_of(state: PaymentState) -> dict[str, Any] | None:
    """The receipt of a payment with its three facts; None while it has none."""
    if state.document is None:
        return None
    return {
        **document(state.document),
        "printed": DocumentFact.PRINTED in state.facts,
        "delivered": DocumentFact.DELIVERED in state.facts,
    }


def payment(state: PaymentState) -> dict[str, Any]:
    """A payment without anything personal."""
    paid = state.payment
    return {
        "payment_id": str(paid.id),
        "type": str(paid.kind),
        "amount": paid.total,
        "created_at": paid.created_at.isoformat(),
        "receipt": receipt_of(state),
    }


def document(one: Document) -> dict[str, Any]:
    """A fiscal document by the contract's names (D.5)."""
    return {
        "receipt_id": f"{one.fiscal_drive_number}:{one.fiscal_document_number}",
        "fiscal_drive_number": one.fiscal_drive_number,
        "fiscal_document_number": one.fiscal_document_number,
        "fiscal_sign": str(one.fiscal_sign),
        "form": int(one.form),
        "operation_type": one.calculation_sign and int(one.calculation_sign),
        "shift_number": one.shift_number,
        "request_number": one.receipt_number,
        "date_time": one.date_time.isoformat(),
        "total_sum": one.total,
        "qr": one.qr,
    }


def _document_line(one: Document) -> str:
    total = "" if one.total is None else f"{one.total // 100}.{one.total % 100:02}"
    return (
        f"{one.fiscal_document_number:>8}  {one.date_time:%Y-%m-%d %H:%M}"
        f"  {int(one.form):>2}  {total:>12}"
    )


def _done_lines(report: ShiftReport | None) -> tuple[str, ...]:
    if report is None:
        return (_("Done."),)
    return _pairs(asdict(report).items())


def _pairs(pairs: Iterable[tuple[str, object]]) -> tuple[str, ...]:
    return tuple(f"{name}: {'-' if value is None else value}" for name, value in pairs)


def shift(snapshot: Snapshot) -> Result:
    """How the shift stands."""
    status = snapshot.register
    if status is None:
        return silent(snapshot)
    opened = status.shift_opened_at
    told = {
        "shift": {
            "state": str(status.shift),
            "shift_number": status.shift_number,
            "opened_at": None if opened is None else opened.isoformat(),
            "receipts": status.receipts_in_shift,
            "cash_in_drawer": status.cash_in_drawer,
            "crm_shift_open": None if snapshot.crm is None else snapshot.crm.shift_is_open,
        }
    }
    return Result(exit_codes.DONE, "done", told, _pairs(told["shift"].items()))


def silent(snapshot: Snapshot) -> Result:
    """The register has never answered."""
    reason = Reason.UNREACHABLE if snapshot.silence is None else snapshot.silence.reason
    detail = "" if snapshot.silence is None else snapshot.silence.detail
    told = {"reason": str(reason), "detail": detail}
    return Result(exit_codes.AWAY, "declined", told, (_refusal(reason, detail),))


def state(snapshot: Snapshot) -> dict[str, Any]:
    """Everything a script may want to know of a till, without anything personal."""
    from kassa_tui.station.alarms import alarms

    register, unsettled, crm = snapshot.register, snapshot.unsettled, snapshot.crm
    return {
        "at": snapshot.at.isoformat(),
        "till": snapshot.till,
        "training": snapshot.is_training,
        "register": None
        if register is None
        else {
            "answers": snapshot.silence is None,
            "fiscal_drive_number": register.fn.fiscal_drive_number,
            "last_fiscal_document_number": register.fn.last_fiscal_document_number,
            "shift": str(register.shift),
            "shift_number": register.shift_number,
            "paper_present": register.paper_present,
            "unsent_documents": register.ofd.unsent_count,
        },
        "unsettled": None
        if unsettled is None
        else {
            **payment(unsettled.payment),
            "since": unsettled.since.isoformat(),
            "doubt": None if unsettled.doubt is None else str(unsettled.doubt),
        },
        "without_receipt": [payment(one) for one in snapshot.unissued],
        "crm": None
        if crm is None
        else {
            "answers": crm.failing_since is None,
            "queued": crm.queued,
            "signed_out": crm.signed_out,
            "not_offered": list(crm.not_offered),
            "poisoned": crm.poisoned,
            "poisoned_calls": [
                {
                    "call_id": str(one.call_id),
                    "subject": str(one.subject),
                    "name": one.name,
                    "error": one.error,
                }
                for one in crm.poisoned_calls
            ],
        },
        "unknown_cash_moves": [
            {
                "movement_id": str(one.id),
                "direction": str(one.direction),
                "kind": one.kind,
                "amount": one.amount,
                "occurred_at": one.occurred_at.isoformat(),
            }
            for one in snapshot.unknown_cash_moves
        ],
        "alarms": [str(one.kind) for one in alarms(snapshot)],
    }


def status(snapshot: Snapshot) -> Result:
    """How the till stands; `AWAY` while its register does not answer."""
    told = state(snapshot)
    code = exit_codes.DONE if snapshot.silence is None else exit_codes.AWAY
    return Result(code, "done" if code == exit_codes.DONE else "away", told, _lines(told))


def settled(snapshot: Snapshot) -> Result:
    """What is left after a try to settle everything."""
    told = state(snapshot)
    if snapshot.unsettled is None and not snapshot.unissued:
        return Result(exit_codes.DONE, "done", told, (_("Nothing is open."),))
    if snapshot.silence is not None:
        return Result(exit_codes.AWAY, "away", told, _lines(told))
    return Result(exit_codes.UNFINISHED, "uncertain", told, _lines(told))


def _id_of(one: str | dict[str, Any]) -> str:
    """What a person names it by."""
    if isinstance(one, str):
        return one
    return str(next(value for name, value in one.items() if name.endswith("_id")))


def _lines(told: dict[str, Any]) -> tuple[str, ...]:
    flat: list[tuple[str, object]] = []
    for name, value in told.items():
        if isinstance(value, dict):
            for key, one in value.items():
                shown = ", ".join(map(_id_of, one)) or None if isinstance(one, list) else one
                flat.append((f"{name}.{key}", shown))
        elif isinstance(value, list):
            flat.append((name, ", ".join(map(_id_of, value)) or None))
        else:
            flat.append((name, value))
    return _pairs(flat)
