"""The gateway's client against servers that lie, break off, hang or are somebody else's."""

import asyncio
import json
import logging
import ssl
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kassa_tui.izi import errors, line
from kassa_tui.izi.gateway.client import GatewayCrm
from kassa_tui.izi.gateway.contract import MAX_BODY
from kassa_tui.izi.gateway.problems import error_of, known, problem
from kassa_tui.izi.line import MAX_TEXT, MAX_WAIT_S, trust
from kassa_tui.izi.models.shift import ShiftClosing
from kassa_tui.izi.models.transaction import TransactionDraft
from kassa_tui.izi.virtual.serving import serving
from tests.izi.bench import WEDNESDAY_NOON, fresh

CERTIFICATES = Path(__file__).with_name("certificates")
TOKEN = "tk_the-token-of-the-test"
ME = {"operator": {"id": "op", "display_name": "П."}, "clubs": [], "permissions": []}


CLOSING = ShiftClosing(closed_at=WEDNESDAY_NOON, counted_cash=0)


class Answering:
    """A server that gives one answer to everything, and remembers what it was asked."""

    def __init__(self, status=200, content=b"", headers=(), *, pieces=1):
        self.status = status
        self.content = content if isinstance(content, bytes) else json.dumps(content).encode()
        kind = "application/problem+json" if status >= 400 else "application/json"
        self.headers = (*headers, ("content-type", kind))
        self.pieces = pieces
        self.asked = []

    async def __call__(self, scope, receive, send):
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        message = await receive()
        self.asked.append((scope["method"], scope["raw_path"].decode(), headers, message["body"]))
        lines = [(name.encode(), value.encode()) for name, value in self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": lines})
        for _ in range(self.pieces):
            await send({"type": "http.response.body", "body": self.content, "more_body": True})
        await send({"type": "http.response.body"})


@asynccontextmanager
async def asking(app, **more):
    async with (
        serving(app, "127.0.0.1", 0) as url,
        GatewayCrm(url, TOKEN, fresh, **more) as crm,
    ):
        yield crm


def draft(**more):
    return TransactionDraft.model_validate(
        {
            "external_id": fresh(),
            "type": "top_up",
            "client_id": "cl_1",
            "amount": 100,
            "payments": [{"method": "cash", "amount": 100}],
            "occurred_at": WEDNESDAY_NOON,
        }
        | more
    )


async def ending_of(app, **more):
    """The error that a write ends in."""
    async with asking(app, **more) as crm:
        with pytest.raises(errors.CrmError) as ended:
            await crm.post_transaction("sh_1", draft(), key=fresh())
    return ended.value


@pytest.mark.parametrize("kind", known().values(), ids=known())
def test_every_error_comes_through_its_problem_body_whole(kind):
    facts = {
        "permission": "shift.open", "shift_id": "sh_1", "count": 2, "available": 5, "max_bonus": 7,
        "price": 9, "receipt_id": "r", "transaction_id": "t", "etag": '"3"', "feature": "f",
        "current_shift_id": None, "faults": [errors.Fault("#/a", "max", "at most 3")],
    }  # fmt: skip
    names = kind.__init__.__annotations__
    given = {name: value for name, value in facts.items() if name in names}
    error = kind(**given) if "faults" in given else kind("so it is", **given)
    body = json.dumps(problem(error, "/v1/me", "rq_1")).encode()
    headers = {"retry-after": "7", "content-type": "application/problem+json; charset=utf-8"}
    read = error_of(error.status, headers, body, TOKEN)
    assert type(read) is kind
    assert (read.detail, read.request_id, read.retry_after_s) == (error.detail, "rq_1", 7)
    for name in given:
        assert getattr(read, name) == (tuple(facts[name]) if name == "faults" else facts[name])


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (200, b"<html>log in to the hotel's network</html>", errors.CrmFailed),
        (200, b"{}", errors.CrmFailed),
        (200, b"", errors.CrmFailed),
        (204, b"", errors.CrmFailed),
        (302, b"", errors.CrmFailed),
        (404, b"<html>no such page</html>", errors.CrmFailed),
        (403, b"{}", errors.CrmFailed),
        (413, b"", errors.CrmFailed),
        (502, b"<html>bad gateway</html>", errors.CrmFailed),
        (503, b"", errors.CrmFailed),
        (500, b"[" * 100_000, errors.CrmFailed),
        (401, b"<html>who are you?</html>", errors.Unauthenticated),
        (429, b"slowly", errors.RateLimited),
        (409, {"code": "of-tomorrow", "retryable": False}, errors.InvalidRequest),
        (409, {"code": "of-tomorrow", "retryable": True}, errors.CrmFailed),
        (503, {"code": "of-tomorrow"}, errors.CrmFailed),
        (409, {"code": "insufficient-balance"}, errors.InvalidRequest),
        (409, {"code": "insufficient-balance", "available": "5"}, errors.InvalidRequest),
        (409, {"code": "insufficient-balance", "available": True}, errors.InvalidRequest),
        (409, {"code": ["not-found"]}, errors.CrmFailed),
        (422, {"code": "validation-failed", "errors": "many"}, errors.ValidationFailed),
        (409, {"code": "shift-closed"}, errors.ShiftClosed),
        (409, {"code": "shift-closed", "current_shift_id": None}, errors.ShiftClosed),
    ],
)
async def test_only_the_crms_own_words_end_a_write_for_good(status, content, kind):
    assert type(await ending_of(Answering(status, content))) is kind


async def test_a_connection_that_cannot_be_made_has_done_nothing():
    async with serving(Answering(), "127.0.0.1", 0) as url:
        pass
    async with GatewayCrm(url, TOKEN, fresh) as crm:
        with pytest.raises(errors.CrmUnavailable):
            await crm.post_transaction("sh_1", draft(), key=fresh())


async def test_a_refusal_that_is_no_problem_body_is_somebody_elses():
    refusal = {"code": "not-found", "retryable": False}
    foreign = Answering(404, refusal)
    foreign.headers = [("content-type", "application/json")]
    assert type(await ending_of(foreign)) is errors.CrmFailed
    assert type(await ending_of(Answering(404, refusal))) is errors.NotFound


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", b"HTTP"])
async def test_a_connection_that_breaks_off_leaves_it_unsure(said):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with GatewayCrm(f"http://127.0.0.1:{port}", TOKEN, fresh) as crm:
            with pytest.raises(errors.CrmFailed):
                await crm.post_transaction("sh_1", draft(), key=fresh())


async def test_a_server_that_never_answers_is_given_up_at_the_deadline():
    async def silent(scope, receive, send):
        while (await receive())["type"] != "http.disconnect":
            pass

    ended = await ending_of(silent, deadline_s=0.05)
    assert type(ended) is errors.CrmTimeout


async def test_a_server_that_drips_is_given_up_at_the_deadline():
    async def dripping(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.01)

    ended = await ending_of(dripping, deadline_s=0.1)
    assert type(ended) is errors.CrmTimeout


async def test_an_answer_without_end_is_not_read_on(monkeypatch):
    monkeypatch.setattr(line, "MAX_ANSWER", 10_000)
    ended = await ending_of(Answering(200, b"x" * 1000, pieces=11))
    assert type(ended) is errors.CrmFailed
    assert "10000" in str(ended)


async def test_a_request_that_is_too_large_is_not_sent():
    line = {
        "kind": "product", "name": "х" * 256, "quantity": "1", "price": 1, "sum": 1,
        "tax_class": "goods", "nds": 6, "payment_type": 4, "product_type": 1,
        "marking": {"code": "\x1d" * 512, "check_result": 0},
    }  # fmt: skip
    app = Answering()
    async with asking(app) as crm:
        with pytest.raises(errors.InvalidRequest, match=str(MAX_BODY)):
            await crm.post_transaction("sh_1", draft(lines=[line] * 100), key=fresh())
    assert app.asked == []


@pytest.mark.parametrize("client_id", ["+79990000001", "a@b", "a/b", "", "ы", "a" * 65, "a?b"])
async def test_what_is_no_id_is_put_into_no_url(client_id):
    app = Answering(200, ME)
    async with asking(app) as crm:
        with pytest.raises(errors.NotFound):
            await crm.client(client_id)
    assert app.asked == []


async def test_a_write_is_told_as_the_contract_asks():
    app = Answering(500, b"")
    sent, key = draft(), fresh()
    async with asking(app) as crm:
        with pytest.raises(errors.CrmFailed):
            await crm.close_shift("sh:1", CLOSING, version=7, key=key)
        with pytest.raises(errors.CrmFailed):
            await crm.post_transaction("sh:1", sent, key=key)
    (method, path, headers, _), (_, _, _, body) = app.asked
    assert (method, path) == ("POST", "/v1/shifts/sh:1/close")
    assert headers["idempotency-key"] == str(key)
    assert headers["if-match"] == '"7"'
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["content-type"] == "application/json"
    assert headers["x-request-id"]
    assert TransactionDraft.model_validate_json(body) == sent


async def test_each_attempt_has_a_request_id_of_its_own():
    app = Answering(200, ME)
    async with asking(app) as crm:
        await crm.me()
        await crm.me()
    first, second = [headers["x-request-id"] for _, _, headers, _ in app.asked]
    assert first != second


async def test_after_a_429_nothing_is_sent_until_the_time_is_over():
    app = Answering(429, {"code": "rate-limited"}, [("Retry-After", "30")])
    async with asking(app) as crm:
        for _ in range(3):
            with pytest.raises(errors.RateLimited) as refused:
                await crm.me()
            assert 29 <= refused.value.retry_after_s <= 31
    assert len(app.asked) == 1


async def test_no_crm_makes_a_station_wait_for_ever():
    app = Answering(429, {"code": "rate-limited"}, [("Retry-After", "9" * 40)])
    async with asking(app) as crm:
        with pytest.raises(errors.RateLimited) as refused:
            await crm.me()
    assert refused.value.retry_after_s == MAX_WAIT_S


async def test_a_redirect_is_not_followed_with_the_token():
    there = Answering(200, ME)
    async with serving(there, "127.0.0.1", 0) as elsewhere:
        here = Answering(307, b"", [("Location", f"{elsewhere}/v1/me")])
        async with asking(here) as crm:
            with pytest.raises(errors.CrmFailed):
                await crm.me()
    assert there.asked == []


async def test_the_token_stands_in_no_error_and_no_log(caplog):
    caplog.set_level(logging.DEBUG)
    echo = {"code": "invalid-request", "detail": f"who is {TOKEN}?", "request_id": TOKEN}
    said = [repr(await ending_of(Answering(400, echo)))]
    said.append(repr(await ending_of(Answering(200, {"id": TOKEN}))))
    async with GatewayCrm("http://127.0.0.1:1", TOKEN, fresh) as crm:
        said.append(repr(crm))
        with pytest.raises(errors.CrmUnavailable) as ended:
            await crm.me()
    said.append(repr(ended.value))
    assert TOKEN not in "".join(said)
    assert TOKEN not in caplog.text


async def test_the_other_sides_words_are_bounded_and_harmless():
    words = {"code": "insufficient-balance", "available": 5, "detail": "\x1b[2J\u202e" + "x" * 9999}
    ended = await ending_of(Answering(409, words))
    assert ended.available == 5
    assert len(ended.detail) == MAX_TEXT
    assert ended.detail.isprintable()


async def test_an_answer_with_values_and_members_of_tomorrow_is_read():
    told = ME | {"permissions": ["shift.dream"], "mood": {"good": True}}
    async with asking(Answering(200, told)) as crm:
        me = await crm.me()
    assert [(one, one.is_known) for one in me.permissions] == [("shift.dream", False)]


@asynccontextmanager
async def over_tls(ca_file):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server.key")
    async with (
        serving(Answering(200, ME), "127.0.0.1", 0, tls=tls) as url,
        GatewayCrm(url, TOKEN, fresh, trust=trust(ca_file)) as crm,
    ):
        yield crm, url


async def test_a_private_authority_is_believed_when_the_settings_name_it():
    async with over_tls(CERTIFICATES / "authority.pem") as (crm, _):
        assert (await crm.me()).operator.id == "op"


async def test_an_unknown_authority_is_not_believed():
    async with over_tls(None) as (crm, _):
        with pytest.raises(errors.CrmUnavailable, match="certificate"):
            await crm.me()


async def test_a_certificate_for_another_name_is_not_believed():
    async with over_tls(CERTIFICATES / "authority.pem") as (_, url):
        elsewhere = url.replace("127.0.0.1", "localhost")
        believing = trust(CERTIFICATES / "authority.pem")
        async with GatewayCrm(elsewhere, TOKEN, fresh, trust=believing) as crm:
            with pytest.raises(errors.CrmUnavailable, match="localhost"):
                await crm.me()


async def test_without_trust_no_certificate_is_believed():
    async with (
        over_tls(CERTIFICATES / "authority.pem") as (_, url),
        GatewayCrm(url, TOKEN, fresh) as crm,
    ):
        with pytest.raises(errors.CrmUnavailable, match="certificate"):
            await crm.me()
