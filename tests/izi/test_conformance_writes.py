"""Contract D.10, V1, V2, V5, V7: every write once, every row once.

On the wire (`test_gateway_server`): a missing or malformed `Idempotency-Key`, the header
`Idempotency-Replayed`, 428 without `If-Match` and 304, which typed calls cannot express.
"""

import asyncio
from datetime import UTC

import pytest

from kassa_tui.izi.errors import (
    CursorExpired,
    CursorInvalid,
    ExternalIdConflict,
    IdempotencyKeyReused,
    InsufficientBalance,
    ShiftClosed,
)
from kassa_tui.izi.models.client import ClientSearch
from kassa_tui.izi.models.page import Order, Paging
from kassa_tui.izi.models.shift import ShiftOpening
from kassa_tui.izi.port import LookUpBy
from tests.izi.bench import (
    IVAN,
    fresh,
    movement,
    opened,
    post,
    top_up,
    transactions_of,
    walk,
    withdrawal,
)


async def balance(bench, client_id=IVAN):
    return (await bench.crm.client(client_id)).balance


async def test_the_same_post_with_the_same_key_makes_one_row_and_gives_the_first_answer(bench):
    shift = await opened(bench)
    sent, key = top_up(bench), fresh()
    first = await bench.crm.post_transaction(shift.id, sent, key=key)
    again = await bench.crm.post_transaction(shift.id, sent, key=key)
    assert (first.created, first.replayed) == (True, False)
    assert (again.created, again.replayed) == (True, True)
    assert again.value == first.value
    assert len(await transactions_of(bench, shift.id)) == 1
    assert await balance(bench) == 175_000


async def test_a_replay_gives_the_answer_of_then_not_of_now(bench):
    shift = await opened(bench)
    sent, key = top_up(bench), fresh()
    first = await bench.crm.post_transaction(shift.id, sent, key=key)
    await post(bench, shift.id, top_up(bench))
    again = await bench.crm.post_transaction(shift.id, sent, key=key)
    assert again.value.client_after == first.value.client_after


async def test_the_same_key_with_another_body_is_refused(bench):
    shift = await opened(bench)
    sent, key = top_up(bench), fresh()
    await bench.crm.post_transaction(shift.id, sent, key=key)
    with pytest.raises(IdempotencyKeyReused):
        await bench.crm.post_transaction(
            shift.id, sent.model_copy(update={"comment": "иначе"}), key=key
        )
    assert len(await transactions_of(bench, shift.id)) == 1


async def test_parallel_posts_with_the_same_key_make_one_row(bench):
    shift = await opened(bench)
    sent, key = top_up(bench), fresh()
    answers = await asyncio.gather(
        *(bench.crm.post_transaction(shift.id, sent, key=key) for _ in range(8))
    )
    assert len({answer.value.id for answer in answers}) == 1
    assert len(await transactions_of(bench, shift.id)) == 1
    assert await balance(bench) == 175_000


async def test_parallel_posts_with_different_keys_and_one_external_id_make_one_row(bench):
    shift = await opened(bench)
    sent = top_up(bench)
    answers = await asyncio.gather(
        *(bench.crm.post_transaction(shift.id, sent, key=fresh()) for _ in range(8))
    )
    assert sorted(answer.created for answer in answers) == [False] * 7 + [True]
    assert await balance(bench) == 175_000


async def test_a_key_belongs_to_its_path(bench):
    key = fresh()
    opening = ShiftOpening(external_id=fresh(), opened_at=bench.clock.now, opening_cash=0)
    shift = (await bench.crm.open_shift(bench.club_id, opening, key=key)).value
    posted = await bench.crm.post_transaction(shift.id, top_up(bench), key=key)
    assert posted.created


async def test_a_refused_request_leaves_its_key_free(bench):
    shift = await opened(bench)
    sent, key = withdrawal(bench, 200_000), fresh()
    with pytest.raises(InsufficientBalance):
        await bench.crm.post_transaction(shift.id, sent, key=key)
    await post(bench, shift.id, top_up(bench, 100_000))
    assert (await bench.crm.post_transaction(shift.id, sent, key=key)).created


async def test_after_a_lost_answer_a_new_key_finds_the_row_by_its_external_id(bench):
    shift = await opened(bench)
    sent = top_up(bench)
    lost = await bench.crm.post_transaction(shift.id, sent, key=fresh())
    found = await bench.crm.post_transaction(shift.id, sent, key=fresh())
    assert (found.value.id, found.created, found.replayed) == (lost.value.id, False, False)
    asked = await bench.crm.find_transactions(
        bench.club_id, LookUpBy.EXTERNAL_ID, str(sent.external_id)
    )
    assert [row.id for row in asked.items] == [lost.value.id]
    assert await balance(bench) == 175_000


async def test_the_same_moment_in_another_offset_is_the_same_body(bench):
    shift = await opened(bench)
    sent = top_up(bench)
    first = await post(bench, shift.id, sent)
    told_in_utc = sent.model_copy(update={"occurred_at": sent.occurred_at.astimezone(UTC)})
    assert (await post(bench, shift.id, told_in_utc)).id == first.id


async def test_a_known_external_id_with_another_amount_is_a_conflict(bench):
    shift = await opened(bench)
    sent = top_up(bench)
    await post(bench, shift.id, sent)
    with pytest.raises(ExternalIdConflict):
        await post(bench, shift.id, top_up(bench, 60_000, external_id=sent.external_id))
    assert await balance(bench) == 175_000


async def test_an_external_id_is_unique_across_all_kinds_of_rows(bench):
    shift = await opened(bench)
    sent = top_up(bench)
    await post(bench, shift.id, sent)
    with pytest.raises(ExternalIdConflict):
        await bench.crm.post_cash_movement(
            shift.id, movement(bench, "in", 100, external_id=sent.external_id), key=fresh()
        )
    assert (await bench.crm.cash_movements(shift.id)).items == ()


async def test_shifts_and_cash_movements_are_made_once_too(bench):
    opening = ShiftOpening(external_id=fresh(), opened_at=bench.clock.now, opening_cash=0)
    first = await bench.crm.open_shift(bench.club_id, opening, key=fresh())
    again = await bench.crm.open_shift(bench.club_id, opening, key=fresh())
    assert (again.value.id, again.created) == (first.value.id, False)
    sent = movement(bench, "in", 30_000)
    for _ in range(2):
        await bench.crm.post_cash_movement(first.value.id, sent, key=fresh())
    assert len((await bench.crm.cash_movements(first.value.id)).items) == 1


async def test_a_write_queued_over_the_24_hour_closing_is_re_addressed_and_stands_once(bench):
    old = await opened(bench)
    queued = top_up(bench)
    bench.clock.advance(hours=24)
    with pytest.raises(ShiftClosed) as alone:
        await post(bench, old.id, queued)
    assert alone.value.current_shift_id is None
    closed = await bench.crm.shift(old.id)
    assert (closed.status, closed.close_reason, closed.counted_cash) == ("closed", "auto_24h", None)
    new = await opened(bench)
    with pytest.raises(ShiftClosed) as refused:
        await post(bench, old.id, queued)
    assert refused.value.current_shift_id == new.id
    for _ in range(2):
        posted = await post(bench, new.id, queued)
    assert posted.late_posted
    assert len(await transactions_of(bench, new.id)) == 1
    assert await balance(bench) == 175_000


async def test_a_row_posted_before_the_closing_is_found_by_the_re_addressed_request(bench):
    old = await opened(bench)
    sent = top_up(bench)
    lost = await post(bench, old.id, sent)
    bench.clock.advance(hours=25)
    new = await opened(bench)
    assert (await post(bench, new.id, sent)).id == lost.id
    assert await transactions_of(bench, new.id) == []


async def test_a_shift_one_minute_short_of_24_hours_takes_postings(bench):
    shift = await opened(bench)
    bench.clock.advance(hours=23, minutes=59)
    assert (await post(bench, shift.id, top_up(bench))).shift_id == shift.id


@pytest.mark.parametrize("order", Order)
async def test_a_cursor_walk_with_concurrent_inserts_gives_each_row_once_in_order(bench, order):
    shift = await opened(bench)
    before = [(await post(bench, shift.id, top_up(bench))).id for _ in range(7)]
    rows, cursor, added = [], None, []
    while True:
        page = await bench.crm.shift_transactions(
            shift.id, paging=Paging(limit=2, cursor=cursor, order=order)
        )
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
        added.append((await post(bench, shift.id, top_up(bench))).id)
    seqs = [row.seq for row in rows]
    assert seqs == sorted(set(seqs), reverse=order is Order.DESC)
    ids = [row.id for row in rows]
    assert [row_id for row_id in ids if row_id in before] == (
        before if order is Order.ASC else before[::-1]
    )
    if order is Order.ASC:
        assert set(added) <= set(ids)


async def test_a_cursor_with_other_filters_is_invalid(bench):
    shift = await opened(bench)
    for _ in range(3):
        await post(bench, shift.id, top_up(bench))
    first = await bench.crm.shift_transactions(shift.id, paging=Paging(limit=1))
    cursor = Paging(limit=1, cursor=first.next_cursor)
    with pytest.raises(CursorInvalid):
        await bench.crm.shift_transactions(shift.id, client_id=IVAN, paging=cursor)
    with pytest.raises(CursorInvalid):
        await bench.crm.cash_movements(shift.id, paging=cursor)
    other_way = Paging(limit=1, cursor=first.next_cursor, order=Order.DESC)
    with pytest.raises(CursorInvalid):
        await bench.crm.shift_transactions(shift.id, paging=other_way)


@pytest.mark.parametrize("cursor", ["", "!", "AAAA", "W10=", "WzEsMiwzXQ==", "ы"])
async def test_a_cursor_that_is_none_is_invalid(bench, cursor):
    with pytest.raises(CursorInvalid):
        await bench.crm.shifts(bench.club_id, paging=Paging(cursor=cursor))


async def test_an_old_cursor_has_expired(bench):
    page = await bench.crm.products(bench.club_id, paging=Paging(limit=1))
    bench.clock.advance(days=2)
    with pytest.raises(CursorExpired):
        await bench.crm.products(bench.club_id, paging=Paging(limit=1, cursor=page.next_cursor))


async def test_pages_of_a_filtered_list_are_full_and_end(bench):
    everything = (await bench.crm.tariffs(bench.club_id, zone_id="vip")).items
    walked = await walk(
        lambda paging: bench.crm.tariffs(bench.club_id, zone_id="vip", paging=paging), limit=2
    )
    assert tuple(walked) == everything
    assert all(any(price.zone_id == "vip" for price in row.prices) for row in walked)


async def test_a_client_search_goes_on_with_its_cursor(bench):
    first = await bench.crm.search_clients(
        bench.club_id, ClientSearch(by="login", value="ann", limit=1)
    )
    assert [client.display_name for client in first.items] == ["Анна-Мария О."]
    assert first.next_cursor is None
