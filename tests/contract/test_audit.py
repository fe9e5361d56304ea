"""What people break is found by the audit, with its place; and the cure that it proposes cures it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from fulfillment.damage import Breach
from fulfillment.sheets import store
from tests.contract.setup_shop import setup
from tests.local import Workbook, order

Edit = Callable[[Workbook], None]


@dataclass(frozen=True)
class Damage:
    """How a person does it, how it is named, and what puts it right: a person, unless there is a `cure`."""

    name: str
    do: Edit
    tab: str
    says: str
    cure: Edit | None = None
    no: int = 0


def person(tab: str, kind: str, **how: object) -> Edit:
    """An edit as a person makes it in the browser."""

    def edit(workbook: Workbook) -> None:
        body = {"spreadsheet": workbook.id, "tab": tab, "edit": kind, **how}
        requests.post(f"{workbook.google}/_sandbox/person", json=body, timeout=10).raise_for_status()

    return edit


def typed(tab: str, cell: str, value: str) -> Edit:
    return person(tab, "type", cell=cell, value=value)


def cleared(tab: str, cells: str) -> Edit:
    return person(tab, "clear", range=cells)


def row_of(workbook: Workbook, tab: str, no: int) -> int:
    """The row in which a number stands now."""
    return next(row for row, cells in enumerate(workbook.values(tab), 1) if cells and cells[0] == no)


def deleted_row(tab: str, no: int) -> Edit:
    return lambda workbook: person(tab, "delete_rows", at=row_of(workbook, tab, no), count=1)(workbook)


def typed_in_row(tab: str, no: int, column: str, value: str) -> Edit:
    return lambda workbook: typed(tab, f"{column}{row_of(workbook, tab, no)}", value)(workbook)


def deleted_tab(tab: str) -> Edit:
    return person(tab, "delete_tab")


def renamed(tab: str, title: str) -> Edit:
    def edit(workbook: Workbook) -> None:
        properties = {"sheetId": workbook.sheet_id(tab), "title": title}
        workbook.batch({"updateSheetProperties": {"properties": properties, "fields": "title"}})

    return edit


def copied(tab: str, no: int) -> Edit:
    return lambda workbook: workbook.type(f"{tab}!A30", [workbook.values(tab)[row_of(workbook, tab, no) - 1]])


def put_back(workbook: Workbook, before: dict[str, list[list[Any]]]) -> None:
    """What stood in the tabs, as somebody copies it back from the version history."""
    for tab, rows in before.items():
        now = workbook.values(tab, "FORMULA")
        if now != rows:
            width = max(map(len, [*now, *rows]))
            blank = [[""] * width] * len(now)
            padded = [[*row, *[""] * (width - len(row))] for row in rows]
            workbook.type(f"{tab}!A1", [*padded, *blank[len(rows) :]])


def refresh(workbook: Workbook) -> None:
    workbook.service().refresh()


def publish(workbook: Workbook) -> None:
    workbook.service().publish()


def rebuild(workbook: Workbook) -> None:
    workbook.service().rebuild()


def adopted(workbook: Workbook) -> None:
    setup(workbook, adopt=True)
    workbook.unprotect()


def made_ready(workbook: Workbook) -> None:
    setup(workbook)
    workbook.unprotect()


def both(*cures: Edit) -> Edit:
    def do(workbook: Workbook) -> None:
        for cure in cures:
            cure(workbook)

    return do


DAMAGE = [
    Damage(
        "a row of Assignments deleted",
        deleted_row("Assignments", 1),
        "Assignments",
        "Row 1 is missing. By the other ledgers row 1 concerned order 1.",
        rebuild,
        no=1,
    ),
    Damage(
        "a row of Order Cache deleted",
        deleted_row("Order Cache", 3),
        "Order Cache",
        "By the other ledgers row 3 concerned order 3.",
        rebuild,
        no=3,
    ),
    Damage(
        "a row of Import History deleted",
        deleted_row("Import History", 1),
        "Import History",
        "By the other ledgers row 1 concerned a key of CANADA NASM CPT combined.",
        rebuild,
        no=1,
    ),
    Damage(
        "a ledger row copied",
        copied("Assignments", 2),
        "Assignments",
        "stands in 2 rows: delete what a person copied",
        no=2,
    ),
    Damage(
        "a key code changed",
        typed_in_row("Assignments", 2, "M", "EX-OTHER"),
        "Assignments",
        "has a key that was never imported",
        no=2,
    ),
    Damage(
        "a number cleared",
        typed_in_row("Assignments", 3, "A", ""),
        "Assignments",
        "of the sheet cannot be read: a number or a time is missing",
    ),
    Damage(
        "a stray cell far below a ledger",
        typed("Order Cache", "C900", "look here"),
        "Order Cache",
        "Cell C900 of `Order Cache` is filled in no row that the service wrote. Delete what stands there: "
        "new rows come below it.",
    ),
    Damage(
        "a stray cell beside a ledger",
        person("Assignments", "paste", cell="R3", rows=[["refunded?"]]),
        "Assignments",
        "Cell R3 of `Assignments` is filled beside its columns",
    ),
    Damage(
        "a stray cell below a view",
        typed("Key Inventory", "B40", "sum"),
        "Key Inventory",
        "Cell B40 of `Key Inventory` is filled in no row",
        refresh,
    ),
    Damage(
        "a header of a ledger retyped",
        typed("Assignments", "M1", "code"),
        "Assignments",
        "the header `keycode` in column M reads `code`. Run Refresh Inventory.",
        refresh,
    ),
    Damage(
        "a header of a view retyped",
        typed("Key Inventory", "G1", "left"),
        "Key Inventory",
        "the header `available` in column G reads `left`. Run Refresh Inventory.",
        refresh,
    ),
    Damage(
        "a header of System cleared",
        cleared("System", "D1"),
        "System",
        "the header `last_import_no` in column D reads ``. Run Refresh Inventory.",
        refresh,
    ),
    Damage(
        "a header in which people type retyped",
        typed("NPTA Catalogue", "E1", "what they get"),
        "NPTA Catalogue",
        "the header `entitlements` in column E reads `what they get`. `python -m fulfillment setup`",
        made_ready,
    ),
    Damage(
        "a tab renamed",
        renamed("Assignments", "Assignments 2026"),
        "Assignments",
        "`Assignments` was renamed to `Assignments 2026`. Run Refresh Inventory.",
        refresh,
    ),
    Damage(
        "a ledger deleted",
        deleted_tab("Order Cache"),
        "Order Cache",
        "The tab `Order Cache` is missing. Bring it back with undo",
        both(made_ready, rebuild),
    ),
    Damage(
        "a view deleted",
        deleted_tab("Key Inventory"),
        "Key Inventory",
        "`python -m fulfillment setup` makes it anew, and Refresh Inventory fills it",
        both(made_ready, refresh),
    ),
    Damage(
        "the published catalogue deleted",
        deleted_tab("Live Catalogue"),
        "Live Catalogue",
        "`python -m fulfillment setup` makes it anew, and Sync Catalogue fills it",
        both(made_ready, publish),
    ),
    Damage(
        "a row of the published catalogue deleted",
        person("Live Catalogue", "delete_rows", at=2, count=1),
        "Live Catalogue",
        "Rows of `Live Catalogue` are gone, or are not as they were published. Run Refresh Inventory",
        refresh,
    ),
    Damage(
        "entitlements of the published catalogue changed",
        typed("Live Catalogue", "E2", "NASM-CES-FULL"),
        "Live Catalogue",
        "Rows of `Live Catalogue` are gone, or are not as they were published: `",
        refresh,
    ),
    Damage(
        "the row of System cleared",
        cleared("System", "A2:J2"),
        "System",
        "The tab `System` is blank: run setup, or setup --adopt",
        adopted,
    ),
    Damage(
        "a formula pasted over a view",
        typed("Key Inventory", "G2", "=E2-F2"),
        "Key Inventory",
        "Cell G2 of `Key Inventory` is filled by a formula, where the service writes what the ledgers say.",
        refresh,
    ),
    Damage(
        "a figure typed over a view",
        typed("Key Inventory", "G2", "99"),
        "Key Inventory",
        "CANADA NASM CPT combined shows total 6, used 3, available 99 (low)",
        refresh,
    ),
    Damage(
        "a figure typed over the published catalogue",
        typed("Live Catalogue", "G2", "99"),
        "Live Catalogue",
        "shows 99 available, and the ledgers say",
        refresh,
    ),
    Damage(
        "a figure typed over a formula",
        typed("NPTA Catalogue", "H2", "99"),
        "NPTA Catalogue",
        "column `available`: row 2 is without the formula (`99` was typed over it)",
        made_ready,
    ),
    Damage(
        "a figure typed over the dashboard",
        typed("Dashboard", "B3", "12"),
        "Dashboard",
        "1 of its cells is without the formula or text of ours",
        made_ready,
    ),
]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not add up at once is taken for damage: nothing here is torn."""
    monkeypatch.setattr(store, "TORN_LOOKS", 1)
    monkeypatch.setattr(store, "TORN_PATIENCE_S", 0.0)


@pytest.fixture(scope="module")
def shop(google: str) -> Iterator[Workbook]:
    """Orders 1 to 4, of which 2 was released, on two keys of three seats; nothing is protected."""
    workbook = Workbook(google)
    workbook.stock("NASM CPT combined EX-1 3", "NASM CPT combined EX-2 3")
    workbook.sell(CPT="NASM-CPT-FULL", CNC="NASM-CPT-FULL", KBS="")
    service = workbook.service()
    for number in "1234":
        service.fulfil(order(number), by="test")
    service.release("2", sku="", units=(), quarantine=False, reason="", by="test")
    workbook.unprotect()
    return workbook


def found(workbook: Workbook) -> list[Breach]:
    return [*workbook.service().audit()]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.name)
def test_it_is_named_with_its_place_and_the_cure_that_is_proposed_cures_it(
    shop: Workbook, damage: Damage
) -> None:
    before = shop.everything()
    damage.do(shop)
    named = [b for b in found(shop) if (b.tab, b.no) == (damage.tab, damage.no) and damage.says in b.message]
    assert len(named) == 1, found(shop)
    damage.cure(shop) if damage.cure else put_back(shop, before)
    assert found(shop) == []


def sorted_by(tab: str, column: str) -> Edit:
    return person(tab, "sort", column=column, descending=True)


def own_column(tab: str, text: str) -> Edit:
    def edit(workbook: Workbook) -> None:
        growth = {"sheetId": workbook.sheet_id(tab), "dimension": "COLUMNS", "length": 1}
        letter = chr(ord("A") + len(workbook.values(tab)[0]))
        workbook.batch({"appendDimension": growth})
        typed(tab, f"{letter}1", "my notes")(workbook)
        typed(tab, f"{letter}2", text)(workbook)

    return edit


HARMLESS = {
    "a ledger sorted": sorted_by("Assignments", "keycode"),
    "another ledger sorted": sorted_by("Order Cache", "customer"),
    "a view sorted": sorted_by("Key Inventory", "available"),
    "the published catalogue sorted": sorted_by("Live Catalogue", "SKU"),
    "the catalogue sorted": sorted_by("NPTA Catalogue", "product"),
    "a column of one's own": own_column("Assignments", "called her"),
    "formulas of one's own beside a view": own_column("Key Inventory", "=E2*899"),
    "a tab of one's own": lambda workbook: workbook.batch({"addSheet": {"properties": {"title": "Prices"}}}),
}


@pytest.mark.parametrize("edit", HARMLESS)
def test_what_does_no_harm_is_no_breach(shop: Workbook, edit: str) -> None:
    HARMLESS[edit](shop)
    assert found(shop) == []


def test_the_books_of_a_tab_that_was_renamed_are_audited_all_the_same(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 3")
    workbook.unprotect()
    deleted_row("Import History", 1)(workbook)
    renamed("Import History", "Old imports")(workbook)
    assert [(breach.tab, breach.no) for breach in found(workbook)][:2] == [
        ("Import History", 0),
        ("Import History", 1),
    ]


def test_a_row_of_which_nothing_tells_is_said_to_stop_new_orders(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 3", "NASM CPT combined EX-2 3")
    workbook.unprotect()
    deleted_row("Import History", 2)(workbook)
    messages: Any = [breach.message for breach in found(workbook) if breach.no == 2]
    assert "No other ledger tells of row 2, and nothing new is assigned without." in messages[0]
    assert "`--accept`" in messages[0]
