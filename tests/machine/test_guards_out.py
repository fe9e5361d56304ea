"""Each guard in turn is taken out of the function, and the checker finds what it stood against."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local import Workbook
from tests.machine.checker import TABS, breaches
from tests.machine.guards_out.scenarios import (
    Scenario,
    a_commit_is_held_up,
    a_late_twin_lands_before_the_next_plan,
    a_rival_commits_on_the_same_version,
    a_writer_sleeps_while_others_commit,
    another_instance_releases_the_order,
    looks_are_torn,
    the_reply_to_a_release_is_lost,
)

DEPLOYED = Path(__file__).with_name("chaos") / "entry.py"
OUT = Path(__file__).with_name("guards_out")
UNFENCED = Path(__file__).with_name("unfenced.py")

GUARDS: dict[str, tuple[Scenario, Path, str]] = {
    "the fence, and a rival before the plan": (
        a_rival_commits_on_the_same_version,
        UNFENCED,
        "a key of 1 seats is held by 2",
    ),
    "the fence, and a rival before the commit": (
        a_commit_is_held_up,
        UNFENCED,
        "a key of 1 seats is held by 2",
    ),
    "the same commit again after a lost reply": (
        the_reply_to_a_release_is_lost,
        OUT / "new_plan.py",
        "told that 0 keys were released by that request",
    ),
    "an id that names one commit": (
        a_late_twin_lands_before_the_next_plan,
        OUT / "same_id.py",
        "order next was told order: fulfilled with 1 keys (try 1), but its cache never had that",
    ),
    "the check of what a look shows": (
        looks_are_torn,
        OUT / "unchecked_looks.py",
        "given twice",
    ),
    "the age limit of a view": (
        a_writer_sleeps_while_others_commit,
        OUT / "old_views.py",
        "a key of 1 seats is held by 2",
    ),
    "a look before what changes nothing": (
        another_instance_releases_the_order,
        OUT / "from_memory.py",
        "what had been told before was newer",
    ),
}
"""What is done to the writers, the entry without the guard, and how the checker names what then happens."""

IN = [(scenario, DEPLOYED) for scenario, _, _ in GUARDS.values()]
IN.append((a_writer_sleeps_while_others_commit, OUT / "young_views.py"))


@pytest.fixture
def shop(workbook: Workbook) -> Workbook:
    """Enough keys of one seat each, so that whoever takes the same seat takes the same key."""
    workbook.stock(*(f"NASM CPT combined EX-{number} 1" for number in range(40)))
    workbook.sell(CPT="NASM-CPT-FULL")
    return workbook


def found(workbook: Workbook, scenario: Scenario, entry: Path) -> str:
    """Every breach, a line each."""
    log = scenario(workbook, entry)
    assert workbook.faults()["queued"] == {}
    assert {said.status for said in log} <= {200, 503}  # an entry that crashes would break promises as well
    return "\n".join(breaches({tab: workbook.tab(tab) for tab in TABS}, log))


@pytest.mark.parametrize("guard", GUARDS)
def test_without_this_guard_promises_are_broken(shop: Workbook, guard: str) -> None:
    scenario, entry, breach = GUARDS[guard]
    assert breach in found(shop, scenario, entry)


@pytest.mark.parametrize(
    ("scenario", "entry"), IN, ids=lambda what: getattr(what, "stem", "") or what.__name__
)
def test_with_every_guard_the_same_events_break_none(shop: Workbook, scenario: Scenario, entry: Path) -> None:
    assert not found(shop, scenario, entry)
