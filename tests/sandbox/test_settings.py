"""Quotas, latency and the other switches."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sandbox.errors import Refusal
from sandbox.latency import Recorded, latency
from sandbox.quota import PER_PROJECT, PER_USER, Quotas
from sandbox.server import Sandbox
from sandbox.visitors import check_visitor
from sandbox.wire import Request
from tests.sandbox.rest_client import Client, Refused, append_cells, client_of, row


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quotas(clock: Clock) -> Quotas:
    found = Quotas(clock)
    found.switch(True)
    return found


def test_a_user_has_sixty_writes_a_minute_in_a_sliding_window(quotas: Quotas, clock: Clock) -> None:
    for _ in range(PER_USER):
        quotas.spend("one", is_write=True)
        clock.now += 0.5
    with pytest.raises(Refusal) as refusal:
        quotas.spend("one", is_write=True)
    assert (refusal.value.code, "per user" in refusal.value.message) == (429, True)
    quotas.spend("one", is_write=False)
    quotas.spend("another", is_write=True)
    clock.now = 60.1
    quotas.spend("one", is_write=True)


def test_all_users_together_have_three_hundred(quotas: Quotas) -> None:
    for n in range(PER_PROJECT):
        quotas.spend(f"user {n % 6}", is_write=False)
    with pytest.raises(Refusal) as refusal:
        quotas.spend("a seventh", is_write=False)
    limit = refusal.value.details[0]["metadata"]
    assert (limit["quota_limit"], limit["quota_limit_value"]) == ("ReadRequestsPerMinutePerProject", "300")


def test_quotas_are_off_until_switched_on(google: Client) -> None:
    for _ in range(PER_USER + 1):
        google.read("A1")
    assert google.call("PUT", "/_sandbox/settings", {"quotas": True})["quotas"] is True
    google.batch(append_cells(row("a")))
    for _ in range(PER_USER):
        google.read("A1")
    status, body = google.send("GET", f"{google.path}/values/A1")
    assert status == 429
    assert b"RATE_LIMIT_EXCEEDED" in body
    google.batch(append_cells(row("b")))


def test_recorded_latency_has_the_recorded_averages() -> None:
    times = Recorded(seed=3)
    drawn = sorted(times.draw("spreadsheets.batchUpdate", True) for _ in range(20_000))
    assert sum(drawn) / len(drawn) == pytest.approx(0.43, rel=0.03)
    assert drawn[int(len(drawn) * 0.95)] == pytest.approx(1.0, rel=0.15)
    assert min(drawn) > 0.02


def test_fixed_latency_is_waited_for(google: Client) -> None:
    google.call("PUT", "/_sandbox/settings", {"latency": {"read_ms": 30, "write_ms": 0}})
    started = time.monotonic()
    google.read("A1")
    assert time.monotonic() - started >= 0.03
    assert google.call("GET", "/_sandbox/settings")["latency"] == {"read_ms": 30, "write_ms": 0}
    google.call("PUT", "/_sandbox/settings", {"latency": None})
    assert google.call("GET", "/_sandbox/settings")["latency"] is None


def test_the_limit_of_cells_can_be_openly_off(tmp_path: Path) -> None:
    rows = {"appendDimension": {"dimension": "ROWS", "length": 500_000}}
    with Sandbox(tmp_path) as sandbox, client_of(sandbox) as client:
        with pytest.raises(Refused, match="above the limit of 10000000 cells"):
            client.batch(rows)
        client.call("PUT", "/_sandbox/settings", {"cell_limit": False})
        client.batch(rows)
        client.close()
        sandbox.stop()
        sandbox.start()
        assert client.tab()["properties"]["gridProperties"]["rowCount"] == 501_000
        with pytest.raises(Refused):
            client.batch(rows)


@pytest.mark.parametrize("asked", ["fast", {}, {"read_ms": -1}, {"read_ms": "x"}, {"other": 1}, 5])
def test_latency_that_makes_no_sense_is_refused(asked: object) -> None:
    with pytest.raises(Refusal):
        latency(asked)


@pytest.mark.parametrize("asked", [{"speed": 1}, {"quotas": "yes"}, {"lossy_append": 1}])
def test_settings_that_are_not_there_are_refused(google: Client, asked: dict[str, object]) -> None:
    with pytest.raises(Refused):
        google.call("PUT", "/_sandbox/settings", asked)


def test_other_addresses_of_its_own_are_not_there(google: Client) -> None:
    assert google.send("GET", "/_sandbox/nothing")[0] == 404
    assert google.send("POST", "/_sandbox/stats", {})[0] == 404


def test_its_own_routes_are_for_this_machine_only() -> None:
    check_visitor(Request("GET", "/_sandbox/stats", "", {}, b"", is_local=True))
    check_visitor(Request("POST", "/v4/spreadsheets", "", {}, b"", is_local=False))
    with pytest.raises(Refusal, match="Only this machine"):
        check_visitor(Request("GET", "/_sandbox/stats", "", {}, b"", is_local=False))
