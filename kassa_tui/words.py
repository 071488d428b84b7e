"""Words of the screen: English in the code, other languages by gettext.

`use` sets the language of the process; nothing is looked up before that, so no word may be
kept from an import.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("ru", "en")
"""The first is spoken where nothing says otherwise."""

_LOCALE = Path(__file__).parent / "locale"
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class _Words:
    current: gettext.NullTranslations = gettext.NullTranslations()


def use(translations: gettext.NullTranslations) -> None:
    """Speak in the words of `translations` from now on."""
    _Words.current = translations


def language(asked: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The language asked for, else English where the locale is, else Russian."""
    if asked is not None:
        return asked
    said = next((environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), "")
    return "en" if said.startswith("en") else LANGUAGES[0]


def catalogue(of_language: str) -> gettext.NullTranslations:
    """The compiled catalogue of a language; the English of the code where there is none."""
    return gettext.translation("kassa", _LOCALE, [of_language], fallback=True)


def spoken() -> str:
    """The language of the process."""
    return _Words.current.info().get("language", "en")


def _(msgid: str) -> str:
    """`msgid` in the language of the process."""
    return _Words.current.gettext(msgid)


def N_(msgid: str) -> str:  # noqa: N802 - gettext's name for "translate this later"
    """Marks a word that is looked up when it is shown."""
    return msgid
