"""A1 notation: what clients send, and what the API writes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.a1 import (
    A1Range,
    bare_name,
    column_index,
    column_letters,
    format_range,
    parse_range,
    quote_sheet,
)

FORMS = [
    ("Sheet1!A1:B2", A1Range("Sheet1", 0, 0, 2, 2), "Sheet1!A1:B2"),
    ("'Sheet1'!A1", A1Range("Sheet1", 0, 0, 1, 1), "Sheet1!A1"),
    ("'My Sheet'!A1", A1Range("My Sheet", 0, 0, 1, 1), "'My Sheet'!A1"),
    ("My Sheet!A1:1", A1Range("My Sheet", 0, 0, 1, None), "'My Sheet'!A1:1"),
    ("'O''Brien'!A:C", A1Range("O'Brien", None, 0, None, 3), "'O''Brien'!A:C"),
    ("'Wow! Yes'!B2", A1Range("Wow! Yes", 1, 1, 2, 2), "'Wow! Yes'!B2"),
    ("A5:A", A1Range(None, 4, 0, None, 1), "A5:A"),
    ("A:C5", A1Range(None, 4, 0, None, 3), "A5:C"),
    ("1:2", A1Range(None, 0, None, 2, None), "1:2"),
    ("2:2", A1Range(None, 1, None, 2, None), "2:2"),
    ("A1:2", A1Range(None, 0, 0, 2, None), "A1:2"),
    ("1:A2", A1Range(None, 0, 0, 2, None), "A1:2"),
    ("D4:A1", A1Range(None, 0, 0, 4, 4), "A1:D4"),
    ("A4:D1", A1Range(None, 0, 0, 4, 4), "A1:D4"),
    ("C:A", A1Range(None, None, 0, None, 3), "A:C"),
    ("$A$1", A1Range(None, 0, 0, 1, 1), "A1"),
    ("$A:c$7", A1Range(None, 6, 0, None, 3), "A7:C"),
    ("aa10:ab$12", A1Range(None, 9, 26, 12, 28), "AA10:AB12"),
    ("A1:A1", A1Range(None, 0, 0, 1, 1), "A1"),
    ("Sheet1!R1C1:R2C3", A1Range("Sheet1", 0, 0, 2, 3), "Sheet1!A1:C2"),
    ("Sheet1", A1Range("Sheet1"), "Sheet1"),
    ("'A1'", A1Range("A1"), "'A1'"),
]


@pytest.mark.parametrize(("text", "meaning", "canonical"), FORMS)
def test_every_form_that_clients_send_is_understood(text: str, meaning: A1Range, canonical: str) -> None:
    assert parse_range(text) == meaning
    assert format_range(meaning) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "'", "!A1", "Sheet1!", "''!A1", "'a'b", "'open!A1", "Sheet1!#REF!", "S!A0", "S!A", "S!A1:B2:C3"],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_range(text)


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Sheet1", "Sheet1"),
        ("order_cache", "order_cache"),
        ("Order Cache", "'Order Cache'"),
        ("2024", "'2024'"),
        ("Q1", "'Q1'"),
        ("R1C1", "'R1C1'"),
        ("O'Brien", "'O''Brien'"),
        ("Лист2", "'Лист2'"),
        ("🌵 test 1", "'🌵 test 1'"),
    ],
)
def test_only_plain_words_that_are_no_cells_go_unquoted(title: str, written: str) -> None:
    assert quote_sheet(title) == written


def test_a_bare_word_is_left_for_the_caller_to_look_up() -> None:
    assert bare_name("Prices") == "Prices"
    assert bare_name("A1") == "A1"
    assert bare_name("'Prices'") is None
    assert bare_name("Prices!A1") is None


def test_open_sides_close_at_the_edge_of_the_grid() -> None:
    assert format_range(parse_range("Sheet1").within(1000, 26)) == "Sheet1!A1:Z1000"
    assert format_range(parse_range("'Sheet1'!A1:C").within(1000, 26)) == "Sheet1!A1:C1000"
    assert format_range(parse_range("Sheet1!A2:2").within(1000, 26)) == "Sheet1!A2:Z2"
    assert format_range(parse_range("A5000:B5001").within(1000, 26)) == "A5000:B5001"


def test_a_range_open_both_ways_has_no_name() -> None:
    with pytest.raises(ValueError):
        format_range(A1Range("S", 2, 2))
    with pytest.raises(ValueError):
        format_range(A1Range())


def test_columns_count_like_an_odometer_without_a_zero() -> None:
    pairs = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (18277, "ZZZ")]
    for index, letters in pairs:
        assert column_letters(index) == letters
        assert column_index(letters.lower()) == index


@pytest.mark.parametrize("letters", ["", "A1", "É", "-"])
def test_a_column_is_named_by_ascii_letters_only(letters: str) -> None:
    with pytest.raises(ValueError):
        column_index(letters)
    with pytest.raises(ValueError):
        column_letters(-1)


titles = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
rows = st.integers(0, 9_999_999)
cols = st.integers(0, 18_277)


@st.composite
def ranges(draw: st.DrawFn) -> A1Range:
    top, bottom = sorted((draw(rows), draw(rows)))
    left, right = sorted((draw(cols), draw(cols)))
    sheet = draw(titles)
    shape = draw(st.sampled_from(["cells", "columns", "rows", "open below", "open right", "sheet"]))
    return {
        "cells": A1Range(sheet, top, left, bottom + 1, right + 1),
        "columns": A1Range(sheet, None, left, None, right + 1),
        "rows": A1Range(sheet, top, None, bottom + 1, None),
        "open below": A1Range(sheet, top, left, None, right + 1),
        "open right": A1Range(sheet, top, left, bottom + 1, None),
        "sheet": A1Range(sheet),
    }[shape]


@given(ranges())
def test_a_range_survives_being_written_and_read(range_: A1Range) -> None:
    assert parse_range(format_range(range_)) == range_


@given(cols)
def test_a_column_survives_its_letters(index: int) -> None:
    assert column_index(column_letters(index)) == index


@given(st.text(max_size=20))
def test_any_text_is_a_range_or_a_value_error(text: str) -> None:
    try:
        range_ = parse_range(text)
    except ValueError:
        return
    assert parse_range(format_range(range_)) == range_
