"""Stock that runs out is told through the workbook: once a crossing, whichever instance brings it there."""

from __future__ import annotations

import pytest

from fulfillment.operations import OPERATIONS
from tests.local import Workbook, order
from tests.pigeons import Pigeon


@pytest.fixture
def shop(workbook: Workbook) -> Workbook:
    workbook.stock("NASM CPT combined EX-1 24")
    workbook.sell(CPT="NASM-CPT-FULL")
    return workbook


def lines(pigeon: Pigeon) -> list[str]:
    """The first line of each alert that arrived."""
    return [letter.message.subject for letter in pigeon.letters if letter.message.kind == "stock"]


def test_two_instances_tell_each_crossing_once(shop: Workbook) -> None:
    pigeon = Pigeon()
    here, there = (shop.service(pigeon.everywhere()) for _ in range(2))
    for number, lines_of_order in enumerate(("CPT*3", "CPT*2", "CPT*2", "CPT*12", "CPT*1", "CPT*4"), 1):
        (here if number % 2 else there).fulfil(order(str(number), lines_of_order), by="zap")
        (there if number % 2 else here).fulfil(order(str(number), lines_of_order), by="zap")
    pool = "CANADA NASM CPT combined"
    assert lines(pigeon) == [f"Low: {pool} (19).", f"Low: {pool} (5).", f"Low: {pool} (0)."]
    shop.stock("NASM CPT combined EX-2 9")
    assert len(lines(pigeon)) == 3
    here.fulfil(order("8", "CPT*5"), by="zap")
    assert lines(pigeon)[3:] == [f"Low: {pool} (4)."]
    assert shop.service().audit() == ()


def test_an_import_and_a_refresh_answer_what_is_low_even_then(shop: Workbook) -> None:
    service = shop.service()
    row = {"region": "CANADA", "provider": "NASM", "product_code": "CNC", "component": "combined"}
    body = {"rows": [row | {"keycode": "N-1", "seats": "3"}], "dry_run": True}
    said = OPERATIONS["import"].run(service, body, "test")
    assert str(said["message"]).endswith("Low: CANADA NASM CNC combined (3).")
    OPERATIONS["import"].run(service, body | {"dry_run": False}, "test")
    said = OPERATIONS["refresh"].run(service, {}, "test")
    assert str(said["message"]).startswith("Inventory refreshed: 27 seats available in 2 pools. Low: CANADA")
    (low,) = said["low"]  # type: ignore[misc]
    assert low["message"] == (
        "CANADA NASM CNC combined: 3 seats left (critical), none given in the last 14 days."
    )
