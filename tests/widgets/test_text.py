"""Text from outside, sums, spans: what may reach a terminal, and how wide it is."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kassa_tui.money import format_sum, parse_sum
from kassa_tui.widgets.big_sum import big
from kassa_tui.widgets.outside_text import outside, pad, plain
from kassa_tui.widgets.spans import span


@given(st.text(), st.integers(0, 40))
def test_text_from_outside_is_harmless_and_fits(text: str, cells: int) -> None:
    shown = plain(text, cells)
    assert cell_len(shown) <= cells
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(), st.integers(0, 40))
def test_a_padded_text_has_exactly_its_width(text: str, cells: int) -> None:
    assert cell_len(pad(plain(text, 100), cells)) == cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Сыр [/x]", "Сыр [/x]"),
        ("\x1b[31mкрасный", "?[31mкрасный"),
        ("a\u202eb", "a?b"),
        ("две\nстроки", "две?строки"),
        ("и\u0306", "й"),
        ("z\u0337\u0337\u0337", "z"),
        ("очень длинное имя клиента", "очень длинное им..."),
        ("", ""),
    ],
)
def test_what_is_replaced_and_what_is_cut_can_be_seen(text: str, shown: str) -> None:
    assert plain(text, 19) == shown


def test_markup_in_text_from_outside_is_text() -> None:
    assert outside("[@click=app.quit]Сыр[/x]", 40).plain == "[@click=app.quit]Сыр[/x]"
    assert outside("[b]x[/b]", 40).spans == []


@pytest.mark.parametrize(
    ("kopecks", "text"),
    [
        (0, "0,00"),
        (5, "0,05"),
        (500_00, "500,00"),
        (12_500_50, "12 500,50"),
        (10_000_000_00, "10 000 000,00"),
        (-150_00, "-150,00"),
    ],
)
def test_a_sum_has_a_comma_two_digits_and_spaces(kopecks: int, text: str) -> None:
    assert format_sum(kopecks) == text


@given(st.integers(0, 10**12))
def test_a_sum_is_read_as_it_was_written(kopecks: int) -> None:
    written = format_sum(kopecks)
    assert parse_sum(written) == kopecks
    assert parse_sum(written.replace(",", ".")) == kopecks
    assert parse_sum(written.replace(" ", "\u00a0").rjust(20)) == kopecks


@pytest.mark.parametrize(
    ("text", "kopecks"),
    [("500", 500_00), ("500,5", 500_50), ("0,01", 1), ("007", 7_00), ("1000000", 1_000_000_00)],
)
def test_a_sum_may_be_typed_shorter(text: str, kopecks: int) -> None:
    assert parse_sum(text) == kopecks


@pytest.mark.parametrize(
    "text",
    ["", " ", ",", "5,", ",5", "1,234", "1.000,00", "1 00", "-5", "+5", "5e3", "٣", "½", "1,2,3"],
)
def test_what_is_no_sum_is_none(text: str) -> None:
    assert parse_sum(text) is None


@pytest.mark.parametrize("text", ["0,00", "12 345,67", "890 000,00", "10 000 000,00"])
def test_a_big_sum_has_five_rows_that_fit(text: str) -> None:
    rows = big(text, 36).plain.split("\n")
    assert all(cell_len(row) <= 36 for row in rows)
    assert len(rows) <= 5


def test_a_sum_too_wide_to_be_big_is_written_in_letters() -> None:
    assert "10 000 000,00" in big("10 000 000,00", 36).plain


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=5, minutes=12), "5 h 12 min"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(days=3, hours=2), "3 d 2 h"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert span(length) == words
