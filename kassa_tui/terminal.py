"""The driver of a terminal that may stop reading, vanish, or end its input.

Textual's own hands its frames to a thread by a short queue and waits when the queue is full,
so that a terminal that nobody reads holds the screen's loop, signals included; at the end of
input it reads for ever. This one leaves frames out instead, has everything drawn anew when
there is room again, and ends the app when nothing can be typed any more.
"""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from queue import Full

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

_ANSWERS_S = 0.1
"""How long a single Esc may still become the begin of another key."""
_POINTER_SHAPE = "\x1b]22;"
"""There is no pointer here, and old consoles print what they do not know."""
_READ_BYTES = 4096
_LAST_WORDS_S = 1.0
"""How long the terminal may take to read what was written last."""


class PatientDriver(LinuxDriver):
    """Never waits for the terminal."""

    is_behind = False
    """Something was left out; what the terminal shows is wrong until it is drawn anew."""
    is_stuck = False
    """At the end the terminal had not read everything."""

    def write(self, data: str) -> None:
        if data.startswith(_POINTER_SHAPE):
            return
        if self._is_full:
            self.is_behind = True
        else:
            super().write(data)

    def catch_up(self) -> None:
        """Have everything drawn anew once a terminal that was behind has read all."""
        writer = self._writer_thread
        if self.is_behind and writer is not None and writer._queue.empty():
            self.is_behind = False
            self._app.refresh(layout=True)

    def close(self) -> None:
        writer = self._writer_thread
        if writer is None:
            return
        try:
            writer._queue.put_nowait(None)
        except Full:
            self.is_stuck = True
            return
        writer.join(_LAST_WORDS_S)
        self.is_stuck = writer.is_alive()

    @property
    def _is_full(self) -> bool:
        writer = self._writer_thread
        return writer is not None and writer._queue.full()

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except (OSError, EOFError):
            # Nobody can type any more: the terminal is gone, or the input has ended. The app
            # may not have drawn its first screen yet, and cannot end in the middle of that.
            self._loop.call_soon_threadsafe(self._app.call_after_refresh, self._app.exit)

    def run_input_thread(self) -> None:
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_ANSWERS_S):
                    data = os.read(self.fileno, _READ_BYTES)
                    if not data:
                        raise EOFError
                    for event in parser.feed(decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
