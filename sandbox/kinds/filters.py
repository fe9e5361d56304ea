"""setBasicFilter, clearBasicFilter, addFilterView, deleteFilterView. They are kept; no row is hidden."""

from __future__ import annotations

from sandbox.book import Book, Ids, Json
from sandbox.colors import as_kept
from sandbox.errors import bad_request
from sandbox.kinds.asked import holder, new_id, replaced
from sandbox.ranges import area_of, grid_range_of


def set_filter(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = as_kept(ask.get("filter", {}))
    area = area_of(book, given.get("range", {}), "filter.range")
    return book.changing(area.tab.sheet_id, basic_filter=given | {"range": grid_range_of(area)}), {}


def clear_filter(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    return book.changing(ask.get("sheetId", 0), basic_filter=None), {}


def add_filter_view(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = as_kept(ask.get("filter", {}))
    area = area_of(book, given.get("range", {}), "filter.range")
    chosen = new_id(book, ids, "filter_views", "filterViewId", given.get("filterViewId"), "Filter view")
    view = {"filterViewId": chosen, "title": given.get("title") or f"Filter {len(area.tab.filter_views) + 1}"}
    view = view | given | {"filterViewId": chosen, "range": grid_range_of(area)}
    return book.changing(area.tab.sheet_id, filter_views=(*area.tab.filter_views, view)), {"filter": view}


def delete_filter_view(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    wanted = ask.get("filterId", 0)
    found = holder(book, "filter_views", "filterViewId", wanted)
    if found is None:
        raise bad_request(f"No filter view with id: {wanted}")
    tab, at = found
    return book.changing(tab.sheet_id, filter_views=replaced(tab.filter_views, at, None)), {}
