"""The little of Drive v3 that clients of Sheets use: files create, get, list, update, delete, copy."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

from sandbox import masks
from sandbox.book import Book, Json, titled
from sandbox.calls import Call
from sandbox.errors import Refusal, bad_request, not_built
from sandbox.messages import parse_json
from sandbox.ranges import Area
from sandbox.sheets_api import new_book
from sandbox.values import Reading, value_range

MIME_TYPE = "application/vnd.google-apps.spreadsheet"

# What Drive shows of a file unless more is asked for.
USUAL_FIELDS = "kind,id,name,mimeType"
USUAL_LIST_FIELDS = f"kind,nextPageToken,incompleteSearch,files({USUAL_FIELDS})"

CLAUSE = re.compile(
    r"""\s*(?P<field>mimeType|name|trashed)\s*(?P<op>=|!=|contains)\s*"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|true|false)\s*"""
)


def _file(book: Book) -> Json:
    return {
        "kind": "drive#file",
        "id": book.id,
        "name": book.title,
        "mimeType": MIME_TYPE,
        "createdTime": _time(book.created_at),
        "modifiedTime": _time(book.modified_at),
        "trashed": False,
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
    }


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _mask(call: Call, usual: str) -> masks.Mask:
    text = call.query.get("fields", [""])[-1] or usual
    return masks.parse_for_answer(text)


def _body(call: Call) -> Json:
    body = parse_json(call.raw)
    if not isinstance(body, dict):
        raise bad_request("Parse Error")
    return body


def _book(call: Call) -> Book:
    try:
        return call.look(call.shelf.get(call.names["fileId"]))
    except Refusal:
        raise _no_file(call.names["fileId"]) from None


def _no_file(file_id: str) -> Refusal:
    return Refusal(404, f"File not found: {file_id}.")


def _name(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise bad_request("Invalid value for: name")
    return value


def create(call: Call) -> Json:
    body = _body(call)
    if body.get("mimeType", MIME_TYPE) != MIME_TYPE:
        raise not_built(f"a file of type {body['mimeType']}")
    title = _name(body.get("name")) or "Untitled"
    live = call.shelf.add(new_book({"properties": {"title": title}}))
    return masks.apply_to(_mask(call, USUAL_FIELDS), _file(live.book))


def get(call: Call) -> Json:
    return masks.apply_to(_mask(call, USUAL_FIELDS), _file(_book(call)))


def find(call: Call) -> Json:
    """The files that a query such as `mimeType="..." and name = "..."` selects."""
    wanted = _conditions(call.query.get("q", [""])[-1])
    files = [_file(book) for book in call.shelf.all()]
    selected = [file for file in files if all(_holds(file, *condition) for condition in wanted)]
    answer = {"kind": "drive#fileList", "incompleteSearch": False, "files": selected}
    return masks.apply_to(_mask(call, USUAL_LIST_FIELDS), answer)


def _conditions(query: str) -> list[tuple[str, str, str]]:
    conditions, at = [], 0
    while at < len(query):
        match = CLAUSE.match(query, at)
        if match is None:
            raise bad_request("Invalid Value")
        conditions.append((match["field"], match["op"], _unquoted(match["value"])))
        at = match.end()
        if at < len(query):
            if not query.startswith("and ", at):
                raise bad_request("Invalid Value")
            at += len("and ")
    return conditions


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] in "\"'" else text


def _holds(file: Json, field: str, op: str, value: str) -> bool:
    mine = str(file[field]).lower() if field == "trashed" else file[field]
    if op == "contains":
        return value.casefold() in mine.casefold()
    return bool((mine == value) == (op == "="))


def update(call: Call) -> Json:
    """A new name; nothing else of a file can be changed here."""
    body, book = _body(call), _book(call)
    if rest := set(body) - {"name"}:
        raise not_built(f"changing {min(rest)} of a file")
    name = _name(body.get("name"))
    if name:
        book, _ = call.shelf.get(book.id).write("rename", {"title": name}, {}, b"")
    return masks.apply_to(_mask(call, USUAL_FIELDS), _file(book))


def delete(call: Call) -> None:
    call.shelf.remove(_book(call).id)


def copy(call: Call) -> Json:
    """A copy of the file with all that is in it; developer metadata goes along."""
    body, source = _body(call), _book(call)
    title = _name(body.get("name")) or f"Copy of {source.title}"
    copied = call.shelf.add(titled(source, title))
    return masks.apply_to(_mask(call, USUAL_FIELDS), _file(copied.book))


def upload(call: Call) -> Json:
    """CSV in the place of all that the spreadsheet holds, as Drive v2 converts it."""
    book = _book(call)
    try:
        rows = list(csv.reader(io.StringIO(call.raw.decode("utf-8", "replace"), newline="")))
    except csv.Error as error:
        raise bad_request(f"The file cannot be read as CSV: {error}") from None
    body = {"rows": rows}
    book, _ = call.shelf.get(book.id).write("import", {}, body, json.dumps(body).encode())
    return {"kind": "drive#file", "id": book.id, "title": book.title, "mimeType": MIME_TYPE}


def comments(call: Call) -> Json:
    """Nobody can comment here, so that there never are any."""
    _book(call)
    return {"comments": []}


def export(call: Call) -> str:
    """The first tab as CSV."""
    book = _book(call)
    wanted = call.query.get("mimeType", [""])[-1]
    if wanted != "text/csv":
        raise not_built(f"export as {wanted or 'nothing'}")
    tab = book.tabs[0]
    rows = value_range(book, Area(tab, 0, 0, tab.rows, tab.columns), Reading()).get("values", [])
    width = max((len(row) for row in rows), default=0)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([*row, *[""] * (width - len(row))] for row in rows)
    return out.getvalue().removesuffix("\r\n")
