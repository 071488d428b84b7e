"""Wrong edits of how several tills share the receipts that one CRM waits for."""

from __future__ import annotations

from typing import Any

from kassa_tui.izi.models.transaction import Transaction
from kassa_tui.station.answers import Declined, Objection
from kassa_tui.station.reconciliation import mending
from kassa_tui.station.reconciliation.mending import Mender
from tests.planted_bugs.planting import bug, instead_of
from tests.planted_bugs.proofs import Tests

_ELSEWHERE = "tests/station/test_elsewhere.py"
_MENDING = "tests/station/reconciliation/test_mending.py"


@bug("AssertionError", Tests(_ELSEWHERE, "test_of_two_tills_each_receipt_is_made_by_one"))
def receipt_issued_without_a_claim() -> None:
    """What waits for a receipt is seen to wait: why say so before it is made?"""

    @instead_of(Mender, "_claim")
    async def claim(right: Any, self: Mender, told: Transaction, fiscal_drive_number: str) -> None:
        return None


@bug(
    "AssertionError",
    Tests(_MENDING, "test_another_till_does_not_issue_what_this_one_has_taken_over"),
)
def claim_of_another_till_is_taken_over() -> None:
    """A till that has claimed a receipt and does not make it is surely broken."""

    @instead_of(Mender, "_claim")
    async def claim(
        right: Any, self: Mender, told: Transaction, fiscal_drive_number: str
    ) -> Declined | None:
        answer: Declined | None = await right(self, told, fiscal_drive_number)
        return None if answer == Declined(Objection.ANOTHER_TILLS) else answer


@bug("AssertionError", Tests(_MENDING, "test_of_two_tills_that_issue_at_once_one_does"))
def lost_race_for_a_claim_is_no_matter() -> None:
    """A changed version is only a newer one of the same."""

    @instead_of(Mender, "_claim")
    async def claim(
        right: Any, self: Mender, told: Transaction, fiscal_drive_number: str
    ) -> Declined | None:
        answer: Declined | None = await right(self, told, fiscal_drive_number)
        return None if answer == Declined(Objection.STALE) else answer


@bug("AssertionError", Tests(_ELSEWHERE, "test_of_two_tills_of_one_name_one_makes_the_receipt"))
def claim_names_the_till_alone() -> None:
    """Each till has a name of its own."""

    @instead_of(mending, "_claim_of")
    def claim_of(right: Any, till: str, fiscal_drive_number: str) -> str:
        return till
