"""Fields in which something is looked for as it is typed."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.message import Message
from textual.timer import Timer

from kassa_tui.station import answers, inquiries
from kassa_tui.widgets.fields import TextField
from kassa_tui.widgets.sale import basket, returning

if TYPE_CHECKING:
    from drivers.register import Reason
    from kassa_tui.journal.records import PaymentState
    from kassa_tui.station.answers import Answer, Objection
    from kassa_tui.station.inquiries import FoundClient, Inquiry, SaleItem

DEBOUNCE_S = 0.15
"""Asked after so long without a key."""
_SHORTEST = 3
_MOST_SALES = 200
_MAX_TEXT = 64

T = TypeVar("T")


class SearchField(TextField, Generic[T]):
    """What is typed is asked for; an answer that comes after more was typed is dropped."""

    class Asked(Message):
        """The station is to answer `inquiry`, by `answered`."""

        def __init__(self, field: SearchField[T], inquiry: Inquiry) -> None:
            super().__init__()
            self.field = field
            self.inquiry = inquiry

    class Found(Message):
        """What is found, or the place in it, is another."""

    class Chosen(Message):
        """One of what was found was chosen."""

        def __init__(self, field: SearchField[T], item: T) -> None:
            super().__init__()
            self.field = field
            self.item = item

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, max_length=_MAX_TEXT)
        self.found: tuple[T, ...] | None = None
        """None: nothing was asked. While an answer is due, what was found before."""
        self.more = False
        """There are others."""
        self.at = -1
        """The place in what is found that Enter takes; -1: nowhere."""
        self.failure: Reason | Objection | None = None
        self.waits = False
        """An answer is due."""
        self._inquiry: Inquiry | None = None
        self._takes_the_only_one = False
        self._timer: Timer | None = None

    @abstractmethod
    def inquiry_of(self, text: str) -> Inquiry | None:
        """What is asked for `text`; None: nothing yet."""

    @abstractmethod
    def items_of(self, answer: Answer) -> tuple[tuple[T, ...], bool]:
        """What an answer has found, and whether there are others."""

    @property
    def text(self) -> str:
        return self.value.strip()

    @property
    def is_open(self) -> bool:
        """It is not known yet who or what is meant."""
        return self.waits or bool(self.found)

    def look(self, *, at_once: bool = False) -> None:
        """Ask for what is typed now. What was found before stands until the answer."""
        self._give_up()
        inquiry = self.inquiry_of(self.text)
        self.waits = inquiry is not None
        if inquiry is None:
            if self.found is not None or self.failure is not None:
                self.forget()
                self.post_message(self.Found())
        elif at_once:
            self._ask(inquiry)
        else:
            self._timer = self.set_timer(DEBOUNCE_S, lambda: self._ask(inquiry))

    def answered(self, inquiry: Inquiry, answer: Answer) -> None:
        """The station's answer to `inquiry`."""
        if inquiry is not self._inquiry:
            return
        self.waits = False
        if not isinstance(
            answer, inquiries.Clients | inquiries.SaleItems | inquiries.FoundPayments
        ):
            self.found = None
            self.failure = (
                answer.reason if isinstance(answer, answers.Declined) else answers.Objection.STOPPED
            )
        else:
            self.failure = None
            self.found, self.more = self.items_of(answer)
            self.at = 0 if self.text and self.found else -1
            if self._takes_the_only_one and len(self.found) == 1:
                self.choose(self.found[0])
                return
        self.post_message(self.Found())

    def entered(self) -> None:
        """Enter was pressed: the highlighted one is meant, or the only one yet to be found."""
        if self.waits:
            self._takes_the_only_one = True
        elif self.found and self.at >= 0:
            self.choose(self.found[self.at])

    def move(self, by: int) -> bool:
        """To another of what is found; False where there is nothing to move in."""
        if not self.found or self.waits:
            return False
        to = self.at + by
        if to < (0 if self.text else -1):
            return False
        self.at = min(to, len(self.found) - 1)
        self.post_message(self.Found())
        return True

    def choose(self, item: T) -> None:
        self.forget()
        self.post_message(self.Chosen(self, item))

    def watch_value(self) -> None:
        self.look()

    def on_focus(self) -> None:
        # Where nothing needs to be typed, there is something to choose from at once.
        if not self.text and self.found is None:
            self.look(at_once=True)

    def _ask(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self.post_message(self.Asked(self, inquiry))

    def _give_up(self) -> None:
        """Wait for no answer any more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._inquiry = None
        self._takes_the_only_one = self.waits = False

    def forget(self) -> None:
        """What was found, and what is waited for."""
        self._give_up()
        self.more = False
        self.found, self.failure, self.at = None, None, -1


class ClientField(SearchField["FoundClient"]):
    """A client: telephone or its last digits, login, card, id. Other text names somebody."""

    def inquiry_of(self, text: str) -> Inquiry | None:
        if len(text) < _SHORTEST:
            return None
        if text.isdigit() and len(text) == 11 and text[0] in "78":
            return inquiries.FindClients(f"+7{text[1:]}")
        return inquiries.FindClients(text)

    def items_of(self, answer: Answer) -> tuple[tuple[FoundClient, ...], bool]:
        assert isinstance(answer, inquiries.Clients), "clients were asked for"
        return answer.found, answer.more


class ItemField(SearchField["SaleItem"]):
    """Goods or tariffs. With nothing typed, what there is."""

    class Scanned(Message):
        """A barcode was typed, or scanned by what types like a keyboard."""

        def __init__(self, barcode: str) -> None:
            super().__init__()
            self.barcode = barcode

    class Passed(Message):
        """Enter, with nothing to pick."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._tariffs = False

    def sell(self, *, tariffs: bool) -> None:
        """Look for tariffs, or for goods."""
        if tariffs is not self._tariffs:
            self._tariffs = tariffs
            self.value = ""
            self.forget()

    def inquiry_of(self, text: str) -> Inquiry | None:
        return inquiries.ListTariffs() if self._tariffs else inquiries.FindGoods(text)

    def items_of(self, answer: Answer) -> tuple[tuple[SaleItem, ...], bool]:
        assert isinstance(answer, inquiries.SaleItems), "things to sell were asked for"
        if not self._tariffs:
            return answer.found, answer.more
        words = self.text.casefold().split()
        named = tuple(
            item
            for item in answer.found
            if all(word in f"{item.name} {item.zone_name}".casefold() for word in words)
        )
        return named, answer.more

    async def action_submit(self) -> None:
        """Enter: what is scanned or highlighted is picked; with nothing typed it walks on."""
        text = self.text
        if basket.is_barcode(text):
            self.value = ""
            self.post_message(self.Scanned(text))
        elif text or (self.at >= 0 and not self.waits):
            self.entered()
        else:
            self.post_message(self.Passed())

    def choose(self, item: SaleItem) -> None:
        super().choose(item)
        if self.value:
            self.value = ""
        else:
            self.look(at_once=True)


class SaleField(SearchField["PaymentState"]):
    """A sale that is to be given back. With nothing typed, the latest."""

    def inquiry_of(self, text: str) -> Inquiry | None:
        return inquiries.FindPayments(text=text, limit=_MOST_SALES)

    def items_of(self, answer: Answer) -> tuple[tuple[PaymentState, ...], bool]:
        assert isinstance(answer, inquiries.FoundPayments), "payments were asked for"
        return tuple(filter(returning.can_return, answer.found)), answer.next_before is not None
