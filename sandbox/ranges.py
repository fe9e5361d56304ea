"""From the ranges that requests name to areas of a tab, and back to A1."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.a1 import A1Range, bare_name, format_range, parse_range
from sandbox.book import Book, Json, Tab
from sandbox.errors import bad_request


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a tab: 0-based, half-open, inside the grid unless it is said to grow it."""

    tab: Tab
    top: int
    left: int
    bottom: int
    right: int

    @property
    def a1(self) -> str:
        return format_range(A1Range(self.tab.title, self.top, self.left, self.bottom, self.right))

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def is_cell(self) -> bool:
        return self.height == 1 and self.width == 1

    def of(self, height: int, width: int) -> Area:
        """The area of this size at the same corner."""
        return replace(self, bottom=self.top + height, right=self.left + width)


def exceeds(area: Area) -> bool:
    return area.bottom > area.tab.rows or area.right > area.tab.columns


def limits_text(area: Area) -> str:
    return (
        f"Range ({area.a1}) exceeds grid limits. Max rows: {area.tab.rows}, max columns: {area.tab.columns}"
    )


def within_grid(area: Area) -> Area:
    """The same area; refused when it leaves the grid."""
    if exceeds(area):
        raise bad_request(limits_text(area))
    return area


def parsed(text: str) -> A1Range:
    try:
        return parse_range(text)
    except ValueError:
        raise unreadable(text) from None


def unreadable(text: str) -> Exception:
    return bad_request(f"Unable to parse range: {text}")


def locate(book: Book, text: str) -> tuple[Tab, A1Range]:
    """The tab and the cells that a range names: a named range, a tab, or cells of one."""
    if name := bare_name(text):
        named = next((n for n in book.named_ranges if n["name"].casefold() == name.casefold()), None)
        if named:
            tab = book.tab(named["range"].get("sheetId", 0))
            if tab is None:
                raise unreadable(text)
            return tab, _a1_of(tab, named["range"])
    range = parsed(text)
    tab = first_visible(book) if range.sheet is None else book.titled(range.sheet)
    if tab is None:
        raise unreadable(text)
    return tab, range


def first_visible(book: Book) -> Tab:
    return next((tab for tab in book.tabs if not tab.hidden), book.tabs[0])


def _a1_of(tab: Tab, grid_range: Json) -> A1Range:
    return A1Range(
        tab.title,
        grid_range.get("startRowIndex"),
        grid_range.get("startColumnIndex"),
        grid_range.get("endRowIndex"),
        grid_range.get("endColumnIndex"),
    )


def area_to_read(book: Book, text: str) -> Area:
    """The cells a read asks for: cut at the edge of the grid, refused when they begin beyond it."""
    tab, range = locate(book, text)
    asked = _area(tab, range)
    if asked.top >= tab.rows or asked.left >= tab.columns:
        raise bad_request(limits_text(asked))
    return replace(asked, bottom=min(asked.bottom, tab.rows), right=min(asked.right, tab.columns))


def area_to_write(book: Book, text: str) -> Area:
    """The cells a write names; refused when they leave the grid."""
    return within_grid(_area(*locate(book, text)))


def _area(tab: Tab, range: A1Range) -> Area:
    closed = range.within(tab.rows, tab.columns)
    top, left = closed.start_row or 0, closed.start_col or 0
    return Area(tab, top, left, max(closed.end_row or 0, top + 1), max(closed.end_col or 0, left + 1))


def area_of(book: Book, grid_range: Json, name: str = "range") -> Area:
    """The area of a GridRange of a batch; refused when there is no such grid or no such cell."""
    tab = book.grid(grid_range.get("sheetId", 0))
    top, bottom = _side(grid_range, "RowIndex", tab.rows, name)
    left, right = _side(grid_range, "ColumnIndex", tab.columns, name)
    return within_grid(Area(tab, top, left, bottom, right))


def _side(grid_range: Json, what: str, length: int, name: str) -> tuple[int, int]:
    start, end = grid_range.get(f"start{what}", 0), grid_range.get(f"end{what}", length)
    if start < 0:
        raise bad_request(f"{name}.start{what}[{start}] must be greater than or equal to 0.")
    if end <= start:
        raise bad_request(f"{name}.end{what}[{end}] must be greater than start{what}[{start}].")
    return start, end


def grid_range_of(area: Area) -> Json:
    """The area as the API shows it: every side named, the id of the first tab left out."""
    shown = {
        "startRowIndex": area.top,
        "endRowIndex": area.bottom,
        "startColumnIndex": area.left,
        "endColumnIndex": area.right,
    }
    return {"sheetId": area.tab.sheet_id} | shown if area.tab.sheet_id else shown


def without_zero_sheet(range: Json) -> Json:
    """A GridRange as it was given; the id of the first tab is left out, as all that is zero is."""
    return {name: value for name, value in range.items() if name != "sheetId" or value}
