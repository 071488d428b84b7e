"""A receipt from outside: JSON or a mapping."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.ffd.fields import tag_of
from drivers.ffd.receipt import Receipt
from drivers.ffd.validation import MalformedReceipt, parse_receipt
from tests.drivers.ffd.receipts import receipt

LAWFUL: dict[str, Any] = {
    "calculation_sign": 1,
    "tax_system": 2,
    "items": [{"name": "Игровое время", "price": 15000, "quantity": "1", "vat_rate": 6,
               "payment_subject": 4}],
    "payments": {"cash": 15000},
    "cashier": {"name": "Кассир Иванов И.И."},
}  # fmt: skip


def with_item(**fields: Any) -> dict[str, Any]:
    return {**LAWFUL, "items": [{**LAWFUL["items"][0], **fields}]}


def test_a_receipt_is_read_from_json_and_from_a_mapping() -> None:
    assert parse_receipt(json.dumps(LAWFUL)) == receipt()
    assert parse_receipt(json.dumps(LAWFUL).encode()) == receipt()
    assert parse_receipt(LAWFUL) == receipt()


def test_a_receipt_survives_its_own_json() -> None:
    assert parse_receipt(receipt().model_dump_json()) == receipt()


def test_a_cost_is_computed_when_it_is_not_given() -> None:
    assert parse_receipt(with_item(price=333, quantity="1.5")).items[0].cost == 500


def test_a_quantity_is_exact() -> None:
    assert parse_receipt(with_item(quantity="0.1")).items[0].quantity == Decimal("0.1")


@pytest.mark.parametrize(
    ("data", "code", "field", "tag"),
    [
        ({**LAWFUL, "cashier": {}}, "missing", "cashier.name", 1021),
        (with_item(price=-1), "out_of_range", "items.0.price", 1079),
        (with_item(price=2**48), "out_of_range", "items.0.price", 1079),
        (with_item(price=150.5), "wrong_type", "items.0.price", 1079),
        (with_item(price="15000"), "wrong_type", "items.0.price", 1079),
        (with_item(quantity=1.5), "wrong_type", "items.0.quantity", 1023),
        (with_item(quantity="0"), "out_of_range", "items.0.quantity", 1023),
        (with_item(quantity="0.0000001"), "out_of_range", "items.0.quantity", 1023),
        (with_item(quantity="NaN"), "out_of_range", "items.0.quantity", 1023),
        (with_item(quantity="много"), "wrong_type", "items.0.quantity", 1023),
        (with_item(vat_rate=13), "unknown_code", "items.0.vat_rate", 1199),
        (with_item(payment_subject=28), "unknown_code", "items.0.payment_subject", 1212),
        (with_item(agent=128), "unknown_code", "items.0.agent", 1222),
        (with_item(name="x" * 4097), "out_of_range", "items.0.name", 1030),
        ({**LAWFUL, "discount": 5}, "unknown_field", "discount", None),
        ({**LAWFUL, "items": 5}, "wrong_type", "items", 1059),
        ("{", "not_json", "", None),
        (b"\xff", "not_json", "", None),
        ("[]", "wrong_type", "", None),
        ("\ud800", "not_json", "", None),
        (with_item(name="\ud800"), "not_json", "items.0.name", 1030),
    ],
)
def test_what_is_wrong_is_named_by_field_and_tag(
    data: Any, code: str, field: str, tag: int | None
) -> None:
    with pytest.raises(MalformedReceipt) as caught:
        parse_receipt(data)
    assert [(each.code, each.field, each.tag) for each in caught.value.problems] == [
        (code, field, tag)
    ]


def test_a_flood_of_errors_is_bounded() -> None:
    with pytest.raises(MalformedReceipt) as caught:
        parse_receipt({**LAWFUL, **{f"x{number}" + "y" * 5000: 1 for number in range(500)}})
    assert len(caught.value.problems) == 100
    assert all(len(each.field) <= 200 for each in caught.value.problems)


def test_deep_json_is_refused_like_any_other() -> None:
    with pytest.raises(MalformedReceipt):
        parse_receipt("[" * 100_000)


def refused(data: Any) -> set[str]:
    """The fields that a refusal names; none for a receipt."""
    try:
        parse_receipt(data)
    except MalformedReceipt as error:
        return {each.field for each in error.problems}
    return set()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100)
@given(st.text() | st.binary() | st.dictionaries(st.text(), anything))
def test_any_data_is_a_receipt_or_malformed(data: Any) -> None:
    with pytest.raises(MalformedReceipt) as caught:
        parse_receipt(data)
    assert caught.value.problems


@settings(max_examples=200)
@given(anything, st.sampled_from(sorted(Receipt.model_fields)), st.booleans())
def test_any_value_of_any_field_is_taken_or_refused_with_its_name(
    value: Any, name: str, as_json: bool
) -> None:
    data: Any = {**LAWFUL, name: value}
    assert {field.split(".")[0] for field in refused(json.dumps(data) if as_json else data)} <= {
        name
    }


@settings(max_examples=200)
@given(anything, st.sampled_from(["price", "quantity", "cost", "vat_rate", "name", "agent"]))
def test_any_value_of_an_items_field_is_taken_or_refused_with_its_name(
    value: Any, name: str
) -> None:
    assert refused(with_item(**{name: value})) <= {f"items.0.{name}"}


def _paths(schema: dict[str, Any], definitions: dict[str, Any], at: str = "") -> list[str]:
    """Every path of a model's JSON schema."""
    found = [at] if at else []
    for part in (schema, *schema.get("anyOf", ()), schema.get("items", {})):
        if "$ref" in part:
            part = definitions[part["$ref"].rsplit("/", 1)[1]]
        for name, inner in part.get("properties", {}).items():
            found += _paths(inner, definitions, f"{at}.{name}" if at else name)
    return found


def test_every_field_with_a_requisite_knows_its_tag() -> None:
    schema = Receipt.model_json_schema()
    without = {path for path in _paths(schema, schema["$defs"]) if tag_of(path) is None}
    assert without == {"print_paper", "original_date"}
