"""The way to a register, looked at without a byte to it."""

import asyncio
from pathlib import Path

from drivers.register import LinkState
from drivers.shtrih.probe import see_link


async def test_an_address_where_somebody_listens_is_present_and_is_sent_nothing() -> None:
    got = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await see_link(f"socket://127.0.0.1:{port}")
        assert found.state is LinkState.PRESENT
        assert await got == b""
    found = await see_link(f"socket://127.0.0.1:{port}")
    assert found.state is LinkState.REFUSED
    assert found.place == f"127.0.0.1:{port}"


async def test_a_host_that_nobody_knows_is_absent() -> None:
    assert (await see_link("socket://kassa.invalid:7778")).state is LinkState.ABSENT


async def test_a_serial_port_is_there_or_not(tmp_path: Path) -> None:
    port = tmp_path / "tty"
    assert (await see_link(f"serial://{port}")).state is LinkState.ABSENT
    port.touch()
    found = await see_link(f"serial://{port}")
    assert found.state is LinkState.PRESENT
    assert found.is_serial
