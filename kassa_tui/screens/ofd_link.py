"""Where a receipt stands on the site of the OFD: in a browser, else as text and as a QR."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from drivers.register import RegisterInfo
from kassa_tui.journal.records import Document
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside
from kassa_tui.widgets.qr_code import QrCode
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

if TYPE_CHECKING:
    from drivers.ffd.ofd import ReceiptLink

_MOST_CELLS = 500
"""Of a link."""


class OfdLinkScreen(FramedScreen):
    """The link of one document; opened in a browser where there is a display to have one."""

    KEYS = (
        Command(
            "back_to_receipt",
            ("enter", "f2"),
            N_("Enter"),
            N_("The receipt"),
            N_("Back to the receipt (or F2)"),
        ),
        HELP,
        ALARMS,
        BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till, document: Document) -> None:
        super().__init__(till)
        self._document = document
        self._told: Content = Content(_("Looking for the link..."))
        self._url = ""

    def compose_work(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="link-left"):
                yield Still(id="link-text")
            yield QrCode(console=self.till.console, id="link-qr", elsewhere=False)

    def on_mount(self) -> None:
        self._find()

    def draw(self) -> None:
        self.query_one("#link-text", Still).put(self._told)
        self.query_one(QrCode).show(self._url)

    def action_back_to_receipt(self) -> None:
        self.app.pop_screen()

    @work(exclusive=True, group="link")
    async def _find(self) -> None:
        snapshot = self.till.snapshot
        info = snapshot.info if snapshot is not None else None
        # The formats are not loaded in a face that has only joined a station.
        link = await asyncio.to_thread(_link, self._document, info)
        if link is None:
            self._told = mark(
                Level.LOOK,
                " " + _("A training receipt: no OFD has it, nothing of it is fiscal."),
            )
            self.redraw()
            return
        opened = has_display(os.environ) and await asyncio.to_thread(_open, link.url)
        self._url = link.url
        self._told = _words(link, opened, copied=not self.till.console)
        if not self.till.console:
            self.app.copy_to_clipboard(link.url)
        self.redraw()


def has_display(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Could a browser be seen by whoever sits here? Not over SSH, and not on a bare console."""
    if environment.get("SSH_CONNECTION"):
        return False
    if platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _open(url: str) -> bool:
    import webbrowser

    return webbrowser.open(url)


def _link(document: Document, info: RegisterInfo | None) -> ReceiptLink | None:
    from drivers.ffd.document import FiscalDocument
    from drivers.ffd.enumerations import CalculationSign, DocumentForm
    from drivers.ffd.ofd import receipt_link

    recorded = FiscalDocument(
        form=DocumentForm.from_code(document.form),
        fiscal_drive_number=document.fiscal_drive_number,
        fiscal_document_number=document.fiscal_document_number,
        fiscal_sign=document.fiscal_sign,
        date_time=document.date_time,
        calculation_sign=CalculationSign.from_code(document.calculation_sign)
        if document.calculation_sign is not None
        else None,
        total=document.total,
    )
    if info is None:
        return receipt_link(recorded, ofd_inn="")
    return receipt_link(
        recorded,
        ofd_inn=info.ofd_inn,
        ofd_name=info.ofd_name,
        registration_number=info.registration_number,
        owner_inn=info.owner_inn,
    )


def _words(link: ReceiptLink, opened: bool, *, copied: bool) -> Content:
    parts = []
    if opened:
        parts.append(mark(Level.WELL, " " + _("Opened in the browser.")))
    parts.append(
        Content(
            _("The receipt stands here once the OFD has it:")
            if link.shows_the_receipt
            else _("Type the numbers of the receipt on this page:")
        )
    )
    parts.append(Content.assemble((outside(link.url, _MOST_CELLS).plain, "bold")))
    if copied:
        parts.append(Content(_("The link is copied, where the terminal allows it.")))
    return Content("\n\n").join(parts)
