"""Setup makes a spreadsheet ready, repairs one, and leaves alone what people typed."""

from __future__ import annotations

import pytest
import requests

from fulfillment.app import SCHEMA_FILE, build_setup
from fulfillment.errors import FulfillmentError, NotOurs, NotSetUp
from fulfillment.sheets.schema import read_schema
from tests.local import Workbook, order

SCHEMA = read_schema(SCHEMA_FILE)


def setup(workbook: Workbook, *, adopt: bool = False) -> tuple[str, ...]:
    return build_setup(workbook.settings())(adopt=adopt).repairs


def sheets(workbook: Workbook) -> dict[str, dict[str, object]]:
    """Properties and protections of each tab."""
    fields = "sheets(properties,protectedRanges)"
    url = f"{workbook.google}/v4/spreadsheets/{workbook.id}"
    found = requests.get(url, params={"fields": fields}, timeout=10).json()["sheets"]
    return {sheet["properties"]["title"]: sheet for sheet in found}


def test_every_tab_and_column_of_the_schema_is_there_in_order(workbook: Workbook) -> None:
    assert list(sheets(workbook)) == ["Dashboard", *(tab.title for tab in SCHEMA.tabs)]
    for tab in SCHEMA.tabs:
        assert tuple(workbook.values(tab.title)[0]) == tab.headers


def test_the_system_s_tabs_are_hidden_and_guarded(workbook: Workbook) -> None:
    found = sheets(workbook)
    for tab in SCHEMA.tabs:
        properties, guards = found[tab.title]["properties"], found[tab.title].get("protectedRanges", [])
        assert properties.get("hidden", False) == tab.hidden  # type: ignore[attr-defined]
        assert any(not guard.get("warningOnly") for guard in guards) == tab.protected  # type: ignore[attr-defined]


def test_orders_wait_while_a_tab_is_missing_and_setup_brings_it_back(workbook: Workbook) -> None:
    workbook.batch({"deleteSheet": {"sheetId": workbook.sheet_id("Key Inventory")}})
    with pytest.raises(NotSetUp, match=r"Key Inventory.*setup"):
        workbook.service(DEADLINE_S="3").fulfil(order("1"), by="test")
    assert setup(workbook)[0] == "The tab `Key Inventory` is missing."
    assert workbook.service().fulfil(order("1"), by="test").answer.outcome == "failed"


def test_columns_may_be_moved_and_added_while_orders_are_served(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    service.fulfil(order("1"), by="test")
    for title in ("Assignments", "Order Cache", "Key Inventory", "Live Catalogue", "System"):
        area = {"sheetId": workbook.sheet_id(title), "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
        workbook.batch({"moveDimension": {"source": area, "destinationIndex": 3}})
    service.check()
    assert service.fulfil(order("2"), by="test").answer.outcome == "fulfilled"
    assert service.fulfil(order("1"), by="test").replayed
    assert [row["order_id"] for row in workbook.tab("Assignments")] == ["1", "2"]
    assert service.audit() == ()


@pytest.mark.parametrize("fault", ["none", "apply-then-drop"])
def test_a_column_moved_right_under_a_commit_is_found_and_its_rows_put_right(
    workbook: Workbook, fault: str
) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    service.fulfil(order("1"), by="test")
    for title in ("Assignments", "Order Cache", "System"):
        area = {"sheetId": workbook.sheet_id(title), "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
        workbook.batch({"moveDimension": {"source": area, "destinationIndex": 3}})
        workbook.batch({"insertDimension": {"range": {**area, "startIndex": 4, "endIndex": 5}}})
    if fault != "none":
        workbook.fail("spreadsheets.batchUpdate", fault)
    assert service.fulfil(order("2"), by="test").answer.outcome == "fulfilled"
    assert [row["order_id"] for row in workbook.tab("Assignments")] == ["1", "2"]
    assert workbook.service().fulfil(order("2"), by="test").replayed
    assert service.audit() == ()


def test_a_sorted_ledger_is_read_as_before(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    given = {number: service.fulfil(order(number), by="test").keys for number in ("1", "2", "3")}
    for title in ("Assignments", "Order Cache"):
        sheet_id = workbook.sheet_id(title)
        spec = {"dimensionIndex": 0, "sortOrder": "DESCENDING"}
        workbook.batch(
            {"sortRange": {"range": {"sheetId": sheet_id, "startRowIndex": 1}, "sortSpecs": [spec]}}
        )
    for reader in (service, workbook.service()):
        for number, keys in given.items():
            assert reader.fulfil(order(number), by="test").keys == keys
    assert service.fulfil(order("4"), by="test").answer.outcome == "fulfilled"
    assert workbook.service().audit() == ()


def test_a_refresh_that_finds_damage_leaves_a_warm_instance_what_it_knew(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service(DEADLINE_S="2")
    for number in ("1", "2", "3"):
        service.fulfil(order(number), by="test")
    area = {"sheetId": workbook.sheet_id("Assignments"), "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    workbook.batch({"deleteDimension": {"range": area}})
    with pytest.raises(FulfillmentError):
        service.refresh()
    assert service.fulfil(order("4"), by="test").answer.outcome == "fulfilled"


def test_a_copy_is_refused_until_it_is_adopted(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    workbook.service().fulfil(order("1"), by="test")
    original, everything = workbook.id, workbook.values("System")
    workbook.type("System!A1", [everything[0], [*everything[1][:-1], "another spreadsheet"]])
    with pytest.raises(NotOurs, match="setup --adopt"):
        workbook.service().fulfil(order("2"), by="test")
    with pytest.raises(NotOurs, match="setup --adopt"):
        setup(workbook)
    assert "Adopted" in setup(workbook, adopt=True)[0]
    assert setup(workbook) == ()
    assert workbook.id == original
    assert workbook.service().fulfil(order("2"), by="test").answer.outcome == "fulfilled"
    assert workbook.service().audit() == ()


def test_a_row_with_the_same_no_after_a_restore_is_not_taken_for_the_one_known(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 1", "NASM CPT combined EX-2 1", "NASM CPT combined EX-3 1")
    workbook.sell(CPT="NASM-CPT-FULL")
    before = {title: workbook.values(title) for title in ("Assignments", "Order Cache", "System")}
    warm = workbook.service(DEADLINE_S="3")
    warm.fulfil(order("1"), by="test")
    for title, rows in before.items():  # as Google's version history restores: contents alone, no metadata
        workbook.type(f"{title}!A1", [*rows, *[[""] * len(rows[0])] * 3])
    setup(workbook, adopt=True)
    given = workbook.service().fulfil(order("2"), by="test")
    assert given.keys[0].keycode == "EX-1"
    again = warm.fulfil(order("2"), by="test")
    assert (again.replayed, again.keys) == (True, given.keys)
    assert warm.fulfil(order("1"), by="test").keys[0].keycode == "EX-2"
    assert workbook.service().audit() == ()
