"""`kassa reconcile` as a script meets it."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from kassa_tui import words
from kassa_tui.cli import exit_codes, main
from kassa_tui.cli.reconciliation_results import Form, reconciled
from kassa_tui.station.reconciliation.export import write_csv
from kassa_tui.station.reconciliation.matching import compare
from kassa_tui.station.reconciliation.requests import ShiftComparison
from kassa_tui.station.reconciliation.sides import Operation, Remembered, Scope, TapeDocument

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FN = "9999078900001234"
LACKING = Operation(
    id="tx_1",
    external_id=UUID(int=1),
    type="top_up",
    calculation_sign=CalculationSign.SALE,
    amount=500_00,
    due=500_00,
    cash=500_00,
    occurred_at=NOON,
    client='=HYPERLINK("http://x")',
    fiscal_status="pending",
)
ORPHAN = TapeDocument(
    form=DocumentForm.RECEIPT,
    fiscal_drive_number=FN,
    fiscal_document_number=7,
    fiscal_sign=1,
    date_time=NOON,
    shift_number=27,
    calculation_sign=CalculationSign.SALE,
    total=700_00,
    cash=700_00,
)


def comparison(*operations: Operation, whole: bool = True) -> ShiftComparison:
    scope = Scope(shifts=frozenset({(FN, 27)}), is_open=True, is_whole=whole)
    found = compare(scope, [ORPHAN] if operations else [], operations, Remembered(), NOON)
    return ShiftComparison(
        comparison_id=UUID(int=9),
        at=NOON,
        fiscal_drive_number=FN,
        shift_number=27,
        opened_at=NOON,
        closed_at=None,
        is_open=True,
        is_whole=whole,
        totals=found.totals,
        rows=found.rows,
    )


@pytest.fixture(autouse=True)
def words_of_the_code() -> Iterator[None]:
    yield
    words.use(words.gettext.NullTranslations())


def run(
    capsys: pytest.CaptureFixture[str], state: Path, *arguments: str
) -> tuple[int, dict[str, Any]]:
    code = main([*arguments, "--demo", "--state", str(state), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_till_of_one_day_is_matched(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, tmp_path, "shift", "open", "--counted", "0")[0] == 0
    paid = {
        "external_id": str(UUID(int=1)),
        "type": "top_up",
        "client_id": "cl_42",
        "amount": 50000,
        "payments": [{"method": "cash", "amount": 50000}],
    }
    file = tmp_path / "payment.json"
    file.write_text(json.dumps(paid), encoding="utf-8")
    assert main(["pay", "--json", str(file), "--demo", "--state", str(tmp_path)]) == 0
    capsys.readouterr()
    code, told = run(capsys, tmp_path, "reconcile")
    assert (code, told["result"], told["is_whole"]) == (0, "matched", True)
    assert [row["status"] for row in told["rows"]] == ["matched"]
    code, told = run(capsys, tmp_path, "reconcile", "--shift", "9")
    assert (code, told["reason"]) == (exit_codes.REFUSED, "not_found")


def test_differences_have_a_code_of_their_own() -> None:
    found = comparison(LACKING)
    told = reconciled(found, found.rows, None, form=Form.JSON, preview=True)
    assert (told.code, told.result) == (6, "differences")
    assert told.told["to_mend"] == ["tx_1|"]
    assert told.told["totals"]["exposure"] > 0


def test_what_was_not_read_is_not_called_matched() -> None:
    found = comparison(whole=False)
    told = reconciled(found, found.rows, None, form=Form.TEXT, preview=False)
    assert told.code == exit_codes.DIFFERENCES


def test_no_cell_of_the_table_is_a_formula() -> None:
    hostile = replace(LACKING, client_id="@SUM(A1)", comment="+1")
    table = io.StringIO()
    write_csv(comparison(hostile).rows, table)
    heading, *rows = csv.reader(io.StringIO(table.getvalue()))
    assert len(rows) == 2
    cells = {cell for row in rows for cell in row}
    assert not {cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")}
    lacking = dict(zip(heading, rows[0], strict=True))
    assert lacking["transaction_client"] == '\'=HYPERLINK("http://x")'
    assert lacking["transaction_client_id"] == "'@SUM(A1)"


@pytest.mark.parametrize(
    "arguments", [["--shift", "0"], ["--shift", "x"], ["--fn-shift", "1:2"], ["--csv", "--json"]]
)
def test_arguments_that_cannot_be_used_are_bad_input(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["reconcile", *arguments])
    assert ended.value.code == exit_codes.BAD_INPUT
