"""The parts of a formula that have a value: literals, references, operators; calls stand apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sandbox.a1 import A1Range
from sandbox.cell_errors import NO_ARRAYS, Error, bad_reference, bad_value, unknown_name
from sandbox.formula_operators import COMPARISONS, calculated, joined, number_for
from sandbox.formula_references import Reference
from sandbox.formula_values import Area, Cells, Operand, Scalar, compare


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a formula is evaluated: the cells it reads, its references, and the cell it stands in.

    `takes_arrays` is True inside functions that make Google work on whole ranges at once.
    """

    cells: Cells
    references: tuple[Reference, ...]
    sheet: str
    row: int
    col: int
    takes_arrays: bool = False

    def now(self) -> datetime:
        """The time that NOW and TODAY show."""
        return self.cells.now()


class Node(Protocol):
    """A part of a formula."""

    def evaluate(self, scope: Scope) -> Operand:
        """Its value, or the cells it stands for."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, TRUE, FALSE, an error as written, or an argument left out (None)."""

    value: Scalar

    def evaluate(self, scope: Scope) -> Operand:
        return self.value


@dataclass(frozen=True, slots=True)
class Pointer:
    """The formula's reference of that number."""

    number: int

    def evaluate(self, scope: Scope) -> Operand:
        reference = scope.references[self.number]
        rectangle = reference.rectangle(scope.row, scope.col)
        if rectangle is None:
            return bad_reference()
        return area(scope, reference.sheet, *rectangle)


@dataclass(frozen=True, slots=True)
class Name:
    """A named range."""

    name: str

    def evaluate(self, scope: Scope) -> Operand:
        named = scope.cells.named_range(self.name)
        if named is None:
            return unknown_name(f"Unknown range name: '{self.name}'.")
        return named_area(scope, named)


@dataclass(frozen=True, slots=True)
class Sign:
    """A minus or a plus before a value."""

    operator: Literal["-", "+"]
    operand: Node

    def evaluate(self, scope: Scope) -> Operand:
        value = scalar(self.operand, scope)
        if self.operator == "+":
            return value
        number = number_for("UMINUS", 1, value)
        return number if isinstance(number, Error) else 0.0 - number


@dataclass(frozen=True, slots=True)
class Percent:
    """A value with a % behind it."""

    operand: Node

    def evaluate(self, scope: Scope) -> Operand:
        number = number_for("UNARY_PERCENT", 1, scalar(self.operand, scope))
        return number if isinstance(number, Error) else number / 100


@dataclass(frozen=True, slots=True)
class Operation:
    """Two values joined by an operator."""

    operator: str
    left: Node
    right: Node

    def evaluate(self, scope: Scope) -> Operand:
        # A long sum leans to the left: going down its spine in a loop keeps it off Python's stack.
        spine = [self]
        while isinstance(spine[-1].left, Operation):
            spine.append(spine[-1].left)
        value = scalar(spine[-1].left, scope)
        for operation in reversed(spine):
            value = operation.applied(value, scalar(operation.right, scope))
        return value

    def applied(self, left: Scalar, right: Scalar) -> Scalar:
        """The operator applied to two values."""
        if self.operator in COMPARISONS:
            order = compare(left, right)
            return order if isinstance(order, Error) else COMPARISONS[self.operator](order)
        if self.operator == "&":
            return joined(left, right)
        return calculated(self.operator, left, right)


def scalar(node: Node, scope: Scope) -> Scalar:
    """The one value of a part of a formula."""
    return one_value(node.evaluate(scope), scope)


def one_value(operand: Operand, scope: Scope) -> Scalar:
    """The value itself, or of a range the cell beside the formula, where there is one."""
    if not isinstance(operand, Area):
        return operand
    if operand.is_cell:
        return operand.at(0, 0)
    if scope.takes_arrays:
        return NO_ARRAYS
    row, col = scope.row - operand.top, scope.col - operand.left
    if operand.width == 1 and 0 <= row < operand.height:
        return operand.at(row, 0)
    if operand.height == 1 and 0 <= col < operand.width:
        return operand.at(0, col)
    return bad_value("An array value could not be found.")


def area(
    scope: Scope, sheet: str | None, start_row: int, start_col: int, end_row: int | None, end_col: int | None
) -> Operand:
    """The cells as far as the grid reaches."""
    title = scope.sheet if sheet is None else sheet
    size = scope.cells.size(title)
    if size is None:
        return bad_reference(f"Unresolved sheet name '{title}'.")
    height = (size[0] if end_row is None else min(end_row, size[0])) - start_row
    width = (size[1] if end_col is None else min(end_col, size[1])) - start_col
    if height < 1 or width < 1:
        return bad_reference()
    return Area(scope.cells, title, start_row, start_col, height, width)


def named_area(scope: Scope, named: A1Range) -> Operand:
    """The cells of a named range."""
    return area(scope, named.sheet, named.start_row or 0, named.start_col or 0, named.end_row, named.end_col)
