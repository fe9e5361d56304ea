"""What a shop looked like at one moment, kept on file; and what lets stock be pushed to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fulfillment.errors import Unreadable
from fulfillment.wares import Location, Variant

SEEN_FOR = timedelta(hours=24)
"""For so long a confirmed push may take as many products to zero as were shown."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A variant as it was, with what each location had of it; one that did not stock it is left out."""

    sku: str
    product: str
    variant_id: str
    item: str
    status: str
    price: str
    is_tracked: bool
    stock: Mapping[str, int]

    @classmethod
    def of(cls, variant: Variant, stock: Mapping[str, int]) -> Recorded:
        return cls(
            variant.sku,
            variant.name,
            variant.variant_id,
            variant.item,
            variant.status,
            variant.price,
            variant.is_tracked,
            stock,
        )


@dataclass(frozen=True, slots=True)
class ShopRecord:
    """A snapshot of the shop: products, prices, status, and stock per location."""

    at: datetime
    shop: str
    locations: tuple[Location, ...]
    variants: tuple[Recorded, ...]

    @property
    def title(self) -> str:
        """What its tab is called: `Shop 2026-11-20 093015`."""
        return f"Shop {self.at:%Y-%m-%d %H%M%S}"

    def stock_at(self, location: Location) -> dict[str, int]:
        """item -> what this location had of it."""
        place = location.location_id
        return {each.item: each.stock[place] for each in self.variants if place in each.stock}

    def to_json(self) -> str:
        """As a file; from_json reads it."""
        body = {
            "at": self.at.isoformat(),
            "shop": self.shop,
            "locations": {each.location_id: each.name for each in self.locations},
            "variants": [
                {
                    "sku": each.sku,
                    "product": each.product,
                    "variant_id": each.variant_id,
                    "item": each.item,
                    "status": each.status,
                    "price": each.price,
                    "is_tracked": each.is_tracked,
                    "stock": dict(each.stock),
                }
                for each in self.variants
            ],
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> ShopRecord:
        """Raises Unreadable for anything that to_json did not write."""
        try:
            body = json.loads(text)
            return cls(
                at=datetime.fromisoformat(body["at"]),
                shop=str(body["shop"]),
                locations=tuple(Location(id_, str(name)) for id_, name in body["locations"].items()),
                variants=tuple(Recorded(**each) for each in body["variants"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unreadable("This file is not one that the command snapshot wrote.") from None


@dataclass(frozen=True, slots=True)
class Gate:
    """What is on file of a shop: nothing is pushed to it before both are there."""

    snapshot: str = ""
    """The tab of its newest snapshot."""
    code: str = ""
    """The push that a person has seen and confirmed."""
    confirmed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """May stock be pushed at all?"""
        return bool(self.snapshot and self.code)

    @property
    def what_is_missing(self) -> str:
        """What a person has to do first; empty where nothing is missing."""
        if not self.snapshot:
            return (
                "There is no snapshot of the shop on file: take one first (python -m fulfillment snapshot)."
            )
        if not self.code:
            return (
                "Nobody has confirmed yet what a push would do: look at it (python -m fulfillment push "
                "--dry-run), then confirm it by its code (push --confirm CODE)."
            )
        return ""

    def has_seen(self, code: str, now: datetime) -> bool:
        """Was just this push confirmed, not long ago?"""
        return self.code == code and self.confirmed_at is not None and now - self.confirmed_at < SEEN_FOR
