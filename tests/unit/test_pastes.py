"""Ugly pastes: what becomes of each row, from `pastes.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from fulfillment.intake import Imported, plan_import
from fulfillment.model import KeyEvent, KeyId
from fulfillment.pasting import FIELDS, Paste, PastedRow
from fulfillment.payloads import ImportBody, read
from tests.unit.shop import BY, Shop, a_shop, a_stocked_shop

PASTES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "pastes.yaml").read_text("utf-8"))


def shop_with(history: str) -> Shop:
    """A shop that knows EX-1, or does not."""
    if history in ("", "archived"):
        shop = a_shop()
        shop.snapshot.archived_keys |= {KeyId("NASM", "EX-1")} if history else set()
        return shop
    shop = a_stocked_shop([])
    shop.keys("CNC" if history == "elsewhere" else "CPT", "EX-1")
    if history == "given":
        shop.order("6855909900591", "CPT")
    if history == "withdrawn":
        shop.withdraw("CPT", "EX-1")
    return shop


def rows_of(paste: dict[str, Any]) -> list[PastedRow]:
    if "csv" in paste:
        body = read(ImportBody, {"csv": paste["csv"]})
        return [PastedRow(line, row) for line, row in zip(body.lines, body.rows or (), strict=True)]
    cells = paste.get("cells") or [paste["cell"]]
    return [PastedRow(7, dict(zip(FIELDS, cells, strict=False)))]


def stored(event: KeyEvent) -> str:
    return f"{event.pool} | {event.keycode} | {event.seats}"


def become(imported: Imported, events: tuple[KeyEvent, ...]) -> dict[int, str]:
    """row -> the key as it is stored, or `refused: ...`, or `duplicate: ...`."""
    keys = iter(events)
    return {
        row.row: stored(next(keys))
        if row.result == "imported"
        else f"{row.result}: {row.message.removeprefix(f'row {row.row}: ')}"
        for row in imported.rows
    }


def expected(paste: dict[str, Any]) -> dict[int, str]:
    if paste.get("passed"):
        return {}
    if "rows" in paste:
        rows: dict[int, str] = paste["rows"]
        return rows
    said = [f"{kind}: {paste[kind]}" for kind in ("refused", "duplicate") if kind in paste]
    return {7: said[0] if said else paste["gives"]}


def is_said(words: str, expected: str) -> bool:
    """`...` at the end stands for the rest of a sentence."""
    return words == expected or (expected.endswith("...") and words.startswith(expected[:-3]))


@pytest.mark.parametrize("paste", PASTES, ids=[paste["name"] for paste in PASTES])
def test_an_ugly_paste_is_imported_or_refused_in_words(paste: dict[str, Any]) -> None:
    shop = shop_with(paste.get("history", ""))
    plan = plan_import(shop.snapshot, Paste(rows_of(paste)), batch="b", now=shop.now, by=BY)
    became, wanted = become(plan.result, plan.changes.events), expected(paste)
    assert became.keys() == wanted.keys()
    assert [(row, words) for row, words in became.items() if not is_said(words, wanted[row])] == []
    assert str(paste.get("note", "")) in str(plan.result.rows[:1])


def test_there_are_many_of_them() -> None:
    assert len(PASTES) >= 60
    assert len({paste["name"] for paste in PASTES}) == len(PASTES)


def test_no_row_quotes_a_key_code() -> None:
    shop = a_shop()
    for paste in PASTES:
        for row in rows_of(paste):
            (result, *_) = plan_import(
                shop.snapshot, Paste([row]), batch="b", now=shop.now, by=BY
            ).result.rows or (None,)
            code = row.cells.get("keycode", "").replace("combined", "")
            assert result is None or len(code) < 4 or code not in result.message


def test_quotes_that_are_the_key_code_s_own_stay() -> None:
    codes = ["'leading", '"quoted"', "it's", "`x`", 'a " b']
    imported = a_shop().paste(*(("CANADA", "NASM", "CPT", "combined", code, "1") for code in codes))
    assert [row.message for row in imported.rows if "left out" in row.message] == []
