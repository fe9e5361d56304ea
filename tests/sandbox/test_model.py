"""Random work against a simple model: batches, values, people, faults and restarts in any order."""

from __future__ import annotations

import shutil
import tempfile
from http.client import HTTPException
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sandbox.server import Sandbox
from tests.sandbox.rest_client import Client, Json, Refused, append_cells, row, stamp

WIDTH = 4
words = st.text("ab=1 '", max_size=3)
rows = st.lists(st.lists(words, min_size=1, max_size=WIDTH), min_size=1, max_size=3)
indexes = st.integers(0, 6)
FAULTS = ["503", "reset", "apply-then-drop", "apply-then-503", "reset-midway"]

Cells = list[list[str]]


class Model:
    """What should be there: two tabs as lists of lists, and the stamps."""

    def __init__(self) -> None:
        self.tabs: dict[int, Cells] = {0: [], 1: []}
        self.stamps: set[int] = set()

    def copy(self) -> Model:
        other = Model()
        other.tabs = {tab: [list(cells) for cells in rows] for tab, rows in self.tabs.items()}
        other.stamps = set(self.stamps)
        return other

    def append(self, tab: int, given: Cells) -> None:
        tidy(self.tabs[tab])
        self.tabs[tab] += [list(cells) for cells in given]
        tidy(self.tabs[tab])

    def put(self, tab: int, top: int, left: int, given: Cells) -> None:
        cells = self.tabs[tab]
        while len(cells) < top + len(given):
            cells.append([])
        for n, line in enumerate(given):
            target = cells[top + n]
            target += [""] * (left + len(line) - len(target))
            target[left : left + len(line)] = line
        tidy(cells)

    def insert(self, tab: int, at: int, count: int) -> None:
        cells = self.tabs[tab]
        if at < len(cells):
            cells[at:at] = [[] for _ in range(count)]

    def delete(self, tab: int, at: int, count: int) -> None:
        del self.tabs[tab][at : at + count]
        tidy(self.tabs[tab])


def tidy(cells: Cells) -> None:
    for line in cells:
        while line and line[-1] == "":
            line.pop()
    while cells and not cells[-1]:
        cells.pop()


def rows_of(tab: int, at: int, count: int) -> Json:
    return {"range": {"sheetId": tab, "dimension": "ROWS", "startIndex": at, "endIndex": at + count}}


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, Any]:
    kind = draw(st.sampled_from(["append", "put", "insert", "delete", "stamp", "unstamp", "bad"]))
    tab, at, count = draw(st.integers(0, 1)), draw(indexes), draw(st.integers(1, 3))
    if kind == "append":
        return kind, (tab, draw(rows))
    if kind == "put":
        return kind, (tab, at, draw(st.integers(0, 2)), draw(rows))
    return kind, (tab, at, count)


class Work(RuleBasedStateMachine):
    """A spreadsheet on disk, its model, and one client that meets faults."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.google = Sandbox(self.folder).start()
        self.client = Client(self.google.url).create()
        self.client.batch({"addSheet": {"properties": {"sheetId": 1, "title": "Second"}}})
        self.model = Model()

    def teardown(self) -> None:
        if hasattr(self, "google"):
            self.client.close()
            self.google.stop()
            shutil.rmtree(self.folder)

    def planned(self, asked: tuple[str, Any], model: Model) -> Json | None:
        """The request, with the model moved on; None when it is one that must be refused."""
        kind, what = asked
        if kind == "append":
            model.append(*what)
            return append_cells(*(row(*line) for line in what[1]), sheet=what[0])
        if kind == "put":
            tab, top, left, given = what
            model.put(tab, top, left, given)
            start = {"sheetId": tab, "rowIndex": top, "columnIndex": left}
            return {
                "updateCells": {
                    "start": start,
                    "rows": [row(*line) for line in given],
                    "fields": "userEnteredValue",
                }
            }
        tab, at, count = what
        if kind == "insert":
            model.insert(*what)
            return {"insertDimension": rows_of(tab, at, count) | {"inheritFromBefore": False}}
        if kind == "delete":
            model.delete(*what)
            return {"deleteDimension": rows_of(tab, at, count)}
        if kind == "stamp" and at not in model.stamps and at > 0:
            model.stamps.add(at)
            return stamp(at)
        if kind == "unstamp":
            model.stamps.discard(at)
            return {
                "deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": at}}}
            }
        return None

    def batch_of(self, asked: list[tuple[str, Any]]) -> tuple[list[Json], Model | None]:
        after, body, good = self.model.copy(), [], True
        for one in asked:
            request = self.planned(one, after)
            good = good and request is not None
            body.append(request or {"deleteSheet": {"sheetId": 99}})
        return body, after if good else None

    @rule(asked=st.lists(requests(), min_size=1, max_size=5))
    def batch(self, asked: list[tuple[str, Any]]) -> None:
        body, after = self.batch_of(asked)
        status, _ = self.client.send("POST", f"{self.client.path}:batchUpdate", {"requests": body})
        assert status == (400 if after is None else 200)
        self.model = after or self.model

    @rule(asked=st.lists(requests(), min_size=1, max_size=3), fault=st.sampled_from(FAULTS))
    def batch_that_meets_a_fault(self, asked: list[tuple[str, Any]], fault: str) -> None:
        body, after = self.batch_of(asked)
        self.client.faults(method="spreadsheets.batchUpdate", instructions=[fault])
        try:
            self.client.batch(*body)
        except (Refused, OSError, HTTPException, ValueError):
            applied = fault.startswith("apply") or fault == "reset-midway"
        else:
            raise AssertionError("the fault did not happen")
        if applied and after is not None:
            self.model = after
        self.client.call("DELETE", "/_sandbox/faults")

    @rule(given=rows, top=indexes, tab=st.integers(0, 1))
    def values(self, given: Cells, top: int, tab: int) -> None:
        title = ["Sheet1", "Second"][tab]
        self.client.write(f"{title}!A{top + 1}", given)
        self.model.put(tab, top, 0, given)

    @rule(at=indexes, tab=st.integers(0, 1))
    def person_inserts(self, at: int, tab: int) -> None:
        self.client.person("insert_rows", tab=["Sheet1", "Second"][tab], at=at + 1)
        self.model.insert(tab, at, 1)

    @precondition(lambda self: hasattr(self, "google"))
    @rule()
    def restart(self) -> None:
        self.client.close()
        self.google.stop()
        self.google.start()

    @invariant()
    def all_agrees(self) -> None:
        if not hasattr(self, "google"):
            return
        assert self.client.read("Sheet1!A:Z") == self.model.tabs[0]
        assert self.client.read("Second!A:Z") == self.model.tabs[1]
        shown = self.client.get(fields="developerMetadata.metadataId").get("developerMetadata", [])
        assert {entry["metadataId"] for entry in shown} == self.model.stamps


Work.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestWork = Work.TestCase
