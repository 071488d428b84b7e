"""A computer whose time jumps, and processes on it that can be killed at any step.

Two simplifications, both on purpose. Callbacks run in the order of `call_soon`, which asyncio
promises; what varies is when bytes, disks and timers come. And a thread's work is done at once
when it is handed over, its result comes later: the order that one thread keeps anyway.
"""

from __future__ import annotations

import asyncio
import contextvars
import selectors
import weakref
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

PROCESS: contextvars.ContextVar[Process | None] = contextvars.ContextVar("process", default=None)
"""Whose code is running; None: the world outside (register, cashier, checks)."""

MAX_TURNS = 3_000_000
"""Turns of the loop in one run; more is a program that spins."""
_CLOSE_TRIES = 64
_BEHIND_S = 1e-9
"""Timers of one moment come in any order; of two moments in theirs."""


class Dead(BaseException):
    """Raised where dead code would go on in a thread; nobody hears it."""


class Stuck(Exception):
    """Nothing will ever happen again, or everything happens without end."""


class Process:
    """A process: its steps are counted, and at a step it can die.

    From that step on none of its code has an effect, as with `kill -9`: callbacks are not
    run, bytes are not sent, statements are not executed. No `finally` helps.
    """

    def __init__(self, loop: VirtualLoop, on_death: Callable[[Process], None]) -> None:
        self.alive = True
        self.steps = 0
        self.die_at: int | None = None
        self.on_step: Callable[[str, int], None] | None = None
        """Told of the kind of each step and how many of it come."""
        self.died: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._on_death = on_death
        self._tasks: list[asyncio.Task[Any]] = []
        self._context = contextvars.copy_context()
        self._context.run(PROCESS.set, self)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` as this process's."""
        return self._context.run(self._loop.create_task, work)

    def call(self, function: Callable[..., Any], *arguments: object) -> Any:
        return self._context.run(function, *arguments)

    def step(self, kind: str) -> bool:
        """Something is about to happen; False when the process did not live to do it."""
        return self.emit(kind, 1) == 1

    def emit(self, kind: str, count: int) -> int:
        """`count` steps in a row; how many the process lived to do."""
        if not self.alive:
            return 0
        if self.on_step is not None:
            self.on_step(kind, count)
        before, self.steps = self.steps, self.steps + count
        if self.die_at is not None and before < self.die_at <= self.steps:
            survived = self.die_at - before - 1
            self.die()
            return survived
        return count

    def die(self) -> None:
        """Stop here, without goodbye."""
        if self.alive:
            self.alive = False
            self._on_death(self)
            self._loop.call_soon(self._bury, context=self._loop.outside)

    def adopt(self, task: asyncio.Task[Any]) -> None:
        """The process owns `task`, however it was made."""
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        self._tasks.append(task)
        if len(self._tasks) > 256:
            self._tasks = [one for one in self._tasks if not one.done()]

    def _bury(self) -> None:
        """Free what is left; its last words have no effect."""
        if not self.died.done():
            self.died.set_result(None)
        for task in self._tasks:
            work = task.get_coro()
            for _ in range(_CLOSE_TRIES):
                try:
                    self._context.run(work.close)
                except RuntimeError:  # it awaits in a `finally`: once more
                    continue
                except Exception:  # noqa: BLE001 - dead code may fail as it likes
                    pass
                break


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time is what the next timer says; threads are done at once; see `network` for sockets."""

    def __init__(self) -> None:
        self._now = 0.0
        self.turns = 0
        super().__init__(_NoSelector(self))
        self._clock_resolution = 1e-6
        self.outside = contextvars.copy_context()
        self.latency: Callable[[], float] = lambda: 0.0
        """Seconds until the result of a thread's work comes."""
        self.networks: dict[Any, Any] = {}
        """By host."""
        self._ready_at: weakref.WeakKeyDictionary[object, float] = weakref.WeakKeyDictionary()
        """When the latest result of a thread comes."""
        self.owned: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        """Tasks of processes; those of dead ones never end."""
        self.set_task_factory(_make_task)
        self.set_exception_handler(lambda loop, context: None)  # the dead say what they like

    def time(self) -> float:
        return self._now

    def jump(self, seconds: float | None) -> None:
        """What a real loop sleeps in its selector."""
        self.turns += 1
        if seconds is None:
            raise Stuck("nothing is scheduled")
        if self.turns > MAX_TURNS:
            raise Stuck(f"{MAX_TURNS} turns of the loop")
        if seconds > 0:
            self._now += seconds

    def call_soon(
        self,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        process = PROCESS.get() if context is None else context.get(PROCESS)
        if process is not None and not process.step("await"):
            handle = asyncio.Handle(callback, args, self, context)
            handle.cancel()
            return handle
        return super().call_soon(callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = self.create_future()
        process = PROCESS.get()
        if process is None or process.step("thread"):
            self.complete(future, func, *args)
        return future

    def complete(
        self,
        future: asyncio.Future[Any],
        func: Callable[..., Any],
        *args: Any,
        thread: object = None,
    ) -> None:
        """Do a thread's work; the result comes to `future` when the machine likes.

        `thread` is one whose results come in order; None: any of a pool.
        """
        result: Any = None
        failure: BaseException | None = None
        try:
            result = func(*args)
        except Dead:
            return
        except BaseException as error:  # noqa: BLE001 - a thread hands every error over
            failure = error
        if (process := PROCESS.get()) is not None and not process.alive:
            return

        def tell() -> None:
            if future.done():
                return
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

        ready_at = self._now + self.latency()
        if thread is not None:
            before = self._ready_at.get(thread, 0.0)
            if before > self._now:
                ready_at = max(ready_at, before + _BEHIND_S)
            self._ready_at[thread] = ready_at
        if ready_at > self._now:
            self.call_at(ready_at, tell, context=self.outside)
        else:
            self.call_soon(tell, context=self.outside)

    async def create_connection(self, factory: Any, host: Any = None, port: Any = None, **_: Any):  # type: ignore[override]
        return await self.networks[host].connect(factory, (host, port))

    async def create_server(self, factory: Any, host: Any = None, port: Any = None, **_: Any):  # type: ignore[override]
        return self.networks[host].listen(factory, (host, port))

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """What the dead have left is not closed, least of all when the collector likes."""

    def _make_self_pipe(self) -> None:
        """No thread wakes this loop."""

    def _close_self_pipe(self) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


def _make_task(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
) -> asyncio.Task[Any]:
    context = options.get("context")
    process = PROCESS.get() if context is None else context.get(PROCESS)
    task = asyncio.Task(work, loop=loop, **options)
    if process is not None:
        process.adopt(task)
        loop.owned.add(task)  # type: ignore[attr-defined]
    return task


class _NoSelector(selectors.BaseSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        raise AssertionError("a real file has no place in the simulation")

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        raise AssertionError("a real file has no place in the simulation")

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._loop.jump(timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return {}

    def close(self) -> None:
        pass
