"""What a face asks beside the queue: clients, goods, payments and their stories."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from kassa_tui.station.answers import Declined, Objection, Recorded, TurnedDown
from kassa_tui.station.basket import LineKind, Paid
from kassa_tui.station.inquiries import (
    Articles,
    Clients,
    Exported,
    ExportPayments,
    FindClients,
    FindGoods,
    FindPayments,
    FoundPayments,
    ListArticles,
    ListTariffs,
    Moment,
    ReadStory,
    SaleItems,
    Story,
)
from kassa_tui.station.requests import CreditBonus, Sell
from tests.station.bench import FOR_EVER, Bench
from tests.station.test_crm import BLOCKED, CHIPS, IVAN, TOP_UP, ask, drained, gate, open_till


@pytest.mark.parametrize("typed", ["6617", "vanya", "QR-7041", "cl_41"])
async def test_a_client_is_found_by_what_he_can_say(bench: Bench, typed: str) -> None:
    async with open_till(bench) as running:
        found = await ask(running, FindClients(typed))
        assert isinstance(found, Clients)
        assert [client.id for client in found.found] == [IVAN]
        assert found.found[0].balance == 1_250_00
        assert found.found[0].phone_masked.startswith("+7")
        assert "6617" not in found.found[0].phone_masked.replace("-", "")[:-4]


@pytest.mark.parametrize("typed", ["", "ab", "000000", "nobody at all"])
async def test_nobody_is_found_without_an_error(bench: Bench, typed: str) -> None:
    async with open_till(bench) as running:
        assert await ask(running, FindClients(typed)) == Clients(())


async def test_goods_are_found_by_name_and_sold_as_they_stand(bench: Bench) -> None:
    async with open_till(bench) as running:
        found = await ask(running, FindGoods("чипсы"))
        assert isinstance(found, SaleItems)
        chips = next(item for item in found.found if item.ref_id == CHIPS.ref_id)
        line = chips.line(Decimal(2))
        assert isinstance(await ask(running, Sell(lines=(line,), paid=Paid(cash=260_00))), Recorded)


async def test_tariffs_have_an_item_for_each_zone(bench: Bench) -> None:
    async with open_till(bench) as running:
        told = await ask(running, ListTariffs())
        assert isinstance(told, SaleItems)
        hour = {one.zone_id: one.price for one in told.found if one.ref_id == "tr_1h"}
        assert hour == {"std": 120_00, "vip": 180_00, "ps": 250_00}
        assert {one.kind for one in told.found} == {LineKind.TARIFF}


async def test_only_articles_in_use_are_offered(bench: Bench) -> None:
    async with open_till(bench) as running:
        told = await ask(running, ListArticles())
        assert isinstance(told, Articles)
        assert "art_change" in {one.id for one in told.found}
        assert "art_old" not in {one.id for one in told.found}


async def test_an_inquiry_does_not_wait_for_a_silent_register(bench: Bench) -> None:
    async with open_till(bench):
        pass
    bench.fail("lost-request:99")
    async with bench.station(FOR_EVER) as running:
        paying = asyncio.create_task(ask(running, TOP_UP))
        await asyncio.sleep(0)
        assert isinstance(await ask(running, FindClients("6617")), Clients)
        assert not paying.done()
        paying.cancel()


async def test_without_the_crm_it_is_said_that_it_is_needed(bench: Bench) -> None:
    async with bench.station() as running:
        assert await ask(running, FindClients("6617")) == Declined(Objection.CRM_NEEDED)
        assert await ask(running, FindPayments()) == FoundPayments(())
    async with open_till(bench) as running:
        gate(bench).is_shut = True
        answer = await ask(running, ListTariffs())
        assert isinstance(answer, Declined)
        assert answer.reason is Objection.CRM_NEEDED


@pytest.mark.parametrize(
    ("typed", "sums"),
    [
        ("", [130_00, 300_00, 500_00]),
        ("500", [500_00]),
        ("500,00", [500_00]),
        ("пётр", [300_00]),
        ("ЧИПСЫ", [130_00]),
        ("3", [500_00]),
        ("ничего такого", []),
    ],
)
async def test_payments_are_found_by_what_is_remembered(
    bench: Bench, typed: str, sums: list[int]
) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        await ask(running, replace(TOP_UP, total=300_00, client="Пётр К."))
        await ask(running, Sell(lines=(CHIPS,), paid=Paid(cash=130_00)))
        found = await ask(running, FindPayments(text=typed))
        assert isinstance(found, FoundPayments)
        assert [state.payment.total for state in found.found] == sums


async def test_payments_come_in_pages(bench: Bench) -> None:
    async with open_till(bench) as running:
        for number in range(1, 6):
            await ask(running, CreditBonus(total=number, client_id=IVAN, comment="турнир"))
        seen: list[int] = []
        page = FindPayments(limit=2)
        while True:
            found = await ask(running, page)
            assert isinstance(found, FoundPayments)
            seen += [state.payment.total for state in found.found]
            if found.next_before is None:
                break
            page = replace(page, before=found.next_before)
        assert seen == [5, 4, 3, 2, 1]


async def test_the_story_of_a_payment_has_every_event_in_its_order(bench: Bench) -> None:
    async with open_till(bench) as running:
        bench.fail("fn-full@open_receipt:1")
        answer = await ask(running, TOP_UP)
        from kassa_tui.station.requests import IssueReceipt

        assert await ask(running, IssueReceipt(answer.payment_id)) == Recorded(answer.payment_id)
        await drained(running)
        await running.until(lambda s: len(s.payments[0].facts) == 2)
        story = await ask(running, ReadStory(answer.payment_id))
        assert isinstance(story, Story)
        moments = [event.moment for event in story.events]
        assert moments[0] is Moment.NOTED
        assert [one for one in moments if one in (Moment.SENT, Moment.ENDED, Moment.RECORDED)] == [
            Moment.SENT,
            Moment.ENDED,
            Moment.SENT,
            Moment.RECORDED,
        ]
        assert moments.count(Moment.TOLD) == 2
        assert {Moment.PRINTED, Moment.DELIVERED} <= set(moments)
        assert [event.at for event in story.events] == sorted(e.at for e in story.events)


async def test_the_story_of_a_refused_payment_says_why(bench: Bench) -> None:
    async with open_till(bench) as running:
        answer = await ask(running, replace(TOP_UP, client_id=BLOCKED))
        assert isinstance(answer, TurnedDown)
        story = await ask(running, ReadStory(answer.payment_id))
        assert isinstance(story, Story)
        assert story.events[-1].moment is Moment.CALLED_OFF
        assert "client-blocked" in story.events[-1].detail[0]
        strange = ReadStory(bench.new_id())
        assert await ask(running, strange) == Declined(Objection.NO_SUCH_PAYMENT)


async def test_the_payments_are_written_into_a_file_beside_the_journal(bench: Bench) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        exported = await ask(running, ExportPayments())
        assert isinstance(exported, Exported)
        assert exported.payments == 1
        file = Path(exported.path)
        assert file.parent.parent == bench.path.parent
        assert "cash=50000" in file.read_text("utf-8")


async def test_a_file_that_cannot_be_written_is_told(bench: Bench) -> None:
    async with open_till(bench) as running:
        bench.path.with_name("exports").touch()
        answer = await ask(running, ExportPayments())
        assert isinstance(answer, Declined)
        assert answer.reason is Objection.FILE_FAILED
