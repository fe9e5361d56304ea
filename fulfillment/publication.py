"""What a publication changes for customers, product by product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fulfillment.answers import listed
from fulfillment.availability import available
from fulfillment.model import Policy, Product
from fulfillment.pools import Stock


@dataclass(frozen=True, slots=True)
class Offer:
    """What customers of a product get; `available` as the tabs show it, None for a blank."""

    entitlements: str
    fulfillment: str
    active: bool
    available: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class Change:
    """A product that is not as it was; `before` is None for a new one, `after` for one that is gone."""

    sku: str
    product: str
    before: Offer | None
    after: Offer | None
    message: str


def changes_of(
    former: Mapping[str, Product], published: Iterable[Product], *, stock: Stock, policy: Policy
) -> tuple[Change, ...]:
    """Every product that a publication changes, in the order of the catalogue; those that are gone last."""
    now = {product.sku: product for product in published}
    found = []
    for sku, product in {**now, **former}.items():
        old, new = former.get(sku), now.get(sku)
        if old == new:
            continue
        before, after = _offer(old, stock, policy), _offer(new, stock, policy)
        message = " ".join([*_in_words(before, after), *_renamed(old, new)])
        if message:
            found.append(Change(sku, (new or product).product, before, after, message))
    return tuple(found)


def _offer(product: Product | None, stock: Stock, policy: Policy) -> Offer | None:
    if product is None:
        return None
    there = available(product, stock, policy)
    return Offer(product.entitlements, product.fulfillment, product.active, there, product.problem)


def _in_words(before: Offer | None, after: Offer | None) -> Iterator[str]:
    if before is None and after is not None:
        yield _new(after)
    elif after is None and before is not None:
        yield f"Gone from the catalogue ({_served(before)}): orders of it fail from then on."
    elif before is not None and after is not None:
        yield from _changed(before, after)


def _changed(before: Offer, after: Offer) -> Iterator[str]:
    if after.problem and after.problem != before.problem:
        yield f"Problem: {after.problem}"
    elif before.problem and not after.problem:
        yield f"Its problem is put right: {_served(after)}."
    elif not after.problem:
        yield from _served_otherwise(before, after)
        yield from _sellable(before.available, after.available)
    if before.active != after.active:
        yield "Active again." if after.active else "Not active any more; what was paid for is served."


def _new(after: Offer) -> str:
    if after.problem:
        return f"New, but its orders fail: {after.problem}"
    if after.fulfillment == "AUTO" and not after.entitlements:
        return "New, but its orders fail: it has no entitlements."
    sold = "" if after.available is None else f" {after.available} can be sold now."
    return f"New: {_served(after)}.{sold}"


def _served(offer: Offer) -> str:
    if offer.problem:
        return "it had a problem"
    if offer.fulfillment == "EXTERNAL":
        return "a person serves it"
    return f"customers get {_words(_counts(offer))}" if offer.entitlements else "it has no entitlements"


def _served_otherwise(before: Offer, after: Offer) -> Iterator[str]:
    if before.fulfillment != after.fulfillment:
        yield (
            "A person serves it from then on, and no key is assigned."
            if after.fulfillment == "EXTERNAL"
            else "Keys are assigned from then on; a person served it before."
        )
    old, new = _counts(before), _counts(after)
    if old and not new and after.fulfillment == "AUTO":
        yield f"Emptied: its orders fail until it has entitlements (customers got {_words(old)})."
        return
    if gained := new - old:
        yield f"Customers get {_words(gained)}{' more' if old else ''}."
    if lost := old - new:
        yield f"Customers no longer get {_words(lost)}."


def _counts(offer: Offer) -> Counter[str]:
    return Counter(filter(None, offer.entitlements.split(",")))


def _words(entitlements: Counter[str]) -> str:
    return listed([text if n == 1 else f"{n} x {text}" for text, n in entitlements.items()])


def _sellable(before: int | None, after: int | None) -> Iterator[str]:
    """How many can be sold, where that changes."""
    if after is None or after == before:
        return
    if before and after:
        yield f"{after} can be sold now, instead of {before}."
    elif after:
        yield f"{after} can be sold now."
    else:
        yield "None can be sold any more." if before else "None can be sold now."


def _renamed(old: Product | None, new: Product | None) -> Iterator[str]:
    if old is None or new is None:
        return
    if old.product != new.product:
        yield f"It was called `{old.product}`."
    if old.category != new.category:
        yield f"Its category was {old.category or 'blank'}."
