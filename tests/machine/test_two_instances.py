"""Two function processes on one workbook: whoever is asked, an order has one answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.local import ROOT, Function, Workbook, codes, posted
from tests.machine.checker import TABS, breaches
from tests.machine.said import answer_of

FENCED = ROOT / "main.py"
UNFENCED = Path(__file__).with_name("unfenced.py")

LINES = ("CPT", "CPT*2", "EXAM", "BOTH", "CPT EXAM", "NSTB", "KBS", "CPT CNC CES")

ORDERS = [posted(str(number), LINES[number % len(LINES)]) for number in range(200)]

Said = dict[str, Any]


@pytest.fixture
def short_stock(workbook: Workbook) -> Iterator[Workbook]:
    """Too few seats for all orders, some of them many on one key; calls slow enough to overlap."""
    workbook.stock(
        "NASM CPT combined EX-many 40",
        *(f"NASM CPT combined EX-{number} 1" for number in range(20)),
        "NASM CPT exam EXAM 30",
        "NCSF STS combined STS 12",
        "NASM CNC combined CNC 5",
        "NASM CES combined CES 5",
        "NASM NSBK_CPT-CNC-CES combined BUNDLE 6",
    )
    workbook.sell(
        CPT="NASM-CPT-FULL",
        EXAM="NASM-CPT-EXAM",
        BOTH="NASM-CPT-FULL,NASM-CPT-EXAM",
        NSTB="NASM-CPT-FULL,NCSF-STS-FULL",
        CNC="NASM-CNC-FULL",
        CES="NASM-CES-FULL",
        STS="NCSF-STS-FULL",
        KBS="",
    )
    workbook.slow_down(read_ms=30, write_ms=300)
    yield workbook
    workbook.slow_down(read_ms=0, write_ms=0)


def race(workbook: Workbook, entry: Path, *, instances: int = 2, **environment: str) -> list[list[Said]]:
    """What each instance answered to the same orders, posted in different order at the same time."""
    functions = [Function(workbook, entry, **environment) for _ in range(instances)]
    try:
        with ThreadPoolExecutor(16 * len(functions)) as threads:
            queues = [random.Random(place).sample(ORDERS, len(ORDERS)) for place in range(len(functions))]
            waiting = [
                [threads.submit(function.post, "/orders", order, "zap") for order in queue]
                for function, queue in zip(functions, queues, strict=True)
            ]
            return [[future.result().json() for future in futures] for futures in waiting]
    finally:
        for function in functions:
            function.close()


def found(workbook: Workbook, told: Sequence[Sequence[Said]]) -> list[str]:
    return breaches(
        {tab: workbook.tab(tab) for tab in TABS},
        [answer_of(said) for each in told for said in each if said["status"] != "error"],
    )


def test_two_instances_give_every_order_one_answer_and_no_seat_twice(short_stock: Workbook) -> None:
    told = race(short_stock, FENCED)
    assert [said["message"] for each in told for said in each if said["status"] == "error"] == []
    assert found(short_stock, told) == []
    first, second = (
        {said["order_id"]: (said["status"], codes(said["keys"])) for said in each} for each in told
    )
    assert first == second
    assert {status for status, _ in first.values()} == {"fulfilled", "failed", "skipped"}
    assert short_stock.service().audit() == ()


@pytest.mark.parametrize("entry", [FENCED, UNFENCED], ids=["fenced", "unfenced"])
def test_without_the_fence_a_plan_on_an_old_view_breaks_promises(short_stock: Workbook, entry: Path) -> None:
    with Function(short_stock, entry) as here, Function(short_stock, entry) as there:
        posts = [
            (here, "a"),
            (there, "b"),
            (here, "c"),
        ]  # "c" is planned on what was known before "b"
        told = [[function.post("/orders", posted(name, "STS"), "zap").json()] for function, name in posts]
    assert bool(found(short_stock, told)) == (entry == UNFENCED)


def test_what_one_instance_cleared_or_released_the_other_knows(short_stock: Workbook) -> None:
    with Function(short_stock) as here, Function(short_stock) as there:
        first = here.post("/orders", posted("a", "CPT")).json()
        for warm in (here, there):
            assert warm.post("/orders", posted("b", "CPT")).json()["status"] == "fulfilled"
            assert warm.post("/orders", posted("a", "CPT")).json()["keys"] == first["keys"]
        assert there.post("/orders/release", {"order_id": "b"}).json()["released"] == 1
        assert here.post("/orders", posted("b", "CPT")).json()["status"] == "released"
        assert there.post("/orders/clear", {"order_id": "a"}).json()["cleared"]
        again = here.post("/orders", posted("a", "CPT")).json()
        assert (again["keys"], again["replayed"]) == (first["keys"], False)
        assert there.post("/orders/clear", {"order_id": "b"}).json()["cleared"]
        assert here.post("/orders", posted("b", "CPT")).json()["status"] == "fulfilled"
