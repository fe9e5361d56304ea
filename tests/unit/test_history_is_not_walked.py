"""A group of orders costs the same whatever the history: shown by counting, not by the clock."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from benchmarks.history import PRODUCTS, Instance, snapshot_of
from fulfillment.workbook import Snapshot

FREE = 600


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python this runs, each round of a loop counted anew."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


class Unwalked(dict[Any, Any]):
    """A dictionary for looking things up: whoever walks it, also from C, fails."""

    def _walk(self, *_: object) -> Any:
        raise AssertionError("the whole history was walked")

    __iter__ = keys = values = items = copy = __or__ = __ror__ = __reversed__ = _walk  # type: ignore[assignment]


class UnwalkedNames(defaultdict[Any, Any]):
    """The same for a dictionary that makes what it misses."""

    __iter__ = keys = values = items = copy = __or__ = __ror__ = __reversed__ = Unwalked._walk  # type: ignore[assignment]


def unwalked(snapshot: Snapshot) -> Snapshot:
    """The same snapshot; whatever grows with history may be looked up in, and not walked."""
    snapshot.orders = Unwalked(snapshot.orders)
    snapshot.names = UnwalkedNames(set, snapshot.names)
    snapshot.pools.keys = Unwalked(snapshot.pools.keys)
    return snapshot


@pytest.fixture(scope="module")
def few_and_many() -> list[Instance]:
    """An instance with a thousand rows of history, and one with a hundred thousand, both warm."""
    # history is dealt out evenly over the pools, so that every pool stands at its first product
    instances = [Instance(snapshot_of(rows - rows % (3 * PRODUCTS), free=FREE)) for rows in (1_000, 100_000)]
    for instance in instances:
        instance.settle(instance.group())
    return instances


@pytest.mark.parametrize("step", ["plan", "settle"])
def test_a_group_runs_as_many_lines_at_a_hundred_times_the_history(
    few_and_many: list[Instance], step: str
) -> None:
    counts = []
    for instance in few_and_many:
        work, cases = getattr(instance, step), instance.group()
        counts.append(lines_run(lambda: work(cases)))  # noqa: B023  called at once
    few, many = counts
    assert few > 1_000
    assert abs(many - few) < few // 100  # the order of sets and dicts may cost or save a line here and there


def test_no_step_of_a_group_walks_what_grows_with_history() -> None:
    instance = Instance(unwalked(snapshot_of(3_000, free=FREE)))
    for _ in range(3):
        cases = instance.group()
        instance.settle(cases)
        assert all(case.result().answer.outcome == "fulfilled" for case in cases)


def test_a_walk_would_be_noticed() -> None:
    snapshot = unwalked(snapshot_of(3_000, free=FREE))
    walks: list[Callable[[], object]] = [
        lambda: dict(snapshot.orders),
        lambda: sorted(snapshot.pools.keys),
        lambda: {**snapshot.names},
        lambda: sum(1 for _ in snapshot.orders.values()),
    ]
    for walk in walks:
        with pytest.raises(AssertionError):
            walk()
    orders = snapshot_of(3_000, free=FREE).orders
    assert lines_run(lambda: [order for order in orders.values() if order.answer is None]) > len(orders)
