"""NPTA Catalogue brought up to the shop while people type, sort, insert, delete and move columns."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fulfillment.app import SCHEMA_FILE
from fulfillment.assortment import Pulled
from fulfillment.sheets.catalogue_tab import Pulling
from fulfillment.sheets.client import Json, SheetsClient
from fulfillment.sheets.schema import read_schema
from fulfillment.wares import Variant
from tests.contract.setup_shop import setup
from tests.local import Workbook

TAB = "NPTA Catalogue"
SCHEMA = read_schema(SCHEMA_FILE)

Edit = Callable[[Workbook], None]


class Watched(SheetsClient):
    """A client before whose n-th call somebody edits the spreadsheet."""

    def __init__(self, client: SheetsClient, edits: dict[int, Callable[[], None]]) -> None:
        self.__dict__.update(client.__dict__)
        self._edits, self._asked = edits, 0

    def _json(self, method: str, path: str, *, timeout_s: float, **request: Any) -> Json:
        self._asked += 1
        self._edits.pop(self._asked, lambda: None)()
        return super()._json(method, path, timeout_s=timeout_s, **request)


def sold(sku: str, **fields: object) -> Variant:
    variant = Variant(f"v-{sku}", f"i-{sku}", sku, f"Course {sku}", category="Certification")
    return replace(variant, **{"tags": ("provider:NASM",), **fields})  # type: ignore[arg-type]


SOLD = [sold("CPT"), sold("CNC"), sold("CES", status="DRAFT"), sold("PES"), sold("KBS", category="")]


def pull(workbook: Workbook, variants: list[Variant] = SOLD, edits: dict[int, Edit] | None = None) -> Pulled:
    happening = {call: (lambda edit=edit: edit(workbook)) for call, edit in (edits or {}).items()}
    store: Any = workbook.service()._store
    pulled = Pulling(Watched(store._client, happening), SCHEMA, variants).run()
    assert not happening or min(happening) > 2  # a third call is made only where the second was disturbed
    return pulled


def listed(workbook: Workbook) -> dict[str, tuple[object, ...]]:
    """SKU -> what its row says."""
    shown = ("product", "provider", "category", "active", "entitlements", "fulfillment")
    rows = [row for row in workbook.tab(TAB) if row["SKU"]]
    assert len({row["SKU"] for row in rows}) == len(rows)
    return {row["SKU"]: tuple(row[header] for header in shown) for row in rows}


def as_sold(variant: Variant, entitlements: str = "", fulfillment: str = "AUTO") -> tuple[object, ...]:
    named = (variant.name, "NASM", variant.category, variant.is_active)
    return (*named, entitlements, fulfillment)


def lived_in(workbook: Workbook) -> Workbook:
    """Products of before, a row of people's own, and notes in a column of theirs."""
    grown = {"sheetId": workbook.sheet_id(TAB), "dimension": "COLUMNS", "length": 1}
    workbook.batch({"appendDimension": grown})
    workbook.type(f"{TAB}!J1", [["notes"]])
    rows = [
        ["PES", "Old name", "", "Bundle", "NASM-PES-FULL", "AUTO", False],
        ["HAND", "Given by hand", "MIA", "Seminar", "", "EXTERNAL", True],
        ["CPT", "Course CPT", "NASM", "Certification", "NASM-CPT-FULL", "EXTERNAL", True],
    ]
    workbook.type(f"{TAB}!A2", rows)
    workbook.type(f"{TAB}!J2", [["PES's"], ["HAND's"], ["CPT's"]])
    workbook.type(f"{TAB}!A6", [["", "no SKU yet", "MIA", "", "NASM-X-FULL"]])
    setup(workbook)
    return workbook


@pytest.fixture
def tab(workbook: Workbook) -> Workbook:
    return lived_in(workbook)


def is_in_order(workbook: Workbook) -> None:
    """The shop's products as it has them, and whatever people typed as they typed it."""
    rows = listed(workbook)
    assert rows.pop("HAND") == ("Given by hand", "MIA", "Seminar", False, "", "EXTERNAL")
    assert rows == {
        "PES": as_sold(SOLD[3], "NASM-PES-FULL"),
        "CPT": as_sold(SOLD[0], "NASM-CPT-FULL", "EXTERNAL"),
        "CNC": as_sold(SOLD[1]),
        "CES": as_sold(SOLD[2]),
        "KBS": as_sold(SOLD[4], "", "EXTERNAL"),
    }
    notes = {row["SKU"]: row["notes"] for row in workbook.tab(TAB) if row["notes"]}
    assert notes == {sku: f"{sku}'s" for sku in ("PES", "HAND", "CPT")}
    [nameless] = [row for row in workbook.tab(TAB) if row["product"] == "no SKU yet"]
    assert (nameless["provider"], nameless["entitlements"], nameless["active"]) == ("MIA", "NASM-X-FULL", "")


def test_new_products_come_behind_the_last_row_and_nothing_typed_is_touched(tab: Workbook) -> None:
    done = pull(tab)
    assert (done.added, done.changed, done.gone) == (3, 1, 1)
    assert [row["SKU"] for row in tab.tab(TAB)][:8] == ["PES", "HAND", "CPT", "", "", "CNC", "CES", "KBS"]
    is_in_order(tab)


def test_a_second_pull_finds_nothing_to_do(tab: Workbook) -> None:
    pull(tab)
    tab.forget_calls()
    again = pull(tab)
    assert again.message == "5 products in the shop; nothing in the catalogue had to change."
    assert tab.calls()["methods"] == {"spreadsheets.get": 1}


def test_a_pull_takes_one_read_and_one_write(tab: Workbook) -> None:
    tab.forget_calls()
    pull(tab)
    assert tab.calls()["methods"] == {"spreadsheets.get": 1, "spreadsheets.batchUpdate": 1}


def test_new_rows_have_their_formulas_and_look_as_setup_wants_them(tab: Workbook) -> None:
    pull(tab)
    assert setup(tab, check=True).is_ready
    statuses = {row["SKU"]: row["status"] for row in tab.tab(TAB) if row["SKU"]}
    assert set(statuses.values()) == {"changed: Sync Catalogue to publish"}
    tab.service().publish()
    statuses = {row["SKU"]: row["status"] for row in tab.tab(TAB) if row["SKU"]}
    assert set(statuses.values()) == {"live"}


def test_the_first_pull_fills_an_empty_catalogue(workbook: Workbook) -> None:
    pull(workbook)
    assert [row["SKU"] for row in workbook.tab(TAB)][:5] == ["CPT", "CNC", "CES", "PES", "KBS"]
    assert setup(workbook, check=True).is_ready


def test_a_catalogue_without_a_blank_row_grows(workbook: Workbook) -> None:
    workbook.type(f"{TAB}!A2", [["CPT"]])
    rest = {"sheetId": workbook.sheet_id(TAB), "dimension": "ROWS", "startIndex": 2}
    workbook.batch({"deleteDimension": {"range": rest}})
    pull(workbook)
    assert [row["SKU"] for row in workbook.tab(TAB)] == ["CPT", "CNC", "CES", "PES", "KBS"]


def test_ids_that_look_like_numbers_and_formulas_stay_text(workbook: Workbook) -> None:
    strange = ["007", "1E5", "=1+1", "TRUE"]
    pull(workbook, [sold(sku) for sku in strange])
    assert [row["SKU"] for row in workbook.tab(TAB)][:4] == strange
    assert pull(workbook, [sold(sku) for sku in strange]).added == 0


def typed(workbook: Workbook) -> None:
    workbook.type(f"{TAB}!A7", [["TYPED", "just now", "MIA", "", "NASM-T-FULL", "AUTO", True]])


def inserted(workbook: Workbook) -> None:
    area = {"sheetId": workbook.sheet_id(TAB), "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    workbook.batch({"insertDimension": {"range": area}})


def sorted_(workbook: Workbook) -> None:
    area = {"sheetId": workbook.sheet_id(TAB), "startRowIndex": 1, "endRowIndex": 12}
    by_sku = [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]
    workbook.batch({"sortRange": {"range": area, "sortSpecs": by_sku}})


def deleted(workbook: Workbook) -> None:
    """A blank row between theirs."""
    area = {"sheetId": workbook.sheet_id(TAB), "dimension": "ROWS", "startIndex": 4, "endIndex": 5}
    workbook.batch({"deleteDimension": {"range": area}})


def moved_column(workbook: Workbook) -> None:
    column = {"sheetId": workbook.sheet_id(TAB), "dimension": "COLUMNS", "startIndex": 4, "endIndex": 5}
    workbook.batch({"moveDimension": {"source": column, "destinationIndex": 1}})


EDITS = [typed, inserted, sorted_, deleted, moved_column]


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_people_may_do_as_they_like_at_any_moment(tab: Workbook, edit: Edit, call: int) -> None:
    pull(tab, edits={call: edit})
    rows = {row["SKU"]: row for row in tab.tab(TAB)}
    if edit is typed:
        assert rows["TYPED"]["entitlements"] == "NASM-T-FULL"
        assert (rows["TYPED"]["product"], rows["TYPED"]["provider"]) == ("just now", "MIA")
        gone = {"sheetId": tab.sheet_id(TAB), "dimension": "ROWS"}
        index = [row["SKU"] for row in tab.tab(TAB)].index("TYPED") + 1
        tab.batch({"deleteDimension": {"range": {**gone, "startIndex": index, "endIndex": index + 1}}})
    is_in_order(tab)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_people_do_twice_nothing_of_theirs_is_lost(tab: Workbook, seed: int) -> None:
    chance = random.Random(seed)
    disturbing = [inserted, sorted_]
    pull(tab, edits={2: chance.choice(disturbing), 3: chance.choice(disturbing)})
    is_in_order(tab)


def test_a_batch_whose_reply_was_lost_is_found_and_not_repeated(tab: Workbook) -> None:
    store: Any = tab.service()._store
    pulling = Pulling(store._client, SCHEMA, SOLD)
    tab.fail("spreadsheets.batchUpdate", "apply-then-drop")
    with pytest.raises(Exception, match="Google"):
        pulling.run()
    done = pulling.run()
    assert (done.added, done.changed, done.gone) == (3, 1, 1)
    is_in_order(tab)
    assert tab.faults()["spent"] == {"apply-then-drop": 1}
