"""What a run says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.machine.chaos.run import Outcome, Plan

SHOWN = 40
"""Breaches named; of more only the number."""


def announced(plan: Plan) -> str:
    """What is about to be done, and how to do it again."""
    return (
        f"chaos: {plan.orders} orders, {plan.writers} writers, {plan.kills} kills, at least {plan.faults} "
        f"faults, seed {plan.seed}"
    )


def told(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    plan = outcome.plan
    rate = plan.orders / outcome.seconds * 60
    yield f"orders    {plan.orders} in {outcome.seconds:.0f} s ({rate:.0f} a minute)"
    yield f"commits   {outcome.commits}, {outcome.seats} seats assigned"
    yield f"answers   {_counted(outcome.answers)}"
    yield f"          orders: {_counted(outcome.told)}"
    yield f"put off   {_counted(outcome.put_off)}"
    yield f"people    {_counted(outcome.edits)}"
    yield f"kills     {outcome.kills} of {plan.kills}"
    yield f"faults    {outcome.faults.total()} spent, {plan.faults} wanted: {_counted(outcome.faults)}"
    if outcome.unspent:
        yield f"          never happened: {', '.join(outcome.unspent)}"
    for breach in outcome.breaches[:SHOWN]:
        yield f"BROKEN    {breach}"
    if len(outcome.breaches) > SHOWN:
        yield f"BROKEN    ... {len(outcome.breaches)} in all"
    verdict = "no promise was broken" if outcome.is_kept else "FAILED"
    yield f"verdict   {verdict} (seed {plan.seed})"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"
