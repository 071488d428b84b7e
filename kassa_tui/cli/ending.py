"""The signals that end a process, as a call in its event loop."""

from __future__ import annotations

from contextlib import contextmanager
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
    numbers = [getattr(signal, name) for name in names]
    try:
        for number in numbers:
            loop.add_signal_handler(number, end)
    except NotImplementedError:  # Windows, where the loop is woken up by any signal
        before = {
            number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))
            for number in numbers
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
