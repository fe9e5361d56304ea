"""Rows that a person takes out of the hidden catalogue, or changes: orders of them wait, and do not fail."""

from __future__ import annotations

import pytest

from fulfillment.errors import Damaged
from fulfillment.sheets.published import RECORD_BASE, RECORD_KEY
from tests.contract.test_audit import Edit, cleared, found, person, typed
from tests.local import Workbook, order

BROKEN: dict[str, Edit] = {
    "a row deleted": person("Live Catalogue", "delete_rows", at=2, count=1),
    "a row blanked": cleared("Live Catalogue", "A2:J2"),
    "a SKU blanked": cleared("Live Catalogue", "A2"),
    "a SKU retyped": typed("Live Catalogue", "A2", "CPT-2"),
    "entitlements typed over": typed("Live Catalogue", "E2", "NASM-CNC-FULL"),
    "set to be served by hand": typed("Live Catalogue", "F2", "EXTERNAL"),
}


@pytest.fixture
def shop(workbook: Workbook) -> Workbook:
    """CPT stands in row 2 of Live Catalogue, CNC in row 3; order 1 has its key."""
    workbook.stock("NASM CPT combined EX-1 9", "NASM CNC combined EX-2 9")
    workbook.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL")
    workbook.service().fulfil(order("1"), by="test")
    workbook.unprotect()
    return workbook


@pytest.mark.parametrize("broken", BROKEN)
def test_orders_of_the_row_wait_until_a_refresh_restores_it_and_the_others_are_served(
    shop: Workbook, broken: str
) -> None:
    before = shop.values("Live Catalogue")
    BROKEN[broken](shop)
    assert [b.tab for b in found(shop) if "Run Refresh Inventory" in b.message][:1] == ["Live Catalogue"]
    cold = shop.service()
    with pytest.raises(Damaged, match=r"`Live Catalogue`.*Refresh Inventory"):
        cold.fulfil(order("2", "CPT"), by="test")
    assert cold.fulfil(order("1"), by="test").replayed
    assert cold.fulfil(order("3", "CNC"), by="test").keys[0].keycode == "EX-2"
    assert [row["order_id"] for row in shop.tab("Order Cache")] == ["1", "3"]
    assert "`Live Catalogue`" in " ".join(shop.service().refresh().repaired)
    said = ("SKU", "product", "active", "entitlements", "fulfillment")
    header, *rows = shop.values("Live Catalogue")
    places = [header.index(name) for name in said]
    assert [[row[at] for at in places] for row in rows] == [[row[at] for at in places] for row in before[1:]]
    for service in (cold, shop.service()):
        number = str(len(shop.tab("Order Cache")) + 5)
        assert service.fulfil(order(number, "CPT"), by="test").keys[0].keycode == "EX-1"
    assert found(shop) == []


@pytest.mark.parametrize("broken", BROKEN)
def test_an_instance_that_knows_what_was_published_serves_on_and_its_refresh_restores_it(
    shop: Workbook, broken: str
) -> None:
    warm = shop.service()
    warm.check()
    shop.type("NPTA Catalogue!E2", [["NASM-CNC-FULL"]])  # what people typed since is not published by it
    BROKEN[broken](shop)
    warm.check()
    assert warm.fulfil(order("2", "CPT"), by="test").keys[0].keycode == "EX-1"
    warm.refresh()
    assert shop.service().fulfil(order("3", "CPT"), by="test").keys[0].keycode == "EX-1"
    assert found(shop) == []


def test_what_cannot_be_told_any_more_is_left_to_sync_catalogue(shop: Workbook) -> None:
    BROKEN["a row deleted"](shop)
    typed("NPTA Catalogue", "E1", "what they get")(shop)
    assert "Sync Catalogue" in shop.service().refresh().left[0]
    shop.type("NPTA Catalogue!E1", [["entitlements"], ["NASM-CNC-FULL"]])
    done = shop.service().refresh()
    assert done.repaired == ()
    assert "Sync Catalogue" in done.left[0]
    with pytest.raises(Damaged):
        shop.service().fulfil(order("2", "CPT"), by="test")
    shop.service().publish()
    assert shop.service().fulfil(order("2", "CPT"), by="test").keys[0].keycode == "EX-2"
    assert found(shop) == []


def test_a_row_gone_from_both_catalogues_is_unpublished_by_sync_catalogue(shop: Workbook) -> None:
    BROKEN["a row deleted"](shop)
    person("NPTA Catalogue", "delete_rows", at=2, count=1)(shop)
    shop.service().publish()
    assert shop.service().fulfil(order("2", "CPT"), by="test").answer.reason == "unknown_sku"
    assert found(shop) == []


def test_a_row_that_was_never_published_is_not_sold(shop: Workbook) -> None:
    row = shop.values("Live Catalogue")[1]
    shop.type("Live Catalogue!A4", [["FREE", *row[1:]]])
    assert shop.service().fulfil(order("2", "FREE"), by="test").answer.reason == "unknown_sku"
    assert "`FREE`" in found(shop)[0].message
    shop.service().refresh()
    assert found(shop) == []


def records(workbook: Workbook) -> list[int]:
    entries = workbook._call("get", "", params={"fields": "developerMetadata"})["developerMetadata"]
    return [entry["metadataId"] for entry in entries if entry["metadataKey"] == RECORD_KEY]


def test_one_record_stands_and_a_refresh_makes_it_where_there_is_none(shop: Workbook) -> None:
    shop.sell(CPT="NASM-CNC-FULL")
    (record,) = records(shop)
    assert record > RECORD_BASE
    lookup = {"developerMetadataLookup": {"metadataId": record}}
    shop.batch({"deleteDeveloperMetadata": {"dataFilter": lookup}})  # as a workbook of an earlier release
    shop.service().refresh()
    assert records(shop) == [record]
    BROKEN["a row deleted"](shop)
    with pytest.raises(Damaged):
        shop.service().fulfil(order("2", "CPT"), by="test")
