"""The link to a station in the same process, on another thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from kassa_tui.link.host import StationHost
from kassa_tui.link.slot import LatestSlot
from kassa_tui.station import answers

if TYPE_CHECKING:
    from kassa_tui.station.answers import Answer
    from kassa_tui.station.requests import Request
    from kassa_tui.station.snapshot import Snapshot


class InProcessLink:
    """A `Link` to a `StationHost`, which it starts."""

    def __init__(self, host: StationHost, offer: Callable[[], None] | None = None) -> None:
        """`offer` lets other processes join once this one has (it may wait, and raise `OSError`);
        a station that nobody else can join is not gone on with."""
        self._host = host
        self._offer = offer
        self._offering: asyncio.Task[None] | None = None
        self._news: LatestSlot[Snapshot] | None = None
        self._end: LatestSlot[str] | None = None
        self._ended: asyncio.Future[str] | None = None
        self._on_end: Callable[[str], None] | None = None

    def attach(
        self, on_snapshot: Callable[[Snapshot], None], on_end: Callable[[str], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        self._ended, self._on_end = loop.create_future(), on_end
        self._news = LatestSlot(loop, on_snapshot)
        end = self._end = LatestSlot(loop, self._note_end)
        self._host.start()
        self._host.listen(self._news.put)
        if self._offer is not None:
            self._offering = loop.create_task(self._let_others_in(self._offer))

        def tell(ended: Future[str]) -> None:
            end.put(ended.result())

        self._host.ended.add_done_callback(tell)

    def detach(self) -> None:
        if self._news is not None:
            self._host.unlisten(self._news.put)
            self._news.close()
        if self._end is not None:
            self._end.close()

    async def ask(self, request: Request) -> Answer:
        ended = self._ended
        submitted = self._host.submit(request)
        if submitted is None or ended is None:
            return answers.Declined(answers.Objection.STOPPED)
        answer = asyncio.wrap_future(submitted)
        either: set[asyncio.Future[Any]] = {answer, ended}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if answer.done() and not answer.cancelled() and answer.exception() is None:
            return answer.result()
        # The station ended with the request in its hands.
        return answers.Uncertain()

    async def _let_others_in(self, offer: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(offer)
        except OSError as error:
            self._note_end(str(error))

    def _note_end(self, failure: str) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(failure)
        if self._on_end is not None:
            self._on_end(failure)
