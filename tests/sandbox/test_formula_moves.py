"""Formulas in other cells: copied, filled down, and following what is done to the sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.a1 import column_letters, parse_range
from sandbox.formulas import Deletion, Formula, Home, Insertion, Move, parse
from tests.sandbox.formula_book import FormulaBook

# (typed in B2, as it reads in D5)
COPIES = [
    ("=A1", "=C4"),
    ("=$A1+A$1+$A$1", "=$A4+C$1+$A$1"),
    ("=sum( a1:B2 )", "=sum( C4:D5 )"),
    ("=Sheet2!A1", "=Sheet2!C4"),
    ("='My Sheet'!A1:A", "='My Sheet'!C4:C"),
    ("=A:C", "=C:E"),
    ("=$A:C", "=$A:E"),
    ("=2:3", "=5:6"),
    ("=A1:2", "=C4:5"),
    ('="A1"&A1', '="A1"&C4'),
    ("=LOG10(A1)", "=LOG10(C4)"),
]


@pytest.mark.parametrize(("typed", "copied"), COPIES)
def test_a_copied_formula_reads_from_where_it_is(typed: str, copied: str) -> None:
    assert parse(typed, 1, 1).text(4, 3) == copied


def test_a_formula_copied_off_the_sheet_loses_its_reference() -> None:
    assert parse("=A1", 1, 1).text(0, 0) == "=#REF!"


def test_formulas_filled_down_are_the_same_formula() -> None:
    assert parse("=A1*B$1", 0, 2) == parse("=A9*B$1", 8, 2)
    assert parse("=A1*B$1", 0, 2) != parse("=A8*B$1", 8, 2)


HOME = Home("Sheet1", 9, 9)  # J10
EDITS = [
    ("=A5", Insertion("Sheet1", "ROWS", 4, 2), "=A7"),
    ("=A5", Insertion("Sheet1", "ROWS", 5, 2), "=A5"),
    ("=$A$5", Insertion("Sheet1", "ROWS", 0, 1), "=$A$6"),
    ("=SUM(A5:A8)", Insertion("Sheet1", "ROWS", 6, 2), "=SUM(A5:A10)"),
    ("=SUM(A5:A8)", Insertion("Sheet1", "ROWS", 4, 2), "=SUM(A7:A10)"),
    ("=SUM(A5:A8)", Insertion("Sheet1", "ROWS", 8, 2), "=SUM(A5:A8)"),
    ("=SUM(A5:A)", Insertion("Sheet1", "ROWS", 0, 1), "=SUM(A6:A)"),
    ("=SUM(A:C)", Insertion("Sheet1", "ROWS", 0, 1), "=SUM(A:C)"),
    ("=SUM(A:C)", Insertion("Sheet1", "COLUMNS", 1, 1), "=SUM(A:D)"),
    ("=Other!A5", Insertion("Sheet1", "ROWS", 0, 3), "=Other!A5"),
    ("=Other!A5", Insertion("other", "ROWS", 0, 3), "=Other!A8"),
    ("=A5", Insertion("Other", "ROWS", 0, 3), "=A5"),
    ("=A5", Deletion("Sheet1", "ROWS", 4, 1), "=#REF!"),
    ("=A5+A7", Deletion("Sheet1", "ROWS", 5, 1), "=A5+A6"),
    ("=SUM(A5:A8)", Deletion("Sheet1", "ROWS", 4, 2), "=SUM(A5:A6)"),
    ("=SUM(A5:A8)", Deletion("Sheet1", "ROWS", 6, 3), "=SUM(A5:A6)"),
    ("=SUM(A5:A8)", Deletion("Sheet1", "ROWS", 3, 6), "=SUM(#REF!)"),
    ("=SUM(A:C)", Deletion("Sheet1", "COLUMNS", 0, 2), "=SUM(A:A)"),
    ("=SUM(A5:A)", Deletion("Sheet1", "ROWS", 2, 4), "=SUM(A3:A)"),
    ("=A5", Move("Sheet1", "ROWS", 4, 1, 20), "=A20"),
    ("=A5", Move("Sheet1", "ROWS", 10, 2, 0), "=A7"),
    ("=SUM(A5:A8)", Move("Sheet1", "ROWS", 4, 4, 0), "=SUM(A1:A4)"),
    ("=SUM(A5:A8)", Move("Sheet1", "ROWS", 4, 1, 7), "=SUM(A5:A8)"),
    ("=SUM(A5:A8)", Move("Sheet1", "ROWS", 7, 1, 20), "=SUM(A5:A7)"),
    ("=SUM(A5:A8)", Move("Sheet1", "ROWS", 20, 2, 6), "=SUM(A5:A10)"),
]


@pytest.mark.parametrize(("source", "change", "after"), EDITS)
def test_references_follow_their_cells_when_the_sheet_is_edited(
    source: str, change: Insertion | Deletion | Move, after: str
) -> None:
    assert moved(parse(source, HOME.row, HOME.col), change, HOME) == after


def moved(formula: Formula, change: Insertion | Deletion | Move, home: Home) -> str:
    """The formula's text in the cell that it stands in after the change."""
    at = (
        change.index(home.along(change.dimension))
        if change.sheet == home.sheet
        else home.along(change.dimension)
    )
    assert at is not None
    new_home = home.moved_to(change.dimension, at)
    return formula.shifted(change, home).text(new_home.row, new_home.col)


def test_references_follow_a_renamed_sheet_and_lose_a_deleted_one() -> None:
    formula = parse("=Old!A1+'Keep it'!B2+C3", 0, 0)
    assert formula.renamed("OLD", "New One").text(0, 0) == "='New One'!A1+'Keep it'!B2+C3"
    assert formula.without("keep it").text(0, 0) == "=Old!A1+#REF!+C3"
    assert formula.reads() == {"Old", "Keep it", None}


rows = st.integers(1, 60)
columns = st.integers(0, 20)
dollars = st.sampled_from(["", "$"])
prefixes = st.sampled_from(["", "", "Sheet1!", "'My Sheet'!", "Other!"])


@st.composite
def cells(draw: st.DrawFn) -> str:
    letters = column_letters(draw(columns))
    return f"{draw(dollars)}{letters}{draw(dollars)}{draw(rows)}"


@st.composite
def references(draw: st.DrawFn) -> str:
    one = draw(cells())
    return draw(prefixes) + draw(st.sampled_from([one, f"{one}:{draw(cells())}"]))


formulas = st.recursive(
    st.one_of(references(), st.sampled_from(["1", "2.5", '"A1"', "TRUE", "1e3"])),
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*/^&=<>"), inner),
        st.builds("IF({}, {},{})".format, inner, inner, inner),
        st.builds("-({})%".format, inner),
    ),
    max_leaves=6,
).map("={}".format)


@given(formulas, rows, columns)
def test_a_formula_reads_as_it_was_typed(source: str, row: int, col: int) -> None:
    assert parse(source, row, col).text(row, col) == source


@given(formulas, rows, columns, rows, columns)
def test_a_copy_of_a_copy_back_is_the_formula(source: str, row: int, col: int, by: int, along: int) -> None:
    formula = parse(source, row, col)
    copied = formula.text(row + by, col + along)
    assert parse(copied, row + by, col + along) == formula


@given(formulas, st.sampled_from(["ROWS", "COLUMNS"]), st.integers(0, 70), st.integers(1, 9), rows, columns)
def test_what_is_inserted_and_deleted_again_leaves_no_trace(
    source: str, dimension: str, start: int, count: int, row: int, col: int
) -> None:
    home = Home("Sheet1", row, col)
    insertion = Insertion("Sheet1", dimension, start, count)  # type: ignore[arg-type]
    at = insertion.index(home.along(insertion.dimension))
    assert at is not None
    inserted = parse(source, row, col).shifted(insertion, home)
    back = inserted.shifted(
        Deletion("Sheet1", insertion.dimension, start, count), home.moved_to(insertion.dimension, at)
    )
    assert back.text(row, col) == source


@given(cells(), st.integers(0, 70), st.integers(1, 9), st.integers(0, 80), rows, columns)
def test_a_reference_follows_the_cell_that_moves(
    cell: str, start: int, count: int, to: int, row: int, col: int
) -> None:
    if start < to < start + count:
        to = start
    home, move = Home("Sheet1", row, col), Move("Sheet1", "ROWS", start, count, to)
    named = parse_range(cell)
    assert named.start_row is not None
    assert named.start_col is not None
    row_after = move.index(named.start_row)
    assert row_after is not None
    expected = f"{column_letters(named.start_col)}{row_after + 1}"
    assert moved(parse(f"={cell}", row, col), move, home).replace("$", "") == f"={expected}"


@given(st.text("=+-*/^&<>%(),;:!$\"#{}.AB12 xIF'", max_size=25))
def test_any_text_is_a_formula_of_some_kind(source: str) -> None:
    formula = parse(source, 5, 5)
    assert formula.text(5, 5).upper() == "=" + source.removeprefix("=").upper() or "!" in source
    formula.evaluate(FormulaBook({"A1": 1.0, "B2": "x"}), "Sheet1", 5, 5)
