"""What customers and operators do, and what they are told: orders go by the Zap, all else over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypedDict, cast

import requests

from demo.processes import Trouble
from demo.sample import SampleOrder
from demo.storefront import Storefront

TOKEN = "local"

TIMEOUT_S = 60


class Key(TypedDict):
    """A seat, as an answer shows it (what is printed of it)."""

    entitlements: str
    keycode: str


class SkippedLine(TypedDict):
    """A line that no keys are assigned for (what is printed of it)."""

    sku: str
    quantity: int


class Answer(TypedDict):
    """The answer to an order (what is printed of it)."""

    status: str
    reason: str
    message: str
    replayed: bool
    changed: bool
    warnings: list[str]
    keys: list[Key]
    skipped: list[SkippedLine]


@dataclass(frozen=True, slots=True)
class Step:
    """What an operator did with an order, in the words of the sidebar, and what was said to it."""

    done: str
    said: str


@dataclass(frozen=True, slots=True)
class Served:
    """An order, and what happened to it, in turn."""

    order: SampleOrder
    events: tuple[Answer | Step, ...]

    @property
    def answers(self) -> list[Answer]:
        """What the Zap was told."""
        return [event for event in self.events if not isinstance(event, Step)]


class Shop:
    """The function and the Zap, each at an address; `restock` pastes keys into the spreadsheet."""

    def __init__(self, url: str, zap_url: str, storefront: Storefront, restock: Callable[[], None]) -> None:
        self._url = url
        self._zap_url = zap_url
        self._storefront = storefront
        self._restock = restock

    def serve(self, order: SampleOrder) -> Served:
        """Buys it, runs the Zap, and does what its story wants, unless that was done in an earlier run."""
        return Served(order, tuple(self._events(order)))

    def _events(self, order: SampleOrder) -> Iterator[Answer | Step]:
        self._storefront.buy(order)
        answer = self.post_order(order)
        yield answer
        if answer["status"] != order.outcome:
            return  # an earlier run, or a person, has taken it further
        if order.then == "restock":
            self._restock()
            yield self._step("Import Keys", "/keys/import")
            yield self._step("Clear Order Cache", "/orders/clear", order)
            yield self.post_order(order)
        if order.then == "refund":
            self._storefront.refund(order)
            yield self._step("Release Keys", "/orders/release", order)

    def post_order(self, order: SampleOrder) -> Answer:
        """What the Zap was told; by then it has mailed the keys, where there were any."""
        if order.region:  # the README's Zap sends none: only the default region is sold there
            return cast(Answer, self._call("POST", "/orders", _as_posted(order)))
        run = _said(requests.post(f"{self._zap_url}/orders", json=_as_paid(order), timeout=TIMEOUT_S))
        if not run["answer"]:
            raise Trouble(f"The Zap stopped at step {run['stopped_at']}: {run['error']}")
        return cast(Answer, run["answer"])

    def import_keys(self) -> Step:
        """Import Keys: what was pasted into the tab joins the stock."""
        return self._step("Import Keys", "/keys/import")

    def pull(self) -> Step:
        """Sync from Shopify: what the shop sells stands in the catalogue."""
        return self._step("Sync from Shopify", "/catalogue/pull")

    def refresh(self) -> Step:
        """Refresh Inventory: every product's stock in the shop is what the tabs say."""
        return self._step("Refresh Inventory", "/inventory/refresh")

    def publish(self) -> Step:
        """Sync Catalogue: what was typed counts from now on."""
        return self._step("Sync Catalogue", "/catalogue/publish")

    def audit(self) -> str:
        """The books' verdict, and each breach."""
        said = self._call("GET", "/audit")
        return "\n".join([said["message"], *(breach["message"] for breach in said["breaches"])])

    def _step(self, done: str, path: str, order: SampleOrder | None = None) -> Step:
        said = self._call("POST", path, {"order_id": order.order_id} if order else {})
        problems = [problem["message"] for problem in said.get("problems", [])]
        return Step(done, "\n".join([said["message"], *said.get("warnings", []), *problems]))

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        """The answer of a route. Raises Trouble where it is a refusal."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return _said(
            requests.request(method, self._url + path, json=body, headers=headers, timeout=TIMEOUT_S)
        )


def _said(reply: requests.Response) -> dict[str, Any]:
    said = cast(dict[str, Any], reply.json())
    if not reply.ok:
        asked = f"{reply.request.method} {reply.request.path_url}"
        raise Trouble(f"{asked} was answered with {reply.status_code}: {said.get('message')}")
    return said


def _as_paid(order: SampleOrder) -> dict[str, object]:
    """The order as Shopify hands it to the Zap."""
    first, _, last = order.customer_name.partition(" ")
    return {
        "id": order.order_id,
        "name": order.order_name,
        "email": order.email,
        "customer": {"first_name": first, "last_name": last},
        "line_items": [{"sku": line.sku, "quantity": line.quantity} for line in order.lines],
    }


def _as_posted(order: SampleOrder) -> dict[str, str]:
    """The order as a Zap posts it that sends a region too."""
    return {
        "order_id": order.order_id,
        "order_name": order.order_name,
        "email": order.email,
        "customer_name": order.customer_name,
        "region": order.region,
        "line_items_sku": ",".join(line.sku for line in order.lines),
        "line_items_quantity": ",".join(str(line.quantity) for line in order.lines),
    }
