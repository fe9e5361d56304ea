"""The methods of Sheets v4, each a function from a call to its answer."""

from __future__ import annotations

import json
import time

from sandbox import entering, masks, shown, values
from sandbox.book import NEW_SPREADSHEET, Book, Ids, Json, check_cell_count
from sandbox.calls import Call
from sandbox.colors import with_styles
from sandbox.errors import bad_request, not_built, not_found
from sandbox.kinds import metadata, sheets
from sandbox.messages import parse_json
from sandbox.ranges import Area, area_to_read
from sandbox.snapshot import json_of
from sandbox.values import Reading

INPUT_OPTIONS = ("RAW", "USER_ENTERED")

# How long an append stays between looking for its place and writing there, when others append as well.
OVERLAP_S = 0.005


def create(call: Call) -> Json:
    book = call.shelf.add(new_book(call.body)).book
    return shown.spreadsheet(book, mask=call.mask)


def new_book(asked: Json) -> Book:
    """A fresh spreadsheet with what the caller says of its properties and tabs."""
    given = asked.get("properties", {})
    title = given.get("title") or "Untitled spreadsheet"
    properties = {"title": title} | NEW_SPREADSHEET | with_styles(given) | {"title": title}
    for name in ("defaultFormat", "spreadsheetTheme"):
        properties.pop(name, None)
    book, ids = Book("", properties, ()), Ids("new", 0, time.time())
    for n, sheet in enumerate(asked.get("sheets") or [{}]):
        if rest := set(sheet) - {"properties"}:
            raise not_built(f"creating a spreadsheet with sheets[{n}].{min(rest)}")
        wanted = sheet.get("properties", {})
        if n == 0 and not wanted:
            wanted = {"title": "Sheet1", "sheetId": 0}
        book, _ = sheets.add(book, {"properties": {k: v for k, v in wanted.items() if k != "index"}}, ids)
    return check_cell_count(book)


def get(call: Call) -> Json:
    options = call.options
    return shown.spreadsheet(
        call.book, options.get("ranges", []), options.get("includeGridData", False), call.mask
    )


def batch_update(call: Call) -> Json:
    body, mask = call.body, call.mask
    of_book = masks.inside(mask, "updatedSpreadsheet") if body.get("includeSpreadsheetInResponse") else None

    def updated(book: Book) -> Json:
        with_cells = body.get("responseIncludeGridData", False)
        return shown.spreadsheet(book, body.get("responseRanges", []), with_cells, of_book)

    def check(book: Book) -> None:
        """What cannot be answered is refused before it is done."""
        if of_book is not None:
            for text in body.get("responseRanges", []):
                area_to_read(book, text)

    book, replies = call.live.write("batchUpdate", {}, body, call.raw, check)
    answer = masks.apply_to(mask, {"spreadsheetId": book.id, "replies": replies})
    return answer | ({"updatedSpreadsheet": updated(book)} if of_book is not None else {})


def _reading(call: Call) -> Reading:
    rendering = call.options.get("valueRenderOption", values.RENDERINGS[0])
    if rendering not in values.RENDERINGS:
        raise bad_request(f"Invalid valueRenderOption: {rendering}")
    return Reading.of(call.options)


def values_get(call: Call) -> Json:
    return masks.apply_to(call.mask, values.get(call.book, call.names["range"], _reading(call)))


def values_batch_get(call: Call) -> Json:
    book, reading = call.book, _reading(call)
    found = [values.get(book, text, reading) for text in call.options.get("ranges", [])]
    return masks.apply_to(call.mask, {"spreadsheetId": book.id} | ({"valueRanges": found} if found else {}))


def _written(call: Call, book: Book, written: entering.Written) -> Json:
    answer = written.shown(book.id)
    options = {**call.options, **call.body}
    if not options.get("includeValuesInResponse"):
        return answer
    area = written.area
    fresh = Area(book.grid(area.tab.sheet_id), area.top, area.left, area.bottom, area.right)
    return answer | {"updatedData": values.value_range(book, fresh, Reading.of_answer(options))}


def values_update(call: Call) -> Json:
    mask = call.mask
    args = {"range": call.names["range"], "option": call.option("valueInputOption", INPUT_OPTIONS)}
    book, written = call.live.write("values.update", args, call.body, call.raw)
    return masks.apply_to(mask, _written(call, book, written))


def values_batch_update(call: Call) -> Json:
    mask = call.mask
    call.option("valueInputOption", INPUT_OPTIONS)
    book, done = call.live.write("values.batchUpdate", {}, call.body, call.raw)
    answer = {"spreadsheetId": book.id} | entering.totals(done)
    responses = [_written(call, book, written) for written in done]
    return masks.apply_to(mask, answer | ({"responses": responses} if responses else {}))


def values_append(call: Call) -> Json:
    mask, live = call.mask, call.live
    option = call.option("valueInputOption", INPUT_OPTIONS)
    insert = call.options.get("insertDataOption") == "INSERT_ROWS"

    def args(book: Book) -> Json:
        place = entering.place_to_append(book, call.names["range"])
        fields = {"sheet_id": place.sheet_id, "row": place.row, "column": place.column, "table": place.table}
        return {"place": fields, "option": option, "insert": insert}

    found: Json | None = None
    if call.appends_can_be_lost and live.is_crowded():
        # As reported of Google: appends look for their place before they write, and can collide.
        found = args(live.book)
        time.sleep(OVERLAP_S)
    book, (written, table) = live.write("values.append", found or args, call.body, call.raw)
    answer: Json = {"spreadsheetId": book.id} | ({"tableRange": table} if table else {})
    return masks.apply_to(mask, answer | {"updates": _written(call, book, written)})


def values_clear(call: Call) -> Json:
    mask = call.mask
    book, cleared = call.live.write("values.clear", {"range": call.names["range"]}, call.body, call.raw)
    return masks.apply_to(mask, {"spreadsheetId": book.id, "clearedRange": cleared[0]})


def values_batch_clear(call: Call) -> Json:
    mask = call.mask
    book, cleared = call.live.write("values.batchClear", {}, call.body, call.raw)
    return masks.apply_to(mask, {"spreadsheetId": book.id} | ({"clearedRanges": cleared} if cleared else {}))


def metadata_get(call: Call) -> Json:
    wanted = call.names["metadataId"]
    entry = call.book.metadata.get(int(wanted)) if wanted.isascii() and wanted.isdigit() else None
    if entry is None:
        raise not_found()
    return masks.apply_to(call.mask, entry)


def metadata_search(call: Call) -> Json:
    filters = call.body.get("dataFilters", [])
    if not filters:
        raise bad_request("Must specify at least one data filter.")
    found = [
        {
            "developerMetadata": entry,
            "dataFilters": [f for f in filters if entry in metadata.find(call.book, [f])],
        }
        for entry in metadata.find(call.book, filters)
    ]
    return masks.apply_to(call.mask, {"matchedDeveloperMetadata": found} if found else {})


def copy_to(call: Call) -> Json:
    mask = call.mask
    wanted = call.names["sheetId"]
    tab = call.book.tab(int(wanted)) if wanted.isascii() and wanted.isdigit() else None
    if tab is None:
        raise bad_request(f"No sheet with id: {wanted}")
    target = call.shelf.get(call.body.get("destinationSpreadsheetId", ""))
    body = {"tab": json_of(tab)}
    raw = json.dumps(body).encode()
    _, properties = target.write("receiveTab", {}, parse_json(raw), raw)
    return masks.apply_to(mask, properties)


def not_there(call: Call) -> Json:
    """A method of the API that the stand-in has not."""
    raise not_built(call.method)
