"""spreadsheets.batchUpdate: the requests of a batch one after the other, all or none."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.book import Book, Ids, Json
from sandbox.errors import Refusal, bad_request
from sandbox.kinds import (
    cells,
    charts,
    dimensions,
    filters,
    looks,
    metadata,
    names,
    protection,
    sheets,
    sorting,
)

Handler = Callable[[Book, Json, Ids], tuple[Book, Json]]

HANDLERS: dict[str, Handler] = {
    "addBanding": looks.add_banding,
    "addChart": charts.add_chart,
    "addConditionalFormatRule": looks.add_rule,
    "addDimensionGroup": dimensions.add_group,
    "addFilterView": filters.add_filter_view,
    "addNamedRange": names.add_name,
    "addProtectedRange": protection.add_protection,
    "addSheet": sheets.add,
    "appendCells": cells.append_cells,
    "appendDimension": dimensions.append,
    "autoResizeDimensions": dimensions.auto_resize,
    "clearBasicFilter": filters.clear_filter,
    "copyPaste": cells.copy_paste,
    "cutPaste": cells.cut_paste,
    "createDeveloperMetadata": metadata.create,
    "deleteBanding": looks.delete_banding,
    "deleteConditionalFormatRule": looks.delete_rule,
    "deleteDeveloperMetadata": metadata.delete,
    "deleteDimension": dimensions.delete,
    "deleteDimensionGroup": dimensions.delete_group,
    "deleteEmbeddedObject": charts.delete_object,
    "deleteFilterView": filters.delete_filter_view,
    "deleteNamedRange": names.delete_name,
    "deleteProtectedRange": protection.delete_protection,
    "deleteSheet": sheets.delete,
    "duplicateSheet": sheets.duplicate,
    "findReplace": cells.find_replace,
    "insertDimension": dimensions.insert,
    "mergeCells": looks.merge_cells,
    "moveDimension": dimensions.move,
    "repeatCell": cells.repeat_cell,
    "setBasicFilter": filters.set_filter,
    "setDataValidation": looks.set_validation,
    "sortRange": sorting.sort,
    "unmergeCells": looks.unmerge_cells,
    "updateBanding": looks.update_banding,
    "updateBorders": looks.update_borders,
    "updateCells": cells.update_cells,
    "updateChartSpec": charts.update_chart,
    "updateConditionalFormatRule": looks.update_rule,
    "updateDeveloperMetadata": metadata.update,
    "updateDimensionProperties": dimensions.update_properties,
    "updateEmbeddedObjectPosition": charts.move_chart,
    "updateNamedRange": names.update_name,
    "updateProtectedRange": protection.update_protection,
    "updateSheetProperties": sheets.update,
    "updateSpreadsheetProperties": sheets.update_spreadsheet,
}

# Kinds whose reply is there even when it is empty (as recorded of deleteDimensionGroup).
ALWAYS_REPLY = {"deleteDimensionGroup", "findReplace", "deleteDeveloperMetadata", "updateDeveloperMetadata"}


def apply(book: Book, requests: list[Json], ids: Ids) -> tuple[Book, list[Json]]:
    """The book after the whole batch, and a reply for each request; refused whole when one is refused."""
    if not requests:
        raise bad_request("Must specify at least one request.")
    replies = []
    for n, request in enumerate(requests):
        kind = _kind(n, request)
        try:
            book, reply = HANDLERS[kind](book, request[kind], ids)
        except Refusal as refusal:
            raise refusal.within(f"requests[{n}].{kind}") from None
        replies.append({kind: reply} if reply or kind in ALWAYS_REPLY else {})
    return book, replies


def _kind(n: int, request: Json) -> str:
    if not request:
        raise bad_request(f"Invalid requests[{n}]: No request set.")
    kind, *others = request
    if others:
        taken = f"oneof field 'kind' is already set. Cannot set '{others[0]}'"
        raise bad_request(f"Invalid value at 'requests[{n}]' (oneof), {taken}")
    if kind not in HANDLERS:
        missing = f"{kind} is not implemented by the local stand-in for Google Sheets."
        raise bad_request(f"Invalid requests[{n}].{kind}: {missing}")
    return str(kind)
