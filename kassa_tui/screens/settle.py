"""What only a person can decide: both sides shown, the decision and its reason asked for."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one

from kassa_tui.journal.records import Document
from kassa_tui.journal.shifts import CashDirection
from kassa_tui.money import format_sum
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Declined, Tape, Uncertain
from kassa_tui.station.requests import (
    CallDecision,
    Decision,
    ReadTape,
    Request,
    SettleByHand,
    SettleCall,
    SettleCash,
)
from kassa_tui.station.snapshot import Snapshot, Unsettled
from kassa_tui.station.tape import Doubt
from kassa_tui.widgets.commands import BACK, HELP, NEXT_FIELD, Command, bindings
from kassa_tui.widgets.fields import Choice, TextField
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside, plain
from kassa_tui.widgets.payment_lines import payment_line
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

_MAX_COMMENT = 500
_MAX_NUMBER = 10
_SHOWN_DOCUMENTS = 6
_WORDS_CELLS = 150


class SettleScreen(FramedScreen):
    """Facts, a choice, a comment that the journal keeps. Subclasses know what it is about."""

    KEYS = (
        NEXT_FIELD,
        HELP,
        BACK,
        Command(
            "confirm",
            ("f12",),
            N_("F12"),
            N_("Decide"),
            N_("Note the decision that is shown; the journal keeps it"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]
    CHOICES: ClassVar[tuple[str, ...]] = ()
    """Msgids of the decisions."""

    choice = query_one("#decision", Choice)
    comment = query_one("#comment", TextField)

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._asking = False
        self._outcome = Content("")

    def compose_work(self) -> ComposeResult:
        yield Still(id="settle-facts")
        with Horizontal(classes="settle-row"):
            yield Still(_("Decision"), classes="label")
            yield Choice(tuple(map(_, self.CHOICES)), id="decision")
        yield from self.compose_fields()
        with Horizontal(classes="settle-row"):
            yield Still(_("Comment"), classes="label")
            yield TextField(id="comment", max_length=_MAX_COMMENT)
        yield Still(_("Who decided, and what was looked at."), id="settle-hint")
        yield Still(id="settle-outcome")

    def compose_fields(self) -> ComposeResult:
        """Fields of its own, between the choice and the comment."""
        return iter(())

    def on_mount(self) -> None:
        self.choice.focus()

    def draw_strip(self) -> None:
        self.strip.hide()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "confirm":
            return self.is_open and not self._asking
        return super().check_action(action, parameters)

    def draw(self) -> None:
        snapshot = self.till.snapshot
        facts = self.facts(snapshot) if snapshot is not None and self.is_open else None
        if facts is None:
            facts = mark(Level.WELL, " " + _("There is nothing left to decide."))
        self.query_one("#settle-facts", Still).put(facts)
        self.query_one("#settle-outcome", Still).put(self._outcome)

    def action_next_field(self) -> None:
        self.focus_next()

    def action_confirm(self) -> None:
        request = self.request()
        if isinstance(request, str):
            self._outcome = mark(Level.LOOK, f" {request}")
            self.redraw()
            return
        self._asking = True
        self._outcome = Content(_("Asking the station..."))
        self.redraw()
        self._decide(request)

    @property
    def is_open(self) -> bool:
        """There is something to decide."""
        raise NotImplementedError

    def facts(self, snapshot: Snapshot) -> Content:
        """Both sides; asked for only while it is open."""
        raise NotImplementedError

    def request(self) -> Request | str:
        """What was decided, or what is lacking."""
        raise NotImplementedError

    @work(exclusive=True, group="decision")
    async def _decide(self, request: Request) -> None:
        answer = await self.till.link.ask(request)
        self._asking = False
        match answer:
            case Declined(reason):
                text = _("Nothing was done: {why}.").format(why=why(reason))
                self._outcome = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case Uncertain():
                self._outcome = mark(Level.UNKNOWN, " " + _("The outcome is unknown."))
            case _:
                self._outcome = mark(Level.WELL, " " + _("The decision is noted."))
                self.comment.value = ""
        self.redraw()


class SettleReceiptScreen(SettleScreen):
    """Is a receipt in the FN whose answer was lost, and which document is it?"""

    CHOICES = (N_("It is recorded"), N_("It is not recorded"))

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._tape: tuple[Document, ...] | None = None

    def compose_fields(self) -> ComposeResult:
        with Horizontal(classes="settle-row"):
            yield Still(_("FD"), classes="label")
            yield TextField(id="document", max_length=_MAX_NUMBER)
        with Horizontal(classes="settle-row", id="sign-row"):
            yield Still(_("FP"), classes="label")
            yield TextField(id="sign", max_length=_MAX_NUMBER)

    def on_mount(self) -> None:
        self.query_one("#sign-row").display = self._is_replaced
        if not self._is_replaced:
            self._read_tape()

    @property
    def is_open(self) -> bool:
        unsettled = self._unsettled
        return unsettled is not None and unsettled.doubt in (Doubt.FN_REPLACED, Doubt.AMBIGUOUS)

    @property
    def _unsettled(self) -> Unsettled | None:
        return self.till.snapshot.unsettled if self.till.snapshot is not None else None

    @property
    def _is_replaced(self) -> bool:
        return self._unsettled is not None and self._unsettled.doubt is Doubt.FN_REPLACED

    def facts(self, snapshot: Snapshot) -> Content:
        unsettled = snapshot.unsettled
        assert unsettled is not None, "it is open"
        attempt = unsettled.payment.last_attempt
        drive = attempt.attempt.fiscal_drive_number if attempt is not None else ""
        zone = self.till.now().tzinfo
        lines = [
            Content.styled(_("Kassa: the receipt that was sent"), "bold"),
            payment_line(unsettled.payment, snapshot, zone),
            Content(
                _("Sent to FN {drive} after FD {number}.").format(
                    drive=plain(drive, 20), number=unsettled.after_document
                )
            ),
            Content(""),
            Content.styled(_("The register"), "bold"),
        ]
        if self._is_replaced:
            now = snapshot.register.fn.fiscal_drive_number if snapshot.register else ""
            lines.append(
                Content(
                    _(
                        "Another FN is in it now: {drive}. The OFD's cabinet knows the old one."
                    ).format(drive=plain(now, 20))
                )
            )
        elif self._tape is None:
            lines.append(Content(_("Reading the tape...")))
        else:
            lines += [
                Content(
                    f" {_('FD {number}').format(number=one.fiscal_document_number):<12}"
                    f"{one.date_time.astimezone(zone):%d.%m %H:%M}"
                    f"{format_sum(one.total) if one.total is not None else '-':>16}"
                )
                for one in self._tape[-_SHOWN_DOCUMENTS:]
            ]
        return Content("\n").join([*lines, Content("")])

    def request(self) -> Request | str:
        unsettled, comment = self._unsettled, self.comment.value.strip()
        assert unsettled is not None, "it is open"
        if not comment:
            return _("Write who decided, and what was looked at.")
        if self.choice.chosen == 1:
            return SettleByHand(
                payment_id=unsettled.payment.payment.id, decision=Decision.ABSENT, comment=comment
            )
        number = self.query_one("#document", TextField).value.strip()
        sign = self.query_one("#sign", TextField).value.strip()
        if not (number.isascii() and number.isdigit()):
            return _("Type the number of the document that it is.")
        if self._is_replaced and not (sign.isascii() and sign.isdigit()):
            return _("Type the fiscal sign of the document.")
        return SettleByHand(
            payment_id=unsettled.payment.payment.id,
            decision=Decision.RECORDED,
            comment=comment,
            fiscal_document_number=int(number),
            fiscal_sign=int(sign) if sign.isascii() and sign.isdigit() else None,
        )

    @work(exclusive=True, group="tape")
    async def _read_tape(self) -> None:
        unsettled, snapshot = self._unsettled, self.till.snapshot
        if unsettled is None or snapshot is None or snapshot.register is None:
            return
        last = snapshot.register.fn.last_fiscal_document_number
        answer = await self.till.link.ask(ReadTape(unsettled.after_document + 1, last))
        self._tape = answer.documents if isinstance(answer, Tape) else ()
        self.redraw()


_LOOK_THERE = N_(
    "The answer was lost, and the CRM cannot be asked. Look for it there: if it is there, drop the"
    " record here; if not, tell it again."
)


class SettleCallScreen(SettleScreen):
    """What about a record that the CRM does not take?"""

    CHOICES = (N_("Tell the CRM again"), N_("Drop: it was put right in the CRM by hand"))

    @property
    def is_open(self) -> bool:
        snapshot = self.till.snapshot
        return bool(snapshot and snapshot.crm and snapshot.crm.poisoned_calls)

    def facts(self, snapshot: Snapshot) -> Content:
        assert snapshot.crm is not None, "it is open"
        call = snapshot.crm.poisoned_calls[0]
        state = snapshot.payment(call.subject)
        lines = [
            Content.styled(
                _("Records that the CRM does not take: {value}.").format(
                    value=snapshot.crm.poisoned
                ),
                "bold",
            ),
            Content(""),
            Content.assemble(_("Record:"), " ", outside(call.name, 60)),
            payment_line(state, snapshot, self.till.now().tzinfo)
            if state is not None
            else Content(str(call.subject)),
            Content.assemble(
                (_("The CRM's words:"), "bold"), " ", outside(call.error, _WORDS_CELLS)
            ),
            Content(""),
        ]
        if call.is_unclear:
            lines[-1:] = [Content(_(_LOOK_THERE)), Content("")]
        return Content("\n").join(lines)

    def request(self) -> Request | str:
        snapshot, comment = self.till.snapshot, self.comment.value.strip()
        assert snapshot is not None and snapshot.crm is not None, "it is open"  # noqa: PT018
        again = self.choice.chosen == 0
        if not again and not comment:
            return _("Write who decided, and what was looked at.")
        return SettleCall(
            call_id=snapshot.crm.poisoned_calls[0].call_id,
            decision=CallDecision.TELL_AGAIN if again else CallDecision.DROP,
            comment=comment,
        )


class SettleCashScreen(SettleScreen):
    """Has the register a movement of cash whose answer was lost?"""

    CHOICES = (N_("The register has it"), N_("The register does not have it"))

    @property
    def is_open(self) -> bool:
        return bool(self.till.snapshot and self.till.snapshot.unknown_cash_moves)

    def facts(self, snapshot: Snapshot) -> Content:
        move = snapshot.unknown_cash_moves[0]
        at = f"{move.occurred_at.astimezone(self.till.now().tzinfo):%H:%M}"
        put_in = move.direction is CashDirection.IN
        what = _("{time}: {sum} was put in") if put_in else _("{time}: {sum} was taken out")
        register = snapshot.register
        held = register.cash_in_drawer if register is not None else None
        rows = [
            Content.styled(what.format(time=at, sum=format_sum(move.amount)), "bold"),
            outside(move.comment, 76),
        ]
        if move.drawer_before is not None:
            before = _("In the register's account before: {sum}")
            rows.append(Content(before.format(sum=format_sum(move.drawer_before))))
        if held is not None:
            rows.append(Content(_("In it now: {sum}").format(sum=format_sum(held))))
        return Content("\n").join([*rows, Content("")])

    def request(self) -> Request | str:
        snapshot, comment = self.till.snapshot, self.comment.value.strip()
        assert snapshot is not None, "it is open"
        if not comment:
            return _("Write who decided, and what was looked at.")
        return SettleCash(
            movement_id=snapshot.unknown_cash_moves[0].id,
            moved=self.choice.chosen == 0,
            comment=comment,
        )
