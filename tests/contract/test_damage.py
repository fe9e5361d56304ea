"""What a person breaks in a ledger by hand: only what it concerns waits, and undo or a rebuild cures it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import requests

from fulfillment.errors import Damaged
from fulfillment.service import Service
from fulfillment.sheets import store
from tests.contract.test_import_tab import Killed, die, watched
from tests.local import Workbook, order

LEDGERS = ("Import History", "Assignments", "Order Cache")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not add up at once is taken for damage: nothing here is torn."""
    monkeypatch.setattr(store, "TORN_LOOKS", 1)
    monkeypatch.setattr(store, "TORN_PATIENCE_S", 0.0)


@pytest.fixture
def shop(workbook: Workbook) -> Workbook:
    """Orders 1 to 4, of which 2 was released, on two keys of three seats; no protection stops a person."""
    workbook.stock("NASM CPT combined EX-1 3", "NASM CPT combined EX-2 3")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    for number in "1234":
        service.fulfil(order(number), by="test")
    service.release("2", sku="", units=(), quarantine=False, reason="", by="test")
    workbook.unprotect()
    return workbook


def edit(workbook: Workbook, tab: str, kind: str, **how: object) -> None:
    """An edit as a person makes it."""
    body = {"spreadsheet": workbook.id, "tab": tab, "edit": kind, **how}
    requests.post(f"{workbook.google}/_sandbox/person", json=body, timeout=10).raise_for_status()


def delete(workbook: Workbook, tab: str, row: int) -> list[Any]:
    """Deletes the row of a `no`, which is what stood there."""
    cells = workbook.values(tab)[row]
    edit(workbook, tab, "delete_rows", at=row + 1, count=1)
    return cells


def post(service: Service, number: str) -> list[str]:
    return [key.keycode for key in service.fulfil(order(number), by="test").keys]


def given(workbook: Workbook) -> Counter[str]:
    """How many orders were told of each key last."""
    rows = sorted(workbook.tab("Order Cache"), key=lambda row: int(row["no"]))
    newest = {row["order_id"]: row["keys"] for row in rows}
    return Counter(code for keys in newest.values() for code in ("EX-1", "EX-2") if code in keys)


def breaches(workbook: Workbook) -> list[tuple[str, int, str]]:
    return [(breach.tab, breach.no, breach.message) for breach in workbook.service().audit()]


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("tab", ["Assignments", "Order Cache"])
@pytest.mark.parametrize("no", [1, 2, 5])
def test_only_the_order_of_a_deleted_row_waits_until_it_is_rebuilt(
    shop: Workbook, tab: str, no: int, warm: bool
) -> None:
    service = shop.service()
    if warm:
        service.check()
    delete(shop, tab, no)
    service.check()
    concerned = "1" if no == 1 else "2"
    with pytest.raises(Damaged, match=f"Order {concerned} waits: row {no} of `{tab}` is missing"):
        post(service, concerned)
    assert post(service, "3") == ["EX-1"]
    assert post(service, "5") == ["EX-2"]
    assert [(row.tab, row.no) for row in service.rebuild(dry_run=True).rows] == [(tab, no)]
    assert [(row.tab, row.no) for row in service.rebuild().rows] == [(tab, no)]
    assert not service.rebuild().rows
    for reader in (service, shop.service()):
        assert post(reader, "1") == ["EX-1"]
        assert post(reader, "2") == []
    assert breaches(shop) == []
    assert given(shop) == {"EX-1": 2, "EX-2": 2}


def test_a_number_that_is_missing_at_the_end_is_never_given_again(shop: Workbook) -> None:
    delete(shop, "Assignments", 5)
    post(shop.service(), "5")
    assert [row["no"] for row in shop.tab("Assignments")] == [1, 2, 3, 4, 6]


@pytest.mark.parametrize("tab", LEDGERS)
def test_what_undo_brings_back_heals_by_itself(shop: Workbook, tab: str) -> None:
    warm = shop.service()
    cells = delete(shop, tab, 1)
    warm.check()
    post(warm, "5")
    edit(shop, tab, "insert_rows", at=2, count=1)
    shop.type(f"{tab}!A2", [cells])
    for service in (warm, shop.service()):
        assert post(service, "1") == ["EX-1"]
    assert [breach for breach in breaches(shop) if breach[0] in LEDGERS] == []


def test_undo_after_a_rebuild_leaves_the_row_that_came_back(shop: Workbook) -> None:
    service = shop.service()
    cells = delete(shop, "Assignments", 5)
    service.rebuild()
    edit(shop, "Assignments", "insert_rows", at=2, count=1)
    shop.type("Assignments!A2", [cells])
    assert post(shop.service(), "5") == ["EX-2"]
    assert post(shop.service(), "6") == ["EX-2"]
    assert post(shop.service(), "7") == ["EX-1"]  # which order 2 gave back, by the row that is back


def test_an_instance_that_has_not_seen_the_damage_and_one_that_has_give_no_seat_twice(shop: Workbook) -> None:
    before = shop.service()
    before.check()
    delete(shop, "Assignments", 1)
    after = shop.service()
    told = [key for number in "5678" for key in post([before, after][int(number) % 2], number)]
    assert Counter(told) == {"EX-2": 2, "EX-1": 1}
    after.rebuild()
    assert breaches(shop) == []
    assert given(shop) == {"EX-1": 3, "EX-2": 3}


def test_a_rebuild_is_seen_by_an_instance_that_never_missed_the_row(shop: Workbook) -> None:
    """It may know more of the row than the rebuilt one says: that its seat went back into stock."""
    other = shop.service()
    other.check()
    delete(shop, "Assignments", 5)
    shop.service().rebuild()
    assert [post(other, number) for number in "567"] == [["EX-2"], ["EX-2"], []]
    assert breaches(shop) == []


def test_a_row_that_nothing_tells_of_stops_new_orders_until_a_person_gives_it_up(shop: Workbook) -> None:
    shop.service().fulfil(order("short", "CPT*9"), by="test")
    delete(shop, "Order Cache", 6)
    for service in (shop.service(), shop.service()):
        with pytest.raises(Damaged, match=r"row 6 of `Order Cache`.*rebuild --accept"):
            post(service, "5")
        with pytest.raises(Damaged, match="Nothing new is assigned"):
            service.check()
        assert post(service, "1") == ["EX-1"]
        assert service.rebuild().left
    service.rebuild(accept=True)
    for service in (shop.service(), shop.service()):
        assert post(service, "5") == ["EX-2"]
    assert breaches(shop) == []


def test_no_key_is_imported_while_one_may_have_been_before(shop: Workbook) -> None:
    delete(shop, "Import History", 2)
    keys = [{"region": "CANADA", "provider": "NASM", "product_code": "CPT", "component": "combined"}]
    with pytest.raises(Damaged, match="No key is imported"):
        shop.service().import_keys([{**keys[0], "keycode": "EX-2", "seats": "3"}], by="test")
    shop.service().rebuild()
    again = shop.service().import_keys([{**keys[0], "keycode": "EX-2", "seats": "3"}], by="test")
    assert again.count("duplicate") == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_rebuild_killed_at_any_call_and_run_again_is_as_one_rebuild(
    shop: Workbook, call: int, after: bool
) -> None:
    delete(shop, "Assignments", 3)
    delete(shop, "Assignments", 1)
    delete(shop, "Order Cache", 2)
    dying = shop.service()
    calls = watched(dying, die, at=call, after=after)
    with pytest.raises(Killed):
        dying.rebuild()
    assert calls.calls == call - (not after)
    shop.service().rebuild()
    assert sorted(row["no"] for row in shop.tab("Assignments")) == [1, 2, 3, 4, 5]
    assert sorted(row["no"] for row in shop.tab("Order Cache")) == [1, 2, 3, 4, 5]
    assert breaches(shop) == []


def test_a_copied_row_counts_once(shop: Workbook) -> None:
    shop.type("Assignments!A9", [shop.values("Assignments")[1]])
    service = shop.service()
    assert [post(service, number) for number in ("1", "5")] == [["EX-1"], ["EX-2"]]
    assert [breach[:2] for breach in breaches(shop)] == [("Assignments", 1)]


Breaks = Callable[[list[Any]], list[Any]]

CHANGED: dict[str, tuple[str, Breaks]] = {
    "a key code": ("1", lambda row: [*row[:12], "EX-2", *row[13:]]),
    "an event that is none": ("1", lambda row: [*row[:2], "given", *row[3:]]),
    "another event": ("1", lambda row: [*row[:2], "released", *row[3:]]),
    "another order": ("1", lambda row: [*row[:3], "3", *row[4:]]),
    "another provider": ("1", lambda row: [*row[:9], "NCSF", *row[10:]]),
    "no version": ("1", lambda row: [*row[:15], ""]),
    "a version of later": ("1", lambda row: [*row[:15], 7]),
    "a unit that is none": ("1", lambda row: [*row[:5], "first", *row[6:]]),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_changed_row_stops_its_order_alone_until_it_is_put_right(shop: Workbook, what: str) -> None:
    concerned, change = CHANGED[what]
    row = shop.values("Assignments")[1]
    shop.type("Assignments!A2", [change(row)])
    service = shop.service()
    with pytest.raises(Damaged, match=f"Order {concerned} waits"):
        post(service, concerned)
    assert post(service, "4") == ["EX-2"]
    assert post(service, "5") == ["EX-2"]
    assert breaches(shop) != []
    shop.type("Assignments!A2", [row])
    assert post(service, concerned) == ["EX-1"]
    service.refresh()
    assert breaches(shop) == []
