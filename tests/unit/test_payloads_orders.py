"""The same paid order, in every shape in which Zaps, forms and Shopify send it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.errors import InvalidFields, Unreadable
from fulfillment.model import LineItem, Order
from fulfillment.payloads import order_reference, read_body, read_order

FORM = "application/x-www-form-urlencoded"
ID = "6855909900591"

WHO = {"order_name": "#1042", "email": "a@b.ca", "customer_name": "Ada B."}
ZAP = {"order_id": ID, **WHO, "region": "CANADA"}
SHOPIFY = {"id": int(ID), "name": "#1042", "email": "a@b.ca", "region": "CANADA"}
CUSTOMER = {"first_name": "Ada", "last_name": "B.", "email": "a@b.ca"}
LINES = [{"sku": "NSTB", "quantity": 1}, {"sku": "CPT", "quantity": 2}]
COLUMNS = {"line_items_sku": "NSTB,CPT", "line_items_quantity": "1,2"}
LISTS = {"line_items_sku": ["NSTB", "CPT"], "line_items_quantity": ["1", "2"]}

ORDER = Order(ID, "#1042", "Ada B.", "a@b.ca", "CANADA", (LineItem("NSTB", 1), LineItem("CPT", 2)))

SHAPES: dict[str, dict[str, Any]] = {
    "the documented Zap": ZAP | COLUMNS,
    "blanks around everything": {name: f" {value}\n" for name, value in ZAP.items()}
    | {"line_items_sku": " NSTB , CPT ", "line_items_quantity": " 1 , 2 "},
    "invisible blanks": ZAP | COLUMNS | {"order_id": f"\ufeff{ID}\u200b", "email": "\u00a0a@b.ca\u2060"},
    "id as a number": ZAP | COLUMNS | {"order_id": int(ID)},
    "id as a gid": ZAP | COLUMNS | {"order_id": f"gid://shopify/Order/{ID}"},
    "id as the admin page": ZAP
    | COLUMNS
    | {"order_id": f"https://admin.shopify.com/store/x/orders/{ID}?from=list"},
    "id as the former admin page": ZAP | COLUMNS | {"order_id": f"https://x.myshopify.com/admin/orders/{ID}"},
    "region in lower case": ZAP | COLUMNS | {"region": " canada "},
    "lists": ZAP | LISTS,
    "lists of numbers": ZAP | LISTS | {"line_items_quantity": [1, 2]},
    "a list and a comma string": ZAP | COLUMNS | {"line_items_quantity": [1, "2"]},
    "quantities with .0": ZAP | COLUMNS | {"line_items_quantity": "1.0,2.00"},
    "quantities as floats": ZAP | LISTS | {"line_items_quantity": [1.0, 2.0]},
    "double underscores": ZAP | {"line_items__sku": "NSTB,CPT", "line_items__quantity": "1,2"},
    "double underscores with lists": ZAP
    | {"line_items__sku": ["NSTB", "CPT"], "line_items__quantity": [1, 2]},
    "columns inside line_items": ZAP | {"line_items": {"sku": "NSTB,CPT", "quantity": [1, 2]}},
    "nested lines": ZAP | {"line_items": LINES},
    "nested lines as JSON text": ZAP | {"line_items": json.dumps(LINES)},
    "nested lines, each as JSON text": ZAP | {"line_items": [json.dumps(line) for line in LINES]},
    "nested lines with quantities as text": ZAP
    | {"line_items": [{**line, "quantity": str(line["quantity"])} for line in LINES]},
    "both ways, agreeing": ZAP | COLUMNS | {"line_items": LINES},
    "nested lines beside fields left blank": ZAP
    | {"line_items": LINES, "line_items_sku": "", "line_items_quantity": ""},
    "an order of Shopify's": SHOPIFY | {"customer": CUSTOMER, "line_items": LINES},
    "an order as the REST API wraps it": {"order": SHOPIFY | {"customer": CUSTOMER, "line_items": LINES}},
    "Shopify's gid": SHOPIFY | {"id": f"gid://shopify/Order/{ID}", "customer": CUSTOMER, "line_items": LINES},
    "Shopify, an address of the customer alone": SHOPIFY
    | {"email": None, "customer": CUSTOMER, "line_items": LINES},
    "Shopify, after an edit": SHOPIFY
    | {
        "customer": CUSTOMER,
        "line_items": [
            {"sku": "NSTB", "quantity": 4, "current_quantity": 1},
            {"sku": "CPT", "quantity": 2, "current_quantity": None},
        ],
    },
    "the customer flattened": SHOPIFY
    | COLUMNS
    | {"email": "", "customer__email": "a@b.ca", "customer__first_name": "Ada", "customer__last_name": "B."},
    "the customer as JSON text": SHOPIFY | COLUMNS | {"customer": json.dumps(CUSTOMER)},
    "a name and a customer": ZAP | COLUMNS | {"customer": {"first_name": "Somebody", "last_name": "Else"}},
    "fields that nobody asked for": ZAP | COLUMNS | {"tags": ["x"], "total_price": "19.90", "note": None},
}


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_is_the_same_order(body: dict[str, Any]) -> None:
    assert read_order(body) == ORDER
    assert read_order(read_body(json.dumps(body).encode(), "application/json")) == ORDER
    assert read_order(read_body(json.dumps(json.dumps(body)).encode(), "")) == ORDER


@pytest.mark.parametrize(
    "form",
    [
        ZAP | COLUMNS,
        ZAP | LISTS,
        ZAP | {"line_items__sku": ["NSTB", "CPT"], "line_items__quantity": ["1", "2"]},
        ZAP | {"line_items": json.dumps(LINES)},
        ZAP | {"line_items": [json.dumps(line) for line in LINES]},
        {**SHOPIFY, **COLUMNS, "customer__first_name": "Ada", "customer__last_name": "B."},
    ],
)
def test_every_form_is_the_same_order(form: dict[str, Any]) -> None:
    assert read_order(read_body(urlencode(form, doseq=True).encode(), FORM)) == ORDER


def order_with(**fields: Any) -> Order:
    return read_order({"order_id": "1", "line_items": [], **fields})


def lines_of(*lines: dict[str, Any]) -> tuple[LineItem, ...]:
    return order_with(line_items=list(lines)).lines


def columns_of(sku: Any, quantity: Any, **more: Any) -> tuple[LineItem, ...]:
    return read_order({"order_id": "1", "line_items_sku": sku, "line_items_quantity": quantity, **more}).lines


def problems_of(body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidFields) as refusal:
        read_order(body)
    return refusal.value.problems


def test_an_order_id_of_25_digits_keeps_each_of_them() -> None:
    body = read_body(b'{"order_id": 6855909900591685590990059, "line_items": []}', "application/json")
    assert read_order(body).order_id == "6855909900591685590990059"


@pytest.mark.parametrize("text", ["007", "1E5", "00 1", "=1+1", "'1", "Bestellung-Ä", "😀", "1.0", "a/b"])
def test_an_id_sku_and_title_as_text_survive_untouched(text: str) -> None:
    order = order_with(order_id=text, line_items=[{"sku": text, "quantity": 1, "title": text}])
    assert (order.order_id, order.lines) == (text, (LineItem(text, 1, text),))


ids = st.text(
    # letters that show as nothing are blanks to us as well
    st.characters(exclude_categories=["C", "Z"], exclude_characters="\u115f\u1160\u3164\uffa0\u2800"),
    min_size=1,
    max_size=50,
).filter(lambda text: not text.startswith("#"))


@given(order_id=ids, sku=ids, title=ids)
def test_what_the_shop_calls_things_survives_the_wire(order_id: str, sku: str, title: str) -> None:
    sent = {"order_id": order_id, "line_items": [{"sku": sku, "quantity": 1, "title": title}]}
    expected = Order(order_id, lines=(LineItem(sku, 1, title),))
    assert read_order(read_body(json.dumps(sent).encode(), "application/json")) == expected
    lists = {"order_id": order_id, "line_items__sku": [sku, "B"], "line_items__quantity": [1, 1]}
    assert read_order(read_body(urlencode(lists, doseq=True).encode(), FORM)).lines[0].sku == sku


def test_the_title_of_a_single_line_is_never_split() -> None:
    assert columns_of("A", "1", line_items_title="Strength, Power") == (LineItem("A", 1, "Strength, Power"),)


def test_a_text_of_titles_says_nothing_about_several_lines() -> None:
    assert columns_of("A,B", "1,1", line_items_title="One, two") == (LineItem("A", 1), LineItem("B", 1))


def test_titles_of_several_lines_come_as_a_list() -> None:
    lines = columns_of("A,B", "1,1", line_items_title=["One, two", None])
    assert lines == (LineItem("A", 1, "One, two"), LineItem("B", 1, ""))


def test_a_line_of_shopifys_has_its_title_or_else_its_name() -> None:
    both = {"sku": "A", "quantity": 1, "title": "Strength", "name": "Strength - Default"}
    assert lines_of(both, {"sku": "B", "quantity": 1, "name": "Power"}) == (
        LineItem("A", 1, "Strength"),
        LineItem("B", 1, "Power"),
    )


def test_what_is_left_of_an_edited_order_counts() -> None:
    lines = lines_of({"sku": "A", "quantity": 2, "current_quantity": 0}, {"sku": "B", "quantity": 1})
    assert lines == (LineItem("A", 0), LineItem("B", 1))
    assert columns_of("A,B", "2,2", line_items_current_quantity="0,1")[1].quantity == 1


def test_a_tip_is_a_line_without_sku() -> None:
    tips = lines_of(
        {"sku": None, "quantity": 1}, {"sku": " ", "quantity": 1}, {"quantity": 1, "title": "Tip"}
    )
    assert tips == (LineItem("", 1), LineItem("", 1), LineItem("", 1, "Tip"))
    assert columns_of("A,,B", "1,1,1")[1] == LineItem("", 1)
    assert columns_of("", "1") == (LineItem("", 1),)


@pytest.mark.parametrize(("sku", "quantity"), [("", ""), ([], []), ("", []), (" ", " ")])
def test_an_order_of_nothing_has_no_lines(sku: Any, quantity: Any) -> None:
    assert columns_of(sku, quantity) == ()


def test_a_single_line_needs_no_list() -> None:
    assert columns_of(1001, 2) == (LineItem("1001", 2),)


def test_a_comma_inside_a_listed_sku_belongs_to_it() -> None:
    assert columns_of(["A,B"], [1]) == (LineItem("A,B", 1),)


def test_an_address_that_cannot_be_used_does_not_stop_a_paid_order() -> None:
    assert order_with(email=" not an address ").email == "not an address"
    assert order_with().email == ""


def test_a_name_on_two_lines_comes_on_one() -> None:
    assert order_with(customer_name="Ada\r\nBcc: x@y.z\0").customer_name == "Ada  Bcc: x@y.z"


def test_a_title_with_a_control_character_loses_only_that() -> None:
    assert lines_of({"sku": "A", "quantity": 1, "title": "One\ttwo"}) == (LineItem("A", 1, "One two"),)


BAD_LINES: list[tuple[Any, str, str]] = [
    ({"sku": "A", "quantity": 1.5}, "line_items[].quantity", "Line 2: `1.5` is not a whole number"),
    ({"sku": "A", "quantity": "1.5"}, "line_items[].quantity", "Line 2: `1.5` is not a whole number"),
    ({"sku": "A", "quantity": -1}, "line_items[].quantity", "Line 2: `-1` is below zero"),
    ({"sku": "A", "quantity": "two"}, "line_items[].quantity", "Line 2: `two` is not a quantity"),
    ({"sku": "A", "quantity": "1e2"}, "line_items[].quantity", "Line 2: `1e2` is not a quantity"),
    ({"sku": "A", "quantity": "²"}, "line_items[].quantity", "is not a quantity"),
    ({"sku": "A", "quantity": True}, "line_items[].quantity", "Line 2: `true` is not a quantity"),
    ({"sku": "A", "quantity": None}, "line_items[].quantity", "Line 2: `null` is not a quantity"),
    ({"sku": "A"}, "line_items[].quantity", "Line 2: `null` is not a quantity"),
    ({"sku": "A", "quantity": [1]}, "line_items[].quantity", "Line 2: `a list` is not a quantity"),
    ({"sku": "A", "quantity": float("nan")}, "line_items[].quantity", "Line 2: `nan` is not a quantity"),
    ({"sku": "A", "quantity": 1_000_001}, "line_items[].quantity", "at most 1,000,000"),
    ({"sku": "A", "quantity": 10**5_000}, "line_items[].quantity", "at most 1,000,000"),
    ({"sku": "A", "quantity": 1, "current_quantity": -1}, "line_items[].current_quantity", "below zero"),
    ({"sku": "A\0B", "quantity": 1}, "line_items[].sku", "Line 2: It contains control characters"),
    ({"sku": 1.5, "quantity": 1}, "line_items[].sku", "Line 2: It came as a number with a fraction"),
    ({"sku": {}, "quantity": 1}, "line_items[].sku", "Line 2: It must be text, not an object."),
    ({"sku": "A" * 256, "quantity": 1}, "line_items[].sku", "Line 2: It has 256 characters; at most 255"),
    ({"sku": "A", "quantity": 1, "title": "x" * 1_001}, "line_items[].title", "1,001 characters"),
    ({"SKU": "A", "quantity": 1}, "line_items", "Line 2: It has no `sku` but `SKU`; did you mean `sku`?"),
    ("CPT", "line_items", "Line 2: `CPT` is not an object"),
]


@pytest.mark.parametrize(("line", "field", "says"), BAD_LINES)
def test_a_wrong_line_is_named_with_its_field(line: Any, field: str, says: str) -> None:
    problems = problems_of({"order_id": "1", "line_items": [{"sku": "A", "quantity": 1}, line]})
    assert list(problems) == [field]
    assert says in problems[field]


def a_zap(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in (ZAP | COLUMNS | fields).items() if value is not None}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    (a_zap(order_id=None), "order_id", "The order's id is missing"),
    (a_zap(order_id="  "), "order_id", "The order's id is missing"),
    (a_zap(order_id="#1042"), "order_id", "This is the order's name, not its id"),
    (a_zap(order_id=None, id="#1042"), "id", "This is the order's name, not its id"),
    (a_zap(order_id="gid://shopify/Customer/1"), "order_id", "This is an address, but not of an order"),
    (a_zap(order_id="https://example.com/1"), "order_id", "This is an address, but not of an order"),
    (a_zap(order_id=1e5), "order_id", "send it as text"),
    (a_zap(order_id=True), "order_id", "not true or false"),
    (a_zap(order_id=["1", "2"]), "order_id", "It must be text, not a list."),
    (a_zap(order_id="1\x07"), "order_id", "control characters"),
    (a_zap(order_id="\ud800"), "order_id", "control characters"),
    (a_zap(order_id="9" * 201), "order_id", "It has 201 characters; at most 200 are possible."),
    (a_zap(order_id=10**2_000), "order_id", "more than a thousand digits"),
    (a_zap(order_name="x" * 501), "order_name", "at most 500"),
    (a_zap(customer_name="x" * 501), "customer_name", "at most 500"),
    (a_zap(email="x" * 501), "email", "at most 500"),
    (a_zap(region="x" * 501), "region", "at most 500"),
    (a_zap(email=["a@b.ca", "c@d.ca"]), "email", "It must be text, not a list."),
    (
        a_zap(line_items_quantity="1"),
        "line_items_quantity",
        "line_items_sku has 2 and line_items_quantity has 1",
    ),
    (a_zap(line_items_quantity="1,2,"), "line_items_quantity", "has 3"),
    (a_zap(line_items_quantity=[]), "line_items_quantity", "has 0"),
    (a_zap(line_items_quantity="1,two"), "line_items_quantity", "Line 2: `two` is not a quantity"),
    (a_zap(line_items_quantity="1,"), "line_items_quantity", "Line 2: `` is not a quantity"),
    (a_zap(line_items_title=["only one"]), "line_items_title", "line_items_title has 1"),
    (a_zap(line_items_quantity=None), "line_items_quantity", "It is missing"),
    (a_zap(line_items_sku=None), "line_items_sku", "It is missing"),
    (a_zap(line_items_sku=None, line_items_quantity=None), "line_items", "The lines are missing"),
    (a_zap(line_items=[{"sku": "CPT", "quantity": 1}]), "line_items", "two ways that differ"),
    ({"order_id": "1", "line_items": "CPT"}, "line_items", "It must be a list of lines, not `CPT`."),
    ({"order_id": "1", "line_items": "[{"}, "line_items", "It must be a list of lines"),
    (a_zap(line_items_sku=["A"] * 5_001, line_items_quantity=[1] * 5_001), "line_items", "has 5,001 lines"),
]


@pytest.mark.parametrize(("body", "field", "says"), REFUSED)
def test_a_wrong_field_is_named_with_a_sentence(body: dict[str, Any], field: str, says: str) -> None:
    problems = problems_of(body)
    assert list(problems) == [field]
    assert says in problems[field]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    body = {"order_id": "#1", "email": {}, "line_items": [{"sku": "A", "quantity": "x"}, {"sku": "\0A"}]}
    assert set(problems_of(body)) == {"order_id", "email", "line_items[].quantity", "line_items[].sku"}


@pytest.mark.parametrize(
    ("order", "title"), [({"line_items_sku": "A"}, "x" * 1_000), ({"line_items_sku": "A" * 255}, "")]
)
def test_the_bounds_themselves_are_allowed(order: dict[str, Any], title: str) -> None:
    bounds = {"order_id": "9" * 200, "email": "x" * 500, "line_items_quantity": 1_000_000}
    (line,) = read_order({**bounds, **order, "line_items_title": title}).lines
    assert (line.quantity, line.title) == (1_000_000, title)


def test_five_thousand_lines_are_an_order() -> None:
    assert len(columns_of(["A"] * 5_000, [1] * 5_000)) == 5_000


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (ID, ID),
        (int(ID), ID),
        (f"  {ID}\n", ID),
        (f"gid://shopify/Order/{ID}", ID),
        (f"https://admin.shopify.com/store/my-shop/orders/{ID}/", ID),
        (f"admin.shopify.com/store/my-shop/orders/{ID}#timeline", ID),
        (" #1042 ", "#1042"),
        ("0042", "0042"),
    ],
)
def test_an_order_is_named_in_many_ways(typed: object, meant: str) -> None:
    assert order_reference(typed) == meant


@pytest.mark.parametrize("typed", ["", "  ", None, "http://x", "9" * 201, 1.5, [], "a\0b"])
def test_what_names_no_order_is_refused_by_field(typed: object) -> None:
    with pytest.raises(InvalidFields) as refusal:
        order_reference(typed)
    assert list(refusal.value.problems) == ["order_id"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    [
        "order_id",
        "id",
        "order",
        "name",
        "email",
        "customer",
        "customer__email",
        "customer_name",
        "region",
        "line_items",
        "line_items_sku",
        "line_items_quantity",
        "line_items_title",
        "line_items__sku",
        "sku",
        "quantity",
        "current_quantity",
        "title",
    ]
)
near_orders = st.dictionaries(
    names, values | st.lists(st.dictionaries(names, values, max_size=4), max_size=3), max_size=8
)


@given(values | near_orders)
def test_any_json_at_all_is_an_order_or_refused_with_a_sentence(value: object) -> None:
    with suppress(Unreadable, InvalidFields):
        order = read_order(read_body(json.dumps(value).encode(), "application/json"))
        assert order.order_id
        assert all(0 <= line.quantity <= 1_000_000 for line in order.lines)


@given(near_orders)
def test_any_object_at_all_is_an_order_or_its_fields_are_named(body: dict[str, Any]) -> None:
    with suppress(InvalidFields):
        assert read_order(body).order_id
