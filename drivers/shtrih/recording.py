"""One document, from its first command to the FN's answer, or back to nothing.

Everything before the closing command can be taken back, and is: any trouble there cancels
the document and ends in `Refused`. The closing command alone can end in `OutcomeUnknown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from drivers.register import OutcomeUnknown, Refused, RegisterError, Unreachable
from drivers.shtrih.commands import fn
from drivers.shtrih.commands import receipt as commands
from drivers.shtrih.commands.fn import FnState, Recorded
from drivers.shtrih.commands.request import Request
from drivers.shtrih.session import Session


async def record(
    session: Session,
    steps: Sequence[Request[None]],
    closing: Request[Recorded],
    *,
    last_known: int,
) -> Recorded:
    """Run `steps`, of which the first opens the document, and then `closing`.

    Args:
        last_known: Number of the last document that we know of. Documents that others have
            made since may make an ending unknown that was a refusal; never the other way.

    Raises `Refused`, `OutcomeUnknown`.
    """
    opened = False
    disturbances = 0
    try:
        for step in steps:
            if opened:
                await session.run(step)
            else:
                await session.run_outside_documents(step)
                opened = True
                disturbances = session.connection.disturbances
        if opened and session.connection.disturbances != disturbances:
            raise Unreachable("the link broke inside the document, which may have lost its items")
    except Refused as refused:
        # A refused opening leaves nothing of ours; an unanswered one may.
        if opened or isinstance(refused, Unreachable):
            await cancel_quietly(session)
        raise
    try:
        recorded = await (session.run if steps else session.run_outside_documents)(closing)
    except Unreachable:
        await cancel_quietly(session)
        raise
    except Refused as refused:
        await _require_unrecorded(session, refused, last_known)
        raise
    if recorded.fiscal_document_number <= last_known:
        raise OutcomeUnknown(
            f"{closing.code}h gave document {recorded.fiscal_document_number},"
            f" but {last_known} was there before"
        )
    return recorded


async def time_of(session: Session, recorded: Recorded) -> datetime:
    """Time of a document, naive; asked for where the closing command did not tell it.

    Raises `OutcomeUnknown`: without its time the document is not known well enough.
    """
    if recorded.date_time is not None:
        return recorded.date_time
    number = recorded.fiscal_document_number
    try:
        found = await session.run(fn.find_document(session.admin, number))
    except RegisterError as error:
        raise OutcomeUnknown(f"document {number} is recorded, its time is not known") from error
    if found.fiscal_sign != recorded.fiscal_sign or found.date_time is None:
        raise OutcomeUnknown(f"document {number} is not the one that was recorded")
    return found.date_time


async def cancel(session: Session) -> None:
    """Drop the open document: 88h where a receipt is open, else FF08. Raises `Refused`."""
    try:
        await session.run(commands.cancel_receipt(session.operator))
    except Unreachable:
        raise
    except Refused:
        await session.run(fn.cancel_fn_document(session.admin))


async def cancel_quietly(session: Session) -> None:
    """As `cancel`; what stays open is told by the status, and refuses the next document."""
    try:
        await cancel(session)
    except Refused:
        return


async def _require_unrecorded(session: Session, refused: Refused, last_known: int) -> None:
    """Make sure that a closing command which was refused has recorded nothing.

    No source promises that an error byte means so. Cancels what is still open. Raises
    `OutcomeUnknown`.
    """
    try:
        state = await session.run(fn.fn_state(session.admin))
    except RegisterError as error:
        raise OutcomeUnknown(f"{refused}; then: {error}") from error
    if _is_open(state):
        await cancel_quietly(session)
    elif state.last_fiscal_document_number != last_known:
        raise OutcomeUnknown(
            f"{refused}; document {state.last_fiscal_document_number} is there,"
            f" {last_known} was known"
        )


def _is_open(state: FnState) -> bool:
    return state.current_document != fn.CurrentDocument.NONE
