"""A cashier's day on each kind of register: at its end journal, tape and CRM are equal."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.real_kills.run import compare
from tests.terminal.day import (
    BALANCE,
    BAR,
    BAR_CODE,
    CARD,
    CHIPS,
    COFFEE,
    DMITRY,
    IVAN,
    SANDWICH,
    SANYA,
    TIMUR,
    VASYA,
    Day,
)
from tests.terminal.terminal import back_to_sale, demo, open_shift

pytestmark = pytest.mark.timeout(180)


def work(day: Day) -> None:
    """Thirty payments and a refund. An answer is lost, and once the paper ends."""
    day.top_up(IVAN, 500, tendered=1000)
    day.top_up(VASYA, 1500, CARD)
    day.sell(CHIPS, BAR_CODE, total=200)
    day.sell_time(220, SANYA, BALANCE)
    day.top_up_though_the_answer_is_lost(DMITRY, 250)
    day.sell(COFFEE, total=120)
    day.sell_split(CHIPS, SANDWICH, client=VASYA, card=100, balance=120, cash=100)
    day.sell(CHIPS, BAR, total=200, client=VASYA, method=CARD, bonus=50)
    day.pay_out(IVAN, 300)
    day.top_up_though_the_paper_ended(TIMUR, 400)
    day.sell(SANDWICH, COFFEE, total=310)
    day.give_back("310", 310, ("cash", 310))
    day.give_bonus(TIMUR, 100)
    for _ in range(4):
        day.top_up(SANYA, 300, CARD)
        day.sell_time(220, SANYA)
        day.sell(COFFEE, total=120, client=DMITRY, method=BALANCE)
        day.sell(BAR_CODE, total=70)
    day.print_x_report()
    day.top_up(IVAN, 150)
    day.top_up(VASYA, 100)


def by_method(journal: sqlite3.Connection) -> dict[str, int]:
    """Kopecks of sales and top-ups, what was given back taken off."""
    return dict(
        journal.execute(
            "SELECT method, sum(CASE WHEN kind IN ('refund', 'withdrawal') THEN -amount"
            " ELSE amount END) FROM payment_part JOIN payment ON payment.id = payment"
            " WHERE kind <> 'bonus_credit' GROUP BY method"
        )
    )


@pytest.mark.parametrize(
    ("register", "faults"),
    [
        ((), "lost-answer-executed@FF45@5,paper-out-middle@close_receipt@9"),
        pytest.param(
            ("--register", "kkmserver"),
            "late-answer@RegisterCheck@5,paper-out-middle@close_receipt@9",
            marks=pytest.mark.long,
        ),
    ],
    ids=["shtrih", "kkmserver"],
)
def test_a_day(tmp_path: Path, register: tuple[str, ...], faults: str) -> None:
    """`register`: the demo's words for the kind of it."""
    words = (*register, "--faults", faults)
    with demo(tmp_path, "xterm-256color", (80, 24), *words) as cashier:
        open_shift(cashier)
        day = Day(cashier)
        work(day)
        day.count_and_close()
        back_to_sale(cashier)
        cashier.press("f10")
        assert cashier.wait() == 0
    assert day.payments == 31
    with closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        assert by_method(journal) == {name: 100 * sum_ for name, sum_ in day.paid.items()}
    violations, documents, payments = compare(tmp_path, tmp_path / "register.db", [])
    assert violations == []
    assert payments == day.payments
    # Beside receipts: the registration, the opening of the shift and its closing.
    assert documents == day.receipts + 3
