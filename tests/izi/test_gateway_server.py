"""What typed calls cannot express of the contract: headers, problem bodies, paths, faults.

Contract D.1-D.3 and D.10: V1, V3, V8, V11, V12 and V13 as they are seen on the wire.
"""

import json
import logging
import re
from contextlib import suppress

import httpx
import pytest

from drivers.virtual.faults import Faults, FaultsError
from kassa_tui.izi.embedded.demo import CLIENTS
from kassa_tui.izi.errors import (
    CrmError,
    CrmTimeout,
    CrmUnavailable,
    Fault,
    Internal,
    NoOpenShift,
    RateLimited,
    TokenExpired,
)
from kassa_tui.izi.gateway import problems
from kassa_tui.izi.gateway.client import GatewayCrm
from kassa_tui.izi.gateway.contract import MAX_BODY
from kassa_tui.izi.virtual.app import GatewayApp
from kassa_tui.izi.virtual.faults import FAULTS
from kassa_tui.izi.virtual.wording import language_of, worded
from tests.izi.bench import (
    FN,
    IVAN,
    GatewayBench,
    fresh,
    opened,
    post,
    receipt_for,
    top_up,
    transactions_of,
)


@pytest.fixture
async def bench(demo_file, copy_of_demo):
    _, token = demo_file
    async with GatewayBench.open(copy_of_demo, token) as bench:
        yield bench


@pytest.fixture
async def wire(bench):
    """A plain HTTP client with the operator's token."""
    headers = {"authorization": f"Bearer {bench.token}"}
    async with httpx.AsyncClient(base_url=bench.url, headers=headers, trust_env=False) as http:
        yield http


def said(model):
    return {"content": model.model_dump_json(), "headers": {"content-type": "application/json"}}


async def send_top_up(bench, wire, shift, **headers):
    asked = said(top_up(bench))
    asked["headers"] |= headers
    return await wire.post(f"/v1/shifts/{shift.id}/transactions", **asked)


def is_problem(response, status, code):
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"urn:problem-type:kassa:{code}"
    assert body["request_id"] == response.headers["x-request-id"]
    assert isinstance(body["retryable"], bool)
    assert body["title"]
    return (response.status_code, body["status"], body["code"]) == (status, status, code)


async def test_a_write_says_201_and_its_repetition_that_it_is_one(bench, wire):
    shift = await opened(bench)
    asked = said(top_up(bench))
    asked["headers"]["idempotency-key"] = str(fresh())
    path = f"/v1/shifts/{shift.id}/transactions"
    first, again = [await wire.post(path, **asked) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json()


async def test_a_post_without_a_key_is_refused(bench, wire):
    shift = await opened(bench)
    answer = await send_top_up(bench, wire, shift)
    assert is_problem(answer, 400, "idempotency-key-missing")
    assert await transactions_of(bench, shift.id) == []


async def test_a_key_that_is_no_uuid_is_refused(bench, wire):
    answer = await send_top_up(bench, wire, await opened(bench), **{"idempotency-key": "1"})
    assert is_problem(answer, 400, "invalid-request")


@pytest.mark.parametrize(
    ("match", "status", "code"),
    [
        (None, 428, "precondition-required"),
        ('"0"', 412, "version-conflict"),
        ("*", 400, "invalid-request"),
        ('W/"1"', 400, "invalid-request"),
    ],
)
async def test_a_change_needs_the_etag_that_was_read(bench, wire, match, status, code):
    shift = await opened(bench)
    headers = {} if match is None else {"if-match": match}
    answer = await wire.put(
        f"/v1/shifts/{shift.id}/fiscal-mode", json={"mode": "fiscal"}, headers=headers
    )
    assert is_problem(answer, status, code)
    if status == 412:
        assert answer.json()["etag"] == f'"{shift.version}"'


async def test_what_has_not_changed_is_not_sent_again(bench, wire):
    shift = await opened(bench)
    path = f"/v1/shifts/{shift.id}"
    first = await wire.get(path)
    etag = {"if-none-match": first.headers["etag"]}
    assert first.headers["etag"] == f'"{shift.version}"'
    same = await wire.get(path, headers=etag)
    assert (same.status_code, same.content, same.headers["etag"]) == (
        304,
        b"",
        etag["if-none-match"],
    )
    await post(bench, shift.id, top_up(bench))
    assert (await wire.get(path, headers=etag)).status_code == 200


@pytest.mark.parametrize("colon", [":", "%3A", "%3a"])
async def test_the_colon_of_a_receipt_id_may_be_encoded(bench, wire, colon):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    receipt = receipt_for(bench, 7, 50_000)
    path = f"/v1/transactions/{row.id}/receipts/{FN}{colon}7"
    statuses = [(await wire.put(path, **said(receipt))).status_code for _ in range(2)]
    assert statuses == [201, 200]


async def test_a_path_that_names_another_receipt_than_the_body_is_inconsistent(bench, wire):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    answer = await wire.put(
        f"/v1/transactions/{row.id}/receipts/{FN}:8", **said(receipt_for(bench, 7, 50_000))
    )
    assert is_problem(answer, 422, "receipt-inconsistent")
    assert answer.json()["errors"][0]["pointer"] == "#/receipt_id"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("amount", 500.0),
        ("amount", -50_000),
        ("amount", "50000"),
        ("amount", True),
        ("amount", 10**12 + 1),
        ("occurred_at", "2026-07-29T12:00:00"),
        ("occurred_at", 1_785_315_600),
        ("external_id", "seven"),
    ],
)
async def test_a_member_out_of_its_form_is_named_by_its_pointer(bench, wire, member, value):
    shift = await opened(bench)
    body = json.loads(top_up(bench).model_dump_json()) | {member: value}
    answer = await wire.post(
        f"/v1/shifts/{shift.id}/transactions",
        json=body,
        headers={"idempotency-key": str(fresh())},
    )
    assert is_problem(answer, 422, "validation-failed")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"#/{member}"]
    assert await transactions_of(bench, shift.id) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("receipt_id", f"{FN}0:7"), ("receipt_id", f"{FN}:07"), ("fiscal_drive_number", f"{FN}0")],
)
async def test_a_number_that_no_document_has_is_named_by_its_pointer(bench, wire, name, value):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    body = json.loads(receipt_for(bench, 7, 50_000).model_dump_json()) | {name: value}
    number = value if name == "receipt_id" else f"{FN}:7"
    answer = await wire.put(f"/v1/transactions/{row.id}/receipts/{number}", json=body)
    assert is_problem(answer, 422, "validation-failed")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"#/{name}"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=ten",
        "limit=1.0",
        "order=up",
        "status=ajar",
        "limit=1&limit=2",
        "opened_from=yesterday",
        "opened_from=2026-07-29T12:00:00",
        "opened_from=%ff",
    ],
)
async def test_a_query_that_cannot_be_meant_is_refused(bench, wire, query):
    answer = await wire.get(f"/v1/clubs/{bench.club_id}/shifts?{query}")
    assert is_problem(answer, 400, "invalid-request")


@pytest.mark.parametrize("query", ["", "external_id=a&order_id=b", "colour=red"])
async def test_transactions_are_looked_up_by_one_thing_exactly(bench, wire, query):
    answer = await wire.get(f"/v1/clubs/{bench.club_id}/transactions?{query}")
    assert is_problem(answer, 400, "invalid-request")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[" * 10_000], ids=["empty", "cut", "bytes", "deep"]
)
async def test_a_body_that_is_no_json_is_refused(bench, wire, content):
    answer = await wire.post(
        f"/v1/clubs/{bench.club_id}/clients/search",
        content=content,
        headers={"content-type": "application/json"},
    )
    assert is_problem(answer, 400, "invalid-request")


async def test_a_body_that_is_too_large_is_refused(bench, wire):
    search = {"by": "id", "value": IVAN, "more": "x" * MAX_BODY}
    answer = await wire.post(f"/v1/clubs/{bench.club_id}/clients/search", json=search)
    assert is_problem(answer, 400, "invalid-request")


async def test_a_body_of_another_kind_is_refused(bench, wire):
    answer = await wire.post(f"/v1/clubs/{bench.club_id}/clients/search", data={"by": "id"})
    assert is_problem(answer, 400, "invalid-request")


@pytest.mark.parametrize("header", [None, "Bearer", "Basic abc", "Bearer wrong"])
async def test_without_a_token_nothing_is_told(bench, wire, header):
    del wire.headers["authorization"]
    headers = {} if header is None else {"authorization": header}
    answer = await wire.get("/v1/capabilities", headers=headers)
    assert is_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_expired_token_is_told_with_the_challenge(bench, wire):
    bench.clock.advance(days=1000)
    answer = await wire.get("/v1/me")
    assert is_problem(answer, 401, "token-expired")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v2/me", "/v1/clubs//shifts", "/v1/a%2Fb"])
async def test_a_path_of_no_call_is_not_found(wire, path):
    assert is_problem(await wire.get(path), 404, "not-found")


async def test_a_method_of_no_call_is_told_those_that_are(wire, bench):
    answer = await wire.delete(f"/v1/clubs/{bench.club_id}/shifts")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert answer.json()["code"] == "invalid-request"


async def test_the_request_id_comes_back_unless_it_can_be_none(wire):
    for sent, kept in (("abc-1", True), ("a" * 65, False), ("a b", False)):
        answer = await wire.get("/v1/me", headers={"x-request-id": sent})
        assert (answer.headers["x-request-id"] == sent) is kept


async def test_answers_are_not_to_be_stored(bench, wire):
    for path in (f"/v1/clients/{IVAN}", f"/v1/clients/{IVAN}/receipt-contact", "/v1/none"):
        assert (await wire.get(path)).headers["cache-control"] == "no-store"


async def test_no_personal_data_in_a_url_or_in_the_servers_log(bench, caplog):
    caplog.set_level(logging.INFO)
    for name in ("kassa_tui", "uvicorn", "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)
    for card, _, _ in CLIENTS:
        search = {"by": "phone", "value": card.phone}
        async with httpx.AsyncClient(
            base_url=bench.url, headers={"authorization": f"Bearer {bench.token}"}, trust_env=False
        ) as http:
            await http.post(f"/v1/clubs/{bench.club_id}/clients/search", json=search)
            await http.get(f"/v1/clients/{card.id}/receipt-contact")
    personal = [v for card, _, _ in CLIENTS for v in (card.phone, card.email, card.login) if v]
    assert caplog.messages, "the plain client's own lines, with the URLs"
    assert [v for v in personal if v in caplog.text] == []
    assert bench.token not in caplog.text


async def faulty(bench, spec):
    return await bench.session(bench.owner, bench.token, Faults.parse(spec, 0, FAULTS).fires)


@pytest.mark.parametrize(
    ("fault", "ending", "is_done"),
    [
        ("token-expired", TokenExpired, False),
        ("rate-limited", RateLimited, False),
        ("error-before-commit", CrmUnavailable, False),
        ("error-after-commit", Internal, True),
    ],
)
async def test_a_fault_ends_as_it_says(bench, fault, ending, is_done):
    shift = await opened(bench)
    crm = await faulty(bench, f"{fault}@post_transaction")
    sent, key = top_up(bench), fresh()
    with pytest.raises(ending):
        await crm.post_transaction(shift.id, sent, key=key)
    assert len(await transactions_of(bench, shift.id)) == is_done


@pytest.mark.parametrize("fault", [name for name in FAULTS if "hang" not in name])
async def test_after_any_fault_the_same_key_makes_one_row(bench, fault):
    shift = await opened(bench)
    first, second = [await faulty(bench, spec) for spec in (f"{fault}@post_transaction", "")]
    sent, key = top_up(bench), fresh()
    with suppress(CrmError):
        await first.post_transaction(shift.id, sent, key=key)
    posted = await second.post_transaction(shift.id, sent, key=key)
    assert await transactions_of(bench, shift.id) == [posted.value]


async def test_a_request_that_arrives_twice_is_answered_as_a_repetition(bench):
    shift = await opened(bench)
    crm = await faulty(bench, "duplicate-delivery@post_transaction")
    assert (await crm.post_transaction(shift.id, top_up(bench), key=fresh())).replayed


async def test_a_stale_page_lacks_what_was_added_and_a_later_one_has_it(bench):
    shift = await opened(bench)
    crm = await faulty(bench, "stale-page@shift_transactions:1")
    await crm.shift_transactions(shift.id)
    row = await post(bench, shift.id, top_up(bench))
    assert (await crm.shift_transactions(shift.id)).items == ()
    assert (await crm.shift_transactions(shift.id)).items == (row,)


@pytest.mark.parametrize(
    ("fault", "is_done"), [("hang-before-commit", 0), ("hang-after-commit", 1)]
)
async def test_a_hanging_server_is_given_up_in_process_too(bench, fault, is_done):
    shift = await opened(bench)
    fires = Faults.parse(f"{fault}@post_transaction", 0, FAULTS).fires
    transport = httpx.ASGITransport(GatewayApp(bench.owner.session, fresh, fires))
    async with GatewayCrm(
        "http://crm", bench.token, fresh, transport=transport, deadline_s=0.05
    ) as crm:
        with pytest.raises(CrmTimeout):
            await crm.post_transaction(shift.id, top_up(bench), key=fresh())
        assert len((await crm.shift_transactions(shift.id)).items) == is_done


def test_an_unknown_fault_is_named():
    with pytest.raises(FaultsError, match="lost-request"):
        Faults.parse("lost-request", 0, FAULTS)


# The words of problem bodies


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "ru"),
        ("ru", "ru"),
        ("en", "en"),
        ("en-GB, en;q=0.9, *;q=0.1", "en"),
        ("de, en;q=0.4, ru;q=0.7", "ru"),
        ("fr", "ru"),
        ("*", "ru"),
        ("en;q=0", "ru"),
        ("en;q=oops, \N{REPLACEMENT CHARACTER}", "ru"),
    ],
)
def test_the_language_that_is_liked_best_is_spoken(accepted, language):
    assert language_of(accepted) == language


async def test_a_problem_is_told_in_russian_where_nothing_else_is_asked_for(bench, wire):
    told = await wire.get(f"/v1/clubs/{bench.club_id}/shifts/current")
    assert is_problem(told, 404, "no-open-shift")
    assert told.headers["content-language"] == "ru"
    assert told.json()["title"] == "Нет открытой смены"
    headers = {"accept-language": "en"}
    told = await wire.get(f"/v1/clubs/{bench.club_id}/shifts/current", headers=headers)
    assert told.headers["content-language"] == "en"
    assert told.json()["title"] == "No open shift"


async def test_a_station_hears_the_reason_in_its_language(bench):
    heard = {}
    for language in ("ru", "en"):
        async with GatewayCrm(bench.url, bench.token, fresh, language=language) as crm:
            with pytest.raises(NoOpenShift) as refused:
                await crm.current_shift(bench.club_id)
            heard[language] = refused.value.detail
    assert heard == {"ru": "Ни одна смена клуба не открыта.", "en": "no shift is open"}


def _examples():
    facts = {"faults": [Fault("#/amount", "max", "at most 5")], "count": 2, "etag": '"3"'}
    sums = dict.fromkeys(("available", "max_bonus", "price"), 1_234_50)
    names = ("permission", "shift_id", "receipt_id", "transaction_id", "feature")
    facts |= sums | dict.fromkeys(names, "x_1") | {"current_shift_id": None}
    for kind in problems.known().values():
        yield kind(**{name: facts[name] for name in problems._facts(kind)})


@pytest.mark.parametrize("error", _examples(), ids=lambda error: error.code)
def test_every_error_has_words_of_its_own_in_russian(error):
    told = worded(error, "/v1/me", "r_1", "ru")
    english = worded(error, "/v1/me", "r_1", "en")
    for name in ("title", "detail"):
        assert re.search("[а-яё]", told[name])
        assert "{" not in told[name]
    assert told.keys() == english.keys()
    assert told["code"] == english["code"]
    if any(hasattr(error, name) for name in ("available", "max_bonus", "price")):
        assert "1 234,50" in told["detail"].replace("\u00a0", " ")
    for fault in told.get("errors", ()):
        assert fault["detail"] == "слишком велико"
