"""The journal and a story at fixed sizes, with a frozen clock and fixed data."""

from dataclasses import replace

from kassa_tui.station.inquiries import Exported, ExportPayments
from tests.screens.test_journal import MANY, JournalLink
from tests.screens.test_snapshots import (
    BOTH_LANGUAGES,
    BOTH_SIZES,
    NARROW,
    Compare,
    after,
    press,
)
from tests.screens.till import PAYMENTS, UNISSUED, WITHOUT_RECEIPT, face

BOUGHT = replace(
    UNISSUED, payment=replace(UNISSUED.payment, cashier="Иванова А.", comment="просил чек [x]")
)
STATES = (BOUGHT, *PAYMENTS, *MANY)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_journal(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(JournalLink(STATES, WITHOUT_RECEIPT))
    keys = after(press("f6"), press("down", "down"))
    assert snap_compare(app, terminal_size=size, run_before=keys)


def test_a_journal_on_a_console(snap_compare: Compare) -> None:
    app = face(JournalLink(STATES, WITHOUT_RECEIPT), console=True)
    keys = after(press("f6"), press("down", "down"))
    assert snap_compare(app, terminal_size=NARROW, run_before=keys)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_story(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(JournalLink(STATES, WITHOUT_RECEIPT))
    keys = after(press("f6"), press("enter"))
    assert snap_compare(app, terminal_size=size, run_before=keys)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_journal_written_to_a_file(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    link = JournalLink(STATES, WITHOUT_RECEIPT)
    link.answers[ExportPayments] = Exported("/till/exports/payments-20261120-143200.csv", 255)
    assert snap_compare(face(link), terminal_size=size, run_before=after(press("f6", "f12")))
