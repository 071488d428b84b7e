"""A station on a loop and a thread of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from kassa_tui.station.answers import Answer
    from kassa_tui.station.requests import Request
    from kassa_tui.station.snapshot import Snapshot

log = logging.getLogger(__name__)


class Worker(Protocol):
    """What a host needs of a `Station`."""

    async def ask(self, request: Request) -> Answer: ...
    def stop(self) -> None: ...


Listener: TypeAlias = "Callable[[Snapshot], None]"
Work: TypeAlias = Callable[[Listener, Callable[[Worker], None]], Awaitable[None]]
"""Makes the parts on the station's loop, names the worker by the second argument, works,
and puts the parts away."""


class StationHost:
    """Runs `work` on its own thread until `stop`.

    The thread is a daemon: a process never waits for a station beyond the timeout of `stop`,
    and what that cuts off is repaired at the next start.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._thread: Thread | None = None
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._worker: Worker | None = None
        self._listeners: list[Listener] = []
        self._last: Snapshot | None = None
        self.ended: Future[str] = Future()
        """Done when the thread is through: words of the failure, empty after a stop."""

    def start(self) -> None:
        """Start the thread; does nothing the second time."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="station", daemon=True)
                self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End after the request in work, or cut it off after `timeout` seconds.

        False when the thread did not end even then.
        """
        if self._thread is None:
            return True
        self._call(self._stop_worker)
        self._thread.join(timeout)
        if self._thread.is_alive():
            self._call(self._cancel)
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def listen(self, listener: Listener) -> None:
        """Call `listener` with the last snapshot and each further one; it may not wait."""
        with self._lock:
            self._listeners.append(listener)
            if self._last is not None:
                listener(self._last)

    def unlisten(self, listener: Listener) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def submit(self, request: Request) -> Future[Answer] | None:
        """The answer to come, from any thread; None where no station works."""
        if self._worker is None or self._loop is None or self.ended.done():
            return None
        asking = self._worker.ask(request)
        try:
            return asyncio.run_coroutine_threadsafe(asking, self._loop)
        except RuntimeError:  # the loop closed in this very moment
            asking.close()
            return None

    def _run(self) -> None:
        failure = ""
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            pass  # cut off by `stop`
        except Exception as error:  # whatever ended it, the faces must be told
            log.exception("the station failed")
            failure = str(error) or type(error).__name__
        finally:
            self.ended.set_result(failure)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        await self._work(self._publish, self._set_worker)

    def _set_worker(self, worker: Worker) -> None:
        self._worker = worker

    def _publish(self, snapshot: Snapshot) -> None:
        with self._lock:
            self._last = snapshot
            for listener in self._listeners:
                listener(snapshot)

    def _call(self, action: Callable[[], object]) -> None:
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(action)
        except RuntimeError:
            pass  # the loop is closed: it has ended already

    def _stop_worker(self) -> None:
        if self._worker is None:
            self._cancel()
        else:
            self._worker.stop()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
