"""addChart, updateChartSpec, updateEmbeddedObjectPosition, deleteEmbeddedObject: kept, but not drawn."""

from __future__ import annotations

from sandbox.book import Book, Ids, Json, Tab, merged
from sandbox.colors import as_kept
from sandbox.errors import bad_request, not_built
from sandbox.kinds.asked import holder, new_id, replaced, update_mask
from sandbox.ranges import without_zero_sheet


def add_chart(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = as_kept(ask.get("chart", {}))
    if not given.get("spec"):
        raise bad_request("A chart must have a spec.")
    chosen = new_id(book, ids, "charts", "chartId", given.get("chartId"), "Chart")
    overlay = _overlay(book, given.get("position", {}))
    tab = book.grid(overlay["anchorCell"].get("sheetId", 0))
    chart = {"chartId": chosen, "spec": given["spec"], "position": {"overlayPosition": overlay}}
    chart |= {"border": given["border"]} if "border" in given else {}
    return book.changing(tab.sheet_id, charts=(*tab.charts, chart)), {"chart": chart}


# Google's size for a chart that says nothing about its own.
USUAL_CHART = {"widthPixels": 600, "heightPixels": 371}


def _overlay(book: Book, position: Json) -> Json:
    if position.get("newSheet") or "sheetId" in position:
        raise not_built("a chart on a sheet of its own")
    overlay = position.get("overlayPosition", {})
    anchor = overlay.get("anchorCell")
    if anchor is None:
        raise bad_request("A chart must have a position with an anchorCell.")
    tab = book.grid(anchor.get("sheetId", 0))
    if anchor.get("rowIndex", 0) >= tab.rows or anchor.get("columnIndex", 0) >= tab.columns:
        raise bad_request("The anchorCell is outside the grid.")
    return (
        {"anchorCell": without_zero_sheet(anchor)}
        | USUAL_CHART
        | {n: v for n, v in overlay.items() if n != "anchorCell"}
    )


def update_chart(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    if not ask.get("spec"):
        raise bad_request("A chart must have a spec.")
    tab, at = _held_chart(book, ask.get("chartId", 0))
    chart = tab.charts[at] | {"spec": as_kept(ask["spec"])}
    return book.changing(tab.sheet_id, charts=replaced(tab.charts, at, chart)), {}


def move_chart(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, at = _held_chart(book, ask.get("objectId", 0))
    old = tab.charts[at]["position"]
    mask = update_mask("OverlayPosition", ask)
    wanted = merged(old["overlayPosition"], ask.get("newPosition", {}).get("overlayPosition", {}), mask)
    overlay = _overlay(book, {"overlayPosition": wanted})
    if overlay["anchorCell"].get("sheetId", 0) != tab.sheet_id:
        raise bad_request("A chart cannot be moved to another sheet.")
    position = {"overlayPosition": overlay}
    chart = tab.charts[at] | {"position": position}
    return book.changing(tab.sheet_id, charts=replaced(tab.charts, at, chart)), {"position": position}


def delete_object(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, at = _held_chart(book, ask.get("objectId", 0))
    return book.changing(tab.sheet_id, charts=replaced(tab.charts, at, None)), {}


def _held_chart(book: Book, wanted: int) -> tuple[Tab, int]:
    found = holder(book, "charts", "chartId", wanted)
    if found is None:
        raise bad_request(f"No embedded object with id: {wanted}")
    return found
