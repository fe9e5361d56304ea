"""A short run of orders all at once, with Slack and the hook failing and kills: everybody hears it once."""

from __future__ import annotations

import pytest

from tests.machine.hearing.run import Plan, run

SHORT = Plan(orders=40, kills=3, seed=3)


@pytest.mark.slow
def test_everybody_hears_the_right_thing_whatever_slack_and_crashes_do() -> None:
    outcome = run(SHORT)
    found = outcome.verdict
    assert found.breaches == []
    assert outcome.hook_problems == []
    assert outcome.by_hook > 0
    assert found.repeated_mails <= 1
    assert found.outcomes.keys() >= {"fulfilled", "skipped"}
    assert outcome.kills == SHORT.kills
    assert outcome.faults.total() > 0
    assert sum(outcome.replays[times] for times in outcome.replays if times) > 0
