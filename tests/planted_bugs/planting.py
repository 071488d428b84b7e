"""A wrong edit of the product, and how it is put in the place of the right one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.planted_bugs.proofs import SEEDS, Proof


class Gone(Exception):
    """The piece that a bug replaces is not in the product as the bug knows it."""


@dataclass(frozen=True)
class Bug:
    """One wrong edit."""

    name: str
    words: str
    """What the programmer thought."""
    plant: Callable[[], None]
    shows: str
    """Regular expression of a violation that comes of it. Others do not count: they may come of
    a plant that does not fit the product any more."""
    proofs: tuple[Proof, ...]
    """Asked in turn."""


BUGS: dict[str, Bug] = {}
"""Every bug, by its name."""


def bug(shows: str, *proofs: Proof) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a planted bug of a function that plants it; the seeds are its proof if none is named."""

    def enter(plant: Callable[[], None]) -> Callable[[], None]:
        name = plant.__name__.replace("_", "-")
        assert plant.__doc__, "a bug says what it is"
        assert name not in BUGS, "a bug is planted once"
        BUGS[name] = Bug(name, plant.__doc__, plant, shows, proofs or (SEEDS,))
        return plant

    return enter


def instead_of(owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
    """Put a function, which gets the right one before its arguments, in the right one's place.

    Raises `Gone` where there is no such function, or where it takes other arguments.
    """
    right = _piece(owner, name)

    def plant(wrong: Callable[..., Any]) -> None:
        known = list(inspect.signature(wrong).parameters)[1:]
        taken = list(inspect.signature(right).parameters)
        if known != taken:
            raise Gone(f"{owner.__name__}.{name} takes {taken}, the bug knows {known}")

        @functools.wraps(right)
        def planted(*arguments: Any, **named: Any) -> Any:
            return wrong(right, *arguments, **named)

        setattr(owner, name, planted)

    return plant


def rewrite(owner: Any, name: str, right: str, wrong: str) -> None:
    """Change words in a text, or in a tuple of texts. Raises `Gone` where they are not there."""
    value = _piece(owner, name)
    texts = (value,) if isinstance(value, str) else value
    if sum(right in text for text in texts) != 1:
        raise Gone(f"{owner.__name__}.{name} does not say {right!r} once")
    changed = tuple(text.replace(right, wrong) for text in texts)
    setattr(owner, name, changed[0] if isinstance(value, str) else changed)


def _piece(owner: Any, name: str) -> Any:
    try:
        return vars(owner)[name]
    except KeyError:
        raise Gone(f"{owner.__name__} has no {name}") from None
