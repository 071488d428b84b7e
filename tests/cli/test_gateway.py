"""A club whose CRM is behind a gateway: two real processes, one of them killed and started anew."""

import asyncio
import json
import subprocess
import sys
import time
from contextlib import contextmanager
from uuid import UUID

import pytest

from kassa_tui.izi.gateway.client import GatewayCrm
from tests.cli.test_virtual_crm import running
from tests.izi.bench import fresh
from tests.izi.test_gateway_client import CERTIFICATES
from tests.settings.files import with_line

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals")

SOON = 30


def write_settings(folder, ready, *lines):
    told = [
        'kind = "gateway"',
        f'url = "{ready["url"]}"',
        f'token = "{ready["token"]}"',
        *lines,
    ]
    text = with_line("crm", "\n".join(told)).replace("[station]\n", "[station]\ntraining = true\n")
    (folder / "kassa.toml").write_text(text, "utf-8")


def command(folder, *words):
    places = ("--config", str(folder / "kassa.toml"), "--state", str(folder / "state"))
    return [sys.executable, "-m", "kassa_tui", *words, *places]


def kassa(folder, *words, said=None):
    done = subprocess.run(
        command(folder, *words),
        input=None if said is None else json.dumps(said),
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    return done.returncode, json.loads(done.stdout)


@contextmanager
def station(folder):
    with subprocess.Popen(
        command(folder, "station"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert json.loads(process.stdout.readline())["result"] == "ready"
            yield
        finally:
            process.kill()


def pay(folder, number):
    said = {
        "external_id": str(UUID(int=number)),
        "type": "top_up",
        "client_id": "cl_41",
        "amount": 100_00,
        "payments": [{"method": "cash", "amount": 100_00}],
    }
    return kassa(folder, "pay", "--json", "-", said=said)


async def rows(ready):
    async with GatewayCrm(ready["url"], ready["token"], fresh) as crm:
        shift = await crm.current_shift(ready["club_id"])
        return (await crm.shift_transactions(shift.id)).items


def test_payments_taken_without_the_gateway_arrive_when_it_is_back(tmp_path):
    state = tmp_path / "crm.db"
    with running(state) as (_, ready):
        write_settings(tmp_path, ready, f'club_id = "{ready["club_id"]}"')
        port = ready["url"].rpartition(":")[2]
        with station(tmp_path):
            assert kassa(tmp_path, "shift", "open", "--counted", "0", "--json") == (
                0,
                {"result": "done"},
            )
            answers = [pay(tmp_path, 1)]
    with station(tmp_path):  # which starts while nobody answers
        answers += [pay(tmp_path, number) for number in (2, 3)]
        assert [told["result"] for _, told in answers] == ["recorded"] * 3
        with running(state, "--listen", f"127.0.0.1:{port}") as (_, ready):
            given_up = time.monotonic() + SOON
            while kassa(tmp_path, "status", "--json")[1]["crm"]["queued"]:
                assert time.monotonic() < given_up
            arrived = asyncio.run(rows(ready))
    paid = sorted(told["payment_id"] for _, told in answers)
    assert sorted(str(row.external_id) for row in arrived) == paid
    assert {row.fiscal_status for row in arrived} == {"issued"}


def test_the_one_club_of_a_token_needs_no_name(tmp_path):
    with running(tmp_path / "crm.db") as (_, ready):
        write_settings(tmp_path, ready)
        assert kassa(tmp_path, "shift", "open", "--counted", "0", "--json")[0] == 0
        assert asyncio.run(rows(ready)) == ()


def test_a_gateway_of_a_private_authority_is_reached_over_tls(tmp_path):
    pems = [str(CERTIFICATES / name) for name in ("server.pem", "server.key", "authority.pem")]
    with running(tmp_path / "crm.db", "--tls", *pems[:2]) as (_, ready):
        assert ready["url"].startswith("https://")
        write_settings(tmp_path, ready, f'ca_file = "{pems[2]}"')
        assert kassa(tmp_path, "shift", "open", "--counted", "0", "--json")[0] == 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [([], "crm.club_id"), (['ca_file = "/none/ca.pem"', 'club_id = "c"'], "crm.ca_file")],
)
def test_a_till_that_cannot_know_its_crm_says_what_to_set(tmp_path, lines, said):
    write_settings(tmp_path, {"url": "http://127.0.0.1:1", "token": "none"}, *lines)
    code, told = kassa(tmp_path, "status", "--json")
    assert code != 0
    assert said in json.dumps(told, ensure_ascii=False)
