"""The stock of the local Shopify: who sets it, from what to what, and what buyers do to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fulfillment.payloads import read_order
from sandbox.shopify.selling import NotSold
from sandbox.shopify.stand import ShopifyStand
from tests.sandbox.shopify_app import OPERATIONS, App


@pytest.fixture
def app() -> Iterator[App]:
    """Two courses in stock, and one that is only known."""
    with ShopifyStand() as shopify:
        shopify.shop.add_location("Studio")
        for sku, stock in (("CPT", {"Online": 5, "Studio": 2}), ("CNC", {"Online": 3}), ("WLS", {})):
            shopify.people.add_product(f"Course {sku}", [{"sku": sku, "stock": stock}])
        yield App(shopify)


def code(app: App, *rows: dict[str, Any], key: str = "a-key") -> list[str]:
    return [error["code"] for error in app.set(*rows, key=key)]


def shown(app: App, *skus: str) -> list[int | None]:
    """What the API shows of them at the first location; None where they are not stocked."""
    items = [app.item(sku) for sku in skus]
    nodes = app.get("stock_of_items", items=items, location=app.shopify.location)["nodes"]
    levels = [node["inventoryLevel"] for node in nodes]
    return [level and level["quantities"][0]["quantity"] for level in levels]


class TestSetting:
    def test_a_quantity_is_set_and_remembered_with_who_and_from_what(self, app: App) -> None:
        assert app.set(app.row("CPT", 9, was=5), app.row("CNC", 0, was=3)) == []
        assert shown(app, "CPT", "CNC") == [9, 0]
        assert app.shopify.people.available("CPT", "Studio") == 2
        one, other = app.shopify.changes()
        assert (one["sku"], one["before"], one["after"], one["expected"], one["by"]) == (
            "CPT",
            5,
            9,
            5,
            "app",
        )
        assert (other["document"], other["key"]) == ("gid://fulfilment/Push/7", "a-key")

    def test_a_stale_row_stops_the_whole_block(self, app: App) -> None:
        (error,) = app.set(app.row("CPT", 9, was=5), app.row("CNC", 0, was=4))
        assert error["code"] == "CHANGE_FROM_QUANTITY_STALE"
        assert error["field"] == ["input", "quantities", "1", "changeFromQuantity"]
        assert shown(app, "CPT", "CNC") == [5, 3]

    def test_or_only_itself_where_a_test_wants_that(self, app: App) -> None:
        app.shopify.change({"partial_sets": True})
        assert code(app, app.row("CPT", 9, was=5), app.row("CNC", 0, was=4)) == ["CHANGE_FROM_QUANTITY_STALE"]
        assert shown(app, "CPT", "CNC") == [9, 3]

    def test_null_skips_the_check_and_is_seen(self, app: App) -> None:
        assert app.set(app.row("CPT", 9, was=None)) == []
        assert app.shopify.changes()[-1]["expected"] is None

    def test_a_row_that_does_not_say_from_what_is_an_error(self, app: App) -> None:
        row = app.row("CPT", 9, was=5)
        del row["changeFromQuantity"]
        found = app.codes("set_available", quantities=[row], document="gid://a/b/c", key="k")
        assert found == ["INVALID_FIELD_ARGUMENTS"]
        assert shown(app, "CPT") == [5]

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"inventoryItemId": "gid://shopify/InventoryItem/7"}, "INVALID_INVENTORY_ITEM"),
            ({"locationId": "gid://shopify/Location/7"}, "INVALID_LOCATION"),
            ({"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH"),
            ({"quantity": -1_000_000_001}, "INVALID_QUANTITY_TOO_LOW"),
        ],
    )
    def test_a_wrong_row_is_named(self, app: App, change: dict[str, Any], expected: str) -> None:
        assert code(app, app.row("CPT", 9, was=5) | change) == [expected]

    def test_an_item_twice_is_refused(self, app: App) -> None:
        rows = [app.row("CPT", 9, was=5), app.row("CPT", 8, was=5)]
        assert code(app, *rows) == ["NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"] * 2

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("correction", "because", "INVALID_REASON"),
            ('"available"', '"committed"', "INVALID_NAME"),
            ("$document,", '"gid://app/Push",', "INVALID_REFERENCE_DOCUMENT"),
            ("$document,", '"something",', "INVALID_REFERENCE_DOCUMENT"),
        ],
    )
    def test_a_wrong_reason_name_or_document_is_named(
        self, app: App, old: str, new: str, expected: str
    ) -> None:
        query = OPERATIONS["set_available"].replace(old, new)
        assert query != OPERATIONS["set_available"]
        if "$document" in old:
            query = query.replace(", $document: String!", "")
        rows = [app.row("CPT", 9, was=5)]
        said = app.post(query, {"quantities": rows, "document": "gid://a/b/c", "key": "k"}).json()
        (error,) = said["data"]["inventorySetQuantities"]["userErrors"]
        assert error["code"] == expected
        assert shown(app, "CPT") == [5]


class TestKeys:
    def test_without_a_key_nothing_is_done(self, app: App) -> None:
        query = OPERATIONS["set_available"].replace(" @idempotent(key: $key)", "")
        query = query.replace(", $key: String!", "")
        rows = [app.row("CPT", 9, was=5)]
        (error,) = app.post(query, {"quantities": rows, "document": "gid://a/b/c"}).json()["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert "@idempotent directive is required" in error["message"]
        assert shown(app, "CPT") == [5]

    def test_the_same_again_changes_nothing_and_gets_the_first_answer(self, app: App) -> None:
        rows = {"quantities": [app.row("CPT", 9, was=5)], "document": "gid://a/b/c", "key": "k"}
        first = app.get("set_available", **rows)
        app.shopify.people.count("CPT", 5)
        assert app.get("set_available", **rows) == first
        assert shown(app, "CPT") == [5]

    def test_another_change_under_the_same_key_is_refused(self, app: App) -> None:
        assert code(app, app.row("CPT", 9, was=5)) == []
        assert code(app, app.row("CPT", 4, was=9)) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
        assert shown(app, "CPT") == [9]

    def test_a_request_that_is_still_on_its_way_is_told_so(self, app: App) -> None:
        app.fail("inventorySetQuantities", "apply-late:0.3")
        with ThreadPoolExecutor() as pool:
            late = pool.submit(code, app, app.row("CPT", 9, was=5))
            while not app.shopify.api.keys.is_running("a-key"):
                time.sleep(0.005)
            assert code(app, app.row("CPT", 9, was=5)) == ["IDEMPOTENCY_CONCURRENT_REQUEST"]
            assert late.result() == []
        assert code(app, app.row("CPT", 9, was=5)) == []
        assert shown(app, "CPT") == [9]

    def test_the_key_of_a_failure_is_spent(self, app: App) -> None:
        assert code(app, app.row("CPT", 9, was=4)) == ["CHANGE_FROM_QUANTITY_STALE"]
        app.shopify.people.count("CPT", 4)
        assert code(app, app.row("CPT", 9, was=4)) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]
        assert code(app, app.row("CPT", 9, was=4), key="another") == []


class TestPlaces:
    def test_an_item_that_is_stocked_nowhere_has_no_level(self, app: App) -> None:
        assert shown(app, "WLS") == [None]

    def test_a_quantity_for_it_is_taken_and_nothing_is_sold_of_it(self, app: App) -> None:
        assert app.set(app.row("WLS", 6, was=0)) == []
        assert shown(app, "WLS") == [None]
        with pytest.raises(NotSold):
            app.shopify.people.buy({"WLS": 1})

    def test_stocking_it_keeps_that_quantity(self, app: App) -> None:
        app.set(app.row("WLS", 6, was=0))
        item, place = app.item("WLS"), app.shopify.location
        said = app.get("stock_item", item=item, location=place, key="k2")["inventoryActivate"]
        assert said["userErrors"] == []
        assert shown(app, "WLS") == [6]

    def test_stocking_an_unknown_item_is_refused(self, app: App) -> None:
        item, place = "gid://shopify/InventoryItem/7", app.shopify.location
        said = app.get("stock_item", item=item, location=place, key="k")["inventoryActivate"]
        assert said["userErrors"][0]["field"] == ["inventoryItemId"]

    def test_an_item_that_is_not_tracked_is_sold_without_end(self, app: App) -> None:
        app.shopify.people.change_variant("CNC", tracked=False)
        app.shopify.people.buy({"CNC": 99})
        assert shown(app, "CNC") == [3]
        said = app.get("track_item", item=app.item("CNC"))["inventoryItemUpdate"]
        assert said["inventoryItem"]["tracked"]

    def test_a_location_lists_what_is_stocked_there(self, app: App) -> None:
        said = app.get("stock_at_location", location=app.shopify.location, first=10)["location"]
        levels = said["inventoryLevels"]["nodes"]
        assert {level["item"]["id"]: level["quantities"][0]["quantity"] for level in levels} == {
            app.item("CPT"): 5,
            app.item("CNC"): 3,
        }


class TestBuying:
    def test_what_is_sold_leaves_the_stock_when_the_order_is_placed(self, app: App) -> None:
        order = app.shopify.people.buy({"CPT": 2}, paid=False)
        assert (order.financial, shown(app, "CPT")) == ("PENDING", [3])
        assert app.shopify.changes()[-1]["by"] == "order #1001"
        assert code(app, app.row("CPT", 9, was=5)) == ["CHANGE_FROM_QUANTITY_STALE"]

    def test_somebody_may_be_a_moment_faster_once(self, app: App) -> None:
        app.shopify.just_before("inventorySetQuantities", lambda: app.shopify.people.buy({"CPT": 1}))
        assert code(app, app.row("CPT", 9, was=5)) == ["CHANGE_FROM_QUANTITY_STALE"]
        assert code(app, app.row("CPT", 9, was=4), key="another") == []

    def test_what_is_sold_out_is_not_sold_unless_two_came_at_once(self, app: App) -> None:
        with pytest.raises(NotSold):
            app.shopify.people.buy({"CPT": 1, "CNC": 4})
        assert shown(app, "CPT", "CNC") == [5, 3]
        app.shopify.people.buy({"CNC": 4}, oversell=True)
        assert shown(app, "CNC") == [-1]

    def test_a_cancelled_order_gives_its_pieces_back(self, app: App) -> None:
        app.shopify.people.buy({"CPT": 2})
        order = app.shopify.people.cancel("#1001")
        assert (order.financial, shown(app, "CPT")) == ("REFUNDED", [5])
        node = app.get("order", id=f"gid://shopify/Order/{order.id}")["order"]
        assert node["cancelledAt"] is not None
        assert [line["currentQuantity"] for line in node["lineItems"]["nodes"]] == [0]
        with pytest.raises(NotSold):
            app.shopify.people.cancel("#1001")

    @pytest.mark.parametrize(("restock", "stock"), [(True, 4), (False, 3)])
    def test_a_piece_that_is_refunded_is_in_stock_again_or_not(
        self, app: App, restock: bool, stock: int
    ) -> None:
        app.shopify.people.buy({"CPT": 2})
        order = app.shopify.people.refund("#1001", {"CPT": 1}, restock=restock)
        assert (order.financial, shown(app, "CPT")) == ("PARTIALLY_REFUNDED", [stock])
        assert app.shopify.people.refund("#1001", restock=restock).financial == "REFUNDED"
        with pytest.raises(NotSold):
            app.shopify.people.refund("#1001")

    def test_the_same_order_id_again_is_the_same_order(self, app: App) -> None:
        asked = {"edit": "buy", "lines": {"CPT": 1}, "order_id": "6855909900101", "order_name": "#1001"}
        first, again = (app.own("POST", "person", asked).json() for _ in range(2))
        assert first == again
        assert (first["order_id"], shown(app, "CPT")) == ("6855909900101", [4])
        assert app.shopify.people.buy({"CPT": 1}).name == "#1002"


class TestTelling:
    def test_whoever_listens_is_told_of_each_order_once_it_is_paid(self, app: App) -> None:
        told: list[dict[str, Any]] = []
        app.shopify.shop.listeners.append(told.append)
        people = app.shopify.people
        people.buy(
            [{"sku": "CPT", "quantity": 2}, {"title": "Tip"}], customer="Ada Bernard", email="a@example.com"
        )
        people.buy({"CNC": 1}, paid=False)
        people.buy({"CNC": 1}, quietly=True)
        people.pay("#1002")
        assert [(order["name"], order["financial_status"]) for order in told] == [
            ("#1001", "paid"),
            ("#1002", "paid"),
        ]
        assert told[0]["customer"] == {"first_name": "Ada", "last_name": "Bernard", "email": "a@example.com"}
        lines = [(line["sku"], line["quantity"], line["title"]) for line in told[0]["line_items"]]
        assert lines == [("CPT", 2, "Course CPT"), ("", 1, "Tip")]

    def test_the_service_reads_an_order_as_it_is_told(self, app: App) -> None:
        told: list[dict[str, Any]] = []
        app.shopify.shop.listeners.append(told.append)
        order = app.shopify.people.buy({"CPT": 2}, customer="Ada Bernard", email="a@example.com")
        read = read_order(told[0])
        assert (read.order_id, read.order_name, read.email) == (str(order.id), "#1001", "a@example.com")
        assert [(line.sku, line.quantity) for line in read.lines] == [("CPT", 2)]

    def test_who_listens_may_look_at_the_shop(self, app: App) -> None:
        seen: list[int] = []
        app.shopify.shop.listeners.append(lambda order: seen.append(app.shopify.people.available("CPT")))
        with ThreadPoolExecutor() as pool:
            pool.submit(app.shopify.people.buy, {"CPT": 2}).result(timeout=5)
        assert seen == [3]


class TestFulfilling:
    def asked(self, app: App, order_id: int) -> tuple[str, list[dict[str, Any]]]:
        """The first fulfillment order, and its lines."""
        node = app.get("fulfillment_orders", order=f"gid://shopify/Order/{order_id}")["order"]
        (asked,) = node["fulfillmentOrders"]["nodes"]
        return asked["id"], asked["lineItems"]["nodes"]

    def fulfil(self, app: App, asked: str, *lines: dict[str, Any]) -> list[str]:
        """The messages of what is wrong."""
        body = {"fulfillmentOrderId": asked, "fulfillmentOrderLineItems": [*lines]}
        said = app.get("fulfill", lines=[body])["fulfillmentCreate"]
        return [error["message"] for error in said["userErrors"]]

    def test_some_lines_are_fulfilled_and_nobody_is_told(self, app: App) -> None:
        order = app.shopify.people.buy({"CPT": 2, "CNC": 1})
        asked, (one, other) = self.asked(app, order.id)
        assert [(line["sku"], line["remainingQuantity"]) for line in (one, other)] == [("CPT", 2), ("CNC", 1)]
        assert self.fulfil(app, asked, {"id": one["id"], "quantity": 2}) == []
        node = app.get("order", id=f"gid://shopify/Order/{order.id}")["order"]
        assert node["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
        assert self.fulfil(app, asked, {"id": other["id"], "quantity": 1}) == []
        assert app.shopify.api.fulfilling.mails == []

    def test_a_customer_who_is_told_is_remembered(self, app: App) -> None:
        order = app.shopify.people.buy({"CPT": 1})
        query = OPERATIONS["fulfill"].replace("notifyCustomer: false", "notifyCustomer: true")
        app.post(query, {"lines": [{"fulfillmentOrderId": self.asked(app, order.id)[0]}]})
        assert app.shopify.api.fulfilling.mails == [order.id]

    def test_what_is_closed_or_too_much_is_refused(self, app: App) -> None:
        order = app.shopify.people.buy({"CPT": 1})
        asked, (line,) = self.asked(app, order.id)
        too_much = self.fulfil(app, asked, {"id": line["id"], "quantity": 2})
        assert too_much == ["Invalid fulfillment order line item quantity requested."]
        assert self.fulfil(app, asked) == []
        (closed,) = self.fulfil(app, asked)
        assert "unfulfillable status= closed" in closed
        assert self.fulfil(app, "gid://shopify/FulfillmentOrder/7") == ["Fulfillment order does not exist."]


class TestDrafts:
    def test_a_completed_draft_is_a_paid_order_and_no_test(self, app: App) -> None:
        number = app.shopify.people.variant("CPT").id
        lines = [{"variantId": f"gid://shopify/ProductVariant/{number}", "quantity": 1}]
        made = app.get("create_draft", lines=lines, email="a@example.com", note="Go-live", tags=["go-live"])
        draft = made["draftOrderCreate"]["draftOrder"]
        assert shown(app, "CPT") == [5]
        order = app.get("complete_draft", draft=draft["id"])["draftOrderComplete"]["draftOrder"]["order"]
        assert (order["name"], order["test"], shown(app, "CPT")) == ("#1001", False, [4])
        node = app.get("order", id=order["id"])["order"]
        assert (node["displayFinancialStatus"], node["sourceName"]) == ("PAID", "shopify_draft_order")
        assert node["tags"] == ["go-live"]
        again = app.get("complete_draft", draft=draft["id"])["draftOrderComplete"]
        assert again["draftOrder"] is None

    def test_a_draft_of_nothing_is_refused(self, app: App) -> None:
        lines = [{"variantId": "gid://shopify/ProductVariant/7", "quantity": 1}]
        said = app.get("create_draft", lines=lines, email="", note="", tags=[])["draftOrderCreate"]
        assert said["draftOrder"] is None
