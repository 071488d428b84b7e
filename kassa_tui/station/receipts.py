"""The receipts that payments promise. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from drivers.ffd.arithmetic import split_line
from drivers.ffd.enumerations import (
    CalculationSign,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import Cashier, Item, Payments, Receipt, UserRequisite
from kassa_tui.settings.tax import Purpose
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass
from kassa_tui.station.objections import line_sum
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE

Group: TypeAlias = "tuple[TaxSystem, tuple[BasketLine, ...], Paid]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What every receipt of a payment carries."""

    payment_id: UUID
    contact: str | None
    """1008."""
    paper: bool
    settings: StationSettings
    on: date
    """Day of the settlement, by the register's clock."""


def cashier(settings: StationSettings) -> Cashier:
    return Cashier(name=settings.cashier, inn=settings.cashier_inn)


def advance_receipt(heading: Heading, paid: Paid, *, back: bool = False) -> Receipt:
    """A top-up, or with `back` its return: an advance, what it will buy is not known yet.

    Raises `TaxRegimeError`.
    """
    system, rate = heading.settings.taxed(Purpose.TOP_UP, heading.on)
    item = Item(
        name=heading.settings.top_up_item,
        price=paid.receipted,
        vat_rate=rate,
        payment_method=PaymentMethod.ADVANCE,
        payment_subject=PaymentSubject.PAYMENT,
    )
    sign = CalculationSign.SALE_RETURN if back else CalculationSign.SALE
    return _receipt(heading, sign, system, (item,), paid)


def sale_receipt(
    heading: Heading,
    lines: Sequence[BasketLine],
    paid: Paid,
    *,
    back_of: date | None = None,
) -> Receipt:
    """A sale, or the return of one made on the day `back_of`, of lines of one tax system.

    Raises `TaxRegimeError`.
    """
    on = back_of or heading.on
    system = heading.settings.taxed(purpose(lines[0].tax_class), on)[0]
    items = tuple(item for line in lines for item in _items(line, heading.settings, on))
    sign = CalculationSign.SALE if back_of is None else CalculationSign.SALE_RETURN
    return _receipt(heading, sign, system, items, paid, back_of)


def by_tax_system(
    lines: Sequence[BasketLine], paid: Paid, settings: StationSettings, on: date
) -> tuple[Group, ...]:
    """The basket as one part for each tax system (K4), in the order of the lines.

    Bonuses stay with their lines; the rest of each part is paid from the balance first,
    then by card, then in cash. What was handed over stays with the last cash part.
    Raises `TaxRegimeError`.
    """
    parts: dict[TaxSystem, list[BasketLine]] = {}
    for line in lines:
        parts.setdefault(settings.taxed(purpose(line.tax_class), on)[0], []).append(line)
    groups: list[Group] = []
    balance, card = paid.balance, paid.card
    for system, own in parts.items():
        due = sum(map(line_sum, own))
        from_balance = min(balance, due)
        by_card = min(card, due - from_balance)
        balance, card = balance - from_balance, card - by_card
        share = Paid(
            balance=from_balance,
            card=by_card,
            cash=due - from_balance - by_card,
            bonus=sum(line.bonus for line in own),
        )
        groups.append((system, tuple(own), share))
    return _with_tendered(groups, paid)


def purpose(tax_class: TaxClass) -> Purpose:
    return Purpose.GOODS if tax_class is TaxClass.GOODS else Purpose.SERVICES


def subject(line: BasketLine) -> PaymentSubject:
    """1212."""
    if line.kind is not LineKind.PRODUCT:
        return PaymentSubject.SERVICE
    return PaymentSubject.EXCISE_GOODS if line.excise else PaymentSubject.GOODS


def digest(receipt: str) -> bytes:
    """SHA-256 of a receipt's JSON."""
    return hashlib.sha256(receipt.encode()).digest()


def _with_tendered(groups: list[Group], paid: Paid) -> tuple[Group, ...]:
    if paid.tendered is None:
        return tuple(groups)
    last = max(number for number, group in enumerate(groups) if group[2].cash)
    system, lines, share = groups[last]
    others = paid.cash - share.cash
    groups[last] = (
        system,
        lines,
        Paid(
            cash=share.cash,
            card=share.card,
            balance=share.balance,
            bonus=share.bonus,
            tendered=paid.tendered - others,
        ),
    )
    return tuple(groups)


def _items(line: BasketLine, settings: StationSettings, on: date) -> Iterator[Item]:
    cost = line_sum(line)
    if not cost:
        return  # paid by bonuses alone, or given away: on no receipt
    rate: VatRate = settings.taxed(purpose(line.tax_class), on)[1]
    for price, quantity, part in split_line(cost, line.quantity):
        yield Item(
            name=line.name,
            price=price,
            quantity=quantity,
            cost=part,
            vat_rate=rate,
            payment_subject=subject(line),
            measure=QuantityMeasure.from_code(line.unit),
        )


def _receipt(
    heading: Heading,
    sign: CalculationSign,
    system: TaxSystem,
    items: tuple[Item, ...],
    paid: Paid,
    original_date: date | None = None,
) -> Receipt:
    return Receipt(
        calculation_sign=sign,
        tax_system=system,
        items=items,
        payments=Payments(cash=paid.cash, cashless=paid.card, prepaid=paid.balance),
        cash_tendered=paid.tendered if paid.cash else None,
        cashier=cashier(heading.settings),
        buyer_contact=heading.contact,
        print_paper=heading.paper or heading.contact is None,
        user_requisite=UserRequisite(name=PAYMENT_ID_REQUISITE, value=str(heading.payment_id)),
        original_date=original_date,
    )
