"""A short run of orders all at once, with Slack failing and the function killed: everybody hears it once."""

from __future__ import annotations

import pytest

from tests.machine.hearing.run import Plan, run

SHORT = Plan(orders=60, kills=4, seed=3)


@pytest.mark.slow
def test_everybody_hears_the_right_thing_whatever_slack_and_crashes_do() -> None:
    outcome = run(SHORT)
    found = outcome.verdict
    assert found.breaches == []
    assert found.repeated_mails == 0
    assert found.outcomes.keys() == {"fulfilled", "failed", "skipped"}
    assert outcome.kills == SHORT.kills
    assert outcome.faults.total() > 0
    assert sum(outcome.replays[times] for times in outcome.replays if times) > 0
