"""Byte audit: what strangers say reaches the terminal as letters only."""

import re
import unicodedata

import pytest

from tests.terminal.terminal import Terminal, back_to_sale, terminal

pytestmark = pytest.mark.timeout(120)

_OURS = re.compile(r"\x1b\[[0-9;:?<=>]*[$ ]?[a-zA-Z]")
"""Control sequences of the screen library: none of them takes words."""
_FINALS = set("mHhlupnctJKSTABCD")
_BELL = "\x07"
"""Rung by the screen library at a key that a field refuses."""
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def audited(output: bytes) -> str:
    """The letters that reached the terminal; fails on anything else that is not ours."""
    text = output.decode("utf-8")
    for sequence in _OURS.findall(text):
        assert sequence[-1] in _FINALS, repr(sequence)
    letters = _OURS.sub("", text)
    assert f"evil{_BELL}" not in letters
    ours = {"\r", "\n", _BELL}
    foreign = {char for char in letters if unicodedata.category(char) in _FORBIDDEN} - ours
    assert not foreign, f"{foreign!r}"
    return letters


def walk(cashier: Terminal) -> None:
    """Through every screen and list that shows what strangers say."""
    for keys in (
        ("f9",) * 9,
        ("f9", "f12"),
        ("f9", "f9", "f12"),
        ("f1",),
        ("f1", "w", "f7"),
        ("f3",),
        ("f5",),
        ("f6", "down", "enter"),
        ("enter", *"1234", "f7", "down", "enter"),
        ("2", "enter", "enter", "down", "enter"),
        ("3", "enter", *"cola", "f7", "down", "enter"),
        ("4", "enter", *"1043", "f7", "down", "enter"),
        ("1", "enter", "enter", *"500", "f12"),
    ):
        for key in keys:
            cashier.press(key)
            cashier.pump(0.05)
        cashier.settle()
        back_to_sale(cashier)
        cashier.press("f8")


@pytest.mark.parametrize(("term", "size"), [("xterm-256color", (80, 24)), ("linux", (120, 40))])
def test_no_foreign_control_byte_reaches_the_terminal(term: str, size: tuple[int, int]) -> None:
    with terminal("-m", "tests.terminal.hostile", term=term, size=size) as cashier:
        cashier.until("F12")
        cashier.settle()
        walk(cashier)
        assert cashier.process.poll() is None, cashier.text()
        letters = audited(bytes(cashier.output))
    assert letters.count("evil") > 10
    assert "Сыр" in letters
