"""What is in a cell, between the API's CellData and the grids of a tab."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sandbox import formats, masks, standing
from sandbox.book import Json, merged, too_long
from sandbox.colors import as_kept, with_styles
from sandbox.errors import bad_request
from sandbox.grid import Grid, Row, trimmed

# The parts of CellData that are kept beside the value; the rest of it is worked out by Google.
WORN = ("userEnteredFormat", "note", "dataValidation", "textFormatRuns", "pivotTable", "chipRuns")

# One dict for each kind of dress, shared by all cells that wear it; more kinds than this are not shared.
MOST_KINDS = 10_000
_kinds: dict[str, Json] = {}

Change = Callable[[Any], Any]


def shared(dress: Json | None) -> Json | None:
    """The same dress as one object for all cells that wear it; None for an empty one."""
    if not dress:
        return None
    if len(_kinds) > MOST_KINDS:
        _kinds.clear()
    return _kinds.setdefault(json.dumps(dress, sort_keys=True), dress)


def entered_value(cell: Json, row: int, column: int) -> Any:
    """The value that a `userEnteredValue` puts into a cell: never evaluated unless it is a formula."""
    value = cell.get("userEnteredValue")
    if not value:
        return None
    if len(value) > 1:
        raise bad_request("Only one value can be set in userEnteredValue.")
    if "stringValue" in value:
        return checked_text(value["stringValue"])
    if "numberValue" in value:
        return float(value["numberValue"])
    if "boolValue" in value:
        return value["boolValue"]
    if "formulaValue" in value:
        return formula(value["formulaValue"], row, column)
    raise bad_request("Error values cannot be entered.")


def checked_text(text: str) -> str | None:
    """The text as a cell keeps it; an empty one leaves the cell empty."""
    refusal = too_long(text)
    if refusal:
        raise refusal
    return text or None


def formula(text: str, row: int, column: int) -> Any:
    checked_text(text)
    return standing.formula(text if text.startswith("=") else f"={text}", row, column)


def raw_value(value: Any) -> Any:
    """A value sent with RAW: kept as it is."""
    if isinstance(value, str):
        return checked_text(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def typed_value(value: Any, worn: Json | None, row: int, column: int, at: float) -> tuple[Any, Json | None]:
    """A value sent with USER_ENTERED, and what the cell wears afterwards."""
    if not isinstance(value, str):
        return raw_value(value), worn
    checked_text(value)
    number_format = (worn or {}).get("userEnteredFormat", {}).get("numberFormat", {})
    if number_format.get("type") == "TEXT":
        return checked_text(value), worn
    entered = formats.parse_user_entered(value, today=day_of(at))
    if entered.formula is not None:
        return formula(entered.formula, row, column), worn
    if entered.number_format and not number_format:
        worn = _with_number_format(worn, entered.number_format)
    return entered.value if entered.value != "" else None, worn


def day_of(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _with_number_format(worn: Json | None, number_format: Json) -> Json | None:
    dress = worn or {}
    return shared(
        dress | {"userEnteredFormat": dress.get("userEnteredFormat", {}) | {"numberFormat": number_format}}
    )


class CellMask:
    """Which parts of CellData a request writes."""

    def __init__(self, mask: masks.Mask) -> None:
        everything = "*" in mask
        self.value = everything or "userEnteredValue" in mask
        self.worn = {name: {} for name in WORN} if everything else {n: mask[n] for n in WORN if n in mask}
        self._undressed: dict[int, Json | None] = {}

    def dressed(self, worn: Json | None, cell: Json) -> Json | None:
        """What a cell wears after it was written with `cell`."""
        if self.worn.keys().isdisjoint(cell):
            if worn is None:
                return None
            if id(worn) not in self._undressed:
                self._undressed[id(worn)] = self._written(worn, {})
            return self._undressed[id(worn)]
        return self._written(worn, cell)

    def _written(self, worn: Json | None, cell: Json) -> Json | None:
        return shared(_tidy(merged(worn or {}, normal_dress(cell), _with_colors(self.worn))))


def normal_dress(cell: Json) -> Json:
    keep = {"userEnteredFormat": with_styles}  # there a false says something: not bold
    return {name: keep.get(name, as_kept)(cell[name]) for name in WORN if name in cell}


def _with_colors(mask: masks.Mask) -> masks.Mask:
    """The mask with both forms of each colour that it names in one form."""
    result: masks.Mask = {}
    for name, below in mask.items():
        result[name] = _with_colors(below) if below else below
        if name.endswith("Color"):
            result[f"{name}Style"] = {}
        elif name.endswith("ColorStyle"):
            result[name.removesuffix("Style")] = {}
    return result


def _tidy(dress: Json) -> Json:
    return {name: value for name, value in dress.items() if value not in ("", {}, [])}


def with_cells(row: Row, left: int, cells: Sequence[Any]) -> Row:
    """The row with these cells from column `left` on."""
    return trimmed((*row[:left], *(None,) * (left - len(row)), *cells, *row[left + len(cells) :]))


def dress_area(dress: Grid, top: int, bottom: int, left: int, right: int, change: Change) -> Grid:
    """The dress of an area, each cell's changed by the same rule."""

    def change_row(row: Row) -> Row:
        old = [row[n] if n < len(row) else None for n in range(left, right)]
        return with_cells(row, left, [change(worn) for worn in old])

    return dress.mapped(top, bottom, change_row)
