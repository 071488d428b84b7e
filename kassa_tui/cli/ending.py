"""The signals that end a process, as a call in its event loop."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def at_signals(end: Callable[[], object], *names: str) -> Iterator[None]:
    """Call `end` in the running loop at each of the signals; then as it was before.

    A handler of the loop's own wakes it up. One of `signal.signal` may not: a signal that comes
    just as the loop lies down is told to it only when something else happens.
    """
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    with ExitStack() as afterwards:
        for number in (getattr(signal, name) for name in names):
            try:
                loop.add_signal_handler(number, end)
                afterwards.callback(loop.remove_signal_handler, number)
            except NotImplementedError:  # Windows, where the loop is woken up by any signal
                before = signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))
                afterwards.callback(signal.signal, number, before)
        yield
