"""How a tab looks: hidden or not, frozen header, bands, the filter, colours for what needs a look.

Bands and the filter are a tab's only ones, so any that are there count, and keep the colours and conditions
that people gave them. A rule of ours is known by its formula, whatever cells, numbers and colours it has now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fulfillment.sheets.codec import column_letters
from fulfillment.sheets.schema import Tab, Tint
from fulfillment.sheets.setup_columns import guard_drifts, header_guard
from fulfillment.sheets.setup_edits import Drift, Request, area, color, update_sheet
from fulfillment.sheets.setup_there import Json, Sheet

WHITE = color(255, 255, 255)

HEADS = {
    "people": color(204, 229, 214),
    "view": color(207, 224, 243),
    "ledger": color(222, 224, 228),
    "system": color(222, 224, 228),
}
"""Green: people type here; blue: figures to read; grey: the books."""

BANDS = {
    "people": color(244, 250, 246),
    "view": color(243, 248, 254),
    "ledger": color(247, 248, 249),
    "system": color(247, 248, 249),
}

TAB_COLORS = {
    "people": color(52, 140, 84),
    "view": color(50, 110, 190),
    "ledger": color(130, 136, 145),
    "system": color(60, 64, 70),
}

TINTS = {
    "red": (color(250, 215, 212), color(150, 25, 15)),
    "amber": (color(255, 236, 190), color(122, 78, 0)),
    "green": (color(216, 240, 222), color(20, 100, 50)),
    "grey": (color(232, 234, 237), color(90, 95, 102)),
}
"""Background and text of each colour."""


def look_drifts(tab: Tab, sheet: Sheet, place: Mapping[str, int], *, low_stock: int) -> Iterator[Drift]:
    """What is wrong with the looks of a tab whose columns stand at `place`."""
    yield from _properties(tab, sheet)
    yield from _protection(tab, sheet)
    if not tab.hidden:
        yield from _bands(tab, sheet, place)
        yield from _filter(tab, sheet)
    yield from _tints(tab, sheet, place, low_stock)


def _properties(tab: Tab, sheet: Sheet) -> Iterator[Drift]:
    if tab.hidden and not sheet.hidden:
        hide = update_sheet(sheet.sheet_id, "hidden", hidden=True)
        yield Drift(f"`{tab.title}` is the system's, and not hidden.", (hide,))
    if sheet.frozen_rows < 1:
        freeze = update_sheet(
            sheet.sheet_id, "gridProperties.frozenRowCount", gridProperties={"frozenRowCount": 1}
        )
        yield Drift(f"`{tab.title}`: its header row is not frozen.", (freeze,))


def _protection(tab: Tab, sheet: Sheet) -> Iterator[Drift]:
    if tab.protected:
        yield from guard_drifts(f"`{tab.title}`: its cells are", sheet, area(sheet.sheet_id), warns=False)
    elif tab.kind == "people":
        yield from header_guard(tab, sheet)


def _bands(tab: Tab, sheet: Sheet, place: Mapping[str, int]) -> Iterator[Drift]:
    """Bands below the header, from the first to the last column of ours."""
    start, end = min(place.values(), default=0), max(place.values(), default=0) + 1
    over = [band for band in sheet.bands if _columns(band["range"], sheet).overlaps(start, end)]
    if not over:
        wanted: Request = {
            "range": area(sheet.sheet_id, column=start, end_column=end),
            "rowProperties": {
                "headerColor": HEADS[tab.kind],
                "firstBandColor": WHITE,
                "secondBandColor": BANDS[tab.kind],
            },
        }
        add: Request = {"addBanding": {"bandedRange": wanted}}
        yield Drift(f"`{tab.title}`: its rows have no bands.", (add,))
    elif len(over) == 1 and over[0]["range"].get("endRowIndex", sheet.rows) < sheet.rows:
        band = {"bandedRangeId": over[0]["bandedRangeId"], "range": _to_the_end(over[0]["range"])}
        update: Request = {"updateBanding": {"bandedRange": band, "fields": "range"}}
        yield Drift(f"`{tab.title}`: its bands end above its last row.", (update,))


def _filter(tab: Tab, sheet: Sheet) -> Iterator[Drift]:
    """Over all columns, people's own included: a sort by the filter would else tear their cells off a row."""
    if sheet.filter is None:
        wanted: Request = {"range": area(sheet.sheet_id)}
        yield Drift(f"`{tab.title}` has no filter.", ({"setBasicFilter": {"filter": wanted}},))
        return
    range = sheet.filter.get("range", {})
    left_out = (
        range.get("startColumnIndex", 0) > 0 or range.get("endColumnIndex", sheet.columns) < sheet.columns
    )
    if left_out or range.get("endRowIndex", sheet.rows) < sheet.rows:
        start = {"startRowIndex": range["startRowIndex"]} if range.get("startRowIndex") else {}
        wanted = {**sheet.filter, "range": {"sheetId": sheet.sheet_id, **start}}
        what = (
            "leaves columns out, so that a sort by it would tear rows apart" if left_out else "ends too early"
        )
        yield Drift(f"`{tab.title}`: its filter {what}.", ({"setBasicFilter": {"filter": wanted}},))


class _columns:
    """The columns of a range, open sides closed."""

    def __init__(self, range: Json, sheet: Sheet) -> None:
        self.start = range.get("startColumnIndex", 0)
        self.end = range.get("endColumnIndex", sheet.columns)

    def overlaps(self, start: int, end: int) -> bool:
        return bool(self.start < end and start < self.end)


def _to_the_end(range: Json) -> dict[str, object]:
    return {name: side for name, side in range.items() if name != "endRowIndex"}


def _tints(tab: Tab, sheet: Sheet, place: Mapping[str, int], low_stock: int) -> Iterator[Drift]:
    """Rules that are missing come behind people's own, which go first where both apply."""
    added = 0
    for tint in tab.tints:
        if not {tint.when, *tint.columns} <= place.keys():
            continue
        wanted = _rule(tint, sheet, place, low_stock)
        shape = _shape(_formula(wanted))
        index = next((n for n, rule in enumerate(sheet.rules) if _shape(_formula(rule)) == shape), None)
        what = f"`{tab.title}`: the rule that colours `{tint.columns[0]}` {tint.color}"
        if index is None:
            add = {"rule": wanted, "index": len(sheet.rules) + added}
            added += 1
            yield Drift(f"{what} is missing.", ({"addConditionalFormatRule": add},))
        elif not _does_the_same(sheet.rules[index], wanted, sheet):
            update = {
                "rule": {**wanted, "booleanRule": _recoloured(sheet.rules[index], wanted)},
                "index": index,
            }
            yield Drift(f"{what} looks at the wrong cells.", ({"updateConditionalFormatRule": update},))


def _rule(tint: Tint, sheet: Sheet, place: Mapping[str, int], low_stock: int) -> Request:
    background, text = TINTS[tint.color]
    return {
        "ranges": [
            area(sheet.sheet_id, row=1, column=place[header], end_column=place[header] + 1)
            for header in tint.columns
        ],
        "booleanRule": {
            "condition": {
                "type": "CUSTOM_FORMULA",
                "values": [{"userEnteredValue": _test(tint, column_letters(place[tint.when]), low_stock)}],
            },
            "format": {"backgroundColor": background, "textFormat": {"foregroundColor": text}},
        },
    }


def _test(tint: Tint, letters: str, low_stock: int) -> str:
    cell = f"${letters}2"
    if tint.equals:
        return f'={cell}="{tint.equals}"'
    if tint.begins:
        return f'=LEFT({cell},{len(tint.begins)})="{tint.begins}"'
    at_most = low_stock if tint.at_most == "LOW_STOCK" else tint.at_most
    above = f"{cell}>{tint.above}," if tint.above is not None else ""
    return f"=AND(ISNUMBER({cell}),{above}{cell}<={at_most})"


def _formula(rule: Json) -> str:
    condition = rule.get("booleanRule", {}).get("condition", {})
    values = condition.get("values", [])
    is_formula = condition.get("type") == "CUSTOM_FORMULA" and len(values) == 1
    return str(values[0].get("userEnteredValue", "")) if is_formula else ""


def _shape(formula: str) -> str:
    """A formula without the cells and the numbers that it names, blanks and letter case."""
    bare = re.sub(r"\$?[A-Z]{1,3}\$?\d+", "_", formula)
    return re.sub(r"(?<=[<>=])\d+(?=[),])", "n", re.sub(r"\s+", "", bare)).casefold()


def _does_the_same(rule: Json, wanted: Json, sheet: Sheet) -> bool:
    """Are it the same cells, tested by the same formula? A colour that people changed is theirs."""
    return _formula(rule) == _formula(wanted) and _cells(rule, sheet) >= _cells(wanted, sheet)


def _cells(rule: Json, sheet: Sheet) -> set[tuple[int, bool]]:
    """(column, does it reach from the second row to the last one?) of each column of a rule."""
    return {
        (
            column,
            each.get("startRowIndex", 0) == 1 and each.get("endRowIndex", sheet.rows) >= sheet.rows,
        )
        for each in rule.get("ranges", [])
        for column in range(each.get("startColumnIndex", 0), each.get("endColumnIndex", sheet.columns))
    }


def _recoloured(rule: Json, wanted: Json) -> Request:
    return {**wanted["booleanRule"], "format": rule["booleanRule"].get("format", {})}
