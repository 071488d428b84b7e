"""A serial port by pyserial: opened and closed in threads, since either can block.

A USB adapter that hangs blocks in `open`; a stuck line blocks in `close`, which waits for
what was written to drain. The threads are daemons, so that neither keeps the process alive.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVarTuple

import serial

from drivers.shtrih.address import SerialAddress
from drivers.shtrih.streams import ConnectFailed

try:
    import termios
except ImportError:  # Windows has no terminals of this kind
    _TERMINAL_ERRORS: tuple[type[Exception], ...] = ()
else:
    _TERMINAL_ERRORS = (termios.error,)

Args = TypeVarTuple("Args")

_WRITE_TIMEOUT_S = 5.0
PORT_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    serial.SerialException,
    TypeError,
    ValueError,
    *_TERMINAL_ERRORS,
)
"""What pyserial lets out: TypeError when a port is closed under a blocked call, and the
errors of `termios`, which are no OSError."""


async def open_port(address: SerialAddress, deadline: float) -> serial.Serial:
    """The port, open and ours alone. Raises `ConnectFailed`."""
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[serial.Serial] = loop.create_future()

    def hand_over(port: serial.Serial) -> None:
        if opened.done():  # nobody waits any more
            threading.Thread(target=close_port, args=(port,), daemon=True).start()
        else:
            opened.set_result(port)

    def fail(why: str) -> None:
        if not opened.done():
            opened.set_exception(ConnectFailed(f"{address.port}: {why}"))

    def work() -> None:
        try:
            port = serial.Serial(
                address.port,
                address.baudrate,
                timeout=None,
                write_timeout=_WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except PORT_ERRORS as error:
            from_thread(loop, fail, str(error))
            return
        if not from_thread(loop, hand_over, port):
            close_port(port)

    threading.Thread(target=work, name="serial opener", daemon=True).start()
    try:
        async with asyncio.timeout_at(deadline):
            return await opened
    except TimeoutError:
        raise ConnectFailed(f"{address.port}: the port does not open") from None


def close_port(port: serial.Serial) -> None:
    """Blocks for a moment where the line is stuck."""
    with suppress(*PORT_ERRORS):
        port.reset_output_buffer()  # closing would wait for a stuck line to drain
    with suppress(*PORT_ERRORS):
        port.close()


def from_thread(
    loop: asyncio.AbstractEventLoop, call: Callable[[*Args], object], *args: *Args
) -> bool:
    """Run `call` in the loop; False when the loop is gone."""
    try:
        loop.call_soon_threadsafe(call, *args)
    except RuntimeError:
        return False
    return True
