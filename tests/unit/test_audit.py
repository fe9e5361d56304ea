"""The audit: silent while the books are right, and a sentence for each thing that a person may break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fulfillment.allocation import plan_order
from fulfillment.audit import Breach, audit
from fulfillment.model import Assignment
from fulfillment.release import plan_clear, plan_release
from fulfillment.replacement import plan_replace
from fulfillment.workbook import Changes
from tests.unit.shop import Shop, a_stocked_shop, an_order

CODES = ["SECRET-1", "SECRET-2", "SECRET-3", "SECRET-4"]


@pytest.fixture
def shop() -> Shop:
    """Order 1 holds two seats, 2 was released, 3 had a key replaced, 4 failed; one key is left."""
    shop = a_stocked_shop(CODES)
    shop.order("1", "CPT x2")
    shop.order("2", "CPT")
    shop.release("2")
    shop.order("3", "CPT")
    shop.replace("3", CODES[3])
    shop.order("4", "CPT x9")
    return shop


def breaches(shop: Shop, **broken: object) -> list[Breach]:
    """What the audit says of these books once something in them is broken; never with a key code."""
    found = audit(replace(shop.books(), **broken), shop.policy, now=shop.now)  # type: ignore[arg-type]
    for breach in found:
        assert not any(code in breach.message for code in CODES)
        assert breach.message.endswith(".")
    return [*found]


def found(shop: Shop, **broken: object) -> set[tuple[int, str, int]]:
    return {(breach.promise, breach.tab, breach.no) for breach in breaches(shop, **broken)}


def without(rows: tuple[Any, ...], *numbers: int) -> tuple[Any, ...]:
    return tuple(row for row in rows if row.no not in numbers)


def with_row(rows: tuple[Any, ...], no: int, **cells: object) -> tuple[Any, ...]:
    return tuple(replace(row, **cells) if row.no == no else row for row in rows)


def added(shop: Shop, *rows: Assignment) -> dict[str, object]:
    """The books with these rows appended, as a commit of their own writes them."""
    books, version = shop.books(), shop.snapshot.version + 1
    last = books.last_no["Assignments"]
    numbered = tuple(replace(row, no=n, version=version) for n, row in enumerate(rows, last + 1))
    return {
        "assignments": books.assignments + numbered,
        "last_no": {**books.last_no, "Assignments": last + len(rows)},
        "version": version,
    }


def test_it_finds_nothing_in_books_that_are_right(shop: Shop) -> None:
    assert breaches(shop) == []


def test_it_reads_rows_in_any_order(shop: Shop) -> None:
    books = shop.books()
    upside_down = {"events": books.events[::-1], "assignments": books.assignments[::-1]}
    assert breaches(shop, **upside_down, answers=books.answers[::-1]) == []


# damaged rows


@pytest.mark.parametrize(
    ("ledger", "tab"),
    [("events", "Import History"), ("assignments", "Assignments"), ("answers", "Order Cache")],
)
def test_a_deleted_row_is_named(shop: Shop, ledger: str, tab: str) -> None:
    rows = getattr(shop.books(), ledger)
    first = breaches(shop, **{ledger: without(rows, 2)})[0]
    assert (first.promise, first.tab, first.no) == (10, tab, 2)
    assert first.message.startswith("Row 2 is missing.")


def test_deleted_neighbours_are_one_breach_also_at_the_end(shop: Shop) -> None:
    events = shop.books().events
    assert breaches(shop, events=without(events, 3, 4))[0].message.startswith("Rows 3 to 4 are missing.")
    assert (10, "Import History", 1) in found(shop, events=without(events, 1, 4))
    assert (10, "Import History", 4) in found(shop, events=without(events, 1, 4))


def test_a_copied_row_is_named_and_counts_once(shop: Shop) -> None:
    rows = shop.books().assignments
    assert found(shop, assignments=(*rows, rows[0])) == {(10, "Assignments", 1)}


def test_two_rows_of_one_number_both_count(shop: Shop) -> None:
    """As two writers without a lock leave them."""
    rows = shop.books().assignments
    twice = found(shop, assignments=(*rows, replace(rows[0], order_id="9")))
    assert {(10, "Assignments", 1), (1, "Assignments", 1)} <= twice


def test_a_row_without_number_is_named_and_does_not_count(shop: Shop) -> None:
    rows = shop.books().assignments
    assert found(shop, assignments=(*rows, replace(rows[0], no=0))) == {(10, "Assignments", 0)}


def test_a_row_that_the_service_never_wrote_is_named(shop: Shop) -> None:
    books = shop.books()
    typed = replace(books.answers[-1], no=99, order_id="typed")
    assert (10, "Order Cache", 99) in found(shop, answers=(*books.answers, typed))


def test_an_unreadable_row_is_named_by_its_place(shop: Shop) -> None:
    (breach,) = breaches(shop, unreadable=(("Assignments", 7, "a number is missing, or is none"),))
    assert (breach.promise, breach.tab, "Row 7" in breach.message) == (10, "Assignments", True)


def test_versions_grow_with_the_numbers(shop: Shop) -> None:
    answers = shop.books().answers
    assert (10, "Order Cache", 2) in found(shop, answers=with_row(answers, 2, version=99))
    assert (10, "Order Cache", 3) in found(shop, answers=with_row(answers, 3, version=1))


def test_cells_that_are_no_json_are_named(shop: Shop) -> None:
    answers = shop.books().answers
    for cell in ("keys", "items", "details"):
        for text in ("[oops", "7", '[["a"]]'):
            assert (10, "Order Cache", 1) in found(shop, answers=with_row(answers, 1, **{cell: text}))


# seats


def test_a_seat_given_twice_is_named(shop: Shop) -> None:
    first = shop.books().assignments[0]
    twice = added(shop, replace(first, order_id="9", unit="1.1"))
    assert (1, "Assignments", len(shop.assignments) + 1) in found(shop, **twice)
    assert (2, "Assignments", 0) in found(shop, **twice)


def test_a_key_that_was_never_imported_is_named(shop: Shop) -> None:
    rows = shop.books().assignments
    assert (1, "Assignments", 1) in found(shop, assignments=with_row(rows, 1, keycode="typed by hand"))


def test_a_key_of_another_pool_is_named(shop: Shop) -> None:
    rows = shop.books().assignments
    assert (1, "Assignments", 1) in found(shop, assignments=with_row(rows, 1, product_code="CNC"))


@pytest.mark.parametrize("event", ["released", "quarantined", "restored"])
def test_a_seat_given_back_that_was_not_held_is_named(shop: Shop, event: Any) -> None:
    first = shop.books().assignments[0]
    back = added(shop, replace(first, order_id="4", event=event))
    assert (1, "Assignments", len(shop.assignments) + 1) in found(shop, **back)


def test_a_key_imported_while_in_stock_is_named(shop: Shop) -> None:
    books = shop.books()
    again = replace(books.events[0], no=5, version=books.version)
    last = {**books.last_no, "Import History": 5}
    assert (1, "Import History", 5) in found(shop, events=(*books.events, again), last_no=last)


def test_seats_withdrawn_though_given_out_are_named(shop: Shop) -> None:
    books = shop.books()
    gone = replace(books.events[0], event="withdrawn", no=5, version=books.version)
    last = {**books.last_no, "Import History": 5}
    broken = found(shop, events=(*books.events, gone), last_no=last)
    assert {(1, "Import History", 5), (2, "Assignments", 0)} <= broken


def test_a_restored_seat_is_no_breach_and_waits_at_the_end() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    shop.release("1", quarantine=True)
    (row,) = shop.assignments[-1:]
    shop.commit(Changes(assignments=(replace(row, event="restored", no=0),)))
    assert (shop.free("CPT"), shop.stock("CPT"), shop.audit()) == (["K2", "K1"], (2, 0, 2), ())


# turns


def test_a_newer_seat_given_first_is_named_once_a_pool(shop: Shop) -> None:
    rows = shop.books().assignments
    codes = {1: CODES[1], 2: CODES[0]}
    swapped = tuple(replace(row, keycode=codes.get(row.no, row.keycode)) for row in rows)
    assert [no for promise, _, no in found(shop, assignments=swapped) if promise == 7] == [1]


def test_a_replacement_may_pass_over_its_own_code_alone(shop: Shop) -> None:
    rows = shop.books().assignments
    (fresh,) = [row for row in rows if row.reason == "replacement"]
    assert fresh.keycode == CODES[2]
    shop = a_stocked_shop([])
    shop.keys("CPT", CODES[0], CODES[1], seats=2)
    shop.order("1", "CPT")
    shop.replace("1", CODES[0])
    assert breaches(shop) == []
    plain = tuple(replace(row, reason="") for row in shop.books().assignments)
    assert [no for promise, _, no in found(shop, assignments=plain) if promise == 7] == [2]


def test_a_key_replaced_released_and_given_anew_in_one_commit_is_in_turn() -> None:
    shop = a_stocked_shop([])
    shop.keys("CPT", CODES[0], seats=2)
    shop.keys("CPT", CODES[1])
    shop.order("1", "CPT")
    shop.at_once(
        lambda draft: plan_replace(draft, "1", CODES[0], now=shop.now, by=""),
        lambda draft: plan_release(draft, "1", now=shop.now, by=""),
        lambda draft: plan_clear(draft, "1", policy=shop.policy, now=shop.now, by=""),
        lambda draft: plan_order(draft, an_order("1", "CPT"), policy=shop.policy, now=shop.now, by=""),
    )
    assert [code for _, code in shop.held("1")] == [CODES[0]]
    assert breaches(shop) == []


# orders


def test_an_answer_whose_keys_are_not_held_is_named(shop: Shop) -> None:
    rows = shop.books().assignments
    assert (5, "Order Cache", 1) in found(shop, assignments=with_row(rows, 1, unit="1.9"))


def test_a_key_held_beside_the_answer_is_named(shop: Shop) -> None:
    first = shop.books().assignments[0]
    extra = added(shop, replace(first, keycode=CODES[3], unit="1.3"))
    assert (5, "Order Cache", 1) in found(shop, **extra)


@pytest.mark.parametrize("order_id", ["4", "2"])
def test_a_failed_or_released_order_that_holds_a_seat_is_named(shop: Shop, order_id: str) -> None:
    newest = [answer.no for answer in shop.answers if answer.order_id == order_id][-1]
    first = shop.books().assignments[0]
    assert (3, "Order Cache", newest) in found(shop, **added(shop, replace(first, order_id=order_id)))


def test_seats_of_an_order_without_an_answer_are_named(shop: Shop) -> None:
    answers = shop.books().answers
    assert (5, "Assignments", 2) in found(shop, answers=with_row(answers, 1, order_id="none"))


def test_what_a_missing_row_explains_is_said_once_and_no_order_is_to_be_released_for_it(shop: Shop) -> None:
    books = shop.books()
    for broken in ({"assignments": without(books.assignments, 1)}, {"answers": books.answers[1:]}):
        assert not {promise for promise, _, _ in found(shop, **broken)} & {3, 5}
        assert "concerned order 1." in breaches(shop, **broken)[0].message


def test_an_order_served_in_part_is_named() -> None:
    shop = a_stocked_shop(CODES)
    shop.order("1", "CPT x2")
    books = shop.books()
    part = with_row(books.answers, 1, keys=f'[["1.1","{CODES[0]}"]]')
    assert (3, "Order Cache", 1) in found(shop, answers=part, assignments=books.assignments[:1])


def test_keys_that_changed_by_themselves_are_named(shop: Shop) -> None:
    shop.delivered("1")
    answers = shop.books().answers
    newest = answers[-1].no
    other = f'[["1.1","{CODES[3]}"],["1.2","{CODES[1]}"]]'
    assert (4, "Order Cache", newest) in found(shop, answers=with_row(answers, newest, keys=other))
    spaced = answers[-1].keys.replace(",", ", ")
    assert found(shop, answers=with_row(answers, newest, keys=spaced)) == {(4, "Order Cache", newest)}


def test_an_answer_that_changed_without_clear_or_release_is_named(shop: Shop) -> None:
    shop.delivered("1")
    answers = shop.books().answers
    newest = answers[-1].no
    assert (4, "Order Cache", newest) in found(shop, answers=with_row(answers, newest, outcome="failed"))


# views


def test_an_inventory_that_differs_from_the_ledgers_is_named(shop: Shop) -> None:
    (row,) = shop.books().inventory
    for wrong in ((replace(row, available=99),), (), (row, row), (row, replace(row, region="US"))):
        assert found(shop, inventory=wrong) == {(8, "Key Inventory", 0)}


def test_the_time_of_a_view_does_not_matter(shop: Shop) -> None:
    assert (
        found(shop, inventory=tuple(replace(row, updated_at="") for row in shop.books().inventory)) == set()
    )


def test_an_availability_that_differs_is_named(shop: Shop) -> None:
    (product,) = shop.books().catalogue
    for wrong in (None, 99):
        assert found(shop, catalogue=(replace(product, available=wrong),)) == {(8, "Live Catalogue", 0)}


def test_damaged_rows_come_first(shop: Shop) -> None:
    rows = without(shop.books().assignments, 1)
    promises = [breach.promise for breach in breaches(shop, assignments=rows, inventory=())]
    assert promises[0] == 10
    assert promises[-1] == 8


# breaking one cell or row at a time


CHANGES: dict[str, Callable[[Assignment], dict[str, object]]] = {
    "order_id": lambda row: {"order_id": "9"},
    "unit": lambda row: {"unit": "7.7"},
    "keycode": lambda row: {"keycode": CODES[0] if row.keycode != CODES[0] else CODES[1]},
    "provider": lambda row: {"provider": "NCSF"},
    "event": lambda row: {"event": "released" if row.event == "assigned" else "assigned"},
}


@pytest.mark.parametrize("cell", CHANGES)
def test_no_cell_that_counts_can_be_changed_unseen(shop: Shop, cell: str) -> None:
    rows = shop.books().assignments
    for row in rows:
        assert found(shop, assignments=with_row(rows, row.no, **CHANGES[cell](row))), row.no


def test_keys_written_otherwise_between_two_commits_are_named(shop: Shop) -> None:
    shop.order("1", "CPT x2", email="another@b.ca")
    newest = shop.snapshot.file("1").answers[-1]
    swapped = with_row(shop.books().answers, newest.no, keys=f"{newest.keys} ")
    assert found(shop, answers=swapped) == {(4, "Order Cache", newest.no)}


def test_an_order_cleared_and_posted_in_one_group_with_other_lines_is_no_breach() -> None:
    shop = a_stocked_shop(CODES)
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.keys("CNC", "OTHER-1")
    shop.order("1", "CNC", "CPT")
    shop.at_once(
        lambda draft: plan_clear(draft, "1", policy=shop.policy, now=shop.now, by="operator"),
        lambda draft: plan_order(draft, an_order("1", "CPT"), policy=shop.policy, now=shop.now, by="zap"),
    )
    assert breaches(shop) == []
