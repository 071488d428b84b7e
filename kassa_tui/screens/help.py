"""Every key of a screen, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.widgets.commands import BACK, Command, bindings
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

_SYMBOLS = N_("In front of a word:  • well   ! look   X stopped   ? unknown")


class HelpScreen(FramedScreen):
    """Help for the commands it is given."""

    KEYS = (
        Command(
            "guide",
            ("w", "ц", "ч", "x"),
            N_("W"),
            N_("What to do?"),
            N_("Every check of the till, and what to do where it fails"),
        ),
        BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till, explained: Sequence[Command]) -> None:
        super().__init__(till)
        self._explained = explained

    def action_guide(self) -> None:
        from kassa_tui.screens.guide import GuideScreen

        self.app.switch_screen(GuideScreen(self.till))

    def compose_work(self) -> ComposeResult:
        lines = [Content.styled(_("Keys of this screen"), "bold"), Content("")]
        for command in self._explained:
            key = _(command.key_text)
            lines.append(Content.assemble((f" {key:<7}", "bold"), _(command.help)))
        lines += [Content(""), Content(" " + _(_SYMBOLS))]
        yield Still(Content("\n").join(lines))
