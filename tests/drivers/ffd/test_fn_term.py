"""The term that the number of an FN tells."""

import pytest

from drivers.ffd.fn_term import term_months


@pytest.mark.parametrize(
    ("number", "months"),
    [
        ("8710000101234567", 13),
        ("9282000101234567", 15),
        ("9289000101234567", 15),
        ("9251440300012345", 15),
        ("8711000101234567", 36),
        ("9281000101234567", 36),
        ("9252440300012345", 36),
        ("9287440300012345", 36),
        ("9282999901234567", None),
        ("9999078900001234", None),
        ("7380440800012345", None),
        ("", None),
    ],
)
def test_the_number_of_an_fn_tells_its_term_where_its_maker_is_known(
    number: str, months: int | None
) -> None:
    assert term_months(number) == months
