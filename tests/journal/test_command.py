"""`kassa journal`, in this process and on real files."""

import csv
import json
import sys
from pathlib import Path

import pytest

from kassa_tui.cli import main
from kassa_tui.journal.journal import Journal
from tests.journal.records import CONTACT, FN, NOON, RECEIPT, fill, payment


@pytest.fixture
async def state(tmp_path: Path) -> Path:
    """A directory with a journal that has something of everything."""
    journal = await Journal.open(tmp_path / "journal.db")
    await fill(journal)
    await journal.add_payment(payment(9, client="звонить +7 (916) 123-45-67"), "{}")
    await journal.close()
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = main(["journal", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_list_tells_what_became_of_each_payment(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answer = said(capsys, "list", "--state", str(state))
    assert code == 0
    assert isinstance(answer["payments"], list)
    receipts = {one["id"]: one["receipts"] for one in answer["payments"]}
    assert receipts[str(payment(1).id)] == [f"{FN}:8"]
    assert receipts[str(payment(2).id)] == [f"{FN}:9", "wanted"]
    assert receipts[str(payment(3).id)] == ["called_off"]


def test_list_can_show_what_waits(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, answer = said(capsys, "list", "--open", "--state", str(state))
    assert isinstance(answer["payments"], list)
    assert [one["id"] for one in answer["payments"]] == [
        str(payment(2).id),
        str(payment(9).id),
    ]


async def test_list_works_beside_a_station(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from asyncio import to_thread

    journal = await Journal.open(state / "journal.db")
    code = await to_thread(main, ["journal", "list", "--state", str(state)])
    await journal.close()
    assert code == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_verify_says_whole(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = said(capsys, "verify", "--state", str(state))
    assert (code, answer["whole"], answer["broken"]) == (0, True, None)


def test_verify_names_what_is_broken(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.journal.test_verification import tamper

    tamper(state / "journal.db", "UPDATE fiscal_document SET total = 7")
    code, answer = said(capsys, "verify", "--state", str(state))
    assert code == 4
    assert answer["broken"] == {
        "table": "fiscal_document",
        "row": f"{FN}:8",
        "what": "is not as the events say",
    }


def test_backup_tells_where_it_is(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = said(capsys, "backup", "--state", str(state))
    assert code == 0
    assert Path(str(answer["backup"])).is_file()


def test_no_export_tells_a_phone_number(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("jsonl", "csv"):
        assert main(["journal", "export", "--format", form, "--state", str(state)]) == 0
        out = capsys.readouterr().out
        assert CONTACT not in out
        assert "123-45-67" not in out
        assert out


def test_a_csv_holds_the_payments(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    words = ["journal", "export", "--format", "csv", "--out", str(out), "--state", str(state)]
    assert main(words) == 0
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["paid_by"] for row in rows][:2] == ["cash=50000", "cash=10000 card=20000"]


@pytest.mark.parametrize(
    ("client", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        (" +1", " '+1"),
        ("a;=cmd()", "a;'=cmd()"),
        ("a\n-2", "a\n'-2"),
        ("\t@x", "\t'@x"),
        ("＝1", "'＝1"),
        ("Клан [TOP] - Вася = 1", "Клан [TOP] - Вася = 1"),
    ],
)
async def test_no_cell_is_a_formula(tmp_path: Path, client: str, cell: str) -> None:
    journal = await Journal.open(tmp_path / "journal.db")
    try:
        await journal.add_payment(payment(client=client), RECEIPT)
        written, count = await journal.export(tmp_path / "exports", NOON)
    finally:
        await journal.close()
    with written.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["client"], count) == (cell, 1)
    assert sys.platform == "win32" or written.stat().st_mode & 0o077 == 0
    assert [one.name for one in written.parent.iterdir()] == [written.name]


def test_no_journal_is_an_answer_and_makes_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answer = said(capsys, "list", "--state", str(tmp_path))
    assert code == 5
    assert "error" in answer
    assert list(tmp_path.iterdir()) == []
