"""From an address to the method of the API that it means."""

from __future__ import annotations

from urllib.parse import unquote

from sandbox import drive_api as drive
from sandbox import sheets_api as sheets
from sandbox.calls import Answerer, Method
from sandbox.errors import Refusal

SPREADSHEETS = "/v4/spreadsheets"
FILES = "/drive/v3/files"
UPLOADS = "/upload/drive/v2/files"


def _read(name: str, answer: Answerer) -> Method:
    return Method(name, False, answer)


def _write(name: str, answer: Answerer) -> Method:
    return Method(name, True, answer)


# Verb and shape of the path after the spreadsheet's id; {} stands for a part that varies.
SHEETS: dict[tuple[str, str], Method] = {
    ("GET", ""): _read("spreadsheets.get", sheets.get),
    ("POST", ":batchUpdate"): _write("spreadsheets.batchUpdate", sheets.batch_update),
    ("POST", ":getByDataFilter"): _read("spreadsheets.getByDataFilter", sheets.not_there),
    ("GET", "/values/{}"): _read("spreadsheets.values.get", sheets.values_get),
    ("PUT", "/values/{}"): _write("spreadsheets.values.update", sheets.values_update),
    ("POST", "/values/{}:append"): _write("spreadsheets.values.append", sheets.values_append),
    ("POST", "/values/{}:clear"): _write("spreadsheets.values.clear", sheets.values_clear),
    ("GET", "/values:batchGet"): _read("spreadsheets.values.batchGet", sheets.values_batch_get),
    ("POST", "/values:batchUpdate"): _write("spreadsheets.values.batchUpdate", sheets.values_batch_update),
    ("POST", "/values:batchClear"): _write("spreadsheets.values.batchClear", sheets.values_batch_clear),
    ("POST", "/values:batchGetByDataFilter"): _read(
        "spreadsheets.values.batchGetByDataFilter", sheets.not_there
    ),
    ("POST", "/values:batchUpdateByDataFilter"): _write(
        "spreadsheets.values.batchUpdateByDataFilter", sheets.not_there
    ),
    ("POST", "/values:batchClearByDataFilter"): _write(
        "spreadsheets.values.batchClearByDataFilter", sheets.not_there
    ),
    ("GET", "/developerMetadata/{}"): _read("spreadsheets.developerMetadata.get", sheets.metadata_get),
    ("POST", "/developerMetadata:search"): _read(
        "spreadsheets.developerMetadata.search", sheets.metadata_search
    ),
    ("POST", "/sheets/{}:copyTo"): _write("spreadsheets.sheets.copyTo", sheets.copy_to),
}
CREATE = _write("spreadsheets.create", sheets.create)
VARYING = {"values": "range", "developerMetadata": "metadataId", "sheets": "sheetId"}

DRIVE: dict[tuple[str, str], Method] = {
    ("GET", ""): _read("drive.files.get", drive.get),
    ("PATCH", ""): _write("drive.files.update", drive.update),
    ("DELETE", ""): _write("drive.files.delete", drive.delete),
    ("POST", "/copy"): _write("drive.files.copy", drive.copy),
    ("GET", "/comments"): _read("drive.comments.list", drive.comments),
    ("GET", "/export"): _read("drive.files.export", drive.export),
}
UPLOAD = _write("drive.files.upload", drive.upload)
DRIVE_ALL = {"GET": _read("drive.files.list", drive.find), "POST": _write("drive.files.create", drive.create)}


def find(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    """The method, and the parts of the path that vary.

    404 for an address that Google has not, 501 for one that we have not.
    """
    if path == SPREADSHEETS and verb == "POST":
        return CREATE, {}
    if path.startswith(f"{SPREADSHEETS}/"):
        return _of_spreadsheet(verb, path.removeprefix(f"{SPREADSHEETS}/"))
    if path == FILES and verb in DRIVE_ALL:
        return DRIVE_ALL[verb], {}
    if path.startswith(f"{FILES}/"):
        file_id, slash, rest = path.removeprefix(f"{FILES}/").partition("/")
        return _known(DRIVE, verb, slash + rest), {"fileId": unquote(file_id)}
    if path.startswith(f"{UPLOADS}/") and verb == "PUT":
        return UPLOAD, {"fileId": unquote(path.removeprefix(f"{UPLOADS}/"))}
    if path.startswith(("/drive/", "/upload/drive/")):
        raise Refusal(501, f"{verb} {path} is not implemented by the local stand-in for Google Drive.")
    raise _no_such(path)


def _of_spreadsheet(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    head, slash, rest = path.partition("/")
    if not slash:
        book_id, colon, action = head.partition(":")
        return _known(SHEETS, verb, colon + action), {"spreadsheetId": unquote(book_id)}
    names = {"spreadsheetId": unquote(head)}
    resource, slash, given = rest.partition("/")
    if not slash:
        return _known(SHEETS, verb, f"/{resource}"), names
    tail = ""
    if verb == "POST":
        given, colon, action = given.rpartition(":")
        tail = colon + action
    method = _known(SHEETS, verb, f"/{resource}/{{}}{tail}")
    return method, names | {VARYING[resource]: unquote(given)}


def _known(table: dict[tuple[str, str], Method], verb: str, shape: str) -> Method:
    method = table.get((verb, shape))
    if method is None:
        raise _no_such(shape)
    return method


def _no_such(path: str) -> Refusal:
    return Refusal(404, f"The requested URL {path} was not found on this server.")
