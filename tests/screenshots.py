"""The README's pictures, exported from the app itself over fixed data, in Russian.

python -m tests.screenshots
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from drivers.register import LinkFinding, LinkState
from kassa_tui import words
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.station.snapshot import Snapshot
from tests.screens.test_snapshots import press
from tests.screens.till import LAST, SHIFT_OPEN, SILENCE, ScriptedLink, face, running
from tests.words import russian

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
NARROW, WIDE = (80, 24), (120, 40)

Steps = Callable[[Pilot[Any]], Awaitable[None]]


async def type_top_up(pilot: Pilot[Any]) -> None:
    await pilot.press(*"6617", "enter")
    await pilot.pause(0.5)
    await pilot.press(*"500", "enter", "enter", *"1000")
    await pilot.pause(0.5)


async def show_receipt(pilot: Pilot[Any]) -> None:
    till: Any = pilot.app
    await pilot.app.push_screen(ReceiptScreen(till.till, LAST.payment.id))


SILENT = replace(SHIFT_OPEN, silence=SILENCE)
PICTURES: dict[str, tuple[Snapshot, tuple[int, int], Steps]] = {
    "sale-80x24": (SHIFT_OPEN, NARROW, type_top_up),
    "sale-120x40": (SHIFT_OPEN, WIDE, type_top_up),
    "receipt-80x24": (SHIFT_OPEN, NARROW, show_receipt),
    "what-to-do-80x24": (SILENT, NARROW, press("f9")),
}


async def picture(told: Snapshot, size: tuple[int, int], steps: Steps) -> str:
    """One screen as SVG."""
    link = ScriptedLink(told)
    link.seen = LinkFinding(
        place="/dev/ttyACM0", is_serial=True, state=LinkState.ABSENT, others=("/dev/ttyS0",)
    )
    app = face(link)
    async with running(app, size) as pilot:
        await steps(pilot)
        await pilot.pause()
        await pilot.pause()
        return app.export_screenshot(title="kassa")


def main() -> None:
    words.use(russian())
    FOLDER.mkdir(exist_ok=True)
    for name, (told, size, steps) in PICTURES.items():
        text = asyncio.run(picture(told, size, steps))
        (FOLDER / f"{name}.svg").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
