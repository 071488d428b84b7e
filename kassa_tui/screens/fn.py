"""The FN and the register: how they are, how they are registered, how an FN is changed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.fn_facts import CELLS, change, registration, storage
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_

_PAGES = ("storage", "registration", "change")


class FnScreen(FramedScreen):
    """Three pages: one at a time on narrow terminals, side by side on wide ones."""

    KEYS = (
        HELP,
        Command("storage", ("1",), N_("1"), N_("FN and OFD"), N_("The FN and the OFD's queue")),
        Command(
            "registration", ("2",), N_("2"), N_("Registration"), N_("The register and its papers")
        ),
        Command("change", ("3",), N_("3"), N_("FN change"), N_("The steps of changing the FN")),
        ALARMS,
        BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._page = _PAGES[0]

    def compose_work(self) -> ComposeResult:
        with Horizontal(id="fn"):
            for name in _PAGES:
                yield Still(id=f"fn-{name}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _PAGES:
            return not self._is_wide
        return super().check_action(action, parameters)

    def draw(self) -> None:
        snapshot = self.till.snapshot
        if snapshot is None:
            return
        cells = CELLS if self._is_wide else self.size.width - 2
        facts = (storage(snapshot), registration(snapshot, cells), change(snapshot, cells))
        for name, content in zip(_PAGES, facts, strict=True):
            page = self.query_one(f"#fn-{name}", Still)
            page.display = self._is_wide or name == self._page
            page.put(content)

    def action_storage(self) -> None:
        self._turn("storage")

    def action_registration(self) -> None:
        self._turn("registration")

    def action_change(self) -> None:
        self._turn("change")

    @property
    def _is_wide(self) -> bool:
        return self.has_class("-wide")

    def _turn(self, page: str) -> None:
        self._page = page
        self.redraw()
