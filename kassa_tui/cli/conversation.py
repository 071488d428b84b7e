"""How a command speaks with the station of its till: the running one, or one of its own."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from kassa_tui.cli import exit_codes
from kassa_tui.cli.ending import at_signals

if TYPE_CHECKING:
    from pathlib import Path

    from kassa_tui.cli.results import Result
    from kassa_tui.link.joining import Hosted
    from kassa_tui.link.link import Link
    from kassa_tui.station.answers import Answer
    from kassa_tui.station.requests import Request
    from kassa_tui.station.snapshot import Snapshot

LONGEST_S = 240.0
"""A command does not wait longer; a receipt may take 90 s, and others may be before it."""
MOST_JOINS = 5
"""Stations that may end under one command before it gives up."""


def add_station_arguments(parser: argparse.ArgumentParser) -> None:
    """Which till is meant."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="settings file (default: $KASSA_CONFIG, else the system's usual place)",
    )
    parser.add_argument(
        "--state",
        metavar="DIR",
        help="where the journal is (default: as the settings say); with --demo also the register",
    )
    parser.add_argument(
        "--demo", action="store_true", help="the demo's till on a virtual register; needs --state"
    )


def add_json_argument(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable output")


class Gone(Exception):
    """The station ended; what was asked may be asked again. The text is for people."""


class Conversation:
    """A link to a station, as one task uses it."""

    def __init__(self, link: Link) -> None:
        import asyncio

        self._link = link
        self._changed = asyncio.Event()
        self._failure: str | None = None
        self._snapshot: Snapshot | None = None
        self.has_asked = False
        """Something that changes things has been handed over."""

    async def start(self) -> None:
        """Wait for the first snapshot. Raises `Gone`."""
        self._link.attach(self._on_snapshot, self._on_end)
        await self.until(lambda _: True)

    def end(self) -> None:
        self._link.detach()

    @property
    def snapshot(self) -> Snapshot:
        """The newest."""
        assert self._snapshot is not None, "a conversation has started"
        return self._snapshot

    async def until(self, condition: Callable[[Snapshot], bool]) -> Snapshot:
        """The newest snapshot once it meets the condition. Raises `Gone`."""
        while self._snapshot is None or not condition(self._snapshot):
            if self._failure is not None:
                raise Gone(self._failure)
            self._changed.clear()
            await self._changed.wait()
        return self._snapshot

    async def until_looked(self) -> Snapshot:
        """The newest snapshot once the register was asked how it is. Raises `Gone`."""
        return await self.until(
            lambda snapshot: snapshot.register is not None or snapshot.silence is not None
        )

    async def ask(self, request: Request) -> Answer:
        """Raises `Gone` when the request may safely be asked of another station."""
        from kassa_tui.station.answers import Declined, Objection, Uncertain
        from kassa_tui.station.requests import is_repeatable

        self.has_asked = True
        answer = await self._link.ask(request)
        if answer == Declined(Objection.STOPPED):
            raise Gone(self._failure or "")
        if answer == Uncertain() and is_repeatable(request):
            raise Gone(self._failure or "")
        return answer

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._changed.set()

    def _on_end(self, failure: str) -> None:
        self._failure = failure
        self._changed.set()


Talk = Callable[[Conversation], Awaitable["Result"]]


def converse(
    args: argparse.Namespace, talk: Talk, *, as_json: bool, longest_s: float = LONGEST_S
) -> int:
    """Join the station, or start it, and let `talk` do its work; the exit code.

    The result is told before a station of our own is stopped, which may take a while.
    """
    from kassa_tui.cli.results import Result, away
    from kassa_tui.link.joining import CannotJoin, joined

    speak_own_language()
    try:
        state, hosted = till(args)
    except BadTill as error:
        return Result(exit_codes.BAD_INPUT, "bad_input", {"detail": str(error)}).tell(as_json)
    failure = ""
    for _ in range(MOST_JOINS):
        try:
            with joined(state, hosted) as link:
                try:
                    return _run(link, talk, longest_s).tell(as_json)
                except Gone as gone:
                    failure = str(gone)
        except CannotJoin as error:
            failure = str(error)
            break
        if _is_own(link):
            break  # it failed here; it would fail again
    return away(failure).tell(as_json)


def _is_own(link: Link) -> bool:
    from kassa_tui.link.in_process import InProcessLink

    return isinstance(link, InProcessLink)


def _run(link: Link, talk: Talk, longest_s: float) -> Result:
    """Raises `Gone`."""
    import asyncio

    from kassa_tui.cli.results import away, unknown

    async def main() -> Result:
        conversation = Conversation(link)
        task = asyncio.current_task()
        assert task is not None, "this is a task"
        try:
            with at_signals(task.cancel, "SIGTERM"):
                async with asyncio.timeout(longest_s):
                    await conversation.start()
                    return await talk(conversation)
        except (TimeoutError, asyncio.CancelledError):
            return unknown() if conversation.has_asked else away("")
        finally:
            conversation.end()

    try:
        return asyncio.run(main())
    except KeyboardInterrupt:
        return unknown()


class BadTill(Exception):
    """The arguments name no till; the text is for people."""


def till(args: argparse.Namespace) -> tuple[Path, Hosted]:
    """The state directory that is meant, and how its station is made. Raises `BadTill`."""
    from pathlib import Path

    from kassa_tui.bootstrap.hosting import club, demo_hosted
    from kassa_tui.bootstrap.settings import settings_of
    from kassa_tui.settings.problems import SettingsError
    from kassa_tui.words import _

    state = Path(args.state) if args.state else None
    if args.demo:
        if state is None:
            raise BadTill(_("--demo needs --state DIR"))
        return state, demo_hosted(state)
    try:
        settings = settings_of(Path(args.config) if args.config else None)
    except SettingsError as error:
        raise BadTill(str(error)) from error
    return club(settings, state)


def speak_own_language() -> None:
    """The locale's words, in letters that any pipe can take."""
    import io
    import sys

    from kassa_tui import words

    words.use(words.catalogue(words.language(None)))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
