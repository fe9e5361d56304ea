"""COUNTIF and its like: cells that meet a condition, counted or added up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sandbox.cell_errors import Error, bad_value, different_sizes, divided_by_zero
from sandbox.formula_functions import function
from sandbox.formula_nodes import Scope
from sandbox.formula_operators import finite
from sandbox.formula_values import Area, Operand, Scalar, compare, has_wildcards, number_in, wildcard

Test = Callable[[Scalar], bool]

_ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}
_CRITERION = re.compile(r"(<=|>=|<>|=|<|>)?(.*)", re.DOTALL)


class Condition(NamedTuple):
    """A range and what its cells are tested for."""

    area: Area
    test: Test


def criterion(wanted: Scalar) -> Test:
    """The test that a criterion asks for: a value, a pattern, or an operator with either behind it."""
    if not isinstance(wanted, str):
        number = 0.0 if wanted is None else wanted
        return lambda value: value is not None and _equals(value, number)
    match = _CRITERION.fullmatch(wanted)
    assert match is not None
    operator, operand = match[1] or "", match[2]
    if operator in ("", "="):
        return _equality(operand, is_bare=not operator)
    if operator == "<>":
        equal = _equality(operand, is_bare=False)
        return lambda value: not equal(value)
    return _ordering(operator, operand)


def _equality(operand: str, *, is_bare: bool) -> Test:
    if operand == "":
        # A bare "" finds empty texts as well; "=" finds cells that hold nothing.
        return (lambda value: value in (None, "")) if is_bare else (lambda value: value is None)
    number = number_in(operand)
    if number is not None:
        return lambda value: _equals(value, number) or (isinstance(value, str) and number_in(value) == number)
    if operand.upper() in ("TRUE", "FALSE"):
        truth = operand.upper() == "TRUE"
        return lambda value: value is truth
    if has_wildcards(operand):
        pattern = wildcard(operand)
        return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None
    lowered = operand.lower()
    return lambda value: isinstance(value, str) and value.lower() == lowered


def _ordering(operator: str, operand: str) -> Test:
    number = number_in(operand)
    bound: Scalar = operand if number is None else number
    accepts = _ORDERS[operator]

    def test(value: Scalar) -> bool:
        if (
            value is None
            or isinstance(value, bool | Error)
            or isinstance(value, str) != isinstance(bound, str)
        ):
            return False
        order = compare(value, bound)
        return not isinstance(order, Error) and accepts(order)

    return test


def _equals(value: Scalar, wanted: Scalar) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, Error) or isinstance(wanted, Error):
        return value == wanted
    return isinstance(value, int | float) and value == wanted


def _conditions(name: str, pairs: Sequence[object]) -> list[Condition] | Error:
    conditions: list[Condition] = []
    for area, wanted in zip(pairs[::2], pairs[1::2], strict=True):
        if not isinstance(area, Area):
            return bad_value("Argument must be a range.")
        conditions.append(Condition(area, criterion(wanted)))  # type: ignore[arg-type]
    shapes = {(condition.area.height, condition.area.width) for condition in conditions}
    return conditions if len(shapes) == 1 else different_sizes(name)


def _places(conditions: Sequence[Condition]) -> Iterator[tuple[int, int]]:
    """Row and column, from the corner, of the cells that meet every condition, as far as data reach."""
    for col in range(conditions[0].area.width):
        columns = [(condition.area.column(col), condition.test) for condition in conditions]
        for row in range(max(len(values) for values, _ in columns)):
            if all(test(values[row] if row < len(values) else None) for values, test in columns):
                yield row, col


def _count(conditions: Sequence[Condition]) -> float:
    found = sum(1 for _ in _places(conditions))
    if not all(condition.test(None) for condition in conditions):
        return float(found)
    # The empty cells below the data count too, without being looked at one by one.
    area = conditions[0].area
    reached = sum(max(len(c.area.column(col)) for c in conditions) for col in range(area.width))
    return float(found + area.height * area.width - reached)


@function("COUNTIF", "area single")
def _countif(scope: Scope, *pair: object) -> Operand:
    conditions = _conditions("COUNTIF", pair)
    return conditions if isinstance(conditions, Error) else _count(conditions)


@function("COUNTIFS", "area single", repeats=2)
def _countifs(scope: Scope, *pairs: object) -> Operand:
    conditions = _conditions("COUNTIFS", pairs)
    return conditions if isinstance(conditions, Error) else _count(conditions)


@function("COUNTUNIQUEIFS", "area area single", repeats=2)
def _countuniqueifs(scope: Scope, counted: Operand, *pairs: object) -> Operand:
    """How many different values stand beside the cells that meet the conditions; blanks are none."""
    conditions = _conditions("COUNTUNIQUEIFS", pairs)
    if isinstance(conditions, Error):
        return conditions
    first = conditions[0].area
    if not isinstance(counted, Area) or (counted.height, counted.width) != (first.height, first.width):
        return different_sizes("COUNTUNIQUEIFS")
    columns = [counted.part(0, col, first.height, 1).column(0) for col in range(first.width)]
    found = {columns[col][row] for row, col in _places(conditions) if row < len(columns[col])}
    return float(len(found - {None, ""}))


@function("SUMIF", "area single area?")
def _sumif(scope: Scope, area: Operand, wanted: Scalar, summed: Operand | None = None) -> Operand:
    numbers = _chosen("SUMIF", area if summed is None else summed, (area, wanted), same_size=False)
    return numbers if isinstance(numbers, Error) else finite(float(sum(numbers)))


@function("SUMIFS", "area area single", repeats=2)
def _sumifs(scope: Scope, summed: Operand, *pairs: object) -> Operand:
    numbers = _chosen("SUMIFS", summed, pairs, same_size=True)
    return numbers if isinstance(numbers, Error) else finite(float(sum(numbers)))


@function("AVERAGEIF", "area single area?")
def _averageif(scope: Scope, area: Operand, wanted: Scalar, summed: Operand | None = None) -> Operand:
    numbers = _chosen("AVERAGEIF", area if summed is None else summed, (area, wanted), same_size=False)
    if isinstance(numbers, Error):
        return numbers
    return finite(sum(numbers) / len(numbers)) if numbers else divided_by_zero("AVERAGEIF")


def _chosen(name: str, summed: Operand, pairs: Sequence[object], *, same_size: bool) -> list[float] | Error:
    """The numbers beside the cells that meet the conditions."""
    conditions = _conditions(name, pairs)
    if isinstance(conditions, Error):
        return conditions
    if not isinstance(summed, Area):
        return bad_value("Argument must be a range.")
    first = conditions[0].area
    if same_size and (summed.height, summed.width) != (first.height, first.width):
        return different_sizes(name)
    numbers: list[float] = []
    columns = [summed.part(0, col, first.height, 1).column(0) for col in range(first.width)]
    for row, col in _places(conditions):
        value = columns[col][row] if row < len(columns[col]) else None
        if isinstance(value, Error):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers.append(value)
    return numbers
