"""The full-screen face over a station."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kassa_tui import deferred, words
from kassa_tui.bootstrap.clock import local_now, new_id
from kassa_tui.bootstrap.hosting import demo_hosted
from kassa_tui.bootstrap.virtual_register import Face

if TYPE_CHECKING:
    from drivers.virtual.faults import Faults
    from kassa_tui.link.joining import Hosted

STATION_FAILED = 1
"""Exit code when the station ended by itself, or could not start."""
SPARING_FPS = "5"
"""Frames a second on a slow line: a held key costs a fifth."""

_CLEAR_CONSOLE = "\x1b[2J\x1b[H"


class Looks(NamedTuple):
    """How the screen is drawn."""

    theme: str = "auto"
    """A name of the settings."""
    low_bandwidth: bool = False


_AS_FOUND = Looks()


def demo(
    state: Path | None,
    language: str | None,
    *,
    register: Face = "shtrih",
    view: bool = False,
    looks: Looks = _AS_FOUND,
    faults: Faults | None = None,
) -> int:
    """Run the till on a virtual register. The result is an exit code.

    A new one begins with the shift of yesterday, so that there is something to reconcile.

    Args:
        state: Where journal and register are kept; None: in a directory gone afterwards.
        language: `ru` or `en`; None: as the locale says.
        register: What the register is spoken to as, where no station runs yet.
        view: Look on only, at a station that runs already.
        faults: What a register that is started here shows beside its work.
    """
    words.use(words.catalogue(words.language(language)))
    with ExitStack() as stack:
        if state is None:
            import tempfile

            state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kassa-")))
        hosted = demo_hosted(state, faults, face=register, yesterday=True)
        return face(state, hosted, view=view, looks=looks)


def face(state: Path, hosted: Hosted, *, view: bool, looks: Looks) -> int:
    """The screen, over the running station of `state` or over one made here; the exit code."""
    deferred.put_off()
    from kassa_tui.link.joining import CannotJoin, joined

    console = os.environ.get("TERM") == "linux"
    # Both are read by Textual when it is imported.
    if console:
        # A console prints stray letters of the query.
        os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    if looks.low_bandwidth:
        os.environ.setdefault("TEXTUAL_FPS", SPARING_FPS)
    gc.disable()  # until the first screen stands: nothing of it can be collected
    from kassa_tui.app import KassaApp

    try:
        with joined(state, hosted, view=view, stay=True) as link:
            app = KassaApp(
                link,
                local_now,
                new_id,
                console=console,
                theme=looks.theme,
                low_bandwidth=looks.low_bandwidth,
            )
            failure = app.run(mouse=False)
            if console and not app.terminal_is_stuck:
                # A console has no second screen: what was drawn would stay.
                with suppress(OSError):  # it is gone
                    sys.stdout.write(_CLEAR_CONSOLE)
                    sys.stdout.flush()
    except CannotJoin as error:
        return _fail(str(error))
    code = STATION_FAILED if failure else app.return_code or 0
    if app.terminal_is_stuck:
        # A thread is held by the terminal, and would hold the interpreter's end.
        os._exit(code)
    return _fail(failure) if failure else code


def _fail(why: str) -> int:
    sys.stderr.write(f"kassa: {why}\n")
    return STATION_FAILED
