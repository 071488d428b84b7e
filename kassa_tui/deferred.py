"""Modules that the first frame does without.

A face that starts puts them off: each is loaded when something of it is first used, at the
latest before a second thread starts. Who uses one of them on the way to the first frame imports
the module, not its names.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import LazyLoader, module_from_spec, spec_from_file_location
from pathlib import Path

MODULES = (
    "drivers.register",
    "kassa_tui.journal.records",
    "kassa_tui.link.wire",
    "kassa_tui.station.alarms",
    "kassa_tui.station.answers",
    "kassa_tui.station.inquiries",
    "kassa_tui.station.requests",
    "kassa_tui.station.snapshot",
    "kassa_tui.widgets.alarm_words",
    "kassa_tui.widgets.payment_lines",
    "kassa_tui.widgets.reasons",
    "kassa_tui.widgets.sale.basket",
    "kassa_tui.widgets.sale.draft",
    "kassa_tui.widgets.sale.paying",
    "kassa_tui.widgets.sale.refusals",
    "kassa_tui.widgets.sale.returning",
    "kassa_tui.widgets.sale.told",
    "kassa_tui.widgets.world",
)


def put_off() -> None:
    """Have the modules loaded when they are used; those that are loaded stay so.

    While there is one thread: two that use a module for the first time would be in each
    other's way.
    """
    for name in MODULES:
        if name in sys.modules:
            continue
        parent, _, child = name.rpartition(".")
        package = importlib.import_module(parent)
        # Each is a file beside the others: no finder need look for it.
        spec = spec_from_file_location(name, Path(package.__path__[0], f"{child}.py"))
        assert spec is not None, f"{name} is a part of the program"
        assert spec.loader is not None, f"{name} is a file"
        spec.loader = LazyLoader(spec.loader)
        module = sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(module)
        setattr(package, child, module)


def load() -> None:
    """Load what was put off and is not used yet."""
    for name in MODULES:
        if name in sys.modules:
            sys.modules[name].__doc__  # noqa: B018 - the first look loads it
