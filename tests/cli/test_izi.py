"""A club whose CRM is IZI itself, by its GraphQL API: real processes, real settings."""

import asyncio
import json
import socket
import threading
from contextlib import contextmanager

import pytest

from kassa_tui.izi.virtual.serving import serving
from tests.cli.test_gateway import kassa
from tests.izi.virtual_izi import CLUB, EMAIL, PASSWORD, VirtualIzi
from tests.settings.files import with_line


@contextmanager
def served(izi):
    """IZI on a loop of its own; its URL."""
    loop = asyncio.new_event_loop()
    ready, told = threading.Event(), {}

    async def work():
        async with serving(izi, "127.0.0.1", 0) as url:
            told["url"], told["stop"] = url, asyncio.Event()
            ready.set()
            await told["stop"].wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(work(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield told["url"]
    finally:
        loop.call_soon_threadsafe(told["stop"].set)
        thread.join(10)
        loop.close()


def write_settings(folder, url, *lines, training=True, adapter="none"):
    told = [
        'kind = "graphql"',
        f'url = "{url}"',
        f'login = "{EMAIL}"',
        f'password = "{PASSWORD}"',
        f'club_id = "{CLUB}"',
        f'adapter = "{adapter}"',
        *lines,
    ]
    text = with_line("crm", "\n".join(told))
    if training:
        text = text.replace("[station]\n", "[station]\ntraining = true\n")
    (folder / "kassa.toml").write_text(text, "utf-8")
    (folder / "kassa.toml").chmod(0o600)


def test_a_payment_from_a_shell_arrives_in_izi(tmp_path):
    izi = VirtualIzi()
    with served(izi) as url:
        write_settings(tmp_path, url)
        opened = kassa(tmp_path, "shift", "open", "--counted", "0", "--json")
        assert opened == (0, {"result": "done"})
        said = {
            "external_id": "7d7d4a53-9a0c-4f5a-8a3c-0b11d1b2f7a0",
            "type": "top_up",
            "client_id": "cl_1",
            "amount": 100_50,
            "payments": [{"method": "cash", "amount": 100_50}],
        }
        for _ in range(2):
            code, told = kassa(tmp_path, "pay", "--json", "-", said=said)
            assert (code, told["result"]) == (0, "recorded")
    assert [str(one.amount) for one in izi.posted] == ["100.50"]


def test_a_till_does_not_start_while_izi_prints_by_itself(tmp_path):
    write_settings(tmp_path, "http://127.0.0.1:1", training=False, adapter="kkm")
    code, told = kassa(tmp_path, "status", "--json")
    assert code != 0
    assert "crm.adapter" in json.dumps(told, ensure_ascii=False)


def test_a_till_that_trains_starts_all_the_same(tmp_path):
    with served(VirtualIzi()) as url:
        write_settings(tmp_path, url, adapter="kkm")
        assert kassa(tmp_path, "status", "--json")[0] == 0


def test_the_doctor_tells_of_izi_what_the_settings_tell(tmp_path):
    with served(VirtualIzi()) as url:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        listener = (f'webhook_listen = "{address}"', 'webhook_secret = "whsec"')
        write_settings(tmp_path, url, *listener)
        _, told = kassa(tmp_path, "doctor", "--json")
    assert told["settings"]["izi"] == {
        "adapter": "none",
        "webhook_listen": address,
        "hears_webhooks": True,
    }
    assert "whsec" not in json.dumps(told)


@pytest.mark.parametrize("missing", ["login", "password", "club_id", "adapter"])
def test_the_settings_say_what_is_missing(tmp_path, missing):
    write_settings(tmp_path, "http://127.0.0.1:1")
    path = tmp_path / "kassa.toml"
    kept = [one for one in path.read_text("utf-8").splitlines() if not one.startswith(missing)]
    path.write_text("\n".join(kept), "utf-8")
    code, told = kassa(tmp_path, "doctor", "--json")
    assert code == 2
    assert [one["key"] for one in told["settings"]["errors"]] == [f"crm.{missing}"]
