"""What the handlers have in common: reading masks, ranges of rows or columns, and finding things by id."""

from __future__ import annotations

from sandbox import masks
from sandbox.book import Book, Ids, Json, Tab
from sandbox.errors import bad_request
from sandbox.shapes import has_path, snake

NO_MASK_TEXT = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"


def update_mask(message: str, ask: Json) -> masks.Mask:
    """The `fields` of an update; refused when it is empty or names what the message has not."""
    text = ask.get("fields")
    if not text:
        raise bad_request(NO_MASK_TEXT)
    try:
        mask = masks.parse(text)
    except masks.MaskError:
        raise bad_request(f"Invalid field mask: {text}") from None
    for path in masks.leaves(mask):
        if not has_path(message, path):
            raise bad_request(f"Invalid field: {'.'.join(snake(name) for name in path)}")
    return mask


def span(book: Book, range: Json) -> tuple[Tab, str, int, int]:
    """The tab, dimension and stretch of a DimensionRange; refused outside the grid."""
    tab = book.grid(range.get("sheetId", 0))
    dimension = range.get("dimension", "")
    if dimension not in ("ROWS", "COLUMNS"):
        raise bad_request("No dimension specified.")
    length = tab.rows if dimension == "ROWS" else tab.columns
    start, end = range.get("startIndex", 0), range.get("endIndex", length)
    if start < 0:
        raise bad_request(f"range.startIndex[{start}] must be greater than or equal to 0.")
    if end <= start:
        raise bad_request(f"range.endIndex[{end}] must be greater than startIndex[{start}].")
    return tab, dimension, start, end


def holder(book: Book, attribute: str, id_name: str, wanted: int) -> tuple[Tab, int] | None:
    """The tab that has the thing of this id, and its place among the others."""
    for tab in book.tabs:
        for n, item in enumerate(getattr(tab, attribute)):
            if item.get(id_name) == wanted:
                return tab, n
    return None


def new_id(book: Book, ids: Ids, attribute: str, id_name: str, chosen: int | None, what: str) -> int:
    """The id asked for, or a new one; refused when it is taken."""
    if chosen is None:
        return ids.unless(lambda drawn: holder(book, attribute, id_name, drawn) is not None)
    if holder(book, attribute, id_name, chosen):
        raise bad_request(f"{what} with id {chosen} already exists")
    return chosen


def replaced(items: tuple[Json, ...], at: int, item: Json | None) -> tuple[Json, ...]:
    """The items with one exchanged, or taken out for None."""
    return (*items[:at], *([item] if item is not None else []), *items[at + 1 :])
