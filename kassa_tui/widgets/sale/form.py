"""The payment form: what is typed and chosen, the draft it makes, and the walk through it."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from kassa_tui.journal import records
from kassa_tui.money import format_sum
from kassa_tui.station import answers, inquiries
from kassa_tui.widgets import reasons
from kassa_tui.widgets.big_sum import BigSum
from kassa_tui.widgets.fields import Choice, Pasted, SumField, TextField
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.sale import basket, paying, returning, told
from kassa_tui.widgets.sale import draft as drafts
from kassa_tui.widgets.sale.below import Below
from kassa_tui.widgets.sale.column import FIRST, METHODS, FieldsColumn, translated
from kassa_tui.widgets.sale.fault import Fault, Field
from kassa_tui.widgets.sale.lists import LinesList
from kassa_tui.widgets.sale.search import ClientField, ItemField, SearchField
from kassa_tui.widgets.still import Still
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.journal.records import PaymentState
    from kassa_tui.station.answers import Answer
    from kassa_tui.station.inquiries import FoundClient, SaleItem
    from kassa_tui.station.requests import PaymentRequest
    from kassa_tui.station.snapshot import Snapshot
    from kassa_tui.widgets.sale.basket import Basket
    from kassa_tui.widgets.sale.draft import Draft

_SCANNED_LENGTHS = (12, 13, 14)
"""Of a barcode scanned into any other field: eight digits may be a client's card."""


class PaymentForm(Vertical):
    """Fields on the left, the sum to take on the right, lists below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1)", show=False),
        Binding("down", "walk(1)", show=False),
        Binding("shift+tab", "step(-1)", show=False),
    ]

    client = query_one(f"#{Field.CLIENT}", ClientField)
    total = query_one(f"#{Field.TOTAL}", SumField)
    tendered = query_one(f"#{Field.TENDERED}", SumField)
    below = query_one(Below)

    class Edited(Message, bubble=False):
        """Something was typed or chosen."""

    def __init__(self, zone: tzinfo | None, *, console: bool) -> None:
        """`zone` is that of the screen."""
        super().__init__()
        self._on_console = console
        self._zone = zone
        self._client: FoundClient | None = None
        self._client_text = ""
        """What stood in the field when the client was chosen."""
        self._picked: Basket = ()
        self._original: PaymentState | None = None
        self._returned: tuple[Decimal, ...] = ()
        self._said = Content("")
        """What is wrong with what was typed last."""
        self._said_of: tuple[PaymentRequest | Fault, str] | None = None
        self._hint = Content("")
        self._is_told = False
        """The station has told of itself: until then there is nothing that would follow."""
        self.operation = FieldsColumn(Field.OPERATION, id="operation-row")
        self.column = FieldsColumn(*FIRST)

    def compose(self) -> ComposeResult:
        yield self.operation
        with Horizontal(id="fields"):
            yield self.column
            with Vertical(id="to-take"):
                yield Still(id="facts")
                yield Still(_("TO PAY"), id="to-take-label")
                yield BigSum(console=self._on_console, id="big")
                yield Still(id="hint")
        yield Below()

    # The draft

    @property
    def draft(self) -> Draft:
        """What is typed and chosen now."""
        return drafts.Draft(
            operation=tuple(drafts.Operation)[self._chosen(Field.OPERATION)],
            client_text=self._text(Field.CLIENT),
            client=self._client,
            client_open=self._client is None and self._is_open(Field.CLIENT),
            picked=self._picked,
            age_confirmed=self._chosen(Field.AGE) == 1,
            change=tuple(drafts.Change)[self._chosen(Field.CHANGE)],
            total=self._text(Field.TOTAL),
            bonus=self._text(Field.BONUS),
            method=tuple(paying.Method)[self._chosen(Field.METHOD)],
            card=self._text(Field.CARD),
            balance=self._text(Field.BALANCE),
            tendered=self._text(Field.TENDERED),
            original=self._original,
            by_lines=self._chosen(Field.EXTENT) == 1,
            returned=self._returned,
            comment=self._text(Field.COMMENT),
            contact=self._text(Field.CONTACT),
            paper=self._chosen(Field.PAPER) == 0,
        )

    def put(self, draft: Draft) -> None:
        """Type and choose what `draft` says."""
        for field, text in (
            (Field.CLIENT, draft.client_text),
            (Field.ITEM, ""),
            (Field.ORIGINAL, ""),
            (Field.TOTAL, draft.total),
            (Field.BONUS, draft.bonus),
            (Field.CARD, draft.card),
            (Field.BALANCE, draft.balance),
            (Field.TENDERED, draft.tendered),
            (Field.COMMENT, draft.comment),
            (Field.CONTACT, draft.contact),
        ):
            self._type(field, text)
        for field, number in (
            (Field.OPERATION, tuple(drafts.Operation).index(draft.operation)),
            (Field.AGE, int(draft.age_confirmed)),
            (Field.CHANGE, tuple(drafts.Change).index(draft.change)),
            (Field.EXTENT, int(draft.by_lines)),
            (Field.PAPER, int(not draft.paper)),
        ):
            self._choose(field, number)
        self._picked, self._original, self._returned = draft.picked, draft.original, draft.returned
        self._client, self._client_text = draft.client, draft.client_text
        for field in _SEARCHES:
            if isinstance(search := self.column.get(field), SearchField):
                search.forget()  # what is put here was looked up before
        self._said = Content("")
        self.redraw()  # offers the ways of paying of the operation
        self._choose(Field.METHOD, tuple(paying.Method).index(draft.method))
        self.redraw()

    @property
    def is_blank(self) -> bool:
        """Nothing would be lost."""
        return self.draft == drafts.Draft(operation=self.draft.operation)

    def clear(self) -> None:
        """Empty the form and go to its first field."""
        self.put(drafts.Draft())
        self.focus_first_empty()

    # The walk

    def focus_first_empty(self) -> None:
        """The first empty field of the operation, else the last one. At once, see `next_field`."""
        fields = self.draft.fields[1:]
        for field in fields:
            widget = self.widget(field)
            if isinstance(widget, Input) and not widget.value.strip():
                self.screen.set_focus(widget)
                return
        self.screen.set_focus(self.widget(fields[-1]))

    def focus_operation(self) -> None:
        self.screen.set_focus(self.widget(Field.OPERATION))

    def next_field(self) -> None:
        """Enter: walk forward; the last field keeps the cursor, for nothing is confirmed.

        The cursor moves at once, so that what is typed next goes to its field. What was typed
        before may still be on its way to the field that is left, which hears of Enter after it.
        """
        left = self.screen.focused
        if left is None:
            self.focus_first_empty()
            return
        self.action_step(1)
        left.call_later(self._entered, left)

    def action_step(self, by: int) -> None:
        """To the field before or after."""
        order = [self.widget(field) for field in self.draft.fields]
        focused = self.screen.focused
        if focused in order:
            to = order.index(focused) + by
            if 0 <= to < len(order):
                self.screen.set_focus(order[to])

    def action_walk(self, by: int) -> None:
        """Up and down: within what is found, else to the field before or after."""
        search = self._search
        if search is None or not search.move(by):
            self.action_step(by)

    def show_fault(self, fault: Fault) -> None:
        """Say what is wrong and put the cursor there."""
        self._say(mark(Level.LOOK, " " + fault.text))
        widget = self.widget(fault.field)
        widget.focus()
        if isinstance(widget, SumField):
            widget.action_select_all()  # another sum takes its place

    # What is shown

    def show_hint(self, hint: Content) -> None:
        """The lines under the sum: what a key does, or what is being waited for."""
        self._hint = hint
        self.query_one("#hint", Still).put(self._said if self._said.plain else hint)

    def show_latest(self, snapshot: Snapshot) -> None:
        self._is_told = True
        self.below.show_latest(snapshot, self._zone)

    def redraw(self) -> None:
        """Everything that follows from the draft."""
        draft = self.draft
        with self.app.batch_update():
            self.column.show(draft.fields[1:])
            if isinstance(method := self.column.get(Field.METHOD), Choice):
                method.offer(translated(METHODS[: len(draft.methods)]))
            if isinstance(item := self.column.get(Field.ITEM), ItemField):
                item.sell(tariffs=draft.operation is drafts.Operation.TARIFF)
            self._note(draft)
            self.query_one("#facts", Still).put(self._facts(draft))
            self.query_one("#to-take-label", Still).put(told.what_is_due(draft.operation))
            typed = self.screen.focused is not None and self.screen.focused.id in _SUMS
            self.query_one(BigSum).show(draft.due, typing=typed)
            self.show_hint(self._hint)
            lines = returning.sold_lines(self._original) if self._original is not None else ()
            self.below.show(draft, self._search, lines, self._zone)

    def scanned(self, barcode: str, answer: Answer) -> None:
        """What the station has found under a barcode."""
        if isinstance(answer, inquiries.SaleItems) and answer.found:
            self._pick(answer.found[0])
        elif isinstance(answer, inquiries.SaleItems):
            text = _("Nothing is sold under {barcode}.").format(barcode=barcode)
            self._say(mark(Level.LOOK, " " + text))
        else:
            reason = getattr(answer, "reason", answers.Objection.STOPPED)
            self._say(
                mark(Level.LOOK, " " + _("Not looked up: {why}.").format(why=reasons.why(reason)))
            )

    # Events

    @on(Input.Changed)
    @on(Choice.Changed)
    def _edited(self, event: Message) -> None:
        event.stop()  # nobody above it hears of single fields
        if self._client is not None and self._text(Field.CLIENT) != self._client_text:
            self._client = None
        # A sum that is only written anew says the same.
        if self._said.plain and self._judged != self._said_of:
            self._say(Content(""))
        self.redraw()
        self._tell_edited()

    def _tell_edited(self) -> None:
        # Straight to the screen: each widget on the way would cost a key a tenth of a millisecond.
        self.screen.post_message(self.Edited())

    @on(SearchField.Found)
    def _found(self) -> None:
        self.redraw()
        self._tell_edited()  # a client that is looked for keeps a sum from being taken

    @on(SearchField.Chosen)
    def _chose(self, event: SearchField.Chosen) -> None:
        match event.item:
            case inquiries.FoundClient() as client:
                self._client, self._client_text = client, self._text(Field.CLIENT)
            case records.PaymentState() as state:
                self._original = state
                self._returned = (Decimal(0),) * len(state.payment.lines)
            case inquiries.SaleItem() as item:
                self._pick(item)
        self.redraw()
        self._tell_edited()

    @on(ItemField.Passed)
    def _passed(self) -> None:
        if isinstance(self.screen.focused, ItemField):
            self.action_step(1)

    @on(LinesList.Typed)
    def _typed_quantity(self, event: LinesList.Typed) -> None:
        if self.draft.operation.sells:
            self._picked = basket.with_quantity(self._picked, event.line, event.quantity)
            if not self._picked:
                self.widget(Field.ITEM).focus()
        else:
            assert self._original is not None, "its lines are shown"
            line = returning.sold_lines(self._original)[event.line]
            partly = event.quantity and event.quantity != line.quantity
            if event.quantity > line.quantity or (partly and returning.comes_back_whole(line)):
                text = _("Sold were {count}; a line with a discount or bonuses comes back whole.")
                self._say(mark(Level.LOOK, " " + text.format(count=line.quantity)))
                return
            returned = list(self._returned)
            returned[event.line] = event.quantity
            self._returned = tuple(returned)
        self._say(Content(""))
        self.redraw()
        self._tell_edited()

    @on(LinesList.Left)
    def _left_lines(self) -> None:
        self.action_step(-1)

    @on(Pasted)
    def _pasted(self, event: Pasted) -> None:
        """Pasted text is typed; the end of a line walks on, as Enter does."""
        for number, line in enumerate(event.text.splitlines()):
            if number:
                self.next_field()
            focused = self.screen.focused
            if isinstance(focused, TextField | SumField):
                focused.type_in(line)
        if event.text.endswith(("\r", "\n")):
            self.next_field()

    def on_descendant_focus(self) -> None:
        if self._is_told:
            self.redraw()

    def on_descendant_blur(self) -> None:
        if self._is_told:
            self.redraw()

    def _entered(self, left: Widget) -> None:
        match left:
            case Choice() | LinesList():
                typed = left.typed
            case SumField():
                typed = left.value.strip().replace(" ", "").removesuffix(",00")
            case Input():
                typed = left.value.strip()
            case _:
                return
        if self.draft.operation.sells and basket.is_barcode(typed, _SCANNED_LENGTHS):
            if isinstance(left, Choice | LinesList):
                left.forget_typed()
            elif isinstance(left, Input):
                left.value = ""
            self.widget(Field.ITEM).focus()
            self.post_message(ItemField.Scanned(typed))
        elif isinstance(left, SearchField) and not (isinstance(left, ClientField) and self._client):
            left.entered()

    # Parts

    @property
    def _search(self) -> SearchField[object] | None:
        focused = self.screen.focused
        return focused if isinstance(focused, SearchField) else None

    def _pick(self, item: SaleItem) -> None:
        if item.marked:
            reason = answers.Objection.MARKED_GOODS
            self._say(
                mark(
                    Level.STOPPED,
                    f" {reasons.why(reason).capitalize()}. {reasons.what_to_do(reason)}",
                )
            )
            return
        self._picked = basket.added(self._picked, item)
        self._say(Content(""))
        self.redraw()
        self._tell_edited()

    @property
    def _judged(self) -> tuple[PaymentRequest | Fault, str]:
        """What words about the form are about."""
        return self.draft.request(), self._text(Field.ITEM)

    def _say(self, said: Content) -> None:
        self._said = said
        self._said_of = self._judged
        self.show_hint(self._hint)

    def _facts(self, draft: Draft) -> Content:
        if draft.operation is drafts.Operation.REFUND:
            return told.sale_facts(draft, self._zone)
        if draft.client is not None:
            return told.client_facts(draft.client)
        return told.client_search(self.client, draft.operation)

    def _note(self, draft: Draft) -> None:
        limit = _("up to {sum}").format(sum=format_sum(draft.bonus_limit))
        self.column.note(Field.BONUS, limit)
        change, cash = draft.change_due, draft.cash_due
        note = ""
        if change is not None:
            note = _("change {sum}").format(sum=format_sum(change))
        elif cash is not None and draft.pays_by is paying.Method.SPLIT:
            note = _("cash {sum}").format(sum=format_sum(cash))
        self.column.note(Field.TENDERED, note)

    # Fields that were never needed hold nothing, and are not there.

    def widget(self, field: Field) -> Widget:
        """The widget of a field of the operation."""
        match field:
            case Field.OPERATION:
                return self.operation[field]
            case Field.LINES:
                return self.below.lines
            case _:
                return self.column[field]

    def _present(self, field: Field) -> Widget | None:
        return self.operation.get(field) or self.column.get(field)

    def _text(self, field: Field) -> str:
        widget = self.column.get(field)
        return widget.value.strip() if isinstance(widget, Input) else ""

    def _chosen(self, field: Field) -> int:
        widget = self._present(field)
        return widget.chosen if isinstance(widget, Choice) else 0

    def _is_open(self, field: Field) -> bool:
        widget = self.column.get(field)
        return isinstance(widget, SearchField) and widget.is_open

    def _type(self, field: Field, text: str) -> None:
        widget = self.column[field] if text else self.column.get(field)
        if isinstance(widget, Input):
            widget.value = text

    def _choose(self, field: Field, number: int) -> None:
        widget = (
            self.widget(field) if number else self.column.get(field) or self.operation.get(field)
        )
        if isinstance(widget, Choice):
            widget.chosen = number


_SEARCHES = (Field.CLIENT, Field.ITEM, Field.ORIGINAL)
_SUMS = (Field.TOTAL, Field.BONUS)
