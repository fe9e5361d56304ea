"""A spreadsheet without its cells: its tabs, their sizes and columns, what is frozen, hidden, protected."""

from __future__ import annotations

from sandbox.book import Book, Json, Tab
from sandbox.kinds.dimensions import USUAL_COLUMN_PIXELS
from sandbox.page.paint import hex_color


def outline(book: Book) -> Json:
    """`{"id", "title", "serial", "tabs": [...]}`."""
    tabs = [tab_outline(tab) for tab in book.tabs]
    return {"id": book.id, "title": book.title, "serial": book.serial, "tabs": tabs}


def tab_outline(tab: Tab) -> Json:
    """A tab without its cells; `filter` is the row of the filter's headings, and the columns it covers."""
    grid = tab.more.get("gridProperties", {})
    color = tab.more.get("tabColor")
    return {
        "id": tab.sheet_id,
        "title": tab.title,
        "rows": tab.rows,
        "columns": tab.columns,
        "filled": len(tab.values),
        "hidden": tab.hidden,
        "color": hex_color(color) if color else "",
        "frozen": [grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0)],
        "widths": [_width(tab, column) for column in range(tab.columns)],
        "locked": any(_is_lock(entry) for entry in tab.protected),
        "filter": _filter(tab),
        "charts": len(tab.charts),
    }


def _width(tab: Tab, column: int) -> int:
    mark: Json = tab.column_marks.get(column, {})  # type: ignore[call-overload]
    return 0 if mark.get("hiddenByUser") else int(mark.get("pixelSize", USUAL_COLUMN_PIXELS))


def _is_lock(entry: Json) -> bool:
    """Whether a protection covers the whole tab and holds people back."""
    sides = {"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"}
    return not entry.get("warningOnly") and not sides & entry["range"].keys()


def _filter(tab: Tab) -> Json | None:
    if tab.basic_filter is None:
        return None
    range = tab.basic_filter.get("range", {})
    left, right = range.get("startColumnIndex", 0), range.get("endColumnIndex", tab.columns)
    return {"row": range.get("startRowIndex", 0), "from": left, "to": right}
