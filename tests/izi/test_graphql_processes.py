"""Real processes at IZI's adapter: one that is killed in a post, two that refresh at once."""

import asyncio
import sys

import pytest

from kassa_tui.izi import errors
from kassa_tui.izi.virtual.serving import serving
from tests.izi.bench import fresh
from tests.izi.graphql_process import draft
from tests.izi.test_graphql import post, reached
from tests.izi.virtual_izi import VirtualIzi

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a kill is another thing there")


async def process(url, state, *words):
    module = "tests.izi.graphql_process"
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, url, str(state), *map(str, words)
    )


@pytest.mark.parametrize("fault", ["hang-before-commit", "hang-after-commit"])
async def test_after_a_kill_between_intent_and_answer_nothing_is_posted_again(tmp_path, fault):
    izi, external_id = VirtualIzi(), fresh()
    izi.fail("topUpBalance", fault)
    async with serving(izi, "127.0.0.1", 0) as url:
        killed = await process(url, tmp_path, "post", external_id)
        while "topUpBalance" not in izi.operations():  # noqa: ASYNC110 - a server tells nobody
            await asyncio.sleep(0.01)
        killed.kill()
        await killed.wait()
        posted = len(izi.posted)
        async with reached(url, tmp_path) as crm:
            with pytest.raises(errors.OutcomeUnclear):
                await post(crm, draft(external_id))
            assert len(izi.posted) == posted
            if not posted:
                await crm.was_not_done(external_id)
                await post(crm, draft(external_id))
    assert len(izi.posted) == 1


async def test_two_processes_that_refresh_at_once_use_no_refresh_token_twice(tmp_path):
    izi = VirtualIzi()
    async with serving(izi, "127.0.0.1", 0) as url:
        both = [await process(url, tmp_path, "refresh", 15) for _ in range(2)]
        assert [await one.wait() for one in both] == [0, 0]
    # A token that is used a second time is refused, and a login comes after it.
    assert izi.operations().count("loginWithEmailPassword") == 1
    assert izi.operations().count("refreshToken") == 29
