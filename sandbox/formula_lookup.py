"""Functions that look values up: INDEX, MATCH, VLOOKUP, XLOOKUP, ROW and COLUMN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sandbox.cell_errors import Error, bad_number, bad_reference, bad_value, not_available
from sandbox.formula_functions import function
from sandbox.formula_nodes import Constant, Node, Pointer, Scope
from sandbox.formula_values import Area, Operand, Scalar, compare, has_wildcards, match_key, to_text, wildcard


@function("INDEX", "area number? number?", takes_arrays=True)
def _index(scope: Scope, operand: Operand, row: float = 0, col: float = 0) -> Operand:
    if not isinstance(operand, Area):
        return operand if row in (0, 1) and col in (0, 1) else _out_of_bounds(2, row, 1)
    if operand.height == 1 and operand.width > 1 and col == 0:
        row, col = 1, row  # one row is counted along
    at_row, at_col = int(row), int(col)
    if not 0 <= at_row <= operand.height:
        return _out_of_bounds(2, row, operand.height)
    if not 0 <= at_col <= operand.width:
        return _out_of_bounds(3, col, operand.width)
    height, width = 1 if at_row else operand.height, 1 if at_col else operand.width
    return operand.part(max(at_row - 1, 0), max(at_col - 1, 0), height, width)


def _out_of_bounds(parameter: int, value: float, most: int) -> Error:
    return bad_number(
        f"Function INDEX parameter {parameter} value is {int(value)}. "
        f"Valid values are between 0 and {most} inclusive."
    )


@function("MATCH", "value area number?")
def _match(scope: Scope, needle: Scalar, operand: Operand, kind: float = 1) -> Operand:
    if isinstance(operand, Area) and 1 not in (operand.height, operand.width):
        return not_available("MATCH range must be a single row or a single column.")
    if kind == 0:
        at = find(operand, needle)
    else:
        at = _nearest(_line(operand), needle, 1 if kind > 0 else -1)
    return _not_found(needle, "MATCH") if at is None else float(at + 1)


@function("VLOOKUP", "value area number truth?")
def _vlookup(
    scope: Scope, needle: Scalar, operand: Operand, column: float, is_sorted: bool = True
) -> Operand:
    if not isinstance(operand, Area):
        return bad_value("VLOOKUP looks in a range.")
    if column < 1:
        return bad_value(f"Function VLOOKUP parameter 3 value is {int(column)}. It should be at least 1.")
    if column > operand.width:
        return bad_reference("VLOOKUP evaluates to an out of bounds range.")
    keys = operand.part(0, 0, operand.height, 1)
    at = _nearest(keys.column(0), needle, 1) if is_sorted else find(keys, needle)
    return _not_found(needle, "VLOOKUP") if at is None else operand.part(at, int(column) - 1, 1, 1)


@function("XLOOKUP", "single area area lazy? number? number?")
def _xlookup(
    scope: Scope,
    needle: Scalar,
    keys: Operand,
    results: Operand,
    missing: Node | None = None,
    match_mode: float = 0,
    search_mode: float = 1,
) -> Operand:
    if not (isinstance(keys, Area) and isinstance(results, Area)) or 1 not in (keys.height, keys.width):
        return bad_value("XLOOKUP looks along one row or one column.")
    if (keys.height, keys.width) != (results.height, results.width) and keys.height != results.height:
        return bad_value("XLOOKUP needs ranges of the same length.")
    at = _xfind(keys, needle, int(match_mode), backwards=search_mode < 0)
    if at is None:
        if missing is None or missing == Constant(None):
            return _not_found(needle, "XLOOKUP")
        return missing.evaluate(scope)
    return results.part(0, at, 1, 1) if keys.height == 1 else results.part(at, 0, 1, results.width)


def _xfind(keys: Area, needle: Scalar, mode: int, *, backwards: bool) -> int | None:
    line = keys.line()
    places: Iterable[int] = range(len(line) - 1, -1, -1) if backwards else range(len(line))
    if mode == 2 and isinstance(needle, str):
        pattern = wildcard(needle)
        return next((at for at in places if _like(line[at], pattern)), None)
    if not backwards:
        exact = find(keys, needle, wildcards=False)
    else:
        exact = next((at for at in places if match_key(line[at]) == match_key(needle) is not None), None)
    if exact is not None or mode == 0:
        return exact
    return _closest(line, needle, mode)


def _closest(line: Sequence[Scalar], needle: Scalar, direction: int) -> int | None:
    """The place of the next larger (1) or next smaller (-1) value, wherever it stands."""
    best: int | None = None
    for at, value in enumerate(line):
        if not _same_kind(value, needle) or _order(value, needle) * direction <= 0:
            continue
        if best is None or _order(value, line[best]) * direction < 0:
            best = at
    return best


def find(operand: Operand, needle: Scalar, *, wildcards: bool = True) -> int | None:
    """The place of the first value equal to the needle; text is a pattern where it has wildcards."""
    if needle is None or isinstance(needle, Error):
        return None
    if wildcards and isinstance(needle, str) and has_wildcards(needle):
        pattern = wildcard(needle)
        return next((at for at, value in enumerate(_line(operand)) if _like(value, pattern)), None)
    if isinstance(operand, Area) and operand.width == 1:
        end = operand.top + operand.height
        row = operand.cells.match(operand.sheet, operand.left, operand.top, end, needle)
        return None if row is None else row - operand.top
    key = match_key(needle)
    return next((at for at, value in enumerate(_line(operand)) if match_key(value) == key), None)


def _nearest(line: Sequence[Scalar], needle: Scalar, direction: int) -> int | None:
    """In ascending (1) or descending (-1) order, the place of the last value that is not past the needle."""
    last: int | None = None
    for at, value in enumerate(line):
        if not _same_kind(value, needle):
            continue
        if _order(value, needle) * direction > 0:
            break
        last = at
    return last


def _line(operand: Operand) -> Sequence[Scalar]:
    return operand.line() if isinstance(operand, Area) else [operand]


def _like(value: Scalar, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _same_kind(value: Scalar, needle: Scalar) -> bool:
    if value is None or isinstance(value, Error):
        return False
    if isinstance(value, str) or isinstance(needle, str):
        return isinstance(value, str) and isinstance(needle, str)
    return isinstance(value, bool) == isinstance(needle, bool)


def _order(left: Scalar, right: Scalar) -> int:
    order = compare(left, right)
    assert not isinstance(order, Error)
    return order


def _not_found(needle: Scalar, name: str) -> Error:
    return not_available(f"Did not find value '{to_text(needle)}' in {name} evaluation.")


@function("ROW", "lazy?")
def _row(scope: Scope, node: Node | None = None) -> Operand:
    corner = _corner(scope, node)
    return corner if isinstance(corner, Error) else float(corner[0] + 1)


@function("COLUMN", "lazy?")
def _column(scope: Scope, node: Node | None = None) -> Operand:
    corner = _corner(scope, node)
    return corner if isinstance(corner, Error) else float(corner[1] + 1)


def _corner(scope: Scope, node: Node | None) -> tuple[int, int] | Error:
    """Row and column of a reference, or of the formula's own cell; no cell is read for it."""
    if node is None:
        return scope.row, scope.col
    operand = node.evaluate(scope) if isinstance(node, Pointer) else None
    if isinstance(operand, Area):
        return operand.top, operand.left
    return operand if isinstance(operand, Error) else not_available("Argument must be a range.")
