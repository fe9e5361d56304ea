"""The local Shopify: one shop behind Shopify's addresses.

with ShopifyStand() as shopify:
    shopify.people.add_product("Personal Trainer", [{"sku": "CPT", "stock": {"Online": 5}}])
    settings = {"SHOPIFY_URL": shopify.url, "SHOPIFY_TOKEN": TOKEN}

What it claims to be Shopify's behaviour, where that is from, and how sure it is, stands in docs/sandbox.md.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from sandbox.book import Json
from sandbox.errors import bad_request
from sandbox.faults import ANYWHERE, ON_WRITES, Instruction
from sandbox.panes import Entry
from sandbox.shopify import refusals
from sandbox.shopify.answering import AdminApi, read_body, unrecognized
from sandbox.shopify.bucket import Bucket
from sandbox.shopify.customers import Customers
from sandbox.shopify.execution import glance
from sandbox.shopify.people import People
from sandbox.shopify.sample import fill
from sandbox.shopify.schema.admin import VERSION
from sandbox.shopify.shop import Shop, utc_now
from sandbox.shopify.state import Change, Order, gid
from sandbox.shopify.tokens import Tokens
from sandbox.stand import Stand
from sandbox.wire import Answer, Request, json_answer

GRAPHQL = re.compile(r"/admin/api/([^/]+)/graphql\.json")

DATED = re.compile(r"\d{4}-(01|04|07|10)")

TOKEN_METHOD = "access_token"
"""What asking for a token is called in counts and fault plans; all else by its first field."""

SCOPES = (
    "read_products",
    "read_locations",
    "write_inventory",
    "read_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_draft_orders",
)
"""What the app may do, unless told otherwise: what the README tells people to grant."""


class ShopifyStand(Stand):
    """One shop, one app. Without a folder it is in memory, and empty but for a location, `Online`."""

    name = "shopify"
    title = "The shop"
    place = "/admin/"
    known_faults = ANYWHERE | ON_WRITES | {"throttled", "throttled-429", "internal", "token-ended"}

    def __init__(
        self,
        folder: Path | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        sample: bool = False,
        now: Callable[[], datetime] = utc_now,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`sample`: a shop that is empty gets the sample's products and orders."""
        super().__init__(port, host)
        self.shop = Shop(folder / "shop.json" if folder else None, now)
        self.people = People(self.shop, Customers())
        self.tokens = Tokens(SCOPES, now_s)
        self.api = AdminApi(self.shop, self.tokens, now_s)
        self._now_s = now_s
        self._first: dict[str, list[Callable[[], object]]] = {}
        self._fill(sample=sample)
        self._own |= {
            ("GET", "stats"): lambda asked: self._stats(),
            ("GET", "settings"): lambda asked: self._settings(),
            ("PUT", "settings"): self.change,
            ("DELETE", "tokens"): self._end_tokens,
            ("POST", "person"): self.people.edit,
            ("GET", "orders"): lambda asked: {"orders": self.people.orders()},
            ("GET", "changes"): lambda asked: {"changes": self.changes()},
            ("GET", "stock"): lambda asked: {"stock": self.stock()},
        }

    def _fill(self, *, sample: bool) -> None:
        with self.shop.changing() as state:
            if not state.locations:
                self.shop.add_location("Online")
        if sample and self.shop.is_empty:
            fill(self.shop, self.people)

    @property
    def location(self) -> str:
        """The id of the first location."""
        return gid("Location", self.people.location().id)

    def just_before(self, method: str, do: Callable[[], object]) -> None:
        """The next call of this method finds the shop as somebody has left it a moment ago.

        `do` is done once, when the call has come and is not carried out yet: what its caller read is old.
        """
        self._first.setdefault(method, []).append(do)

    def _carried_out(self, request: Request, body: Json, method: str) -> Answer:
        for do in self._first.pop(method, ()):
            do()
        return self.api.answer(request, body)

    def stock(self) -> list[Json]:
        """What each location has of each SKU that is counted."""
        with self.shop.looking() as state:
            variants = [variant for variant in state.variants.values() if variant.sku and variant.is_tracked]
            return [
                {"sku": variant.sku, "location": location.name, "available": level.available}
                for variant in variants
                for location in state.locations.values()
                if (level := self.shop.level(variant.item_id, location.id)) and level.is_active
            ]

    def changes(self) -> list[Json]:
        """Every change of what is available, the oldest first, with the SKU and the location by name."""
        with self.shop.looking():
            return [self._change_json(change) for change in self.shop.state.changes]

    def entries(self) -> list[Entry]:
        """The orders of the shop and what the app did to its stock, the oldest first."""
        with self.shop.looking() as state:
            orders = [_order_entry(order) for order in state.orders.values()]
        changes = [_change_entry(change) for change in self.changes() if change["by"] == "app"]
        return sorted([*orders, *changes], key=lambda entry: entry.at)

    def _change_json(self, change: Change) -> Json:
        variant = self.shop.variant_of(change.item_id)
        location = self.shop.state.locations[change.location_id]
        shown = {**asdict(change), "at": change.at.isoformat(timespec="milliseconds")}
        return {**shown, "sku": variant.sku if variant else None, "location": location.name}

    def _answer(self, request: Request) -> Answer:
        if request.path == "/admin/oauth/access_token" and request.verb == "POST":
            return self.spoilt(request, TOKEN_METHOD, lambda: self.tokens.give(request))
        found = GRAPHQL.fullmatch(request.path)
        if found is None or request.verb != "POST" or not _is_there(found[1]):
            return json_answer(404, {"errors": "Not Found"})
        body = read_body(request)
        field, is_write = glance(str(body.get("query") or ""), body.get("operationName"))
        answer = self.spoilt(
            request, field, lambda: self._carried_out(request, body, field), is_write=is_write
        )
        return replace(answer, headers={**answer.headers, "X-Shopify-API-Version": VERSION})

    def _instead(self, fault: Instruction, request: Request) -> Answer | None:
        match fault.kind:
            case "throttled":
                return self.api.throttled()
            case "throttled-429":
                return self.api.throttled(status=429)
            case "internal":
                return self.api.refused(refusals.internal())
            case "apply-late":
                with self.api.on_its_way(read_body(request)):
                    return super()._instead(fault, request)
            case "token-ended":
                self.tokens.end()
                return unrecognized()
        return super()._instead(fault, request)

    def _stats(self) -> Json:
        return {**self.stats.shown(), "points": self.api.points, "errors": dict(self.api.errors)}

    def _reset_stats(self, asked: Json) -> Json:
        self.api.forget_counts()
        return super()._reset_stats(asked)

    def _end_tokens(self, asked: Json) -> Json:
        self.tokens.end()
        return {}

    def _settings(self) -> Json:
        return {
            "points": self.api.bucket.size,
            "restored_per_s": self.api.bucket.restored_per_s,
            "scopes": self.tokens.scopes,
            "token_lifetime_s": self.tokens.lifetime_s,
            "partial_sets": self.api.partial_sets,
        }

    def change(self, asked: Json) -> Json:
        """The settings, those that are named as it says. A new allowance is a full one."""
        known = self._settings()
        for name, value in asked.items():
            if name not in known or type(value) is not type(known[name]):
                raise bad_request(f"No such setting, or no such value: {name}.")
        settings = {**known, **asked}
        if asked.keys() & {"points", "restored_per_s"}:
            self.api.bucket = Bucket(settings["points"], settings["restored_per_s"], self._now_s)
        self.tokens.scopes, self.tokens.lifetime_s = settings["scopes"], settings["token_lifetime_s"]
        self.api.partial_sets = settings["partial_sets"]
        return self._settings()


def _order_entry(order: Order) -> Entry:
    state = "cancelled" if order.cancelled_at else order.financial.lower().replace("_", " ")
    lines = ", ".join(f"{line.quantity} x {line.sku or line.title}" for line in order.lines)
    details = {"customer": order.customer, "email": order.email, "order id": str(order.id)}
    title = f"{order.name}, {state}{', a test' if order.is_test else ''}"
    return Entry(order.created_at.isoformat(timespec="milliseconds"), title, lines, details)


def _change_entry(change: Json) -> Entry:
    title = f"{change['sku'] or 'Something'}: {change['before']} became {change['after']}"
    expected = "nothing" if change["expected"] is None else str(change["expected"])
    details = {"location": change["location"], "expected": expected, "document": change["document"]}
    return Entry(change["at"], title, "Set by the app.", details)


def _is_there(version: str) -> bool:
    """Whether Shopify answers to this version.

    A version that has ended is answered by the oldest there is ("fall forward": shopify.dev, API versioning),
    which here is the only one; the header X-Shopify-API-Version tells. What never was is not found.
    """
    return bool(DATED.fullmatch(version)) and version <= VERSION
