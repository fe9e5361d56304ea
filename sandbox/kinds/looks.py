"""How cells look and what they take: merges, borders, validation, conditional formats, banding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from sandbox.book import Book, Ids, Json, Tab, merged
from sandbox.cells import dress_area, shared, with_cells
from sandbox.colors import as_kept, with_styles
from sandbox.errors import bad_request
from sandbox.grid import Row
from sandbox.kinds.asked import holder, new_id, replaced, update_mask
from sandbox.ranges import Area, area_of, grid_range_of

BORDERS = ("top", "bottom", "left", "right")


def merge_cells(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Merges an area; of the cells that disappear, the values are lost. Merges inside it are dissolved."""
    area = area_of(book, ask.get("range", {}))
    kept = _merges_outside(area)
    pieces = list(_pieces(area, ask.get("mergeType", "MERGE_ALL")))
    tab = replace(area.tab, merges=(*kept, *(grid_range_of(piece) for piece in pieces if not piece.is_cell)))
    for piece in pieces:
        tab = _only_first_kept(tab, piece)
    return book.with_tab(tab), {}


def _pieces(area: Area, kind: str) -> Iterator[Area]:
    if kind == "MERGE_ROWS":
        yield from (replace(area, top=n, bottom=n + 1) for n in range(area.top, area.bottom))
    elif kind == "MERGE_COLUMNS":
        yield from (replace(area, left=n, right=n + 1) for n in range(area.left, area.right))
    else:
        yield area


def _merges_outside(area: Area) -> tuple[Json, ...]:
    """The merges that the area does not touch; refused when it would cut one."""
    kept = []
    for merge in area.tab.merges:
        other = _area(area.tab, merge)
        if not overlaps(area, other):
            kept.append(merge)
        elif not _contains(area, other):
            raise bad_request("You must select all cells in a merged range to merge or unmerge them.")
    return tuple(kept)


def _area(tab: Tab, range: Json) -> Area:
    return Area(
        tab,
        range.get("startRowIndex", 0),
        range.get("startColumnIndex", 0),
        range.get("endRowIndex", tab.rows),
        range.get("endColumnIndex", tab.columns),
    )


def overlaps(one: Area, other: Area) -> bool:
    """True when the two share a cell (of one tab)."""
    rows = one.top < other.bottom and other.top < one.bottom
    return rows and one.left < other.right and other.left < one.right


def _contains(outer: Area, inner: Area) -> bool:
    rows = outer.top <= inner.top and inner.bottom <= outer.bottom
    return rows and outer.left <= inner.left and inner.right <= outer.right


def _only_first_kept(tab: Tab, piece: Area) -> Tab:
    """The first value found moves to the corner; the others are lost."""
    rows = tab.values.rows(piece.top, piece.bottom)
    held = (value for row in rows for value in row[piece.left : piece.right] if value is not None)
    first = next(held, None)

    def change(index: int, row: Row) -> Row:
        cells: list[Any] = [None] * piece.width
        if index == piece.top:
            cells[0] = first
        return with_cells(row, piece.left, cells)

    return tab if first is None else replace(tab, values=tab.values.changed(piece.top, piece.bottom, change))


def unmerge_cells(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    area = area_of(book, ask.get("range", {}))
    return book.changing(area.tab.sheet_id, merges=_merges_outside(area)), {}


def set_validation(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Validation of an area; without a rule it is taken away."""
    area = area_of(book, ask.get("range", {}))
    rule = ask.get("rule")
    if rule is not None and "condition" not in rule:
        raise bad_request("A data validation rule must have a condition.")
    if (
        rule
        and rule["condition"].get("type", "").startswith("ONE_OF_")
        and not rule["condition"].get("values")
    ):
        raise bad_request(f"Condition {rule['condition']['type']} must have at least one value.")
    kept = as_kept(rule) if rule else None
    return book.with_tab(_wearing(area, lambda worn: _put(worn, "dataValidation", kept))), {}


def _wearing(area: Area, change: Callable[[Json | None], Json | None]) -> Tab:
    dress = dress_area(area.tab.dress, area.top, area.bottom, area.left, area.right, change)
    return replace(area.tab, dress=dress)


def _put(worn: Json | None, name: str, value: Any) -> Json | None:
    rest = {key: inner for key, inner in (worn or {}).items() if key != name}
    return shared(rest | {name: value} if value else rest)


def update_borders(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    area = area_of(book, ask.get("range", {}))
    given = {
        name: with_styles(ask[name]) for name in (*BORDERS, "innerHorizontal", "innerVertical") if name in ask
    }
    tab = area.tab
    for name, strip in _border_strips(area):
        sides = {side: given[what] for side, what in name.items() if what in given}
        if sides:
            tab = _wearing(replace(strip, tab=tab), partial(_bordered, sides))
    return book.with_tab(tab), {}


def _border_strips(area: Area) -> Iterator[tuple[dict[str, str], Area]]:
    """Each strip of the area with, per side of its cells, the name of the border that falls there."""
    yield {"top": "top"}, replace(area, bottom=area.top + 1)
    yield {"bottom": "bottom"}, replace(area, top=area.bottom - 1)
    yield {"left": "left"}, replace(area, right=area.left + 1)
    yield {"right": "right"}, replace(area, left=area.right - 1)
    if area.height > 1:
        yield {"top": "innerHorizontal"}, replace(area, top=area.top + 1)
        yield {"bottom": "innerHorizontal"}, replace(area, bottom=area.bottom - 1)
    if area.width > 1:
        yield {"left": "innerVertical"}, replace(area, left=area.left + 1)
        yield {"right": "innerVertical"}, replace(area, right=area.right - 1)


def _bordered(sides: Json, worn: Json | None) -> Json | None:
    format = (worn or {}).get("userEnteredFormat", {})
    borders = format.get("borders", {}) | sides
    kept = {side: border for side, border in borders.items() if border.get("style", "NONE") != "NONE"}
    rest = {name: value for name, value in format.items() if name != "borders"}
    return _put(worn, "userEnteredFormat", rest | ({"borders": kept} if kept else {}))


def add_rule(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    rule = as_kept(ask.get("rule", {}))
    tab = _rule_tab(book, rule)
    at = ask.get("index", 0)
    _check_index(at, len(tab.conditional) + 1)
    rules = (*tab.conditional[:at], rule, *tab.conditional[at:])
    return book.changing(tab.sheet_id, conditional=rules), {}


def _rule_tab(book: Book, rule: Json) -> Tab:
    areas = [area_of(book, range, "rule.ranges") for range in rule.get("ranges", [])]
    if not areas:
        raise bad_request("A conditional format rule must have at least one range.")
    if len({area.tab.sheet_id for area in areas}) > 1:
        raise bad_request("All ranges of a conditional format rule must be on the same sheet.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise bad_request("A conditional format rule must have either a booleanRule or a gradientRule.")
    return areas[0].tab


def _check_index(index: int, length: int) -> None:
    if not 0 <= index < length:
        raise bad_request(f"No conditional format on sheet at index: {index}")


def update_rule(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    index = ask.get("index", 0)
    tab = _rule_tab(book, ask["rule"]) if "rule" in ask else book.grid(ask.get("sheetId", 0))
    _check_index(index, len(tab.conditional))
    old = tab.conditional[index]
    new = as_kept(ask["rule"]) if "rule" in ask else old
    to = index if "rule" in ask else ask.get("newIndex", 0)
    _check_index(to, len(tab.conditional))
    rules = list(replaced(tab.conditional, index, None))
    rules.insert(to, new)
    reply = {"newRule": new, "newIndex": to} | ({"oldRule": old, "oldIndex": index})
    return book.changing(tab.sheet_id, conditional=tuple(rules)), reply


def delete_rule(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab = book.grid(ask.get("sheetId", 0))
    index = ask.get("index", 0)
    _check_index(index, len(tab.conditional))
    old = tab.conditional[index]
    return book.changing(tab.sheet_id, conditional=replaced(tab.conditional, index, None)), {"rule": old}


def add_banding(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = as_kept(ask.get("bandedRange", {}))
    area = area_of(book, given.get("range", {}), "bandedRange.range")
    if not given.get("rowProperties") and not given.get("columnProperties"):
        raise bad_request("bandedRange must have either rowProperties or columnProperties.")
    chosen = new_id(book, ids, "banded", "bandedRangeId", given.get("bandedRangeId"), "Banded range")
    _check_no_other_banding(area)
    banded = {"bandedRangeId": chosen} | given | {"range": grid_range_of(area)}
    return book.changing(area.tab.sheet_id, banded=(*area.tab.banded, banded)), {"bandedRange": banded}


def _check_no_other_banding(area: Area, but: int | None = None) -> None:
    others = [b for b in area.tab.banded if b["bandedRangeId"] != but]
    if any(overlaps(area, _area(area.tab, other["range"])) for other in others):
        already = "a range that already has alternating background colors."
        raise bad_request(f"You cannot add alternating background colors to {already}")


def update_banding(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = as_kept(ask.get("bandedRange", {}))
    tab, at = _held_banding(book, given.get("bandedRangeId", 0))
    changed = merged(tab.banded[at], given, update_mask("BandedRange", ask))
    changed |= {"bandedRangeId": given["bandedRangeId"]}
    area = area_of(book, changed.get("range", {}), "bandedRange.range")
    _check_no_other_banding(area, but=given["bandedRangeId"])
    return book.changing(tab.sheet_id, banded=replaced(tab.banded, at, changed)), {}


def delete_banding(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, at = _held_banding(book, ask.get("bandedRangeId", 0))
    return book.changing(tab.sheet_id, banded=replaced(tab.banded, at, None)), {}


def _held_banding(book: Book, wanted: int) -> tuple[Tab, int]:
    found = holder(book, "banded", "bandedRangeId", wanted)
    if found is None:
        raise bad_request(f"No banding with id: {wanted}")
    return found
