"""How every benchmark prints."""

import json
import sys


def report(figures: dict[str, float | int], notes: dict[str, str] | None = None) -> None:
    """Print `figures` as a table, or as one line of JSON when `--json` was given.

    `notes` explains a figure in the table: its goal, its unit.
    """
    if "--json" in sys.argv[1:]:
        print(json.dumps(figures))
        return
    width = max(map(len, figures))
    for name, value in figures.items():
        shown = f"{value:,.3f}" if isinstance(value, float) else f"{value:,}"
        print(f"{name:<{width}}  {shown:>12}  {(notes or {}).get(name, '')}".rstrip())
