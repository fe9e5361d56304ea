"""People at the spreadsheet: they sort, insert rows, type and paste while the function works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import requests

from tests.local import Workbook
from tests.machine.chaos.caller import Caller
from tests.machine.chaos.shop import SOLD, Supplier, pool_of
from tests.machine.shown import Typed

CATALOGUE, PASTED = "NPTA Catalogue", "Import Keys"
NOTES = "my notes"
"""A column of their own."""

SORTS = {
    CATALOGUE: ("SKU", "product", "entitlements"),
    PASTED: ("keycode", "product_code"),
    "Key Inventory": ("available", "product_code"),
    "Live Catalogue": ("SKU", "available"),
    "Assignments": ("no", "keycode", "order_id"),
    "Order Cache": ("no", "order_id", "email"),
    "Import History": ("no", "keycode"),
}

EDITS = {"sort": 4, "sort_ledger": 1, "insert": 2, "note": 5, "flip": 3, "paste": 3}
CLICKS = {"import_tab": 3, "publish": 3, "refresh": 2}

BLANKS_MOST = 40
"""Rows inserted into a tab at the most: it is to stay a tab that one can look at."""

LEDGER_SORTS_MOST = 25
"""After each of them every writer reads everything anew."""


class People:
    """Everybody who has the spreadsheet open.

    One types, one clicks, each one thing after the other; what was typed is remembered.
    """

    def __init__(self, workbook: Workbook, caller: Caller, supplier: Supplier) -> None:
        self._workbook, self._caller, self._supplier = workbook, caller, supplier
        self._chance = caller.chance
        self.typed = Typed()
        self.edits: Counter[str] = Counter()
        self._inserted: Counter[str] = Counter()

    def open_shop(self) -> None:
        """The catalogue is typed in, and the tabs' owner takes the protection off: nothing stops an owner."""
        self._workbook.unprotect()
        rows = [[*_cells(sku, entitlements[0]).values()] for sku, entitlements in SOLD.items()]
        self._workbook.type(f"{CATALOGUE}!A2", rows)
        self._edit(CATALOGUE, "paste", cell="J1", rows=[[NOTES]])
        for sku, entitlements in SOLD.items():
            cells = _cells(sku, entitlements[0])
            self.typed.catalogue[sku] = {name: cells[name] for name in ("product", "entitlements")}

    def edit(self) -> None:
        """Somebody changes something in the spreadsheet."""
        self._do_one_of(EDITS)

    def click(self) -> None:
        """Somebody else clicks in the sidebar, and waits for what it says."""
        self._do_one_of(CLICKS)

    def _do_one_of(self, deeds: Mapping[str, int]) -> None:
        deed = self._chance.choices([*deeds], weights=[*deeds.values()])[0]
        self.edits[deed] += 1
        getattr(self, f"_{deed}")()

    def _edit(self, tab: str, edit: str, **fields: object) -> None:
        body = {"spreadsheet": self._workbook.id, "tab": tab, "edit": edit, **fields}
        url = f"{self._workbook.google}/_sandbox/person"
        requests.post(url, json=body, timeout=60).raise_for_status()

    def _sort_one(self, *tabs: str) -> None:
        tab = self._chance.choice(tabs)
        column = self._chance.choice(SORTS[tab])
        self._edit(tab, "sort", column=column, descending=self._chance.random() < 0.5)

    def _sort(self) -> None:
        self._sort_one(CATALOGUE, PASTED, "Key Inventory", "Live Catalogue")

    def _sort_ledger(self) -> None:
        if self.edits["sort_ledger"] <= LEDGER_SORTS_MOST:
            self._sort_one("Assignments", "Order Cache", "Import History")

    def _insert(self) -> None:
        tab = self._chance.choice((CATALOGUE, PASTED))
        if self._inserted[tab] < BLANKS_MOST:
            self._inserted[tab] += 1
            self._edit(tab, "insert_rows", at=self._chance.randrange(2, 12))

    def _note(self) -> None:
        self._type_beside(NOTES, f"note {self._chance.randrange(10**6)}")

    def _flip(self) -> None:
        entitlements = ",".join(self._chance.choice(SOLD["FLIP"]))
        self._type_beside("entitlements", entitlements, sku="FLIP")

    def _type_beside(self, header: str, text: str, sku: str = "") -> None:
        """Types into a product's row, wherever it stands now; nobody else moves rows meanwhile."""
        sku = sku or self._chance.choice([*SOLD])
        headers, *rows = self._workbook.values(CATALOGUE)
        column, of_sku = headers.index(header), headers.index("SKU")
        row = next(number for number, cells in enumerate(rows, 2) if sku in cells[of_sku : of_sku + 1])
        self._edit(CATALOGUE, "type", cell=f"{'ABCDEFGHIJKLMNOP'[column]}{row}", value=text)
        self.typed.catalogue[sku] = {**self.typed.catalogue[sku], header: text}

    def _paste(self) -> None:
        """Keys pasted below what stands in Import Keys, some of them with a slip."""
        entitlement = self._chance.choice(["NASM-CPT-FULL", "NASM-PES-FULL", "NCSF-STS-CONTENT"])
        rows = [*self._supplier.keys(pool_of(entitlement), self._chance.randrange(1, 6))]
        if self._chance.random() < 0.2:
            rows[0]["component"] = "everything"
        below = len(self._workbook.values(PASTED)) + 1
        self._edit(PASTED, "paste", cell=f"A{below}", rows=[[*row.values()] for row in rows])
        self.typed.pasted += rows

    def _import_tab(self) -> None:
        self._caller.settle("import", {})

    def _publish(self) -> None:
        self._caller.settle("publish", {})

    def _refresh(self) -> None:
        self._caller.settle("refresh", {})


def _cells(sku: str, entitlements: list[str]) -> dict[str, str]:
    """A row of NPTA Catalogue."""
    return {
        "SKU": sku,
        "product": f"Course {sku}",
        "provider": "",
        "category": "Certification",
        "entitlements": ",".join(entitlements),
        "fulfillment": "AUTO" if entitlements else "EXTERNAL",
        "active": "TRUE",
    }
