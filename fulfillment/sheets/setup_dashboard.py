"""The Dashboard: today's orders, and two charts of the pools that run out first. Formulas and charts only.

    1  Orders today, as of        2026-11-20              one cell says which day
    2  outcome | orders
    3  ...
    10 What runs out first
    11 product pool | used | available | given in 14 days | days left
    12 ... the first pools of the table below, by what is left in days
    26 All pools: the same figures in the order of Key Inventory, and the number by which they are ordered

Nothing spills, and every formula is one that each row can be read by itself. Two things are Google's ways: a
criterion such as `>=2026-11-07` would be read as a date and find no text, and so it ends in T; and a number
that has to be found again is looked for as it is, as text it would lose digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fulfillment.sheets.codec import Cell, Layout, column_letters, to_cell
from fulfillment.sheets.schema import Dashboard
from fulfillment.sheets.setup_columns import guard_drifts, is_spelled_like
from fulfillment.sheets.setup_edits import Drift, Request, area, color, repeat_cell, write_cells
from fulfillment.sheets.setup_there import Json, Sheet

OUTCOMES = ("fulfilled", "failed", "skipped", "released", "cleared", "closed")

LOOKED_AT = ("Key Inventory", "Assignments", "Order Cache")
"""The tabs that it looks at."""

TITLE_ROW, FIRST_OUTCOME = 0, 2
SHOWN_TITLE = 9
"""0-based rows; the table of what runs out first begins two rows below its title."""

WIDTHS = (270, 110, 90, 130, 90, 90, 24)

STOCK_CHART, DAYS_CHART = 710_001, 710_002
"""Ids of our charts, so that one is known as ours whatever people call it."""

STOCK_TITLE = "Stock per product pool"
DAYS_TITLE = "What runs out first, in days"

INK = color(60, 64, 70)
USED, AVAILABLE, DAYS = color(190, 198, 208), color(52, 140, 84), color(50, 110, 190)


@dataclass(frozen=True, slots=True)
class Board:
    """The cells of the dashboard, by the columns of the tabs that it looks at."""

    rules: Dashboard
    layouts: Mapping[str, Layout]

    @property
    def pools_title(self) -> int:
        """The 0-based row of the second table's title."""
        return SHOWN_TITLE + self.rules.shown + 4

    def cells(self) -> dict[tuple[int, int], str]:
        """(row, column), 0-based -> text or formula."""
        found = {
            (row, column): text for row, column, text in (*self._today(), *self._shown(), *self._pools())
        }
        return {place: text for place, text in found.items() if text}

    def _today(self) -> Iterator[tuple[int, int, str]]:
        yield from _row(TITLE_ROW, "Orders today", '=TEXT(TODAY(),"yyyy-mm-dd")')
        yield from _row(TITLE_ROW + 1, "outcome", "orders")
        order_id, at, outcome = (self._column("Order Cache", name) for name in ("order_id", "at", "outcome"))
        for row, word in enumerate(OUTCOMES, FIRST_OUTCOME):
            today = f'{at},$B$1&"*",{outcome},$A{row + 1}'
            yield from _row(row, word, f"=COUNTUNIQUEIFS({order_id},{today})")

    def _shown(self) -> Iterator[tuple[int, int, str]]:
        yield from _row(SHOWN_TITLE, "What runs out first")
        yield from _row(SHOWN_TITLE + 1, *self._heads())
        first, last = self.pools_title + 3, self.pools_title + 2 + self.rules.pools
        key = f"$F${first}:$F${last}"
        for number in range(self.rules.shown):
            place = f"MATCH(SMALL({key},{number + 1}),{key},0)"
            row = SHOWN_TITLE + 2 + number
            yield from _row(row, *(f'=IFERROR(INDEX(${c}${first}:${c}${last},{place}),"")' for c in "ABCDE"))

    def _heads(self) -> tuple[str, ...]:
        return ("product pool", "used", "available", f"given in {self.rules.days} days", "days left")

    def _pools(self) -> Iterator[tuple[int, int, str]]:
        title = self.pools_title
        yield from _row(title, "All pools, as in Key Inventory")
        yield from _row(title + 1, *self._heads(), "urgency")
        for number in range(self.rules.pools):
            yield from _row(title + 2 + number, *self._pool(title + 3 + number, number + 2))

    def _pool(self, row: int, source: int) -> Iterator[str]:
        """Label, used, available, given, days left and urgency of one row of Key Inventory."""
        code, region = self._at("product_code", source), self._at("region", source)
        others = f"COUNTIF({self._column('Key Inventory', 'region')},{region})"
        is_only_region = f"COUNTA({self._column('Key Inventory', 'region')})-1"
        prefix = f'IF({others}={is_only_region},"",{region}&" ")'
        label = f'{prefix}&{self._at("provider", source)}&" "&{code}&" "&{self._at("component", source)}'
        yield f'=IF({code}="","",{label}&IF({self._at("available", source)}=0," (out)",""))'
        blank = f'=IF($A{row}="","",'
        yield f"{blank}{self._at('used', source)})"
        yield f"{blank}{self._at('available', source)})"
        yield f"{blank}{self._given(source)})"
        yield f'=IF(OR($A{row}="",AND($C{row}>0,$D{row}=0)),"",IF($C{row}=0,0,{self._days_left(row)}))'
        # without a pace a pool comes behind all that have one, the smaller stock first; no two are equal
        yield f'{blank}IF($E{row}="",100000+$C{row},$E{row})+ROW()/1000000)'

    def _days_left(self, row: int) -> str:
        return f"ROUND($C{row}*{self.rules.days}/$D{row},1)"

    def _given(self, source: int) -> str:
        same = "".join(
            f",{self._column('Assignments', name)},{self._at(name, source)}"
            for name in ("region", "provider", "product_code", "component")
        )
        event, at = self._column("Assignments", "event"), self._column("Assignments", "at")
        since = f'">="&TEXT(TODAY()-{self.rules.days - 1},"yyyy-mm-dd")&"T"'
        return f'COUNTIFS({event},"assigned",{at},{since}{same})'

    def _at(self, header: str, row: int) -> str:
        return f"INDEX({self._column('Key Inventory', header)},{row})"

    def _column(self, title: str, header: str) -> str:
        letters = column_letters(self.layouts[title].place[header])
        return f"'{title}'!${letters}:${letters}"

    def chart(self, chart_id: int, sheet_id: int) -> Request:
        """The chart of this id, as it is added."""
        if chart_id == STOCK_CHART:
            spec = self._spec(sheet_id, STOCK_TITLE, {1: USED, 2: AVAILABLE}, stacked=True)
        else:
            spec = self._spec(sheet_id, f"{DAYS_TITLE}, at the pace of the last {self.rules.days}", {4: DAYS})
        anchor = {"sheetId": sheet_id, "rowIndex": 0 if chart_id == STOCK_CHART else 20, "columnIndex": 7}
        overlay = {"anchorCell": anchor, "widthPixels": 820, "heightPixels": 400}
        return {"chartId": chart_id, "spec": spec, "position": {"overlayPosition": overlay}}

    def _spec(
        self, sheet_id: int, title: str, series: Mapping[int, Json], *, stacked: bool = False
    ) -> dict[str, object]:
        """Bars of some columns of the first table, a pool a row."""
        basic: dict[str, object] = {
            "chartType": "BAR",
            "legendPosition": "TOP_LEGEND" if len(series) > 1 else "NO_LEGEND",
            "headerCount": 1,
            "domains": [{"domain": self._source(sheet_id, 0)}],
            "series": [
                {"series": self._source(sheet_id, column), "targetAxis": "BOTTOM_AXIS", "color": paint}
                for column, paint in series.items()
            ],
        }
        if stacked:
            basic["stackedType"] = "STACKED"
        return {"title": title, "titleTextFormat": {"bold": True, "fontSize": 13}, "basicChart": basic}

    def _source(self, sheet_id: int, column: int) -> dict[str, object]:
        first = SHOWN_TITLE + 1
        source = area(
            sheet_id, row=first, end_row=first + 1 + self.rules.shown, column=column, end_column=column + 1
        )
        return {"sourceRange": {"sources": [{"startColumnIndex": 0, **source}]}}


def _row(row: int, *texts: str) -> Iterator[tuple[int, int, str]]:
    yield from ((row, column, text) for column, text in enumerate(texts))


def dashboard_drifts(board: Board, sheet: Sheet) -> Iterator[Drift]:
    """Cells that do not hold what they should, and charts that are gone; people may change a chart."""
    cells = board.cells()
    wrong = {place for place, text in cells.items() if not _holds(sheet, place, text)}
    if wrong:
        fresh = len(wrong) == len(cells)
        requests = [*(_dress(board, sheet) if fresh else ()), *_writes(sheet.sheet_id, cells, wrong)]
        which = "all" if fresh else str(len(wrong))
        are = "is" if len(wrong) == 1 else "are"
        sentence = f"`{sheet.title}`: {which} of its cells {are} without the formula or text of ours."
        yield Drift(sentence, tuple(requests), breaks=sheet.title)
    yield from guard_drifts(f"`{sheet.title}`: its cells are", sheet, area(sheet.sheet_id), warns=False)
    ids = {chart.get("chartId") for chart in sheet.charts}
    titles = " ".join(chart.get("spec", {}).get("title", "") for chart in sheet.charts)
    for chart_id, title in ((STOCK_CHART, STOCK_TITLE), (DAYS_CHART, DAYS_TITLE)):
        if chart_id not in ids and title not in titles:
            add: Request = {"addChart": {"chart": board.chart(chart_id, sheet.sheet_id)}}
            yield Drift(f"`{sheet.title}`: its chart `{title}` is missing.", (add,))


def _holds(sheet: Sheet, place: tuple[int, int], text: str) -> bool:
    cell = sheet.cell(*place)
    return is_spelled_like(cell.formula, text) if text.startswith("=") else cell.value == text


def _writes(
    sheet_id: int, cells: Mapping[tuple[int, int], str], wrong: set[tuple[int, int]]
) -> Iterator[Request]:
    """The wrong cells of each row; between two of them right ones are written again."""
    for row in sorted({row for row, _ in wrong}):
        columns = [column for at, column in wrong if at == row]
        run = [_cell(cells.get((row, n), "")) for n in range(min(columns), max(columns) + 1)]
        yield write_cells(sheet_id, row, min(columns), [run])


def _cell(text: str) -> Cell:
    return {"userEnteredValue": {"formulaValue": text}} if text.startswith("=") else to_cell(text)


def _dress(board: Board, sheet: Sheet) -> Iterator[Request]:
    """How a new dashboard looks."""
    for column, width in enumerate(WIDTHS):
        span = {"sheetId": sheet.sheet_id, "dimension": "COLUMNS"}
        span |= {"startIndex": column, "endIndex": column + 1}
        update = {"range": span, "properties": {"pixelSize": width}, "fields": "pixelSize"}
        yield {"updateDimensionProperties": update}
    big = {"userEnteredFormat": {"textFormat": {"bold": True, "fontSize": 13, "foregroundColor": INK}}}
    head = {"textFormat": {"bold": True, "foregroundColor": INK}, "backgroundColor": color(207, 224, 243)}
    for title, width in ((TITLE_ROW, 2), (SHOWN_TITLE, 5), (board.pools_title, 6)):
        row = area(sheet.sheet_id, row=title, end_row=title + 1, end_column=width)
        yield repeat_cell(row, big, "userEnteredFormat.textFormat")
        heads = area(sheet.sheet_id, row=title + 1, end_row=title + 2, end_column=width)
        cell = {"userEnteredFormat": head}
        yield repeat_cell(heads, cell, "userEnteredFormat(textFormat,backgroundColor)")
    key = {
        "userEnteredFormat": {
            "numberFormat": {"type": "NUMBER", "pattern": "0.0"},
            "textFormat": {"foregroundColor": color(150, 155, 162)},
        }
    }
    below = area(sheet.sheet_id, row=board.pools_title + 2, column=5, end_column=6)
    yield repeat_cell(below, key, "userEnteredFormat(numberFormat,textFormat)")
