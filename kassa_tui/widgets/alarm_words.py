"""An alarm in words: what happened to the money, to the document, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kassa_tui.journal.records import PaymentState
from kassa_tui.money import format_sum
from kassa_tui.station.alarms import Alarm, AlarmKind
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.station.tape import Doubt
from kassa_tui.widgets.marks import Level
from kassa_tui.widgets.reasons import why
from kassa_tui.widgets.spans import span
from kassa_tui.words import N_, _


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """Sentences; any but `to_do` may be empty."""

    level: Level
    money: str
    document: str
    to_do: str
    detail: str = ""
    """Words from outside."""

    @property
    def text(self) -> str:
        return " ".join(filter(None, (self.money, self.document, self.to_do)))


_DOUBTS = {
    Doubt.FN_REPLACED: N_("Another FN is in the register. F9, then F12: decide by hand."),
    Doubt.STILL_MOVING: N_("The register is still working."),
    Doubt.TAPE_TORN: N_("The tape could not be read as a whole."),
    Doubt.AMBIGUOUS: N_("A document of the same sum names no payment. F9, then F12: decide."),
}


def words(alarm: Alarm, snapshot: Snapshot, now: datetime) -> AlarmWords:
    """What a cashier is told of an alarm."""
    match alarm.kind:
        case AlarmKind.OUTCOME_UNKNOWN:
            return _outcome_unknown(alarm, snapshot, now)
        case AlarmKind.RECEIPT_MISSING:
            return _receipt_missing(alarm)
        case AlarmKind.REGISTER_SILENT:
            assert alarm.reason is not None
            return AlarmWords(
                Level.STOPPED,
                _("Money is not taken now."),
                _("No answer from the register: {why}.").format(why=why(alarm.reason)),
                _("F9: what to do, step by step."),
                alarm.detail,
            )
        case AlarmKind.JOURNAL_FAILED:
            return AlarmWords(
                Level.STOPPED,
                _("Money is not taken now."),
                _("The journal cannot be written."),
                _("Check that the disk has room."),
                alarm.detail,
            )
        case AlarmKind.SHIFT_EXPIRED:
            return AlarmWords(
                Level.STOPPED,
                _("Money is not taken now."),
                _("The shift is open for more than 24 hours: the register takes no receipt."),
                _("F9, then F12: close it and open a new one."),
            )
        case AlarmKind.PAPER_OUT:
            return AlarmWords(
                Level.LOOK,
                "",
                _("The register is out of paper; what is recorded stays recorded."),
                _("Put paper in. Do not issue a receipt again."),
            )
        case AlarmKind.PRINT_TORN:
            return AlarmWords(
                Level.LOOK,
                "",
                _("The receipt is recorded, but it was not printed to its end."),
                _("F9, then F12: print it. Do not issue it again."),
            )
        case AlarmKind.COVER_OPEN:
            return AlarmWords(
                Level.LOOK, "", _("The register's cover is open."), _("Close the cover.")
            )
        case AlarmKind.FN_REPLACE_URGENTLY:
            return AlarmWords(
                Level.LOOK,
                "",
                _("The FN's term ends within three days."),
                _("The FN must be replaced."),
            )
        case AlarmKind.OFD_OVERDUE:
            return AlarmWords(
                Level.LOOK,
                "",
                _("The OFD has had no documents for two days."),
                _("Mend the register's connection to the OFD."),
            )
        case AlarmKind.PAYMENT_UNCONFIRMED:
            return AlarmWords(
                Level.UNKNOWN,
                _("The CRM has not said whether the payment ({sum}) takes place.").format(
                    sum=_sum(alarm.payment)
                ),
                _("Nothing is printed before it answers."),
                _("Wait until it is back."),
            )
        case AlarmKind.CASH_UNKNOWN:
            return AlarmWords(
                Level.LOOK,
                _("The register gave no answer to a movement of cash."),
                "",
                _("F9, then F12: compare it with the X report and decide."),
            )
        case AlarmKind.CRM_AWAY:
            assert snapshot.crm is not None, "the alarm comes from the CRM's state"
            assert snapshot.crm.failing_since is not None, "it is away"
            return AlarmWords(
                Level.LOOK,
                _("The CRM has not answered for {age}; records wait: {count}.").format(
                    age=span(now - snapshot.crm.failing_since), count=snapshot.crm.queued
                ),
                "",
                _("Money is taken as before. F9: what to do."),
            )
        case AlarmKind.CRM_POISONED:
            assert snapshot.crm is not None, "the alarm comes from the CRM's state"
            return AlarmWords(
                Level.LOOK,
                _("The CRM does not take {count} records.").format(count=snapshot.crm.poisoned),
                _("Receipts and money are in order."),
                _("F9, then F12: look at them and decide."),
            )
        case AlarmKind.SHIFT_OLD:
            return AlarmWords(
                Level.LOOK,
                _("The shift is open for 23 hours; after 24 no money is taken."),
                "",
                _("F9, then F12: close it and open a new one."),
            )


def _outcome_unknown(alarm: Alarm, snapshot: Snapshot, now: datetime) -> AlarmWords:
    unsettled = snapshot.unsettled
    assert unsettled is not None, "the alarm comes from the unsettled attempt"
    return AlarmWords(
        Level.UNKNOWN,
        _("Money taken ({sum}), the outcome of the receipt is unknown.").format(
            sum=_sum(alarm.payment)
        ),
        _("Asking the register for a document after FD {number}: {since}.").format(
            number=unsettled.after_document, since=span(now - unsettled.since)
        ),
        _("No second receipt is sent.") if unsettled.doubt is None else _(_DOUBTS[unsettled.doubt]),
    )


def _receipt_missing(alarm: Alarm) -> AlarmWords:
    return AlarmWords(
        Level.STOPPED,
        _("Money taken ({sum}), but there is no receipt.").format(sum=_sum(alarm.payment)),
        _("Nothing was recorded: {why}.").format(why=why(alarm.reason))
        if alarm.reason is not None
        else _("Surely nothing was recorded."),
        _("F9, then F12: issue the receipt."),
        alarm.detail,
    )


def _sum(payment: PaymentState | None) -> str:
    assert payment is not None, "the alarm concerns a payment"
    return format_sum(payment.payment.total)
