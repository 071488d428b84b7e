"""Paper shows what the archive has; whatever happens to paper, the record stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.ffd.tlv import Tlv
from drivers.register import PrintState
from drivers.virtual.facts import Cut, Timing
from drivers.virtual.paper import MARK, TORN, WIDTH
from drivers.virtual.refusals import DeviceRefused, PowerLost, Refusal
from tests.drivers.virtual.shop import CASHIER, OPERATOR, Shop


def refusal_of(command: Callable[[], object]) -> Refusal:
    with pytest.raises(DeviceRefused) as caught:
        command()
    return caught.value.refusal


@pytest.fixture
def slow_shop(tmp_path: Path) -> Shop:
    """A printer that takes a second for a line; the shift is open, its report printed."""
    shop = Shop(tmp_path / "register.state", timing=Timing(print_line=timedelta(seconds=1)))
    shop.open_shift()
    shop.wait(minutes=2)
    assert shop.register.printer.state is PrintState.IDLE
    shop.paper.clear()
    return shop


def test_a_receipt_on_paper() -> None:
    shop = Shop()
    shop.open_shift()
    shop.paper.clear()
    shop.begin()
    shop.add(price=15000, quantity="2")
    shop.register.print_lines(["Место 7", "☃"])
    shop.add(price=9990)
    document = shop.pay(cash=50000).document
    lines = [" ".join(line.split()) for line in shop.paper]
    for expected in (
        MARK,
        'ООО "УЧЕБНЫЙ КЛУБ"',
        "КАССОВЫЙ ЧЕК",
        "ПРИХОД",
        "1. Час игры",
        "2 x 150.00 =300.00",
        "Место 7",
        "?",
        "1 x 99.90 =99.90",
        "ИТОГ =399.90",
        "НАЛИЧНЫМИ =399.90",
        "ПОЛУЧЕНО НАЛИЧНЫМИ =500.00",
        "СДАЧА =100.10",
        "СУММА БЕЗ НДС =399.90",
        "КАССИР Кассир Иванова А.Б.",
        "СМЕНА 1 ЧЕК 1",
        f"ФД {document.fiscal_document_number}",
        f"ФП {document.fiscal_sign:010}",
    ):
        assert expected in lines
    assert lines.index("2 x 150.00 =300.00") < lines.index("Место 7") < lines.index("2. Час игры")
    assert "t=20261120T1000&s=399.90&fn=9999078900001234" in "".join(shop.paper)


def test_a_long_requisite_is_printed_to_its_end(shop: Shop) -> None:
    shop.begin()
    shop.add()
    shop.tag(1084, (Tlv.of(1085, "комментарий"), Tlv.of(1086, "слово " * 40 + "конец")))
    shop.paper.clear()
    shop.pay(cash=10000)
    assert any(line.endswith("конец") for line in shop.paper)


def every_document(shop: Shop) -> None:
    shop.open_shift()
    shop.sell()
    shop.correct()
    shop.register.cash_in(1000, CASHIER)
    shop.register.cash_out(500, CASHIER)
    shop.register.x_report()
    shop.register.print_copy()
    shop.begin()
    shop.add()
    shop.register.cancel_document()
    shop.register.state_report(OPERATOR)
    shop.close_shift()
    shop.register.close_archive(CASHIER)


def test_everything_printed_is_marked_as_training() -> None:
    shop = Shop()
    every_document(shop)
    marks = [index for index, line in enumerate(shop.paper) if MARK in line]
    tops, bottoms = marks[::2], marks[1::2]
    covered = {row for top, end in zip(tops, bottoms, strict=True) for row in range(top, end + 1)}
    bare = [line for row, line in enumerate(shop.paper) if row not in covered]
    assert {line.strip(" -") for line in bare} == {"", "КОПИЯ"}, "only cuts stand outside"
    assert len(tops) == 12


def test_paper_has_48_columns() -> None:
    shop = Shop()
    every_document(shop)
    assert max(map(len, shop.paper)) == WIDTH


def test_an_item_may_be_left_out_on_paper(shop: Shop) -> None:
    shop.begin()
    shop.add(price=700, printed=False)
    shop.add(price=800)
    shop.paper.clear()
    document = shop.pay(cash=1500).document
    assert not any("7.00" in line for line in shop.paper if " x " in line)
    assert sum(tag.tag == 1059 for tag in document.tags) == 2


def test_an_electronic_receipt_needs_no_paper(shop: Shop) -> None:
    shop.register.set_paper(False)
    shop.paper.clear()
    shop.register.open_receipt(1, OPERATOR, printed=False)
    shop.add()
    assert shop.pay(cash=10000).document.total == 10000
    assert shop.paper == []


def test_the_copy_is_made_once(shop: Shop) -> None:
    shop.sell()
    shop.reopen()
    shop.paper.clear()
    shop.register.print_copy()
    assert "КОПИЯ" in shop.paper[0]
    assert any("ИТОГ" in line for line in shop.paper)
    assert refusal_of(shop.register.print_copy) is Refusal.NOTHING_TO_REPEAT


def test_text_feed_and_cut_reach_the_paper(shop: Shop) -> None:
    shop.paper.clear()
    shop.register.print_lines(["раз", "два" * 50])
    shop.register.feed(2)
    shop.register.cut(Cut.FULL)
    shop.register.cut(Cut.PARTIAL)
    assert shop.paper[:4] == ["раз", "два" * 16, "", ""]
    assert len(shop.paper) == 6


NEED_PAPER: dict[str, Callable[[Shop], object]] = {
    "receipt": Shop.begin,
    "correction": lambda shop: shop.register.begin_correction(OPERATOR),
    "closing": Shop.close_shift,
    "X": lambda shop: shop.register.x_report(),
    "cash in": lambda shop: shop.register.cash_in(1, CASHIER),
    "cash out": lambda shop: shop.register.cash_out(0, CASHIER),
    "text": lambda shop: shop.register.print_lines(["x"]),
    "feed": lambda shop: shop.register.feed(1),
    "cut": lambda shop: shop.register.cut(Cut.FULL),
    "copy": lambda shop: shop.register.print_copy(),
    "state": lambda shop: shop.register.state_report(OPERATOR),
}


@pytest.mark.parametrize("command", NEED_PAPER)
def test_without_paper_nothing_is_begun(shop: Shop, command: str) -> None:
    shop.register.set_paper(False)
    assert refusal_of(lambda: NEED_PAPER[command](shop)) is Refusal.PAPER_OUT
    assert shop.register.fn.last_fiscal_document_number == 2
    assert shop.register.printer.state is PrintState.IDLE
    shop.register.set_paper(True)
    assert shop.register.printer.state is PrintState.IDLE


@pytest.mark.parametrize("command", NEED_PAPER)
def test_with_an_open_cover_nothing_is_begun(shop: Shop, command: str) -> None:
    shop.register.set_cover(True)
    assert refusal_of(lambda: NEED_PAPER[command](shop)) is Refusal.COVER_OPEN
    assert shop.register.fn.last_fiscal_document_number == 2


def test_an_item_and_a_payment_need_paper_too(shop: Shop) -> None:
    shop.begin()
    shop.add()
    shop.register.set_paper(False)
    assert refusal_of(shop.add) is Refusal.PAPER_OUT
    assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.PAPER_OUT
    shop.register.set_paper(True)
    assert shop.pay(cash=10000).document.total == 10000


def test_a_receipt_is_cancelled_without_paper(shop: Shop) -> None:
    shop.begin()
    shop.add()
    shop.register.set_paper(False)
    shop.register.cancel_document()
    assert shop.register.open_document is None


def test_printing_takes_its_time(slow_shop: Shop) -> None:
    document = slow_shop.sell()
    assert slow_shop.register.printer.state is PrintState.PRINTING
    assert slow_shop.paper == []
    assert slow_shop.register.find(document.fiscal_document_number) == document
    assert refusal_of(slow_shop.begin) is Refusal.PRINTING
    slow_shop.wait(seconds=5)
    assert slow_shop.register.printer.state is PrintState.PRINTING
    assert len(slow_shop.paper) == 5
    slow_shop.wait(seconds=5)
    assert slow_shop.register.printer.state is PrintState.PRINTING
    assert len(slow_shop.paper) == 10
    slow_shop.wait(minutes=2)
    assert slow_shop.register.printer.state is PrintState.IDLE
    assert sum(MARK in line for line in slow_shop.paper) == 2
    assert slow_shop.sell().receipt_number == 2


@pytest.mark.parametrize("tear", ["paper", "cover"])
def test_a_torn_receipt_is_recorded_and_printed_again_as_a_whole(
    slow_shop: Shop, tear: str
) -> None:
    register = slow_shop.register
    document = slow_shop.sell()
    slow_shop.wait(seconds=7)
    if tear == "paper":
        register.set_paper(False)
    else:
        register.set_cover(True)
    assert register.printer.state is PrintState.PAPER_OUT
    torn = len(slow_shop.paper)
    assert register.find(document.fiscal_document_number).total == 10000
    assert refusal_of(slow_shop.begin) in (Refusal.PAPER_OUT, Refusal.COVER_OPEN)
    assert refusal_of(register.continue_print) in (Refusal.PAPER_OUT, Refusal.COVER_OPEN)
    register.set_paper(True)
    register.set_cover(False)
    assert register.printer.state is PrintState.WAITS_FOR_CONTINUE
    assert refusal_of(slow_shop.begin) is Refusal.WAITS_FOR_CONTINUE
    register.continue_print()
    assert register.printer.state is PrintState.PRINTING
    slow_shop.wait(minutes=2)
    assert register.printer.state is PrintState.IDLE
    again = slow_shop.paper[torn:]
    assert tuple(again[: len(TORN)]) == TORN
    whole = again[len(TORN) :]
    assert whole[:torn] == slow_shop.paper[:torn]
    assert any("ИТОГ" in line for line in whole)


def test_a_torn_receipt_waits_over_a_restart(slow_shop: Shop) -> None:
    slow_shop.sell()
    slow_shop.wait(seconds=7)
    slow_shop.register.set_paper(False)
    slow_shop.reopen()
    assert slow_shop.register.printer.state is PrintState.PAPER_OUT
    slow_shop.register.set_paper(True)
    slow_shop.reopen()
    assert slow_shop.register.printer.state is PrintState.WAITS_FOR_CONTINUE
    slow_shop.register.continue_print()
    slow_shop.wait(minutes=2)
    assert slow_shop.register.printer.state is PrintState.IDLE


def test_paper_that_goes_before_the_print_goes_on_is_asked_for_again(slow_shop: Shop) -> None:
    register = slow_shop.register
    slow_shop.sell()
    register.set_paper(False)
    register.set_paper(True)
    register.set_cover(True)
    assert register.printer.state is PrintState.PAPER_OUT
    register.set_cover(False)
    assert register.printer.state is PrintState.WAITS_FOR_CONTINUE


def test_a_document_torn_twice_is_printed_whole_once(slow_shop: Shop) -> None:
    register = slow_shop.register
    slow_shop.sell()
    for _ in range(2):
        slow_shop.wait(seconds=7)
        register.set_paper(False)
        register.set_paper(True)
        register.continue_print()
    slow_shop.wait(minutes=2)
    assert register.printer.state is PrintState.IDLE
    assert sum("ИТОГ" in line for line in slow_shop.paper) == 1
    assert sum(line == TORN[1] for line in slow_shop.paper) == 2


def test_a_print_cut_off_by_power_starts_again(slow_shop: Shop) -> None:
    slow_shop.sell()
    slow_shop.wait(seconds=7)
    slow_shop.reopen()
    assert slow_shop.register.printer.state is PrintState.PRINTING
    slow_shop.wait(minutes=2)
    assert slow_shop.register.printer.state is PrintState.IDLE
    assert sum("ИТОГ" in line for line in slow_shop.paper) == 1


def test_power_back_after_the_record_prints_the_receipt() -> None:
    shop = Shop(faults="power-cut-after-record@close_receipt")
    shop.open_shift()
    shop.paper.clear()
    with pytest.raises(PowerLost):
        shop.sell()
    assert shop.paper == []
    shop.register.restart()
    assert any("ИТОГ" in line for line in shop.paper)


def test_somebody_puts_a_new_roll_in_and_the_torn_print_can_go_on() -> None:
    shop = Shop(
        faults="paper-out-middle@close_receipt", timing=Timing(new_paper=timedelta(seconds=10))
    )
    shop.open_shift()
    shop.begin()
    shop.add()
    shop.pay(cash=10000)
    assert shop.register.printer.state is PrintState.PAPER_OUT
    shop.wait(seconds=9)
    assert not shop.register.printer.paper_present
    shop.wait(seconds=1)
    assert shop.register.printer.state is PrintState.WAITS_FOR_CONTINUE
    shop.register.continue_print()
    assert shop.register.printer.state is PrintState.IDLE
