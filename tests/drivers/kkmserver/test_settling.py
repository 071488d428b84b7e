"""What became of a command: its answer, the look-up by its id, the tape, in this order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from drivers.ffd.receipt import UserRequisite
from drivers.register import OutcomeUnknown, Reason, Refused, Unreachable
from tests.drivers.examples import CASHIER, receipt
from tests.drivers.kkmserver.scripted import (
    FN,
    IMPATIENT,
    Reply,
    ScriptedService,
    done,
    failed,
    on_tape,
    recorded,
    result,
    service,
)

# A connection that is given up in the very moment of its making is closed by the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SENT = receipt(user_requisite=UserRequisite(name="ID платежа", value="01938b1c-6e1e-7b6c"))
BROKEN = Reply(b"", breaks=True)


def good(command: dict[str, Any]) -> dict[str, Any]:
    return done(command, **recorded())


def look_up(scripted: ScriptedService, inner: dict[str, Any] | None, status: int = 0) -> Any:
    """Answers `GetRezult` with what the command of that id has come to."""

    def answer(command: dict[str, Any]) -> dict[str, Any]:
        assert command["IdCommand"] == scripted.commands_of("RegisterCheck")[0]["IdCommand"]
        if inner is None:
            return result(None, status)
        sent = {"Command": "RegisterCheck", "IdCommand": command["IdCommand"]}
        return result({**done(sent), **inner}, status)

    return answer


@pytest.mark.parametrize("status", [1, 4])
async def test_a_command_that_runs_on_is_looked_up_by_its_id_and_the_inner_status_decides(
    status: int,
) -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", failed("", status))
        scripted.say(
            "GetRezult",
            look_up(scripted, {"Status": 4}),
            look_up(scripted, {"Status": 1}),
            look_up(scripted, recorded()),
        )
        document = await driver.fiscalize(SENT)
        assert document.fiscal_document_number == 3
        assert document.user_requisite == SENT.user_requisite
        assert (scripted.count("RegisterCheck"), scripted.count("GetRezult")) == (1, 3)


async def test_a_command_that_fails_afterwards_is_no_success_though_the_look_up_is() -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", failed("", 1))
        scripted.say(
            "GetRezult",
            look_up(scripted, {"Status": 2, "Error": "Нет бумаги"} | recorded(2)),
        )
        with pytest.raises(Refused) as refused:
            await driver.fiscalize(SENT)
        assert refused.value.reason is Reason.PAPER_OUT


@pytest.mark.parametrize(
    "lost",
    [
        BROKEN,
        Reply(b"", 500),
        Reply(b"", 503),
        Reply(b"{}", 200),
        Reply(b"<html>", 200),
        failed("", 5),
    ],
    ids=["broken", "500", "503", "no-status", "no-json", "executed-earlier"],
)
async def test_a_lost_answer_is_looked_up_and_nothing_is_posted_again(lost: Any) -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", lost)
        scripted.say("GetRezult", BROKEN, Reply(b"", 500), look_up(scripted, recorded()))
        assert (await driver.fiscalize(SENT)).fiscal_document_number == 3
        assert scripted.count("RegisterCheck") == 1


async def test_an_answer_that_is_late_is_looked_up_and_nothing_is_posted_again() -> None:
    async with service(timing=replace(IMPATIENT, recording=1)) as (scripted, driver):
        scripted.say("RegisterCheck", Reply(b"{}", delay=60))
        scripted.say("GetRezult", look_up(scripted, recorded()))
        assert (await driver.fiscalize(SENT)).fiscal_document_number == 3
        assert scripted.count("RegisterCheck") == 1


@pytest.mark.parametrize("status", [0, 2, 3])
async def test_an_id_that_nobody_knows_sends_us_to_the_tape_which_has_our_receipt(
    status: int,
) -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", grows(scripted, BROKEN))
        scripted.say("GetRezult", look_up(scripted, None, status))
        document = await driver.fiscalize(SENT)
        assert document.fiscal_document_number == 3
        assert document.fiscal_sign == 2904417715
        assert document.payments == SENT.payments
        assert scripted.count("RegisterCheck") == 1


async def test_a_receipt_of_another_on_the_tape_is_not_taken_for_ours() -> None:
    async with service() as (scripted, driver):
        scripted.documents[3] = on_tape(3, "100.00", Register=[{"Name": "Сок", "Quantity": 1}])
        scripted.say("RegisterCheck", grows(scripted, BROKEN))
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


async def test_a_receipt_of_another_sum_is_not_taken_for_ours_though_only_its_sum_is_told() -> None:
    async with service() as (scripted, driver):
        scripted.documents[3] = on_tape(3, AllSumm=99.0, Cash=None, Register=None)
        scripted.say("RegisterCheck", grows(scripted, BROKEN))
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


async def test_of_two_alike_the_one_whose_slip_names_the_payment_is_ours() -> None:
    async with service() as (scripted, driver):
        await driver.connect()
        scripted.documents[4] = {**on_tape(4), "Slip": "ID платежа\r\n01938b1c-\r\n6e1e-7b6c"}
        scripted.say("RegisterCheck", grows(scripted, BROKEN, 4))
        assert (await driver.fiscalize(SENT)).fiscal_document_number == 4


async def test_of_two_alike_none_is_ours_for_sure() -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", grows(scripted, BROKEN, 4))
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


async def test_a_receipt_that_was_cancelled_and_recorded_is_not_taken_for_the_next_one() -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", grows(scripted, Reply(b"{}", delay=60)), BROKEN)
        first = asyncio.create_task(driver.fiscalize(SENT))
        while scripted.last == 2:  # noqa: ASYNC110 - a service tells nobody
            await asyncio.sleep(0.01)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


async def test_a_lost_answer_without_a_trace_is_unknown_since_it_may_still_be_on_its_way() -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", BROKEN)
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)
        assert scripted.count("RegisterCheck") == 1


async def test_a_command_that_never_ends_is_unknown_in_time() -> None:
    async with service(timing=replace(IMPATIENT, settling=1.0)) as (scripted, driver):
        scripted.say("RegisterCheck", failed("", 4))
        scripted.say("GetRezult", look_up(scripted, {"Status": 1}))
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)
        assert scripted.count("RegisterCheck") == 1


async def test_every_attempt_has_an_id_of_its_own() -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", failed("Нет бумаги"))
        for _ in range(2):
            with pytest.raises(Refused):
                await driver.fiscalize(SENT)
        first, second = scripted.commands_of("RegisterCheck")
        assert first["IdCommand"] != second["IdCommand"]
        assert len(first["IdCommand"]) == 36


async def test_what_could_not_be_connected_was_not_sent() -> None:
    async with service() as (_, driver):
        await driver.connect()
    with pytest.raises(Unreachable) as away:
        await driver.fiscalize(SENT)
    assert away.value.reason is Reason.SERVER_UNAVAILABLE


async def test_a_requisite_is_read_from_a_slip_however_its_line_is_broken() -> None:
    slip = "ID\r\n платежа:\r\n01938b1c-6e1e-7b6c-8f0a-0242\r\nac120002\r\n"
    async with service(requisite_name="ID платежа") as (scripted, driver):
        scripted.documents[2] = {**on_tape(2), "Slip": slip}
        named = (await driver.document(2)).user_requisite
        assert named is not None
        assert named.value == "01938b1c-6e1e-7b6c-8f0a-0242ac120002"
        scripted.documents[2] = {**on_tape(2), "Slip": slip.replace("платежа", "заказа")}
        assert (await driver.document(2)).user_requisite is None


# Good answers that are not believed


@pytest.mark.parametrize(
    "told",
    [
        recorded(2),
        recorded(3, "100.01"),
        recorded(QRCode=f"t=20261120T1200&s=100.00&fn={FN}&i=3&fp=1&n=2"),
        recorded(QRCode="t=20261120T1200&s=100.00&fn=9999078900022222&i=3&fp=1&n=1"),
        {},
        {"CheckNumber": "3x"},
    ],
    ids=["old-number", "other-sum", "other-sign", "other-fn", "nothing", "no-number"],
)
async def test_a_good_answer_about_another_document_is_no_success(told: dict[str, Any]) -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", lambda command: done(command, **told))
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


async def test_a_good_answer_to_another_command_is_no_success() -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", {**done({"Command": "RegisterCheck"}), "IdCommand": "x"})
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


async def test_a_good_status_with_an_error_is_none() -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", failed("Нет бумаги", 0, **recorded()))
        with pytest.raises(Refused) as refused:
            await driver.fiscalize(SENT)
        assert refused.value.reason is Reason.PAPER_OUT


async def test_without_a_qr_the_document_is_read_from_the_tape() -> None:
    async with service() as (scripted, driver):
        scripted.say("RegisterCheck", lambda command: done(command, CheckNumber="3"))
        document = await driver.fiscalize(SENT)
        assert (document.fiscal_document_number, document.fiscal_sign) == (3, 2904417715)


async def test_without_a_qr_another_document_on_the_tape_is_no_success() -> None:
    async with service() as (scripted, driver):
        scripted.documents[3] = on_tape(3, "99.00")
        scripted.say("RegisterCheck", lambda command: done(command, CheckNumber=3))
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


# Errors


async def test_an_error_is_a_refusal_only_where_the_tape_has_not_grown() -> None:
    async with service() as (scripted, driver):
        for text, reason in (("Нет бумаги", Reason.PAPER_OUT), ("Что-то не так", Reason.OTHER)):
            scripted.say("RegisterCheck", failed(text))
            with pytest.raises(Refused) as refused:
                await driver.fiscalize(SENT)
            assert (refused.value.reason, refused.value.detail) == (reason, text)
        scripted.say("RegisterCheck", grows(scripted, failed("Нет бумаги")))
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


async def test_an_error_after_which_the_device_is_gone_is_no_refusal() -> None:
    async with service() as (scripted, driver):
        await driver.connect()
        scripted.say("GetDataCheck", failed("Устройство не найдено: отключено.", 3))
        scripted.say("RegisterCheck", failed("Ошибка печати"))
        with pytest.raises(OutcomeUnknown):
            await driver.fiscalize(SENT)


@pytest.mark.parametrize("status", [2, 3])
async def test_a_device_that_the_service_does_not_find_took_no_command(status: int) -> None:
    gone = failed(
        "Устройство (с параметрами NumDevice=1) не найдено: не настроено или отключено.", status
    )
    async with service() as (scripted, driver):
        await driver.connect()
        for command in ("RegisterCheck", "GetDataCheck", "GetDataKKT"):
            scripted.say(command, gone)
        for action in (driver.fiscalize(SENT), driver.status()):
            with pytest.raises(Refused) as refused:
                await action
            assert refused.value.reason is Reason.DEVICE_MISSING


@pytest.mark.parametrize(
    ("state", "reason"),
    [(1, Reason.SHIFT_CLOSED), (2, Reason.SHIFT_EXPIRED), (3, Reason.SHIFT_EXPIRED)],
)
async def test_error_61_is_told_apart_by_the_state_of_the_shift(state: int, reason: Reason) -> None:
    text = (
        "Ошибка регистрации ( 61 : ККТ: Смена не открыта или смена превысила 24 часа"
        " – операция невозможна )"
    )
    async with service() as (scripted, driver):
        await driver.connect()
        scripted.info["SessionState"] = state
        scripted.say("RegisterCheck", failed(text))
        scripted.say("DepositingCash", failed(text))
        for action in (driver.fiscalize(SENT), driver.cash_in(100, CASHIER)):
            with pytest.raises(Refused) as refused:
                await action
            assert (refused.value.reason, refused.value.code) == (reason, 61)
            assert refused.value.detail == text


# Reports of the shift


async def test_a_shift_that_was_open_all_the_time_is_not_opened_by_a_good_answer() -> None:
    async with service() as (scripted, driver):
        with pytest.raises(Refused) as refused:
            await driver.open_shift(CASHIER)
        assert refused.value.reason is Reason.SHIFT_OPEN
        assert scripted.count("OpenShift") == 1


async def test_the_number_of_a_shift_report_comes_from_its_qr_else_from_the_tape() -> None:
    async with service() as (scripted, driver):
        qr = f"t=20261120T1200&fn={FN}&i=3&fp=1187204466"
        scripted.say(
            "OpenShift", lambda command: done(command, CheckNumber=1, SessionNumber=7, QRCode=qr)
        )
        opening = await driver.open_shift(CASHIER)
        assert (opening.fiscal_document_number, opening.shift_number) == (3, 7)
        scripted.documents[4] = on_tape(4, "0.00", "Закрытие смены", Register=None)
        scripted.say(
            "CloseShift",
            grows(scripted, lambda command: done(command, CheckNumber=1, SessionNumber=7), 4),
        )
        closing = await driver.close_shift(CASHIER)
        assert (closing.fiscal_document_number, closing.total) == (4, None)


# Cash, which leaves no document


@pytest.mark.parametrize(
    ("balance", "ending"), [(101.00, None), (100.00, OutcomeUnknown), (105.00, OutcomeUnknown)]
)
async def test_cash_whose_answer_is_lost_is_known_by_the_drawer(
    balance: float, ending: type[Exception] | None
) -> None:
    async with service() as (scripted, driver):
        scripted.say("DepositingCash", holds(scripted, balance, BROKEN))
        if ending is None:
            await driver.cash_in(100, CASHIER)
        else:
            with pytest.raises(ending):
                await driver.cash_in(100, CASHIER)
        assert scripted.count("DepositingCash") == 1


@pytest.mark.parametrize(("balance", "ending"), [(100.00, Refused), (99.00, OutcomeUnknown)])
async def test_cash_that_is_refused_is_still_in_the_drawer(
    balance: float, ending: type[Exception]
) -> None:
    async with service() as (scripted, driver):
        scripted.say("PaymentCash", holds(scripted, balance, failed("Не хватает денег")))
        with pytest.raises(ending):
            await driver.cash_out(100, CASHIER)


def grows(scripted: ScriptedService, said: Any, last: int = 3) -> Any:
    """Says so, once the tape has grown."""

    def answer(command: dict[str, Any]) -> Any:
        scripted.last = last
        return said(command) if callable(said) else said

    return answer


def holds(scripted: ScriptedService, balance: float, said: Any) -> Any:
    """Says so, with this in the drawer, roubles."""

    def answer(command: dict[str, Any]) -> Any:
        scripted.info["BalanceCash"] = balance
        return said(command) if callable(said) else said

    return answer
