"""What editing does to formulas: they go on naming the cells that they named, wherever those are now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.book import Book, Tab
from sandbox.formula_changes import Change as FormulaChange
from sandbox.formula_changes import Deletion, Home, Insertion, Move
from sandbox.formulas import Formula
from sandbox.shifts import Change, Shift
from sandbox.standing import live_cells, reads, shared


def shifted(book: Book, title: str, change: Change) -> Book:
    """The book with its formulas as they must be once rows or columns of a tab have moved.

    To be called before the cells themselves move: each formula is still where it stood.
    """
    told = _told(title, change)

    def follow(tab: Tab, row: int, column: int, value: Formula) -> Formula:
        home = Home(tab.title, row, column)
        return value.shifted(told, home)

    return _reformed(book, lambda tab: tab.title == title or title.casefold() in _folded(reads(tab)), follow)


def _folded(titles: frozenset[str]) -> set[str]:
    return {title.casefold() for title in titles}


def _told(title: str, change: Change) -> FormulaChange:
    rows: Any = change.dimension
    if not isinstance(change, Shift):
        return Move(title, rows, change.start, change.end - change.start, change.to)
    if change.count > 0:
        return Insertion(title, rows, change.at, change.count)
    return Deletion(title, rows, change.at, -change.count)


def tab_renamed(book: Book, old: str, new: str) -> Book:
    return _reformed(
        book, lambda tab: old.casefold() in _folded(reads(tab)), lambda t, r, c, v: v.renamed(old, new)
    )


def tab_deleted(book: Book, title: str) -> Book:
    return _reformed(
        book, lambda tab: title.casefold() in _folded(reads(tab)), lambda t, r, c, v: v.without(title)
    )


def _reformed(
    book: Book, concerns: Callable[[Tab], bool], change: Callable[[Tab, int, int, Formula], Formula]
) -> Book:
    for tab in book.tabs:
        if not concerns(tab):
            continue
        changes: dict[int, dict[int, Any]] = {}
        for (row, column), value in live_cells(tab.values):
            new = change(tab, row, column, value)
            if new is not value:
                changes.setdefault(row, {})[column] = shared(new)
        if changes:
            book = book.with_tab(replace(tab, values=tab.values.with_cells(changes)))
    return book
