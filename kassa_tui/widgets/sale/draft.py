"""What is typed on the sale screen, as a plain value; the request it makes, or what is wrong.

The station judges a request; here is only what can be said beside the field that has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kassa_tui.journal.records import PaymentState
from kassa_tui.money import parse_sum
from kassa_tui.station.basket import BasketLine, Paid
from kassa_tui.station.inquiries import FoundClient
from kassa_tui.station.requests import (
    AdjustBalance,
    CreditBonus,
    PaymentRequest,
    RefundSale,
    Sell,
    TakePayment,
    Withdraw,
    WriteOffBonus,
)
from kassa_tui.widgets.sale import basket, paying, returning
from kassa_tui.widgets.sale.basket import Basket
from kassa_tui.widgets.sale.fault import Fault, Field
from kassa_tui.widgets.sale.paying import Method
from kassa_tui.words import N_

_PHONE = re.compile(r"(?:\+?7|8)([0-9]{10})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_BETWEEN_DIGITS = str.maketrans("", "", " ()-")


class Operation(StrEnum):
    """What is done with a client's money, in the order of the row."""

    TOP_UP = "top_up"
    TARIFF = "tariff"
    GOODS = "goods"
    REFUND = "refund"
    WITHDRAWAL = "withdrawal"
    BONUS = "bonus"

    @property
    def sells(self) -> bool:
        return self in (Operation.TARIFF, Operation.GOODS)


class Change(StrEnum):
    """What is done to an account by hand, in the order of the row."""

    CREDIT_BONUS = "credit_bonus"
    WRITE_OFF_BONUS = "write_off_bonus"
    RAISE_BALANCE = "raise_balance"
    LOWER_BALANCE = "lower_balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Sums are kept as they were typed."""

    operation: Operation = Operation.TOP_UP
    client_text: str = ""
    client: FoundClient | None = None
    """The one chosen from what was found."""
    client_open: bool = False
    """The search still goes on, or nobody was chosen from those found."""
    picked: Basket = ()
    age_confirmed: bool = False
    change: Change = Change.CREDIT_BONUS
    total: str = ""
    bonus: str = ""
    method: Method = Method.CASH
    card: str = ""
    """What is paid by card of a split payment."""
    balance: str = ""
    """What is paid from the balance of a split payment; the rest is cash."""
    tendered: str = ""
    original: PaymentState | None = None
    by_lines: bool = False
    """Not everything that was sold comes back."""
    returned: tuple[Decimal, ...] = ()
    """How much of each line of `original`."""
    comment: str = ""
    contact: str = ""
    paper: bool = True

    @property
    def fields(self) -> tuple[Field, ...]:
        """What the operation needs, in the order of walking."""
        return (Field.OPERATION, *self._fields_of_operation())

    @property
    def methods(self) -> tuple[Method, ...]:
        """The ways of paying that the operation offers."""
        match self.operation:
            case Operation.TARIFF | Operation.GOODS:
                return tuple(Method)
            case Operation.WITHDRAWAL:
                return (Method.CASH, Method.CARD)
            case _:
                return (Method.CASH, Method.CARD, Method.SBP)

    @property
    def pays_by(self) -> Method:
        """The way chosen, where the operation offers it."""
        return self.method if self.method in self.methods else Method.CASH

    @property
    def bonus_limit(self) -> int:
        """Kopecks of the basket that the client's bonuses may pay."""
        held = self.client.bonus_balance if self.client is not None else 0
        return max(0, min(held, basket.most_bonus(self.picked)))

    @property
    def due(self) -> int | None:
        """The sum to show, kopecks: to take, or to give; None: not known yet."""
        if self.operation.sells:
            return (basket.cost(self.picked) - (parse_sum(self.bonus) or 0)) or None
        if self.operation is not Operation.REFUND:
            return parse_sum(self.total)
        return self.given_back.total if self.given_back is not None else None

    @property
    def given_back(self) -> Paid | None:
        """What a refund gives back; None: nothing was chosen yet."""
        if self.original is None:
            return None
        lines = self._lines_back
        return None if self.by_lines and not lines else returning.given_back(self.original, lines)

    @property
    def cash_due(self) -> int | None:
        """What is handed over in cash, kopecks; None: nothing, or not known yet."""
        due = self.due
        if due is None or self.operation not in _TAKING:
            return None
        paid = paying.covered(due, self._way())
        return None if isinstance(paid, Fault) else paid.cash or None

    @property
    def change_due(self) -> int | None:
        """Kopecks to hand back; None where nothing can be said."""
        due, tendered = self.cash_due, parse_sum(self.tendered)
        return None if due is None or tendered is None or tendered < due else tendered - due

    def request(self) -> PaymentRequest | Fault:
        """The request that the draft makes, or the first thing that is wrong with it."""
        match self.operation:
            case Operation.TOP_UP:
                return self._top_up()
            case Operation.TARIFF | Operation.GOODS:
                return self._sale()
            case Operation.REFUND:
                return self._refund()
            case Operation.WITHDRAWAL:
                return self._withdrawal()
            case Operation.BONUS:
                return self._change_of_account()

    def _fields_of_operation(self) -> tuple[Field, ...]:
        way = (Field.METHOD, *self._fields_of_way())
        delivery = (Field.CONTACT, Field.PAPER)
        match self.operation:
            case Operation.TOP_UP:
                return (Field.CLIENT, Field.TOTAL, *way, *delivery)
            case Operation.TARIFF | Operation.GOODS:
                lines = (Field.LINES,) if self.picked else ()
                age = (Field.AGE,) if basket.min_age(self.picked) else ()
                bonus = (Field.BONUS,) if self.bonus_limit or self.bonus else ()
                return (Field.CLIENT, Field.ITEM, *lines, *age, *bonus, *way, *delivery)
            case Operation.REFUND:
                lines = (Field.LINES,) if self.original is not None and self.by_lines else ()
                return (Field.ORIGINAL, Field.EXTENT, *lines, Field.COMMENT)
            case Operation.WITHDRAWAL:
                return (Field.CLIENT, Field.TOTAL, *way, Field.COMMENT, *delivery)
            case Operation.BONUS:
                return (Field.CLIENT, Field.CHANGE, Field.TOTAL, Field.COMMENT)

    def _fields_of_way(self) -> tuple[Field, ...]:
        if self.operation not in _TAKING:
            return ()
        match self.pays_by:
            case Method.CASH:
                return (Field.TENDERED,)
            case Method.SPLIT:
                return (Field.CARD, Field.BALANCE, Field.TENDERED)
            case _:
                return ()

    # One for each operation

    def _top_up(self) -> TakePayment | Fault:
        if self.client_open:
            return Fault(Field.CLIENT, _CHOOSE_CLIENT)
        total = paying.typed_sum(Field.TOTAL, self.total)
        if isinstance(total, Fault):
            return total
        paid = paying.covered(total, self._way())
        if isinstance(paid, Fault):
            return paid
        contact = self._contact()
        if isinstance(contact, Fault):
            return contact
        return TakePayment(
            total=total,
            pay_by=paying.single(self.pays_by),
            tendered=paid.tendered,
            client=self._client_name,
            client_id=self._client_id,
            contact=contact,
            paper=self.paper,
        )

    def _sale(self) -> Sell | Fault:
        if self.client_open:
            return Fault(Field.CLIENT, _CHOOSE_CLIENT)
        if not self.picked:
            return Fault(Field.ITEM, N_("Choose what is sold."))
        age = basket.min_age(self.picked)
        if age and not self.age_confirmed:
            return Fault(Field.AGE, N_("Look at a document: the buyer must be {age}."), age=age)
        bonus = paying.typed_share(Field.BONUS, self.bonus)
        if isinstance(bonus, Fault):
            return bonus
        if bonus > self.bonus_limit:
            return Fault(Field.BONUS, N_("By bonuses at most {sum}."), self.bonus_limit)
        paid = paying.covered(basket.cost(self.picked) - bonus, self._way(), bonus)
        if isinstance(paid, Fault):
            return paid
        if paid.balance:
            if self.client is None:
                return Fault(Field.CLIENT, _CLIENT_NEEDED)
            if paid.balance > self.client.balance:
                field = Field.BALANCE if self.pays_by is Method.SPLIT else Field.METHOD
                return Fault(field, _BALANCE_HAS, self.client.balance)
        contact = self._contact()
        if isinstance(contact, Fault):
            return contact
        return Sell(
            lines=basket.sold(self.picked, bonus),
            paid=paid,
            client=self._client_name,
            client_id=self._client_id,
            contact=contact,
            paper=self.paper,
            age_confirmed=self.age_confirmed,
        )

    def _refund(self) -> RefundSale | Fault:
        if self.original is None:
            return Fault(Field.ORIGINAL, N_("Choose the sale that is given back."))
        paid = self.given_back
        if paid is None:
            return Fault(Field.LINES, N_("Choose what comes back."))
        comment = self._comment()
        if isinstance(comment, Fault):
            return comment
        return RefundSale(
            original=self.original.payment.id,
            paid=paid,
            lines=self._lines_back,
            comment=comment,
        )

    def _withdrawal(self) -> Withdraw | Fault:
        client = self._known_client()
        if isinstance(client, Fault):
            return client
        total = paying.typed_sum(Field.TOTAL, self.total)
        if isinstance(total, Fault):
            return total
        if total > client.balance:
            return Fault(Field.TOTAL, _BALANCE_HAS, client.balance)
        comment, contact = self._comment(), self._contact()
        if isinstance(comment, Fault):
            return comment
        if isinstance(contact, Fault):
            return contact
        return Withdraw(
            total=total,
            pay_by=paying.single(self.pays_by),
            client_id=client.id,
            comment=comment,
            client=client.name,
            contact=contact,
            paper=self.paper,
        )

    def _change_of_account(self) -> CreditBonus | WriteOffBonus | AdjustBalance | Fault:
        client = self._known_client()
        if isinstance(client, Fault):
            return client
        total = paying.typed_sum(Field.TOTAL, self.total)
        if isinstance(total, Fault):
            return total
        comment = self._comment()
        if isinstance(comment, Fault):
            return comment
        whose, name = client.id, client.name
        match self.change:
            case Change.CREDIT_BONUS:
                return CreditBonus(total=total, client_id=whose, comment=comment, client=name)
            case Change.WRITE_OFF_BONUS:
                return WriteOffBonus(total=total, client_id=whose, comment=comment, client=name)
            case Change.RAISE_BALANCE:
                return AdjustBalance(change=total, client_id=whose, comment=comment, client=name)
            case Change.LOWER_BALANCE:
                return AdjustBalance(change=-total, client_id=whose, comment=comment, client=name)

    # What several need

    @property
    def _lines_back(self) -> tuple[BasketLine, ...]:
        if self.original is None or not self.by_lines:
            return ()
        return returning.returned_lines(self.original, self.returned)

    @property
    def _client_name(self) -> str:
        return self.client.name if self.client is not None else self.client_text.strip()

    @property
    def _client_id(self) -> str | None:
        return self.client.id if self.client is not None else None

    def _known_client(self) -> FoundClient | Fault:
        if self.client is not None:
            return self.client
        return Fault(Field.CLIENT, _CHOOSE_CLIENT if self.client_open else _CLIENT_NEEDED)

    def _way(self) -> paying.Way:
        return paying.Way(
            method=self.pays_by, card=self.card, balance=self.balance, tendered=self.tendered
        )

    def _comment(self) -> str | Fault:
        comment = self.comment.strip()
        return comment or Fault(Field.COMMENT, N_("Say why: a comment is obligatory."))

    def _contact(self) -> str | Fault | None:
        """1008; None: the one that the CRM has, if any."""
        typed = self.contact.strip()
        if not typed:
            told = self.paper or (self.client is not None and self.client.has_contact)
            return None if told else Fault(Field.CONTACT, N_("Type where the receipt goes."))
        if _EMAIL.fullmatch(typed):
            return typed
        phone = _PHONE.fullmatch(typed.translate(_BETWEEN_DIGITS))
        if phone is None:
            return Fault(Field.CONTACT, N_("A telephone (+7...) or an e-mail is meant here."))
        return f"+7{phone[1]}"


_TAKING = (Operation.TOP_UP, Operation.TARIFF, Operation.GOODS)
"""Operations that take money, which may be handed over in cash."""
_CHOOSE_CLIENT = N_("Choose the client from those found, or clear the field.")
_CLIENT_NEEDED = N_("Whose balance is it? Find the client.")
_BALANCE_HAS = N_("The balance has {sum}.")
