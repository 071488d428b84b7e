"""Whatever a host sends, the device answers with a code of its list, and goes on."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.virtual.shtrih_face.codes import Code
from drivers.virtual.shtrih_face.device import COMMANDS, Device
from tests.drivers.virtual.shtrih_host import Clock, item, make_register, pw

ERRORS = frozenset(Code) - {Code.INTERNAL}
LONGEST_ANSWER = 255


def name(code: int) -> bytes:
    return code.to_bytes(2 if code > 0xFF else 1, "big")


def check(device: Device, body: bytes) -> None:
    answer = device.execute(body)
    code = 2 if body[0] == 0xFF else 1
    assert answer[:code] == body[:code].ljust(code, b"\0")
    assert answer[code] == 0 or answer[code] in ERRORS
    assert answer[code] == 0 or len(answer) == code + 1
    assert len(answer) <= LONGEST_ANSWER


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A known command with a right password and parameters of a permitted length."""
    code = draw(st.sampled_from(sorted(COMMANDS)))
    command = COMMANDS[code]
    password = b"" if command.rights.value == 0 else pw(draw(st.sampled_from((1, 29, 30))))
    shortest, longest = command.length
    longest = min(longest, LONGEST_ANSWER - len(name(code)) - len(password))
    size = draw(st.sampled_from((shortest, longest)))
    filler = draw(st.sampled_from((b"\0", b"\1", b"\xff", b"A")))
    head = draw(st.binary(max_size=min(size, 24)))
    return name(code) + password + head.ljust(size, filler)


@given(st.binary(min_size=1, max_size=255))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_body_is_answered(body):
    register = make_register(Clock())
    check(Device(register), body)
    register.close()


@pytest.mark.parametrize("prologue", [(), (b"\xe0",), (b"\xe0", b"\xff\x46")])
@given(bodies=st.lists(requests(), min_size=1, max_size=15))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_sequence_of_commands_is_answered(prologue, bodies):
    register = make_register(Clock())
    device = Device(register)
    for code in prologue:
        check(device, code + pw(30) + (item() if len(code) == 2 else b""))
    for body in bodies:
        check(device, body)
    register.close()
