"""Draft orders: put on paper, and completed as an order that is paid.

From the descriptions of draftOrderCreate and draftOrderComplete in the schema: a draft takes no stock,
completing it does, and marks it as paid. Sure. That the order is no test order to Shopify, and that its
`sourceName` is `shopify_draft_order` (the description of the argument `query` of `orders`), is sure as
well; the texts are ours.
"""

from __future__ import annotations

from typing import Any

from sandbox.book import Json
from sandbox.shopify.refusals import user_error
from sandbox.shopify.selling import Purchase, Wanted, buy
from sandbox.shopify.shop import Shop
from sandbox.shopify.state import Draft, read_gid
from sandbox.shopify.views import Views


class Drafts:
    """What an app does with orders on paper."""

    def __init__(self, shop: Shop, views: Views) -> None:
        self._shop = shop
        self._views = views

    def create(self, input: Json) -> Json:
        """draftOrderCreate, of variants."""
        lines = [(read_gid(line.get("variantId") or "")[1], line["quantity"]) for line in input["lineItems"]]
        if not lines or any(number not in self._shop.state.variants or n < 1 for number, n in lines):
            wrong = user_error(
                "Line items must be variants of the shop, with a quantity.", "input", "lineItems"
            )
            return {"draftOrder": None, "userErrors": [wrong]}
        number = self._shop.new_id("DraftOrder")
        name = f"#D{len(self._shop.state.drafts) + 1}"
        note, tags = input.get("note") or "", input.get("tags") or []
        draft = Draft(number, name, input.get("email") or "", note, [*tags], lines)
        self._shop.state.drafts[number] = draft
        return {"draftOrder": self._views.draft(draft), "userErrors": []}

    def complete(self, id: str, **_: Any) -> Json:
        """draftOrderComplete."""
        draft = self._shop.state.drafts.get(read_gid(id)[1])
        if draft is None:
            return {"draftOrder": None, "userErrors": [user_error("Draft order does not exist.", "id")]}
        if draft.order_id:
            return {"draftOrder": None, "userErrors": [user_error("This draft order is completed.", "id")]}
        variants = self._shop.state.variants
        wanted = [
            Wanted(quantity, variants[number]) for number, quantity in draft.lines if number in variants
        ]
        purchase = Purchase(
            wanted, draft.email, source="shopify_draft_order", tags=draft.tags, note=draft.note
        )
        draft.order_id = buy(self._shop, purchase, oversell=True).id
        return {"draftOrder": self._views.draft(draft), "userErrors": []}
