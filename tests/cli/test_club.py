"""A real club's settings: clients loaded from a file, money taken for them, all by commands."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.settings.files import with_line

SOON = 60
CLIENTS = {
    "clients": [
        {"id": "c1", "given_name": "Пётр", "phone": "+79990000001", "balance": 10000},
    ],
    "products": [
        {
            "id": "cola",
            "name": "Кола 0,5",
            "receipt_name": "Напиток «Кола» 0,5 л",
            "category": {"id": "bar", "name": "Бар"},
            "price": 12000,
        }
    ],
}
TOP_UP = {
    "external_id": "8f2b9c1e-61c4-4a0c-9a57-90e6e7f1b202",
    "type": "top_up",
    "client_id": "c1",
    "amount": 50000,
    "payments": [{"method": "cash", "amount": 50000}],
}


@pytest.fixture
def club(tmp_path: Path) -> Path:
    (tmp_path / "kassa.toml").write_text(with_line("station", "training = true"), "utf-8")
    return tmp_path


def kassa(club: Path, *words: str, said: object = None) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "kassa_tui", *words),
            *("--config", str(club / "kassa.toml"), "--state", str(club / "state")),
        ],
        input=None if said is None else json.dumps(said),
        stdout=subprocess.PIPE,
        text=True,
        timeout=SOON,
    )
    return done.returncode, json.loads(done.stdout)


def load(club: Path, data: object) -> tuple[int, dict[str, Any]]:
    (club / "data.json").write_text(json.dumps(data), "utf-8")
    return kassa(club, "crm", "load", str(club / "data.json"), "--json")


def test_a_loaded_client_is_topped_up_and_pays_from_the_balance(club: Path) -> None:
    code, told = load(club, CLIENTS)
    assert (code, told["clients"], told["products"]) == (0, 1, 1)
    assert kassa(club, "shift", "open", "--counted", "0", "--json")[0] == 0
    assert kassa(club, "pay", "--json", "-", said=TOP_UP)[1]["result"] == "recorded"
    line = {"kind": "product", "ref_id": "cola", "name": "Кола", "quantity": "5", "price": 12000}
    charge = {
        "external_id": "8f2b9c1e-61c4-4a0c-9a57-90e6e7f1b203",
        "type": "charge",
        "client_id": "c1",
        "amount": 60000,
        "payments": [{"method": "balance", "amount": 60000}],
        "lines": [{**line, "tax_class": "goods"}],
    }
    code, told = kassa(club, "pay", "--json", "-", said=charge)
    assert (code, told["result"], told["receipt"]["total_sum"]) == (0, "recorded", 60000)
    more = charge | {"external_id": "8f2b9c1e-61c4-4a0c-9a57-90e6e7f1b204", "amount": 12000}
    more["payments"] = [{"method": "balance", "amount": 12000}]
    more["lines"] = [{**line, "quantity": "1", "tax_class": "goods"}]
    code, told = kassa(club, "pay", "--json", "-", said=more)
    assert (code, told["result"], told["code"]) == (4, "turned_down", "insufficient-balance")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"clients": [{"id": "c1"}]}, "clients.0.given_name"),
        ({"products": [{**CLIENTS["products"][0], "barcodes": ["123"]}]}, "products.0.barcodes"),
        ({"clients": [{"id": "c1", "given_name": "П", "phone": "8-999"}]}, "clients.0.phone"),
    ],
)
def test_a_wrong_file_is_named_and_loads_nothing(club: Path, data: object, complaint: str) -> None:
    code, told = load(club, data)
    assert code == 2
    assert complaint in told["detail"]
    assert "8-999" not in told["detail"]
    assert not (club / "state").exists()
