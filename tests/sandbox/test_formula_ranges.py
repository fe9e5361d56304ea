"""Formulas that read cells: look-ups, counts, chains and circles."""

import pytest

from sandbox.a1 import A1Range
from sandbox.cell_errors import NO_ARRAYS
from sandbox.formulas import CIRCULAR, Error, Scalar, parse
from tests.sandbox.formula_book import FormulaBook, shelf, shown, value

LOOKUPS = [
    ('=MATCH("NSTB",A:A,0)', 2),
    ('=MATCH("CPT",A:A,0)', 3),
    ('=MATCH("cpt",A4:A10,0)', 5),
    ('=MATCH("c*",A:A,0)', 3),
    ('=MATCH("EX~*1",A:A,0)', 4),
    ("=MATCH(42,A:A,0)", "#N/A"),
    ("=MATCH(A7,A:A,0)", "#N/A"),
    ('=MATCH("b",G1:I1,0)', 2),
    ("=MATCH(25,D1:D3)", 2),
    ("=MATCH(25,E1:E3,-1)", 1),
    ("=MATCH(5,D1:D3,1)", "#N/A"),
    ("=MATCH(1,A1:B2,0)", "#N/A"),
    ("=MATCH(1/0,A:A,0)", "#DIV/0!"),
    ('=INDEX($B:$B, MATCH("nstb",$A:$A,0))', 10),
    ("=INDEX(A1:B3,2,2)", 10),
    ("=INDEX(G1:I1,3)", "c"),
    ("=INDEX(A1:B3,4,1)", "#NUM!"),
    ("=INDEX(A1:B3,1,3)", "#NUM!"),
    ("=SUM(INDEX(A1:B3,0,2))", 30),
    ("=INDEX(A1:B3,0,2)", "#ERROR!"),
    ('=VLOOKUP("cpt",A:B,2,FALSE)', 20),
    ('=VLOOKUP("none",A:B,2,FALSE)', "#N/A"),
    ('=VLOOKUP("cpt",A:B,3,FALSE)', "#REF!"),
    ("=VLOOKUP(25,D1:E3,2)", 20),
    ('=XLOOKUP("cpt",A:A,B:B)', 20),
    ('=XLOOKUP("cpt",A:A,B:B,,0,-1)', 7.5),
    ('=XLOOKUP("none",A:A,B:B,"-")', "-"),
    ("=XLOOKUP(25,D1:D3,E1:E3,,-1)", 20),
    ("=XLOOKUP(25,D1:D3,E1:E3,,1)", 10),
    ('=XLOOKUP("b",G1:I1,G1:I1)', "b"),
    ('=XLOOKUP("e?~**",A:A,B:B,,2)', "30"),
    ('=XLOOKUP("b",A1:B2,A1:B2)', "#VALUE!"),
    ("=VLOOKUP(1,2,1)", "#VALUE!"),
    ('=VLOOKUP("cpt",A:B,0)', "#VALUE!"),
    ("=INDEX(5,1,1)", 5),
    ("=INDEX(5,2)", "#NUM!"),
    ("=ROW(5)", "#N/A"),
]


@pytest.mark.parametrize(("source", "result"), LOOKUPS)
def test_look_ups_find_the_first_whatever_the_case(source: str, result: Scalar) -> None:
    assert shown(source, shelf()) == result


COUNTS = [
    ("=SUM(B:B)", 87.5),
    ("=COUNT(B:B)", 4),
    ("=COUNTA(A:A)", 7),
    ("=COUNTBLANK(A1:A10)", 3),
    ("=MIN(B:B)", 7.5),
    ("=AVERAGE(D1:D3)", 20),
    ("=SUM(G1:J1)", "#DIV/0!"),
    ("=COUNT(G1:J1)", 0),
    ('=COUNTIF(A:A,"cpt")', 2),
    ('=COUNTIF(A:A,"cpt*")', 3),
    ('=COUNTIF(A:A,"<>cpt")', 98),
    ('=COUNTIF(A1:A10,"")', 3),
    ('=COUNTIF(A1:A10,"<>")', 7),
    ('=COUNTIF(B:B,">=10")', 3),
    ('=COUNTIF(B:B,"30")', 1),
    ("=COUNTIF(B:B,20)", 1),
    ("=COUNTIF(B:B,TRUE)", 1),
    ('=COUNTIF(A:A,">d")', 3),
    ('=COUNTIFS(A:A,"cpt",B:B,">10")', 1),
    ('=COUNTIFS(A1:A3,"cpt",B1:B4,1)', "#VALUE!"),
    ('=COUNTUNIQUEIFS(A:A,B:B,">0")', 3),
    ('=COUNTUNIQUEIFS(A:A,A:A,"c*")', 2),
    ('=COUNTUNIQUEIFS(A:A,A:A,"nothing")', 0),
    ("=COUNTUNIQUEIFS(A1:A3,B1:B4,1)", "#VALUE!"),
    ("=SMALL(D:D,2)", 20),
    ("=SMALL(D1:E3,2)", 10),
    ("=SMALL(D:D,4)", "#NUM!"),
    ('=SUMIF(A:A,"cpt",B:B)', 27.5),
    ('=SUMIF(B:B,">10")', 70),
    ('=SUMIFS(B:B,A:A,"c*",B:B,"<50")', 27.5),
    ('=TEXTJOIN(", ",TRUE,A2:A8)', "NSTB, cpt, EX*1, 0042, Cpt-2, cpt"),
    ('=TEXTJOIN("-",FALSE,G1:I1,A7)', "a-b-c-"),
    ("=CONCATENATE(D1:E2)", "10302020"),
    ("=AND(B1:B2)", True),
    ('=COUNTIF(B:B,"true")', 1),
    ('=COUNTIF(B:B,"<>true")', 99),
    ('=AVERAGEIF(A:A,"cpt",B:B)', 13.75),
    ('=AVERAGEIF(A:A,"none",B:B)', "#DIV/0!"),
    ('=SUMIF(A1:A3,"*",H1)', 0),
    ('=SUMIFS(B1:B3,A1:A2,"*")', "#VALUE!"),
    ("=COUNTIF(1,1)", "#VALUE!"),
]


@pytest.mark.parametrize(("source", "result"), COUNTS)
def test_ranges_are_counted_and_added_up(source: str, result: Scalar) -> None:
    assert shown(source, shelf()) == result


def test_a_range_where_one_value_is_wanted_gives_the_one_beside_the_formula() -> None:
    book = FormulaBook({"A1": 1.0, "A2": 2.0, "C2": "=A1:A3*10", "C9": "=A1:A3"})
    assert book.show("C2") == 20
    assert book.show("C9") == Error("#VALUE!", "An array value could not be found.")


ARRAYS = [
    '=INDEX(B:B,MATCH(1,(A:A="cpt")*(B:B>10),0))',
    "=COUNTIF(A:A,A2:A4)",
    "=XLOOKUP(A2:A4,A:A,B:B)",
    "=INDEX(A1:B3,0,2)",
]


@pytest.mark.parametrize("source", ARRAYS)
def test_what_google_does_to_whole_ranges_is_refused_and_not_guessed(source: str) -> None:
    book = shelf()
    assert parse(source, 2, 20).evaluate(book, "Sheet1", 2, 20) == NO_ARRAYS


def test_other_sheets_are_read_whatever_the_case_and_quoting_of_their_title() -> None:
    book = FormulaBook(
        {"A1": "='live CATALOGUE'!$B$2", "'Live Catalogue'!B2": 5.0}, ["Sheet1", "Live Catalogue"]
    )
    assert book.show("A1") == 5


def test_a_named_range_stands_for_its_cells() -> None:
    book = FormulaBook({"B1": 1.0, "B2": 2.0, "A1": "=SUM(Stock)"})
    book.names["stock"] = A1Range("Sheet1", 0, 1, 2, 2)
    assert book.show("A1") == 3


def test_every_cell_of_a_circle_shows_the_error_and_what_reads_it_does_too() -> None:
    book = FormulaBook({"A1": "=B1", "B1": "=IFERROR(A1,5)", "C1": "=A1+1", "D1": "=D1", "E1": "=SUM(E:E)"})
    assert [book.show(name) for name in ("A1", "B1", "C1", "D1", "E1")] == [CIRCULAR] * 5


def test_a_running_balance_of_thousands_of_rows_comes_out() -> None:
    rows = 3000
    chain = {"A1": 1.0} | {f"A{row}": f"=A{row - 1}+1" for row in range(2, rows + 1)}
    assert FormulaBook(chain, rows=rows).show(f"A{rows}") == rows
    assert FormulaBook(chain | {"A1": f"=A{rows}"}, rows=rows).show("A7") == CIRCULAR


def test_a_long_sum_and_a_deep_nest_come_out() -> None:
    assert value("=" + "+".join(["1"] * 5000)) == 5000
    assert value("=" + "IF(TRUE," * 40 + "7" + ")" * 40) == 7


# As a catalogue shows what is published of the product beside it: by its code, whatever row that is in.
STATUS = (
    '=IF($A2="","",IFERROR(IF(EXACT(TRIM($A2&""),INDEX(Live!$A:$A,MATCH(TRIM($A2&""),Live!$A:$A,0))&""),'
    'IF(INDEX(Live!$C:$C,MATCH(TRIM($A2&""),Live!$A:$A,0))<>"","problem","live"),"changed"),"changed"))'
)


def test_a_status_beside_a_product_follows_its_code() -> None:
    live = {"Live!A2": "CPT", "Live!A3": "1E5", "Live!C3": "no entitlements"}
    typed = {"A2": " CPT ", "A3": "cpt", "A4": "1E5", "A5": "NEW", "A7": "C*"}
    filled = {f"B{row}": parse(STATUS, 1, 1).text(row - 1, 1) for row in range(2, 8)}
    book = FormulaBook(live | typed | filled, ["Sheet1", "Live"])
    assert [book.show(f"B{row}") for row in range(2, 8)] == [
        "live",
        "changed",
        "problem",
        "changed",
        "",
        "changed",
    ]


def test_many_look_ups_over_whole_columns_read_the_column_once() -> None:
    catalogue = {f"Cat!A{row}": f"SKU-{row}" for row in range(1, 501)} | {
        f"Cat!B{row}": row for row in range(1, 501)
    }
    lookups = {f"B{row}": f"=INDEX(Cat!$B:$B, MATCH($A{row},Cat!$A:$A,0))" for row in range(1, 501)}
    wanted = {f"A{row}": f"sku-{501 - row}" for row in range(1, 501)}
    book = CountingBook(catalogue | lookups | wanted, ["Sheet1", "Cat"], rows=600)
    assert [book.show(f"B{row}") for row in range(1, 501)] == list(range(500, 0, -1))
    assert book.columns_read == 1


class CountingBook(FormulaBook):
    """Counts how often a column is read in bulk."""

    columns_read = 0

    def column(self, *where):  # type: ignore[no-untyped-def]
        self.columns_read += 1
        return super().column(*where)


def test_an_argument_left_out_between_commas_is_empty() -> None:
    assert shown('=XLOOKUP("none",A:A,B:B,,0)', shelf()) == "#N/A"
    assert shown('=MATCH("cpt",A:A,)', shelf()) == 3
    assert shown('=VLOOKUP("cpt",A:B,2,)', shelf()) == 20
