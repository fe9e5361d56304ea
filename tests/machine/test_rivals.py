"""A rival at each exact point between a look and the end of a commit, whatever either of them does."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.local import Function, Workbook
from tests.machine.checker import TABS, breaches
from tests.machine.guards_out.scenarios import COMMIT, LOOK, Desk
from tests.machine.said import Said

HURRIED = Path(__file__).with_name("chaos") / "entry.py"

HELD_UP = "stall:0.3"
UNHARMED = "stall:0"
"""An instruction that does nothing: it lets a call pass to hold up the one after it."""

POINTS: dict[str, dict[str, list[str]]] = {
    "between the look and the commit": {COMMIT: [HELD_UP]},
    "between a commit and the look for its stamp": {COMMIT: ["apply-then-drop"], LOOK: [HELD_UP]},
    "between the look for a stamp and for the headers": {
        COMMIT: ["apply-then-drop"],
        LOOK: [UNHARMED, HELD_UP],
    },
    "between a commit that was not applied and its resend": {COMMIT: ["503"], LOOK: [HELD_UP]},
    "between a lost commit and its resend": {COMMIT: ["reset", HELD_UP]},
    "while it is applied late": {COMMIT: ["apply-late:0.3"]},
}

ids = (f"o{number}" for number in itertools.count())


@dataclass
class Two:
    """Two instances on one workbook, and everything that they said."""

    workbook: Workbook
    here: Desk
    there: Desk
    log: list[Said]


@pytest.fixture(scope="module")
def two(shop: Workbook) -> Iterator[Two]:
    shop.stock(*(f"NASM CPT combined EX-{number} 1" for number in range(300)), "NASM CNC combined CNC 500")
    shop.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL")
    log: list[Said] = []
    with Function(shop, HURRIED) as first, Function(shop, HURRIED) as second:
        yield Two(shop, Desk(first, log), Desk(second, log), log)


def orders(desk: Desk, shared: str) -> None:
    desk.order(next(ids))


def orders_the_same(desk: Desk, shared: str) -> None:
    desk.order(shared)


def releases(desk: Desk, shared: str) -> None:
    desk.ask("release", order_id=shared, reason=f"release {next(ids)}")


def clears(desk: Desk, shared: str) -> None:
    desk.ask("clear", order_id=shared)


def imports(desk: Desk, shared: str) -> None:
    key = {"region": "CANADA", "provider": "NASM", "product_code": "CPT", "component": "combined"}
    desk.ask("import", rows=[{**key, "keycode": f"EX-{next(ids)}", "seats": "2"}])


Deed = Callable[[Desk, str], None]


PAIRS = [
    (orders, orders_the_same),
    (orders, imports),
    (releases, orders_the_same),
    (releases, releases),
    (clears, releases),
]
"""What is done here, and by the rival there."""


@pytest.mark.parametrize(("deed", "rival"), PAIRS, ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("point", POINTS)
def test_a_rival_commits(two: Two, point: str, deed: Deed, rival: Deed) -> None:
    shared = two.here.order(next(ids)).order_id
    two.workbook.end_faults()
    held_up = 0
    for method, instructions in POINTS[point].items():
        two.workbook.fail(method, *instructions)
        held_up += len(instructions)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(deed, two.here, shared)
        while sum(two.workbook.faults()["spent"].values()) < held_up:
            time.sleep(0.01)
        rival(two.there, shared)
        waiting.result()
    two.there.order(shared)
    two.here.order(shared)
    assert {said.status for said in two.log} == {200}
    assert breaches({tab: two.workbook.tab(tab) for tab in TABS}, two.log) == []
