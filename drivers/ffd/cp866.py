"""Text as a fiscal document can hold it: CP866, one byte a character.

Typography that CP866 lacks is mapped to what a receipt printer shows for it. Lengths of
requisites are counted after this mapping, in bytes.
"""

from __future__ import annotations

import unicodedata

_REPLACEMENTS = str.maketrans(
    {
        "«": '"',
        "»": '"',
        "„": '"',
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "−": "-",
        "‑": "-",
        "…": "...",
        "•": "*",
        "×": "x",
        "₽": "руб",
        "€": "EUR",
        "\u2009": " ",
        "\u202f": " ",
        "\t": " ",
    }
)


_PRINTABLE = frozenset(bytes((*range(0x20, 0x7F), *range(0x80, 0x100))).decode("cp866"))
"""Every character of CP866 but the control characters."""


class UnencodableText(ValueError):
    """The text has characters which a fiscal document cannot hold."""

    def __init__(self, text: str, characters: str) -> None:
        super().__init__(f"characters that CP866 does not have: {characters!r}")
        self.text = text
        self.characters = characters


def normalize(text: str) -> str:
    """Map typography to characters of CP866; others stay, and fail in `encode`."""
    return unicodedata.normalize("NFC", text).translate(_REPLACEMENTS)


def unencodable(text: str) -> str:
    """The distinct characters of `text` that no mapping brings into CP866, in order.

    Control characters belong to them: a requisite is one line of print.
    """
    return "".join(dict.fromkeys(char for char in normalize(text) if char not in _PRINTABLE))


def encode(text: str) -> bytes:
    """The bytes of `text`. Raises `UnencodableText`."""
    if missing := unencodable(text):
        raise UnencodableText(text, missing)
    return normalize(text).encode("cp866")


def decode(raw: bytes) -> str:
    """The text of `raw`; every byte has a character."""
    return raw.decode("cp866")


def fit(text: str, limit: int) -> str:
    """The text as it can be printed in `limit` bytes: mapped, `?` for the rest, cut."""
    return "".join(char if char in _PRINTABLE else "?" for char in normalize(text))[:limit]
