"""From start to a receipt by keys alone, in a real terminal."""

from pathlib import Path

import pytest

from kassa_tui.journal.reader import JournalReader
from kassa_tui.journal.records import PaymentState
from tests.terminal.terminal import demo, open_shift, type_sum

pytestmark = pytest.mark.timeout(120)


async def last_payment(state: Path) -> PaymentState:
    reader = await JournalReader.open(state / "journal.db")
    try:
        return (await reader.last_payments(1))[0]
    finally:
        await reader.close()


@pytest.mark.parametrize(
    ("term", "size", "more"),
    [
        ("xterm-256color", (80, 24), ()),
        ("xterm-256color", (120, 40), ("--theme", "contrast")),
        ("xterm-256color", (80, 24), ("--theme", "mono", "--low-bandwidth")),
        ("linux", (120, 42), ()),
    ],
    ids=["xterm", "xterm-wide-contrast", "mono-low-bandwidth", "linux-console"],
)
async def test_a_cashier_takes_money_and_the_client_reads_the_qr(
    tmp_path: Path, term: str, size: tuple[int, int], more: tuple[str, ...]
) -> None:
    with demo(tmp_path, term, size, *more) as cashier:
        open_shift(cashier)
        type_sum(cashier, 500)
        cashier.press("f12")
        cashier.until("ЧЕК ЗАПИСАН В ФН")
        cashier.settle()
        paid = await last_payment(tmp_path)
        assert paid.document is not None
        assert paid.document.total == 500_00
        assert str(paid.document.fiscal_document_number) in cashier.text()
        assert cashier.qr() == paid.document.qr
        cashier.press("enter")
        cashier.until("К ОПЛАТЕ")
        cashier.press("f10")
        assert cashier.wait() == 0


async def test_a_small_console_says_that_the_qr_is_on_the_paper(tmp_path: Path) -> None:
    with demo(tmp_path, "linux") as cashier:
        open_shift(cashier)
        type_sum(cashier, 300)
        cashier.press("f12")
        cashier.until("ЧЕК ЗАПИСАН В ФН")
        assert (await last_payment(tmp_path)).document is not None
