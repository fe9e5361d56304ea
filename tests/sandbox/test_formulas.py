"""Formulas: what they come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.formats import NumberFormat
from sandbox.formula_functions import FUNCTIONS
from sandbox.formula_values import wildcard
from sandbox.formulas import Error, Scalar, parse
from tests.sandbox.formula_book import COL, ROW, FormulaBook, shelf, shown, value

ARITHMETIC = [
    ("=4/2", 2),
    ("= 1 / 1024", 0.0009765625),
    ("=1+2*3", 7),
    ("=(1+2)*3", 9),
    ("=10-4-3", 3),
    ("=-2^2", 4),
    ("=2^3^2", 64),
    ("=2^-1", 0.5),
    ("=5%", 0.05),
    ("=200%%", 0.02),
    ("=--3", 3),
    ("=1e3+.5", 1000.5),
    ('="7"+1', 8),
    ("=TRUE+1", 2),
    ("=A1+1", 1),
    ('=1&"-"&TRUE&A1', "1-TRUE"),
    ('=1/3&""', "0.333333333333333"),
    ('="say ""hi"""', 'say "hi"'),
    ("=1/0", "#DIV/0!"),
    ('="a"+1', "#VALUE!"),
    ("=10^400", "#NUM!"),
    ("=(-1)^0.5", "#NUM!"),
    ("=0^-1", "#NUM!"),
]


@pytest.mark.parametrize(("source", "result"), ARITHMETIC)
def test_operators_bind_and_calculate_as_in_sheets(source: str, result: Scalar) -> None:
    assert shown(source) == result


COMPARISONS = [
    ('="a"="A"', True),
    ('="a"<"B"', True),
    ('=1="1"', False),
    ("=1=TRUE", False),
    ('=9999<"a"', True),
    ('="z"<FALSE', True),
    ("=A1=0", True),
    ('=A1=""', True),
    ("=A1=FALSE", True),
    ("=A1=A2", True),
    ("=1+1>=2", True),
    ("=2<>2", False),
    ('=1&2="12"', True),
]


@pytest.mark.parametrize(("source", "result"), COMPARISONS)
def test_values_compare_by_kind_then_size_whatever_the_case(source: str, result: bool) -> None:
    assert value(source) is result


LOGIC = [
    ('=IF(1>2,"yes","no")', "no"),
    ("=IF(1>2,1)", False),
    ("=IF(FALSE,1/0,2)", 2),
    ("=IF(,1,2)", 2),
    ('=IF("x",1,2)', "#VALUE!"),
    ('=IF("1",1,2)', "#VALUE!"),
    ('=IF("",1,2)', "#VALUE!"),
    ('=IF("true",1,2)', 1),
    ('=IFS(FALSE,1,TRUE,"b")', "b"),
    ("=IFS(FALSE,1)", "#N/A"),
    ('=AND(TRUE,1,"true")', True),
    ("=AND(TRUE,0)", False),
    ("=OR(FALSE,0)", False),
    ("=OR(FALSE,3)", True),
    ("=NOT(0)", True),
    ("=IFERROR(1/0,7)", 7),
    ("=IFERROR(1/0)", None),
    ('=IFERROR("fine",7)', "fine"),
    ("=IFNA(NA(),7)", 7),
    ("=IFNA(1/0,7)", "#DIV/0!"),
    ("=ISBLANK(A1)", True),
    ('=ISBLANK("")', False),
    ("=ISERROR(1/0)", True),
    ("=ISNA(1/0)", False),
    ("=ISNA(NA())", True),
    ("=ISNUMBER(1)", True),
    ('=ISNUMBER("1")', False),
    ('=ISTEXT("a")', True),
    ("=N(TRUE)", 1),
    ('=N("7")', 0),
    ('=T("a")', "a"),
    ("=T(1)", ""),
    ('=EXACT("a","A")', False),
    ("=XOR(TRUE,TRUE,1)", True),
    ("=ISERR(NA())", False),
    ("=ISLOGICAL(FALSE())", True),
    ("=ISNONTEXT(TRUE())", True),
]


@pytest.mark.parametrize(("source", "result"), LOGIC)
def test_conditions_choose_and_errors_are_caught(source: str, result: Scalar) -> None:
    assert shown(source) == result


TEXTS = [
    ('=LEN(" a ")', 3),
    ('=LEN("🌵")', 2),
    ('=TRIM("  a   b ")', "a b"),
    ('=UPPER("aé")&LOWER("BÉ")', "AÉbé"),
    ('=LEFT("abc")&LEFT("abc",2)&LEFT("abc",9)', "aababc"),
    ('=RIGHT("abc")&RIGHT("abc",2)&RIGHT("abc",0)', "cbc"),
    ('=MID("abcdef",2,3)', "bcd"),
    ('=MID("abc",0,1)', "#NUM!"),
    ('=FIND("b","abcb")', 2),
    ('=FIND("b","abcb",3)', 4),
    ('=FIND("B","abc")', "#VALUE!"),
    ('=SEARCH("B?","abc")', 2),
    ('=SUBSTITUTE("a-b-c","-","+")', "a+b+c"),
    ('=SUBSTITUTE("a-b-c","-","+",2)', "a-b+c"),
    ('=CONCATENATE("a",1,TRUE)', "a1TRUE"),
    ('=JOIN(", ","a",2)', "a, 2"),
    ('=TEXT(1234.5,"#,##0.00")', "1,234.50"),
    ('=TEXT(43831,"yyyy-mm-dd")', "2020-01-01"),
    ('=TEXT("2020-01-01","d mmm")', "1 Jan"),
    ('=TEXT("abc","0")', "abc"),
    ('=VALUE("1,234")', 1234),
    ('=VALUE("abc")', "#VALUE!"),
    ("=TO_TEXT(12)", "12"),
    ("=CHAR(65)", "A"),
    ("=CHAR(0)", "#NUM!"),
    ('=HYPERLINK("https://example.com","shop")', "shop"),
    ('=HYPERLINK("https://example.com")', "https://example.com"),
    ('=REGEXMATCH("EX-001","^EX-\\d+$")', True),
    ('=REGEXMATCH("abc","(?=a)")', "#REF!"),
    ('=REGEXMATCH("abc","(")', "#REF!"),
    ('=REGEXMATCH("aaaa","(a+)+$")', "#ERROR!"),
    ('=REGEXREPLACE("  A  B ","^\\s+|\\s+$","")', "A  B"),
    ('=REGEXREPLACE("A,,B,",",+",",")', "A,B,"),
    ('=REGEXREPLACE("EX-001","(\\w+)-(\\d+)","$2/$1\\")', "001/EX\\"),
    ('=REGEXREPLACE("abc","(","")', "#REF!"),
    ('=REGEXREPLACE("abc","b","$1")', "#REF!"),
    ('=REPT("ab",2)', "abab"),
    ('=REPT("ab",-1)', "#NUM!"),
    ('=CONCAT("a",1)&CLEAN("b"&CHAR(7))', "a1b"),
    ('=RIGHT("a",-1)', "#NUM!"),
    ('=SEARCH("a","abc",9)', "#VALUE!"),
    ('=SUBSTITUTE("a","","b")&SUBSTITUTE("a","a","b",2)', "aa"),
    ('=SUBSTITUTE("a","a","b",0)', "#NUM!"),
    ('=TEXT(TRUE,"0")', "TRUE"),
    ("=VALUE(TRUE)", "#VALUE!"),
]


@pytest.mark.parametrize(("source", "result"), TEXTS)
def test_text_is_cut_searched_and_written(source: str, result: Scalar) -> None:
    assert shown(source) == result


NUMBERS = [
    ("=ROUND(2.675,2)", 2.68),
    ("=ROUND(-2.5)", -3),
    ("=ROUND(1234,-2)", 1200),
    ("=ROUNDUP(1.01)", 2),
    ("=ROUNDDOWN(-1.9)", -1),
    ("=INT(-1.5)", -2),
    ("=ABS(-3)", 3),
    ("=MOD(-3,2)", 1),
    ("=MOD(3,0)", "#DIV/0!"),
    ("=DATE(2020,1,1)", 43831),
    ("=DATE(2019,13,1)", 43831),
    ("=YEAR(43831)&MONTH(43831)&DAY(43831)", "202011"),
    ("=TODAY()", 45351),
    ("=NOW()-TODAY()", 0.5208333333357587),
    ("=ROW()+COLUMN()", ROW + COL + 2),
    ("=ROW(C7)*100+COLUMN(C7)", 703),
    ('=SUM(1,"2",TRUE)', 4),
    ("=MIN(3,1,2)", 1),
    ("=MAX(3,1,2)", 3),
    ("=AVERAGE(1,2)", 1.5),
    ("=MAX(A1:A9)", 0),
    ("=AVERAGE(A1:A9)", "#DIV/0!"),
    ('=SUM("x")', "#VALUE!"),
    ("=ROUND(1.5,999)", 1.5),
    ("=ROUND(1.5,20)", 1.5),
    ("=DATE(99999,1,1)", "#NUM!"),
    ("=YEAR(1e9)", "#NUM!"),
    ("=MOD(1e308,1e-10)", "#NUM!"),
]


@pytest.mark.parametrize(("source", "result"), NUMBERS)
def test_numbers_are_rounded_added_and_dated(source: str, result: Scalar) -> None:
    assert shown(source) == result


BROKEN = [
    *("=", "=1+", "=(1", "=1)", '="open', "=1 2", "=#", "=IF(1,2", "=" + "(" * 999),
    *("={1,2}", "=A1:B2:C3", "=A:1", "=1e999"),
]


@pytest.mark.parametrize("source", BROKEN)
def test_what_cannot_be_read_keeps_its_text_and_shows_an_error(source: str) -> None:
    formula = parse(source, ROW, COL)
    assert formula.text(3, 3) == source
    assert formula.evaluate(FormulaBook({}), "Sheet1", 3, 3) == Error("#ERROR!", "Formula parse error.")


def test_errors_say_why_in_googles_words() -> None:
    assert value("=NOPE(1)") == Error("#NAME?", "Unknown function: 'NOPE'.")
    assert value("=nope") == Error("#NAME?", "Unknown range name: 'nope'.")
    assert value('=MATCH("x",A:A,0)') == Error("#N/A", "Did not find value 'x' in MATCH evaluation.")
    assert value("='Gone'!A1") == Error("#REF!", "Unresolved sheet name 'Gone'.")
    assert value("=A999") == Error("#REF!", "Reference does not exist.")
    assert value("=#REF!+1") == Error("#REF!", "Reference does not exist.")
    assert value("=1/0") == Error("#DIV/0!", "Function DIVIDE parameter 2 cannot be zero.")
    coerced = (
        "Function ADD parameter 2 expects number values. But 'x' is a text and cannot be coerced to a number."
    )
    assert value('=1+"x"') == Error("#VALUE!", coerced)
    assert value('=LEFT("a","x")') == Error("#VALUE!", coerced.replace("ADD", "LEFT"))
    count = "Wrong number of arguments to IF. Expected between 2 and 3 arguments, but got 1 arguments."
    assert value("=IF(1)") == Error("#N/A", count)
    sizes = "Array arguments to COUNTIFS are of different size."
    assert value("=COUNTIFS(A1:A2,1,B1:B3,1)") == Error("#VALUE!", sizes)


def test_an_error_bears_the_apis_name_and_its_reason() -> None:
    error = Error("#N/A", "Did not find value 'x' in MATCH evaluation.")
    assert error.type == "N_A"
    assert str(error) == "#N/A"
    assert error.unformatted == "#N/A (Did not find value 'x' in MATCH evaluation.)"


def test_a_cell_reference_counts_in_conditions_as_the_value_itself() -> None:
    assert value("=AND(A1)", FormulaBook({})) is False
    assert shown("=OR(A1)", FormulaBook({"A1": "maybe"})) == "#VALUE!"
    assert value("=AND(A1:A3)", FormulaBook({"A1": True, "A2": "maybe"})) is True


def test_counting_takes_errors_as_they_come() -> None:
    assert value("=COUNT(1/0,1)") == 1
    assert value("=COUNTA(1/0,1)") == 2


FORMATS = [
    ("=TODAY()", {"type": "DATE"}),
    ("=NOW()", {"type": "DATE_TIME"}),
    ("=TODAY()+1", {"type": "DATE"}),
    ("=TODAY()-DATE(2024,1,1)", None),
    ("=50%", {"type": "PERCENT", "pattern": "0%"}),
    ("=A1", {"type": "CURRENCY"}),
    ("=-A1", {"type": "CURRENCY"}),
    ("=SUM(A1:A9)", {"type": "CURRENCY"}),
    ("=INDEX(A:B,1,1)", {"type": "CURRENCY"}),
    ("=IF(TRUE,TODAY(),A1)", {"type": "DATE"}),
    ("=IF(FALSE,TODAY(),A1)", {"type": "CURRENCY"}),
    ("=IFERROR(1/0,A1)", {"type": "CURRENCY"}),
    ("=B1", None),
    ("=A1*2", None),
    ("=LEN(A1)", None),
    ("=" + "+".join(["1"] * 5000), None),
]


@pytest.mark.parametrize(("source", "expected"), FORMATS)
def test_a_result_is_shown_as_what_it_comes_from(source: str, expected: NumberFormat | None) -> None:
    def formats(sheet: str, row: int, col: int) -> NumberFormat | None:
        return {"type": "CURRENCY"} if (row, col) == (0, 0) else None

    formula = parse(source, ROW, COL)
    assert formula.number_format(FormulaBook({"A1": 5.0}), "Sheet1", ROW, COL, formats) == expected


def test_a_formula_knows_whether_the_clock_moves_it() -> None:
    assert parse("=A1+today ()", 0, 1).is_volatile
    assert not parse("=KNOW(A1)", 0, 1).is_volatile


CELLS, CONSTANTS = ("", "A1", "A1:B3", "A:B", "1:1", "Z9"), ("1", "-1", "0", "0.5", "1e308", "TRUE", "1/0")


CELLS, CONSTANTS = ("", "A1", "A1:B3", "A:B", "1:1", "Z9"), ("1", "-1", "0", "0.5", "1e308", "TRUE", "1/0")


@given(st.text("ab*?~", max_size=8), st.text("abAB", max_size=8))
def test_a_wildcard_finds_what_a_naive_search_finds(pattern: str, text: str) -> None:
    assert (wildcard(pattern).fullmatch(text) is not None) == naively_like(pattern.lower(), text.lower())


def naively_like(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(naively_like(pattern[1:], text[skipped:]) for skipped in range(len(text) + 1))
    literal = pattern[1:2] or "~" if pattern[0] == "~" else pattern[0]
    rest = pattern[2:] if pattern[0] == "~" else pattern[1:]
    fits = text[:1] == literal or (pattern[0] == "?" and bool(text))
    return fits and naively_like(rest, text[1:])


def test_many_stars_stay_quick_in_a_long_text() -> None:
    assert wildcard("*a" * 20 + "b").fullmatch("a" * 50_000) is None


arguments = st.sampled_from([*CELLS, *CONSTANTS, '""', '"cpt"', '"*"', '">1"'])


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(arguments, max_size=5))
def test_no_function_ever_raises_or_gives_what_no_cell_can_hold(name: str, given_: list[str]) -> None:
    result = value(f"={name}({','.join(given_)})", shelf())
    assert result is None or isinstance(result, str | bool | int | float | Error)
    assert not isinstance(result, float) or result - result == 0
