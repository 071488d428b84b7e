"""Text as a fiscal document can hold it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd import cp866


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("«Клуб» — „A“ ”B”", '"Клуб" - "A" "B"'),
        ("5 ₽ × 2 … •", "5 руб x 2 ... *"),
        ("ёЁ№°\u00a0", "ёЁ№°\u00a0"),
        ("и\u0306", "й"),
        ("кВт·ч", "кВт·ч"),
    ],
)
def test_typography_becomes_what_a_receipt_can_hold(text: str, held: str) -> None:
    assert cp866.decode(cp866.encode(text)) == held


@pytest.mark.parametrize("char", ["☕", "\n", "\0", "\x1b", "\x7f", "ы\u0301"[1], "\u202e", "Ә"])
def test_other_characters_are_refused_and_named(char: str) -> None:
    assert cp866.unencodable(f"Кофе {char}{char}") == char
    with pytest.raises(cp866.UnencodableText) as caught:
        cp866.encode(f"Кофе {char}")
    assert caught.value.characters == char


@given(st.text())
def test_a_text_is_held_or_its_characters_are_named(text: str) -> None:
    missing = cp866.unencodable(text)
    if missing:
        with pytest.raises(cp866.UnencodableText):
            cp866.encode(text)
    else:
        assert len(cp866.encode(text)) == len(cp866.normalize(text))


@given(st.text(), st.integers(0, 50))
def test_a_fitted_text_always_fits(text: str, limit: int) -> None:
    fitted = cp866.fit(text, limit)
    assert len(cp866.encode(fitted)) <= limit


@given(st.binary())
def test_every_byte_has_a_character(raw: bytes) -> None:
    assert cp866.decode(raw).encode("cp866") == raw
