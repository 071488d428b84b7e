"""Calls to the CRM as they are kept in the journal: how each is made and carried out.

Bodies are JSON objects of the contract's models; the shift that a call goes to may be
unknown when it is written down, and is looked up when it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from uuid import UUID

from kassa_tui.izi.errors import (
    InvalidRequest,
    NoOpenShift,
    ReceiptAlreadyAttached,
    ShiftAlreadyOpen,
    ShiftClosed,
    VersionConflict,
)
from kassa_tui.izi.models.cash import CashMovementDraft
from kassa_tui.izi.models.imported import ImportedReceipt
from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.shift import Shift, ShiftClosing, ShiftOpening
from kassa_tui.izi.models.transaction import Transaction, TransactionDraft
from kassa_tui.journal.calls import Call
from kassa_tui.station.office import Office

POST_TRANSACTION = "post_transaction"
ATTACH_RECEIPT = "attach_receipt"
OPEN_SHIFT = "open_shift"
CLOSE_SHIFT = "close_shift"
POST_CASH_MOVEMENT = "post_cash_movement"

IMPORT_RECEIPT = "import_receipt"

ADDRESSED = frozenset({POST_TRANSACTION, POST_CASH_MOVEMENT, IMPORT_RECEIPT})
"""Calls to the shift that is open now, whichever was when they were written down."""

_SHIFT = "shift_id"
_TRANSACTION = "transaction_id"
_SETS_RIGHT = "sets_right"
_VERSION_TRIES = 5

NewId = Callable[[], UUID]


def post_transaction(draft: TransactionDraft, shift_id: str | None, new_id: NewId) -> Call:
    told = draft.model_dump(mode="json", include=set(TransactionDraft.model_fields))
    body = {_SHIFT: shift_id, "draft": told}
    return _call(draft.external_id, POST_TRANSACTION, body, new_id)


def attach_receipt(
    payment_id: UUID, receipt: Receipt, new_id: NewId, *, sets_right: bool = False
) -> Call:
    """Goes after the payment's transaction, whose id it learns from that call's answer.

    With `sets_right` another receipt may be attached already, and stays so (contract D.5, c).
    """
    body: dict[str, object] = {"receipt": receipt.model_dump(mode="json")}
    if sets_right:
        body[_SETS_RIGHT] = True
    return _call(payment_id, ATTACH_RECEIPT, body, new_id, keyed=False)


def attach_to(transaction_id: str, receipt: Receipt, new_id: NewId) -> Call:
    """Goes after nothing: the CRM has the transaction, and its id is known."""
    body = {"receipt": receipt.model_dump(mode="json"), _TRANSACTION: transaction_id}
    return _call(new_id(), ATTACH_RECEIPT, body, new_id, keyed=False)


def import_receipt(
    subject: UUID, imported: ImportedReceipt, shift_id: str | None, new_id: NewId
) -> Call:
    body = {_SHIFT: shift_id, "imported": imported.model_dump(mode="json")}
    return _call(subject, IMPORT_RECEIPT, body, new_id)


def open_shift(subject: UUID, opening: ShiftOpening, new_id: NewId) -> Call:
    return _call(subject, OPEN_SHIFT, {"opening": opening.model_dump(mode="json")}, new_id)


def close_shift(subject: UUID, closing: ShiftClosing, shift_id: str, new_id: NewId) -> Call:
    body = {_SHIFT: shift_id, "closing": closing.model_dump(mode="json")}
    return _call(subject, CLOSE_SHIFT, body, new_id)


def post_cash_movement(movement: CashMovementDraft, shift_id: str | None, new_id: NewId) -> Call:
    body = {_SHIFT: shift_id, "movement": movement.model_dump(mode="json")}
    return _call(movement.external_id, POST_CASH_MOVEMENT, body, new_id)


def shift_of(body: str) -> str | None:
    """The shift that a call is addressed to."""
    told = json.loads(body).get(_SHIFT)
    return told if isinstance(told, str) else None


def readdressed(body: str, shift_id: str) -> str:
    """The call's body for another shift."""
    return json.dumps(json.loads(body) | {_SHIFT: shift_id}, ensure_ascii=False)


def transaction_of(body: str) -> TransactionDraft:
    """What a `post_transaction` tells."""
    return TransactionDraft.model_validate(json.loads(body)["draft"])


def kept_transaction(posted: Transaction) -> str:
    """What is kept of the answer to a `post_transaction`."""
    return _kept(posted.id, fiscal_status=posted.fiscal_status)


def id_of(result: str | None) -> str | None:
    """The id of what the CRM made, from the kept answer of a call."""
    told = json.loads(result).get("id") if result else None
    return told if isinstance(told, str) else None


async def carry_out(office: Office, call: Call, transaction_id: str | None) -> str:
    """Make the call once; what to keep of the answer, JSON. Raises `CrmError`.

    Args:
        transaction_id: Of the subject's transaction, for an `attach_receipt` that names none.
    """
    told = json.loads(call.body)
    crm = office.crm
    match call.name:
        case "post_transaction":
            assert call.key is not None, "a post has its key"
            draft = TransactionDraft.model_validate(told["draft"])
            posted = await office.ask(crm.post_transaction(told[_SHIFT], draft, key=call.key))
            return kept_transaction(posted.value)
        case "attach_receipt":
            transaction_id = told.get(_TRANSACTION) or transaction_id
            if transaction_id is None:
                raise InvalidRequest("no transaction to attach the receipt to")
            receipt = Receipt.model_validate(told["receipt"])
            try:
                attached = await office.ask(crm.attach_receipt(transaction_id, receipt))
            except ReceiptAlreadyAttached:
                if not told.get(_SETS_RIGHT):
                    raise
                return _kept(transaction_id)
            return _kept(attached.value.id)
        case "import_receipt":
            assert call.key is not None, "a post has its key"
            imported = ImportedReceipt.model_validate(told["imported"])
            made = await office.ask(crm.import_receipt(told[_SHIFT], imported, key=call.key))
            return kept_transaction(made.value)
        case "open_shift":
            return await _open_shift(office, call, ShiftOpening.model_validate(told["opening"]))
        case "close_shift":
            closing = ShiftClosing.model_validate(told["closing"])
            return await _close_shift(office, call, told[_SHIFT], closing)
        case "post_cash_movement":
            assert call.key is not None, "a post has its key"
            movement = CashMovementDraft.model_validate(told["movement"])
            moved = await office.ask(crm.post_cash_movement(told[_SHIFT], movement, key=call.key))
            return _kept(moved.value.id)
    raise InvalidRequest(f"no such call: {call.name}")


async def _open_shift(office: Office, call: Call, opening: ShiftOpening) -> str:
    assert call.key is not None, "a post has its key"
    try:
        opened = await office.ask(office.crm.open_shift(office.club_id, opening, key=call.key))
        shift = opened.value
    except ShiftAlreadyOpen as standing:
        # Somebody opened it at another till or in the CRM itself: the shifts are in step.
        shift = await office.ask(office.crm.shift(standing.shift_id))
    office.note_shift(shift)
    return _kept(shift.id)


async def _close_shift(office: Office, call: Call, shift_id: str, closing: ShiftClosing) -> str:
    assert call.key is not None, "a post has its key"
    for _ in range(_VERSION_TRIES):
        standing = await office.ask(office.crm.shift(shift_id))
        try:
            closed = await office.ask(
                office.crm.close_shift(shift_id, closing, version=standing.version, key=call.key)
            )
        except VersionConflict:
            continue  # something was posted meanwhile
        except ShiftClosed:
            # By the CRM itself after 24 hours, or at another till.
            office.note_shift(None)
            return (await office.ask(office.crm.shift(shift_id))).model_dump_json()
        office.note_shift(None)
        return closed.value.model_dump_json()
    raise NoOpenShift("the shift changes faster than it can be closed")


def shift_from(result: str | None) -> Shift | None:
    """The closed shift, from the kept answer of a `close_shift`."""
    return Shift.model_validate_json(result) if result else None


def _kept(crm_id: str, **more: str) -> str:
    return json.dumps({"id": crm_id, **more}, ensure_ascii=False)


def _call(
    subject: UUID, name: str, body: Mapping[str, object], new_id: NewId, *, keyed: bool = True
) -> Call:
    return Call(
        id=new_id(),
        subject=subject,
        name=name,
        body=json.dumps(body, ensure_ascii=False),
        key=new_id() if keyed else None,
    )
