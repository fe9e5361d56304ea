"""The workbook's size: Google gives ten million cells, so grids are no larger than they need be."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from fulfillment.app import SCHEMA_FILE
from fulfillment.sheets.batches import FREE_ROWS, LEDGER_GROWTH
from fulfillment.sheets.schema import read_schema
from fulfillment.sheets.setup_there import ROWS
from fulfillment.workbook import LEDGERS
from tests.local import Workbook, order

SCHEMA = read_schema(SCHEMA_FILE)


def grids(workbook: Workbook) -> dict[str, tuple[int, int]]:
    """(rows, columns) of every tab."""
    url = f"{workbook.google}/v4/spreadsheets/{workbook.id}"
    sheets: list[dict[str, Any]] = requests.get(
        url, params={"fields": "sheets.properties"}, timeout=10
    ).json()["sheets"]
    found = [sheet["properties"] for sheet in sheets]
    return {p["title"]: (p["gridProperties"]["rowCount"], p["gridProperties"]["columnCount"]) for p in found}


def imported(workbook: Workbook, first: int, count: int) -> None:
    workbook.stock(*(f"NASM CPT combined EX-{number} 1" for number in range(first, first + count)))


def test_a_new_tab_has_exactly_its_columns(workbook: Workbook) -> None:
    found = grids(workbook)
    assert {tab.title: found[tab.title][1] for tab in SCHEMA.tabs} == {
        tab.title: len(tab.columns) for tab in SCHEMA.tabs
    }


def test_a_ledger_grows_by_blocks_and_stays_near_what_its_rows_need(workbook: Workbook) -> None:
    heights, end = [], 1
    for count in (ROWS - FREE_ROWS - 1, 1, FREE_ROWS, 2 * LEDGER_GROWTH, 1, 300):
        imported(workbook, end, count)
        end += count
        heights.append(grids(workbook)["Import History"][0])
        assert FREE_ROWS <= heights[-1] - end <= LEDGER_GROWTH + FREE_ROWS
    assert len(set(heights)) == 3  # as it was made, one block more, and once more for a large import
    assert workbook.service().audit() == ()


def test_no_commit_of_small_ones_makes_a_grid_grow_by_its_own_rows(workbook: Workbook) -> None:
    imported(workbook, 1, ROWS - FREE_ROWS - 1)
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    before = grids(workbook)
    for number in range(5):
        imported(workbook, 5_000 + number, 1)
        service.fulfil(order(str(number)), by="test")
    after = grids(workbook)
    assert after["Import History"][0] == before["Import History"][0] + LEDGER_GROWTH
    assert [after[name] for name in LEDGERS[1:]] == [before[name] for name in LEDGERS[1:]]


@pytest.mark.parametrize("fault", ["apply-then-drop", "503"])
def test_a_resent_commit_grows_the_grid_once(workbook: Workbook, fault: str) -> None:
    imported(workbook, 1, ROWS - FREE_ROWS - 1)
    workbook.fail("spreadsheets.batchUpdate", fault)
    imported(workbook, 5_000, 1)
    assert sum(workbook.faults()["spent"].values()) == 1
    assert grids(workbook)["Import History"][0] == ROWS + LEDGER_GROWTH
