"""Contract D.10, V3, V4, V5 and the shift's own rules (D.5, K9, K11-K13)."""

import pytest

from kassa_tui.izi.errors import (
    ClubAccessDenied,
    InsufficientCash,
    NoOpenShift,
    NotFound,
    ShiftAlreadyOpen,
    ShiftClosed,
    ShiftExpired,
    ValidationFailed,
    VersionConflict,
)
from kassa_tui.izi.models.page import Paging
from kassa_tui.izi.models.shift import (
    FiscalModeChange,
    ShiftClosing,
    ShiftFiscal,
    ShiftOpening,
    ShiftStatus,
)
from tests.izi.bench import (
    FN,
    close,
    fresh,
    movement,
    opened,
    post,
    receipt_for,
    top_up,
    transactions_of,
    withdrawal,
)


def pointers(refused):
    return [fault.pointer for fault in refused.value.faults]


async def test_without_a_shift_there_is_no_current_one(bench):
    with pytest.raises(NoOpenShift):
        await bench.crm.current_shift(bench.club_id)


async def test_a_second_opening_is_told_which_shift_is_open(bench):
    shift = await opened(bench)
    with pytest.raises(ShiftAlreadyOpen) as refused:
        await opened(bench)
    assert refused.value.shift_id == shift.id
    assert (await bench.crm.current_shift(bench.club_id)).id == shift.id


async def test_every_write_to_a_closed_shift_is_refused_with_the_current_one(bench):
    old = await opened(bench)
    await close(bench, old)
    new = await opened(bench)
    writes = (
        lambda: post(bench, old.id, top_up(bench)),
        lambda: bench.crm.post_cash_movement(old.id, movement(bench, "in", 1), key=fresh()),
        lambda: bench.crm.set_fiscal_mode(old.id, FiscalModeChange(mode="fiscal"), version=1),
        lambda: close(bench, old),
    )
    for write in writes:
        with pytest.raises(ShiftClosed) as refused:
            await write()
        assert refused.value.current_shift_id == new.id
    assert await transactions_of(bench, old.id) == []


async def test_a_stale_close_is_refused_and_tells_the_etag(bench):
    shift = await opened(bench)
    await post(bench, shift.id, top_up(bench))
    now = await bench.crm.shift(shift.id)
    assert now.version > shift.version
    closing = ShiftClosing(closed_at=bench.clock.now, counted_cash=now.expected_cash)
    with pytest.raises(VersionConflict) as refused:
        await bench.crm.close_shift(shift.id, closing, version=shift.version, key=fresh())
    assert refused.value.etag == f'"{now.version}"'
    assert (await bench.crm.shift(shift.id)).status is ShiftStatus.OPEN


@pytest.mark.parametrize("change", ["transaction", "movement", "receipt", "mode"])
async def test_whatever_changes_a_shift_makes_its_version_grow(bench, change):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    before = (await bench.crm.shift(shift.id)).version
    match change:
        case "transaction":
            await post(bench, shift.id, top_up(bench))
        case "movement":
            await bench.crm.post_cash_movement(shift.id, movement(bench, "in", 1), key=fresh())
        case "receipt":
            await bench.crm.attach_receipt(row.id, receipt_for(bench, 1, 50_000))
        case "mode":
            await bench.crm.set_fiscal_mode(
                shift.id, FiscalModeChange(mode="non_fiscal", reason="сломалась"), version=before
            )
    assert (await bench.crm.shift(shift.id)).version > before


async def test_a_close_repeated_with_its_key_is_replayed_though_the_version_is_old(bench):
    shift = await opened(bench)
    closing = ShiftClosing(closed_at=bench.clock.now, counted_cash=500_000)
    key = fresh()
    first = await bench.crm.close_shift(shift.id, closing, version=shift.version, key=key)
    again = await bench.crm.close_shift(shift.id, closing, version=shift.version, key=key)
    assert again.replayed
    assert again.value == first.value


async def test_a_shortage_is_negative_and_needs_a_comment(bench):
    shift = await opened(bench)
    with pytest.raises(ValidationFailed) as refused:
        await close(bench, shift, counted_cash=498_000)
    assert pointers(refused) == ["#/comment"]
    closed = await close(bench, shift, counted_cash=498_000, comment="-20,00: ошибка сдачи")
    assert (closed.discrepancy, closed.expected_cash, closed.counted_cash) == (
        -2_000,
        500_000,
        498_000,
    )
    assert closed.close_reason == "manual"


async def test_denominations_must_make_the_counted_cash(bench):
    shift = await opened(bench)
    with pytest.raises(ValidationFailed) as refused:
        await close(bench, shift, denominations=[{"value": 100_000, "count": 4}])
    assert pointers(refused) == ["#/denominations"]
    await close(bench, shift, denominations=[{"value": 100_000, "count": 5}])


async def test_the_next_shift_carries_over_what_was_counted(bench):
    await close(bench, await opened(bench), counted_cash=498_000, comment="недостача")
    with pytest.raises(ValidationFailed) as refused:
        await opened(bench, 500_000, comment=" ")
    assert pointers(refused) == ["#/comment"]
    second = await opened(bench, 498_000, comment=None)
    assert (second.carried_over_cash, second.number) == (498_000, 2)


async def test_a_first_shift_carries_nothing_over(bench):
    assert (await opened(bench, comment=None)).carried_over_cash is None


async def test_the_register_total_is_compared_with_the_z_report(bench):
    shift = await opened(bench)
    await post(bench, shift.id, top_up(bench, 50_000))
    await post(bench, shift.id, top_up(bench, 70_000, "card"))
    closed = await close(
        bench,
        shift,
        z_report={
            "fiscal_document_number": 1103,
            "shift_number": 118,
            "date_time": bench.clock.now,
            "cash_total_sum": 60_000,
            "ecash_total_sum": 70_000,
            "return_cash_total_sum": 5_000,
            "return_ecash_total_sum": 0,
        },
    )
    compared = closed.z_comparison
    assert (compared.register_total, compared.z_total, compared.difference) == (
        120_000,
        125_000,
        5_000,
    )
    assert closed.fiscal.close_document == 1103
    assert await bench.crm.shift(shift.id) == closed


async def test_an_opening_that_would_be_24_hours_old_has_expired(bench):
    opening = ShiftOpening(external_id=fresh(), opened_at=bench.clock.now, opening_cash=0)
    bench.clock.advance(hours=24)
    with pytest.raises(ShiftExpired):
        await bench.crm.open_shift(bench.club_id, opening, key=fresh())


async def test_the_24_hour_closing_is_as_of_the_24th_hour(bench):
    shift = await opened(bench)
    bench.clock.advance(days=3)
    closed = await bench.crm.shift(shift.id)
    assert (closed.closed_at - closed.opened_at).days == 1
    assert closed.closed_by is None
    with pytest.raises(NoOpenShift):
        await bench.crm.current_shift(bench.club_id)


async def test_shifts_are_listed_latest_first_and_filtered(bench):
    first = await opened(bench)
    bench.clock.advance(hours=1)
    await close(bench, first)
    second = await opened(bench)
    assert [s.id for s in (await bench.crm.shifts(bench.club_id)).items] == [second.id, first.id]
    only_open = await bench.crm.shifts(bench.club_id, status=ShiftStatus.OPEN)
    assert [s.id for s in only_open.items] == [second.id]
    early = await bench.crm.shifts(bench.club_id, opened_to=second.opened_at)
    assert [s.id for s in early.items] == [first.id]
    late = await bench.crm.shifts(
        bench.club_id, opened_from=second.opened_at, paging=Paging(limit=1)
    )
    assert [s.id for s in late.items] == [second.id]


async def test_the_non_fiscal_mode_needs_a_reason_and_defers_receipts(bench):
    shift = await opened(bench)
    with pytest.raises(ValidationFailed) as refused:
        await bench.crm.set_fiscal_mode(
            shift.id, FiscalModeChange(mode="non_fiscal", reason="  "), version=shift.version
        )
    assert pointers(refused) == ["#/reason"]
    changed = await bench.crm.set_fiscal_mode(
        shift.id, FiscalModeChange(mode="non_fiscal", reason="ККТ в ремонте"), version=1
    )
    assert changed.fiscal.mode == "non_fiscal"
    row = await post(bench, shift.id, top_up(bench))
    assert row.fiscal_status == "deferred"
    now = await bench.crm.shift(shift.id)
    assert now.totals.non_fiscal_total == 50_000
    await bench.crm.set_fiscal_mode(shift.id, FiscalModeChange(mode="fiscal"), version=now.version)
    assert (await post(bench, shift.id, top_up(bench))).fiscal_status == "pending"
    attached = await bench.crm.attach_receipt(row.id, receipt_for(bench, 5, 50_000))
    assert attached.value.fiscal_status == "issued"
    assert (await bench.crm.shift(shift.id)).totals.non_fiscal_total == 0


async def test_a_shift_may_be_opened_non_fiscal_with_a_reason(bench):
    fiscal = ShiftFiscal(mode="non_fiscal", fiscal_drive_number=FN)
    with pytest.raises(ValidationFailed):
        await opened(bench, fiscal=fiscal, comment=None)
    assert (await opened(bench, fiscal=fiscal)).fiscal.mode == "non_fiscal"


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"article_id": None}, "#/article_id"),
        ({"article_id": "art_change"}, "#/article_id"),
        ({"article_id": "art_old"}, "#/article_id"),
        ({"article_id": "nothing"}, "#/article_id"),
        ({"comment": None}, "#/comment"),
        ({"kind": "other", "comment": " "}, "#/comment"),
        ({"kind": "theft"}, "#/kind"),
    ],
)
async def test_an_unexplained_cash_movement_is_refused(bench, members, pointer):
    shift = await opened(bench)
    with pytest.raises(ValidationFailed) as refused:
        await bench.crm.post_cash_movement(
            shift.id, movement(bench, "out", 100, **members), key=fresh()
        )
    assert pointers(refused) == [pointer]
    assert (await bench.crm.cash_movements(shift.id)).items == ()


async def test_a_collection_goes_out_without_an_article(bench):
    shift = await opened(bench)
    collection = {"kind": "collection", "article_id": None, "comment": None}
    with pytest.raises(ValidationFailed) as refused:
        await bench.crm.post_cash_movement(
            shift.id, movement(bench, "in", 100, **collection), key=fresh()
        )
    assert pointers(refused) == ["#/direction"]
    await bench.crm.post_cash_movement(
        shift.id, movement(bench, "out", 100, **collection), key=fresh()
    )
    totals = (await bench.crm.shift(shift.id)).totals
    assert (totals.collected, totals.cash_out, totals.expected_cash) == (100, 0, 499_900)


@pytest.mark.parametrize("kind", ["collection", "expense"])
async def test_no_more_cash_goes_out_than_is_in_the_drawer(bench, kind):
    shift = await opened(bench)
    await post(bench, shift.id, top_up(bench, 70_000, "card"))
    out = movement(bench, "out", 500_001, kind=kind)
    with pytest.raises(InsufficientCash) as refused:
        await bench.crm.post_cash_movement(shift.id, out, key=fresh())
    assert refused.value.available == 500_000
    assert (await bench.crm.shift(shift.id)).expected_cash == 500_000


async def test_a_withdrawal_takes_no_more_cash_than_is_in_the_drawer(bench):
    shift = await opened(bench, 10_000)
    with pytest.raises(InsufficientCash) as refused:
        await post(bench, shift.id, withdrawal(bench, 10_001))
    assert refused.value.available == 10_000
    assert (await post(bench, shift.id, withdrawal(bench, 10_001, "card"))).amount == 10_001


async def test_a_club_of_others_is_closed_to_the_operator(bench):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    stranger = await bench.limited(club_ids=frozenset())
    calls = (
        stranger.current_shift(bench.club_id),
        stranger.shift(shift.id),
        stranger.transaction(row.id),
        stranger.products(bench.club_id),
        stranger.post_transaction(shift.id, top_up(bench), key=fresh()),
    )
    for call in calls:
        with pytest.raises(ClubAccessDenied):
            await call
    assert (await stranger.me()).clubs == ()


async def test_what_is_not_there_is_not_found(bench):
    calls = (
        bench.crm.shift("sh_none"),
        bench.crm.transaction("tx_none"),
        bench.crm.client("cl_none"),
        bench.crm.receipt_contact("cl_none"),
        bench.crm.shifts("club_none"),
        bench.crm.fiscal_settings("club_none"),
        post(bench, "sh_none", top_up(bench)),
    )
    for call in calls:
        with pytest.raises(NotFound):
            await call
