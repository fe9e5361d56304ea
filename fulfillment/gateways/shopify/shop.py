"""The port Shop on Shopify's Admin API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from fulfillment.errors import ShopRefused
from fulfillment.gateways.shopify import reading
from fulfillment.gateways.shopify.client import Json, ShopifyClient
from fulfillment.wares import SERVE_TEST, Level, Location, OpenLine, Quantity, Rejected, ShopOrder, Variant

VARIANTS_A_PAGE = 250
LEVELS_A_PAGE = 250
ORDERS_A_PAGE = 25
"""With twenty lines each; more would cost more than one query may."""
LOCATIONS_A_PAGE = 50

BLOCK = 100
"""Quantities that are set together: Shopify takes them all or none."""

STALE = "CHANGE_FROM_QUANTITY_STALE"

SAID_BY = "gid://order-fulfilment/Push/"
"""Where Shopify's history of an item says that its quantity came from."""

T = TypeVar("T")

Count = Callable[[int], None]
"""Told how many have been read so far."""


def unwatched(count: int) -> None:
    """Nobody looks."""


class Shopify:
    """One shop, of which one location is ours to keep in stock; any thread."""

    def __init__(
        self, client: ShopifyClient, *, name: str, location: str, new_key: Callable[[], str]
    ) -> None:
        """`location` is a name, an id, or empty where the shop has one alone; `new_key` repeats nothing."""
        self.name = name
        self._client = client
        self._wanted = location
        self._new_key = new_key
        self._location: Location | None = None

    def scopes(self, *, until: float) -> list[str]:
        """What the shop lets the app do. 1 request."""
        installed = self._client.run("access", {}, until=until)["currentAppInstallation"]
        return [str(scope["handle"]) for scope in installed["accessScopes"]]

    def location(self, *, until: float) -> Location:
        """The location of ours. 1 request the first time. Raises ShopRefused where it is in doubt."""
        if self._location is None:
            self._location = _chosen(self.locations(until=until), self._wanted)
        return self._location

    def locations(self, *, until: float) -> list[Location]:
        """Every active location."""
        pages = self._pages("locations", "locations", LOCATIONS_A_PAGE, until)
        return [reading.location(node) for nodes in pages for node in nodes]

    def variants(self, *, until: float, watch: Count = unwatched) -> list[Variant]:
        """Every variant of every product. 1 request for each 250."""
        found: list[Variant] = []
        for nodes in self._pages("variants", "productVariants", VARIANTS_A_PAGE, until):
            found += map(reading.variant, nodes)
            watch(len(found))
        return found

    def levels(self, items: Collection[str], *, until: float) -> dict[str, Level]:
        """item -> what our location has of it, for those that are still there. 1 request for each 250."""
        place, found = self.location(until=until).location_id, dict[str, Level]()
        for some in _blocks([*items], LEVELS_A_PAGE):
            data = self._client.run("stock_of_items", {"items": some, "location": place}, until=until)
            levels = [reading.level_of_item(node) for node in data["nodes"] if node]
            found.update({level.item: level for level in levels})
        return found

    def levels_at(self, location: Location, *, until: float) -> dict[str, int]:
        """item -> what this location has of everything that is stocked there. 1 request for each 250."""
        found, after = dict[str, int](), None
        while True:
            asked = {"location": location.location_id, "first": LEVELS_A_PAGE, "after": after}
            page = self._client.run("stock_at_location", asked, until=until)["location"]["inventoryLevels"]
            levels = map(reading.level_at_location, page["nodes"])
            found.update({level.item: level.available or 0 for level in levels})
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def set_available(self, quantities: Sequence[Quantity], *, until: float) -> list[Rejected]:
        """Our location has so much of each, but for those that come back. 1 request for each 100.

        Every one says what it was, so that what was sold meanwhile is never given back.
        """
        blocks = _blocks(quantities, BLOCK)
        return [rejected for block in blocks for rejected in self._set_block(block, until)]

    def _set_block(self, block: Sequence[Quantity], until: float) -> Iterator[Rejected]:
        """Those that the shop names as wrong are left out, and the others sent once more."""
        rejected = self._set(block, until)
        yield from rejected
        named = {each.item for each in rejected}
        rest = [quantity for quantity in block if quantity.item not in named]
        if rejected and rest:
            yield from self._set(rest, until)

    def _set(self, block: Sequence[Quantity], until: float) -> list[Rejected]:
        place, key = self.location(until=until).location_id, self._new_key()
        rows = [_row(quantity, place) for quantity in block]
        asked = {"quantities": rows, "document": SAID_BY + key, "key": key}
        said = self._client.run("set_available", asked, until=until)["inventorySetQuantities"]
        return _rejected(block, said["userErrors"])

    def track(self, item: str, *, until: float) -> None:
        """Shopify counts this item from now on. 1 request. Raises ShopRefused."""
        said = self._client.run("track_item", {"item": item}, until=until)
        _check(said["inventoryItemUpdate"], "counts")

    def stock(self, item: str, *, until: float) -> None:
        """The item is stocked at our location from now on, with none of it there. 1 request."""
        place = self.location(until=until).location_id
        asked = {"item": item, "location": place, "key": self._new_key()}
        _check(self._client.run("stock_item", asked, until=until)["inventoryActivate"], "stocks")

    def orders(
        self,
        *,
        until: float,
        created_since: datetime | None = None,
        updated_since: datetime | None = None,
        tag: str = "",
    ) -> list[ShopOrder]:
        """Every order placed, or changed, since then, or of this tag, oldest first. 1 request for each 25."""
        bounds = {"created_at": created_since, "updated_at": updated_since}
        terms = [f"{name}:>='{_utc(at)}'" for name, at in bounds.items() if at]
        query = " ".join([*terms, f"tag:'{tag}'"] if tag else terms)
        pages = self._pages("orders", "orders", ORDERS_A_PAGE, until, query=query)
        return [self._order(node, until) for nodes in pages for node in nodes]

    def is_test(self, order_id: str, *, until: float) -> bool:
        """Is it a test order that takes no keys? 1 request; 0 for an id that is none of Shopify's."""
        gid = _order_gid(order_id)
        node = self._client.run("order_kind", {"id": gid}, until=until)["order"] if gid else None
        return bool(node and node["test"] and SERVE_TEST not in node["tags"])

    def _order(self, node: Json, until: float) -> ShopOrder:
        lines, page = reading.lines(node["lineItems"]["nodes"]), node["lineItems"]["pageInfo"]
        while page["hasNextPage"]:
            asked = {"id": node["id"], "after": page["endCursor"]}
            more = self._client.run("order", asked, until=until)["order"]["lineItems"]
            lines, page = lines + reading.lines(more["nodes"]), more["pageInfo"]
        return reading.order(node, lines)

    def open_lines(self, order_id: str, *, until: float) -> list[OpenLine]:
        """What is still to be fulfilled of an order. 1 request for each fulfillment order, mostly one."""
        found: list[OpenLine] = []
        after = None
        while True:
            asked = {"order": _order_gid(order_id), "after": after}
            order = self._client.run("fulfillment_orders", asked, until=until)["order"]
            if order is None:
                raise ShopRefused(f"The shop has no order {order_id}.")
            page = order["fulfillmentOrders"]
            found += [line for node in page["nodes"] for line in reading.open_lines(node)]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def fulfill(self, pieces: Sequence[tuple[OpenLine, int]], *, until: float) -> None:
        """So many pieces of these lines are marked as fulfilled, and the customer is not told. 1 request.

        All lines are of one fulfillment order. Raises ShopRefused.
        """
        first = pieces[0][0].fulfillment_order
        lines = [{"id": line.line, "quantity": count} for line, count in pieces]
        asked = {"lines": [{"fulfillmentOrderId": first, "fulfillmentOrderLineItems": lines}]}
        _check(
            self._client.run("fulfill", asked, until=until, once=True)["fulfillmentCreate"],
            "marks as fulfilled",
        )

    def buy(self, variant: str, *, email: str, note: str, tags: Sequence[str], until: float) -> str:
        """A paid order of one piece is in the shop, by way of a draft; its name. 2 requests.

        Neither is sent twice: where nobody knows whether it was done, ShopAway is raised. Raises ShopRefused.
        """
        line = {"variantId": variant, "quantity": 1}
        asked = {"lines": [line], "email": email, "note": note, "tags": [*tags]}
        made = self._client.run("create_draft", asked, until=until, once=True)["draftOrderCreate"]
        _check(made, "takes")
        draft = {"draft": made["draftOrder"]["id"]}
        done = self._client.run("complete_draft", draft, until=until, once=True)["draftOrderComplete"]
        _check(done, "completes")
        return str(done["draftOrder"]["order"]["name"])

    def _pages(
        self, operation: str, field: str, first: int, until: float, **variables: object
    ) -> Iterator[list[Json]]:
        after = None
        while True:
            asked = {**variables, "first": first, "after": after}
            page = self._client.run(operation, asked, until=until)[field]
            yield page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def _blocks(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (things[start : start + size] for start in range(0, len(things), size))


def _chosen(locations: Sequence[Location], wanted: str) -> Location:
    """The location that was meant. Raises ShopRefused with the choice there is."""
    names = ", ".join(f"`{each.name}` ({reading.id_of(each.location_id)})" for each in locations)
    if not wanted and len(locations) == 1:
        return locations[0]
    if not wanted:
        raise ShopRefused(f"The shop has several locations: name one in SHOPIFY_LOCATION. There are {names}.")
    meant = [
        each
        for each in locations
        if wanted.casefold() == each.name.casefold()
        or reading.id_of(wanted) == reading.id_of(each.location_id)
    ]
    if len(meant) != 1:
        raise ShopRefused(f"SHOPIFY_LOCATION names no active location of the shop. There are {names}.")
    return meant[0]


def _row(quantity: Quantity, place: str) -> dict[str, object]:
    return {
        "inventoryItemId": quantity.item,
        "locationId": place,
        "quantity": quantity.to,
        "changeFromQuantity": quantity.was,
    }


def _rejected(block: Sequence[Quantity], errors: Iterable[Json]) -> list[Rejected]:
    """The quantities that these errors name; all of the block where one does not say which."""
    found: dict[str, Rejected] = {}
    for error in errors:
        number = _number_in(error.get("field") or ())
        named = [block[number]] if number is not None and number < len(block) else block
        is_stale = error.get("code") == STALE
        for quantity in named:
            found.setdefault(quantity.item, Rejected(quantity.item, str(error["message"]), is_stale))
    return [*found.values()]


def _number_in(field: Iterable[Any]) -> int | None:
    """3 of `["input", "quantities", "3", "changeFromQuantity"]`."""
    return next((int(part) for part in field if str(part).isdigit()), None)


def _check(said: Json, what: str) -> None:
    errors = [str(error["message"]) for error in said["userErrors"]]
    if errors:
        raise ShopRefused(f"Shopify {what} nothing here: {' '.join(errors)}")


def _order_gid(order_id: str) -> str:
    """Empty for an id that no order of Shopify's can have."""
    return f"gid://shopify/Order/{order_id}" if order_id.isascii() and order_id.isdigit() else ""


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
