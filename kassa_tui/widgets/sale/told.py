"""What the form tells beside its fields: the client, the sale that comes back, what is found."""

from __future__ import annotations

from datetime import tzinfo

from textual.content import Content

from kassa_tui.journal.privacy import masked
from kassa_tui.journal.records import PaymentState
from kassa_tui.money import format_sum
from kassa_tui.station.basket import BasketLine
from kassa_tui.station.inquiries import FoundClient, SaleItem
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside, pad, plain
from kassa_tui.widgets.payment_lines import method_word
from kassa_tui.widgets.reasons import why
from kassa_tui.widgets.sale.basket import Basket, Picked, format_quantity
from kassa_tui.widgets.sale.draft import Draft, Operation
from kassa_tui.widgets.sale.lists import Row
from kassa_tui.widgets.sale.search import ClientField
from kassa_tui.words import N_, _

CELLS = 34
"""Width of what stands beside the fields."""
_NAME = 24
_PHONE = 18
_FEW = 5
"""So many left are worth a word."""
_MOST = 200
"""Cells of outside text, before it is fitted into its place."""


_NOT_TAKEN = {
    Operation.REFUND: N_("TO GIVE BACK"),
    Operation.WITHDRAWAL: N_("TO PAY OUT"),
    Operation.BONUS: N_("ACCOUNT BY HAND"),
}


def what_is_due(operation: Operation) -> str:
    """The words above the sum."""
    return _(_NOT_TAKEN.get(operation, N_("TO PAY")))


def client_facts(client: FoundClient) -> Content:
    """Three lines: who, where to reach, how much there is."""
    phone = outside(client.phone_masked, CELLS - 16)
    if client.blocked:
        phone = phone + Content("  ") + mark(Level.STOPPED, " " + _("BLOCKED"))
    accounts = _("balance {balance}, bonuses {bonus}").format(
        balance=format_sum(client.balance), bonus=format_sum(client.bonus_balance)
    )
    name = Content.styled(plain(client.name, CELLS), "bold")
    return Content("\n").join((name, phone, Content(pad(accounts, CELLS).rstrip())))


def client_search(field: ClientField, operation: Operation) -> Content:
    """What became of the search for a client that has not been chosen."""
    if field.failure is not None:
        return mark(Level.LOOK, " " + _("Not looked up: {why}.").format(why=why(field.failure)))
    if field.waits and field.found is None:
        return Content(_("Looking for the client..."))
    if field.found == ():
        text = _("No such client.")
        if operation is Operation.TOP_UP:
            text = _("No such client: no balance will grow.")
        return mark(Level.LOOK, " " + text)
    return Content("")


def sale_facts(draft: Draft, zone: tzinfo | None) -> Content:
    """Three lines: which sale comes back, and how its money goes back."""
    state, paid = draft.original, draft.given_back
    if state is None:
        return Content("")
    lines = [Content.styled(plain(_sale(state, zone), CELLS), "bold")]
    if paid is not None:
        ways = (
            (_("cash"), paid.cash),
            (_("card"), paid.card),
            (_("balance"), paid.balance),
            (_("bonuses"), paid.bonus),
        )
        parts = [f"{word} {format_sum(kopecks)}" for word, kopecks in ways if kopecks]
        lines += [Content(pad(part, CELLS).rstrip()) for part in _two_lines(parts)]
    return Content("\n").join(lines)


def sent_to(draft: Draft) -> str:
    """Where the electronic receipt of a draft goes, masked; empty: nowhere, or unknown."""
    if draft.contact.strip():
        return masked(draft.contact.strip())
    if draft.client is None or not draft.client.has_contact:
        return ""
    return draft.client.phone_masked


def client_row(client: FoundClient) -> Row:
    name = pad(plain(client.name, _NAME), _NAME)
    phone = pad(plain(client.phone_masked, _PHONE), _PHONE)
    blocked = _("BLOCKED") if client.blocked else format_sum(client.balance)
    return f"{name} {phone}", blocked


def item_row(item: SaleItem) -> Row:
    notes = []
    if item.zone_name:
        notes.append(plain(item.zone_name, _NAME))
    if item.marked:
        notes.append(_("marked"))
    if item.min_age:
        notes.append(f"{item.min_age}+")
    if item.stock is not None and item.stock <= _FEW:
        notes.append(_("left: {count}").format(count=format_quantity(item.stock)))
    name = plain(item.name, _MOST)
    return ", ".join((name, *notes)), format_sum(item.price)


def sale_row(state: PaymentState, zone: tzinfo | None) -> Row:
    names = ", ".join(plain(line.name, _MOST) for line in state.payment.lines)
    return f"{_sale(state, zone)} {names}", format_sum(state.payment.total)


def picked_row(picked: Picked) -> Row:
    name = plain(picked.item.receipt_name, _MOST)
    if picked.item.zone_name:
        name = f"{name}, {plain(picked.item.zone_name, _NAME)}"
    return f"{format_quantity(picked.quantity)} x {name}", format_sum(picked.cost)


def basket_rows(basket: Basket) -> tuple[Row, ...]:
    return tuple(map(picked_row, basket))


def returned_rows(lines: tuple[BasketLine, ...], draft: Draft) -> tuple[Row, ...]:
    return tuple(
        (
            _("{back} of {sold}: {name}").format(
                back=format_quantity(back),
                sold=format_quantity(line.quantity),
                name=plain(line.name, _MOST),
            ),
            format_sum(line.price),
        )
        for line, back in zip(lines, draft.returned, strict=True)
    )


def _sale(state: PaymentState, zone: tzinfo | None) -> str:
    payment = state.payment
    number = state.document.fiscal_document_number if state.document is not None else None
    who = plain(payment.client, _NAME) or _("no name")
    when = f"{payment.created_at.astimezone(zone):%d.%m %H:%M}"
    how = method_word(payment.pay_by)
    told = _("FD {number}").format(number=number) if number is not None else how
    return f"{when} {told} {who}"


def _two_lines(parts: list[str]) -> list[str]:
    half = (len(parts) + 1) // 2
    return [", ".join(row) for row in (parts[:half], parts[half:]) if row]
