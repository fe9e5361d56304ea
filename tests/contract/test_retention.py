"""Customers of long ago forgotten by refresh, and those whom the archive names."""

from __future__ import annotations

from copy import copy
from functools import partial

import freezegun
import pytest
import requests

from fulfillment import retention
from fulfillment.errors import NotPossible
from fulfillment.forgetting import find_due
from fulfillment.operations import OPERATIONS
from fulfillment.service import Service
from tests.contract.test_archive import LONG_AGO, NOW, Killer, Shop
from tests.contract.test_damage import edit
from tests.contract.test_forgetting import ADA, BO, Interruption, calls_of, named, without_quota
from tests.local import Workbook, order

__all__ = ["without_quota"]

LATELY = "2026-08-30 09:00:00"


@pytest.fixture
def shop(workbook: Workbook) -> Shop:
    return opened(workbook)


def opened(workbook: Workbook) -> Shop:
    """Long ago Ada got both seats of K1 (1 and 2) and failed once (3), and Bo got one of K2 (4); lately 5."""
    shop = Shop(workbook)
    with freezegun.freeze_time(LONG_AGO, tick=True):
        workbook.stock("NASM CPT combined K1 2", "NASM CPT combined K2 4")
        workbook.sell(CPT="NASM-CPT-FULL")
        service = workbook.service()
        for order_id, lines, who in (("1", "CPT", ADA), ("2", "CPT", ADA), ("3", "CPT*9", ADA)):
            service.fulfil(order(order_id, lines, **who), by="test")
        service.fulfil(order("4", **BO), by="test")
    with freezegun.freeze_time(LATELY, tick=True):
        workbook.service().fulfil(order("5", **BO), by="test")
    return shop


def archive_cells(shop: Shop) -> str:
    """Everything that stands in the archive, in small letters."""
    base = f"{shop.workbook.google}/v4/spreadsheets/{shop.archive_id}"
    sheets = requests.get(base, params={"fields": "sheets.properties.title"}, timeout=10).json()["sheets"]
    titles = [sheet["properties"]["title"] for sheet in sheets]
    return str([requests.get(f"{base}/values/{t}", timeout=10).json() for t in titles]).casefold()


def refresh(service: Service) -> dict[str, object]:
    return OPERATIONS["refresh"].run(service, {}, "test")


@freezegun.freeze_time(NOW, tick=True)
def test_a_refresh_forgets_whom_nobody_heard_of_for_so_many_days(workbook: Workbook) -> None:
    opened(workbook)
    service = workbook.service(RETENTION_DAYS="30")
    done = refresh(service)
    assert done["forgotten"] == 3
    assert "3 customers forgotten (RETENTION_DAYS); not yet, as keys" in str(done["message"])
    newest = {order_id: (customer, email) for order_id, customer, email in named(workbook)}
    ada, bo = (("Ada Bernard", "ada.bernard@example.com"), ("Bo Chen", "bo@example.com"))
    assert newest == {"1": ("", ""), "2": ("", ""), "3": ada, "4": ("", ""), "5": bo}
    assert workbook.service().audit() == ()
    assert refresh(service)["forgotten"] == 0


@freezegun.freeze_time(NOW, tick=True)
def test_a_time_that_is_set_costs_nothing_while_nobody_is_due(workbook: Workbook) -> None:
    opened(workbook)
    service, waits = workbook.service(RETENTION_DAYS="30"), workbook.service()
    service.refresh()
    assert calls_of(workbook, partial(service.forget_old, by="test")) == (1, 1)
    service.refresh()
    before = workbook.everything()
    assert calls_of(workbook, partial(service.forget_old, by="test")) == (0, 0)
    assert calls_of(workbook, partial(waits.forget_old, by="test")) == (0, 0)
    assert workbook.everything() == before


@freezegun.freeze_time(NOW, tick=True)
def test_an_archived_customer_is_forgotten_where_the_rows_are(shop: Shop) -> None:
    shop.service().archive()
    bystander = shop.service()
    before = {order_id: bystander.status(order_id).keys for order_id in ("1", "2")}
    rows = shop.archived()
    done = shop.service().forget("1", by="test")
    assert done.blanked == {"the archive": 1}
    with pytest.raises(NotPossible, match="still waits for keys"):
        shop.service().forget("3", by="test")
    shop.service().forget("2", by="test")
    assert {"1", "2"}.isdisjoint(row["order_id"] for row in shop.workbook.tab("Order Cache"))
    assert archive_cells(shop).count("ada bernard") == 1  # order 3 still waits
    assert shop.archived() == rows
    for service in (bystander, shop.service()):
        assert {order_id: service.status(order_id).keys for order_id in ("1", "2")} == before
    assert shop.service().forget("1", by="test").blanked == {}
    shop.check()


@freezegun.freeze_time(NOW, tick=True)
def test_a_copy_that_the_archive_keeps_of_an_order_that_came_back_is_blanked_too(shop: Shop) -> None:
    shop.service().archive()
    shop.service().delivered("1", by="test")
    done = shop.service().forget("1", by="test")
    assert done.blanked == {"Order Cache": 2, "the archive": 1}
    shop.service().forget("2", by="test")
    assert archive_cells(shop).count("ada bernard") == 1
    with freezegun.freeze_time("2027-03-01 09:00:00", tick=True):
        assert shop.service().archive().orders == 2
        shop.check()


@freezegun.freeze_time(NOW, tick=True)
def test_a_refresh_forgets_archived_customers_and_leaves_them_in_the_archive(shop: Shop) -> None:
    shop.service().archive()
    service = shop.service(RETENTION_DAYS="100")
    done = refresh(service)
    assert done["forgotten"] == 3
    assert "not yet, as keys or a mail are owed: 1 customer" in str(done["message"])
    assert archive_cells(shop).count("ada bernard") == 1
    assert {row["order_id"] for row in shop.workbook.tab("Order Cache")} == {"4", "5"}
    assert refresh(service)["forgotten"] == 0
    shop.check()


@freezegun.freeze_time(NOW, tick=True)
def test_instances_that_live_on_forget_one_archived_customer_after_the_other_and_then_none(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.service().archive()
    monkeypatch.setattr(retention, "find_due", partial(find_due, most=1))
    shop.service().forget("4", by="test")
    first, second = (shop.service(RETENTION_DAYS="100") for _ in "12")
    second.status("4")
    done = [first.forget_old(by="test") for _ in "123"]
    assert [(each.orders, each.left) for each in done] == [(1, 1), (1, 0), (0, 0)]
    assert archive_cells(shop).count("ada bernard") == 1  # order 3 still waits
    assert [second.forget_old(by="test").orders for _ in "12"] == [0, 0]
    for service in (first, second):
        assert calls_of(shop.workbook, partial(service.forget_old, by="test")) == (0, 0)


@freezegun.freeze_time(NOW, tick=True)
def test_who_archived_customers_forgets_them_when_their_time_is_over(shop: Shop) -> None:
    service = shop.service(RETENTION_DAYS="400")
    assert service.archive().orders == 3
    with freezegun.freeze_time("2027-06-01 09:00:00", tick=True):
        assert service.forget_old(by="test").orders == 3
    assert archive_cells(shop).count("ada bernard") == 1  # order 3 still waits


@freezegun.freeze_time(NOW, tick=True)
def test_everybody_hears_of_an_archive_that_was_blanked_though_others_were_first_to_commit(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.service().archive()
    shop.service().forget("4", by="test")
    service, other = shop.service(RETENTION_DAYS="100"), shop.service()
    service.status("4")
    interruption = Interruption(monkeypatch, other.refresh, at=2)
    before = shop.workbook.tab("System")[0]["version"]
    assert service.forget_old(by="test").orders == 2
    assert interruption.has_come
    assert shop.workbook.tab("System")[0]["version"] == before + 2


@freezegun.freeze_time(NOW, tick=True)
def test_an_order_that_comes_back_while_it_is_forgotten_comes_back_without_its_name(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.service().archive()
    clerk, other = shop.service(), shop.service()
    clerk.status("1")
    Interruption(monkeypatch, partial(other.forget, "1", by="test"))
    clerk.delivered("1", by="test")
    assert {who for who in named(shop.workbook) if who[0] == "1"} == {("1", "", "")}
    shop.check()


@pytest.mark.parametrize("again", [True, False], ids=["forgotten again", "archived later"])
@pytest.mark.parametrize("at", [2, 3], ids=["before its rows are there", "before they leave"])
@freezegun.freeze_time(NOW, tick=True)
def test_an_order_that_is_archived_while_it_is_forgotten_names_nobody_in_the_end(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at: int, again: bool
) -> None:
    mover, clerk = shop.service(), shop.service()
    mover.status("1")
    interruption = Interruption(monkeypatch, partial(clerk.forget, "1", by="test"), at=at)
    mover.archive()
    assert interruption.has_come
    if again:
        assert clerk.forget("1", by="test").blanked == ({"the archive": 1} if at == 2 else {})
    else:
        with freezegun.freeze_time("2027-03-01 09:00:00", tick=True):
            shop.service().archive()
    assert {who for who in (*named(shop.workbook), *archived_names(shop)) if who[0] == "1"} == {("1", "", "")}
    shop.check()


def archived_names(shop: Shop) -> list[tuple[str, str, str]]:
    reader = copy(shop.workbook)
    reader.id = shop.archive_id
    return named(reader)


@freezegun.freeze_time(NOW, tick=True)
def test_who_knew_a_customer_before_archives_nobody(shop: Shop) -> None:
    knows = shop.service()
    knows.status("1")
    shop.service().forget("1", by="test")
    with freezegun.freeze_time("2027-03-01 09:00:00", tick=True):
        knows.archive()
    assert {who for who in archived_names(shop) if who[0] == "1"} == {("1", "", "")}
    shop.check()


@freezegun.freeze_time(NOW, tick=True)
def test_a_row_deleted_in_the_archive_costs_nobody_else_a_name(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.service().archive()
    archive = copy(shop.workbook)
    archive.id = shop.archive_id
    archive.unprotect()
    delete_first = partial(edit, archive, "Order Cache", "delete_rows", at=2, count=1)
    Interruption(monkeypatch, delete_first)
    shop.service().forget("2", by="test")
    assert named(archive) == [("2", "", ""), ("3", "Ada Bernard", "ada.bernard@example.com")]


CALLS = 6
"""Of a warm instance: three reads and a write in the archive, a read and a write in the workbook."""


@pytest.mark.parametrize("at", range(1, CALLS + 1))
@freezegun.freeze_time(NOW, tick=True)
def test_a_refresh_killed_at_any_call_forgets_the_rest_at_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    shop.service().archive()
    killer, killed, next_one = Killer(monkeypatch), *(shop.service(RETENTION_DAYS="100") for _ in "12")
    killed.status("4")
    assert killer.ends(partial(killed.forget_old, by="test"), at=at)
    shop.check()
    next_one.status("4")
    assert killer.ends(partial(next_one.forget_old, by="test"), at=CALLS + 1) is False
    assert archive_cells(shop).count("ada bernard") == 1
    assert {who for who in named(shop.workbook) if who[0] == "4"} == {("4", "", "")}
    shop.check()
