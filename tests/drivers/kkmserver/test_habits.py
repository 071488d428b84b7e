"""The driver over the virtual KkmServer, with what real servers and their settings do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from drivers.ffd.enumerations import CalculationSign, DocumentForm, FfdVersion
from drivers.ffd.receipt import Payments, UserRequisite
from drivers.register import OutcomeUnknown, PrintState, Reason, Refused, RegisterError, ShiftState
from drivers.virtual.core import VirtualRegister
from drivers.virtual.kkmserver_face import Habits, KkmServerFace, Profile, Quirk, Repeat
from drivers.virtual.kkmserver_face.answers import Answer
from drivers.virtual.kkmserver_face.reading import Fields
from drivers.virtual.registration import Registration
from tests.drivers.contract.benches import bench
from tests.drivers.examples import CASHIER, item, receipt

SENT = receipt(
    item(12345),
    payments=Payments(cash=345, cashless=12000),
    user_requisite=UserRequisite(name="ID платежа", value="01938b1c-6e1e-7b6c-8f0a-0242ac120002"),
)


class Counted(httpx.AsyncHTTPTransport):
    """The network, and what was sent over it."""

    def __init__(self) -> None:
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False)
        self.commands: list[dict[str, Any]] = []
        self.answered: list[str] = []
        """Commands that an answer came to before we gave it up."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        command = json.loads(await request.aread())
        self.commands.append(command)
        response = await super().handle_async_request(request)
        self.answered.append(command["Command"])
        return response

    def count(self, command: str) -> int:
        return sum(one["Command"] == command for one in self.commands)


FAULTS = (
    "lost-request", "http-error-before", "http-error-after", "lost-answer-executed",
    "lost-answer-not-executed", "late-answer", "disconnect", "half-answer", "split", "garbled",
    "duplicated", "empty-answer", "service-restart", "slow-device",
)  # fmt: skip
NOT_EXECUTED = ("lost-request", "http-error-before", "lost-answer-not-executed")


@pytest.mark.parametrize("repeat", Repeat)
@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_happens_on_the_way_a_receipt_is_posted_once_and_its_ending_is_true(
    fault: str, repeat: Repeat
) -> None:
    sent = Counted()
    habits = Habits(repeat=repeat, strict=True, late_answer=timedelta(seconds=0.2))
    async with bench("kkmserver", habits=habits, transport=sent) as one:
        await one.driver.open_shift(CASHIER)
        one.inject(f"{fault}@RegisterCheck")
        try:
            made = await one.driver.fiscalize(SENT)
        except OutcomeUnknown:
            assert fault in NOT_EXECUTED
            assert one.last == 2
        else:
            assert fault not in NOT_EXECUTED
            assert made.fiscal_document_number == one.last == 3
            assert made.fiscal_sign == one.virtual.find(3).fiscal_sign
            assert made.user_requisite == SENT.user_requisite
        assert sent.count("RegisterCheck") == 1


QUIRKS = tuple(frozenset({quirk}) for quirk in Quirk if quirk is not Quirk.TORN_PRINT_IS_ERROR)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("quirks", QUIRKS, ids=["+".join(one) for one in QUIRKS])
async def test_a_day_goes_well_with_every_quirk_of_an_answer(
    quirks: frozenset[Quirk], profile: Profile
) -> None:
    version = FfdVersion.V1_05 if profile is Profile.LEGACY else FfdVersion.V1_2
    few = Quirk.FEW_KEYS in quirks
    habits = Habits(profile=profile, quirks=quirks, strict=True)
    async with bench("kkmserver", version=FfdVersion.V1_05 if few else version, habits=habits) as a:
        opening = await a.driver.open_shift(CASHIER)
        assert opening.fiscal_document_number == 2
        made = await a.driver.fiscalize(SENT)
        assert (made.fiscal_document_number, made.total) == (3, 12345)
        assert made.fiscal_sign == a.virtual.find(3).fiscal_sign
        back = await a.driver.fiscalize(receipt(item(300), sign=CalculationSign.SALE_RETURN))
        assert back.fiscal_document_number == 4
        status = await a.driver.status()
        assert status.shift is ShiftState.OPEN
        assert status.fn.last_fiscal_document_number == 4
        assert [one.form async for one in a.driver.documents(3)] == [DocumentForm.RECEIPT] * 2
        with pytest.raises(Refused) as refused:
            await a.driver.open_shift(CASHIER)
        assert refused.value.reason is Reason.SHIFT_OPEN
        assert (await a.driver.close_shift(CASHIER)).fiscal_document_number == 5


@pytest.mark.parametrize("quirk", [Quirk.CONTROL_KEYS, Quirk.RAW_CONTROL_KEYS])
async def test_reports_are_told_apart_by_their_titles_where_the_keys_are_unreadable(
    quirk: Quirk,
) -> None:
    async with bench("kkmserver", habits=Habits(quirks={quirk})) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.fiscalize(SENT)
        await one.driver.close_shift(CASHIER)
        assert [document.form async for document in one.driver.documents(1)] == [
            DocumentForm.REGISTRATION,
            DocumentForm.SHIFT_OPENING,
            DocumentForm.RECEIPT,
            DocumentForm.SHIFT_CLOSING,
        ]


async def test_the_tape_of_another_fn_does_not_tell_that_nothing_was_recorded() -> None:
    """The register goes away with what it has just recorded; as many documents are on the next."""
    async with bench("kkmserver", faults="power-cut-after-record@close_receipt") as one:
        assert isinstance(one.face, KkmServerFace)
        kkt, execute = one.face.service.kkt, one.face.service.kkt.execute
        another = VirtualRegister.open(
            None, Registration(fiscal_drive_number="9999078900009999"), one.clock
        )
        another.open_shift(30, CASHIER)

        def replaced(command: str, fields: Fields) -> Answer:
            try:
                return execute(command, fields)
            finally:
                if command == "RegisterCheck":
                    kkt.register = another

        kkt.execute = replaced  # type: ignore[method-assign]
        await one.driver.open_shift(CASHIER)
        with pytest.raises(OutcomeUnknown):
            await one.driver.fiscalize(SENT)
        assert one.last == another.fn.last_fiscal_document_number + 1
        another.close()


async def test_a_torn_print_that_is_called_an_error_is_no_refusal() -> None:
    habits = Habits(quirks={Quirk.TORN_PRINT_IS_ERROR})
    faults = "paper-out-middle@close_receipt"
    async with bench("kkmserver", habits=habits, faults=faults) as one:
        await one.driver.open_shift(CASHIER)
        with pytest.raises(OutcomeUnknown):
            await one.driver.fiscalize(SENT)
        assert one.last == 3


async def test_a_torn_print_is_known_from_the_warning_once_there_is_paper() -> None:
    async with bench("kkmserver", faults="paper-out-middle@close_receipt") as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.fiscalize(SENT)
        assert (await one.driver.status()).print_state is PrintState.PAPER_OUT
        one.virtual.set_paper(True)
        assert (await one.driver.status()).print_state is PrintState.WAITS_FOR_CONTINUE
        await one.driver.continue_print()
        assert (await one.driver.status()).print_state is PrintState.IDLE


async def test_a_torn_print_that_nobody_warned_of_is_known_from_the_refusal() -> None:
    habits = Habits(profile=Profile.LEGACY)
    faults = "paper-out-middle@close_receipt"
    async with bench("kkmserver", version=FfdVersion.V1_05, habits=habits, faults=faults) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.fiscalize(SENT)
        one.virtual.set_paper(True)
        assert (await one.driver.status()).print_state is PrintState.IDLE
        with pytest.raises(Refused) as refused:
            await one.driver.fiscalize(receipt(item(300)))
        assert refused.value.reason is Reason.WAITS_FOR_CONTINUE
        await one.driver.close()  # as a station does that has lost the service
        assert (await one.driver.status()).print_state is PrintState.WAITS_FOR_CONTINUE
        await one.driver.continue_print()
        assert (await one.driver.status()).print_state is PrintState.IDLE
        await one.driver.fiscalize(receipt(item(300)))


async def test_a_register_that_became_inactive_by_an_error_is_missing_and_not_refusing() -> None:
    """`SetNotActiveOnError`: the tape cannot be asked any more, so nobody knows."""
    habits = Habits(not_active_on_error=True)
    faults = "paper-out-before@close_receipt"
    async with bench("kkmserver", habits=habits, faults=faults) as one:
        await one.driver.open_shift(CASHIER)
        with pytest.raises(OutcomeUnknown):
            await one.driver.fiscalize(SENT)
        with pytest.raises(Refused) as refused:
            await one.driver.status()
        assert refused.value.reason is Reason.DEVICE_MISSING


async def test_a_service_that_calls_an_open_shift_no_error_opens_none() -> None:
    habits = Habits(no_error_on_open_close_shift=True)
    async with bench("kkmserver", habits=habits) as one:
        with pytest.raises(Refused) as refused:
            await one.driver.close_shift(CASHIER)
        assert refused.value.reason is Reason.SHIFT_CLOSED
        await one.driver.open_shift(CASHIER)
        with pytest.raises(Refused) as refused:
            await one.driver.open_shift(CASHIER)
        assert refused.value.reason is Reason.SHIFT_OPEN
        assert one.last == 2


@pytest.mark.parametrize("fault", ["licence", "device-lost", "busy"])
async def test_a_service_that_does_nothing_refuses(fault: str) -> None:
    async with bench("kkmserver") as one:
        await one.driver.open_shift(CASHIER)
        where = "close_receipt" if fault == "busy" else "RegisterCheck"
        one.inject(f"{fault}@{where}")
        with pytest.raises(Refused):
            await one.driver.fiscalize(SENT)
        assert one.last == 2


async def test_the_answer_that_comes_at_the_end_of_the_timeout_is_waited_for() -> None:
    sent = Counted()
    async with bench("kkmserver", transport=sent, faults="slow-device@RegisterCheck") as one:
        await one.driver.open_shift(CASHIER)
        assert (await one.driver.fiscalize(SENT)).fiscal_document_number == 3
        assert "RegisterCheck" in sent.answered
        assert "GetRezult" in sent.answered


async def test_a_service_that_charges_cards_by_itself_is_told_not_to() -> None:
    async with bench("kkmserver", habits=Habits(pay_by_processing=True)) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.fiscalize(SENT)
        assert isinstance(one.face, KkmServerFace)
        assert one.face.service.kkt.charged == []


async def test_cash_whose_answer_is_lost_is_moved_once() -> None:
    sent = Counted()
    async with bench("kkmserver", transport=sent) as one:
        await one.driver.open_shift(CASHIER)
        for fault in ("disconnect", "service-restart"):
            one.inject(f"{fault}@DepositingCash")
            await one.driver.cash_in(5000, CASHIER)
        assert one.virtual.cash_in_drawer == 10_000
        assert sent.count("DepositingCash") == 2


async def test_every_command_is_numbered_and_names_its_device_and_its_time() -> None:
    sent = Counted()
    async with bench("kkmserver", transport=sent) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.fiscalize(SENT)
        await one.driver.status()
    own = [one for one in sent.commands if one["Command"] not in ("List", "GetRezult")]
    assert all(one["NumDevice"] == 1 and one["Timeout"] > 1 for one in own)
    ids = [one["IdCommand"] for one in own]
    assert len(set(ids)) == len(ids)


async def test_a_shift_that_expires_between_two_commands_refuses_the_receipt() -> None:
    async with bench("kkmserver", faults="shift-expires@open_receipt") as one:
        await one.driver.open_shift(CASHIER)
        with pytest.raises(RegisterError) as refused:
            await one.driver.fiscalize(SENT)
        assert isinstance(refused.value, Refused)
        assert refused.value.reason is Reason.SHIFT_EXPIRED
