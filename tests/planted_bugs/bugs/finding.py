"""Wrong edits of how the end of a sending is found out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drivers.ffd.document import FiscalDocument
from drivers.register import PrintState, RegisterError, RegisterStatus
from kassa_tui.journal.records import Attempt, DocumentFact
from kassa_tui.station import settlement, tape
from kassa_tui.station.continuity import TapeCheck
from kassa_tui.station.documents import Documents
from kassa_tui.station.requests import SettleByHand
from kassa_tui.station.settlement import Settlement
from kassa_tui.station.tape import Absent, Doubt, Found, Verdict, Wanted
from tests.planted_bugs.planting import bug, instead_of
from tests.planted_bugs.proofs import Cuts, Tests


@bug("has 2 documents")
def retry_without_asking_the_tape() -> None:
    """A receipt without an answer was not recorded: it may be issued again."""

    @instead_of(Settlement, "_look_on_tape")
    async def look_on_tape(
        right: Any, self: Settlement, attempt: Attempt, wanted: Wanted
    ) -> Verdict:
        return Absent()


@bug("has 2 documents")
def failed_reading_is_absent() -> None:
    """What cannot be read on the tape is not there."""

    @instead_of(Settlement, "_look_on_tape")
    async def look_on_tape(right: Any, self: Settlement, attempt: Attempt, wanted: Wanted) -> Any:
        try:
            return await right(self, attempt, wanted)
        except RegisterError:
            return Absent()


@bug("is not of", Cuts("twin-document"))
def match_by_amount_only() -> None:
    """The first document of the same sum is ours."""

    @instead_of(settlement, "verdict")
    def verdict(
        right: Any,
        attempt: Attempt,
        wanted: Wanted,
        before: RegisterStatus,
        documents: Sequence[FiscalDocument],
        after: RegisterStatus,
    ) -> Any:
        for document in documents:
            if document.total == wanted.total:
                return Found(document)
        return right(attempt, wanted, before, documents, after)


@bug("has 2 documents|shown without a receipt, but has one", Cuts("torn-print"))
def torn_print_is_absent() -> None:
    """A receipt whose print was torn does not count: the client has no paper."""

    @instead_of(settlement, "verdict")
    def verdict(
        right: Any,
        attempt: Attempt,
        wanted: Wanted,
        before: RegisterStatus,
        documents: Sequence[FiscalDocument],
        after: RegisterStatus,
    ) -> Any:
        if after.print_state is not PrintState.IDLE:
            return Absent()
        return right(attempt, wanted, before, documents, after)


@bug("shown without a receipt, but has one|has 2 documents")
def replaced_fn_is_absent() -> None:
    """The new FN does not have the document, so there is none."""

    @instead_of(Settlement, "_look_on_tape")
    async def look_on_tape(right: Any, self: Settlement, attempt: Attempt, wanted: Wanted) -> Any:
        found = await right(self, attempt, wanted)
        return Absent() if found is Doubt.FN_REPLACED else found


@bug("AssertionError", Tests("tests/station/test_tape.py", "test_a_torn_tape_leaves_it_undecided"))
def torn_tape_is_absent() -> None:
    """A tape with holes is a tape without the document."""
    for module in (tape, settlement):

        @instead_of(module, "verdict")
        def verdict(
            right: Any,
            attempt: Attempt,
            wanted: Wanted,
            before: RegisterStatus,
            documents: Sequence[FiscalDocument],
            after: RegisterStatus,
        ) -> Any:
            found = right(attempt, wanted, before, documents, after)
            return Absent() if found is Doubt.TAPE_TORN else found


@bug("shown as delivered too early")
def delivered_too_early() -> None:
    """Whatever the register has recorded is with the OFD as soon as something is."""

    @instead_of(Documents, "_note_delivered")
    async def note_delivered(right: Any, self: Documents, status: RegisterStatus) -> None:
        fn = status.fn.fiscal_drive_number
        if waiting := await self._journal.undelivered(fn):
            await self._journal.note_fact(DocumentFact.DELIVERED, fn, waiting, self._clock())


@bug(
    "AssertionError",
    Tests("tests/station/test_by_hand.py", "test_while_the_tape_can_be_asked_nobody_decides"),
)
def person_decides_against_the_tape() -> None:
    """Who stands at the till knows best what was printed."""

    @instead_of(Settlement, "settle_by_hand")
    async def settle_by_hand(right: Any, self: Settlement, request: SettleByHand) -> Any:
        self.doubt = Doubt.AMBIGUOUS
        return await right(self, request)


@bug(
    "AssertionError",
    Tests(
        "tests/station/test_by_hand.py",
        "test_a_journal_put_back_to_an_older_state_issues_no_receipt_twice",
    ),
)
def rolled_back_journal_trusted() -> None:
    """The journal knows all that there is."""

    @instead_of(TapeCheck, "check")
    async def check(right: Any, self: TapeCheck, status: RegisterStatus) -> None:
        return None
