"""IZI's webhooks, posted over a real socket: only the secret wakes, and only so often."""

import asyncio
import hashlib
import hmac
import json

import httpx
import pytest

from kassa_tui.izi.graphql import webhooks
from kassa_tui.izi.graphql.webhooks import MAX_BODY, MAX_CONNECTIONS, listening

SECRET, CLUB = "whsec_of-the-test", "club_abc123"


def event(number=1, kind="BALANCE_TOPPED_UP", club=CLUB, **more):
    told = {"id": f"evt_{number}", "type": kind, "timestamp": "2026-05-30T14:32:00Z"}
    return json.dumps(told | {"clubId": club, "data": {"amount": 500}} | more).encode()


def signature(body, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Woken:
    def __init__(self):
        self.times = 0
        self.news = asyncio.Event()

    def __call__(self):
        self.times += 1
        self.news.set()


@pytest.fixture
async def woken():
    return Woken()


@pytest.fixture
async def address(woken):
    async with listening(SECRET, CLUB, woken, "127.0.0.1", 0) as told:
        yield told


@pytest.fixture
async def post(address):
    host, port = address
    async with httpx.AsyncClient(trust_env=False) as http:

        async def send(body, signed=None, method="POST"):
            headers = {} if signed == "" else {"X-IZI-Signature": signed or signature(body)}
            url = f"http://{host}:{port}/izi/events"
            return (await http.request(method, url, content=body, headers=headers)).status_code

        yield send


async def settled(woken):
    """After everything that was due by now."""
    loop = asyncio.get_running_loop()
    for _ in range(3):
        done = loop.create_future()
        loop.call_later(0.001, done.set_result, None)
        await done
    return woken.times


@pytest.mark.parametrize("kind", sorted(webhooks.WAKING))
async def test_a_signed_event_wakes(post, woken, kind):
    assert await post(event(kind=kind)) == 204
    await asyncio.wait_for(woken.news.wait(), 5)
    assert woken.times == 1


@pytest.mark.parametrize("written", [str.upper, "sha256={}".format])
async def test_the_digest_may_be_written_otherwise(post, woken, written):
    body = event()
    assert await post(body, written(signature(body))) == 204
    await asyncio.wait_for(woken.news.wait(), 5)


@pytest.mark.parametrize(
    "signed",
    ["", "0" * 64, "0", signature(event(2)), signature(event(), "another secret"), "é" * 9],
)
async def test_an_event_without_its_signature_is_refused(post, woken, signed):
    if not signed.isascii():
        signed = signed.encode()
    assert await post(event(), signed) == 401
    assert await settled(woken) == 0


@pytest.mark.parametrize(
    "told",
    [event(kind="SESSION_STARTED"), event(kind="SOMETHING_NEW"), event(club="club_of_others")],
)
async def test_what_does_not_concern_the_till_wakes_nobody(post, woken, told):
    assert await post(told) == 204
    assert await settled(woken) == 0


async def test_the_same_event_again_is_acknowledged_and_wakes_nobody(post, woken, monkeypatch):
    monkeypatch.setattr(webhooks, "LEAST_GAP_S", 0)
    for _ in range(3):
        assert await post(event()) == 204
    assert await settled(woken) == 1


async def test_many_events_at_once_wake_once_and_once_more(post, woken, monkeypatch):
    monkeypatch.setattr(webhooks, "LEAST_GAP_S", 0.05)
    assert {await post(event(number)) for number in range(9)} == {204}
    while woken.times < 2:
        woken.news.clear()
        await asyncio.wait_for(woken.news.wait(), 5)
    assert woken.times <= 4


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b"{", b"[" * 50_000, b"\xff", b"7"])
async def test_what_is_no_event_is_refused_although_it_is_signed(post, woken, body):
    assert await post(body) == 400
    assert await settled(woken) == 0


async def test_an_event_of_wrong_types_is_refused(post, woken):
    assert await post(event(id=7)) == 400
    assert await post(event(type=[])) == 400
    assert await settled(woken) == 0


async def test_a_body_without_end_is_not_read(post, woken):
    assert await post(event(filler="x" * MAX_BODY)) == 413
    assert await settled(woken) == 0


async def test_nothing_but_a_post_is_taken(post):
    assert await post(event(), method="PUT") == 405


@pytest.mark.parametrize("said", [b"\x16\x03\x01\x02\x00", b"GET /\r\n\r\n", b"x" * 40_000])
async def test_what_is_no_http_ends_the_connection_and_not_the_listener(address, post, woken, said):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(said)
    await writer.drain()
    assert b"200" not in await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert await post(event()) == 204


async def test_who_says_nothing_is_given_up(address, monkeypatch):
    monkeypatch.setattr(webhooks, "DEADLINE_S", 0.05)
    reader, writer = await asyncio.open_connection(*address)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_silent_connections_do_not_pile_up(address):
    held = [await asyncio.open_connection(*address) for _ in range(MAX_CONNECTIONS)]
    await asyncio.sleep(0.05)
    reader, writer = await asyncio.open_connection(*address)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    for _, one in [*held, (reader, writer)]:
        one.close()


async def test_the_secret_is_in_no_log(post, caplog):
    caplog.set_level("DEBUG")
    await post(event(), "0" * 64)
    await post(event())
    assert SECRET not in caplog.text
