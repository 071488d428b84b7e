"""What the tape says of a lost answer, case by case."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.receipt import UserRequisite
from drivers.ffd.tlv import Tlv
from drivers.register import (
    FnPhase,
    FnStatus,
    FnWarnings,
    OfdStatus,
    PrintState,
    Reason,
    RegisterStatus,
    ShiftState,
)
from kassa_tui.journal.records import Attempt
from kassa_tui.station.obstacles import obstacle
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE, Absent, Doubt, Found, Wanted, verdict

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FN = "9999078900001234"
WANTED = Wanted(
    receipt_id=UUID("018fe0c2-0000-7000-8000-000000000001"),
    calculation_sign=CalculationSign.SALE,
    total=500_00,
)
ATTEMPT = Attempt(
    payment_id=WANTED.receipt_id,
    fiscal_drive_number=FN,
    last_document_number=10,
    digest=b"",
    sent_at=NOON,
)
IDLE = RegisterStatus(
    shift=ShiftState.OPEN,
    shift_number=1,
    shift_opened_at=NOON,
    receipts_in_shift=0,
    clock=NOON,
    paper_present=True,
    cover_open=False,
    print_state=PrintState.IDLE,
    fn=FnStatus(
        fiscal_drive_number=FN,
        phase=FnPhase.FISCAL,
        valid_until=None,
        warnings=FnWarnings(),
        last_fiscal_document_number=10,
    ),
    ofd=OfdStatus(unsent_count=0),
    cash_in_drawer=0,
    open_document=False,
)
OURS = FiscalDocument(
    form=DocumentForm.RECEIPT,
    fiscal_drive_number=FN,
    fiscal_document_number=11,
    fiscal_sign=1,
    date_time=NOON,
    calculation_sign=CalculationSign.SALE,
    total=500_00,
    user_requisite=UserRequisite(name=PAYMENT_ID_REQUISITE, value=str(WANTED.receipt_id)),
    tags=(Tlv(1020, b"\x50\xc3"),),
)
NAMELESS = replace(OURS, user_requisite=None)
UNTOLD = replace(NAMELESS, tags=())


def at(last: int, **changes: object) -> RegisterStatus:
    return replace(IDLE, fn=replace(IDLE.fn, last_fiscal_document_number=last), **changes)


def test_a_document_that_names_the_payment_is_found() -> None:
    assert verdict(ATTEMPT, WANTED, at(11), [OURS], at(11)) == Found(OURS)


def test_it_is_found_behind_documents_of_others() -> None:
    ours = replace(OURS, fiscal_document_number=12)
    assert verdict(ATTEMPT, WANTED, at(12), [NAMELESS, ours], at(12)) == Found(ours)


def test_it_is_found_though_the_register_has_gone_on() -> None:
    assert verdict(ATTEMPT, WANTED, at(11), [OURS], at(12)) == Found(OURS)


def test_no_new_document_on_an_idle_register_is_surely_absent() -> None:
    assert verdict(ATTEMPT, WANTED, at(10), [], at(10)) == Absent()


def test_a_whole_document_that_names_no_payment_is_not_ours() -> None:
    assert verdict(ATTEMPT, WANTED, at(11), [NAMELESS], at(11)) == Absent()


def test_a_document_that_names_another_payment_is_not_ours() -> None:
    other = replace(OURS, user_requisite=UserRequisite(name=PAYMENT_ID_REQUISITE, value="x"))
    assert verdict(ATTEMPT, WANTED, at(11), [other], at(11)) == Absent()


def test_a_document_of_the_same_sum_told_without_requisites_goes_to_a_person() -> None:
    assert verdict(ATTEMPT, WANTED, at(11), [UNTOLD], at(11)) is Doubt.AMBIGUOUS


def test_a_document_of_another_sum_is_not_ours() -> None:
    other = replace(UNTOLD, total=499_00)
    assert verdict(ATTEMPT, WANTED, at(11), [other], at(11)) == Absent()


@pytest.mark.parametrize("moving", ["before", "after"])
def test_an_open_document_leaves_it_undecided(moving: str) -> None:
    opened = at(10, open_document=True)
    before, after = (opened, at(10)) if moving == "before" else (at(10), opened)
    assert verdict(ATTEMPT, WANTED, before, [], after) is Doubt.STILL_MOVING


def test_a_document_that_came_meanwhile_leaves_it_undecided() -> None:
    assert verdict(ATTEMPT, WANTED, at(10), [], at(11)) is Doubt.STILL_MOVING


def test_a_torn_tape_leaves_it_undecided() -> None:
    later = replace(NAMELESS, fiscal_document_number=12)
    assert verdict(ATTEMPT, WANTED, at(12), [later], at(12)) is Doubt.TAPE_TORN


def test_another_fn_leaves_it_undecided() -> None:
    other = replace(IDLE, fn=replace(IDLE.fn, fiscal_drive_number="9999078900009999"))
    assert verdict(ATTEMPT, WANTED, other, [], other) is Doubt.FN_REPLACED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"open_document": True}, None),
        ({"print_state": PrintState.PRINTING}, None),
        ({"shift": ShiftState.CLOSED}, Reason.SHIFT_CLOSED),
        ({"shift": ShiftState.EXPIRED}, Reason.SHIFT_EXPIRED),
        ({"paper_present": False}, Reason.PAPER_OUT),
        ({"print_state": PrintState.PAPER_OUT}, Reason.PAPER_OUT),
        ({"print_state": PrintState.WAITS_FOR_CONTINUE}, Reason.WAITS_FOR_CONTINUE),
        ({"cover_open": True}, Reason.COVER_OPEN),
    ],
)
def test_what_stands_in_the_way_is_read_from_the_state(
    changes: dict[str, object], reason: Reason | None
) -> None:
    assert obstacle(replace(IDLE, **changes)) is reason
