"""Shift, term, memory and operator: what ends, and what still works then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from drivers.ffd.enumerations import DocumentForm
from drivers.ffd.tlv import find
from drivers.register import ShiftState
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration
from tests.drivers.virtual.shop import CASHIER, OPERATOR, Shop


def refused(shop: Shop, command: str) -> Refusal:
    with pytest.raises(DeviceRefused) as caught:
        getattr(shop, command)()
    return caught.value.refusal


def test_a_shift_expires_after_24_hours(shop: Shop) -> None:
    shop.wait(hours=24, seconds=-1)
    assert shop.register.shift.state is ShiftState.OPEN
    shop.wait(seconds=1)
    assert shop.register.shift.state is ShiftState.EXPIRED


def test_an_expired_shift_only_closes(shop: Shop) -> None:
    shop.wait(hours=25)
    assert refused(shop, "begin") is Refusal.SHIFT_EXPIRED
    assert refused(shop, "correct") is Refusal.SHIFT_EXPIRED
    assert refused(shop, "open_shift") is Refusal.SHIFT_OPEN
    shop.register.x_report()
    shop.register.cash_in(100, CASHIER)
    shop.register.cash_out(100, CASHIER)
    assert shop.close_shift().form is DocumentForm.SHIFT_CLOSING
    shop.open_shift()
    assert shop.sell().shift_number == 2


def test_unsent_documents_warn_after_two_days(shop: Shop) -> None:
    shop.wait(seconds=3)
    shop.register.set_ofd_reachable(False)
    shop.wait(days=30)
    assert not shop.register.fn.warnings.ofd_overdue, "nothing waits"
    shop.close_shift()
    shop.wait(days=2)
    assert not shop.register.fn.warnings.ofd_overdue
    shop.wait(seconds=1)
    assert shop.register.fn.warnings.ofd_overdue
    assert find(shop.open_shift().tags, 1053).value == 1


def test_unsent_documents_block_after_thirty_days(closed_shop: Shop) -> None:
    closed_shop.register.set_ofd_reachable(False)
    closed_shop.wait(days=29, hours=23)
    closed_shop.open_shift()
    closed_shop.wait(hours=2)
    assert refused(closed_shop, "begin") is Refusal.OFD_OVERDUE
    assert refused(closed_shop, "correct") is Refusal.OFD_OVERDUE
    closed_shop.close_shift()
    assert refused(closed_shop, "open_shift") is Refusal.OFD_OVERDUE
    closed_shop.register.state_report(OPERATOR)


def test_the_operators_answer_lifts_the_block(closed_shop: Shop) -> None:
    closed_shop.register.set_ofd_reachable(False)
    closed_shop.wait(days=31)
    closed_shop.register.set_ofd_reachable(True)
    closed_shop.wait(seconds=3)
    closed_shop.open_shift()
    assert closed_shop.sell().shift_number == 1


def test_a_document_waits_for_its_ticket(shop: Shop) -> None:
    document = shop.sell()
    number = document.fiscal_document_number
    assert shop.register.ticket(number) is None
    assert shop.register.find(number).ofd_confirmed is False
    shop.wait(seconds=3)
    ticket = shop.register.ticket(number)
    assert ticket.received_at == document.date_time + timedelta(seconds=3)
    assert len(ticket.operator_sign) == 18
    assert shop.register.find(number).ofd_confirmed is True
    assert shop.register.ofd.unsent_count == 0


def test_documents_queue_up_in_an_outage(shop: Shop) -> None:
    shop.wait(seconds=3)
    shop.register.set_ofd_reachable(False)
    first, second = shop.sell(), shop.sell()
    shop.wait(hours=1)
    ofd = shop.register.ofd
    assert ofd.unsent_count == 2
    assert ofd.first_unsent_document == first.fiscal_document_number
    assert ofd.first_unsent_at == first.date_time
    shop.register.set_ofd_reachable(True)
    assert shop.register.ofd.unsent_count == 2
    shop.wait(seconds=3)
    assert shop.register.ofd.unsent_count == 0
    assert shop.register.ticket(second.fiscal_document_number).received_at == shop.clock


def test_the_queue_for_the_operator_is_bounded() -> None:
    shop = Shop(registration=Registration(ofd_queue_capacity=4))
    shop.register.set_ofd_reachable(False)
    shop.open_shift()
    shop.sell()
    shop.sell()
    assert refused(shop, "begin") is Refusal.OFD_MEMORY_FULL
    assert shop.close_shift().fiscal_document_number == 5


def test_the_fn_warns_of_its_end_and_then_takes_no_receipts(closed_shop: Shop) -> None:
    register = closed_shop.register
    closed_shop.clock = datetime(2028, 1, 21, 12, tzinfo=closed_shop.clock.tzinfo)
    assert not register.fn.warnings.replace_soon
    closed_shop.wait(days=1)
    assert register.fn.warnings.replace_soon
    closed_shop.wait(days=26)
    assert not register.fn.warnings.replace_urgently
    closed_shop.wait(days=1)
    assert register.fn.warnings.replace_urgently
    opening = closed_shop.open_shift()
    assert (find(opening.tags, 1050).value, find(opening.tags, 1051).value) == (1, 1)
    closed_shop.wait(days=2, hours=11)
    assert refused(closed_shop, "begin") is Refusal.SHIFT_EXPIRED
    closed_shop.wait(days=1)
    closed_shop.close_shift()
    assert refused(closed_shop, "open_shift") is Refusal.FN_EXPIRED
    assert register.close_archive(CASHIER).form is DocumentForm.FN_CLOSING


def test_a_full_fn_still_closes_the_shift() -> None:
    shop = Shop(registration=Registration(fn_capacity_documents=10))
    shop.open_shift()
    for _ in range(7):
        shop.sell()
    assert not shop.register.fn.warnings.memory_nearly_full
    shop.sell()
    assert shop.register.fn.warnings.memory_nearly_full
    assert shop.register.fn.memory_left_documents == 0
    assert refused(shop, "begin") is Refusal.FN_FULL
    assert find(shop.close_shift().tags, 1052).value == 1
    assert refused(shop, "open_shift") is Refusal.FN_FULL


def test_a_closed_fn_takes_nothing(closed_shop: Shop) -> None:
    closed_shop.register.close_archive(CASHIER)
    assert refused(closed_shop, "open_shift") is Refusal.FN_CLOSED
    with pytest.raises(DeviceRefused, match="fn_closed"):
        closed_shop.register.state_report(OPERATOR)
    assert closed_shop.register.find(1).form is DocumentForm.REGISTRATION


def test_the_clock_is_set_between_shifts(closed_shop: Shop) -> None:
    closed_shop.register.set_clock(datetime(2026, 11, 21, 9, 30))
    assert closed_shop.open_shift().date_time == datetime(
        2026, 11, 21, 9, 30, tzinfo=closed_shop.clock.tzinfo
    )
    closed_shop.wait(minutes=5)
    closed_shop.reopen()
    assert closed_shop.register.now() == datetime(
        2026, 11, 21, 9, 35, tzinfo=closed_shop.clock.tzinfo
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"fiscal_drive_number": "8710000100000001"},
        {"fiscal_drive_number": "9999"},
        {"serial_number": "A1"},
        {"owner_inn": "7701234561"},
        {"ofd_inn": "1"},
        {"tax_systems": frozenset()},
        {"fn_term_months": 0},
        {"registration_number": "0000000001000000"},
    ],
)
def test_a_registration_that_no_register_could_have_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Registration(**wrong)


def test_the_default_registration_has_numbers_that_check() -> None:
    registration = Registration()
    again = Registration(registration_number=registration.registration_number)
    assert again == registration
