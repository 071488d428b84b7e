"""Faults happen where they were asked for, and the record stays right through them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.register import PrintState, ShiftState
from drivers.virtual.faults import (
    DEVICE_FAULTS,
    HTTP_FAULTS,
    LINK_FAULTS,
    Faults,
    FaultsError,
)
from drivers.virtual.refusals import DeviceRefused, PowerLost, Refusal
from tests.drivers.virtual.shop import CASHIER, OPERATOR, Shop
from tests.drivers.virtual.test_counters import assert_counters_are_the_tape


def chances(spec: str, name: str, command: str = "", count: int = 6, seed: int = 1) -> list[bool]:
    faults = Faults.parse(spec, seed)
    return [faults.fires(name, command) for _ in range(count)]


def selling(faults: str) -> Shop:
    shop = Shop(faults=faults)
    shop.open_shift()
    return shop


def refusal_of(command: Callable[[], object]) -> Refusal:
    with pytest.raises(DeviceRefused) as caught:
        command()
    return caught.value.refusal


class TestSpecification:
    def test_nothing_is_no_faults(self) -> None:
        assert not any(chances("", "garbled"))
        assert not any(Faults().fires(name) for name in LINK_FAULTS | HTTP_FAULTS | DEVICE_FAULTS)

    def test_a_name_alone_fires_once(self) -> None:
        assert chances("garbled", "garbled") == [True] + [False] * 5

    def test_a_count_fires_so_often(self) -> None:
        assert chances("garbled:3", "garbled") == [True] * 3 + [False] * 3

    def test_an_ordinal_lets_the_first_chances_pass(self) -> None:
        assert chances("garbled@3:2", "garbled") == [False, False, True, True, False, False]

    def test_a_probability_of_one_fires_always(self) -> None:
        assert all(chances("garbled:1.0", "garbled"))

    def test_a_probability_repeats_by_its_seed(self) -> None:
        first = chances("garbled:0.5", "garbled", count=64, seed=7)
        assert chances("garbled:0.5", "garbled", count=64, seed=7) == first
        assert chances("garbled:0.5", "garbled", count=64, seed=8) != first
        assert 0 < sum(first) < 64

    def test_a_filter_uses_up_no_chance_of_another_command(self) -> None:
        faults = Faults.parse("garbled@FF45", 1)
        assert not faults.fires("garbled", "FF46")
        assert faults.fires("garbled", "FF45")

    def test_a_wire_code_reaches_what_the_core_asks(self) -> None:
        faults = Faults.parse("busy@FF45", 1)
        faults.wire_command = "FF45"
        assert faults.fires("busy", "close_receipt")

    @pytest.mark.parametrize("name", ["RegisterCheck", "GetDataKKT", "List"])
    def test_a_command_of_kkmserver_is_a_filter_too(self, name: str) -> None:
        faults = Faults.parse(f"http-error-after@{name}", 1)
        assert not faults.fires("http-error-after", "GetRezult")
        assert faults.fires("http-error-after", name)

    def test_filter_and_ordinal_go_together(self) -> None:
        faults = Faults.parse("busy@close_receipt@2", 1)
        assert not faults.fires("busy", "open_receipt")
        assert not faults.fires("busy", "close_receipt")
        assert faults.fires("busy", "close_receipt")

    def test_several_faults_stand_beside_each_other(self) -> None:
        faults = Faults.parse("lost-answer-executed@FF45:1, garbled:0.02,busy@10@2", 1)
        assert faults.fires("lost-answer-executed", "FF45")
        assert not faults.fires("busy", "10")
        assert faults.fires("busy", "10")

    @pytest.mark.parametrize(
        "spec",
        [
            "explosion",
            "garbled,",
            "garbled:",
            "garbled:0",
            "garbled:1.5",
            "garbled:0.0",
            "garbled:1.2.3",
            "garbled:99999999",
            "garbled:-1",
            "garbled@",
            "garbled@0",
            "garbled@123",
            "garbled@FF4",
            "garbled@FF45@FF46",
            "Garbled",
            "garbled busy",
        ],
    )
    def test_what_cannot_be_read_is_an_error(self, spec: str) -> None:
        with pytest.raises(FaultsError):
            Faults.parse(spec, 1)

    @given(st.text(alphabet="abgelrd@:.0159FF,_- ", max_size=30))
    def test_any_text_is_faults_or_an_error(self, spec: str) -> None:
        try:
            Faults.parse(spec, 1)
        except FaultsError:
            return

    @pytest.mark.parametrize("name", sorted(LINK_FAULTS | HTTP_FAULTS | DEVICE_FAULTS))
    def test_every_fault_can_be_asked_for(self, name: str) -> None:
        assert Faults.parse(name, 1).fires(name)


class TestDevice:
    def test_power_cut_before_the_record_leaves_nothing(self) -> None:
        shop = selling("power-cut-before-record@close_receipt")
        shop.begin()
        shop.add()
        with pytest.raises(PowerLost):
            shop.pay(cash=10000)
        shop.register.restart()
        assert shop.register.open_document is None
        assert shop.register.fn.last_fiscal_document_number == 2
        assert shop.sell().fiscal_document_number == 3

    def test_power_cut_after_the_record_keeps_the_receipt(self) -> None:
        shop = selling("power-cut-after-record@close_receipt")
        with pytest.raises(PowerLost):
            shop.sell()
        shop.register.restart()
        document = shop.register.find(3)
        assert (document.form, document.total) == (DocumentForm.RECEIPT, 10000)
        assert shop.register.cash_in_drawer == 10000
        assert shop.register.open_document is None

    def test_power_is_cut_at_records_only(self) -> None:
        shop = selling("power-cut-after-record@x_report,power-cut-before-record@x_report")
        shop.register.x_report()
        assert shop.register.numbers.x_reports == 1

    def test_power_cut_among_the_items_loses_the_receipt(self) -> None:
        shop = selling("power-cut-in-items@2")
        shop.begin()
        shop.add()
        with pytest.raises(PowerLost):
            shop.add()
        shop.register.restart()
        assert shop.register.open_document is None
        assert shop.register.fn.last_fiscal_document_number == 2

    def test_power_cut_while_a_shift_closes_keeps_the_report(self) -> None:
        shop = selling("power-cut-after-record@close_shift")
        with pytest.raises(PowerLost):
            shop.close_shift()
        shop.register.restart()
        assert shop.register.shift.state is ShiftState.CLOSED
        assert shop.register.find(3).form is DocumentForm.SHIFT_CLOSING

    def test_paper_out_before_anything_refuses(self) -> None:
        shop = selling("paper-out-before@close_receipt")
        shop.begin()
        shop.add()
        assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.PAPER_OUT
        assert shop.register.fn.last_fiscal_document_number == 2
        shop.register.set_paper(True)
        assert shop.pay(cash=10000).document.fiscal_document_number == 3

    @pytest.mark.parametrize(
        ("fault", "begins"), [("paper-out-middle", True), ("paper-out-after-record", False)]
    )
    def test_paper_out_after_the_record_answers_and_waits(self, fault: str, begins: bool) -> None:
        shop = selling(f"{fault}@close_receipt")
        shop.paper.clear()
        document = shop.sell()
        assert bool(shop.paper) is begins
        assert not any("ФП" in line for line in shop.paper)
        assert shop.register.find(3) == document
        assert shop.register.printer.state is PrintState.PAPER_OUT
        assert not shop.register.printer.paper_present
        shop.register.set_paper(True)
        shop.register.continue_print()
        assert shop.register.printer.state is PrintState.IDLE
        assert any("ФП" in line for line in shop.paper)

    def test_busy_refuses_and_passes(self) -> None:
        shop = selling("busy@open_receipt:2")
        assert refusal_of(shop.begin) is Refusal.BUSY
        assert refusal_of(shop.begin) is Refusal.BUSY
        shop.begin()

    def test_the_shift_expires_between_two_commands(self) -> None:
        shop = selling("shift-expires@close_receipt")
        shop.begin()
        shop.add()
        assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.SHIFT_EXPIRED
        shop.register.cancel_document()
        shop.close_shift()
        shop.open_shift()
        assert shop.sell().shift_number == 2

    def test_a_full_fn_refuses_the_closing(self) -> None:
        shop = selling("fn-full@close_receipt")
        shop.begin()
        shop.add()
        assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.FN_FULL
        assert shop.register.fn.last_fiscal_document_number == 2

    def test_another_programs_receipt_stands_before_ours(self) -> None:
        shop = selling("foreign-document@open_receipt")
        document = shop.sell()
        assert document.fiscal_document_number == 4
        foreign = shop.register.find(3)
        assert (foreign.form, foreign.total) == (DocumentForm.RECEIPT, 100)
        assert foreign.user_requisite is None
        assert document.receipt_number == 2
        assert_counters_are_the_tape(shop.register.shift_counters, shop.tape())

    def test_another_program_gets_no_receipt_where_there_is_none_to_get(self) -> None:
        shop = selling("foreign-document@close_shift")
        shop.wait(hours=25)
        assert shop.close_shift().fiscal_document_number == 3

    @pytest.mark.parametrize("seed", range(8))
    def test_a_storm_of_faults_never_tears_a_record(self, seed: int) -> None:
        spec = ",".join(f"{name}:0.05" for name in DEVICE_FAULTS if name != "shift-expires")
        shop = Shop(faults=spec, seed=seed)
        for _ in range(40):
            try:
                one_sale_of_a_stubborn_cashier(shop)
            except PowerLost:
                shop.register.restart()
            except DeviceRefused:
                shop.register.set_paper(True)
        tape = shop.tape()
        numbers = [document.fiscal_document_number for document in tape]
        assert numbers == list(range(1, len(tape) + 1))
        assert_counters_are_the_tape(shop.register.total_counters, tape)
        moved = shop.register.total_counters
        assert shop.register.cash_in_drawer == moved.receipts[CalculationSign.SALE].cash


def one_sale_of_a_stubborn_cashier(shop: Shop) -> None:
    """Sell once, from whatever state the register is in."""
    if shop.register.printer.state is PrintState.WAITS_FOR_CONTINUE:
        shop.register.continue_print()
    if shop.register.open_document is not None:
        shop.register.cancel_document()
    if shop.register.shift.state is ShiftState.CLOSED:
        shop.register.open_shift(OPERATOR, CASHIER)
    shop.sell()
