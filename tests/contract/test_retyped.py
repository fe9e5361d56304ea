"""Headers and tabs typed over: orders go on where a column is ours for certain; a refresh mends it."""

from __future__ import annotations

import pytest

from fulfillment.errors import NotSetUp
from tests.contract.test_audit import cleared, deleted_tab, found, person, renamed, typed
from tests.local import Workbook, order
from tests.pigeons import Pigeon

TYPED_OVER = [
    ("Assignments", "M1", "keycode"),
    ("Order Cache", "A1", "no"),
    ("Import History", "M1", "version"),
    ("Outbox", "J1", "due_at"),
    ("Live Catalogue", "A1", "SKU"),
    ("Key Inventory", "G1", "available"),
    ("System", "A1", "version"),
    ("System", "J1", "spreadsheet_id"),
]


@pytest.fixture
def shop(workbook: Workbook) -> Workbook:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    workbook.service().fulfil(order("1"), by="test")
    workbook.unprotect()
    return workbook


def test_orders_are_served_while_headers_of_the_service_are_typed_over(shop: Workbook) -> None:
    warm = shop.service()
    warm.check()
    for number, (tab, cell, _) in enumerate(TYPED_OVER):
        (cleared(tab, cell) if number % 2 else typed(tab, cell, "mine"))(shop)
    for number, service in enumerate((warm, shop.service(), warm, shop.service()), 2):
        assert service.fulfil(order(str(number)), by="test").answer.outcome == "fulfilled"
        assert service.fulfil(order("1"), by="test").replayed
    assert {row["keycode"] for row in _mended(shop).tab("Assignments")} == {"EX-1"}


def _mended(shop: Workbook) -> Workbook:
    done = shop.service().refresh()
    assert {said.split("`")[1] for said in done.repaired} >= {header for _, _, header in TYPED_OVER[:4]}
    assert found(shop) == []
    return shop


def test_a_header_typed_over_costs_no_further_call(shop: Workbook) -> None:
    warm = shop.service()
    warm.check()
    typed("Assignments", "M1", "mine")(shop)
    shop.forget_calls()
    warm.fulfil(order("2"), by="test")
    warm.fulfil(order("3"), by="test")
    assert (shop.calls()["reads"], shop.calls()["writes"]) == (0, 2)
    shop.forget_calls()
    shop.service().fulfil(order("4"), by="test")
    assert (shop.calls()["reads"], shop.calls()["writes"]) == (2, 1)


def test_a_refresh_says_what_it_put_right_and_the_team_hears_of_it_once(shop: Workbook) -> None:
    slack = Pigeon()
    typed("Assignments", "M1", "EX-1")(shop)
    typed("Key Inventory", "G2", "=E2-F2+1")(shop)
    typed("Live Catalogue", "G2", "99")(shop)
    service = shop.service({"alarm": slack})
    said = " ".join(service.refresh().repaired)
    assert "header `keycode` of `Assignments` (M1) was typed over" in said
    assert "Cell G2 of `Key Inventory` is filled by a formula" in said
    assert "CPT shows 99 available, and the ledgers say 8." in said
    assert "EX-1" not in said
    assert service.refresh().repaired == ()
    service.send_due(by="test")
    (told,) = slack.letters
    assert "What the service writes was not as it had left it" in told.message.body
    assert "keycode" in told.message.body
    assert found(shop) == []


def test_a_column_that_is_not_certain_to_be_ours_stops_orders_with_the_cell_and_the_cure(
    shop: Workbook,
) -> None:
    """Somebody's own column stands where ours was: it bears no note of ours."""
    sheet_id = shop.sheet_id("Assignments")
    column = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": 12, "endIndex": 13}
    shop.batch({"deleteDimension": {"range": column}}, {"insertDimension": {"range": column}})
    clear = {"sheetId": sheet_id, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 12}
    shop.batch({"repeatCell": {"range": clear | {"endColumnIndex": 13}, "cell": {}, "fields": "note"}})
    typed("Assignments", "M1", "mine")(shop)
    before = shop.values("Order Cache")
    with pytest.raises(NotSetUp, match=r"`Assignments` has no column `keycode`.*`keycode` into M1.*undo"):
        shop.service().fulfil(order("2"), by="test")
    with pytest.raises(NotSetUp):
        shop.service().refresh()
    assert shop.values("Order Cache") == before


def test_a_header_row_that_was_deleted_is_not_quoted(shop: Workbook) -> None:
    person("Assignments", "delete_rows", at=1, count=1)(shop)
    with pytest.raises(NotSetUp, match="Bring the header row back") as raised:
        shop.service().fulfil(order("2"), by="test")
    assert "EX-1" not in str(raised.value)
    assert "EX-1" not in " ".join(breach.message for breach in found(shop))


def test_a_renamed_tab_stops_orders_until_a_refresh_gives_it_its_name_back(shop: Workbook) -> None:
    warm = shop.service()
    warm.check()
    renamed("Order Cache", "Orders")(shop)
    for service in (warm, shop.service()):
        with pytest.raises(NotSetUp, match="The tab `Order Cache` is missing"):
            service.check()
    assert warm.refresh().repaired == ("`Order Cache` was renamed to `Orders`.",)
    for number, service in enumerate((warm, shop.service()), 2):
        assert service.fulfil(order(str(number)), by="test").answer.outcome == "fulfilled"
    assert found(shop) == []


def test_a_deleted_tab_is_left_to_a_person(shop: Workbook) -> None:
    deleted_tab("Assignments")(shop)
    with pytest.raises(NotSetUp, match=r"The tab `Assignments` is missing.*Was it deleted. Bring it back"):
        shop.service().refresh()
