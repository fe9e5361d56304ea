"""An app of the local Shopify, for tests: our operations over HTTP, with the token of the stand-in."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.shopify.schema.checking import read_operations
from sandbox.shopify.stand import ShopifyStand
from sandbox.shopify.tokens import TOKEN

OPERATIONS = read_operations()

TIMEOUT_S = 10


class App:
    """Asks as the gateway does, and shows everything that comes back."""

    def __init__(self, shopify: ShopifyStand) -> None:
        self.shopify = shopify
        self.token = TOKEN

    def post(
        self, query: str, variables: dict[str, Any] | None = None, version: str = "2026-10"
    ) -> requests.Response:
        return requests.post(
            f"{self.shopify.url}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.token},
            timeout=TIMEOUT_S,
        )

    def ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        """The whole body of one of our operations."""
        body: dict[str, Any] = self.post(OPERATIONS[operation], variables).json()
        return body

    def get(self, operation: str, **variables: Any) -> dict[str, Any]:
        """Its data; there are no errors."""
        body = self.ask(operation, **variables)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    def codes(self, operation: str, **variables: Any) -> list[str]:
        """The codes of its errors."""
        return [error["extensions"]["code"] for error in self.ask(operation, **variables)["errors"]]

    def item(self, sku: str) -> str:
        return f"gid://shopify/InventoryItem/{self.shopify.people.variant(sku).item_id}"

    def row(self, sku: str, quantity: int, *, was: int | None, location: str = "") -> dict[str, Any]:
        """A row of inventorySetQuantities."""
        place = f"gid://shopify/Location/{self.shopify.people.location(location).id}"
        return {
            "inventoryItemId": self.item(sku),
            "locationId": place,
            "quantity": quantity,
            "changeFromQuantity": was,
        }

    def set(self, *rows: dict[str, Any], key: str = "a-key") -> list[dict[str, Any]]:
        """The user errors of setting these quantities."""
        data = self.get("set_available", quantities=rows, document="gid://fulfilment/Push/7", key=key)
        errors: list[dict[str, Any]] = data["inventorySetQuantities"]["userErrors"]
        return errors

    def own(self, verb: str, route: str, body: object = None) -> requests.Response:
        """One of the stand-in's own routes."""
        url = f"{self.shopify.url}/_sandbox/shopify/{route}"
        return requests.request(verb, url, json=body, timeout=TIMEOUT_S)

    def fail(self, method: str, *instructions: str) -> None:
        self.own("POST", "faults", {"method": method, "instructions": instructions}).raise_for_status()

    def spent(self) -> dict[str, int]:
        """The faults that were met."""
        spent: dict[str, int] = self.own("GET", "faults").json()["spent"]
        return spent
