"""Settled history moves to a second spreadsheet: whole, found again there, and back when it is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import freezegun
import pytest
import requests

from fulfillment.errors import Damaged
from fulfillment.model import GivenKey
from fulfillment.service import Service
from fulfillment.sheets import pace
from fulfillment.sheets.client import SheetsClient
from fulfillment.workbook import LEDGERS
from tests.local import Workbook, order

LONG_AGO = "2026-03-02 09:00:00"
NOW = "2026-09-01 09:00:00"


@pytest.fixture(autouse=True)
def without_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's quota is the matter of other tests: here nobody waits for it."""
    monkeypatch.setattr(pace, "BURST", 10_000)
    monkeypatch.setattr(pace, "WINDOW_CALLS", 10_000)


class Shop:
    """A workbook and its archive; yesterday is LONG_AGO, today is NOW."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        body = {"properties": {"title": "An archive"}}
        made = requests.post(f"{workbook.google}/v4/spreadsheets", json=body, timeout=10).json()
        self.archive_id: str = made["spreadsheetId"]

    def service(self, **changes: str) -> Service:
        return self.workbook.service(ARCHIVE_SPREADSHEET_ID=self.archive_id, **changes)

    def numbers(self, spreadsheet_id: str) -> dict[str, list[int]]:
        """Every `no` of the ledgers of one spreadsheet, as the rows stand."""
        found = {}
        for name in LEDGERS:
            url = f"{self.workbook.google}/v4/spreadsheets/{spreadsheet_id}/values/{name}"
            reply = requests.get(url, params={"valueRenderOption": "UNFORMATTED_VALUE"}, timeout=10)
            rows = reply.json().get("values", []) if reply.status_code == 200 else []
            found[name] = [row[0] for row in rows[1:] if row and row[0] != ""]
        return found

    def main(self) -> dict[str, list[int]]:
        return self.numbers(self.workbook.id)

    def archived(self) -> dict[str, list[int]]:
        return self.numbers(self.archive_id)

    def check(self) -> None:
        """Every row is in the workbook, or else in the archive, once; and the books are in order."""
        main, archived = self.main(), self.archived()
        system = self.workbook.tab("System")[0]
        last = (system["last_import_no"], system["last_assignment_no"], system["last_answer_no"])
        for name, number in zip(LEDGERS, last, strict=True):
            assert sorted({*main[name], *archived[name]}) == list(range(1, number + 1))
            assert len(set(main[name])) == len(main[name])
            assert len(set(archived[name])) == len(archived[name])
        assert self.service().audit() == ()


@pytest.fixture
def shop(workbook: Workbook) -> Iterator[Shop]:
    """Long ago: order 1 took the only seat of K1; 2 and 3 both of K2; 4 one of two seats of K3; 5 failed.

    6 was released whole, and its key K4 went to 7. 8 holds K5, which was replaced. Today is NOW.
    """
    shop = Shop(workbook)
    with freezegun.freeze_time(LONG_AGO, tick=True):
        workbook.stock(
            "NASM CPT combined K1 1", "NASM CPT combined K2 2", "NASM CPT combined K3 2",
            "NASM CNC combined K4 1", "NASM CES combined K5 1", "NASM CES combined K6 1",
        )  # fmt: skip
        workbook.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL", CES="NASM-CES-FULL")
        service = workbook.service()
        for order_id in ("1", "2", "3", "4"):
            service.fulfil(order(order_id), by="test")
        service.fulfil(order("5", "CPT*9"), by="test")
        service.fulfil(order("6", "CNC"), by="test")
        service.release("6", sku="", units=(), quarantine=False, reason="", by="test")
        service.fulfil(order("7", "CNC"), by="test")
        service.fulfil(order("8", "CES"), by="test")
        service.replace("8", "K5", by="test")
    with freezegun.freeze_time(NOW, tick=True):
        yield shop


def keys(service: Service, *order_ids: str) -> dict[str, tuple[GivenKey, ...]]:
    return {order_id: service.fulfil(order(order_id), by="test").keys for order_id in order_ids}


SETTLED = ("1", "2", "3", "5", "6", "7")


def test_only_what_is_settled_moves(shop: Shop) -> None:
    moved = shop.service().archive()
    assert (moved.orders, moved.keys, moved.left, moved.stuck) == (6, 3, 0, 0)
    assert {row["order_id"] for row in shop.workbook.tab("Order Cache")} == {"4", "8"}
    assert {row["keycode"] for row in shop.workbook.tab("Import History")} == {"K3", "K5", "K6"}
    shop.check()
    assert shop.service().archive().message == "Nothing is old enough to be archived."


def test_what_was_touched_lately_stays(shop: Shop) -> None:
    shop.service().delivered("2", by="test")
    shop.service().archive()
    assert {row["order_id"] for row in shop.workbook.tab("Order Cache")} == {"2", "3", "4", "8"}
    shop.check()


def test_replays_are_the_same_from_every_instance(shop: Shop) -> None:
    mover, bystander = shop.service(), shop.service()
    before = keys(mover, *SETTLED)
    assert keys(bystander, *SETTLED) == before
    mover.archive()
    for service in (mover, bystander, shop.service()):
        assert keys(service, *SETTLED) == before
        reply = service.fulfil(order("1"), by="test")
        assert reply.replayed
        assert reply.send_email
    assert shop.service().fulfil(order("5", "CPT*9"), by="test").answer.outcome == "failed"
    assert len(shop.main()["Order Cache"]) == 3
    shop.check()


def test_a_status_tells_an_archived_order_s_story_by_id_and_by_name(shop: Shop) -> None:
    before = shop.service().status("6")
    shop.service().archive()
    for reference in ("6", "#6"):
        assert shop.service().status(reference) == before


def test_archived_keys_are_not_imported_again(shop: Shop) -> None:
    bystander = shop.service()
    bystander.status("1")
    shop.service().archive()
    pasted = dict(
        zip(
            ("region", "provider", "product_code", "component", "keycode", "seats"),
            ("CANADA", "NASM", "CPT", "combined", "K1", "1"),
            strict=True,
        )
    )
    for service in (bystander, shop.service()):
        imported = service.import_keys([pasted], by="test")
        assert imported.count("duplicate") == 1
    assert "archive" in imported.rows[0].message


CHANGES: dict[str, Callable[[Service], Any]] = {
    "release": lambda s: s.release("2", sku="", units=(), quarantine=False, reason="", by="test"),
    "clear": lambda s: s.clear("2", by="test"),
    "delivered": lambda s: s.delivered("2", by="test"),
    "contact": lambda s: s.fulfil(order("2", email="new@example.com"), by="test"),
    "replace": lambda s: s.replace("2", "K2", by="test"),
    "close": lambda s: s.close(["5"], reason="", by="test"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_archived_order_comes_back_when_something_is_done_to_it(shop: Shop, change: str) -> None:
    shop.service().archive()
    bystander = shop.service()
    keys(bystander, "3")
    CHANGES[change](shop.service())
    back = {row["order_id"] for row in shop.workbook.tab("Order Cache")} - {"4", "8"}
    assert back == ({"5"} if change == "close" else {"2", "3"})
    shop.check()
    cold = shop.service()
    for order_id in ("1", "2", "3", "5", "7"):
        assert bystander.status(order_id) == cold.status(order_id)
    assert [key.keycode for key in bystander.status("3").keys] == ["K2"]


def test_a_seat_given_back_by_an_archived_order_goes_to_the_next_one(shop: Shop) -> None:
    shop.service().archive()
    service = shop.service()
    CHANGES["release"](service)
    given = [service.fulfil(order(order_id), by="test").keys for order_id in ("20", "21")]
    assert [[key.keycode for key in each] for each in given] == [["K3"], ["K2"]]
    shop.check()


def test_figures_count_what_is_in_the_workbook(shop: Shop) -> None:
    shop.service().archive()
    shown = {r["product_code"]: (r["total"], r["used"], r["available"], r["level"])
             for r in shop.workbook.tab("Key Inventory")}  # fmt: skip
    assert shown == {"CES": (2, 2, 0, "out"), "CNC": (0, 0, 0, "out"), "CPT": (2, 1, 1, "low")}
    shop.service().refresh()
    shop.check()


def test_a_cold_start_costs_one_read_more(shop: Shop) -> None:
    shop.service().archive()
    service = shop.service()
    shop.workbook.forget_calls()
    service.fulfil(order("30", "CPT"), by="test")
    calls = shop.workbook.calls()
    assert (calls["reads"], calls["writes"]) == (3, 1)
    shop.workbook.forget_calls()
    keys(service, "1")
    assert shop.workbook.calls()["reads"] <= 5


@pytest.mark.parametrize("column", [0, 3, 12])
def test_rows_that_a_person_sorted_are_found_all_the_same(shop: Shop, column: int) -> None:
    service = shop.service()
    before = keys(service, *SETTLED)
    sort(shop, column)
    assert service.archive().orders == 6
    shop.check()
    assert keys(shop.service(), *SETTLED) == before


def test_rows_that_a_person_s_filter_hides_are_found_all_the_same(shop: Shop) -> None:
    service = shop.service()
    before = keys(service, *SETTLED)
    sort(shop, 0)
    for name in LEDGERS:
        header, *rows = shop.workbook.values(name)
        column = header.index("order_id" if "order_id" in header else "keycode")
        every_other = sorted({row[column] for row in rows})[::2]
        hides = {"columnIndex": column, "filterCriteria": {"hiddenValues": every_other}}
        whole = {"range": {"sheetId": shop.workbook.sheet_id(name)}, "filterSpecs": [hides]}
        shop.workbook.batch({"setBasicFilter": {"filter": whole}})
    assert service.archive().orders == 6
    shop.check()
    assert keys(shop.service(), *SETTLED) == before


@pytest.mark.parametrize("tab", LEDGERS)
def test_a_row_squeezed_in_with_half_a_number_takes_no_other_along(shop: Shop, tab: str) -> None:
    width = shop.workbook.values(tab)[0].index("no") + 1
    shop.workbook.type(f"{tab}!A1000", [["" if place < width - 1 else 1.5 for place in range(width)]])
    before = shop.workbook.everything()
    with pytest.raises(Damaged, match="each with a number of its own"):
        shop.service().archive()
    assert shop.workbook.everything() == before


def sort(shop: Shop, column: int) -> None:
    """Every ledger turned upside down by one of its columns."""
    shop.workbook.batch(
        *(
            {
                "sortRange": {
                    "range": {"sheetId": shop.workbook.sheet_id(name), "startRowIndex": 1},
                    "sortSpecs": [{"dimensionIndex": column, "sortOrder": "DESCENDING"}],
                }
            }
            for name in LEDGERS
        )
    )


def test_another_spreadsheet_s_archive_is_refused(shop: Shop, google: str) -> None:
    shop.service().archive()
    other = Workbook(google)
    with pytest.raises(Exception, match="archive of another spreadsheet"):
        other.service(ARCHIVE_SPREADSHEET_ID=shop.archive_id).audit()


class Killed(BaseException):
    """The process ends here: nothing of it catches this and goes on."""


class Killer:
    """Ends a process after its n-th call, before it hears of the answer; which is before its next call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._calls, self._at = 0, 0
        call = SheetsClient._json

        def killing(client: SheetsClient, *args: Any, **request: Any) -> Any:
            self._calls += 1
            try:
                return call(client, *args, **request)
            finally:
                if self._calls == self._at:
                    raise Killed

        monkeypatch.setattr(SheetsClient, "_json", killing)

    def ends(self, work: Callable[[], object], *, at: int) -> bool:
        """Was it killed? False where it was done before its n-th call."""
        self._calls, self._at = 0, at
        try:
            work()
        except Killed:
            return True
        finally:
            self._at = 0
        return False


def small_shop(google: str) -> Shop:
    """Two settled orders of one key, and one that is not."""
    with freezegun.freeze_time(LONG_AGO, tick=True):
        shop = Shop(Workbook(google))
        shop.workbook.stock("NASM CPT combined K1 2", "NASM CPT combined K2 2")
        shop.workbook.sell(CPT="NASM-CPT-FULL")
        service = shop.workbook.service()
        for order_id in ("1", "2", "3"):
            service.fulfil(order(order_id), by="test")
    return shop


@pytest.mark.slow
def test_a_crash_at_any_call_of_an_archive_run_leaves_every_set_whole(
    google: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer, at = Killer(monkeypatch), 1
    with freezegun.freeze_time(NOW, tick=True):
        while True:
            shop = small_shop(google)
            if not killer.ends(lambda: shop.service().archive(), at=at):  # noqa: B023
                break
            shop.check()
            shop.service().archive()
            shop.check()
            assert {row["order_id"] for row in shop.workbook.tab("Order Cache")} == {"3"}
            assert [key.keycode for key in shop.service().status("2").keys] == ["K1"]
            at += 1
    assert at > 10


def test_a_crash_at_any_call_of_a_release_leaves_the_order_s_set_whole(
    google: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer, at = Killer(monkeypatch), 1
    with freezegun.freeze_time(NOW, tick=True):
        shop = small_shop(google)
        shop.service().archive()
        release = CHANGES["release"]
        while killer.ends(lambda: release(shop.service()), at=at):
            shop.check()
            at += 1
        assert shop.service().status("2").outcome == "released"
        assert [key.keycode for key in shop.service().status("1").keys] == ["K1"]
        shop.check()
    assert at > 4


FAULTS = ["reset", "503", "429", "apply-then-drop", "html-502"]
METHODS = ["spreadsheets.batchUpdate", "spreadsheets.values.batchGet", "spreadsheets.get"]


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_at_every_kind_of_call_change_nothing(google: str, fault: str) -> None:
    with freezegun.freeze_time(NOW, tick=True):
        for method in METHODS:
            shop = small_shop(google)
            shop.workbook.fail(method, fault, fault)
            assert shop.service().archive().left == 0
            assert sum(shop.workbook.faults()["spent"].values()) == 2
            shop.workbook.end_faults()
            shop.check()
            assert shop.archived()["Order Cache"] == [1, 2]
            shop.workbook.fail(method, fault)
            assert [key.keycode for key in shop.service().status("1").keys] == ["K1"]
            shop.workbook.end_faults()
