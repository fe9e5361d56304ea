"""The local Shopify: who may ask, what it costs, what it shows, and how it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.shopify.bucket import Bucket
from sandbox.shopify.stand import SCOPES, ShopifyStand
from sandbox.shopify.tokens import CLIENT_ID, CLIENT_SECRET
from tests.sandbox.shopify_app import OPERATIONS, App
from tests.unit.test_shopify_operations import listed_scopes


class Times:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def today(self) -> datetime:
        return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self.now_s)


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def app(times: Times) -> Iterator[App]:
    """A shop with two courses, 5 and 3 of them in stock."""
    with ShopifyStand(now=times.today, now_s=times) as shopify:
        for sku, stock in (("CPT", 5), ("CNC", 3)):
            shopify.people.add_product(
                f"Course {sku}", [{"sku": sku, "stock": {"Online": stock}}], tags=["provider:nasm"]
            )
        yield App(shopify)


def test_the_scopes_of_the_app_are_those_in_the_readme() -> None:
    assert [*SCOPES] == listed_scopes()


def test_a_variant_comes_with_its_product(app: App) -> None:
    nodes = app.get("variants", first=10)["productVariants"]["nodes"]
    assert [(node["sku"], node["product"]["title"]) for node in nodes] == [
        ("CPT", "Course CPT"),
        ("CNC", "Course CNC"),
    ]
    assert nodes[0]["product"]["tags"] == ["provider:nasm"]
    assert nodes[0]["product"]["hasOnlyDefaultVariant"]


def test_pages_leave_nothing_out_and_repeat_nothing_while_products_are_deleted(app: App) -> None:
    people = app.shopify.people
    for number in range(20):
        people.add_product(f"P{number}", [{"sku": f"S{number}"}])
    seen, after = [], None
    while True:
        page = app.get("variants", first=5, after=after)["productVariants"]
        seen += [node["sku"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        people.delete_product(seen[-1])
    assert seen == ["CPT", "CNC", *(f"S{number}" for number in range(20))]


@pytest.mark.parametrize("first", [0, 251, -1])
def test_a_page_has_1_to_250_nodes(app: App, first: int) -> None:
    assert app.codes("variants", first=first) == ["BAD_REQUEST"]


def test_a_cursor_of_nobodys_is_refused(app: App) -> None:
    assert app.codes("variants", first=1, after="bogus") == ["BAD_REQUEST"]


def test_a_thousand_products_with_three_variants_come_in_twelve_calls(app: App) -> None:
    app.shopify.change({"points": 10_000})
    for number in range(998):
        variants = [{"sku": f"S{number}.{n}", "title": str(n)} for n in range(3)]
        app.shopify.people.add_product(f"P{number}", variants)
    app.own("DELETE", "stats")
    found, after, more = 0, None, True
    while more:
        page = app.get("variants", first=250, after=after)["productVariants"]
        found, after, more = (
            found + len(page["nodes"]),
            page["pageInfo"]["endCursor"],
            page["pageInfo"]["hasNextPage"],
        )
    assert (found, app.own("GET", "stats").json()["reads"]) == (2 + 998 * 3, 12)


class TestTokens:
    def ask_for_one(self, app: App, **changes: str) -> requests.Response:
        body = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        url = f"{app.shopify.url}/admin/oauth/access_token"
        return requests.post(url, data={**body, **changes}, timeout=10)

    def test_credentials_give_a_token_for_a_day(self, app: App, times: Times) -> None:
        given = self.ask_for_one(app).json()
        assert (given["expires_in"], given["scope"]) == (86_399, ",".join(SCOPES))
        app.token = given["access_token"]
        assert app.post(OPERATIONS["access"]).status_code == 200
        times.now_s += 86_400
        refused = app.post(OPERATIONS["access"])
        assert refused.status_code == 401
        assert refused.json() == {
            "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"
        }

    @pytest.mark.parametrize("wrong", ["client_id", "client_secret", "grant_type"])
    def test_wrong_credentials_give_none(self, app: App, wrong: str) -> None:
        assert self.ask_for_one(app, **{wrong: "other"}).status_code == 400

    def test_a_token_that_nobody_gave_is_refused(self, app: App) -> None:
        app.token = "shpat_somebody_elses"
        assert app.post(OPERATIONS["access"]).status_code == 401

    def test_a_test_can_end_all_tokens(self, app: App) -> None:
        app.token = self.ask_for_one(app).json()["access_token"]
        app.own("DELETE", "tokens").raise_for_status()
        assert app.post(OPERATIONS["access"]).status_code == 401


@pytest.mark.parametrize(
    ("version", "status"), [("2025-07", 200), ("2027-01", 404), ("2026-11", 404), ("unstable", 404)]
)
def test_an_old_version_falls_forward_and_what_is_no_version_is_not_there(
    app: App, version: str, status: int
) -> None:
    answer = app.post(OPERATIONS["access"], version=version)
    assert answer.status_code == status
    assert answer.headers.get("X-Shopify-API-Version") == ("2026-10" if status == 200 else None)


@pytest.mark.parametrize(
    ("scope", "operation", "variables"),
    [
        ("read_products", "variants", {"first": 1}),
        ("read_locations", "locations", {"first": 1}),
        ("read_orders", "orders", {"query": "", "first": 1}),
        ("write_inventory", "track_item", {"item": "gid://shopify/InventoryItem/1"}),
    ],
)
def test_what_the_app_was_not_granted_is_denied(
    app: App, scope: str, operation: str, variables: dict[str, object]
) -> None:
    app.shopify.change({"scopes": [other for other in SCOPES if other != scope]})
    body = app.ask(operation, **variables)
    assert body["data"] is None or set(body["data"].values()) == {None}
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert f"`{scope}` access scope" in error["message"]


class TestCosts:
    def test_a_call_says_what_it_asked_for_and_what_it_took(self, app: App) -> None:
        cost = app.ask("variants", first=100)["extensions"]["cost"]
        assert cost["requestedQueryCost"] == 2 + 100 * 3
        assert cost["actualQueryCost"] == 2 + 2 * 3
        assert cost["throttleStatus"] == {
            "maximumAvailable": 2000,
            "currentlyAvailable": 2000 - 8,
            "restoreRate": 100,
        }

    def test_one_that_asks_for_more_than_a_thousand_points_is_refused(self, app: App) -> None:
        query = OPERATIONS["orders"].replace("first: 20", "first: 100")
        (error,) = app.post(query, {"query": "", "first": 50}).json()["errors"]
        assert (error["extensions"]["code"], error["extensions"]["cost"]) == ("MAX_COST_EXCEEDED", 5152)

    def test_whoever_has_spent_the_allowance_waits_for_what_is_missing(self, app: App, times: Times) -> None:
        app.shopify.change({"points": 310})
        assert "data" in app.ask("variants", first=100)
        throttled = app.ask("variants", first=102)
        assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
        assert "data" not in throttled
        cost = throttled["extensions"]["cost"]
        missing = cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"]
        assert (missing, cost["actualQueryCost"]) == (6, None)
        times.now_s += (missing + 1) / cost["throttleStatus"]["restoreRate"]
        assert "data" in app.ask("variants", first=102)

    def test_the_allowance_never_grows_beyond_its_size(self, times: Times) -> None:
        bucket = Bucket(10, 100, times)
        bucket.give_back(5)
        times.now_s += 60
        assert not bucket.take(11)
        assert bucket.take(10)


class TestOrders:
    def ids(self, app: App, query: str) -> list[str]:
        nodes = app.get("orders", query=query, first=25)["orders"]["nodes"]
        return [node["name"] for node in nodes]

    def test_orders_are_found_by_time_and_state(self, app: App, times: Times) -> None:
        people = app.shopify.people
        people.buy({"CPT": 1})
        times.now_s += 3600
        since = times.today().strftime("%Y-%m-%dT%H:%M:%SZ")
        people.buy({"CPT": 1}, paid=False)
        people.buy({"CNC": 1}, test=True)
        assert self.ids(app, "") == ["#1001", "#1002", "#1003"]
        assert self.ids(app, f"created_at:>='{since}'") == ["#1002", "#1003"]
        assert self.ids(app, f"created_at:<'{since}' AND financial_status:paid") == ["#1001"]
        assert self.ids(app, "test:true") == ["#1003"]
        times.now_s += 60
        since = times.today().isoformat()
        people.cancel("#1001")
        assert self.ids(app, f'updated_at:>="{since}"') == ["#1001"]
        assert self.ids(app, "status:cancelled") == ["#1001"]

    @pytest.mark.parametrize(
        "query", ["risk_level:high", "test:true OR name:7", "(test:true)", "created_at:>now"]
    )
    def test_a_search_that_the_stand_in_does_not_know_is_refused(self, app: App, query: str) -> None:
        app.shopify.people.buy({"CPT": 1})
        assert app.codes("orders", query=query, first=1) == ["NOT_IN_STAND_IN"]

    def test_orders_of_more_than_60_days_ago_are_not_shown(self, app: App, times: Times) -> None:
        order = app.shopify.people.buy({"CPT": 1})
        times.now_s += timedelta(days=61).total_seconds()
        assert self.ids(app, "") == []
        assert app.get("order", id=f"gid://shopify/Order/{order.id}") == {"order": None}

    def test_an_order_with_many_lines_has_them_on_several_pages(self, app: App) -> None:
        for number in range(30):
            app.shopify.people.add_product(f"P{number}", [{"sku": f"S{number}", "tracked": False}])
        order = app.shopify.people.buy({f"S{number}": 1 for number in range(30)})
        (node,) = app.get("orders", query="", first=1)["orders"]["nodes"]
        assert len(node["lineItems"]["nodes"]) == 20
        after = node["lineItems"]["pageInfo"]["endCursor"]
        more = app.get("order", id=node["id"], after=after)["order"]["lineItems"]["nodes"]
        assert [line["sku"] for line in more] == [line.sku for line in order.lines[20:]]

    def test_a_tip_has_no_sku(self, app: App) -> None:
        app.shopify.people.buy([{"sku": "CPT"}, {"title": "Tip"}])
        (node,) = app.get("orders", query="", first=1)["orders"]["nodes"]
        assert [(line["sku"], line["title"]) for line in node["lineItems"]["nodes"]] == [
            ("CPT", "Course CPT"),
            (None, "Tip"),
        ]


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            ("500", 500),
            ("503", 503),
            ("429", 429),
            ("html-502", 502),
            ("throttled-429", 429),
            ("apply-then-503", 503),
        ],
    )
    def test_a_call_fails_with_a_status(self, app: App, fault: str, status: int) -> None:
        app.fail("shop", fault)
        assert app.post(OPERATIONS["access"]).status_code == status
        assert app.post(OPERATIONS["access"]).status_code == 200
        assert app.spent() == {fault: 1}

    @pytest.mark.parametrize(
        ("fault", "code"), [("throttled", "THROTTLED"), ("internal", "INTERNAL_SERVER_ERROR")]
    )
    def test_a_call_fails_within_a_200(self, app: App, fault: str, code: str) -> None:
        app.fail("shop", fault)
        assert app.codes("access") == [code]

    @pytest.mark.parametrize("fault", ["reset", "apply-then-drop", "reset-midway"])
    def test_a_connection_breaks_off(self, app: App, fault: str) -> None:
        app.fail("*", fault)
        with pytest.raises(requests.RequestException):
            app.ask("access")
        assert app.spent() == {fault: 1}

    def test_a_token_ends_in_the_middle(self, app: App) -> None:
        given = TestTokens().ask_for_one(app).json()
        app.token = given["access_token"]
        app.fail("shop", "token-ended")
        assert [app.post(OPERATIONS["access"]).status_code for _ in range(2)] == [401, 401]

    @pytest.mark.parametrize(
        ("fault", "stock"), [("500", 5), ("reset", 5), ("apply-then-drop", 9), ("apply-then-503", 9)]
    )
    def test_a_change_is_applied_or_not_as_the_fault_says(self, app: App, fault: str, stock: int) -> None:
        app.fail("inventorySetQuantities", fault)
        with pytest.raises((requests.RequestException, ValueError)):
            app.set(app.row("CPT", 9, was=5))
        assert app.shopify.people.available("CPT") == stock
        assert app.set(app.row("CPT", 9, was=5)) == []  # the same bytes again, whatever happened
        assert app.shopify.people.available("CPT") == 9

    def test_a_fault_that_there_is_not_is_refused(self, app: App) -> None:
        assert app.own("POST", "faults", {"instructions": ["stale-read:1"]}).status_code == 400


class TestWhatIsNotThere:
    def test_an_unknown_field_is_an_error(self, app: App) -> None:
        errors = app.post("{ shop { nickname } }").json()["errors"]
        assert "Cannot query field 'nickname' on type 'Shop'" in errors[0]["message"]

    def test_a_field_that_the_stand_in_does_not_show_is_no_null(self, app: App) -> None:
        query = OPERATIONS["access"].replace("name\n", "name\n    email\n", 1)
        (error,) = app.post(query).json()["errors"]
        assert (error["extensions"]["code"], error["path"]) == ("NOT_IN_STAND_IN", ["shop", "email"])

    def test_a_deprecated_input_in_the_variables_is_refused(self, app: App) -> None:
        lines = [{"quantity": 1, "grams": 5}]
        assert app.codes("create_draft", lines=lines, email="", note="", tags=[]) == ["NOT_IN_STAND_IN"]

    def test_more_than_250_inputs_are_refused(self, app: App) -> None:
        items = [app.item("CPT")] * 251
        found = app.codes("stock_of_items", items=items, location=app.shopify.location)
        assert found == ["MAX_INPUT_SIZE_EXCEEDED"]

    @pytest.mark.parametrize("body", ["", "{", "[]", '{"query": 7}', "{}"])
    def test_a_body_without_a_query_is_a_bad_request(self, app: App, body: str) -> None:
        url = f"{app.shopify.url}/admin/api/2026-10/graphql.json"
        headers = {"X-Shopify-Access-Token": app.token}
        assert requests.post(url, data=body, headers=headers, timeout=10).status_code == 400

    def test_a_variable_of_the_wrong_type_is_an_error(self, app: App) -> None:
        assert "errors" in app.ask("variants", first="ten")

    def test_rest_is_gone(self, app: App) -> None:
        assert (
            requests.get(f"{app.shopify.url}/admin/api/2026-10/products.json", timeout=10).status_code == 404
        )


def test_a_shop_in_a_folder_is_there_again(tmp_path: Path) -> None:
    with ShopifyStand(tmp_path) as shopify:
        shopify.people.add_product("Course", [{"sku": "CPT", "stock": {"Online": 5}}])
        order = shopify.people.buy({"CPT": 2})
        assert App(shopify).set(App(shopify).row("CPT", 7, was=3)) == []
    with ShopifyStand(tmp_path) as shopify:
        assert shopify.people.available("CPT") == 7
        assert shopify.people.order("#1001") == order
        assert [change["by"] for change in shopify.changes()] == ["order #1001", "app"]
        assert shopify.people.buy({"CPT": 1}).name == "#1002"


def test_settings_are_changed_by_name(app: App) -> None:
    assert app.own("PUT", "settings", {"partial_sets": True}).json()["partial_sets"]
    assert app.own("PUT", "settings", {"partial_sets": 1}).status_code == 400
    assert app.own("PUT", "settings", {"nothing": 1}).status_code == 400


def test_it_can_be_served_at_the_address_of_the_local_google_with_a_pane(app: App) -> None:
    app.shopify.people.buy({"CPT": 2}, customer="Ada Bernard", email="ada@example.com")
    assert app.set(app.row("CPT", 9, was=3)) == []
    with Sandbox() as google:
        google.front.add(app.shopify)
        headers = {"X-Shopify-Access-Token": app.token}
        url = f"{google.url}/admin/api/2026-10/graphql.json"
        said = requests.post(url, json={"query": OPERATIONS["access"]}, headers=headers, timeout=10).json()
        assert said["data"]["shop"]["name"] == "Sample Shop"
        assert requests.get(f"{google.url}/_sandbox/shopify/stats", timeout=10).json()["reads"] == 1
        (pane,) = requests.get(f"{google.url}/_sandbox/panes", timeout=10).json()["panes"]
    newest, order = pane["entries"]
    assert (pane["title"], newest["title"]) == ("The shop", "CPT: 3 became 9")
    assert (order["title"], order["text"]) == ("#1001, paid", "2 x CPT")
    assert order["details"]["customer"] == "Ada Bernard"
