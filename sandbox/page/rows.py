"""Rows of a tab as the page draws them: what each cell shows, how it looks, what its editor says."""

from __future__ import annotations

import json
from typing import Any

from sandbox import evaluate, formats, standing
from sandbox.book import Book, Json, Tab
from sandbox.cell_errors import Error
from sandbox.conditions import Place, is_met, rule_corner
from sandbox.grid import Row
from sandbox.page.paint import Painter
from sandbox.shown import CellView

# More at once than any screen shows.
MOST_ROWS = 500

SHOWN: dict[str, dict[str, Any]] = {"formattedValue": {}}


def rows_of(book: Book, tab: Tab, start: int, end: int) -> Json:
    """`{"serial", "from", "rows", "looks", "rules"}`.

    A cell is `[text, look]` or `[text, look, more]`, its look a number into `looks`. `more` may have `edit`
    (what an editor shows, where it is another text), `note`, `rule` (a number into `rules`), `bad` (it is not
    met), `error` (what is wrong with the formula).
    """
    end = min(end, tab.rows, start + MOST_ROWS)
    drawn = Drawing(book, tab)
    rows = [drawn.row(index) for index in range(start, end)]
    tables = {"looks": drawn.looks.entries, "rules": drawn.rules.entries}
    return {"serial": book.serial, "from": start, "rows": rows} | tables


class Numbered:
    """Entries that many cells share, by number."""

    def __init__(self) -> None:
        self.entries: list[Json] = []
        self._known: dict[str, int] = {}

    def number(self, entry: Json) -> int:
        key = json.dumps(entry, sort_keys=True)
        if key not in self._known:
            self._known[key] = len(self.entries)
            self.entries.append(entry)
        return self._known[key]


class Drawing:
    """The cells of one tab at one version."""

    def __init__(self, book: Book, tab: Tab) -> None:
        self._book = book
        self._tab = tab
        self._painter = Painter(book, tab)
        self._view = CellView(book, tab, SHOWN)
        self.looks = Numbered()
        self.rules = Numbered()

    def row(self, index: int) -> list[list[Any]]:
        """All cells of a row, up to the last column."""
        values, dress = self._tab.values.row(index), self._tab.dress.row(index)
        return [self._cell(index, n, values, dress) for n in range(self._tab.columns)]

    def _cell(self, row: int, column: int, values: Row, dress: Row) -> list[Any]:
        value = values[column] if column < len(values) else None
        worn: Json = (dress[column] if column < len(dress) else None) or {}
        look = self._painter.look(row, column, dress)
        if value is None:
            text, more = "", {}
        else:
            result = evaluate.result(self._book, self._tab, row, column)
            text = self._view.cell(row, column, value, worn).get("formattedValue", "")
            look = aligned(look, result)
            more = _more(value, result, text, worn, row, column)
        more |= self._ruled(worn, row, column, value)
        cell = [text, self.looks.number(look)]
        return [*cell, more] if more else cell

    def _ruled(self, worn: Json, row: int, column: int, value: Any) -> Json:
        """The note, and what validation says."""
        more: Json = {"note": worn["note"]} if "note" in worn else {}
        rule = worn.get("dataValidation")
        if rule is None:
            return more
        more["rule"] = self.rules.number(shown_rule(rule))
        top, left = rule_corner(self._tab, rule, row, column)
        place = Place(self._book, self._tab, row, column, top, left)
        if value is not None and not is_met(rule["condition"], place):
            more["bad"] = True
        return more


def aligned(look: Json, result: Any) -> Json:
    """The look, with the side to which such a value keeps unless its format says otherwise."""
    if "align" in look or isinstance(result, str) or result is None:
        return look
    return look | {"align": "right" if isinstance(result, float) else "center"}


def _more(value: Any, result: Any, text: str, worn: Json, row: int, column: int) -> Json:
    more: Json = {}
    edit = edited_text(value, text, worn, row, column)
    if edit != text:
        more["edit"] = edit
    if isinstance(result, Error):
        more["error"] = result.message
    return more


def edited_text(value: Any, text: str, worn: Json, row: int, column: int) -> str:
    """What stands in the editor, so that typing it again changes nothing."""
    if standing.is_formula(value):
        return standing.text_of(value, row, column)
    number_format = evaluate.own_format(worn)
    if isinstance(value, str):
        is_plain = formats.pattern_of(number_format) == "@"
        return value if is_plain or formats.parse_user_entered(value).value == value else f"'{value}"
    if isinstance(value, float) and not formats.is_date_format(number_format) and not text.endswith("%"):
        return formats.full_precision(value)
    return text


def shown_rule(rule: Json) -> Json:
    """What the page does about a validation: a list to choose from, a box to tick, words beside the cell."""
    condition = rule["condition"]
    shown: Json = {"kind": condition["type"], "strict": bool(rule.get("strict"))}
    if condition["type"] == "ONE_OF_LIST":
        shown["choices"] = [str(value.get("userEnteredValue", "")) for value in condition.get("values", [])]
    if rule.get("inputMessage"):
        shown["help"] = rule["inputMessage"]
    return shown
