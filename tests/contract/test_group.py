"""Group commit: one call for many, one answer for each, and no harm from a neighbour."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from fulfillment.answers import Plan
from fulfillment.errors import BatchRefused, Busy, FulfillmentError, NotPossible
from fulfillment.model import Order, Reply
from fulfillment.pasting import FIELDS
from fulfillment.service import Service
from tests.local import Workbook, order

COMMIT = "spreadsheets.batchUpdate"


@pytest.fixture
def warm(workbook: Workbook) -> Iterator[Service]:
    """A warm instance whose writes take long enough for others to arrive meanwhile."""
    workbook.stock(*(f"NASM CPT combined EX-{n} 1" for n in range(60)))
    workbook.sell(CPT="NASM-CPT-FULL", KBS="")
    service = workbook.service(DEADLINE_S="20")
    service.fulfil(order("first"), by="test")
    workbook.slow_down(read_ms=1, write_ms=200)
    workbook.forget_calls()
    yield service
    workbook.slow_down(read_ms=0, write_ms=0)


def together(service: Service, *orders: Order) -> list[Future[Reply]]:
    """All of these orders posted at once."""
    with ThreadPoolExecutor(len(orders)) as threads:
        return [threads.submit(service.fulfil, each, by="test") for each in orders]


def test_fifty_orders_at_once_are_a_few_commits(workbook: Workbook, warm: Service) -> None:
    replies = [future.result() for future in together(warm, *(order(str(n)) for n in range(50)))]
    assert len({reply.keys[0].keycode for reply in replies}) == 50
    assert workbook.calls()["methods"][COMMIT] <= 4
    assert workbook.service().audit() == ()


def test_the_same_order_in_one_group_gets_one_answer(workbook: Workbook, warm: Service) -> None:
    replies = [future.result() for future in together(warm, *[order("1")] * 10)]
    assert len({reply.keys for reply in replies}) == 1
    assert sorted(reply.replayed for reply in replies) == [False] + [True] * 9


def test_a_replay_that_shares_a_group_with_a_new_order_costs_no_read(
    workbook: Workbook, warm: Service
) -> None:
    together(warm, order("busy"), *(order(str(n)) for n in range(5)), *[order("first")] * 5)
    assert workbook.calls()["reads"] <= 1


def test_an_order_that_google_refuses_is_refused_alone(workbook: Workbook, warm: Service) -> None:
    bad = order("bad", customer_name="x" * 60_000)  # more than a cell of Google's holds
    futures = together(
        warm, order("ahead"), *(order(str(n)) for n in range(3)), bad, *(order(str(n)) for n in (7, 8))
    )
    errors = [future.exception() for future in futures]
    assert [type(error) for error in errors if error] == [BatchRefused]
    assert errors[4] is not None
    assert workbook.service().audit() == ()


def test_a_plan_that_panics_harms_nobody(workbook: Workbook, warm: Service) -> None:
    def panic(draft: Any) -> Plan[None]:
        draft.drawing.draw(next(iter(draft.snapshot.pools.queues)))
        raise ZeroDivisionError

    with ThreadPoolExecutor(9) as threads:
        served = [threads.submit(warm.fulfil, order(str(n)), by="test") for n in range(4)]
        broken = threads.submit(warm._door.settle, panic)
        served += [threads.submit(warm.fulfil, order(str(n)), by="test") for n in range(4, 8)]
    assert isinstance(broken.exception(), ZeroDivisionError)
    assert all(future.result().answer.outcome == "fulfilled" for future in served)
    assert workbook.service().audit() == ()  # the seat it drew went back to its place


def test_operators_and_orders_share_the_door(workbook: Workbook, warm: Service) -> None:
    with ThreadPoolExecutor(12) as threads:
        orders = [threads.submit(warm.fulfil, order(str(n)), by="test") for n in range(6)]
        released = threads.submit(
            warm.release, "first", sku="", units=(), quarantine=False, reason="", by="test"
        )
        key = ("CANADA", "NASM", "CPT", "exam", "EXAM-1", "1")
        imported = threads.submit(warm.import_keys, [dict(zip(FIELDS, key, strict=True))], by="test")
        unknown = threads.submit(warm.clear, "nobody", by="test")
    assert all(future.result().keys for future in orders)
    assert released.result().released == 1
    assert imported.result().seats == 1
    assert "never seen" in str(unknown.exception())
    assert workbook.service().audit() == ()


def test_who_would_wait_longer_than_its_deadline_is_refused_on_arrival(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service(DEADLINE_S="1")
    workbook.fail(COMMIT, *["503"] * 100)
    errors: list[FulfillmentError] = []
    for attempt in range(5):  # each turn takes all of its callers' time
        futures = together(service, *(order(f"{attempt}-{n}") for n in range(4)))
        errors += [error for future in futures if isinstance(error := future.exception(), FulfillmentError)]
    workbook.end_faults()
    assert len(errors) == 20
    assert any(" before it" in str(error) for error in errors if isinstance(error, Busy))
    assert workbook.service().fulfil(order("0-0"), by="test").answer.outcome == "fulfilled"
    assert workbook.service().audit() == ()


def test_a_refusal_is_told_from_the_newest_look(workbook: Workbook, warm: Service) -> None:
    other = workbook.service()
    with pytest.raises(NotPossible):
        warm.replace("first", "EX-0", by="test") and warm.replace("first", "EX-0", by="test")
    key = warm.fulfil(order("first"), by="test").keys[0].keycode
    other.release("first", sku="", units=(), quarantine=False, reason="", by="test")
    with pytest.raises(NotPossible):
        warm.replace("first", key, by="test")
