"""Whether a cell meets a condition: of a conditional format, or of a validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sandbox import evaluate, standing
from sandbox.book import Book, Json, Tab
from sandbox.cell_errors import Error
from sandbox.formats import parse_user_entered
from sandbox.formulas import Formula
from sandbox.grid import Row

Scalar = str | float | bool | Error | None

Test = Callable[[Any, list[Any]], Any]

NUMBERS: Mapping[str, Test] = {
    "NUMBER_GREATER": lambda value, than: value > than[0],
    "NUMBER_GREATER_THAN_EQ": lambda value, than: value >= than[0],
    "NUMBER_LESS": lambda value, than: value < than[0],
    "NUMBER_LESS_THAN_EQ": lambda value, than: value <= than[0],
    "NUMBER_EQ": lambda value, than: value == than[0],
    "NUMBER_NOT_EQ": lambda value, than: value != than[0],
    "NUMBER_BETWEEN": lambda value, than: than[0] <= value <= than[1],
    "NUMBER_NOT_BETWEEN": lambda value, than: not than[0] <= value <= than[1],
}

TEXTS: Mapping[str, Test] = {
    "TEXT_CONTAINS": lambda value, words: words[0].casefold() in value.casefold(),
    "TEXT_NOT_CONTAINS": lambda value, words: words[0].casefold() not in value.casefold(),
    "TEXT_STARTS_WITH": lambda value, words: value.casefold().startswith(words[0].casefold()),
    "TEXT_ENDS_WITH": lambda value, words: value.casefold().endswith(words[0].casefold()),
    "TEXT_EQ": lambda value, words: value.casefold() == words[0].casefold(),
    "ONE_OF_LIST": lambda value, words: value in words,
}


@dataclass(frozen=True, slots=True)
class Place:
    """The cell that is looked at, and the corner that the condition's formula is written for."""

    book: Book
    tab: Tab
    row: int
    column: int
    top: int
    left: int

    def value(self) -> Scalar:
        return evaluate.result(self.book, self.tab, self.row, self.column)


def is_met(condition: Json, place: Place) -> bool:
    """Whether the cell meets the condition; one of a kind that is not known here is never met."""
    kind = condition.get("type", "")
    words = [str(value.get("userEnteredValue", "")) for value in condition.get("values", [])]
    if kind == "CUSTOM_FORMULA":
        return bool(words) and _comes_true(words[0], place)
    value = place.value()
    if kind in ("BLANK", "NOT_BLANK"):
        return (value is None or value == "") is (kind == "BLANK")
    if kind in NUMBERS:
        return _compares(NUMBERS[kind], value, words)
    if kind == "BOOLEAN":
        return isinstance(value, bool)
    return kind in TEXTS and bool(words) and bool(TEXTS[kind](as_text(value), words))


@lru_cache(maxsize=1000)
def _read(text: str, top: int, left: int) -> Formula:
    """The formula of a condition in the corner that it is written for: read once for all cells."""
    return standing.formula(text, top, left)


def _comes_true(text: str, place: Place) -> bool:
    formula = _read(text, place.top, place.left)
    outcome = evaluate.outcome(place.book, place.tab, formula, place.row, place.column)
    return outcome not in (None, "") and not isinstance(outcome, str | Error) and bool(outcome)


def _compares(test: Test, value: Scalar, words: list[str]) -> bool:
    than = [parse_user_entered(word).value for word in words]
    if isinstance(value, bool) or not isinstance(value, float) or not than:
        return False
    return all(isinstance(limit, float) for limit in than) and bool(test(value, than))


def as_text(value: Scalar) -> str:
    """A value as conditions on texts see it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, Error):
        return value.code
    return f"{value:g}" if isinstance(value, float) else value


def rule_corner(tab: Tab, rule: Json, row: int, column: int) -> tuple[int, int]:
    """The cell that a validation's formula is written for: the uppermost of its column that has the rule."""
    if rule["condition"].get("type") != "CUSTOM_FORMULA":
        return row, column
    known: dict[tuple[int, int], int] = tab.found.setdefault("rule corners", {})
    key = (id(rule), column)
    if key not in known:
        known[key] = next((n for n, dress in enumerate(tab.dress.rows()) if _has(dress, column, rule)), row)
    return known[key], column


def _has(dress: Row, column: int, rule: Json) -> bool:
    worn = dress[column] if column < len(dress) else None
    return worn is not None and worn.get("dataValidation") == rule
