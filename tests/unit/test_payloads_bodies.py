"""The bytes of a request, read as one object or refused with a sentence."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.errors import Unreadable
from fulfillment.payloads import read_body

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b'{"order_id": "1"}', JSON),
        (b'{"order_id": "1"}', ""),
        (b'{"order_id": "1"}', "text/plain"),
        (b'{"order_id": "1"}', "application/json; charset=utf-8"),
        (b'{"order_id": "1"}', "Application/JSON;charset=ISO-8859-1"),
        (b'\xef\xbb\xbf{"order_id": "1"}', JSON),
        (b' \r\n{"order_id": "1"}\n', JSON),
        (b'"{\\"order_id\\": \\"1\\"}"', JSON),
        (b'" {\\"order_id\\": \\"1\\"} "', JSON),
        (b'{"order_id": "1", "order_id": "1"}', JSON),
        (b'{"order_id": "1"}', FORM),
        (b"order_id=1", FORM),
        (b"\xef\xbb\xbforder_id=1\n", f"{FORM}; charset=UTF-8"),
    ],
)
def test_the_same_object_comes_out_of_every_wrapping(raw: bytes, content_type: str) -> None:
    assert read_body(raw, content_type) == {"order_id": "1"}


def test_a_form_repeats_a_key_for_a_list_and_keeps_blanks_and_plus_signs() -> None:
    body = read_body(b"sku=A&sku=%2BB&name=Zo%C3%AB+%E2%9C%85&email=", FORM)
    assert body == {"sku": ["A", "+B"], "name": "Zoë ✅", "email": ""}


def test_csv_comes_as_it_is_with_its_leading_tab() -> None:
    assert read_body(b"\tNASM\tCPT\n", "text/csv") == {"csv": "\tNASM\tCPT\n"}


def test_a_number_keeps_all_its_digits() -> None:
    body = read_body(b'{"id": 6855909900591685590990059, "price": 19.90, "odd": 1e5}', JSON)
    assert body["id"] == 6855909900591685590990059
    assert str(body["price"]) == "19.90"
    assert body["odd"] == Decimal("1e5")


@pytest.mark.parametrize(
    ("raw", "content_type", "says"),
    [
        (b"", JSON, "The body is empty."),
        (b"  \n", FORM, "The body is empty."),
        (b"{", JSON, "not JSON (line 1, column 2)"),
        (b"order_id=1", JSON, "not JSON (line 1, column 1)"),
        (b"<order/>", "application/xml", "although its type is `application/xml`"),
        (b"[]", JSON, "is a list"),
        (b"3", JSON, "not an object"),
        (b"null", JSON, "not an object"),
        (b'"hello"', JSON, "not JSON"),
        (b'"\\"{}\\""', JSON, "not an object"),
        (b'{"a": NaN}', JSON, "NaN is not a JSON number"),
        (b'{"a": -Infinity}', JSON, "-Infinity is not a JSON number"),
        (b'{"a": 1e99999999999999999999}', JSON, "beyond all bounds"),
        (b'{"a": ' + b"1" * 5_000 + b"}", JSON, "thousands of digits"),
        (b'{"a": "\\ud83d"}', JSON, "half a character"),
        (b'{"\\udc00": 1}', JSON, "half a character"),
        (b'{"order_id": "1", "order_id": "2"}', JSON, "`order_id` stands in it twice"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, JSON, "nested deeper than 64 levels"),
        (b"[" * 200_000, JSON, "nested deeper than 64 levels"),
        (b'{"a": "\xe9"}', JSON, "not UTF-8 (byte 7)"),
        ('{"a": 1}'.encode("utf-16"), JSON, "not UTF-8"),
        (b"name=%E9", FORM, "not percent-encoded UTF-8"),
        (b"hello", FORM, "no `name=value`"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(raw: bytes, content_type: str, says: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_body(raw, content_type)
    assert says in str(refusal.value)
    assert "Send " in str(refusal.value), "it says what to do"


def test_the_deepest_nesting_allowed_is_read() -> None:
    assert read_body(b'{"a":' * 64 + b'"x"' + b"}" * 64, JSON)


def test_an_emoji_written_as_two_escapes_is_one_character() -> None:
    assert read_body(b'{"title": "\\ud83d\\ude00"}', JSON) == {"title": "😀"}


@given(st.binary(max_size=200), st.sampled_from([JSON, FORM, "text/csv", "", "multipart/form-data"]))
def test_any_bytes_at_all_are_an_object_or_unreadable(raw: bytes, content_type: str) -> None:
    with suppress(Unreadable):
        assert isinstance(read_body(raw, content_type), dict)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.none()))
def test_an_object_comes_back_as_it_was_sent(sent: dict[str, object]) -> None:
    assert read_body(json.dumps(sent, ensure_ascii=False).encode(), JSON) == sent
    assert read_body(json.dumps(json.dumps(sent)).encode(), JSON) == sent
