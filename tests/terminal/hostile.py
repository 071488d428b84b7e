"""A face whose station, CRM and register say nothing but hostile text. Run as a program."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from itertools import count
from typing import Any
from uuid import UUID

from drivers.register import LinkFinding, LinkState
from kassa_tui import words
from kassa_tui.app import KassaApp
from kassa_tui.station.answers import Answer, Declined, Objection
from kassa_tui.station.inquiries import Moment, ReadStory, Story, StoryEvent
from kassa_tui.station.requests import Request
from tests.screens.test_alarms import CASH_UNKNOWN, POISONED, REPLACED
from tests.screens.till import NOW, SILENCE, UNISSUED, WITHOUT_RECEIPT, ScriptedLink
from tests.words import russian

HOSTILE = (
    "\x1b]0;evil\x07\x9b31m\x1b[2J\x90q\x9c\x0e\x05\u202e\u2066[@click=app.quit]Сыр[/x]"
    "\u200b\u0301\r\n\t\x7f [M] Клан"
)


def hostile(value: Any) -> Any:
    """The same value with every text in it replaced."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return HOSTILE
    if isinstance(value, tuple):
        return tuple(map(hostile, value))
    if isinstance(value, Enum | Mapping | frozenset):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: hostile(getattr(value, one.name)) for one in fields(value)}
        return replace(value, **changed)
    return value


class HostileLink(ScriptedLink):
    """Answers inquiries, and declines everything else, in hostile words."""

    async def ask(self, request: Request) -> Answer:
        if isinstance(request, ReadStory):
            event = StoryEvent(at=NOW, moment=Moment.TOLD, detail=("x", "y", "z"))
            return hostile(Story(UNISSUED, (event,)))  # type: ignore[no-any-return]
        return hostile(await super().ask(request))  # type: ignore[no-any-return]


def main() -> None:
    words.use(russian())
    told = replace(
        WITHOUT_RECEIPT,
        crm=POISONED.crm,
        unsettled=REPLACED.unsettled,
        unknown_cash_moves=CASH_UNKNOWN.unknown_cash_moves,
        silence=SILENCE,
        journal_failure="x",
    )
    link = HostileLink(hostile(told), Declined(Objection.CRM_REFUSED, "x"))
    link.seen = LinkFinding(place="x", is_serial=True, state=LinkState.ABSENT, others=("y",))
    ids = map(UUID, (f"{number:032x}" for number in count(1)))
    KassaApp(link, lambda: NOW, lambda: next(ids), console=False).run()


if __name__ == "__main__":
    main()
