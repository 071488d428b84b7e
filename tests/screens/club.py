"""Clients, goods and tariffs of a believable club, and what an inquiry finds of them."""

import json
from decimal import Decimal
from typing import Any

from kassa_tui.journal.records import Line, PaymentState
from kassa_tui.station.answers import Answer, Declined, Objection
from kassa_tui.station.basket import LineKind, TaxClass
from kassa_tui.station.inquiries import (
    Clients,
    FindClients,
    FindGoods,
    FindPayments,
    FoundClient,
    FoundPayments,
    Inquiry,
    ListTariffs,
    SaleItem,
    SaleItems,
)

CLIENTS = (
    FoundClient(
        id="cl_41",
        name="Иван П.",
        phone_masked="+7 *** ***-66-17",
        balance=1_250_00,
        bonus_balance=90_00,
        blocked=False,
        has_contact=True,
    ),
    FoundClient(
        id="cl_42",
        name="Клан [TOP] Вася",
        phone_masked="+7 *** ***-67-54",
        balance=480_50,
        bonus_balance=150_00,
        blocked=False,
        has_contact=False,
    ),
    FoundClient(
        id="cl_48",
        name="Никита Д.",
        phone_masked="+7 *** ***-75-76",
        balance=200_00,
        bonus_balance=0,
        blocked=True,
        has_contact=False,
    ),
)
_BY_TEXT = {"6617": (0,), "6754": (1,), "7576": (2,), "vip": (0, 1), "20000041": (0,)}
"""Which clients are found by what."""


def good(number: int, name: str, price: int, **more: Any) -> SaleItem:
    return SaleItem(
        kind=LineKind.PRODUCT,
        ref_id=f"pr_{number}",
        name=name,
        receipt_name=name,
        price=price,
        group="Снеки",
        tax_class=TaxClass.GOODS,
        **({"max_bonus_percent": 50, "stock": Decimal(25)} | more),
    )


CHIPS = good(4, "Чипсы сметана-лук 70 г", 130_00)
BAR = good(5, "Шоколадный батончик [50 г]", 70_00)
COLA = good(2, "Кола 0,33 л", 110_00, marked=True)
HOOKAH = good(14, "Кальян", 900_00, min_age=18, stock=None, max_bonus_percent=0)
GOODS = (CHIPS, BAR, COLA, HOOKAH)
BARCODES = {"2000000000046": CHIPS, "2000000000053": BAR, "2000000000022": COLA}
TARIFFS = tuple(
    SaleItem(
        kind=LineKind.TARIFF,
        ref_id=f"tr_{hours}h",
        name=name,
        receipt_name=f"Игровое время: {name}",
        price=price,
        zone_id=zone.casefold(),
        zone_name=zone,
        tax_class=TaxClass.SERVICES,
        max_bonus_percent=30,
    )
    for hours, name, zone, price in (
        (1, "1 час", "Standard", 120_00),
        (1, "1 час", "VIP", 180_00),
        (3, "3 часа", "Standard", 300_00),
        (3, "3 часа", "VIP", 450_00),
    )
)


def sold_line(item: SaleItem, quantity: int = 1, bonus: int = 0) -> Line:
    """A line of a sale, as the journal keeps it."""
    total = item.price * quantity - bonus
    told = {
        "kind": item.kind,
        "ref_id": item.ref_id,
        "discount": 0,
        "bonus": bonus,
        "tax_class": item.tax_class,
        "product_type": 1,
        "unit": item.unit,
        "zone_id": item.zone_id,
        "marking": None,
    }
    return Line(
        name=item.receipt_name,
        quantity=Decimal(quantity),
        price=item.price,
        total=total,
        detail=json.dumps(told),
    )


def found(inquiry: Inquiry, payments: tuple[PaymentState, ...] = ()) -> Answer:
    """What a believable club has."""
    match inquiry:
        case FindClients(text):
            return Clients(tuple(CLIENTS[place] for place in _BY_TEXT.get(text, ())))
        case FindGoods(text) if text in BARCODES:
            return SaleItems((BARCODES[text],))
        case FindGoods(text):
            return SaleItems(tuple(one for one in GOODS if text.casefold() in one.name.casefold()))
        case ListTariffs():
            return SaleItems(TARIFFS)
        case FindPayments():
            return FoundPayments(payments)
        case _:
            return Declined(Objection.CRM_NEEDED)
