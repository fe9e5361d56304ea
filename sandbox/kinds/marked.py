"""What is laid over areas of a tab and has an id or a name: protections, named ranges, filters, charts."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.a1 import parse_range
from sandbox.book import Book, Ids, Json, Tab, merged
from sandbox.colors import with_styles
from sandbox.errors import bad_request, not_built
from sandbox.kinds.asked import holder, new_id, replaced, update_mask
from sandbox.ranges import area_of, grid_range_of

NAME = re.compile(r"[^\W\d]\w{0,249}")

# The one account that every caller of the API is; Google lists it among the editors of what it protects.
SERVICE_ACCOUNT = "stand-in@local.iam.gserviceaccount.com"


def add_protection(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("protectedRange", {})
    _check_protection(given)
    range, tab = _protected_range(book, given)
    chosen = new_id(
        book, ids, "protected", "protectedRangeId", given.get("protectedRangeId"), "Protected range"
    )
    kept = _kept_protection(given) | {"range": range}
    entry = {"protectedRangeId": chosen} | kept | {"editors": _with_owner(given.get("editors", {}))}
    book = book.changing(tab.sheet_id, protected=(*tab.protected, entry))
    return book, {"protectedRange": shown_protection(entry) | {"editors": given.get("editors", {}) and
                                                               _filled(given["editors"])}}  # fmt: skip


def _check_protection(given: Json) -> None:
    if given.get("warningOnly") and _filled(given.get("editors", {})):
        raise bad_request("ProtectedRange is warningOnly. Editors cannot be set on it.")


def _filled(editors: Json) -> Json:
    return {name: value for name, value in editors.items() if value}


def _with_owner(editors: Json) -> Json:
    users = editors.get("users", [])
    return _filled(editors) | {
        "users": [*users, *([SERVICE_ACCOUNT] if SERVICE_ACCOUNT not in users else [])]
    }


def _kept_protection(given: Json) -> Json:
    names = ("description", "warningOnly", "namedRangeId", "unprotectedRanges")
    return {name: given[name] for name in names if given.get(name)}


def _protected_range(book: Book, given: Json) -> tuple[Json, Tab]:
    """The range as it is kept (open sides stay open) and its tab."""
    if "tableId" in given:
        raise not_built("protecting a table")
    named = given.get("namedRangeId")
    if named is not None:
        found = next((n for n in book.named_ranges if n["namedRangeId"] == named), None)
        if found is None:
            raise bad_request(f"No named range with id: {named}")
        return found["range"], book.grid(found["range"].get("sheetId", 0))
    if "range" not in given:
        raise bad_request("A protected range must have a range.")
    area = area_of(book, given["range"], "protectedRange.range")
    for inner in given.get("unprotectedRanges", []):
        area_of(book, inner, "protectedRange.unprotectedRanges")
    return _tidy_range(given["range"]), area.tab


def _tidy_range(range: Json) -> Json:
    return {name: value for name, value in range.items() if name != "sheetId" or value}


def shown_protection(entry: Json) -> Json:
    """A protection as the API shows it to the account that may edit it."""
    editors = entry.get("editors", {})
    rest = {name: value for name, value in entry.items() if name != "editors"}
    return rest | {"requestingUserCanEdit": True, "editors": editors}


def update_protection(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("protectedRange", {})
    tab, at = _held_protection(book, given.get("protectedRangeId", 0))
    old = tab.protected[at]
    changed = merged(old, given, update_mask("ProtectedRange", ask)) | {
        "protectedRangeId": old["protectedRangeId"]
    }
    if given.get("warningOnly") and "editors" not in given:
        changed.pop("editors", None)
    _check_protection(changed)
    range, new_tab = _protected_range(book, changed)
    if new_tab.sheet_id != tab.sheet_id:
        raise bad_request("A protected range cannot be moved to another sheet.")
    entry = {"protectedRangeId": old["protectedRangeId"]} | _kept_protection(changed)
    entry |= {"range": range, "editors": _with_owner(changed.get("editors", {}))}
    return book.changing(tab.sheet_id, protected=replaced(tab.protected, at, entry)), {}


def delete_protection(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, at = _held_protection(book, ask.get("protectedRangeId", 0))
    return book.changing(tab.sheet_id, protected=replaced(tab.protected, at, None)), {}


def _held_protection(book: Book, wanted: int) -> tuple[Tab, int]:
    found = holder(book, "protected", "protectedRangeId", wanted)
    if found is None:
        raise bad_request(f"No protected range with id: {wanted}")
    return found


def add_name(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("namedRange", {})
    taken = {n["namedRangeId"] for n in book.named_ranges}
    chosen = given.get("namedRangeId") or str(ids.unless(lambda drawn: str(drawn) in taken))
    if chosen in taken:
        raise bad_request(
            f"Cannot add named range with id: {chosen}, a named range with that id already exists."
        )
    entry = {"namedRangeId": chosen, "name": given.get("name", ""), "range": _named_area(book, given)}
    _check_name(book, entry, "add")
    return replace(book, named_ranges=(*book.named_ranges, entry)), {"namedRange": entry}


def _named_area(book: Book, given: Json) -> Json:
    if "range" not in given:
        raise bad_request("A named range must have a range.")
    return grid_range_of(area_of(book, given["range"], "namedRange.range"))


def _check_name(book: Book, entry: Json, verb: str) -> None:
    name = entry["name"]
    if not NAME.fullmatch(name) or name.upper() in ("TRUE", "FALSE") or _is_cell(name):
        raise bad_request(f"Invalid name for a named range: {name}")
    others = (n for n in book.named_ranges if n["namedRangeId"] != entry["namedRangeId"])
    if any(other["name"].casefold() == name.casefold() for other in others):
        raise bad_request(
            f"Cannot {verb} named range with name: {name}, a named range with that name already exists."
        )


def _is_cell(name: str) -> bool:
    return parse_range(name).sheet is None


def update_name(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("namedRange", {})
    at = _held_name(book, given.get("namedRangeId", ""))
    old = book.named_ranges[at]
    changed = merged(old, given, update_mask("NamedRange", ask)) | {"namedRangeId": old["namedRangeId"]}
    changed |= {"range": _named_area(book, changed)}
    changed.setdefault("name", "")
    _check_name(book, changed, "update")
    return replace(book, named_ranges=replaced(book.named_ranges, at, changed)), {}


def delete_name(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    at = _held_name(book, ask.get("namedRangeId", ""))
    return replace(book, named_ranges=replaced(book.named_ranges, at, None)), {}


def _held_name(book: Book, wanted: str) -> int:
    found = next((n for n, entry in enumerate(book.named_ranges) if entry["namedRangeId"] == wanted), None)
    if found is None:
        raise bad_request(f"No named range with id: {wanted}")
    return found


def set_filter(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = with_styles(ask.get("filter", {}))
    area = area_of(book, given.get("range", {}), "filter.range")
    return book.changing(area.tab.sheet_id, basic_filter=given | {"range": grid_range_of(area)}), {}


def clear_filter(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    return book.changing(ask.get("sheetId", 0), basic_filter=None), {}


def add_filter_view(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = with_styles(ask.get("filter", {}))
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


def add_chart(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = with_styles(ask.get("chart", {}))
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
        {"anchorCell": _tidy_range(anchor)}
        | USUAL_CHART
        | {n: v for n, v in overlay.items() if n != "anchorCell"}
    )


def update_chart(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    if not ask.get("spec"):
        raise bad_request("A chart must have a spec.")
    tab, at = _held_chart(book, ask.get("chartId", 0))
    chart = tab.charts[at] | {"spec": with_styles(ask["spec"])}
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
