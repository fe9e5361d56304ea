"""Draws each tab of a workbook to test-output/, from what the API tells of its cells, rules and charts.

.venv/bin/python -m tests.pictures http://127.0.0.1:8090 SPREADSHEET_ID
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import requests
from PIL import Image, ImageDraw, ImageFont

ROWS, ROW_PX, FONT_PX = 44, 22, 12
SANS = "/usr/share/fonts/truetype/dejavu/DejaVuSans{}.ttf"
INK = (40, 44, 50)

Json = dict[str, Any]


def rgb(color: Json | None, default: tuple[int, int, int] = (255, 255, 255)) -> tuple[int, int, int]:
    if color is None:
        return default
    red, green, blue = (round(255 * color.get(name, 0)) for name in ("red", "green", "blue"))
    return red, green, blue


def font(*, bold: bool = False, points: float = 10) -> Any:
    return ImageFont.truetype(SANS.format("-Bold" if bold else ""), round(FONT_PX * points / 10))


def is_met(formula: str, cell: str) -> bool:
    """The few tests that our rules make."""
    if match := re.fullmatch(r'=\$?[A-Z]+2="(.*)"', formula):
        return cell == match[1]
    if match := re.fullmatch(r'=LEFT\(\$?[A-Z]+2,\d+\)="(.*)"', formula):
        return cell.startswith(match[1])
    if not re.fullmatch(r"-?\d+(\.\d+)?", cell):
        return False
    tests = re.findall(r"2([<>]=?)(\d+)", formula)
    return all({">": float(cell) > int(n), "<=": float(cell) <= int(n)}[sign] for sign, n in tests)


def tinted(sheet: Json, row: int, column: int, texts: list[str]) -> Json:
    """The format that the first rule that is met gives a cell."""
    for rule in sheet.get("conditionalFormats", []):
        spans = [(r.get("startColumnIndex", 0), r.get("endColumnIndex", 99)) for r in rule["ranges"]]
        formula = rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"]
        letters = re.search(r"\$([A-Z])2", formula)
        looked_at = ord(letters[1]) - 65 if letters else column
        cell = texts[looked_at] if looked_at < len(texts) else ""
        if row and any(a <= column < b for a, b in spans) and is_met(formula, cell):
            found: Json = rule["booleanRule"]["format"]
            return found
    return {}


def draw_tab(sheet: Json) -> Image.Image:
    data = sheet["data"][0]
    widths = [each.get("pixelSize", 100) for each in data["columnMetadata"]]
    rows = [row.get("values", []) for row in data.get("rowData", [])][:ROWS]
    image = Image.new("RGB", (sum(widths) + 1, ROWS * ROW_PX + 1), "white")
    draw = ImageDraw.Draw(image)
    bands = (sheet.get("bandedRanges") or [{}])[0].get("rowProperties", {})
    for n in range(ROWS):
        cells = rows[n] if n < len(rows) else []
        texts = [cell.get("formattedValue", "") for cell in cells]
        left = 0
        for column, width in enumerate(widths):
            cell = cells[column] if column < len(cells) else {}
            own, tint = cell.get("userEnteredFormat", {}), tinted(sheet, n, column, texts)
            name = "headerColor" if n == 0 else "secondBandColor" if n % 2 == 0 else "firstBandColor"
            paper = tint.get("backgroundColor") or own.get("backgroundColor") or bands.get(name)
            style = own.get("textFormat", {})
            ink = tint.get("textFormat", {}).get("foregroundColor") or style.get("foregroundColor")
            box = (left, n * ROW_PX, left + width, (n + 1) * ROW_PX)
            draw.rectangle(box, fill=rgb(paper), outline=(226, 228, 231))
            face = font(bold=bool(style.get("bold")), points=style.get("fontSize", 10))
            text = texts[column].replace("\n", " ") if column < len(texts) else ""
            is_number = "numberValue" in cell.get("effectiveValue", {})
            while text and face.getlength(text) > width - 6:
                text = text[:-1]
            x = left + width - 4 - face.getlength(text) if is_number else left + 4
            draw.text((x, n * ROW_PX + 4), text, fill=rgb(ink, INK), font=face)
            left += width
    for chart in sheet.get("charts", []):
        draw_chart(draw, chart, rows, widths)
    return image


def draw_chart(draw: ImageDraw.ImageDraw, chart: Json, rows: list[Json], widths: list[int]) -> None:
    """Bars as Google draws them, more or less: a row each, series one behind the other."""
    place = chart["position"]["overlayPosition"]
    anchor = place["anchorCell"]
    left, top = sum(widths[: anchor.get("columnIndex", 0)]), anchor.get("rowIndex", 0) * ROW_PX
    width, height = place["widthPixels"], place["heightPixels"]
    draw.rectangle((left, top, left + width, top + height), fill="white", outline=(190, 194, 200))
    draw.text((left + 16, top + 12), chart["spec"]["title"], fill=INK, font=font(bold=True, points=13))
    basic = chart["spec"]["basicChart"]
    source = basic["domains"][0]["domain"]["sourceRange"]["sources"][0]
    lines = range(source["startRowIndex"] + 1, source["endRowIndex"])

    def cell(line: int, column: int) -> Json:
        cells = rows[line] if line < len(rows) else []
        return cells[column] if column < len(cells) else {}

    series = [
        (s["series"]["sourceRange"]["sources"][0]["startColumnIndex"], s.get("color"))
        for s in basic["series"]
    ]
    values = {
        (line, column): float(cell(line, column).get("effectiveValue", {}).get("numberValue", 0))
        for line in lines
        for column, _ in series
    }
    most = max((sum(values[line, c] for c, _ in series) for line in lines), default=1) or 1
    step = (height - 60) / len(lines)
    for n, line in enumerate(lines):
        y, x = top + 50 + n * step, left + 270.0
        draw.text((left + 16, y), cell(line, 0).get("formattedValue", ""), fill=INK, font=font())
        for column, color in series:
            end = x + values[line, column] / most * (width - 300)
            draw.rectangle((x, y, max(end, x), y + step * 0.65), fill=rgb(color))
            x = end


def main(google: str, spreadsheet_id: str) -> None:
    url = f"{google}/v4/spreadsheets/{spreadsheet_id}"
    shape = requests.get(url, timeout=60).json()["sheets"]
    folder = Path("test-output")
    folder.mkdir(exist_ok=True)
    for sheet in shape:
        title = sheet["properties"]["title"]
        asked = {"ranges": f"'{title}'!1:{ROWS}", "includeGridData": "true"}
        sheet |= requests.get(url, params=asked, timeout=60).json()["sheets"][0]
        draw_tab(sheet).save(folder / f"{title.lower().replace(' ', '-')}.png")


if __name__ == "__main__":
    main(*sys.argv[1:3])
