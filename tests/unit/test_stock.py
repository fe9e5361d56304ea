"""Keys coming into stock, and the inventory as Key Inventory shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fulfillment.intake import Imported, plan_import
from fulfillment.pasting import Paste, PastedKey, PastedRow, read_row
from fulfillment.workbook import Snapshot
from tests.unit.shop import BY, OPENING, Shop, a_shop, a_stocked_shop, pasted, pool

GOOD = ("CANADA", "NASM", "CPT", "combined", "EX-1", "15")


def results(imported: Imported) -> list[str]:
    return [row.result for row in imported.rows]


def why(*row: str) -> str:
    """Why an empty shop refuses this row."""
    (result,) = a_shop().paste(row).rows
    assert result.result == "refused"
    return result.message


def with_cell(place: int, text: str) -> tuple[str, ...]:
    return (*GOOD[:place], text, *GOOD[place + 1 :])


# rows that people paste


def test_a_key_joins_the_stock_with_all_its_seats() -> None:
    shop = a_shop()
    imported = shop.paste(GOOD)
    assert (results(imported), imported.seats) == (["imported"], 15)
    assert imported.message == "1 key imported (15 seats)."
    assert shop.stock("CPT") == (15, 0, 15)


def test_any_case_is_forgiven_but_in_the_key_code() -> None:
    shop = a_shop()
    shop.paste(("canada", "Nasm", "cpt", "COMBINED", "eX-1", "2"))
    (event,) = shop.events
    assert (event.pool, event.keycode) == (pool("CPT"), "eX-1")


def test_header_and_blank_rows_are_passed_over_without_a_word() -> None:
    header = ("Region", "PROVIDER", "Product Code", "component", "keycode", "Seats")
    imported = a_shop().paste(header, (), ("", " ", "\t"), GOOD, header)
    assert [(row.row, row.result) for row in imported.rows] == [(5, "imported")]


@pytest.mark.parametrize(
    "cell",
    [
        "CANADA\tNASM\tCPT\tcombined\tEX-1\t15",
        "CANADA | NASM | CPT | combined | EX-1 | 15",
        "| CANADA | NASM | CPT | combined | EX-1 | 15 |",
        "CANADA|NASM|CPT|combined|EX-1|15",
        "  CANADA   NASM CPT     combined  EX-1   15 ",
    ],
)
@pytest.mark.parametrize("column", ["region", "keycode", "seats"])
def test_a_row_pasted_into_one_cell_is_taken_apart(cell: str, column: str) -> None:
    assert read_row(PastedRow(1, {column: cell})) == PastedKey(pool("CPT"), "EX-1", 15)


def test_a_key_code_may_hold_blanks_even_in_one_cell() -> None:
    shop = a_shop()
    shop.paste(("CANADA NASM CPT combined EX 1 a  b 1",), with_cell(4, "EX 1  a"))
    assert shop.free("CPT")[:2] == ["EX 1 a  b", "EX 1  a"]


@pytest.mark.parametrize("code", ["  EX-1\t", "EX-1\u00a0", "\ufeffEX-1", "EX-1\u200b ", "\u200eEX-1\u200f"])
def test_invisible_blanks_around_a_key_do_not_make_it_another(code: str) -> None:
    shop = a_shop()
    shop.paste(GOOD)
    assert results(shop.paste(with_cell(4, code))) == ["duplicate"]
    assert results(shop.paste(("CANADA|NASM|CPT|combined|" + code + "|3",))) == ["duplicate"]


@pytest.mark.parametrize(
    "code", ["0012", "1E5", '=HYPERLINK("x")', "-1", "TRUE", "12345678901234567890", "a  b", 'q"', "🗝"]
)
def test_odd_key_codes_survive_untouched(code: str) -> None:
    shop = a_shop()
    shop.paste(with_cell(4, code))
    assert shop.events[0].keycode == code


@pytest.mark.parametrize("place", range(6))
def test_a_cell_that_is_missing_is_named(place: int) -> None:
    names = ("region", "provider", "product_code", "component", "keycode", "seats")
    assert why(*with_cell(place, " ")) == f"row 2: {names[place]} is missing"


@pytest.mark.parametrize("seats", ["0", "-1", "1.5", "many", "1e3", "10000000", "1,000"])
def test_seats_are_a_whole_number_above_0(seats: str) -> None:
    assert "seats must be a whole number above 0" in why(*with_cell(5, seats))


@pytest.mark.parametrize("seats", ["15", "015", "15.0", "15.00"])
def test_seats_may_be_written_as_sheets_writes_numbers(seats: str) -> None:
    assert a_shop().paste(with_cell(5, seats)).seats == 15


def test_other_rows_that_cannot_be_are_refused_one_by_one() -> None:
    assert "component must be" in why(*with_cell(3, "full"))
    assert "must not contain a hyphen" in why(*with_cell(1, "NA-SM"))
    assert "must be one word" in why(*with_cell(2, "CP T"))
    assert "one line of at most 500" in why(*with_cell(4, "x" * 501))
    assert "one line" in why(*with_cell(4, "a\nb"))


def test_a_refused_row_never_shows_its_key_code() -> None:
    for place in (0, 1, 2, 3, 5):
        assert "EX-1" not in why(*with_cell(place, "" if place else "CAN ADA"))


def test_good_rows_are_imported_beside_bad_ones() -> None:
    imported = a_shop().paste(with_cell(5, "0"), GOOD, GOOD)
    assert [(row.row, row.result) for row in imported.rows] == [
        (2, "refused"),
        (3, "imported"),
        (4, "duplicate"),
    ]
    assert imported.message == "1 key imported (15 seats), 1 duplicate, 1 refused."


# duplicates


def test_a_key_twice_in_the_paste_is_imported_once() -> None:
    shop = a_shop()
    imported = shop.paste(GOOD, with_cell(5, "3"))
    assert imported.rows[1].message == "row 3: the same key as row 2"
    assert shop.stock("CPT") == (15, 0, 15)


def test_a_key_of_the_history_is_a_duplicate_also_when_all_its_seats_are_given_out() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT")
    again = shop.keys("CPT", "K1")
    assert results(again) == ["duplicate"]
    assert again.rows[0].message == "row 2: already imported on 2026-03-02, given to order 1"


def test_a_key_of_another_pool_is_a_duplicate_and_says_where_it_is() -> None:
    shop = a_stocked_shop(["K1"])
    again = shop.keys("CNC", "K1", region="US")
    assert again.rows[0].message == (
        "row 2: already imported on 2026-03-02 for CANADA NASM CPT combined, and not given out yet"
    )


def test_the_same_code_of_another_provider_is_another_key() -> None:
    shop = a_stocked_shop(["K1"])
    assert results(shop.keys("CPT", "K1", provider="NCSF")) == ["imported"]
    assert results(shop.keys("CPT", "k1")) == ["imported"]


def test_a_withdrawn_key_may_come_again_also_to_another_pool() -> None:
    shop = a_stocked_shop(["K1"])
    shop.withdraw("CPT", "K1")
    assert shop.free("CPT") == []
    assert results(shop.keys("CNC", "K1")) == ["imported"]
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.order("1", "CNC")
    assert (shop.stock("CPT"), shop.stock("CNC"), shop.audit()) == ((0, 0, 0), (1, 1, 0), ())


def test_withdrawn_seats_do_not_count_as_stock() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", seats=3)
    shop.sell("CPT", "NASM-CPT-FULL")
    shop.withdraw("CPT", "K1", seats=2)
    assert (shop.stock("CPT"), shop.available("CPT")) == ((1, 0, 1), 1)


def test_an_import_of_nothing_new_changes_nothing() -> None:
    shop = a_stocked_shop(["K1"])
    rows = pasted(("CANADA", "NASM", "CPT", "combined", "K1", "1"))
    plan = plan_import(shop.snapshot, Paste(rows), batch="b2", now=OPENING, by=BY)
    assert plan.changes.is_nothing


def test_rows_keep_their_own_numbers() -> None:
    rows = [PastedRow(17, {"region": "\t".join(GOOD)}), PastedRow(99, {})]
    plan = plan_import(Snapshot(), Paste(rows), batch="b", now=OPENING, by=BY)
    assert [row.row for row in plan.result.rows] == [17]


# the inventory


def levels_of(shop: Shop) -> list[tuple[str, int, int, int, str]]:
    return [(r.product_code, r.total, r.used, r.available, r.level) for r in shop.inventory]


def test_the_inventory_counts_seats_by_pool() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.keys("CNC", "N1", seats=21)
    shop.order("1", "CPT")
    assert levels_of(shop) == [("CNC", 21, 0, 21, "ok"), ("CPT", 2, 1, 1, "low")]


def test_levels_are_ok_low_and_out() -> None:
    shop = a_shop(low_stock=1)
    shop.keys("CPT", "K1", "K2")
    shop.sell("CPT", "NASM-CPT-FULL")
    assert levels_of(shop)[0][-1] == "ok"
    shop.order("1", "CPT")
    assert levels_of(shop)[0][-1] == "low"
    shop.order("2", "CPT")
    assert levels_of(shop)[0] == ("CPT", 2, 2, 0, "out")


def test_every_operation_refreshes_the_inventory_in_its_own_commit() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    seen = [shop.stock("CPT")]
    for operation in (
        lambda: shop.order("1", "CPT"),
        lambda: shop.replace("1", "K1"),
        lambda: shop.release("1"),
        lambda: shop.withdraw("CPT", "K2"),
    ):
        operation()
        seen.append(shop.stock("CPT"))
    assert seen == [(2, 0, 2), (2, 1, 1), (2, 2, 0), (2, 1, 1), (1, 1, 0)]


def test_the_inventory_is_that_of_a_cold_start() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    warm = shop.inventory
    shop.snapshot = shop.rebuilt(reverse=True)
    shop.sell("CPT", "NASM-CPT-FULL, NASM-CPT-FULL")
    assert [replace(row, updated_at="") for row in warm] == [
        replace(row, updated_at="") for row in shop.inventory
    ]
