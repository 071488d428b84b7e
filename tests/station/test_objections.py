"""Requests that cannot be meant so, and what receipts say of whom: pure."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.enumerations import TaxSystem, VatRate
from drivers.register import RegisterStatus
from kassa_tui.settings.tax import Purpose
from kassa_tui.station.alarms import AlarmKind, alarms
from kassa_tui.station.answers import Objection
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass
from kassa_tui.station.objections import line_sum, objection
from kassa_tui.station.receipts import Heading, by_tax_system, sale_receipt
from kassa_tui.station.requests import Sell
from kassa_tui.station.snapshot import CrmState, Snapshot
from tests.station.bench import SETTINGS
from tests.station.test_tape import IDLE, NOON

LINE = BasketLine(kind=LineKind.SERVICE, name="Печать", price=10_00, tax_class=TaxClass.SERVICES)
SALE = Sell(lines=(LINE,), paid=Paid(cash=10_00))


def two_systems(purpose: Purpose, on: date) -> tuple[TaxSystem, VatRate]:
    goods = purpose is Purpose.GOODS
    return (TaxSystem.PATENT if goods else TaxSystem.SIMPLIFIED_INCOME), VatRate.NO_VAT


TWO_SYSTEMS = replace(SETTINGS, taxes=two_systems)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"lines": ()}, Objection.WRONG_LINES),
        ({"lines": (LINE,) * 101}, Objection.WRONG_LINES),
        ({"paid": Paid(cash=9_99)}, Objection.WRONG_LINES),
        ({"paid": Paid(cash=11_00, card=-1_00)}, Objection.WRONG_SUM),
        ({"paid": Paid(card=10_00, tendered=10_00)}, Objection.WRONG_SUM),
        ({"paid": Paid(cash=10_00, tendered=9_00)}, Objection.TENDERED_TOO_SMALL),
        ({"paid": Paid(balance=10_00)}, Objection.CLIENT_NEEDED),
        ({"lines": (replace(LINE, discount=10_01),)}, Objection.WRONG_LINES),
        ({"lines": (replace(LINE, name=" "),)}, Objection.WRONG_LINES),
        ({"lines": (replace(LINE, quantity=Decimal("NaN")),)}, Objection.WRONG_LINES),
        ({"lines": (replace(LINE, quantity=Decimal("1e-7")),)}, Objection.WRONG_LINES),
        ({"lines": (replace(LINE, kind=LineKind.PRODUCT),)}, Objection.WRONG_LINES),
        ({"caller_id": ""}, Objection.WRONG_ID),
        ({"caller_id": "x" * 65}, Objection.WRONG_ID),
    ],
)
def test_a_sale_is_judged_before_anything_is_asked(
    change: dict[str, object], expected: Objection | None
) -> None:
    assert objection(replace(SALE, **change)) is expected  # type: ignore[arg-type]


baskets = st.lists(
    st.builds(
        lambda price, quantity, goods: BasketLine(
            kind=LineKind.SERVICE,
            name="x",
            price=price,
            quantity=Decimal(quantity),
            tax_class=TaxClass.GOODS if goods else TaxClass.SERVICES,
        ),
        st.integers(1, 100_000),
        st.integers(1, 9),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(baskets, st.data())
def test_a_basket_split_by_tax_system_loses_no_kopeck(
    lines: list[BasketLine], data: st.DataObject
) -> None:
    total = sum(map(line_sum, lines))
    cash = data.draw(st.integers(0, total))
    card = data.draw(st.integers(0, total - cash))
    tendered = data.draw(st.none() | st.integers(cash, cash + 1_000_00)) if cash else None
    paid = Paid(cash=cash, card=card, balance=total - cash - card, tendered=tendered)
    groups = by_tax_system(lines, paid, TWO_SYSTEMS, date(2026, 11, 20))
    for name in ("cash", "card", "balance"):
        assert sum(getattr(share, name) for _, _, share in groups) == getattr(paid, name)
    changes = [share.tendered - share.cash for _, _, share in groups if share.tendered is not None]
    assert changes == ([] if tendered is None else [tendered - cash])
    for number, (system, own, share) in enumerate(groups):
        heading = Heading(
            payment_id=UUID(int=number + 1),
            contact=None,
            paper=True,
            settings=TWO_SYSTEMS,
            on=date(2026, 11, 20),
        )
        receipt = sale_receipt(heading, own, share)
        assert receipt.tax_system is system
        assert receipt.total == receipt.payments.total == sum(map(line_sum, own))


@pytest.mark.parametrize(("hours", "warns"), [(22, False), (23, True)])
def test_k1_a_shift_warns_from_23_hours_by_either_clock(hours: int, warns: bool) -> None:
    opened = NOON - timedelta(hours=hours)
    old_register: RegisterStatus = replace(IDLE, shift_opened_at=opened)
    calm = Snapshot(at=NOON, club="", till="", cashier="", register=IDLE)
    crm = CrmState(
        shift_is_open=True, shift_opened_at=opened, failing_since=None, queued=0, poisoned=0
    )
    for snapshot in (replace(calm, register=old_register), replace(calm, crm=crm)):
        kinds = {alarm.kind for alarm in alarms(snapshot)}
        assert (AlarmKind.SHIFT_OLD in kinds) is warns
