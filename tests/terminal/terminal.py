"""A real terminal without a window: a process in a pty, and an emulator that reads it."""

import errno
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import zxingcpp

SOON_S = 30.0
_LAUNCHER = (
    "import fcntl, os, sys, termios;"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""Gives the process its terminal, so that the terminal's end is told to it."""

_LAST_KEYS = ("[17~", "[18~", "[19~", "[20~", "[21~", "[23~", "[24~")
_FUNCTION_KEYS = {
    "xterm-256color": ("OP", "OQ", "OR", "OS", "[15~", *_LAST_KEYS),
    "linux": ("[[A", "[[B", "[[C", "[[D", "[[E", *_LAST_KEYS),
}
_SCALE = 4
"""Pixels of half a cell's height, for the decoder."""
_DARK = {"black", "default", "000000", "121212"}
_LIGHT = {"white", "ffffff", "c0c0c0", "aaaaaa"}


class Terminal:
    """The master's side: what is typed, what is drawn, every byte that came."""

    def __init__(self, process: subprocess.Popen[bytes], master: int, term: str) -> None:
        self.process = process
        self.output = bytearray()
        """Everything the process has written."""
        self.last_at = 0.0
        """When the last of it came, by `time.monotonic`."""
        self._master = master
        self._term = term
        size = struct.unpack("HHHH", fcntl.ioctl(master, termios.TIOCGWINSZ, b"\0" * 8))
        self.screen = pyte.Screen(size[1], size[0])
        self._stream = pyte.ByteStream(self.screen)

    def press(self, *keys: str) -> None:
        """Function keys by name, `enter`, `esc`; anything else as it is."""
        for key in keys:
            os.write(self._master, self._bytes(key))

    def paste(self, text: str) -> None:
        """All in one write, as a scanner does."""
        os.write(self._master, text.encode())

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def pump(self, seconds: float) -> None:
        """Read what comes within a time."""
        give_up = time.monotonic() + seconds
        while (left := give_up - time.monotonic()) > 0:
            self._read(left)

    def until(self, words: str | Callable[[], object], seconds: float = SOON_S) -> None:
        """Read until the words stand on the screen, or a condition holds."""
        holds = (lambda: words in self.text()) if isinstance(words, str) else words
        give_up = time.monotonic() + seconds
        while not holds():
            left = give_up - time.monotonic()
            assert left > 0, f"{words!r} does not come:\n{self.text()}"
            self._read(min(left, 0.1))

    def settle(self, quiet_s: float = 0.3) -> None:
        """Read until nothing has come for a while."""
        while self._read(quiet_s):
            pass

    def wait(self, seconds: float = SOON_S) -> int:
        """The exit code, the terminal being read meanwhile."""
        self.until(lambda: self.process.poll() is not None, seconds)
        return int(self.process.returncode)

    def hang_up(self) -> None:
        """The terminal vanishes, as a window that is closed."""
        os.close(self._master)
        self._master = -1

    def qr(self) -> str:
        """What an independent decoder reads from the cells."""
        found = zxingcpp.read_barcodes(self._image(), formats=zxingcpp.BarcodeFormat.QRCode)
        assert len(found) == 1, self.text()
        return str(found[0].text)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)

    def _bytes(self, key: str) -> bytes:
        if key[0] == "f" and key[1:].isdigit():
            return b"\x1b" + _FUNCTION_KEYS[self._term][int(key[1:]) - 1].encode()
        return {"enter": b"\r", "esc": b"\x1b", "tab": b"\t", "down": b"\x1b[B"}.get(
            key, key.encode()
        )

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            time.sleep(min(seconds, 0.02))
            return b""  # the process is gone
        self.last_at = time.monotonic()
        self.output += data
        self._stream.feed(data)
        return data

    def _image(self) -> memoryview:
        """The screen in grey: a cell is one pixel wide and two high, times a scale."""
        columns, lines = self.screen.columns, self.screen.lines
        rows = []
        for y in range(lines):
            cells = [self.screen.buffer[y][x] for x in range(columns)]
            for upper in (True, False):
                row = b"".join(bytes([_grey(cell, upper)]) * _SCALE for cell in cells)
                rows += [row] * _SCALE
        return memoryview(b"".join(rows)).cast("B", (len(rows), columns * _SCALE))


def _grey(cell: pyte.screens.Char, upper: bool) -> int:
    below, above = cell.bg, cell.fg if cell.data == "▀" else cell.bg
    if cell.reverse:
        below, above = above, below
    colour = above if upper else below
    if colour in _LIGHT:
        return 255
    return 0 if colour in _DARK else 96


@contextmanager
def terminal(
    *words: str | Path, term: str = "xterm-256color", size: tuple[int, int] = (80, 24)
) -> Iterator[Terminal]:
    """`python` with `words`, on a terminal of its own; Russian."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCHER, *map(str, words)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**kept, "TERM": term, "LANG": "ru_RU.UTF-8", "PYTHONUTF8": "1"},
        cwd=Path(__file__).parents[2],
    )
    os.close(slave)
    opened = Terminal(process, master, term)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def demo(
    state: Path, term: str = "xterm-256color", size: tuple[int, int] = (80, 24), *more: str
) -> Iterator[Terminal]:
    """`kassa demo`, at work: the world tells of the register.

    Its till has been used, so that it has no shift of yesterday.
    """
    (state / "paper.txt").touch()
    words = ("-m", "kassa_tui", "demo", "--state", state, *more)
    with terminal(*words, term=term, size=size) as opened:
        opened.until("•ФР")
        opened.settle()
        yield opened


def open_shift(cashier: Terminal) -> None:
    """By F3 and F12, as often as the screens ask for it, and back to the sale."""
    cashier.press("f3")
    cashier.settle()
    for _ in range(4):
        if "Смена 1:" in cashier.text():
            break
        cashier.press("f12")
        cashier.settle(1.0)
    cashier.until("Смена 1:")
    back_to_sale(cashier)


def back_to_sale(cashier: Terminal) -> None:
    for _ in range(4):
        if "К ОПЛАТЕ" in cashier.text():
            return
        cashier.press("f10")
        cashier.settle()
    cashier.until("К ОПЛАТЕ")


def type_sum(cashier: Terminal, roubles: int) -> None:
    """Into the field of the sum, wherever the form has it."""
    for before in range(5):
        cashier.press("f8")
        cashier.settle()
        cashier.press(*["enter"] * before)
        cashier.settle()
        cashier.paste(str(roubles))
        cashier.settle()
        if re.search(rf"Сумма\s+{roubles}", cashier.text()):
            return
    raise AssertionError(f"no field takes the sum:\n{cashier.text()}")
