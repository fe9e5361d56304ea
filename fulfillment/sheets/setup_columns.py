"""What each column wears: the note of its header, width, Plain text, what may be typed, formula, guard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from fulfillment.sheets.codec import column_letters, to_text
from fulfillment.sheets.formulas import in_row
from fulfillment.sheets.schema import Column, Tab
from fulfillment.sheets.setup_edits import Drift, Request, area, below_header, repeat_cell, write_cells
from fulfillment.sheets.setup_there import Json, Sheet

GUARD = "Written by the fulfilment service"
"""The description of every protection of ours: by it, and by what it covers, one is known as ours."""

WHOLE_ABOVE_ZERO = r"^\s*0*[1-9][0-9]*(\.0+)?\s*$"

NARROW = 0.5
"""A column is put right below this share of its width: what people widen or trim is theirs to choose."""


def column_drifts(tab: Tab, column: Column, sheet: Sheet, number: int) -> Iterator[Drift]:
    """What is wrong with a column of ours that stands at `number`."""
    name = f"`{tab.title}`, column `{column.header}`:"
    yield from _note(name, column, sheet, number)
    yield from _width(name, column, sheet, number)
    yield from _text(name, column, sheet, number)
    yield from _rule(name, column, sheet, number)
    if tab.kind == "people" and not column.people:
        yield from guard_drifts(
            f"{name} its cells are", sheet, below_header(sheet.sheet_id, number), warns=True
        )


def _note(name: str, column: Column, sheet: Sheet, number: int) -> Iterator[Drift]:
    """A note of other words may be a person's: it stays."""
    if not sheet.cell(0, number).note:
        write = write_cells(sheet.sheet_id, 0, number, [[{"note": column.note}]], fields="note")
        yield Drift(f"{name} its header has no note.", (write,))


def _width(name: str, column: Column, sheet: Sheet, number: int) -> Iterator[Drift]:
    width = sheet.widths[number] if number < len(sheet.widths) else 0
    if width < column.width * NARROW:
        span = {"sheetId": sheet.sheet_id, "dimension": "COLUMNS"}
        span |= {"startIndex": number, "endIndex": number + 1}
        update = {"range": span, "properties": {"pixelSize": column.width}, "fields": "pixelSize"}
        yield Drift(f"{name} too narrow to be read.", ({"updateDimensionProperties": update},))


def _text(name: str, column: Column, sheet: Sheet, number: int) -> Iterator[Drift]:
    """Plain text, so that nothing that is typed here becomes a number or a date."""
    rows = [row for row in sheet.rows_seen if not sheet.cell(row, number).is_text]
    if column.type == "text" and rows:
        cell = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
        below = below_header(sheet.sheet_id, number)
        repeat = repeat_cell(below, cell, "userEnteredFormat.numberFormat")
        yield Drift(f"{name} {_rows(rows, sheet)} not Plain text.", (repeat,))


def _rule(name: str, column: Column, sheet: Sheet, number: int) -> Iterator[Drift]:
    """A dropdown, or a check: both warn, and refuse nothing, for a paste goes past either."""
    condition, message = _condition(column, number)
    if not condition:
        return
    wanted = _shape(condition)
    rows = [row for row in sheet.rows_seen if _shape(sheet.cell(row, number).condition) != wanted]
    if rows:
        rule = {"condition": condition, "inputMessage": message, "showCustomUi": True, "strict": False}
        below = below_header(sheet.sheet_id, number)
        what = "without its dropdown" if column.values else "without the check for a whole number above 0"
        yield Drift(
            f"{name} {_rows(rows, sheet)} {what}.", ({"setDataValidation": {"range": below, "rule": rule}},)
        )


def _condition(column: Column, number: int) -> tuple[dict[str, object], str]:
    """The condition and the words beside it; none for what people do not type."""
    if column.people and column.values:
        values = [{"userEnteredValue": value} for value in column.values]
        return {"type": "ONE_OF_LIST", "values": values}, column.note
    if column.people and column.whole_above_zero:
        # NUMBER_GREATER would warn of every number here, as they are Plain text
        formula = f'=REGEXMATCH({column_letters(number)}2&"","{WHOLE_ABOVE_ZERO}")'
        return {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}, column.note
    return {}, ""


def _shape(condition: Json) -> tuple[str, tuple[str, ...]]:
    """A condition without the cells that it names, which differ from row to row."""
    values = [str(value.get("userEnteredValue", "")) for value in condition.get("values", [])]
    return str(condition.get("type", "")), tuple(
        re.sub(r"\(\$?[A-Z]+\$?\d+&", "(&", value) for value in values
    )


def _rows(rows: Sequence[int], sheet: Sheet) -> str:
    """`rows 2 to 7, and 3 more, are`: which rows, in words that open a clause."""
    if len(rows) == len(sheet.rows_seen):
        return "its cells are"
    end = next((n for n, row in enumerate(rows) if row != rows[0] + n), len(rows))
    first = f"row {rows[0] + 1}" if end == 1 else f"rows {rows[0] + 1} to {rows[end - 1] + 1}"
    more = f", and {len(rows) - end} more," if len(rows) > end else ""
    return f"{first}{more} {'is' if len(rows) == 1 else 'are'}"


def formula_drifts(tab: Tab, column: Column, sheet: Sheet, number: int, formula: str) -> Iterator[Drift]:
    """Rows of a looked up column without their formula, as it stands in row 2; all are written then."""
    rows = [
        row
        for row in range(1, sheet.rows)
        if not is_spelled_like(sheet.cell(row, number).formula, in_row(formula, row))
    ]
    if rows:
        cell = {"userEnteredValue": {"formulaValue": formula}}
        repeat = repeat_cell(below_header(sheet.sheet_id, number), cell, "userEnteredValue")
        typed = [row for row in rows if not sheet.cell(row, number).is_blank]
        example = f" (`{to_text(sheet.cell(typed[0], number).value)}` was typed over it)" if typed else ""
        where = "all rows are" if len(rows) == sheet.rows - 1 else _rows(rows, sheet)
        sentence = f"`{tab.title}`, column `{column.header}`: {where} without the formula{example}."
        yield Drift(sentence, (repeat,), breaks=tab.title)


def is_spelled_like(formula: str, other: str) -> bool:
    """Are they one formula? Google writes it its own way: blanks, case, quotes around the name of a tab."""
    return formula == other or _spelled(formula) == _spelled(other)


def _spelled(formula: str) -> str:
    return re.sub(r"[\s']+", "", formula).casefold()


def guard_drifts(what: str, sheet: Sheet, wanted: Request, *, warns: bool) -> Iterator[Drift]:
    """No protection of ours covers the area; one that does so in part, or in another way, is put right.

    Editors are left alone: the spreadsheet's owner chooses whom to let in.
    """
    ours = [guard for guard in sheet.guards if str(guard.get("description", "")).startswith(GUARD)]
    if any(_covers(guard["range"], wanted, sheet) and _warns(guard) == warns for guard in ours):
        return
    guard = {"range": wanted, "description": GUARD, "warningOnly": warns}
    part = next((guard for guard in ours if _same_column(guard["range"], wanted)), None)
    if part is None:
        yield Drift(f"{what} not protected.", ({"addProtectedRange": {"protectedRange": guard}},))
        return
    guard |= {"protectedRangeId": part["protectedRangeId"]}
    update = {"protectedRange": guard, "fields": "range,warningOnly"}
    yield Drift(f"{what} not protected as they should be.", ({"updateProtectedRange": update},))


def _warns(guard: Json) -> bool:
    return bool(guard.get("warningOnly"))


def _covers(range: Json, wanted: Json, sheet: Sheet) -> bool:
    ends = {"Row": sheet.rows, "Column": sheet.columns}
    return all(
        range.get(f"start{side}Index", 0) <= wanted.get(f"start{side}Index", 0)
        and range.get(f"end{side}Index", end) >= wanted.get(f"end{side}Index", end)
        for side, end in ends.items()
    )


def _same_column(range: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Is it the protection of the same column, of the same header row, or of a whole tab as well?"""
    columns = ("startColumnIndex", "endColumnIndex")
    is_header = range.get("endRowIndex") == 1
    return all(range.get(side) == wanted.get(side) for side in columns) and is_header == (
        wanted.get("endRowIndex") == 1
    )


def header_guard(tab: Tab, sheet: Sheet) -> Iterator[Drift]:
    """Whoever retypes a header of a tab in which people type is asked first."""
    what = f"`{tab.title}`: its headers are"
    yield from guard_drifts(what, sheet, area(sheet.sheet_id, end_row=1), warns=True)
