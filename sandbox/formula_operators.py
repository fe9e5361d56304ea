"""What operators make of two values."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.cell_errors import Error, bad_number, divided_by_zero
from sandbox.formula_values import Scalar, to_text

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


def calculated(operator: str, left: float | Error, right: float | Error) -> Scalar:
    """What + - * / or ^ makes of two numbers; the first error, where one is no number."""
    if isinstance(left, Error):
        return left
    if isinstance(right, Error):
        return right
    if operator == "/" and right == 0:
        return divided_by_zero()
    try:
        return finite(_ARITHMETIC[operator](left, right))
    except (OverflowError, ZeroDivisionError):
        return bad_number("The result is not a number that a cell can hold.")


def finite(number: float | complex) -> Scalar:
    """The number, unless it is too large or not a real number: then #NUM!."""
    if isinstance(number, complex) or number != number or abs(number) == float("inf"):
        return bad_number("The result is not a number that a cell can hold.")
    return number


def _power(base: float, exponent: float) -> float | complex:
    result: float | complex = base**exponent
    return result


_ARITHMETIC: dict[str, Callable[[float, float], float | complex]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": _power,
}
