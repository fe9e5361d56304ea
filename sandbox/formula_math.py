"""Functions that count, add up and round, and those of dates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from sandbox.cell_errors import Error, bad_number, divided_by_zero
from sandbox.formula_functions import function
from sandbox.formula_nodes import Scope
from sandbox.formula_operators import finite
from sandbox.formula_values import Area, Operand, Scalar, to_number
from sandbox.serials import date_serial, from_serial, from_year_month_day


def numbers_in(operands: tuple[Operand, ...]) -> list[float] | Error:
    """The numbers that SUM adds: in ranges only real numbers count, elsewhere whatever turns into one."""
    numbers: list[float] = []
    for value, is_from_range in _values(operands):
        if isinstance(value, Error):
            return value
        if is_from_range and (isinstance(value, str | bool) or value is None):
            continue
        number = to_number(value)
        if isinstance(number, Error):
            return number
        numbers.append(number)
    return numbers


def _values(operands: tuple[Operand, ...]) -> Iterator[tuple[Scalar, bool]]:
    for operand in operands:
        if isinstance(operand, Area):
            for value in operand.filled():
                yield value, True
        else:
            yield operand, False


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@function("SUM", "area", repeats=1)
def _sum(scope: Scope, *operands: Operand) -> Operand:
    numbers = numbers_in(operands)
    return numbers if isinstance(numbers, Error) else finite(float(sum(numbers)))


@function("MIN", "area", repeats=1)
def _min(scope: Scope, *operands: Operand) -> Operand:
    numbers = numbers_in(operands)
    return numbers if isinstance(numbers, Error) else min(numbers, default=0.0)


@function("MAX", "area", repeats=1)
def _max(scope: Scope, *operands: Operand) -> Operand:
    numbers = numbers_in(operands)
    return numbers if isinstance(numbers, Error) else max(numbers, default=0.0)


@function("SMALL", "area single")
def _small(scope: Scope, area: Operand, place: Scalar) -> Operand:
    """The n-th smallest number, the first at 1."""
    numbers = numbers_in((area,))
    if isinstance(numbers, Error):
        return numbers
    at = place if isinstance(place, int | float) else 0
    if not 1 <= at <= len(numbers):
        return bad_number(f"Function SMALL parameter 2 value {at:g} is out of range.")
    return sorted(numbers)[int(at) - 1]


@function("AVERAGE", "area", repeats=1)
def _average(scope: Scope, *operands: Operand) -> Operand:
    numbers = numbers_in(operands)
    if isinstance(numbers, Error):
        return numbers
    return finite(sum(numbers) / len(numbers)) if numbers else divided_by_zero("AVERAGE")


@function("COUNT", "operand", repeats=1)
def _count(scope: Scope, *operands: Operand) -> Operand:
    return float(sum(_is_number(value) for value, _ in _values(operands)))


@function("COUNTA", "operand", repeats=1)
def _counta(scope: Scope, *operands: Operand) -> Operand:
    return float(sum(1 for _ in _values(operands)))


@function("COUNTBLANK", "operand", repeats=1)
def _countblank(scope: Scope, *operands: Operand) -> Operand:
    cells = sum(operand.height * operand.width if isinstance(operand, Area) else 1 for operand in operands)
    return float(cells - sum(value not in (None, "") for value, _ in _values(operands)))


def _rounded(value: float, places: float, rounding: str) -> Scalar:
    if abs(places) > 300:
        return value if places > 0 else 0.0
    exact = Decimal(repr(float(value)))
    step = Decimal(1).scaleb(-int(places))
    if exact.adjusted() + int(places) > 25:
        return value  # finer than a double can be
    return finite(float(exact.quantize(step, rounding)))


@function("ROUND", "number number?")
def _round(scope: Scope, value: float, places: float = 0) -> Operand:
    return _rounded(value, places, ROUND_HALF_UP)


@function("ROUNDUP", "number number?")
def _roundup(scope: Scope, value: float, places: float = 0) -> Operand:
    return _rounded(value, places, ROUND_UP)


@function("ROUNDDOWN", "number number?")
def _rounddown(scope: Scope, value: float, places: float = 0) -> Operand:
    return _rounded(value, places, ROUND_DOWN)


@function("INT", "number")
def _int(scope: Scope, value: float) -> Operand:
    return float(math.floor(value))


@function("ABS", "number")
def _abs(scope: Scope, value: float) -> Operand:
    return abs(value)


@function("MOD", "number number")
def _mod(scope: Scope, value: float, divisor: float) -> Operand:
    return divided_by_zero("MOD") if divisor == 0 else value - divisor * math.floor(value / divisor)


@function("DATE", "number number number")
def _date(scope: Scope, year: float, month: float, day: float) -> Operand:
    # Google: a year below 1900 is added to 1900.
    full_year = int(year) + (1900 if 0 <= year < 1900 else 0)
    try:
        return from_year_month_day(full_year, int(month), int(day))
    except (ValueError, OverflowError):
        return bad_number("Function DATE has a date out of range.")


@function("TODAY")
def _today(scope: Scope) -> Operand:
    return date_serial(scope.now().date())


@function("NOW")
def _now(scope: Scope) -> Operand:
    return date_serial(scope.now())


def _moment(serial: float, name: str) -> datetime | Error:
    try:
        return from_serial(serial)
    except (OverflowError, ValueError):
        return bad_number(f"Function {name} parameter 1 value is out of range.")


@function("YEAR", "number")
def _year(scope: Scope, serial: float) -> Operand:
    moment = _moment(serial, "YEAR")
    return moment if isinstance(moment, Error) else float(moment.year)


@function("MONTH", "number")
def _month(scope: Scope, serial: float) -> Operand:
    moment = _moment(serial, "MONTH")
    return moment if isinstance(moment, Error) else float(moment.month)


@function("DAY", "number")
def _day(scope: Scope, serial: float) -> Operand:
    moment = _moment(serial, "DAY")
    return moment if isinstance(moment, Error) else float(moment.day)
