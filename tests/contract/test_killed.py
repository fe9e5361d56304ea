"""A release and a withdrawal killed at any call, and run again: the outcome is as if it had run once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fulfillment.service import Service
from tests.contract.test_import_tab import Killed, die, watched
from tests.local import Workbook, order

CALLS = 3
"""Of an instance that knows nothing: two reads, the commit."""


def release(service: Service) -> object:
    return service.release("1", sku="", units=(), quarantine=False, reason="", by="test")


def withdraw(service: Service) -> object:
    return service.withdraw(batch="", codes=["EX-1"], quarantined=False, reason="", by="test")


def books(workbook: Workbook) -> dict[str, list[tuple[object, ...]]]:
    """What the ledgers say, without when they say it."""
    said: dict[str, list[tuple[object, ...]]] = {}
    for tab in ("Import History", "Assignments", "Order Cache", "Key Inventory"):
        rows = workbook.tab(tab)
        timeless = [
            {name: row[name] for name in row if name not in ("at", "updated_at", "batch")} for row in rows
        ]
        said[tab] = [tuple(row.values()) for row in timeless]
    return said


@pytest.mark.parametrize("work", [release, withdraw], ids=["release", "withdraw"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_what_is_killed_and_run_again_is_as_if_it_had_run_once(
    google: str, work: Callable[[Service], object], call: int, after: bool
) -> None:
    killed, once = Workbook(google), Workbook(google)
    for workbook in (killed, once):
        workbook.stock("NASM CPT combined EX-1 3", "NASM CPT combined EX-2 3")
        workbook.sell(CPT="NASM-CPT-FULL")
        workbook.service().fulfil(order("1"), by="test")
    dying = killed.service()
    watched(dying, die, at=call, after=after)
    with pytest.raises(Killed):
        work(dying)
    work(killed.service())
    work(once.service())
    assert books(killed) == books(once)
    assert killed.service().audit() == ()
