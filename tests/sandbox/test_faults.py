"""The fault plan: what goes wrong when it is told to, and what is counted."""

from __future__ import annotations

import time

import pytest

from sandbox.server import Sandbox
from tests.sandbox.rest_client import Client, Refused, append_cells, row, stamp

BATCH = "spreadsheets.batchUpdate"
READ = "spreadsheets.values.get"


def a_commit(n: int) -> list[dict[str, object]]:
    return [stamp(n), append_cells(row(f"commit {n}"))]


@pytest.mark.parametrize(
    ("instruction", "status"), [("500", 500), ("503", 503), ("429", 429), ("html-502", 502)]
)
def test_a_call_is_refused_and_nothing_is_applied(google: Client, instruction: str, status: int) -> None:
    google.faults(method=BATCH, instructions=[instruction])
    answered, body = google.send("POST", f"{google.path}:batchUpdate", {"requests": a_commit(1)})
    assert answered == status
    assert body.startswith(b"<!DOCTYPE html>") == (status == 502)
    assert google.read("A:A") == []
    assert google.spent() == {instruction: 1}


def test_the_429_is_the_recorded_one(google: Client) -> None:
    google.faults(method=BATCH, instructions=["429"])
    with pytest.raises(Refused) as refusal:
        google.batch(*a_commit(1))
    error = refusal.value.body["error"]
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["message"].startswith(
        "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user' "
        "of service 'sheets.googleapis.com' for consumer 'project_number:"
    )
    assert error["details"][0]["metadata"]["quota_limit"] == "WriteRequestsPerMinutePerUser"


@pytest.mark.parametrize(
    ("instruction", "applied"), [("reset", False), ("apply-then-drop", True), ("reset-midway", True)]
)
def test_a_lost_reply_tells_nothing_about_the_commit(google: Client, instruction: str, applied: bool) -> None:
    google.faults(method=BATCH, instructions=[instruction])
    with pytest.raises((OSError, EOFError, Exception)) as lost:
        google.batch(*a_commit(1))
    assert not isinstance(lost.value, Refused)
    assert google.read("A:A") == ([["commit 1"]] if applied else [])


def test_a_503_can_stand_before_a_commit_that_did_apply(google: Client) -> None:
    google.faults(method=BATCH, instructions=["apply-then-503"])
    with pytest.raises(Refused, match="The service is currently unavailable"):
        google.batch(*a_commit(1))
    assert google.read("A:A") == [["commit 1"]]


def given_up(google: Client, sandbox: Sandbox, after_s: float) -> None:
    impatient = Client(sandbox.url, google.id)
    impatient._connection.timeout = after_s
    with pytest.raises(TimeoutError):
        impatient.batch(*a_commit(1))


def test_a_late_twin_is_applied_after_its_client_gave_up(google: Client, sandbox: Sandbox) -> None:
    google.faults(method=BATCH, instructions=["apply-late:0.1"])
    given_up(google, sandbox, after_s=0.02)
    google.batch(*a_commit(2))
    deadline = time.monotonic() + 5
    while len(google.read("A:A")) < 2 and time.monotonic() < deadline:
        pass
    assert google.read("A:A") == [["commit 2"], ["commit 1"]]


def test_a_stalled_call_whose_client_left_is_not_applied(google: Client, sandbox: Sandbox) -> None:
    google.faults(method=BATCH, instructions=["stall:0.05", "stall:0.05"])
    given_up(google, sandbox, after_s=0.02)
    started = time.monotonic()
    google.batch(*a_commit(2))
    assert time.monotonic() - started >= 0.05
    assert google.read("A:A") == [["commit 2"]]


def test_a_stale_read_shows_everything_as_it_was(google: Client) -> None:
    google.batch(*a_commit(1))
    google.batch(*a_commit(2))
    google.faults(method="spreadsheets.get", instructions=["stale-read:60", "stale-read:0"])
    mask = "developerMetadata.metadataId,sheets.data.rowData.values.formattedValue"
    assert google.get(fields=mask) == {"sheets": [{"data": [{}]}]}
    assert len(google.get(fields=mask)["developerMetadata"]) == 2


def test_a_torn_read_shows_one_tab_from_before_the_last_write(google: Client) -> None:
    google.batch({"addSheet": {"properties": {"sheetId": 1, "title": "Second"}}})
    google.batch(stamp(1), append_cells(row("one")), append_cells(row("one"), sheet=1))
    google.batch(stamp(2), append_cells(row("two")), append_cells(row("two"), sheet=1))
    google.faults(method="spreadsheets.get", instructions=["torn-read"])
    torn = google.get(fields="developerMetadata.metadataId,sheets.data.rowData.values.formattedValue")
    assert [entry["metadataId"] for entry in torn["developerMetadata"]] == [1, 2]
    assert sorted(len(tab["data"][0]["rowData"]) for tab in torn["sheets"]) == [1, 2]


def test_the_queue_is_spent_one_by_one_for_its_method_only(google: Client) -> None:
    google.faults(method=BATCH, instructions=["503", "500"])
    assert google.read("A:A") == []
    assert google.call("GET", "/_sandbox/faults")["queued"] == {BATCH: ["503", "500"]}
    statuses = [
        google.send("POST", f"{google.path}:batchUpdate", {"requests": a_commit(1)})[0] for _ in range(3)
    ]
    assert statuses == [503, 500, 200]
    report = google.call("GET", "/_sandbox/faults")
    assert report["queued"] == {}
    assert report["spent_by_method"] == {BATCH: {"503": 1, "500": 1}}
    google.call("DELETE", "/_sandbox/faults")
    assert google.spent() == {}


def drawn(google: Client) -> list[int]:
    google.call("DELETE", "/_sandbox/faults")
    google.faults(rates={"503": 0.3, "429": 0.2}, seed=7)
    return [google.send("GET", f"{google.path}/values/A1")[0] for _ in range(200)]


def test_rates_draw_with_a_seed(google: Client) -> None:
    again = drawn(google)
    assert again == drawn(google)
    assert 40 <= again.count(503) <= 80
    assert google.spent() == {"503": again.count(503), "429": again.count(429)}


def test_rates_never_bend_what_a_call_cannot_suffer(google: Client) -> None:
    google.faults(rates={"apply-then-drop": 1.0})
    assert google.read("A:A") == []
    assert google.spent() == {}


@pytest.mark.parametrize(
    "plan",
    [
        {"instructions": ["explode"]},
        {"instructions": ["stall"]},
        {"instructions": ["503:4"]},
        {"instructions": ["stall:x"]},
        {"instructions": "503"},
        {"rates": {"503": 2}},
        {"rates": {"503": 0.6, "500": 0.6}},
        {},
    ],
)
def test_a_plan_that_cannot_be_read_is_refused_and_leaves_nothing(
    google: Client, plan: dict[str, object]
) -> None:
    with pytest.raises(Refused):
        google.faults(**plan)
    assert google.call("GET", "/_sandbox/faults")["queued"] == {}


def test_calls_are_counted_as_google_counts_them(google: Client) -> None:
    google.call("DELETE", "/_sandbox/stats")
    google.batch(*a_commit(1))
    google.call("GET", f"{google.path}/values:batchGet", ranges=["A1", "B1"])
    google.get()
    google.write("A5", [["x"]])
    with pytest.raises(Refused):
        google.batch(*a_commit(1))
    assert google.call("GET", "/_sandbox/stats") == {
        "reads": 2,
        "writes": 3,
        "methods": {
            BATCH: 2,
            "spreadsheets.values.batchGet": 1,
            "spreadsheets.get": 1,
            "spreadsheets.values.update": 1,
        },
    }
    assert READ not in google.call("GET", "/_sandbox/stats")["methods"]
