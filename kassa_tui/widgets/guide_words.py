"""A step of a diagnosis in words: what was found, and what to do where something was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.register import LinkState, Reason
from kassa_tui.station.alarms import AlarmKind
from kassa_tui.station.diagnosis import Check, Diagnosis, Finding, Step
from kassa_tui.widgets.marks import Level
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.spans import span
from kassa_tui.words import N_, _

_WAY = (
    Check.ADDRESS,
    Check.SERVICE,
    Check.POWER,
    Check.CABLE,
    Check.PORT,
    Check.REPLUG,
    Check.SERVICE_STOP,
    Check.SERVICE_START,
    Check.DEVICE,
    Check.PASSWORD,
    Check.FN,
)
_PRINTER = (Check.COVER, Check.PAPER, Check.PRINT)

GUIDES: dict[AlarmKind, tuple[Check, ...]] = {
    AlarmKind.JOURNAL_FAILED: (Check.DISK, Check.JOURNAL),
    AlarmKind.OUTCOME_UNKNOWN: _WAY,
    AlarmKind.REGISTER_SILENT: _WAY,
    AlarmKind.SHIFT_EXPIRED: (Check.DEVICE, Check.SHIFT),
    AlarmKind.PAYMENT_UNCONFIRMED: (Check.CRM,),
    AlarmKind.RECEIPT_MISSING: (Check.DEVICE, Check.SHIFT, Check.COVER, Check.PAPER, Check.FN),
    AlarmKind.PAPER_OUT: _PRINTER,
    AlarmKind.PRINT_TORN: _PRINTER,
    AlarmKind.COVER_OPEN: _PRINTER,
    AlarmKind.FN_REPLACE_URGENTLY: (Check.FN, Check.OFD),
    AlarmKind.OFD_OVERDUE: (Check.DEVICE, Check.FN, Check.OFD),
    AlarmKind.CASH_UNKNOWN: (Check.DRAWER,),
    AlarmKind.CRM_AWAY: (Check.CRM,),
    AlarmKind.CRM_POISONED: (Check.CRM, Check.RECORDS),
    AlarmKind.SHIFT_OLD: (Check.DEVICE, Check.SHIFT),
}
"""The steps that may settle each alarm."""

_LEVELS = {
    Finding.WELL: Level.WELL,
    Finding.LOOK: Level.LOOK,
    Finding.WRONG: Level.STOPPED,
    Finding.BY_EYE: Level.UNKNOWN,
    Finding.UNTOLD: Level.UNKNOWN,
}

_WORDS: dict[tuple[Check, Finding], str] = {
    (Check.POWER, Finding.WELL): N_("The register has power."),
    (Check.POWER, Finding.BY_EYE): N_("Does the register's lamp burn?"),
    (Check.CABLE, Finding.WELL): N_("The cable is in."),
    (Check.CABLE, Finding.BY_EYE): N_("Is the cable firmly in at both ends?"),
    (Check.PORT, Finding.WELL): N_("The port {place} is there."),
    (Check.PORT, Finding.WRONG): N_("The port {place} is not there; there are: {others}."),
    (Check.ADDRESS, Finding.WELL): N_("The address {place} answers."),
    (Check.SERVICE, Finding.WELL): N_("KkmServer answers at {place}."),
    (Check.SERVICE, Finding.WRONG): N_("At {place} something answers that is not KkmServer."),
    (Check.SERVICE, Finding.UNTOLD): N_("Whether KkmServer answers is not known yet."),
    (Check.REPLUG, Finding.BY_EYE): N_("Does the register's port go and come with its cable?"),
    (Check.SERVICE_STOP, Finding.BY_EYE): N_("Is KkmServer ended as a whole?"),
    (Check.SERVICE_START, Finding.BY_EYE): N_("Is it started again as administrator?"),
    (Check.DEVICE, Finding.WELL): N_("The register answers."),
    (Check.DEVICE, Finding.WRONG): N_("The register gives no good answer: {why}."),
    (Check.DEVICE, Finding.UNTOLD): N_("Whether the register answers is not known yet."),
    (Check.PASSWORD, Finding.WELL): N_("It understands us and takes the password."),
    (Check.PASSWORD, Finding.WRONG): N_("It does not take the password."),
    (Check.PASSWORD, Finding.UNTOLD): N_("Protocol and password are not known to be right yet."),
    (Check.FN, Finding.WELL): N_("The FN is in order."),
    (Check.FN, Finding.LOOK): N_("The FN's term or its memory comes to an end."),
    (Check.FN, Finding.WRONG): N_("The FN takes no receipt: {why}."),
    (Check.FN, Finding.UNTOLD): N_("How the FN is, is not known yet."),
    (Check.SHIFT, Finding.WELL): N_("The shift is open for {value} h."),
    (Check.SHIFT, Finding.LOOK): N_("The shift is open for {value} h; after 24 no money is taken."),
    (Check.SHIFT, Finding.WRONG): N_("The shift is open for {value} h: the limit is 24."),
    (Check.SHIFT, Finding.UNTOLD): N_("How the shift stands is not known yet."),
    (Check.COVER, Finding.WELL): N_("The cover is closed."),
    (Check.COVER, Finding.WRONG): N_("The cover is open."),
    (Check.COVER, Finding.UNTOLD): N_("Whether the cover is closed is not known yet."),
    (Check.PAPER, Finding.WELL): N_("There is paper."),
    (Check.PAPER, Finding.WRONG): N_("There is no paper."),
    (Check.PAPER, Finding.UNTOLD): N_("Whether there is paper is not known yet."),
    (Check.PRINT, Finding.WELL): N_("Everything is printed to its end."),
    (Check.PRINT, Finding.WRONG): N_("The last document is not printed to its end."),
    (Check.PRINT, Finding.UNTOLD): N_("Whether everything is printed is not known yet."),
    (Check.CLOCK, Finding.WELL): N_("The register's clock is right."),
    (Check.CLOCK, Finding.LOOK): N_("The register's clock differs from this computer's by {gap}."),
    (Check.CLOCK, Finding.UNTOLD): N_("How the register's clock stands is not known yet."),
    (Check.OFD, Finding.WELL): N_("Documents for the OFD: {value}, none too old."),
    (Check.OFD, Finding.LOOK): N_("Documents for the OFD: {value}, the oldest waits for {age}."),
    (Check.OFD, Finding.WRONG): N_(
        "Documents for the OFD: {value}, the oldest waits for {age}; after 30 days the FN stops."
    ),
    (Check.OFD, Finding.UNTOLD): N_("What waits for the OFD is not known yet."),
    (Check.DRAWER, Finding.WELL): N_("Every movement of cash is known."),
    (Check.DRAWER, Finding.BY_EYE): N_("Movements of cash of which nobody knows: {value}."),
    (Check.RECEIPTS, Finding.WELL): N_("Every payment has its receipt."),
    (Check.RECEIPTS, Finding.WRONG): N_("Payments without a receipt: {value}."),
    (Check.SIGN_IN, Finding.WRONG): N_(
        "The CRM does not take the token any more; records wait: {value}."
    ),
    (Check.CRM, Finding.WELL): N_("The CRM answers."),
    (Check.CRM, Finding.LOOK): N_(
        "The CRM has no place for some records; they are kept here: {value}."
    ),
    (Check.CRM, Finding.WRONG): N_("The CRM has not answered for {age}; records wait: {value}."),
    (Check.RECORDS, Finding.WELL): N_("The CRM takes every record."),
    (Check.RECORDS, Finding.WRONG): N_("Records that the CRM does not take: {value}."),
    (Check.ELSEWHERE, Finding.WELL): N_(
        "What is paid in the CRM itself gets its receipt here; waiting: {value}."
    ),
    (Check.ELSEWHERE, Finding.LOOK): N_(
        "Paid in the CRM itself, and not to be receipted without a person: {value}."
    ),
    (Check.ELSEWHERE, Finding.WRONG): N_(
        "The CRM attaches no receipts: what is paid in it gets none by itself."
    ),
    (Check.DISK, Finding.WELL): N_("The disk has room: {value} MiB."),
    (Check.DISK, Finding.LOOK): N_("The disk has little room: {value} MiB."),
    (Check.DISK, Finding.WRONG): N_("The disk has no room for the journal: {value} MiB."),
    (Check.JOURNAL, Finding.WELL): N_("The journal can be written."),
    (Check.JOURNAL, Finding.WRONG): N_("The journal cannot be written."),
}
_PORTS_HERE = N_("Does the register's port go and come with its cable? There are: {others}.")
_SERVICE_ADVICE = {
    LinkState.ABSENT: N_("Check the address of KkmServer in the settings."),
    LinkState.REFUSED: N_("Is KkmServer running, is the port right, the firewall open?"),
    LinkState.SILENT: N_("Is that computer on, its network cable in, the firewall open?"),
}
_SHIFT_IS_CLOSED = N_("The shift is closed.")
_ADDRESS_WORDS = {
    LinkState.ABSENT: N_("There is no address {place}."),
    LinkState.REFUSED: N_("At {place} nothing listens."),
    LinkState.SILENT: N_("Nobody answers at {place}."),
}
_ADDRESS_ADVICE = {
    LinkState.ABSENT: N_("Check the register's address in the settings."),
    LinkState.REFUSED: N_("Is its network service running, is the port right, the firewall open?"),
    LinkState.SILENT: N_("Check its power, the network cable, the address and the firewall."),
}
_ADVICE: dict[tuple[Check, Finding], str] = {
    (Check.POWER, Finding.BY_EYE): N_("If not, switch it on."),
    (Check.CABLE, Finding.BY_EYE): N_("Take it out and put it in."),
    (Check.PORT, Finding.WRONG): N_("Put the cable in, or set the right port in the settings."),
    (Check.SERVICE, Finding.WRONG): N_("Check address and port in the settings; start KkmServer."),
    (Check.REPLUG, Finding.BY_EYE): N_(
        "Windows: Device Manager, Ports (COM and LPT). Linux: ls /dev/serial/by-id."
    ),
    (Check.SERVICE_STOP, Finding.BY_EYE): N_(
        "Windows: its icon by the clock, Exit (not Restart KKM). Linux: systemctl stop kkmserver."
    ),
    (Check.SERVICE_START, Finding.BY_EYE): N_(
        "Windows: Run as administrator. Linux: sudo systemctl start kkmserver."
        " The till asks again by itself."
    ),
    (Check.DEVICE, Finding.WRONG): N_("Switch the register off and on; check its speed."),
    (Check.PASSWORD, Finding.WRONG): N_("Check the password in the settings."),
    (Check.FN, Finding.LOOK): N_("Order a new FN now."),
    (Check.SHIFT, Finding.LOOK): N_("Close the shift and open a new one."),
    (Check.SHIFT, Finding.WRONG): N_("Close the shift and open a new one."),
    (Check.COVER, Finding.WRONG): N_("Close the cover."),
    (Check.PAPER, Finding.WRONG): N_("Put paper into the register."),
    (Check.PRINT, Finding.WRONG): N_("Let it be printed to its end; do not issue it again."),
    (Check.CLOCK, Finding.LOOK): N_("Set the clock that is wrong, between two shifts."),
    (Check.OFD, Finding.LOOK): N_("Check the register's internet cable and the contract."),
    (Check.OFD, Finding.WRONG): N_("Check the register's internet cable and the contract."),
    (Check.DRAWER, Finding.BY_EYE): N_("Count the drawer, and compare it with the X report."),
    (Check.RECEIPTS, Finding.WRONG): N_("Issue the receipts: F9."),
    (Check.SIGN_IN, Finding.WRONG): N_("Get a new token, and put it into the settings."),
    (Check.CRM, Finding.LOOK): N_("Tell whoever looks after the CRM."),
    (Check.CRM, Finding.WRONG): N_("Check the network. Money is taken as before, and told later."),
    (Check.RECORDS, Finding.WRONG): N_("Tell whoever looks after the CRM."),
    (Check.ELSEWHERE, Finding.LOOK): N_("Look at the rows of the reconciliation."),
    (Check.ELSEWHERE, Finding.WRONG): N_("Switch fiscalise_its_payments off in the settings."),
    (Check.DISK, Finding.LOOK): N_("Make room on the disk."),
    (Check.DISK, Finding.WRONG): N_("Make room on the disk: until then no money is taken."),
    (Check.JOURNAL, Finding.WRONG): N_("Check that the disk has room and may be written."),
}


@dataclass(frozen=True, slots=True)
class StepWords:
    level: Level
    found: str
    """A sentence. Names of ports and hosts in it are outside text."""
    to_do: str
    """A sentence; empty where all is well."""
    detail: str
    """Outside text."""


def step_words(step: Step, diagnosis: Diagnosis) -> StepWords:
    found, to_do = _sentences(step, diagnosis)
    link = diagnosis.link
    text = found.format(
        place=link.place if link is not None else "",
        others=", ".join(link.others) if link is not None and link.others else "-",
        value="-" if step.value is None else step.value,
        age=span(diagnosis.at - step.since) if step.since is not None else "-",
        gap=span(timedelta(seconds=abs(step.value or 0))),
        why=why(step.reason) if step.reason is not None else "-",
    )
    return StepWords(_LEVELS[step.finding], text, to_do, step.detail)


def guide(kind: AlarmKind, diagnosis: Diagnosis) -> tuple[StepWords, ...]:
    """The steps for an alarm, in order."""
    wanted = GUIDES[kind]
    return tuple(step_words(one, diagnosis) for one in diagnosis.steps if one.check in wanted)


def all_steps(diagnosis: Diagnosis) -> tuple[StepWords, ...]:
    return tuple(step_words(one, diagnosis) for one in diagnosis.steps)


def _sentences(step: Step, diagnosis: Diagnosis) -> tuple[str, str]:
    key, link = (step.check, step.finding), diagnosis.link
    if step.check is Check.ADDRESS and step.finding is Finding.WRONG:
        assert link is not None, "the step comes from a look at the link"
        advice = _SERVICE_ADVICE if link.is_service else _ADDRESS_ADVICE
        return _(_ADDRESS_WORDS[link.state]), _(advice[link.state])
    if step.check is Check.REPLUG and link is not None and link.is_here:
        return _(_PORTS_HERE), _(_ADVICE[key])
    if step.check is Check.SHIFT and step.finding is Finding.LOOK and step.value is None:
        return _(_SHIFT_IS_CLOSED), _("Open the shift: F3.")
    if (
        step.check is Check.DEVICE
        and step.reason is Reason.UNREACHABLE
        and step.finding is Finding.WRONG
    ):
        return _("The register is silent."), _(_ADVICE[key])
    if step.finding is Finding.WRONG and step.check in (Check.FN, Check.DEVICE) and step.reason:
        return _(_WORDS[key]), what_to_do(step.reason)
    return _(_WORDS[key]), _(_ADVICE[key]) if key in _ADVICE else ""


def moment(at: datetime) -> str:
    """When it was looked last."""
    return _("looked at {time}").format(time=f"{at:%H:%M:%S}")
