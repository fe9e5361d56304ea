"""How a cell looks: bands, its own format, and over both what conditional formats make of it.

A look is a small dict: `bg` and `fg` (colours as #rrggbb), `bold`, `italic`, `underline`, `strike`,
`size` (points, where it is not 10), `align`, `wrap`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.book import Book, Json, Tab
from sandbox.conditions import Place, is_met
from sandbox.grid import Row

USUAL_POINTS = 10

STYLES = {"bold": "bold", "italic": "italic", "underline": "underline", "strikethrough": "strike"}

SIDES = {"RIGHT": "right", "CENTER": "center", "LEFT": "left"}


def hex_color(color: Json) -> str:
    """A colour of the API as #rrggbb."""
    parts = (round(255 * color.get(name, 0)) for name in ("red", "green", "blue"))
    return "#" + "".join(f"{part:02x}" for part in parts)


class Painter:
    """The looks of the cells of one tab at one version."""

    def __init__(self, book: Book, tab: Tab) -> None:
        self._book = book
        self._tab = tab
        self._own: dict[int, Json] = {}
        self._rules = [rule for rule in tab.conditional if "booleanRule" in rule]

    def look(self, row: int, column: int, dress: Row) -> Json:
        """How a cell looks; `dress` is what its row wears."""
        worn = dress[column] if column < len(dress) else None
        return self._band(row, column) | self._of(worn) | self._tint(row, column)

    def _of(self, worn: Json | None) -> Json:
        if worn is None:
            return {}
        if id(worn) not in self._own:
            self._own[id(worn)] = look_of(worn.get("userEnteredFormat", {}))
        return self._own[id(worn)]

    def _band(self, row: int, column: int) -> Json:
        for banded in self._tab.banded:
            color = _band_color(banded, row, column) if _covers(banded["range"], row, column) else None
            if color:
                return {"bg": hex_color(color)}
        return {}

    def _tint(self, row: int, column: int) -> Json:
        """What the rules say, the first that is met before the later ones."""
        found: Json = {}
        for rule in self._rules:
            if any(_covers(range, row, column) for range in rule["ranges"]) and self._is_met(
                rule, row, column
            ):
                found = look_of(rule["booleanRule"].get("format", {})) | found
        return found

    def _is_met(self, rule: Json, row: int, column: int) -> bool:
        top = min(range.get("startRowIndex", 0) for range in rule["ranges"])
        left = min(range.get("startColumnIndex", 0) for range in rule["ranges"])
        place = Place(self._book, self._tab, row, column, top, left)
        return is_met(rule["booleanRule"]["condition"], place)


def look_of(format: Json) -> Json:
    """What of a CellFormat is drawn."""
    text = format.get("textFormat", {})
    return dict(_parts(format, text))


def _parts(format: Json, text: Json) -> Iterator[tuple[str, Any]]:
    if "backgroundColor" in format:
        yield "bg", hex_color(format["backgroundColor"])
    if "foregroundColor" in text:
        yield "fg", hex_color(text["foregroundColor"])
    for name, short in STYLES.items():
        if text.get(name):
            yield short, True
    if text.get("fontSize", USUAL_POINTS) != USUAL_POINTS:
        yield "size", text["fontSize"]
    if side := SIDES.get(format.get("horizontalAlignment", "")):
        yield "align", side
    if format.get("wrapStrategy") == "WRAP":
        yield "wrap", True


def _covers(range: Json, row: int, column: int) -> bool:
    rows = range.get("startRowIndex", 0) <= row < range.get("endRowIndex", row + 1)
    return bool(rows and range.get("startColumnIndex", 0) <= column < range.get("endColumnIndex", column + 1))


def _band_color(banded: Json, row: int, column: int) -> Json | None:
    """The colour that a banded range gives a cell; rows go before columns."""
    range = banded["range"]
    if properties := banded.get("rowProperties"):
        at, last = row - range.get("startRowIndex", 0), range.get("endRowIndex", 0) - 1 - row
    else:
        properties = banded.get("columnProperties", {})
        at, last = column - range.get("startColumnIndex", 0), range.get("endColumnIndex", 0) - 1 - column
    if at == 0 and "headerColor" in properties:
        return dict(properties["headerColor"])
    if last == 0 and "footerColor" in properties:
        return dict(properties["footerColor"])
    if "headerColor" in properties:
        at -= 1
    name = "secondBandColor" if at % 2 else "firstBandColor"
    return dict(properties[name]) if name in properties else None
