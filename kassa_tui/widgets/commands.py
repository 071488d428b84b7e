"""One declaration for each command: its keys, its words, its place in the key line and help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding

from kassa_tui.words import N_


class Command(NamedTuple):
    """What a key does on a screen.

    Whether it can be done now is told by the screen's `check_action`: False hides it from
    the key line and makes the key do nothing.
    """

    action: str
    """Name of the `action_` method."""
    keys: tuple[str, ...]
    """Textual names. A letter is given in both layouts and for both languages."""
    key_text: str
    """Msgid of how the key is written, e.g. `F12`."""
    label: str
    """Msgid of the key line; empty: not shown there."""
    help: str
    """Msgid of the line of help."""
    priority: bool = False
    """Asked before the field that has the cursor."""

    def binding(self) -> Binding:
        keys = dict.fromkeys(form for key in self.keys for form in (key, _capital(key)))
        return Binding(",".join(keys), self.action, show=False, priority=self.priority)


def _capital(key: str) -> str:
    """A letter as it comes with Caps Lock; names of other keys stay."""
    return key.upper() if len(key) == 1 else key


def bindings(commands: Iterable[Command]) -> list[Binding]:
    """What a screen puts into `BINDINGS`."""
    return [command.binding() for command in commands]


HELP = Command(
    "help", ("f1", "ctrl+g"), N_("F1"), N_("Help"), N_("Help for this screen (or Ctrl+G)")
)
BACK = Command(
    "back", ("f10", "ctrl+b", "escape"), N_("F10"), N_("Back"), N_("Back (or Ctrl+B, Esc)")
)
ALARMS = Command(
    "alarms", ("f9",), N_("F9"), N_("Alarms"), N_("The most urgent alarm; again: the next one")
)
NEXT_FIELD = Command(
    "next_field",
    ("enter",),
    N_("Enter"),
    "",
    N_("The next field (or Tab); the arrows move within it"),
    priority=True,
)
