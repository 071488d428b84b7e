"""The words of reconciliation: status, evidence, difference, action, and what is owed."""

from __future__ import annotations

from kassa_tui.station.reconciliation.rows import (
    Action,
    Difference,
    Evidence,
    Remedy,
    Row,
    RowStatus,
)
from kassa_tui.words import N_, _

_STATUS = {
    RowStatus.MATCHED: N_("Matched"),
    RowStatus.IZI_ONLY: N_("IZI Only"),
    RowStatus.FR_ONLY: N_("FR Only"),
    RowStatus.MISMATCH: N_("Mismatch"),
}
_DIFFERENCE = {
    Difference.SUM: N_("the sums differ"),
    Difference.OPERATION: N_("one is a sale, the other a return"),
    Difference.RECEIPT_ID: N_("the CRM has another document with it"),
    Difference.PAYMENT_ID: N_("the document names another payment"),
    Difference.NOT_DUE: N_("no receipt belongs to such an operation"),
}
_EVIDENCE = {
    Evidence.RECEIPT_ID: N_("the CRM has this document with it"),
    Evidence.PAYMENT_ID: N_("the document names the payment"),
    Evidence.JOURNAL: N_("the journal knows that they belong together"),
    Evidence.CORRECTED: N_("corrections are counted in"),
    Evidence.NOT_ATTACHED: N_("the CRM does not know of the document yet"),
    Evidence.LATE_POSTED: N_("posted in another shift"),
    Evidence.QUEUED: N_("waits for the CRM"),
    Evidence.POISONED: N_("the CRM does not take it: see the alarms"),
    Evidence.NOT_POSTED: N_("the CRM does not have it yet"),
    Evidence.UNKNOWN_OUTCOME: N_("a receipt was sent, its outcome is unknown"),
    Evidence.UNCONFIRMED: N_("the CRM has not confirmed it yet"),
    Evidence.ENDED: N_("the payment has ended, the money was handed back"),
    Evidence.NOT_ON_TAPE: N_("the tape does not have the document that the CRM names"),
    Evidence.TAPE_INCOMPLETE: N_("the tape has not been read to its end"),
    Evidence.FN_GONE: N_("its FN is gone: look for its receipt at the OFD"),
    Evidence.DUPLICATE: N_("the CRM has it twice"),
    Evidence.LOOKS_ALIKE: N_("another operation within five minutes looks the same"),
    Evidence.CONTESTED: N_("several operations claim one document"),
    Evidence.SECOND_DOCUMENT: N_("a second document of the same payment"),
    Evidence.CORRECTION: N_("it corrects another document"),
    Evidence.NAMES_A_PAYMENT: N_("it names a payment that the CRM does not have"),
    Evidence.MADE_BY_HAND: N_("it names no payment: made at the register itself"),
    Evidence.SETTLED: N_("settled by a person"),
}
_ACTION = {
    Action.OPEN_OFD: N_("Open OFD"),
    Action.ISSUE_RECEIPT: N_("Issue Receipt"),
    Action.ISSUE_CORRECTION: N_("Issue a correction receipt"),
    Action.ADD_TO_IZI: N_("Add to IZI"),
    Action.ATTACH_RECEIPT: N_("Attach the receipt"),
    Action.SET_RIGHT: N_("Set the receipt right"),
    Action.SETTLE: N_("Settle with a comment"),
}
_REMEDY = {
    Remedy.RECEIPT: N_("A receipt belongs to the moment of payment: issue it now."),
    Remedy.CORRECTION: N_("By now the law needs a correction receipt."),
}


def status_words(status: RowStatus) -> str:
    """The name of a status."""
    return _(_STATUS[status])


def difference_words(difference: Difference) -> str:
    """A clause."""
    return _(_DIFFERENCE[difference])


def evidence_words(evidence: Evidence) -> str:
    """A clause."""
    return _(_EVIDENCE[evidence])


def action_words(action: Action | None) -> str:
    """The name of an action; nothing for none."""
    return "" if action is None else _(_ACTION[action])


def remedy_words(remedy: Remedy) -> str:
    """A sentence: what is still lawful."""
    return _(_REMEDY[remedy])


def row_words(row: Row) -> tuple[str, ...]:
    """Clauses: in what the sides differ, and what is to be known of the row."""
    return (
        *map(difference_words, row.differences),
        *map(evidence_words, row.evidence),
    )
