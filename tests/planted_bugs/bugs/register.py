"""Wrong edits of the driver, and of the desk that it stands on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from drivers.ffd.document import FiscalDocument
from drivers.ffd.receipt import Receipt
from drivers.register import OutcomeUnknown, PrintState, Reason, Refused, Unreachable
from drivers.shtrih import recording
from drivers.shtrih.commands.request import Request
from drivers.shtrih.connection import Connection
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.link import Command
from drivers.shtrih.link_v1 import LinkV1
from drivers.shtrih.session import Session
from kassa_tui.station.desk import Desk
from tests.planted_bugs.planting import bug, instead_of
from tests.planted_bugs.proofs import Cuts, Tests


@bug("has 2 documents", Cuts("power-cut-after-record"))
def driver_sends_again_after_a_timeout() -> None:
    """A receipt without an answer is sent once more."""

    @instead_of(ShtrihRegister, "fiscalize")
    async def fiscalize(right: Any, self: ShtrihRegister, receipt: Receipt) -> Any:
        try:
            return await right(self, receipt)
        except OutcomeUnknown:
            return await right(self, receipt)


@bug("answered as not recorded, but is", Cuts("power-cut-after-record"))
def unknown_outcome_taken_for_refused() -> None:
    """No answer means that the register is not there."""

    @instead_of(Session, "_exchange")
    async def exchange(right: Any, self: Session, request: Request[Any]) -> Any:
        try:
            return await right(self, request)
        except OutcomeUnknown as unknown:
            raise Unreachable(unknown.detail) from unknown


@bug(
    "AssertionError",
    Tests(
        "tests/station/test_payments.py",
        "test_a_refusal_leaves_a_payment_that_can_be_issued_once",
    ),
)
def refusal_taken_for_an_unknown_outcome() -> None:
    """To be on the safe side every bad end of a sending is one that nobody knows."""

    @instead_of(Desk, "record")
    async def record(right: Any, self: Desk, command: Any) -> Any:
        try:
            return await right(self, command)
        except Refused as refused:
            raise OutcomeUnknown(refused.detail) from refused


@bug("answered as not recorded, but is")
def paper_decides_what_was_recorded() -> None:
    """A receipt that could not be printed was refused for want of paper."""

    @instead_of(ShtrihRegister, "fiscalize")
    async def fiscalize(right: Any, self: ShtrihRegister, receipt: Receipt) -> Any:
        document = await right(self, receipt)
        if (await self.status()).print_state in (
            PrintState.PAPER_OUT,
            PrintState.WAITS_FOR_CONTINUE,
        ):
            raise Refused(Reason.PAPER_OUT)
        return document


@bug("has 2 documents")
def copy_is_a_second_document() -> None:
    """A copy of the last receipt is the last receipt once more."""

    @instead_of(ShtrihRegister, "fiscalize")
    async def fiscalize(right: Any, self: ShtrihRegister, receipt: Receipt) -> FiscalDocument:
        vars(self)["_last"] = receipt
        return await right(self, receipt)  # type: ignore[no-any-return]

    @instead_of(ShtrihRegister, "print_copy")
    async def print_copy(right: Any, self: ShtrihRegister) -> None:
        if last := vars(self).get("_last"):
            await self.fiscalize(last)
        else:
            await right(self)


@bug(
    "drivers.register.Refused",
    Tests(
        "tests/drivers/shtrih/test_firmware.py",
        "test_an_error_on_closing_after_the_fn_has_recorded_is_unknown",
    ),
)
def error_byte_means_nothing_was_recorded() -> None:
    """The register says no: there is nothing to check."""

    @instead_of(recording, "_require_unrecorded")
    async def require_unrecorded(right: Any, session: Any, refused: Any, last_known: int) -> None:
        with suppress(OutcomeUnknown):
            await right(session, refused, last_known)


@bug(
    "DID NOT RAISE",
    Tests(
        "tests/drivers/shtrih/test_link_v1.py",
        "test_the_same_answer_again_is_not_taken_for_the_next_one",
    ),
)
def old_answer_taken_for_a_new_one() -> None:
    """What comes back has the right code, so it is the answer."""

    @instead_of(LinkV1, "_answer")
    async def answer(
        right: Any,
        self: LinkV1,
        command: Command,
        deadline: float,
        *,
        acknowledged: bool,
        begun: bool = False,
    ) -> Any:
        return await right(self, command, deadline, acknowledged=True, begun=begun)


@bug(
    "DID NOT RAISE",
    Tests(
        "tests/drivers/shtrih/test_wire_faults.py",
        "test_a_connection_that_drops_within_a_receipt_records_nothing",
    ),
)
def broken_link_inside_a_receipt_ignored() -> None:
    """The link is back, so the receipt goes on where it was."""

    @instead_of(Connection, "_adopt")
    def adopt(right: Any, self: Connection, link: Any) -> None:
        right(self, link)
        self.disturbances -= 1


@bug(
    "DID NOT RAISE",
    Tests(
        "tests/drivers/shtrih/test_wire_link.py",
        "test_cash_whose_answer_is_lost_for_good_ends_unknown",
    ),
)
def closing_command_repeated_by_the_link() -> None:
    """Every command may be sent again when its answer does not come."""

    @instead_of(Connection, "exchange")
    async def exchange(right: Any, self: Connection, command: Command, timeout: float) -> Any:
        return await right(self, replace(command, repeatable=True), timeout)
