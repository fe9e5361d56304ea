"""Import Keys cleared of what stands in Import History, while people go on typing into it.

A commit of keys and the clearing of the tab are two batches. A mark on the tab, written in the batch that
clears it, says up to which version that was done: what was imported from the tab later, and still stands
there, was left over by an import that was interrupted.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from fulfillment.intake import RowResult
from fulfillment.pasting import FIELDS, PastedRow
from fulfillment.sheets.client import Json, SheetsClient, to_bytes
from fulfillment.sheets.codec import to_cell
from fulfillment.sheets.import_tab import (
    COLUMNS,
    MARK,
    TAB_MASK,
    Fingerprint,
    ImportTab,
    fingerprint_of,
    read_tab,
)
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.tabs import IMPORT_KEYS

ROUNDS = 3
"""Batches at the most, where people move rows between each read and the batch that rests on it."""


@dataclass(slots=True)
class Clearing:
    """Import Keys being freed of what was imported; `run` may be called again after any failure.

    What has been cleared is known by what stood there when it was first read, and put back where it was not
    meant: so one clearing has to be run to its end, also where the reply of a batch was lost.
    """

    client: SheetsClient
    schema: Schema
    leaving: Counter[Fingerprint]
    """The rows that stand in Import History."""
    results: Mapping[Fingerprint, Sequence[str]]
    """What is to be said of the others: of equal rows one after the other."""
    settled: int
    """The version up to which everything imported has left the tab then; 0 leaves the mark as it is."""
    staying: Counter[Fingerprint] | None = None
    """The rows that were never meant to be cleared, as first read."""
    emptied: int = 0
    """How many rows the batches sent so far were to empty."""

    @classmethod
    def after(
        cls,
        client: SheetsClient,
        schema: Schema,
        pasted: Sequence[PastedRow],
        results: Sequence[RowResult],
        settled: int,
    ) -> Clearing:
        """What is to be done after an import of these rows, which is known to have landed."""
        outcome = {result.row: result for result in results}
        leaving: Counter[Fingerprint] = Counter()
        said: dict[Fingerprint, list[str]] = defaultdict(list)
        for row in pasted:
            result = outcome.get(row.row)
            if result is not None and result.result == "imported":
                leaving[fingerprint_of(row.cells)] += 1
            elif result is not None:
                said[fingerprint_of(row.cells)].append(f"{result.result}: {result.message}")
        return cls(client, schema, leaving, said, settled)

    def run(self) -> None:
        """Imported rows have left the tab, the others say why they are there. 1 read, 1 write, rarely more.

        The rows are found by what stands in them. Where somebody inserts or sorts rows in the fraction of a
        second before the batch, its reply shows it: what was emptied by mistake is put back at the end of
        the tab, and what was missed is cleared.
        """
        tab = read_tab(self.client, self.schema)
        if self.staying is None:
            # Another import came in between, took our rows for left over, and cleared them with its own.
            if 0 < self.settled <= tab.settled:
                self.leaving.clear()
            self.staying = tab.count() - self.leaving
        for _ in range(ROUNDS):
            requests = [*self._requests(tab)]
            if not requests:
                return
            tab = self._sent(requests)

    def _sent(self, requests: Sequence[Json]) -> ImportTab:
        """The tab after these requests."""
        body = {
            "requests": requests,
            "includeSpreadsheetInResponse": True,
            "responseRanges": [f"'{IMPORT_KEYS}'"],
            "responseIncludeGridData": True,
        }
        reply = self.client.batch_update(to_bytes(body), fields=f"updatedSpreadsheet({TAB_MASK})")
        return ImportTab.of(reply["updatedSpreadsheet"], self.schema)

    def _requests(self, tab: ImportTab) -> Iterator[Json]:
        """What is still to be done."""
        gone, said = self._places(tab)
        yield from _cleared(tab, gone)
        yield from _written(tab, said)
        yield from self._put_back(tab)
        self.emptied += len(gone)
        if tab.settled < self.settled:
            yield from _marked(tab, self.settled)

    def _places(self, tab: ImportTab) -> tuple[list[int], dict[int, str]]:
        """The rows to be cleared, and what is to be written beside the others."""
        left, gone, said = tab.count() - (self.staying or Counter()) & self.leaving, [], {}
        waiting = {fingerprint: deque(words) for fingerprint, words in self.results.items()}
        ours = {words for said in self.results.values() for words in said}
        for number, cells in tab.rows:
            fingerprint, words = fingerprint_of(cells), cells["result"]
            if left[fingerprint]:
                left[fingerprint] -= 1
                gone.append(number)
                continue
            if fingerprint in waiting:
                words = _next(waiting[fingerprint])
            elif words in ours:  # written here while somebody moved rows
                words = ""
            if words != cells["result"]:
                said[number] = words
        return gone, said

    def _put_back(self, tab: ImportTab) -> Iterator[Json]:
        """Rows that our batch emptied in place of others, at the end of the tab.

        A row that a person deleted in the same moment looks the same, and comes back: better than one lost.
        """
        if tab.settled < self.settled:  # no batch of ours has been applied
            return
        lost = ((self.staying or Counter()) - tab.count()).elements()
        rows = [dict(zip(FIELDS, fingerprint, strict=True)) for fingerprint in islice(lost, self.emptied)]
        if rows:
            cells = [{"values": tab.layout.cells(row)} for row in rows]
            yield {"appendCells": {"sheetId": tab.sheet_id, "rows": cells, "fields": "userEnteredValue"}}


def _next(words: deque[str]) -> str:
    """The next of them; the last one again and again."""
    return words.popleft() if len(words) > 1 else words[0]


def _cleared(tab: ImportTab, rows: Sequence[int]) -> Iterator[Json]:
    """Requests that empty our columns of these rows, neighbours together."""
    for first, last in _runs(rows):
        for column, names in tab.layout.runs(COLUMNS):
            area = {
                "sheetId": tab.sheet_id,
                "startRowIndex": first - 1,
                "endRowIndex": last,
                "startColumnIndex": column,
                "endColumnIndex": column + len(names),
            }
            yield {"updateCells": {"range": area, "fields": "userEnteredValue"}}


def _written(tab: ImportTab, said: Mapping[int, str]) -> Iterator[Json]:
    """Requests that write these results, neighbours together."""
    for first, last in _runs([*said]):
        start = {
            "sheetId": tab.sheet_id,
            "rowIndex": first - 1,
            "columnIndex": tab.layout.place["result"],
        }
        rows = [{"values": [to_cell(said[number])]} for number in range(first, last + 1)]
        yield {"updateCells": {"rows": rows, "fields": "userEnteredValue", "start": start}}


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of neighbouring rows; they come in order."""
    first = last = 0
    for row in rows:
        if row != last + 1:
            if first:
                yield first, last
            first = row
        last = row
    if first:
        yield first, last


def _marked(tab: ImportTab, settled: int) -> Iterator[Json]:
    """Requests that leave this mark on the tab, and no other. Its id is Google's to choose."""
    for metadata_id in tab.marks:
        lookup = {"metadataId": metadata_id}
        yield {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}
    mark = {
        "metadataKey": MARK,
        "metadataValue": str(settled),
        "location": {"sheetId": tab.sheet_id},
        "visibility": "DOCUMENT",
    }
    yield {"createDeveloperMetadata": {"developerMetadata": mark}}
