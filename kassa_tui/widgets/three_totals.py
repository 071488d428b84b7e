"""The shift added up three ways, one below the other, and whether they agree."""

from __future__ import annotations

from textual.content import Content

from kassa_tui.money import format_sum
from kassa_tui.station.answers import ShiftReport
from kassa_tui.station.closing_preview import ClosingPreview
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import pad
from kassa_tui.words import _

_LABEL = 26
_SUM = 13


def previewed(told: ClosingPreview, *, has_crm: bool) -> Content:
    """What is shown before the close is confirmed."""
    lines = [*_totals(told, has_crm), Content("")]
    if has_crm:
        lines.append(_count(_("Not yet in the CRM"), told.waiting + told.poisoned))
    lines.append(_count(_("Payments without a receipt"), told.without_receipt))
    if told.reconciliation is not None:
        lines.append(_count(_("Not matched"), told.reconciliation.open))
    if told.unsettled:
        lines.append(
            mark(Level.STOPPED, " " + _("The outcome of a receipt is unknown: wait for it."))
        )
    return Content("\n").join(lines)


def reported(report: ShiftReport, *, has_crm: bool) -> Content:
    """What is shown of a shift that was closed."""
    lines = []
    for label, kopecks in (
        (_("Counted"), report.counted_cash),
        (_("Expected"), report.expected_cash),
    ):
        if kopecks is not None:
            lines.append(_sum(label, kopecks))
    if report.discrepancy is not None:
        level = Level.LOOK if report.discrepancy else Level.WELL
        lines.append(mark(level, " " + discrepancy(report.discrepancy)))
    lines += [Content(""), *_totals(report, has_crm)]
    if has_crm:
        lines += [Content(""), _count(_("Not yet in the CRM"), report.waiting)]
    return Content("\n").join(lines)


def discrepancy(kopecks: int) -> str:
    """Counted less expected, in words."""
    if not kopecks:
        return _("The count is what was expected.")
    text = _("Surplus: {sum}") if kopecks > 0 else _("Shortage: {sum}")
    return text.format(sum=format_sum(abs(kopecks)))


def _totals(told: ClosingPreview | ShiftReport, has_crm: bool) -> list[Content]:
    lines = [
        _sum(_("By the register's tape"), told.register_total),
        _sum(_("By the journal"), told.journal_total),
    ]
    if has_crm:
        lines.append(_sum(_("By the CRM"), told.crm_total))
    sums = [told.register_total, told.journal_total, *([told.crm_total] if has_crm else [])]
    if len(set(sums) - {None}) > 1:
        lines.append(mark(Level.LOOK, " " + _("The totals differ: compare the payments.")))
    elif None in sums:
        lines.append(mark(Level.UNKNOWN, " " + _("Not every total is known.")))
    else:
        lines.append(mark(Level.WELL, " " + _("The totals agree.")))
    return lines


def _sum(label: str, kopecks: int | None) -> Content:
    value = _("not told") if kopecks is None else format_sum(kopecks)
    return Content.assemble(pad(label, _LABEL), (value.rjust(_SUM), "bold"))


def _count(label: str, count: int) -> Content:
    level, number = Level.LOOK if count else Level.WELL, f" {count}"
    return Content(pad(label, _LABEL) + " " * (_SUM - len(number) - 1)) + mark(level, number)
