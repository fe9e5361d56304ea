"""The table of functions, and those about truth, errors and kinds of values."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.cell_errors import Error, not_available
from sandbox.formula_calls import Function
from sandbox.formula_nodes import Node, Scope, one_value, scalar
from sandbox.formula_values import Area, Operand, Scalar, to_truth

FUNCTIONS: dict[str, Function] = {}

Apply = Callable[..., Operand]


def function(
    name: str, kinds: str = "", *, repeats: int = 0, takes_arrays: bool = False
) -> Callable[[Apply], Apply]:
    """Enters a function into the table under its name.

    `kinds` names the arguments' kinds (see Function), with a `?` behind those that may be left out;
    the last `repeats` of them may come any number of times.
    """

    def enter(apply: Apply) -> Apply:
        names = kinds.split()
        required = sum(not kind.endswith("?") for kind in names)
        bare = tuple(kind.rstrip("?") for kind in names)
        FUNCTIONS[name] = Function(name, bare, required, repeats, apply, takes_arrays)
        return apply

    return enter


@function("TRUE")
def _true(scope: Scope) -> Operand:
    return True


@function("FALSE")
def _false(scope: Scope) -> Operand:
    return False


@function("IF", "truth lazy lazy?")
def _if(scope: Scope, condition: bool, then: Node, otherwise: Node | None = None) -> Operand:
    if condition:
        return then.evaluate(scope)
    return False if otherwise is None else otherwise.evaluate(scope)


@function("IFS", "lazy lazy", repeats=2)
def _ifs(scope: Scope, *pairs: Node) -> Operand:
    for condition, then in zip(pairs[::2], pairs[1::2], strict=True):
        truth = to_truth(scalar(condition, scope))
        if isinstance(truth, Error):
            return truth
        if truth:
            return then.evaluate(scope)
    return not_available("No match.")


@function("AND", "area", repeats=1)
def _and(scope: Scope, *operands: Operand) -> Operand:
    truths = _truths(operands)
    return truths if isinstance(truths, Error) else all(truths)


@function("OR", "area", repeats=1)
def _or(scope: Scope, *operands: Operand) -> Operand:
    truths = _truths(operands)
    return truths if isinstance(truths, Error) else any(truths)


@function("XOR", "area", repeats=1)
def _xor(scope: Scope, *operands: Operand) -> Operand:
    truths = _truths(operands)
    return truths if isinstance(truths, Error) else sum(truths) % 2 == 1


def _truths(operands: tuple[Operand, ...]) -> list[bool] | Error:
    """The truth of each value; in ranges of several cells, text and empty cells do not count."""
    truths: list[bool] = []
    for operand in operands:
        for value in _tested(operand):
            truth = to_truth(value)
            if isinstance(truth, Error):
                return truth
            truths.append(truth)
    return truths


def _tested(operand: Operand) -> list[Scalar]:
    if not isinstance(operand, Area):
        return [operand]
    if operand.is_cell:
        return [operand.at(0, 0)]
    return [value for value in operand.filled() if not isinstance(value, str)]


@function("NOT", "truth")
def _not(scope: Scope, truth: bool) -> Operand:
    return not truth


@function("IFERROR", "lazy lazy?")
def _iferror(scope: Scope, attempt: Node, otherwise: Node | None = None) -> Operand:
    operand = attempt.evaluate(scope)
    value = one_value(operand, scope)
    if not isinstance(value, Error):
        return operand
    return None if otherwise is None else otherwise.evaluate(scope)


@function("IFNA", "lazy lazy?")
def _ifna(scope: Scope, attempt: Node, otherwise: Node | None = None) -> Operand:
    operand = attempt.evaluate(scope)
    if not _is_na(one_value(operand, scope)):
        return operand
    return None if otherwise is None else otherwise.evaluate(scope)


def _is_na(value: Scalar) -> bool:
    return isinstance(value, Error) and value.code == "#N/A"


@function("NA")
def _na(scope: Scope) -> Operand:
    return not_available("Error")


@function("ISBLANK", "any")
def _isblank(scope: Scope, value: Scalar) -> Operand:
    return value is None


@function("ISERROR", "any")
def _iserror(scope: Scope, value: Scalar) -> Operand:
    return isinstance(value, Error)


@function("ISERR", "any")
def _iserr(scope: Scope, value: Scalar) -> Operand:
    return isinstance(value, Error) and not _is_na(value)


@function("ISNA", "any")
def _isna(scope: Scope, value: Scalar) -> Operand:
    return _is_na(value)


@function("ISNUMBER", "any")
def _isnumber(scope: Scope, value: Scalar) -> Operand:
    return isinstance(value, int | float) and not isinstance(value, bool)


@function("ISTEXT", "any")
def _istext(scope: Scope, value: Scalar) -> Operand:
    return isinstance(value, str)


@function("ISNONTEXT", "any")
def _isnontext(scope: Scope, value: Scalar) -> Operand:
    return not isinstance(value, str)


@function("ISLOGICAL", "any")
def _islogical(scope: Scope, value: Scalar) -> Operand:
    return isinstance(value, bool)


@function("N", "value")
def _n(scope: Scope, value: Scalar) -> Operand:
    return 0.0 if value is None or isinstance(value, str | Error) else float(value)


@function("T", "value")
def _t(scope: Scope, value: Scalar) -> Operand:
    return value if isinstance(value, str) else ""
