"""addSheet, deleteSheet, duplicateSheet, updateSheetProperties, updateSpreadsheetProperties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox import follow, masks
from sandbox.book import MAX_COLUMNS, Book, Ids, Json, Tab, check_cell_count, merged
from sandbox.colors import with_styles
from sandbox.dimensions import resized
from sandbox.errors import bad_request
from sandbox.kinds import metadata
from sandbox.kinds.asked import update_mask

# A tab made from properties that say nothing about its size.
USUAL_ROWS, USUAL_COLUMNS = 1000, 26
MAX_TITLE = 100
MAX_SHEETS = 200

FLAGS = (
    "frozenRowCount",
    "frozenColumnCount",
    "hideGridlines",
    "rowGroupControlAfter",
    "columnGroupControlAfter",
)


def properties_of(book: Book, tab: Tab) -> Json:
    """A tab's properties as the API shows them."""
    index = next(n for n, other in enumerate(book.tabs) if other.sheet_id == tab.sheet_id)
    more = {name: value for name, value in tab.more.items() if name != "gridProperties"}
    grid = {"rowCount": tab.rows, "columnCount": tab.columns} | tab.more.get("gridProperties", {})
    head = {"sheetId": tab.sheet_id, "title": tab.title, "index": index, "sheetType": "GRID"}
    return head | {"gridProperties": grid} | more


def tab_of(properties: Json) -> Tab:
    """A new tab with these properties (sheetId and title among them)."""
    grid = properties.get("gridProperties", {})
    rows, columns = grid.get("rowCount") or USUAL_ROWS, grid.get("columnCount") or USUAL_COLUMNS
    _check_size(rows, columns)
    return Tab(properties["sheetId"], properties["title"], rows, columns, _more(properties, rows, columns))


def _check_size(rows: int, columns: int) -> None:
    if rows < 1 or columns < 1:
        raise bad_request("A sheet must have at least one row and one column.")
    if columns > MAX_COLUMNS:
        raise bad_request(f"A sheet may have at most {MAX_COLUMNS} columns.")


def _more(properties: Json, rows: int, columns: int) -> Json:
    grid = {name: value for name in FLAGS if (value := properties.get("gridProperties", {}).get(name))}
    if grid.get("frozenRowCount", 0) >= rows:
        raise bad_request("You can't freeze all visible rows on the sheet.")
    if grid.get("frozenColumnCount", 0) >= columns:
        raise bad_request("You can't freeze all visible columns on the sheet.")
    colors: Json = with_styles(
        {name: properties[name] for name in ("tabColor", "tabColorStyle") if properties.get(name)}
    )
    flags = {name: True for name in ("hidden", "rightToLeft") if properties.get(name)}
    return flags | colors | ({"gridProperties": grid} if grid else {})


def _check_title(book: Book, title: str, but: int | None = None) -> None:
    if not title or len(title) > MAX_TITLE:
        raise bad_request(f"The sheet title must be between 1 and {MAX_TITLE} characters long.")
    taken = (tab for tab in book.tabs if tab.sheet_id != but)
    if any(tab.title.casefold() == title.casefold() for tab in taken):
        raise bad_request(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _check_id(book: Book, sheet_id: int) -> None:
    if sheet_id < 0:
        raise bad_request("Sheet id must be non-negative.")
    if book.tab(sheet_id):
        raise bad_request(f"Sheet with id {sheet_id} already exists")


def _new_id(book: Book, ids: Ids) -> int:
    return ids.unless(lambda drawn: book.tab(drawn) is not None)


def _free_title(book: Book) -> str:
    titles = {tab.title.casefold() for tab in book.tabs}
    return next(f"Sheet{n}" for n in range(len(titles) + 1, 2 * len(titles) + 3) if f"sheet{n}" not in titles)


def add(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("properties", {})
    if given.get("sheetType", "GRID") not in ("GRID", "SHEET_TYPE_UNSPECIFIED"):
        raise bad_request(f"Sheets of type {given['sheetType']} cannot be added.")
    if len(book.tabs) >= MAX_SHEETS:
        raise bad_request(f"A spreadsheet may have at most {MAX_SHEETS} sheets.")
    title = given.get("title") or _free_title(book)
    _check_title(book, title)
    if "sheetId" in given:
        _check_id(book, given["sheetId"])
    sheet_id = given["sheetId"] if "sheetId" in given else _new_id(book, ids)
    tab = tab_of(given | {"sheetId": sheet_id, "title": title})
    added = check_cell_count(_inserted(book, tab, given.get("index")))
    return added, {"properties": properties_of(added, tab)}


def _inserted(book: Book, tab: Tab, index: int | None) -> Book:
    at = len(book.tabs) if index is None else index
    if not 0 <= at <= len(book.tabs):
        raise bad_request(f"Cannot insert a sheet at index {at}: there are {len(book.tabs)} sheets.")
    return replace(book, tabs=(*book.tabs[:at], tab, *book.tabs[at:]))


def delete(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    sheet_id = ask.get("sheetId", 0)
    tab = book.tab(sheet_id)
    if tab is None:
        raise bad_request(f"No sheet with id: {sheet_id}")
    if len(book.tabs) == 1:
        raise bad_request("You can't remove all the sheets in a document.")
    rest = tuple(other for other in book.tabs if other is not tab)
    if all(other.hidden for other in rest):
        raise bad_request("You can't remove all the visible sheets in a document.")
    book = metadata.without(book, {i for i, m in book.metadata.items() if metadata.sheet_of(m) == sheet_id})
    return follow.tab_deleted(replace(book, tabs=rest), tab.title), {}


def duplicate(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    source = book.grid(ask.get("sourceSheetId", 0))
    title = ask.get("newSheetName") or _copy_title(book, source)
    _check_title(book, title)
    if "newSheetId" in ask:
        _check_id(book, ask["newSheetId"])
    sheet_id = ask["newSheetId"] if "newSheetId" in ask else _new_id(book, ids)
    copy = copied(source, sheet_id, title, ids)
    added = check_cell_count(_inserted(book, copy, ask.get("insertSheetIndex", 0)))
    return added, {"properties": properties_of(added, copy)}


def _copy_title(book: Book, source: Tab) -> str:
    titles = {tab.title for tab in book.tabs}
    first = f"Copy of {source.title}"
    return next(t for t in (first, *(f"{first} {n}" for n in range(2, len(titles) + 3))) if t not in titles)


def copied(source: Tab, sheet_id: int, title: str, ids: Ids) -> Tab:
    """A tab with everything that another has; what has an id of its own gets a new one."""

    def renewed(items: tuple[Json, ...], *names: str) -> tuple[Json, ...]:
        return tuple(
            _moved(item, source.sheet_id, sheet_id) | {name: ids.draw() for name in names if name in item}
            for item in items
        )

    return replace(
        source,
        sheet_id=sheet_id,
        title=title,
        protected=renewed(source.protected, "protectedRangeId"),
        banded=renewed(source.banded, "bandedRangeId"),
        charts=renewed(source.charts, "chartId"),
        filter_views=renewed(source.filter_views, "filterViewId"),
        conditional=renewed(source.conditional),
        merges=renewed(source.merges),
        basic_filter=_moved(source.basic_filter, source.sheet_id, sheet_id) if source.basic_filter else None,
    )


def _moved(value: Any, old: int, new: int) -> Any:
    """The JSON with the sheet that its ranges name replaced."""
    if isinstance(value, list):
        return [_moved(item, old, new) for item in value]
    if not isinstance(value, dict):
        return value
    moved = {name: _moved(inner, old, new) for name, inner in value.items()}
    if moved.get("sheetId") == old or ("sheetId" not in moved and _is_range(moved)):
        moved["sheetId"] = new
    return moved


def _is_range(value: Json) -> bool:
    return any(
        name in value for name in ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    )


def update(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("properties", {})
    mask = update_mask("SheetProperties", ask)
    sheet_id = given.get("sheetId", 0)
    tab = book.tab(sheet_id)
    if tab is None:
        raise bad_request(f"No sheet with id: {sheet_id}")
    wanted = merged(properties_of(book, tab), given, _paired(mask)) | {
        "sheetId": sheet_id,
        "sheetType": "GRID",
    }
    if wanted.get("title", "") != tab.title:
        _check_title(book, wanted.get("title", ""), but=sheet_id)
    book = check_cell_count(_resized_to(book, tab, wanted.get("gridProperties", {})))
    changed = book.grid(sheet_id)
    changed = replace(changed, more=_more(wanted, changed.rows, changed.columns))
    book = book.with_tab(changed)
    if all(other.hidden for other in book.tabs):
        raise bad_request("You can't hide all the sheets in a document.")
    if wanted["title"] != tab.title:
        book = follow.tab_renamed(book.changing(sheet_id, title=wanted["title"]), tab.title, wanted["title"])
    return _placed(book, changed, wanted.get("index", 0)), {}


def _paired(mask: masks.Mask) -> masks.Mask:
    """A colour is written in both of its forms, whichever was named."""
    names = [n for n in ("tabColor", "tabColorStyle") if n in mask]
    return mask | {"tabColor": {}, "tabColorStyle": {}} if names else mask


def _resized_to(book: Book, tab: Tab, grid: Json) -> Book:
    rows, columns = grid.get("rowCount", 0), grid.get("columnCount", 0)
    _check_size(rows, columns)
    return resized(book, tab, rows, columns)


def _placed(book: Book, tab: Tab, index: int) -> Book:
    """The tab at a new index, which Google counts as it was before the move."""
    now = next(n for n, other in enumerate(book.tabs) if other.sheet_id == tab.sheet_id)
    if index in (now, now + 1):
        return book
    if not 0 <= index <= len(book.tabs):
        raise bad_request(f"Cannot move a sheet to index {index}: there are {len(book.tabs)} sheets.")
    rest = [other for other in book.tabs if other.sheet_id != tab.sheet_id]
    rest.insert(index - (index > now), book.grid(tab.sheet_id))
    return replace(book, tabs=tuple(rest))


def update_spreadsheet(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    mask = update_mask("SpreadsheetProperties", ask)
    wanted = merged(book.properties, with_styles(ask.get("properties", {})), mask)
    if not wanted.get("title"):
        raise bad_request("The spreadsheet title cannot be empty.")
    return replace(book, properties=wanted), {}


def arrived(book: Book, source: Tab, ids: Ids) -> tuple[Book, Json]:
    """The book with a tab of another spreadsheet copied to its end."""
    title = _copy_title(book, source)
    copy = copied(source, _new_id(book, ids), title, ids)
    added = check_cell_count(_inserted(book, copy, None))
    return added, properties_of(added, copy)
