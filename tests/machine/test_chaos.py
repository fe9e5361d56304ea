"""A short run of the chaos: everything goes wrong that can, and every promise is kept."""

from __future__ import annotations

import pytest

from tests.machine.chaos.run import Plan, run

SHORT = Plan(orders=150, writers=3, kills=3, faults=50, seed=4, threads=40, deadline_s=3, rival_every_s=1.5)


@pytest.mark.slow
def test_no_promise_is_broken_whatever_google_people_and_crashes_do() -> None:
    outcome = run(SHORT)
    assert outcome.breaches == []
    assert outcome.unspent == []  # every kind of fault did happen
    assert outcome.faults.total() >= SHORT.faults
    assert outcome.kills == SHORT.kills
    assert outcome.told.keys() >= {"fulfilled", "failed", "skipped", "released"}
    assert outcome.edits.total()
