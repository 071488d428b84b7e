"""What is wrong with a settings file, in words of a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kassa_tui.words import _

_SHOWN_LIMIT = 64
"""Characters of a name from outside that a message repeats."""


def escaped(text: str) -> str:
    """A text from outside as a terminal may have it: one line, nothing but print."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def shown(text: str) -> str:
    """The same, cut to what fits into a sentence."""
    return escaped(text if len(text) <= _SHOWN_LIMIT else text[: _SHOWN_LIMIT - 3] + "...")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend (or, as a warning, to know of). It never repeats a value of the file."""

    message: str
    key: str = ""
    """Dotted key, members of a list counted from 1: `cashiers[2].inn`; a name in capitals is
    an environment variable; empty where the file as a whole is meant."""
    line: int | None = None
    """Counted from 1; known for errors of TOML itself."""
    column: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            place = _("line {line}, column {column}").format(line=self.line, column=self.column)
            return f"{place}: {self.message}"
        return f"{self.key}: {self.message}" if self.key else self.message


class SettingsError(Exception):
    """The settings cannot be used; `problems` has every error that was found.

    It holds no value of the file, so it may be logged and shown as it is.
    """

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join([escaped(str(path)), *map(str, problems)]))
        self.path = path
        self.problems = problems
