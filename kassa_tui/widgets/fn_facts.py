"""The FN, the OFD's queue and the registration in words. What is not told is said to be so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from textwrap import wrap

from textual.content import Content

from drivers.ffd.enumerations import TaxSystem
from drivers.ffd.fn_term import term_months
from drivers.register import FnPhase, FnStatus, RegisterStatus, ShiftState
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside, pad, plain
from kassa_tui.widgets.shift_facts import backlog_level
from kassa_tui.widgets.spans import span
from kassa_tui.widgets.world import FN_DAYS_TO_LOOK_AT
from kassa_tui.words import N_, _

BLOCKED_AFTER = timedelta(days=30)
"""So old may the oldest document be that the OFD has not got; then the FN takes no more."""

CELLS = 38
_LABEL = 13

_PHASES = {
    FnPhase.SETUP: (Level.LOOK, N_("not registered yet")),
    FnPhase.FISCAL: (Level.WELL, N_("fiscal mode")),
    FnPhase.CLOSED: (Level.STOPPED, N_("archive closed, sending to OFD")),
    FnPhase.ARCHIVE: (Level.STOPPED, N_("archive, read only")),
}
_TAX_SYSTEMS = {
    TaxSystem.GENERAL: N_("general"),
    TaxSystem.SIMPLIFIED_INCOME: N_("simplified: income"),
    TaxSystem.SIMPLIFIED_INCOME_MINUS_EXPENSES: N_("simplified: income - expenses"),
    TaxSystem.IMPUTED_INCOME: N_("imputed income"),
    TaxSystem.AGRICULTURAL: N_("agricultural"),
    TaxSystem.PATENT: N_("patent"),
}


def storage(snapshot: Snapshot) -> Content:
    """The FN and what waits for the OFD."""
    register = snapshot.register
    if register is None:
        return _untold()
    lines = [_title(_("FN {number}").format(number=register.fn.fiscal_drive_number))]
    if snapshot.silence is not None:
        lines.append(mark(Level.UNKNOWN, " " + _("The register is silent: this was told before.")))
    lines += _fn(snapshot, register)
    lines += [Content(""), _title(_("Queue to the OFD")), *_ofd(snapshot, register)]
    return Content("\n").join(lines)


def registration(snapshot: Snapshot, cells: int) -> Content:
    """What the register is and how it is registered, in lines of `cells`."""
    info = snapshot.info
    if info is None:
        return _untold()
    systems = ", ".join(_(_TAX_SYSTEMS[one]) for one in sorted(info.tax_systems))
    lines = [
        _title(_("Register")),
        _told(_("Model"), info.model),
        _told(_("Serial no."), info.serial_number),
        _told(_("Firmware"), info.firmware),
        _told(_("Format"), _("FFD {version}").format(version=info.ffd_version.label)),
        Content(""),
        _title(_("Registration")),
        _told(_("Reg. no."), info.registration_number),
        _told(_("Owner"), info.owner_name, cells),
        _told(_("Owner's INN"), info.owner_inn),
        *_long(_("Tax systems"), systems, cells),
        *_long(_("Address"), info.settlement_address, cells),
        *_long(_("Place"), info.settlement_place, cells),
        _told(_("OFD"), info.ofd_name, cells),
        _told(_("OFD's INN"), info.ofd_inn),
    ]
    return Content("\n").join(lines)


def change(snapshot: Snapshot, cells: int) -> Content:
    """The steps of changing the FN in lines of `cells`; what the till can see is checked."""
    lines = [_title(_("When the FN is changed"))]
    for level, step in _steps(snapshot):
        lines.append(mark(level, " " + "\n  ".join(wrap(step, cells - 2))))
    return Content("\n").join(lines)


def _fn(snapshot: Snapshot, register: RegisterStatus) -> Iterator[Content]:
    fn = register.fn
    level, phase = _PHASES[fn.phase]
    yield _row(_("Phase"), mark(level, " " + _(phase)))
    months = term_months(fn.fiscal_drive_number)
    made_for = _("{months} months").format(months=months) if months is not None else ""
    yield _told(_("Made for"), made_for)
    days = snapshot.fn_days_left(register.clock.date())
    if fn.valid_until is None or days is None:
        yield _told(_("Until"), "")
    else:
        yield _told(_("Until"), f"{fn.valid_until:%d.%m.%Y}")
        level = Level.LOOK if days <= FN_DAYS_TO_LOOK_AT else Level.WELL
        said = _("{days} d").format(days=days) if days >= 0 else _("the term is over")
        yield _row(_("Left"), mark(level if days >= 0 else Level.STOPPED, f" {said}"))
    left = fn.memory_left_documents
    memory = _("documents left: {count}").format(count=left) if left is not None else ""
    yield _told(_("Memory"), memory)
    yield _told(_("Last FD"), str(fn.last_fiscal_document_number))
    yield from _warnings(fn)


def _warnings(fn: FnStatus) -> Iterator[Content]:
    flags = fn.warnings
    said = [
        text
        for is_set, text in (
            (flags.replace_urgently, _("under 3 days: replace it now")),
            (flags.replace_soon, _("under 30 days: replace it soon")),
            (flags.memory_nearly_full, _("memory nearly full")),
            (flags.ofd_overdue, _("OFD silent for over 2 days")),
        )
        if is_set
    ]
    if not said:
        yield _row(_("Warnings"), mark(Level.WELL, " " + _("none")))
    for number, text in enumerate(said):
        yield _row("" if number else _("Warnings"), mark(Level.LOOK, f" {text}"))


def _ofd(snapshot: Snapshot, register: RegisterStatus) -> Iterator[Content]:
    ofd = register.ofd
    yield _row(_("Unsent"), mark(backlog_level(snapshot), f" {ofd.unsent_count}"))
    if not ofd.unsent_count:
        return
    first = ofd.first_unsent_document
    yield _told(_("The oldest"), _("FD {number}").format(number=first) if first else "")
    if ofd.first_unsent_at is None:
        yield _told(_("Its age"), "")
        yield _told(_("To the block"), "")
        return
    age = register.clock - ofd.first_unsent_at
    yield _told(_("Its time"), f"{ofd.first_unsent_at:%d.%m.%Y %H:%M}")
    yield _told(_("Its age"), span(age))
    if age >= BLOCKED_AFTER:
        yield _row(_("To the block"), mark(Level.STOPPED, " " + _("the FN takes no receipt")))
    else:
        yield _row(_("To the block"), mark(Level.LOOK, f" {span(BLOCKED_AFTER - age)}"))


def _steps(snapshot: Snapshot) -> Iterator[tuple[Level, str]]:
    register = snapshot.register if snapshot.silence is None else None
    count = snapshot.without_receipt
    yield (
        Level.LOOK if count else Level.WELL,
        _("1. No payment lacks its receipt (now: {count}).").format(count=count),
    )
    if register is None:
        yield Level.UNKNOWN, _("2. The shift is closed.")
        yield Level.UNKNOWN, _("3. The OFD has every document.")
        yield Level.UNKNOWN, _("4. The archive of the FN is closed, its report printed.")
    else:
        is_closed = register.shift is ShiftState.CLOSED
        yield Level.WELL if is_closed else Level.LOOK, _("2. The shift is closed.")
        unsent = register.ofd.unsent_count
        yield Level.LOOK if unsent else Level.WELL, _("3. The OFD has every document.")
        ended = register.fn.phase in (FnPhase.CLOSED, FnPhase.ARCHIVE)
        yield (
            Level.WELL if ended else Level.LOOK,
            _("4. The archive of the FN is closed, its report printed."),
        )
    yield Level.UNKNOWN, _("5. The tax office and the OFD know the new FN.")
    yield Level.UNKNOWN, _("6. The old FN is kept for 5 years after its end.")


def _title(text: str) -> Content:
    return Content.styled(plain(text, CELLS), "bold")


def _row(label: str, value: Content) -> Content:
    return Content(pad(label, _LABEL) + " ") + value


def _told(label: str, value: str, cells: int = CELLS) -> Content:
    """What the register has said, or that it has not."""
    if not value.strip():
        return _row(label, Content.styled(_("not told"), "$text-muted"))
    return _row(label, outside(value, cells - _LABEL - 1))


def _long(label: str, value: str, cells: int) -> Iterator[Content]:
    """Like `_told`, in as many lines as it takes, up to four."""
    room = cells - _LABEL - 1
    harmless = plain(value, 4 * room)
    lines = wrap(harmless, room, max_lines=4, placeholder=" ...") or [""]
    for number, line in enumerate(lines):
        yield _told("" if number else label, line, cells)


def _untold() -> Content:
    return mark(Level.UNKNOWN, " " + _("The register has not told of itself yet."))
