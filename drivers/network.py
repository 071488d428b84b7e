"""What can be seen of a network address without a byte to it."""

from __future__ import annotations

import asyncio
import socket

from drivers.register import LinkFinding, LinkState

ANSWER_S = 2.0
"""How long an address may take to answer."""
_CLOSING_S = 1.0


async def see_address(host: str, port: int) -> LinkFinding:
    """Whether the address takes connections."""
    return LinkFinding(place=f"{host}:{port}", is_serial=False, state=await _state(host, port))


async def _state(host: str, port: int) -> LinkState:
    try:
        async with asyncio.timeout(ANSWER_S):
            _, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return LinkState.REFUSED
    except (socket.gaierror, ValueError):  # also a name that no encoding takes
        return LinkState.ABSENT
    except OSError:  # also the end of the wait
        return LinkState.SILENT
    writer.close()
    try:
        async with asyncio.timeout(_CLOSING_S):
            await writer.wait_closed()
    except OSError:
        pass  # it has taken the connection all the same
    return LinkState.PRESENT
