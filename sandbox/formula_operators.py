"""What operators make of two values."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.cell_errors import Error, bad_number, divided_by_zero, wrong_kind
from sandbox.formula_values import Scalar, to_number, to_text

COMPARISONS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}


def joined(left: Scalar, right: Scalar) -> str | Error:
    """Both as text, one behind the other."""
    one, other = to_text(left), to_text(right)
    if isinstance(one, Error):
        return one
    return other if isinstance(other, Error) else one + other


def calculated(operator: str, left: Scalar, right: Scalar) -> Scalar:
    """What + - * / or ^ makes of two values; the first error, where one is no number."""
    name = _NAMES[operator]
    one, other = number_for(name, 1, left), number_for(name, 2, right)
    if isinstance(one, Error):
        return one
    if isinstance(other, Error):
        return other
    if operator == "/" and other == 0:
        return divided_by_zero()
    try:
        return finite(_ARITHMETIC[operator](one, other))
    except (OverflowError, ZeroDivisionError):
        return bad_number("The result is not a number that a cell can hold.")


def number_for(function: str, parameter: int, value: Scalar) -> float | Error:
    """The value as a number, for an operator that Google calls by this name."""
    number = to_number(value)
    is_text = isinstance(number, Error) and isinstance(value, str)
    return wrong_kind(function, parameter, "number", str(value)) if is_text else number


def finite(number: float | complex) -> Scalar:
    """The number, unless it is too large or not a real number: then #NUM!."""
    if isinstance(number, complex) or number != number or abs(number) == float("inf"):
        return bad_number("The result is not a number that a cell can hold.")
    return number


def _power(base: float, exponent: float) -> float | complex:
    result: float | complex = base**exponent
    return result


_NAMES = {"+": "ADD", "-": "MINUS", "*": "MULTIPLY", "/": "DIVIDE", "^": "POW"}
_ARITHMETIC: dict[str, Callable[[float, float], float | complex]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": _power,
}
