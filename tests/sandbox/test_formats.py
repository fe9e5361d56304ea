"""What typed text becomes, and how values are shown, in en_US."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cell_errors import not_available
from sandbox.formats import Entered, full_precision, general, is_date_format, parse_user_entered, render
from sandbox.serials import date_serial, from_serial, from_year_month_day, time_serial

# (typed, value, type of the format, as the cell shows it)
TYPED = [
    ("42", 42.0, None, "42"),
    ("0042", 42.0, None, "42"),
    ("42.01", 42.01, None, "42.01"),
    (" -7 ", -7.0, None, "-7"),
    ("+5", 5.0, None, "5"),
    ("(5)", -5.0, None, "-5"),
    ("-0", 0.0, None, "0"),
    (".5", 0.5, None, "0.5"),
    ("5.", 5.0, None, "5"),
    ("6855909900591", 6855909900591.0, None, "6855909900591"),
    ("2,000,000.01", 2000000.01, "NUMBER", "2,000,000.01"),
    ("1,234", 1234.0, "NUMBER", "1,234"),
    ("12%", 0.12, "PERCENT", "12%"),
    ("12.5%", 0.125, "PERCENT", "12.50%"),
    ("$5", 5.0, "CURRENCY", "$5"),
    ("-$1,005.50", -1005.5, "CURRENCY", "-$1,005.50"),
    ("1E5", 100000.0, "SCIENTIFIC", "1.00E+05"),
    ("1e-5", 0.00001, "SCIENTIFIC", "1.00E-05"),
    ("TRUE", True, None, "TRUE"),
    ("false", False, None, "FALSE"),
    ("2020-01-01", 43831.0, "DATE", "2020-01-01"),
    ("1999-01-02", 36162.0, "DATE", "1999-01-02"),
    ("1/2/2020", 43832.0, "DATE", "1/2/2020"),
    ("01/02/2020", 43832.0, "DATE", "01/02/2020"),
    ("1/2/20", 43832.0, "DATE", "1/2/20"),
    ("Jan 5, 2020", 43835.0, "DATE", "Jan 5, 2020"),
    ("5-Jan-2020", 43835.0, "DATE", "5-Jan-2020"),
    ("10:30", 0.4375, "TIME", "10:30"),
    ("10:30:15 PM", time_serial(22, 30, 15), "TIME", "10:30:15 PM"),
    ("36:00:00", 1.5, "TIME", "36:00:00"),
    ("2020-01-01 12:00:00", 43831.5, "DATE_TIME", "2020-01-01 12:00:00"),
]


@pytest.mark.parametrize(("typed", "value", "kind", "shown"), TYPED)
def test_typing_gives_a_value_and_the_format_it_was_typed_in(
    typed: str, value: float | bool, kind: str | None, shown: str
) -> None:
    entered = parse_user_entered(typed)
    assert (entered.value, entered.formula) == (value, None)
    assert (entered.number_format or {}).get("type") == kind
    assert render(entered.value, entered.number_format) == shown


TEXTS = [
    *(
        "Dummy",
        "Артур",
        "EX-0001",
        "1.2.3",
        "NaN",
        "inf",
        "½",
        "١٢",
        "two\nlines",
        "  padded  ",
        " =A1",
        "- 5",
    ),
    *("1,23", "12e999", "12%%", "(5", "--5", "$", "%", "-", "="),
    *("13/13/2020", "2020-02-30", "2020-01-01T10:00:00+01:00", "10:75"),
]


@pytest.mark.parametrize("typed", TEXTS)
def test_what_reads_as_nothing_else_stays_text_to_the_letter(typed: str) -> None:
    assert parse_user_entered(typed) == Entered(typed)


def test_an_apostrophe_keeps_what_follows_as_text() -> None:
    assert parse_user_entered("'0042") == Entered("0042")
    assert parse_user_entered("'=1+1") == Entered("=1+1")


def test_an_equals_sign_starts_a_formula_and_so_does_a_plus() -> None:
    assert parse_user_entered("= 1 / 1024").formula == "= 1 / 1024"
    assert parse_user_entered("+A1").formula == "=+A1"


def test_typing_nothing_empties_the_cell() -> None:
    assert parse_user_entered("") == Entered()


def test_a_day_without_a_year_is_of_this_year() -> None:
    assert parse_user_entered("3/4").value == "3/4"
    assert parse_user_entered("3/4", today=date(2020, 6, 1)).value == date_serial(date(2020, 3, 4))


PATTERNS = [
    (12345.125, "####.#", "12345.1"),
    (12.34, "000.0000", "012.3400"),
    (12, "#.0#", "12.0"),
    (12000, "#,###", "12,000"),
    (1230000, '0.0,,"M"', "1.2M"),
    (1234500000, "0.00e+00", "1.23e+09"),
    (99999, "0.00E+00", "1.00E+05"),
    (0, "0.00E+00", "0.00E+00"),
    (1234567.891, "#,##0.00", "1,234,567.89"),
    (999999.999, "#,##0.00", "1,000,000.00"),
    (12, "0,000", "0,012"),
    (-5, "0;(0)", "(5)"),
    (0, "0;-0;none", "none"),
    (-0.001, "0.00", "0.00"),
    (0.125, "0%", "13%"),
    (-1234.5, "[$€-407] #,##0.00", "-€ 1,234.50"),
    (5551234567, "(000) 000-0000", "(555) 123-4567"),
    (250, "[>=100]0;0.00", "250"),
    (-3.5, "[Red]0.0", "-3.5"),
    (0.5, "#.##", ".5"),
    (7, r"\#0_)", "#7 "),
    (1e20, "0", "100000000000000000000"),
    (3, "@", "3"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "pattern", "shown"), PATTERNS)
def test_a_pattern_lays_a_number_out(number: float, pattern: str, shown: str) -> None:
    assert render(number, {"type": "NUMBER", "pattern": pattern}) == shown


MOMENT = date_serial(datetime(2016, 4, 5, 16, 8, 53, 528_000))
DURATION = time_serial(3, 13, 41.255)
# The examples of Google's own page on formats.
CLOCKS = [
    (MOMENT, "h:mm:ss.00 a/p", "4:08:53.53 p"),
    (MOMENT, 'hh:mm A/P".M."', "04:08 P.M."),
    (MOMENT, "yyyy-mm-dd", "2016-04-05"),
    (MOMENT, r"mmmm d \[dddd\]", "April 5 [Tuesday]"),
    (MOMENT, "h PM, ddd mmm dd", "4 PM, Tue Apr 05"),
    (MOMENT, "dddd, m/d/yy at h:mm", "Tuesday, 4/5/16 at 16:08"),
    (DURATION, "[hh]", "03"),
    (DURATION, "[mmmm]", "0193"),
    (DURATION, "[ss]", "11621"),
    (DURATION, "[hh]:[mm]:[ss].000", "03:13:41.255"),
    (1.5, "[h]:mm:ss", "36:00:00"),
    (MOMENT, "MM/m h:M", "04/4 16:4"),
]


@pytest.mark.parametrize(("serial", "pattern", "shown"), CLOCKS)
def test_a_pattern_shows_a_moment_or_a_duration(serial: float, pattern: str, shown: str) -> None:
    assert render(serial, {"type": "DATE_TIME", "pattern": pattern}) == shown


GENERAL = [
    (53.0, "53"),
    (1 / 1024, "0.0009765625"),
    (1 / 3, "0.3333333333"),
    (100 / 3, "33.33333333"),
    (3.141592653589793, "3.141592654"),
    (123456789012345.0, "123456789012345"),
    (2.0**60, "1.15292E+18"),
    (1e-5, "1E-05"),
    (-0.5, "-0.5"),
    (-0.0, "0"),
    (0.1 + 0.2, "0.3"),
]


@pytest.mark.parametrize(("number", "shown"), GENERAL)
def test_without_a_format_a_number_shows_what_fits(number: float, shown: str) -> None:
    assert render(number, None) == shown
    assert render(number, {"type": "TEXT"}) == shown


def test_formulas_turn_numbers_into_text_with_fifteen_digits() -> None:
    assert full_precision(1 / 3) == "0.333333333333333"
    assert full_precision(0.1 + 0.2) == "0.3"
    assert full_precision(12.0) == "12"


def test_what_is_no_number_shows_as_itself() -> None:
    assert render(None, None) == ""
    assert render(True, {"type": "NUMBER", "pattern": "0.00"}) == "TRUE"
    assert render("0042", {"type": "NUMBER", "pattern": "0.00"}) == "0042"
    assert render("x", {"type": "TEXT", "pattern": '"<"@">"'}) == "<x>"
    assert render(not_available("no such SKU"), None) == "#N/A"


def test_a_type_without_a_pattern_shows_as_its_default() -> None:
    assert render(43831.0, {"type": "DATE"}) == "1/1/2020"
    assert render(0.5, {"type": "PERCENT"}) == "50.00%"
    assert render(43831.75, {"type": "DATE_TIME"}) == "1/1/2020 18:00:00"


def test_a_number_format_knows_whether_it_shows_dates() -> None:
    assert is_date_format({"type": "DATE"})
    assert is_date_format({"type": "NUMBER", "pattern": "yyyy-mm-dd"})
    assert not is_date_format({"type": "NUMBER", "pattern": '0 "days"'})
    assert not is_date_format({"type": "CURRENCY", "pattern": "[$USD] 0"})
    assert not is_date_format({"type": "TEXT", "pattern": "@"})
    assert not is_date_format(None)


def test_days_count_from_the_thirtieth_of_december_1899() -> None:
    assert date_serial(datetime(1900, 1, 1, 12)) == 2.5
    assert date_serial(date(1900, 2, 28)) == 60  # 1900 was no leap year
    assert from_serial(43831 + 1 / 3) == datetime(2020, 1, 1, 8)
    assert from_year_month_day(2019, 14, 0) == date_serial(date(2020, 1, 31))


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.replace(microsecond=0)))
def test_a_moment_survives_its_serial(moment: datetime) -> None:
    assert from_serial(date_serial(moment)) == moment


@given(st.dates(date(1900, 1, 1)))
def test_a_date_survives_being_shown_and_typed(day: date) -> None:
    entered = parse_user_entered(day.isoformat())
    assert entered.value == date_serial(day)
    assert render(entered.value, entered.number_format) == day.isoformat()


@given(st.integers(-(10**14), 10**14))
def test_a_whole_number_survives_being_shown_and_typed(number: int) -> None:
    for number_format in (
        None,
        {"type": "NUMBER", "pattern": "#,##0"},
        {"type": "NUMBER", "pattern": "0.00"},
    ):
        assert parse_user_entered(render(number, number_format)).value == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_automatic_format_is_true_to_its_digits(number: float) -> None:
    shown = general(number)
    assert float(shown) == pytest.approx(number, rel=1e-5)
    assert len(shown.lstrip("-").replace(".", "").partition("E")[0].lstrip("0")) <= 15


@given(
    st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,%;-$E+@ymdhs[]"\\_*/: ap', max_size=12)
)
def test_any_pattern_shows_any_number(number: float, pattern: str) -> None:
    assert isinstance(render(number, {"type": "NUMBER", "pattern": pattern}), str)


@given(st.text(max_size=30))
def test_any_text_can_be_typed(text: str) -> None:
    entered = parse_user_entered(text, today=date(2024, 2, 29))
    assert entered.formula is None or entered.value is None
