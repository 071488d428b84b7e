"""IZI's GraphQL adapter over a real socket: what it asks, what it makes of the answers."""

import asyncio
import logging
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from kassa_tui.izi import errors
from kassa_tui.izi.graphql import sign_in
from kassa_tui.izi.graphql.crm import graphql_crm
from kassa_tui.izi.graphql.sign_in import Credentials
from kassa_tui.izi.models.client import ClientSearch
from kassa_tui.izi.models.session import Feature
from kassa_tui.izi.models.transaction import TransactionDraft
from kassa_tui.izi.port import Doubting, LookUpBy
from kassa_tui.izi.virtual.serving import serving
from tests.izi.bench import WEDNESDAY_NOON, fresh, line, paid
from tests.izi.virtual_izi import CLUB, EMAIL, PASSWORD, VirtualIzi

SHIFT = "current"


def now():
    return WEDNESDAY_NOON


@pytest.fixture
def izi():
    return VirtualIzi()


@asynccontextmanager
async def reached(url, state, **more):
    credentials = Credentials(EMAIL, more.pop("password", PASSWORD))
    async with graphql_crm(url, credentials, more.pop("club", CLUB), state, now, **more) as crm:
        yield crm


@asynccontextmanager
async def till(izi, state, **more):
    async with serving(izi, "127.0.0.1", 0) as url, reached(url, state, **more) as crm:
        yield crm


def top_up(amount=500_00, method="cash", **more):
    return TransactionDraft.model_validate(
        {
            "external_id": fresh(),
            "type": "top_up",
            "client_id": "cl_1",
            "amount": amount,
            "payments": paid(**{method: amount}),
            "occurred_at": WEDNESDAY_NOON,
        }
        | more
    )


def tariff(amount=120_00, zone="std", quantity="1", **more):
    return TransactionDraft.model_validate(
        {
            "external_id": fresh(),
            "type": "charge",
            "client_id": "cl_1",
            "amount": amount,
            "payments": paid(balance=amount),
            "lines": [line("tariff", "tr_1", amount, quantity, zone_id=zone)],
            "occurred_at": WEDNESDAY_NOON,
        }
        | more
    )


async def post(crm, draft):
    return await crm.post_transaction(SHIFT, draft, key=fresh())


def phone(value):
    return ClientSearch(by="phone", value=value)


# Sign-in


async def test_the_login_is_used_once_and_the_token_after_it(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        await crm.me()
        await crm.me()
    assert izi.operations() == ["loginWithEmailPassword", "me", "me"]


async def test_a_till_that_starts_again_goes_on_with_its_refresh_token(izi, tmp_path):
    async with serving(izi, "127.0.0.1", 0) as url:
        for _ in range(3):
            async with reached(url, tmp_path) as crm:
                await crm.me()
    signed_in = [one for one in izi.operations() if one != "me"]
    assert signed_in == ["loginWithEmailPassword", "refreshToken", "refreshToken"]


async def test_a_refused_refresh_token_leads_to_the_login(izi, tmp_path):
    async with serving(izi, "127.0.0.1", 0) as url:
        async with reached(url, tmp_path) as crm:
            await crm.me()
        izi.expire_refresh()
        async with reached(url, tmp_path) as crm:
            await crm.me()
    assert izi.operations()[2:] == ["refreshToken", "loginWithEmailPassword", "me"]


@pytest.mark.parametrize("fault", ["token-expired", "token-expired-401", "bare-401"])
async def test_a_read_goes_on_when_the_token_ends_in_the_middle(izi, tmp_path, fault):
    async with till(izi, tmp_path) as crm:
        await crm.me()
        izi.fail("me", fault)
        assert (await crm.me()).clubs[0].id == CLUB
    assert izi.operations()[2:] == ["me", "refreshToken", "me"]


async def test_a_token_is_renewed_before_it_ends(izi, tmp_path, monkeypatch):
    monkeypatch.setattr(sign_in, "FRESH_S", 0)
    async with till(izi, tmp_path) as crm:
        await crm.me()
        await crm.me()
    assert izi.operations() == ["loginWithEmailPassword", "me", "refreshToken", "me"]


async def test_a_lost_new_refresh_token_costs_a_login_and_nothing_else(izi, tmp_path):
    async with till(izi, tmp_path, deadline_s=1.0) as crm:
        await crm.me()
        izi.expire_access()
        izi.fail("refreshToken", "hang-after-commit")
        with pytest.raises(errors.CrmUnavailable):
            await crm.me()
        await crm.me()
    assert izi.operations()[-3:] == ["refreshToken", "loginWithEmailPassword", "me"]


async def test_many_at_once_refresh_once(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        await crm.me()
        izi.expire_access()
        await asyncio.gather(*(crm.me() for _ in range(8)))
    assert izi.operations().count("refreshToken") == 1


async def test_two_processes_refresh_one_after_the_other(izi, tmp_path):
    """Two connections to the file stand for two processes: SQLite's lock is between those."""
    async with (
        serving(izi, "127.0.0.1", 0) as url,
        reached(url, tmp_path) as one,
        reached(url, tmp_path) as other,
    ):
        await asyncio.gather(one.me(), other.me())
        for _ in range(5):
            izi.expire_access()
            await asyncio.gather(one.me(), other.me())
    # Had two used one refresh token, the second would have had to log in again.
    assert izi.operations().count("loginWithEmailPassword") == 1
    assert izi.operations().count("refreshToken") >= 6


async def test_a_caller_who_gives_up_does_not_lose_the_new_token(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        await crm.me()
        izi.expire_access()
        asking = asyncio.create_task(crm.me())
        while "refreshToken" not in izi.operations():  # noqa: ASYNC110 - a server tells nobody
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await crm.me()
    assert izi.operations().count("refreshToken") == 1
    assert izi.operations().count("loginWithEmailPassword") == 1


@pytest.mark.parametrize("code", ["UNAUTHENTICATED", "INVALID_INPUT", "SOMETHING_NEW"])
async def test_a_wrong_password_is_tried_once_and_not_until_the_account_is_blocked(
    izi, tmp_path, code
):
    izi.login_code = code
    async with till(izi, tmp_path, password="wrong") as crm:
        for _ in range(3):
            with pytest.raises(errors.SignInNeeded):
                await crm.me()
    assert izi.operations() == ["loginWithEmailPassword"]


async def test_an_izi_that_is_broken_is_no_wrong_password(izi, tmp_path):
    izi.fail("loginWithEmailPassword", "internal-before-commit", "error-before-commit")
    async with till(izi, tmp_path) as crm:
        for _ in range(2):
            with pytest.raises(errors.CrmUnavailable):
                await crm.me()
        await crm.me()


async def test_nothing_secret_is_logged_or_raised(izi, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    said = []
    async with till(izi, tmp_path) as crm:
        for fault in ("token-expired", "error-after-commit", "garbage", "internal-after-commit"):
            izi.fail("clientByPhone", fault)
            try:
                await crm.search_clients(CLUB, phone("+79990000617"))
            except errors.CrmError as error:
                said.append(f"{error!r} {error.__cause__!r}")
        izi.fail("topUpBalance", "garbage")
        with pytest.raises(errors.OutcomeUnclear) as unclear:
            await post(crm, top_up())
        said.append(str(unclear.value))
    text = caplog.text + "".join(said)
    for secret in (PASSWORD, "access-", "refresh-", "79990000617", "Петров"):
        assert secret not in text
    assert "500.00" in str(unclear.value)


async def test_the_files_are_their_owners_alone(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        await crm.me()
        modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.glob("izi*.db")}
    assert modes == {"izi.db": 0, "izi-sign-in.db": 0}


# Limits


async def test_after_a_429_nothing_is_sent_until_the_time_is_over(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        await crm.me()
        izi.fail("me", "rate-limited")
        for _ in range(3):
            with pytest.raises(errors.RateLimited) as refused:
                await crm.me()
            assert 6 <= refused.value.retry_after_s <= 8
    assert izi.operations().count("me") == 2


async def test_a_used_up_limit_is_heeded_before_it_is_passed(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        izi.fail("me", "used-up")
        await crm.me()
        with pytest.raises(errors.RateLimited) as refused:
            await crm.me()
        assert 0 < refused.value.retry_after_s <= 10
    assert izi.operations().count("me") == 1


async def test_a_post_that_meets_the_limit_may_go_out_later(izi, tmp_path):
    draft = top_up()
    async with serving(izi, "127.0.0.1", 0) as url:
        async with reached(url, tmp_path) as crm:
            izi.fail("topUpBalance", "rate-limited")
            with pytest.raises(errors.RateLimited):
                await post(crm, draft)
        async with reached(url, tmp_path) as crm:
            assert (await post(crm, draft)).created
    assert len(izi.posted) == 1


# Errors


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("FORBIDDEN", errors.Forbidden),
        ("CLUB_ACCESS_DENIED", errors.ClubAccessDenied),
        ("NOT_FOUND", errors.NotFound),
        ("ALREADY_EXISTS", errors.RateLimited),
        ("VALIDATION_ERROR", errors.ValidationFailed),
        ("INVALID_INPUT", errors.ValidationFailed),
        ("INSUFFICIENT_BALANCE", errors.BalanceChanged),
        ("TARIFF_NOT_AVAILABLE", errors.TariffNotAvailable),
        ("CLUB_CLOSED", errors.NoOpenShift),
        ("CLIENT_BLACKLISTED", errors.ClientBlocked),
        ("success-false", errors.InvalidRequest),
    ],
)
async def test_a_documented_refusal_has_its_type_and_leaves_the_way_free(izi, tmp_path, code, kind):
    draft = top_up()
    async with till(izi, tmp_path) as crm:
        izi.refusals.append(("topUpBalance", code))
        with pytest.raises(kind):
            await post(crm, draft)
        assert izi.posted == []
        assert (await post(crm, draft)).created
    assert [one.amount for one in izi.posted] == [Decimal(500)]


async def test_another_club_is_not_entered(izi, tmp_path):
    async with till(izi, tmp_path, club="club_other") as crm:
        with pytest.raises(errors.ClubAccessDenied):
            await crm.me()


async def test_an_endpoint_that_is_not_there_is_away(tmp_path):
    async with reached("http://127.0.0.1:1", tmp_path) as crm:
        with pytest.raises(errors.CrmUnavailable):
            await post(crm, top_up())


# Posting: V1 and V2 of the contract's checks (D.10). V11 and V15 are below; the others need
# what IZI does not document.


@pytest.mark.parametrize(("amount", "told"), [(500_00, "500"), (1, "0.01"), (100_50, "100.50")])
async def test_a_top_up_goes_out_in_roubles(izi, tmp_path, amount, told):
    draft = top_up(amount)
    async with till(izi, tmp_path) as crm:
        written = await post(crm, draft)
    (asked,) = [one for one in izi.asked if one.operation == "topUpBalance"]
    assert str(asked.variables["input"]["amount"]) == told
    assert asked.variables["input"] | {"amount": 0} == {
        "clientId": "cl_1",
        "clubId": CLUB,
        "amount": 0,
    }
    assert (written.value.id, written.value.amount, written.created) == ("tx_1", amount, True)
    assert izi.client("cl_1").balance == Decimal(1250) + Decimal(amount) / 100


async def test_the_same_post_again_is_answered_from_the_ledger(izi, tmp_path):
    draft = top_up()
    async with serving(izi, "127.0.0.1", 0) as url:
        async with reached(url, tmp_path) as crm:
            first = await post(crm, draft)
        async with reached(url, tmp_path) as crm:
            again = await post(crm, draft)
            found = await crm.find_transactions(CLUB, LookUpBy.EXTERNAL_ID, str(draft.external_id))
            assert await crm.transaction("tx_1") == first.value
    assert (again.value, again.created) == (first.value, False)
    assert found.items == (first.value,)
    assert len(izi.posted) == 1


async def test_another_amount_under_the_same_id_is_a_conflict(izi, tmp_path):
    draft = top_up()
    async with till(izi, tmp_path) as crm:
        await post(crm, draft)
        other = draft.model_copy(update={"amount": 1})
        with pytest.raises(errors.ExternalIdConflict):
            await post(crm, other)
    assert len(izi.posted) == 1


async def test_the_same_key_again_is_answered_as_it_was_before(izi, tmp_path):
    draft, key = top_up(), fresh()
    async with till(izi, tmp_path) as crm:
        first = await crm.post_transaction(SHIFT, draft, key=key)
        again = await crm.post_transaction(SHIFT, draft, key=key)
        assert (first.created, first.replayed) == (True, False)
        assert (again.created, again.replayed) == (True, True)
        assert again.value == first.value
        for other in (draft.model_copy(update={"comment": "иначе"}), top_up()):
            with pytest.raises(errors.IdempotencyKeyReused):
                await crm.post_transaction(SHIFT, other, key=key)
    assert len(izi.posted) == 1


@pytest.mark.parametrize("same_key", [True, False])
async def test_the_same_post_many_times_at_once_goes_out_once(izi, tmp_path, same_key):
    draft, key = top_up(), fresh()
    async with till(izi, tmp_path) as crm:
        keys = [key if same_key else fresh() for _ in range(8)]
        answers = await asyncio.gather(
            *(crm.post_transaction(SHIFT, draft, key=one) for one in keys)
        )
    assert {answer.value.id for answer in answers} == {"tx_1"}
    assert sum(answer.created and not answer.replayed for answer in answers) == 1
    assert len(izi.posted) == 1


async def test_a_refused_request_leaves_its_key_free(izi, tmp_path):
    draft, key = top_up(), fresh()
    async with till(izi, tmp_path) as crm:
        izi.refusals.append(("topUpBalance", "CLUB_CLOSED"))
        with pytest.raises(errors.NoOpenShift):
            await crm.post_transaction(SHIFT, draft, key=key)
        assert (await crm.post_transaction(SHIFT, top_up(700), key=key)).created


async def test_of_two_processes_with_the_same_post_one_sends_it(izi, tmp_path, monkeypatch):
    draft, both_asked = top_up(), asyncio.Barrier(2)
    async with (
        serving(izi, "127.0.0.1", 0) as url,
        reached(url, tmp_path) as one,
        reached(url, tmp_path) as other,
    ):
        for crm in (one, other):
            await crm.me()
            monkeypatch.setattr(crm._session, "ready", both_asked.wait)
        ended = await asyncio.gather(post(one, draft), post(other, draft), return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["OutcomeUnclear", "Written"]
    assert len(izi.posted) == 1


LOST = {
    "error-after-commit": True,
    "internal-after-commit": True,
    "hang-after-commit": True,
    "half-body": True,
    "garbage": True,
    "null-data": True,
    "error-before-commit": False,
    "internal-before-commit": False,
    "hang-before-commit": False,
    "bare-401": False,
}


@pytest.mark.parametrize(("fault", "is_done"), LOST.items())
async def test_what_nobody_knows_is_not_posted_again_before_a_person_says(
    izi, tmp_path, fault, is_done
):
    draft = top_up()
    async with serving(izi, "127.0.0.1", 0) as url:
        deadline_s = 1.0 if fault.startswith("hang") else 10.0
        async with reached(url, tmp_path, deadline_s=deadline_s) as crm:
            await crm.me()  # signed in
            izi.fail("topUpBalance", fault)
            with pytest.raises(errors.OutcomeUnclear):
                await post(crm, draft)
            with pytest.raises(errors.OutcomeUnclear):
                await post(crm, draft)
        async with reached(url, tmp_path) as crm:
            with pytest.raises(errors.OutcomeUnclear):
                await post(crm, draft)
            assert len(izi.posted) == is_done
            if not is_done:
                assert isinstance(crm, Doubting)
                await crm.was_not_done(draft.external_id)
                await post(crm, draft)
    assert len(izi.posted) == 1


async def test_done_with_an_error_beside_it_is_done(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        izi.fail("topUpBalance", "partial")
        assert (await post(crm, top_up())).created
    assert len(izi.posted) == 1


async def test_success_false_with_its_reason_beside_it_is_that_refusal(izi, tmp_path):
    draft = top_up()
    async with till(izi, tmp_path) as crm:
        izi.refusals.append(("topUpBalance", "success-false"))
        izi.fail("topUpBalance", "reason-beside")
        with pytest.raises(errors.BalanceChanged):
            await post(crm, draft)
        izi.refusals.append(("topUpBalance", "success-false"))
        izi.fail("topUpBalance", "partial")  # beside a reason that nobody has documented
        with pytest.raises(errors.OutcomeUnclear):
            await post(crm, draft)
    assert izi.posted == []


@pytest.mark.parametrize("fault", ["token-expired", "token-expired-401"])
async def test_a_post_is_repeated_once_where_izi_says_that_the_token_had_ended(
    izi, tmp_path, fault
):
    async with till(izi, tmp_path) as crm:
        await crm.me()
        izi.fail("topUpBalance", fault)
        assert (await post(crm, top_up())).created
        izi.fail("topUpBalance", fault, fault)
        with pytest.raises(errors.SignInNeeded):
            await post(crm, top_up(700))
        assert (await post(crm, top_up(800))).created
    assert [one.amount for one in izi.posted] == [Decimal(500), Decimal(8)]


async def test_a_station_killed_in_the_middle_leaves_it_to_a_person(izi, tmp_path):
    draft = top_up()
    async with serving(izi, "127.0.0.1", 0) as url:
        async with reached(url, tmp_path) as crm:
            izi.fail("topUpBalance", "hang-after-commit")
            posting = asyncio.create_task(post(crm, draft))
            while not izi.posted:  # noqa: ASYNC110 - a server tells nobody
                await asyncio.sleep(0.01)
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)
        async with reached(url, tmp_path) as crm:
            with pytest.raises(errors.OutcomeUnclear, match="cl_1"):
                await post(crm, draft)
    assert len(izi.posted) == 1


async def test_what_is_done_cannot_be_said_not_to_be(izi, tmp_path):
    draft = top_up()
    async with till(izi, tmp_path) as crm:
        await post(crm, draft)
        await crm.was_not_done(draft.external_id)
        assert not (await post(crm, draft)).created
    assert len(izi.posted) == 1


async def test_a_ledger_that_cannot_be_written_posts_nothing(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        await crm.me()
        await crm._ledger._db.execute_fetchall("PRAGMA query_only = ON")
        with pytest.raises(errors.CrmUnavailable):
            await post(crm, top_up())
        await crm._ledger._db.execute_fetchall("PRAGMA query_only = OFF")
    assert izi.posted == []


@pytest.mark.parametrize(
    ("told", "pointer"),
    [({"client_id": None}, "#/client_id"), ({"payments": paid(cash=1)}, "#/payments")],
)
async def test_a_top_up_that_cannot_be_is_not_sent(izi, tmp_path, told, pointer):
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.ValidationFailed) as refused:
            await post(crm, top_up(**told))
    assert [one.pointer for one in refused.value.faults] == [pointer]
    assert izi.posted == []


# Tariffs


@pytest.mark.parametrize(("zone", "amount"), [("std", 120_00), ("vip", 200_50)])
async def test_a_tariff_is_bought_from_the_balance(izi, tmp_path, zone, amount):
    async with till(izi, tmp_path) as crm:
        assert (await post(crm, tariff(amount, zone))).value.id == "tx_1"
    assert izi.client("cl_1").balance == Decimal(1250) - Decimal(amount) / 100


async def test_a_tariff_whose_price_has_changed_is_not_bought(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.PriceChanged) as changed:
            await post(crm, tariff(110_00))
        assert changed.value.price == 120_00
        with pytest.raises(errors.TariffNotAvailable):
            await post(crm, tariff(110_00, "nowhere"))
    assert izi.posted == []


async def test_too_little_is_told_with_how_much_there_is(izi, tmp_path):
    izi.client("cl_1").balance = Decimal("17.505")
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.BalanceChanged):
            await post(crm, tariff())
        await crm.search_clients(CLUB, phone("+79990000617"))
        with pytest.raises(errors.InsufficientBalance) as short:
            await post(crm, tariff())
    assert short.value.available == 17_50


@pytest.mark.parametrize(
    "draft",
    [
        tariff(payments=paid(cash=120_00)),
        tariff(payments=paid(balance=100_00, bonus=20_00)),
        tariff(240_00, lines=[line("tariff", "tr_1", 120_00, "2", zone_id="std")]),
        tariff(lines=[line("product", "pr_1", 120_00)]),
        tariff(240_00, lines=[line("tariff", "tr_1", 120_00, zone_id="std")] * 2),
        tariff(client_id=None),
    ],
)
async def test_no_other_sale_is_offered(izi, tmp_path, draft):
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.NotSupported) as lacking:
            await post(crm, draft)
    assert lacking.value.feature == "transactions.charge"
    assert izi.posted == []


@pytest.mark.parametrize("kind", ["withdrawal", "refund", "adjustment", "bonus_credit"])
async def test_no_other_kind_of_transaction_is_offered(izi, tmp_path, kind):
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.NotSupported) as lacking:
            await post(crm, top_up(type=kind))
        assert (await crm.capabilities()).features == (Feature.TRANSACTIONS_WRITE,)
    assert lacking.value.feature == f"transactions.{kind}"


async def test_tariffs_are_listed_with_the_price_of_each_zone(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        (found,) = (await crm.tariffs(CLUB)).items
        assert {one.zone_id: one.price for one in found.prices} == {"std": 120_00, "vip": 200_50}
        assert (await crm.tariffs(CLUB, zone_id="moon")).items == ()


async def test_a_price_of_parts_of_a_kopeck_is_no_price(izi, tmp_path):
    izi.prices["tr_1"]["std"] = Decimal("0.005")
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.CrmFailed):
            await crm.tariffs(CLUB)


# Clients


async def test_a_client_is_found_by_telephone_and_shown_masked(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        (found,) = (await crm.search_clients(CLUB, phone("+79990000617"))).items
        assert (found.id, found.display_name, found.phone_masked, found.email_masked) == (
            "cl_1",
            "Иван П.",
            "+7 *** ***-06-17",
            "i***@example.ru",
        )
        assert (found.balance, found.bonus_balance, found.blocked) == (1250_00, 90_00, False)
        assert not found.has_receipt_contact
        assert (await crm.search_clients(CLUB, phone("+79995550000"))).items == ()


async def test_the_last_digits_find_those_whose_telephone_ends_so(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        found = (await crm.search_clients(CLUB, phone("0617"))).items
        assert [one.id for one in found] == ["cl_1"]
        blocked = (await crm.search_clients(CLUB, phone("2617"))).items
        assert [(one.id, one.blocked, one.balance) for one in blocked] == [("cl_3", True, -50_00)]
        assert (await crm.search_clients(CLUB, phone("1618"))).items[0].balance == 33


async def test_a_client_who_was_found_is_asked_for_again_by_his_telephone(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.NotSupported):
            await crm.client("cl_1")
        await crm.search_clients(CLUB, phone("+79990000617"))
        izi.client("cl_1").balance = Decimal(7)
        assert (await crm.client("cl_1")).balance == 7_00
        by_id = await crm.search_clients(CLUB, ClientSearch(by="id", value="cl_1"))
        assert [one.id for one in by_id.items] == ["cl_1"]


@pytest.mark.parametrize("by", ["login", "qr", "card", "id"])
async def test_no_other_way_to_a_client_is_offered(izi, tmp_path, by):
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.NotSupported) as lacking:
            await crm.search_clients(CLUB, ClientSearch(by=by, value="somebody"))
    assert lacking.value.feature == f"clients.{by}"


@pytest.mark.parametrize("value", ["617", "+7", "66 17", "0006617"])
async def test_a_search_for_too_little_is_refused(izi, tmp_path, value):
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.ValidationFailed):
            await crm.search_clients(CLUB, phone(value))


# Shapes of what is documented by its name alone


async def test_a_schema_of_another_shape_serves_as_well(tmp_path):
    izi = VirtualIzi(shape="wrapped")
    async with till(izi, tmp_path) as crm:
        assert (await crm.search_clients(CLUB, phone("0617"))).items[0].display_name == "Иван П."
        assert (await crm.search_clients(CLUB, phone("+79990000617"))).items[0].balance == 1250_00
        (found,) = (await crm.tariffs(CLUB)).items
        assert [(one.zone_id, one.price) for one in found.prices] == [("all", 120_00)]
        assert (await post(crm, tariff(zone=None))).value.id == "tx_1"
        izi.fail("purchaseTariff", "partial")
        with pytest.raises(errors.OutcomeUnclear):
            await post(crm, tariff(zone=None))


@pytest.mark.parametrize(("answer", "is_made"), [(True, True), (False, False)])
async def test_a_purchase_that_is_answered_by_yes_or_no_is_done_or_not(
    tmp_path, monkeypatch, answer, is_made
):
    izi = VirtualIzi(shape="plain")
    monkeypatch.setattr(izi, "purchaseTariff", lambda *_, **__: answer, raising=False)
    async with till(izi, tmp_path) as crm:
        if is_made:
            assert (await post(crm, tariff(zone=None))).created
        else:
            with pytest.raises(errors.InvalidRequest):
                await post(crm, tariff(zone=None))


@pytest.mark.parametrize("shape", ["strange", "bare"])
async def test_what_the_schema_has_no_place_for_is_not_offered(tmp_path, shape):
    izi = VirtualIzi(shape=shape)
    async with till(izi, tmp_path) as crm:
        for asked in (
            crm.search_clients(CLUB, phone("+79990000617")),
            crm.search_clients(CLUB, phone("0617")),
            crm.tariffs(CLUB),
            post(crm, tariff()),
        ):
            with pytest.raises(errors.NotSupported):
                await asked
        assert (await post(crm, top_up())).created


async def test_an_account_that_may_not_read_the_schema_still_tops_up(izi, tmp_path):
    izi.hides_schema = True
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.NotSupported):
            await crm.tariffs(CLUB)
        assert (await post(crm, top_up())).created


async def test_the_schema_is_asked_for_once(izi, tmp_path):
    async with till(izi, tmp_path) as crm:
        await asyncio.gather(*(crm.search_clients(CLUB, phone("0617")) for _ in range(3)))
        await crm.tariffs(CLUB)
    assert izi.operations().count("__schema") == 1


UNDOCUMENTED = {
    "fiscal_settings": "settings.read",
    "shifts": "shifts.read",
    "current_shift": "shifts.read",
    "shift": "shifts.read",
    "open_shift": "shifts.write",
    "close_shift": "shifts.write",
    "set_fiscal_mode": "fiscal_mode",
    "shift_transactions": "transactions.read",
    "attach_receipt": "receipts.attach",
    "set_fiscal_status": "receipts.attach",
    "import_receipt": "receipts.import",
    "post_cash_movement": "cash.write",
    "cash_movements": "cash.read",
    "receipt_contact": "clients.contact",
    "products": "catalog.products",
}


@pytest.mark.parametrize(("name", "feature"), UNDOCUMENTED.items())
async def test_what_izi_does_not_document_is_not_offered_and_not_asked(
    izi, tmp_path, name, feature
):
    async with till(izi, tmp_path) as crm:
        with pytest.raises(errors.NotSupported) as lacking:
            await getattr(crm, name)("x")
    assert lacking.value.feature == feature
    assert izi.asked == []
