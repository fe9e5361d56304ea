"""Formulas of a served spreadsheet: read by many at one time, while others write."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sandbox import evaluate
from sandbox.server import Sandbox
from tests.sandbox.rest_client import Client, append_cells, row


def at_once(*works: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_readers_at_one_time_see_no_circle_where_there_is_none(sandbox: Sandbox, google: Client) -> None:
    google.write("A1", [[1]])
    google.write("A2:A300", [[f"=A{n}+1"] for n in range(1, 300)], "USER_ENTERED")
    seen: list[str] = []

    def read() -> None:
        client = Client(sandbox.url, google.id)
        for start in (300, 5, 150, 299):
            client.write("C1", [[start]])
            seen.append(client.read(f"A{start}")[0][0])

    at_once(*[read] * 6)
    assert sorted(seen) == sorted(["300", "5", "150", "299"] * 6)


def test_results_are_kept_while_nothing_that_they_rest_on_changes(sandbox: Sandbox, google: Client) -> None:
    google.batch(
        {"addSheet": {"properties": {"sheetId": 1, "title": "Read"}}},
        {"addSheet": {"properties": {"sheetId": 2, "title": "Not read"}}},
    )
    google.write("A1", [["=Read!A1&B1"]], "USER_ENTERED")
    live = sandbox.front.shelf.get(google.id)

    def kept() -> object:
        google.read("A1")
        tab = live.book.tab(0)
        assert tab
        return tab.found["results"]

    first = kept()
    google.batch(append_cells(row("x"), sheet=2))
    assert kept() is first
    google.batch(append_cells(row("x"), sheet=1))
    assert kept() is not first
    assert google.read("A1") == [["x"]]


def test_a_formula_hands_on_the_format_of_what_it_reads(google: Client) -> None:
    google.write("A1", [["2020-01-31", "50%", "=A1+1", "=B1", "=C1", "=A1-C1"]], "USER_ENTERED")
    assert google.read("C1:F1") == [["2020-02-01", "50%", "2020-02-01", "-1"]]
    assert google.read("C1", valueRenderOption="UNFORMATTED_VALUE") == [[43862]]
    cells = google.tab(includeGridData="true", ranges="C1")["data"][0]["rowData"][0]["values"]
    assert cells[0]["formattedValue"] == "2020-02-01"


def test_the_time_goes_on_with_every_change_anywhere(google: Client) -> None:
    google.batch({"addSheet": {"properties": {"sheetId": 1, "title": "Other"}}})
    google.write("A1", [["=NOW()"]], "USER_ENTERED")

    def now() -> float:
        return float(google.read("A1", valueRenderOption="UNFORMATTED_VALUE")[0][0])

    first = now()
    assert now() == first
    google.batch(append_cells(row("x"), sheet=1))
    assert now() > first


def test_what_was_found_out_about_a_version_is_not_kept_with_the_past(
    sandbox: Sandbox, google: Client
) -> None:
    google.write("A1:A2", [["=MATCH(2,A2:A5,0)"], [2]], "USER_ENTERED")
    live = sandbox.front.shelf.get(google.id)
    old = live.book
    assert evaluate.result(old, old.tabs[0], 0, 0) == 1.0
    google.write("A3", [[3]])
    assert not old.found
    assert not old.tabs[0].found
    assert evaluate.result(old, old.tabs[0], 0, 0) == 1.0
