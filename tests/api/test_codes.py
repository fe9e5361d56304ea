"""Key codes, ids and SKUs are text, and survive untouched through the real gspread."""

from __future__ import annotations

import json

import pytest

from tests.local import Function, Workbook, codes, posted

CODES = [
    "0012", "1E5", '=HYPERLINK("x")', "-1", "+1", "TRUE", "12345678901234567890", "two  inner   blanks",
    'quote " quote', "it's", "'leading", "emoji 😀🔑", "1/2", "2026-11-20", "10%", "$5", "ÄÖÜ-ß", "a,b;c",
    "back\\slash", "<b>&amp;</b>", "#1", "@x", "0x1F", "1.50", ".5", "null", "{}", "[1]", "%s", "é",
]  # fmt: skip


@pytest.fixture(scope="module")
def said(function: Function, shop: Workbook) -> list[str]:
    rows = [
        {"region": "CANADA", "provider": "NASM", "product_code": "CPT", "component": "combined"}
        | {"keycode": code, "seats": "1"}
        for code in CODES
    ]
    assert function.post("/keys/import", {"rows": rows}).json()["imported"] == len(CODES)
    shop.sell(**{"0012": "NASM-CPT-FULL"})
    return codes(function.post("/orders", posted("0099", f"0012*{len(CODES)}")).json()["keys"])


def test_every_code_comes_back_byte_for_byte(said: list[str]) -> None:
    assert said == CODES


def test_every_code_stands_in_the_ledgers_as_it_was_pasted(said: list[str], shop: Workbook) -> None:
    assert [row["keycode"] for row in shop.tab("Assignments")] == CODES
    assert [code for _, code in json.loads(shop.tab("Order Cache")[-1]["keys"])] == CODES


def test_a_replay_by_a_cold_instance_gives_the_same_bytes(said: list[str], shop: Workbook) -> None:
    with Function(shop) as cold:
        again = cold.post("/orders", posted("0099", f"0012*{len(CODES)}")).json()
    assert codes(again["keys"]) == CODES
    assert again["replayed"]
    assert again["order_id"] == "0099"


def test_codes_pasted_into_the_tab_survive_too(function: Function, shop: Workbook, said: list[str]) -> None:
    pasted = [["CANADA", "NCSF", "STS", "combined", code, "1"] for code in CODES]
    shop.type("Import Keys!A2", pasted)
    assert function.post("/keys/import", {}).json()["imported"] == len(CODES)
    assert [row["keycode"] for row in shop.tab("Import History")][-len(CODES) :] == CODES
    assert len(shop.values("Import Keys")) == 1
