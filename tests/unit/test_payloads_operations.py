"""What the sidebar, the Zap's last step and the scheduler send, and tables of keys as people paste them."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.errors import InvalidFields
from fulfillment.payloads import (
    ClearBody,
    CloseBody,
    DeliveredBody,
    EmptyBody,
    ImportBody,
    PublishBody,
    ReleaseBody,
    ReplaceBody,
    StatusBody,
    read,
    rows_of_csv,
)

SECRET = "EX-SECRET-1"
HEADER = "region,provider,product_code,component,keycode,seats"
ROW = {
    "region": "CANADA",
    "provider": "NASM",
    "product_code": "CPT",
    "component": "combined",
    "keycode": "0042",
    "seats": "1",
}


def problems_of(model: Any, body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidFields) as refusal:
        read(model, body)
    return refusal.value.problems


def csv_problem(text: str) -> str:
    with pytest.raises(InvalidFields) as refusal:
        rows_of_csv(text)
    return refusal.value.problems["csv"]


@pytest.mark.parametrize("model", [StatusBody, ClearBody, DeliveredBody, ReleaseBody])
@pytest.mark.parametrize("order_id", ["5", 5, " 5 ", "gid://shopify/Order/5"])
def test_an_operation_finds_its_order_however_it_is_named(model: Any, order_id: object) -> None:
    assert read(model, {"order_id": order_id}).order_id == "5"
    assert read(model, {"order_id": "#1042"}).order_id == "#1042"


def test_a_release_of_a_whole_order_needs_only_its_id() -> None:
    body = read(ReleaseBody, {"order_id": "5", "sku": "", "units": None, "quarantine": "", "reason": None})
    assert body == read(ReleaseBody, {"order_id": "5"})
    assert (body.sku, body.units, body.quarantine, body.reason) == ("", (), False, "")


@pytest.mark.parametrize(
    "units",
    [
        "1.1,1.10",
        " 1.1 ; 1.10 ",
        ["1.1", "1.10"],
        ["1.1", Decimal("1.10")],
        "1.1+1.10",
        "1.1 + 1.10",
        "1.1 1.10 1.1",
    ],
)
def test_pieces_come_as_a_list_or_separated(units: object) -> None:
    assert read(ReleaseBody, {"order_id": "5", "units": units}).units == ("1.1", "1.10")


@pytest.mark.parametrize("units", [[], ",", ["1"], "1.1,x", [None], {}, "1.1.1"])
def test_pieces_that_are_none_are_refused(units: object) -> None:
    assert list(problems_of(ReleaseBody, {"order_id": "5", "units": units})) == ["units"]


@pytest.mark.parametrize("yes", [True, "true", " TRUE ", "yes", "1", 1, "on", "y"])
def test_yes_is_said_in_many_ways(yes: object) -> None:
    assert read(PublishBody, {"dry_run": yes}).dry_run is True


@pytest.mark.parametrize("no", [False, "false", "No", "0", 0, "off", "", None])
def test_no_is_said_in_many_ways(no: object) -> None:
    assert read(PublishBody, {"dry_run": no}).dry_run is False


@pytest.mark.parametrize("neither", ["maybe", 2, 1.5, [], {}, [True]])
def test_what_is_neither_yes_nor_no_is_refused(neither: object) -> None:
    sentence = "It is neither yes nor no; send true or false."
    assert problems_of(PublishBody, {"dry_run": neither}) == {"dry_run": sentence}


@pytest.mark.parametrize(
    ("model", "field", "hint"),
    [
        (ReleaseBody, "orderid", "did you mean order_id?"),
        (ReleaseBody, "id", "did you mean order_id?"),
        (ReleaseBody, "Quarantined", "did you mean quarantine?"),
        (ReplaceBody, "key", "did you mean keycode?"),
        (ImportBody, "dryrun", "did you mean dry_run?"),
        (ImportBody, "CSV", "did you mean csv?"),
        (CloseBody, "orders", "did you mean order_ids?"),
        (ClearBody, "zzz", "the fields are order_id."),
        (EmptyBody, "order_id", "this operation takes none."),
    ],
)
def test_an_unknown_field_is_refused_with_a_hint(model: Any, field: str, hint: str) -> None:
    problem = problems_of(model, {field: "1"})[field]
    assert problem == f"This field is not known here; {hint}"


def test_every_wrong_field_is_named() -> None:
    problems = problems_of(ReleaseBody, {"units": "x", "quarantine": "x", "reason": "x" * 501, "skus": "x"})
    assert set(problems) == {"order_id", "units", "quarantine", "reason", "skus"}
    assert problems["order_id"] == "It is missing."


def test_an_operation_that_needs_no_word_takes_none() -> None:
    assert read(EmptyBody, {}) == EmptyBody()


@pytest.mark.parametrize("keycode", ["0042", "1E5", "AB CD", "=1+1", "ключ", 'a"b', 42])
def test_a_key_code_survives_untouched(keycode: object) -> None:
    assert read(ReplaceBody, {"order_id": "5", "keycode": keycode}).keycode == str(keycode)


@pytest.mark.parametrize("keycode", ["", None, 1e5, "a\0b", "x" * 501, ["x"], True])
def test_what_is_no_key_code_is_refused(keycode: object) -> None:
    assert list(problems_of(ReplaceBody, {"order_id": "5", "keycode": keycode})) == ["keycode"]


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (ReplaceBody, {"order_id": "5", "keycode": SECRET + "\0"}),
        (ReplaceBody, {"order_id": "5", "keycode": SECRET * 100}),
        (ReplaceBody, {"order_id": "5", "keycode": [SECRET]}),
        (ReplaceBody, {"order_id": SECRET * 100, "keycode": SECRET, "reason": SECRET}),
        (ReleaseBody, {"order_id": "5", "units": SECRET, "quarantine": SECRET}),
        (CloseBody, {"order_ids": [SECRET + "\0"]}),
        (ImportBody, {"rows": SECRET}),
        (ImportBody, {"rows": [SECRET]}),
        (ImportBody, {"rows": [{"key": SECRET}]}),
        (ImportBody, {"rows": [{"keycode": SECRET * 1_000}]}),
        (ImportBody, {"csv": f'{HEADER}\nCANADA,NASM,CPT,combined,"{SECRET},1'}),
        (ImportBody, {"csv": f"region,provider,code\nCANADA,NASM,{SECRET}"}),
    ],
)
def test_no_key_code_stands_in_a_refusal(model: Any, body: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields) as refusal:
        read(model, body)
    assert SECRET not in str(refusal.value)


def test_no_key_code_stands_in_the_repr_of_a_body() -> None:
    assert SECRET not in repr(read(ReplaceBody, {"order_id": "5", "keycode": SECRET}))
    assert SECRET not in repr(read(ImportBody, {"rows": [{"keycode": SECRET}]}))


@pytest.mark.parametrize(
    "body",
    [
        {"order_ids": ["5", "#6"]},
        {"order_ids": [5, "gid://shopify/Order/5", "#6"]},
        {"order_ids": "5,#6"},
        {"order_ids": " 5\n#6\r\n"},
        {"order_ids": "5 ; #6"},
        {"order_ids": "5", "order_id": "#6"},
        {"order_ids": 5, "order_id": "#6"},
    ],
)
def test_orders_served_by_hand_come_as_a_list_or_separated(body: dict[str, Any]) -> None:
    assert read(CloseBody, body | {"reason": " by phone "}) == CloseBody(
        order_ids=("5", "#6"), reason="by phone"
    )


def test_one_order_served_by_hand_comes_as_its_id() -> None:
    assert read(CloseBody, {"order_id": "5"}).order_ids == ("5",)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "It is missing."),
        ({"order_ids": []}, "It names no order"),
        ({"order_ids": " , "}, "It names no order"),
        ({"order_ids": ["5", ""]}, "Entry 2: The order's id is missing"),
        ({"order_ids": ["1"] * 5_001}, "at most 5,000"),
    ],
)
def test_to_close_no_order_is_refused(body: dict[str, Any], says: str) -> None:
    assert says in problems_of(CloseBody, body)["order_ids"]


def test_an_import_without_rows_is_of_the_tab() -> None:
    assert read(ImportBody, {}).rows is None
    assert read(ImportBody, {"rows": None, "csv": None, "dry_run": "yes"}).rows is None


def test_an_import_of_no_rows_is_never_of_the_tab() -> None:
    assert read(ImportBody, {"rows": []}).rows == []
    assert "csv" in problems_of(ImportBody, {"csv": ""})
    assert "csv" in problems_of(ImportBody, {"csv": 1})


def test_rows_come_as_objects_with_any_spelling_of_the_columns() -> None:
    sent = {"Region": "CANADA", "PROVIDER": "NASM", "Product Code": "CPT", "component ": "combined"}
    assert read(ImportBody, {"rows": [sent | {"key_code": "0042", "seats": 1}]}).rows == [ROW]


def test_what_a_row_lacks_is_blank_for_the_import_to_judge() -> None:
    (row,) = (
        read(ImportBody, {"rows": [{"keycode": None, "region": "A\tB", "seats": 1.5, "result": "x"}]}).rows
        or []
    )
    assert row == dict.fromkeys(ROW, "") | {"region": "A\tB", "seats": "1.5"}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("x", "It must be a list of rows"),
        ([ROW, "x"], "Row 2 is not an object"),
        ([ROW, {"key": "x"}], "Row 2 has none of the columns"),
        ([ROW, ROW | {"keycode": 1e5}], "Row 2, keycode: It came as a number with a fraction"),
        ([ROW | {"seats": []}], "Row 1, seats: It must be text, not a list."),
    ],
)
def test_rows_that_cannot_be_read_are_refused(rows: Any, says: str) -> None:
    assert says in problems_of(ImportBody, {"rows": rows})["rows"]


def test_rows_and_csv_together_are_refused() -> None:
    assert "send one of them" in problems_of(ImportBody, {"rows": [], "csv": HEADER})["csv"]


VALUES = "CANADA,NASM,CPT,combined,0042,1"


@pytest.mark.parametrize(
    "text",
    [
        VALUES,
        f"{HEADER}\n{VALUES}",
        f"\ufeff{HEADER}\r\n{VALUES}\r\n\r\n",
        f"\n\n{HEADER.upper()}\n\n{VALUES}\n,,,,,\n",
        f"Region,Provider,Product Code,Component,Key Code,Seats\n{VALUES}",
        VALUES.replace(",", ";"),
        VALUES.replace(",", "\t"),
        VALUES.replace(",", " | "),
        VALUES.replace(",", ", "),
        '"CANADA","NASM","CPT","combined","0042","1"',
        'CANADA, "NASM", "CPT", "combined", "0042", "1"',
        "keycode;seats;note;component;product_code;provider;region\n0042;1;hi;combined;CPT;NASM;CANADA",
        f"{HEADER},result\n{VALUES},refused: out of range",
        f"{HEADER}\r{VALUES}\r",
    ],
)
def test_a_pasted_table_is_read_with_header_or_without(text: str) -> None:
    assert rows_of_csv(text) == [ROW]
    assert read(ImportBody, {"csv": text}).rows == [ROW]


@pytest.mark.parametrize(
    "keycode", ["00042", "1E5", "=1+1", 'say "hi"', "a,b", "a;b", "😀", "12345678901234567890"]
)
def test_a_pasted_key_code_is_kept_as_typed(keycode: str) -> None:
    quoted = '"' + keycode.replace('"', '""') + '"'
    assert rows_of_csv(f"{HEADER}\nCANADA,NASM,CPT,exam,{quoted},1")[0]["keycode"] == keycode


def test_a_short_row_is_filled_with_blanks() -> None:
    assert rows_of_csv("CANADA,NASM\nUSA,NCSF,CPT")[1] == dict.fromkeys(ROW, "") | {
        "region": "USA",
        "provider": "NCSF",
        "product_code": "CPT",
    }


def test_codes_alone_under_their_heading_are_a_table() -> None:
    assert [row["keycode"] for row in rows_of_csv("keycode\nA1\nB2")] == ["A1", "B2"]


def test_an_empty_table_has_no_rows() -> None:
    assert rows_of_csv("") == rows_of_csv(HEADER) == rows_of_csv("\n , \n") == []


def test_a_table_that_cannot_be_read_says_where() -> None:
    assert (
        csv_problem(f'{HEADER}\nCANADA,NASM,CPT,exam,"0042,1') == "Line 2 cannot be read: check its quotes."
    )
    assert "no column keycode" in csv_problem("region,provider,code\nCANADA,NASM,1")


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_refused(text: str) -> None:
    with suppress(InvalidFields):
        assert all(list(row) == HEADER.split(",") for row in rows_of_csv(text))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "order_id",
    "order_ids",
    "sku",
    "units",
    "quarantine",
    "reason",
    "keycode",
    "rows",
    "csv",
    "dry_run",
    "other",
]


@given(
    st.sampled_from([EmptyBody, StatusBody, ReleaseBody, ReplaceBody, CloseBody, ImportBody, PublishBody]),
    st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), anything, max_size=5),
)
def test_any_object_is_an_operation_or_its_fields_are_named(model: Any, body: dict[str, Any]) -> None:
    with suppress(InvalidFields):
        assert isinstance(read(model, body), model)
