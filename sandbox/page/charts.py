"""The charts of a tab, with the figures that they draw."""

from __future__ import annotations

from typing import Any

from sandbox import evaluate
from sandbox.book import Book, Json, Tab
from sandbox.conditions import as_text
from sandbox.formats import general
from sandbox.page.paint import hex_color

# What Google paints a series with that names no colour.
PALETTE = ("#4285f4", "#ea4335", "#fbbc04", "#34a853", "#ff6d01", "#46bdc6")


def charts_of(book: Book, tab: Tab) -> Json:
    """`{"charts": [{"title", "kind", "stacked", "legend", "place", "labels", "series"}]}`."""
    return {"charts": [_chart(book, chart) for chart in tab.charts if "basicChart" in chart["spec"]]}


def _chart(book: Book, chart: Json) -> Json:
    spec = chart["spec"]
    basic = spec["basicChart"]
    heads = basic.get("headerCount", 0)
    labels = [_cells(book, domain["domain"])[heads:] for domain in basic.get("domains", [])]
    series = [
        _series(book, each, heads, PALETTE[n % len(PALETTE)])
        for n, each in enumerate(basic.get("series", []))
    ]
    return {
        "title": spec.get("title", ""),
        "kind": basic.get("chartType", ""),
        "stacked": basic.get("stackedType") == "STACKED",
        "legend": basic.get("legendPosition") != "NO_LEGEND",
        "place": _place(chart["position"]["overlayPosition"]),
        "labels": [_label(value) for value in labels[0]] if labels else [],
        "series": series,
    }


def _series(book: Book, series: Json, heads: int, usual: str) -> Json:
    cells = _cells(book, series["series"])
    numbers = [value if isinstance(value, float) else None for value in cells[heads:]]
    color = hex_color(series["color"]) if "color" in series else usual
    return {"name": _label(cells[0]) if heads and cells else "", "color": color, "values": numbers}


def _label(value: Any) -> str:
    return general(value) if isinstance(value, float) else as_text(value)


def _cells(book: Book, data: Json) -> list[Any]:
    """What the cells of a chart's source come to, downwards."""
    found = []
    for source in data.get("sourceRange", {}).get("sources", []):
        tab = book.tab(source.get("sheetId", 0))
        if tab is not None:
            column = source.get("startColumnIndex", 0)
            rows = range(source.get("startRowIndex", 0), source.get("endRowIndex", tab.rows))
            found += [evaluate.result(book, tab, row, column) for row in rows]
    return found


def _place(overlay: Json) -> Json:
    anchor = overlay["anchorCell"]
    return {
        "row": anchor.get("rowIndex", 0),
        "column": anchor.get("columnIndex", 0),
        "x": overlay.get("offsetXPixels", 0),
        "y": overlay.get("offsetYPixels", 0),
        "width": overlay["widthPixels"],
        "height": overlay["heightPixels"],
    }
