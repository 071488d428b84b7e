"""What stands behind an alarm, and what keeps it safe: a few sentences for the whole screen."""

from __future__ import annotations

from kassa_tui.station.alarms import AlarmKind
from kassa_tui.words import N_, _

_STORIES = {
    AlarmKind.JOURNAL_FAILED: N_(
        "Every payment is noted in the journal before its receipt is sent. While that is not"
        " possible no money may be taken; what was noted before is safe."
    ),
    AlarmKind.OUTCOME_UNKNOWN: N_(
        "The receipt was handed over and its answer was lost. The register's tape tells whether it"
        " is recorded; until then nothing is repeated, so that no second receipt can come."
    ),
    AlarmKind.REGISTER_SILENT: N_(
        "The steps below are looked at again every few seconds. As soon as the register is back"
        " the till goes on by itself."
    ),
    AlarmKind.SHIFT_EXPIRED: N_(
        "The law lets a shift last 24 hours, and the register takes no receipt after that. Closing"
        " prints the closing report; the cash stays in the drawer. It takes about a minute."
    ),
    AlarmKind.PAYMENT_UNCONFIRMED: N_(
        "Money from a balance and money given back need the CRM's consent. Hand nothing over"
        " before it has answered; it is asked again by itself."
    ),
    AlarmKind.RECEIPT_MISSING: N_(
        "The payment is noted and the money counts. Issuing sends its receipt to the register now;"
        " the client pays nothing more, and a second receipt cannot come."
    ),
    AlarmKind.PAPER_OUT: N_(
        "Payment completed, but receipt was not printed. It is recorded in the FN and goes to the"
        " OFD. With new paper the document is printed as a whole, and no second one is made."
    ),
    AlarmKind.PRINT_TORN: N_(
        "Payment completed, but receipt was not printed to its end. It is recorded in the FN."
        " Printing it again takes no money and makes no second document."
    ),
    AlarmKind.COVER_OPEN: N_("While the cover is open nothing is printed. What is recorded stays."),
    AlarmKind.FN_REPLACE_URGENTLY: N_(
        "When its term is over the FN takes no receipt. Before it is replaced everything must have"
        " gone to the OFD and the archive must be closed; the old FN is kept for five years."
    ),
    AlarmKind.OFD_OVERDUE: N_(
        "Receipts are recorded as before. When the oldest has waited for 30 days the FN takes no"
        " more: the register's way to the internet must be mended before."
    ),
    AlarmKind.CASH_UNKNOWN: N_(
        "Money was put into the drawer or taken out, and the register's answer was lost. The sum"
        " in its X report tells whether it has the movement; say what you found."
    ),
    AlarmKind.CRM_AWAY: N_(
        "Top-ups and sales for money go on, and the CRM is told when it is back. What needs its"
        " consent waits: paying from a balance, refunds, withdrawals, bonuses."
    ),
    AlarmKind.CRM_POISONED: N_(
        "The money is taken and the receipt is recorded; only the CRM does not take the record."
        " Tell it again once the cause is mended, or drop it if it was put right there by hand."
    ),
    AlarmKind.SHIFT_OLD: N_(
        "After 24 hours the register takes no receipt. Closing and opening now takes about a"
        " minute; the cash stays in the drawer."
    ),
}


def story(kind: AlarmKind) -> str:
    return _(_STORIES[kind])
