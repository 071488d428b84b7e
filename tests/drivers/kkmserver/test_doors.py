"""Name, password and certificates: who is let in, who is trusted, and what is never shown."""

from __future__ import annotations

import base64
import logging
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from drivers.kkmserver.client import Login
from drivers.kkmserver.driver import KkmServerRegister
from drivers.register import AddressError, Reason, Refused, RegisterError, Unreachable
from drivers.virtual.core import VirtualRegister
from drivers.virtual.kkmserver_face import Habits, KkmServerFace
from drivers.virtual.registration import Registration
from tests.drivers.contract.benches import QUICK
from tests.drivers.examples import ZONE, SteppedClock
from tests.drivers.kkmserver.scripted import Reply, service

SECRET = "hunter2"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA) -> Iterator[Path]:
    with authority.cert_pem.tempfile() as path:
        yield Path(path)


def served_by(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_the_right_password_opens_and_another_is_refused_as_such() -> None:
    clock = SteppedClock()
    virtual = VirtualRegister.open(None, Registration(), clock)
    face = KkmServerFace(virtual, Habits(passwords={"User": SECRET, "Admin": "x"}))
    host, port = await face.serve_http()
    url = f"http://{host}:{port}?num_device=1"
    for password, opens in ((SECRET, True), ("", False), ("hunter3", False)):
        driver = KkmServerRegister(url, timezone=ZONE, password=password, timing=QUICK)
        if opens:
            await driver.connect()
        else:
            with pytest.raises(Refused) as refused:
                await driver.connect()
            assert refused.value.reason is Reason.WRONG_PASSWORD
    await face.close()
    virtual.close()


async def test_the_password_goes_into_a_header_and_nowhere_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    errors: list[BaseException] = []
    async with service(password=SECRET, user="User") as (scripted, driver):
        await driver.connect()
        for said in (Reply(b"", 401), Reply(b"", 500), Reply(b"<"), Reply(b"", breaks=True)):
            scripted.say("GetDataKKT", said)
            with pytest.raises(RegisterError) as error:
                await driver.connect()
            errors += [error.value, *filter(None, [error.value.__cause__])]
        token = base64.b64encode(f"User:{SECRET}".encode()).decode()
        assert token in scripted.headers[0]
    shown = caplog.text + "".join(f"{one} {one!r}" for one in errors) + repr(vars(driver))
    assert SECRET not in shown
    assert token not in shown
    assert SECRET not in repr(Login("User", SECRET))


async def test_a_private_authority_is_trusted_where_its_file_is_given(
    authority: trustme.CA, ca_file: Path
) -> None:
    async with service(trust=served_by(authority, "127.0.0.1"), ca_file=ca_file) as (_, driver):
        await driver.connect()


@pytest.mark.parametrize(("name", "given"), [("127.0.0.1", False), ("kkm.example.org", True)])
async def test_a_certificate_that_is_not_trusted_or_not_the_hosts_is_no_service(
    authority: trustme.CA, ca_file: Path, name: str, given: bool
) -> None:
    trusted = ca_file if given else None
    async with service(trust=served_by(authority, name), ca_file=trusted) as (scripted, driver):
        with pytest.raises(Unreachable) as away:
            await driver.connect()
        assert away.value.reason is Reason.SERVER_UNAVAILABLE
        assert "certificate" in away.value.detail
        assert scripted.commands == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_certificates_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(AddressError) as caught:
        KkmServerRegister("https://host?num_device=1", timezone=ZONE, ca_file=file)
    assert str(file) in caught.value.wrong


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_that_is_no_kkmserver_is_an_unavailable_service(status: int) -> None:
    async with service() as (scripted, driver):
        scripted.say("GetDataKKT", Reply(b"", status))
        with pytest.raises(Unreachable) as away:
            await driver.connect()
        assert away.value.reason is Reason.SERVER_UNAVAILABLE


async def test_an_old_service_without_a_command_does_not_support_it() -> None:
    async with service() as (scripted, driver):
        scripted.say("ContinuePrint", Reply(b"", 501))
        with pytest.raises(Refused) as refused:
            await driver.continue_print()
        assert refused.value.reason is Reason.UNSUPPORTED


async def test_a_service_that_took_another_register_is_found_out() -> None:
    """One that does not understand `KktNumber` takes the first device."""
    async with service() as (scripted, _):
        url = scripted.url.replace("num_device=1", "kkt_number=0010690000000999")
        driver = KkmServerRegister(url, timezone=ZONE, timing=QUICK)
        with pytest.raises(Refused) as refused:
            await driver.connect()
        assert refused.value.reason is Reason.DEVICE_MISSING
        assert scripted.commands[0]["KktNumber"] == "0010690000000999"
        assert "NumDevice" not in scripted.commands[0]
