"""In which number format a formula shows its result, where its cell has none of its own.

Google: a result takes the format of the cells it comes from, and TODAY and its like show as dates.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.cell_errors import Error
from sandbox.formats import NumberFormat, is_date_format
from sandbox.formula_calls import Call
from sandbox.formula_nodes import Name, Node, Operation, Percent, Pointer, Scope, Sign, scalar
from sandbox.formula_values import Area, to_truth

FormatOf = Callable[[str, int, int], NumberFormat | None]

_OF_FUNCTIONS: dict[str, NumberFormat] = {
    "DATE": {"type": "DATE"},
    "TODAY": {"type": "DATE"},
    "NOW": {"type": "DATE_TIME"},
}
_OF_FIRST_CELL = {"SUM", "MIN", "MAX", "AVERAGE", "SUMIF", "SUMIFS", "ROUND", "ROUNDUP", "ROUNDDOWN", "ABS"}
_PERCENT: NumberFormat = {"type": "PERCENT", "pattern": "0%"}


def result_format(node: Node, scope: Scope, formats: FormatOf) -> NumberFormat | None:
    """The format of the node's value; None for the automatic one."""
    match node:
        case Percent():
            return _PERCENT
        case Sign(operand=operand):
            return result_format(operand, scope, formats)
        case Operation(operator="+" | "-"):
            return _of_sum(node, scope, formats)
        case Pointer() | Name():
            return _of_cells(node, scope, formats)
        case Call():
            return _of_call(node, scope, formats)
    return None


def _of_sum(node: Operation, scope: Scope, formats: FormatOf) -> NumberFormat | None:
    left = result_format(node.left, scope, formats)
    right = result_format(node.right, scope, formats)
    if node.operator == "-" and is_date_format(left) and is_date_format(right):
        return None  # the days between two dates are a number
    return left or right


def _of_call(call: Call, scope: Scope, formats: FormatOf) -> NumberFormat | None:
    if call.name in _OF_FUNCTIONS:
        return _OF_FUNCTIONS[call.name]
    if call.name in _OF_FIRST_CELL and call.arguments:
        return result_format(call.arguments[0], scope, formats)
    if call.name in ("IF", "IFERROR", "IFNA") and len(call.arguments) > 1:
        chosen = _chosen(call, scope)
        return None if chosen is None else result_format(chosen, scope, formats)
    return _of_cells(call, scope, formats)


def _chosen(call: Call, scope: Scope) -> Node | None:
    """The argument that the call's value comes from."""
    first, second, *others = call.arguments
    value = scalar(first, scope)
    if call.name != "IF":
        return second if isinstance(value, Error) else first
    truth = to_truth(value)
    if isinstance(truth, Error):
        return None
    return second if truth else next(iter(others), None)


def _of_cells(node: Node, scope: Scope, formats: FormatOf) -> NumberFormat | None:
    operand = node.evaluate(scope)
    return formats(operand.sheet, operand.top, operand.left) if isinstance(operand, Area) else None
