"""Text markup of `PrintText`: centring, two columns, a line filled with one character.

`n` makes the line so many characters narrower: `>#n#<text`, `left<#n#>right`,
`left<#n#>>right`, `<<c>>`.
"""

from __future__ import annotations

import re

_CENTRED = re.compile(r">#(\d{1,3})#<(.*)", re.DOTALL)
_COLUMNS = re.compile(r"(.*?)<#(\d{1,3})#>(>?)(.*)", re.DOTALL)
_FILLED = re.compile(r"<<(.)>>")


def printed(text: str, width: int) -> list[str]:
    """`text` as lines of `width` characters; what is too long is cut."""
    return [_line(line, width)[:width] for line in text.splitlines() or [""]]


def _line(line: str, width: int) -> str:
    if match := _FILLED.fullmatch(line):
        return match[1] * width
    if match := _CENTRED.fullmatch(line):
        return match[2].center(max(width - int(match[1]), 0)).rstrip()
    if match := _COLUMNS.fullmatch(line):
        left, narrower, both_right, right = match[1], int(match[2]), match[3], match[4]
        if both_right:
            return left.rjust(max(width - narrower, 0)) + right.rjust(narrower)
        return left + right.rjust(max(width - narrower - len(left), 0))
    return line
