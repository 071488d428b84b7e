"""Cash put into the drawer, taken out of it or collected, beside sales (K13)."""

from __future__ import annotations

from enum import Enum

from textual import on, work
from textual.app import ComposeResult
from textual.events import ScreenResume
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget

from kassa_tui.journal.shifts import CashDirection
from kassa_tui.screens.form import FormScreen, field_row
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Declined, Done
from kassa_tui.station.inquiries import Article, Articles, ListArticles
from kassa_tui.station.objections import MAX_COMMENT
from kassa_tui.station.requests import CashKind, MoveCash
from kassa_tui.widgets.fields import Choice, SumField, TextField
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.picker import Picker
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.words import N_, _


class Movement(Enum):
    """Heading, what F12 does, and as what it is booked."""

    IN = (
        N_("Put cash in"),
        N_("put the cash in"),
        ((N_("Change"), CashKind.CHANGE_FUND), (N_("Other"), CashKind.OTHER)),
    )
    OUT = (
        N_("Take cash out"),
        N_("take the cash out"),
        ((N_("Expense"), CashKind.EXPENSE), (N_("Other"), CashKind.OTHER)),
    )
    COLLECTION = (N_("Collect cash"), N_("hand the cash over to the collector"), ())


class CashScreen(FormScreen):
    """One movement. It has one id however often it is asked for, until it is known to have
    ended; while nobody knows, its fields stay as they were sent."""

    amount = query_one("#amount", SumField)
    comment = query_one("#cash-comment", TextField)

    class Listed(Message):
        """The CRM has told its articles, or could not."""

        def __init__(self, answer: Answer) -> None:
            super().__init__()
            self.answer = answer

    def __init__(self, till: Till, movement: Movement) -> None:
        super().__init__(till)
        self._movement = movement
        self._movement_id = till.new_id()
        self._articles: tuple[Article, ...] = ()
        self._is_unsure = False

    @property
    def heading(self) -> str:
        return _(self._movement.value[0])

    @property
    def confirms(self) -> str:
        if self._is_unsure:
            return _("ask again; the cash is not moved twice")
        return _(self._movement.value[1])

    @property
    def fields(self) -> tuple[Widget, ...]:
        booked = () if self._is_collection else (self._kind, self._article)
        return self.amount, *booked, self.comment

    def compose_fields(self) -> ComposeResult:
        yield field_row(_("Sum"), SumField(id="amount"))
        if not self._is_collection:
            labels = tuple(_(label) for label, _kind in self._movement.value[2])
            yield field_row(_("Kind"), Choice(labels, id="cash-kind"))
            yield field_row(_("Article"), Picker(id="article"))
        yield field_row(_("Comment"), TextField(id="cash-comment", max_length=MAX_COMMENT))

    def on_screen_resume(self, event: ScreenResume) -> None:
        if not self._is_collection and not self._articles:
            self._list_articles()

    def request(self) -> MoveCash | str:
        amount = self.amount.kopecks
        if not amount:
            self.amount.focus()
            return _("Type the sum.")
        comment = self.comment.value.strip()
        if self._is_collection:
            return MoveCash(
                amount=-amount,
                kind=CashKind.COLLECTION,
                comment=comment,
                movement_id=self._movement_id,
            )
        if not self._articles:
            return _("Without an article of the CRM no cash is moved.")
        kind = self._movement.value[2][self._kind.chosen][1]
        if kind is not CashKind.CHANGE_FUND and not comment:
            self.comment.focus()
            return _("Say in the comment what it is for.")
        return MoveCash(
            amount=amount if self._movement is Movement.IN else -amount,
            kind=kind,
            article_id=self._articles[self._article.chosen].id,
            comment=comment,
            movement_id=self._movement_id,
        )

    def take(self, answer: Answer) -> None:
        self._is_unsure = False
        match answer:
            case Done():
                self.action_clear()
                self.outcome = mark(Level.WELL, " " + _("The cash is moved."))
            case Declined() as declined:
                self._movement_id = self.till.new_id()
                self.decline(declined)
            case _:
                self._is_unsure = True
                self.query_one("#form").disabled = True
                text = _("The register gave no answer: nobody knows yet whether cash was moved.")
                self.outcome = mark(Level.UNKNOWN, " " + text)

    def action_clear(self) -> None:
        self._is_unsure = False
        self._movement_id = self.till.new_id()
        super().action_clear()

    @property
    def _is_collection(self) -> bool:
        return self._movement is Movement.COLLECTION

    @property
    def _kind(self) -> Choice:
        return self.query_one("#cash-kind", Choice)

    @property
    def _article(self) -> Picker:
        return self.query_one("#article", Picker)

    @work(exclusive=True, group="articles")
    async def _list_articles(self) -> None:
        self.post_message(self.Listed(await self.till.link.ask(ListArticles())))

    @on(Listed)
    def _listed(self, event: Listed) -> None:
        wanted = CashDirection.IN if self._movement is Movement.IN else CashDirection.OUT
        match event.answer:
            case Articles(found):
                self._articles = tuple(one for one in found if one.direction is wanted)
                self._article.names = tuple(one.name for one in self._articles)
            case Declined(reason):
                text = _("No articles: {why}.").format(why=why(reason))
                self.outcome = mark(Level.LOOK, f" {text} {what_to_do(reason)}")
            case _:
                self.outcome = mark(Level.UNKNOWN, " " + _("No articles: the CRM gave no answer."))
        self.redraw()
