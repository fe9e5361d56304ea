"""Formulas of cells: read once, shown and evaluated wherever they stand, moved as the sheet changes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from sandbox import formula_criteria, formula_lookup, formula_math, formula_text
from sandbox.cell_errors import CIRCULAR, NO_ARRAYS, Error, unreadable
from sandbox.formats import NumberFormat
from sandbox.formula_calls import Call
from sandbox.formula_changes import Change, Deletion, Home, Insertion, Move
from sandbox.formula_formats import FormatOf, result_format
from sandbox.formula_nodes import Constant, Node, Scope, one_value
from sandbox.formula_parser import Unreadable, split_references, tree_of
from sandbox.formula_references import Reference
from sandbox.formula_values import Area, Cells, MatchIndex, Scalar, match_key

__all__ = [
    "CIRCULAR",
    "Cells",
    "Change",
    "Deletion",
    "Error",
    "Formula",
    "Home",
    "Insertion",
    "MatchIndex",
    "Move",
    "Scalar",
    "match_key",
    "parse",
]

_VOLATILE = re.compile(r"\b(?:NOW|TODAY)\s*\(", re.IGNORECASE)

# Importing them enters their functions into the table.
_FUNCTION_MODULES = (formula_criteria, formula_lookup, formula_math, formula_text)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula apart from any cell: the same value stands in every cell it was filled down to."""

    tree: Node = field(compare=False, repr=False)  # follows from the rest
    references: tuple[Reference, ...]
    pieces: tuple[str, ...]

    def text(self, row: int, col: int) -> str:
        """The source as it reads in a cell, `=` included: as typed, but for its references."""
        shown = [self.pieces[0]]
        for reference, piece in zip(self.references, self.pieces[1:], strict=True):
            shown += (reference.text(row, col), piece)
        return "=" + "".join(shown)

    def evaluate(self, cells: Cells, sheet: str, row: int, col: int) -> Scalar:
        """Its value in a cell; an Error when it has none. None is an empty cell, looked up."""
        scope = Scope(cells, self.references, sheet, row, col)
        operand = self.tree.evaluate(scope)
        if isinstance(operand, Area) and not operand.is_cell and isinstance(self.tree, Call):
            return NO_ARRAYS
        return one_value(operand, scope)

    def number_format(
        self, cells: Cells, sheet: str, row: int, col: int, formats: FormatOf
    ) -> NumberFormat | None:
        """The format in which a cell without one of its own shows the result; None for the automatic one.

        `formats` gives the number format of a cell that the formula reads.
        """
        try:
            return result_format(self.tree, Scope(cells, self.references, sheet, row, col), formats)
        except RecursionError:
            return None  # a sum of thousands of parts has the format of none

    @property
    def is_volatile(self) -> bool:
        """True when the result changes with the time of day."""
        return any(_VOLATILE.search(piece) for piece in self.pieces)

    def shifted(self, change: Change, home: Home) -> Formula:
        """The formula after rows or columns were inserted, deleted or moved, for where its cell is then.

        `home` is its cell before the change. A formula whose own cell is deleted is the caller's to drop.
        """
        new_home = home_after(change, home)
        return self._with(tuple(each.shifted(change, home, new_home) for each in self.references))

    def renamed(self, old: str, new: str) -> Formula:
        """The formula after the sheet titled `old` got the title `new`."""
        return self._with(tuple(each.renamed(old, new) for each in self.references))

    def without(self, sheet: str) -> Formula:
        """The formula after the sheet was deleted: what pointed to it is #REF!."""
        return self._with(tuple(each.without(sheet) for each in self.references))

    def reads(self) -> frozenset[str | None]:
        """The titles of the sheets it refers to; None for its own."""
        return frozenset(each.sheet for each in self.references)

    def _with(self, references: tuple[Reference, ...]) -> Formula:
        return self if references == self.references else replace(self, references=references)


def parse(text: str, row: int, col: int) -> Formula:
    """The formula that the text is in the cell, with or without its `=`.

    Never fails: what cannot be read keeps its text and evaluates to #ERROR!.
    """
    source = text.removeprefix("=")
    try:
        pieces, references = split_references(source, row, col)
        return Formula(tree_of(pieces), references, pieces)
    except (Unreadable, RecursionError):
        return Formula(Constant(unreadable()), (), (source,))


def home_after(change: Change, home: Home) -> Home:
    """Where the cell is after the change (where it was, when it is gone)."""
    if change.sheet.casefold() != home.sheet.casefold():
        return home
    index = change.index(home.along(change.dimension))
    return home if index is None else home.moved_to(change.dimension, index)
