"""plan_pull: what the shop sells, as the rows of NPTA Catalogue are to say it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fulfillment.answers import listed
from fulfillment.catalogue import CatalogueRow, Problem
from fulfillment.errors import NotPossible
from fulfillment.model import CATEGORIES
from fulfillment.wares import Variant

PROVIDER_TAG = "provider:"

_CATEGORIES = {category.casefold(): category for category in CATEGORIES}


@dataclass(frozen=True, slots=True)
class Ware:
    """What the shop says of a SKU. `provider` None: it does not say clearly, and what stands there stays."""

    sku: str
    product: str
    provider: str | None
    category: str
    active: bool

    @property
    def fulfillment(self) -> str:
        """What a new row begins with; from then on it is people's."""
        return "AUTO" if self.category in CATEGORIES else "EXTERNAL"


@dataclass(frozen=True, slots=True)
class Assortment:
    """What the tab is to say. Rows that are not named stay as they are."""

    wares: Mapping[str, Ware]
    """SKU -> what its one row is to show."""
    gone: frozenset[str]
    """SKUs of rows that the shop does not have: not active, and otherwise as they are."""
    new: tuple[Ware, ...]
    """In the shop's order."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did, counted in products as the catalogue has them."""

    added: int = 0
    changed: int = 0
    gone: int = 0
    seen: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def message(self) -> str:
        """`312 products in the shop: 4 added, 2 changed, 1 gone from the shop. Then Sync Catalogue.`"""
        if not (self.added or self.changed or self.gone):
            return f"{self.seen} products in the shop; nothing in the catalogue had to change."
        said = [f"{self.added} added", f"{self.changed} changed", f"{self.gone} gone from the shop"]
        what = ", ".join(part for part in said if not part.startswith("0 "))
        advice = "Set the entitlements of what is new, then Sync Catalogue."
        return f"{self.seen} products in the shop: {what}. {advice if self.added else 'Then Sync Catalogue.'}"


def plan_pull(rows: Sequence[CatalogueRow], variants: Sequence[Variant]) -> Assortment:
    """What the rows of the tab are to say, now that the shop sells these variants.

    A SKU that is not one variant's alone is told and left as it is; so is one that stands in several rows.
    Raises NotPossible where the shop seems to sell nothing at all.
    """
    sold = _by_sku(variants)
    if not sold and any(row.sku for row in rows):
        raise NotPossible(
            "The shop lists no product with a SKU, and the catalogue has some: nothing was changed. Is "
            "SHOPIFY_SHOP the right shop, and does the app have the scope read_products?"
        )
    in_tab = Counter(row.sku for row in rows if row.sku)
    wares = {sku: _ware(same[0]) for sku, same in sold.items() if len(same) == 1}
    return Assortment(
        wares={sku: ware for sku, ware in wares.items() if in_tab[sku] == 1},
        gone=frozenset(sku for sku, count in in_tab.items() if count == 1 and sku not in sold),
        new=tuple(ware for sku, ware in wares.items() if not in_tab[sku]),
        problems=(*_missing(variants), *_shared(sold), *_repeated(rows, in_tab, sold), *_unclear(variants)),
    )


def _by_sku(variants: Iterable[Variant]) -> dict[str, list[Variant]]:
    sold: dict[str, list[Variant]] = defaultdict(list)
    for variant in variants:
        if variant.sku:
            sold[variant.sku].append(variant)
    return sold


def _ware(variant: Variant) -> Ware:
    providers = _providers(variant)
    return Ware(
        sku=variant.sku,
        product=variant.name,
        provider=None if len(providers) > 1 else next(iter(providers), ""),
        category=_CATEGORIES.get(variant.category.casefold(), variant.category),
        active=variant.is_active,
    )


def _providers(variant: Variant) -> list[str]:
    """What its tags name, upper case, each once."""
    tags = (tag.strip() for tag in variant.tags)
    named = (tag[len(PROVIDER_TAG) :].strip().upper() for tag in tags if _is_provider(tag))
    return [*dict.fromkeys(filter(None, named))]


def _is_provider(tag: str) -> bool:
    return tag.casefold().startswith(PROVIDER_TAG)


def _missing(variants: Iterable[Variant]) -> Iterator[Problem]:
    for variant in variants:
        if not variant.sku:
            yield Problem("", f"`{variant.name}` has no SKU in the shop: give it one, then sync again.")


def _shared(sold: Mapping[str, Sequence[Variant]]) -> Iterator[Problem]:
    for sku, same in sold.items():
        if len(same) > 1:
            names = listed([f"`{variant.name}`" for variant in same])
            yield Problem(sku, f"{names} have the SKU {sku} in the shop: each needs one of its own.")


def _repeated(
    rows: Iterable[CatalogueRow], in_tab: Mapping[str, int], sold: Mapping[str, object]
) -> Iterator[Problem]:
    for sku, count in in_tab.items():
        if count > 1 and sku in sold:
            numbers = listed([str(row.row) for row in rows if row.sku == sku])
            yield Problem(sku, f"The SKU stands in rows {numbers} of NPTA Catalogue: keep one of them.")


def _unclear(variants: Iterable[Variant]) -> Iterator[Problem]:
    for variant in variants:
        providers = _providers(variant)
        if variant.sku and len(providers) > 1:
            message = (
                f"`{variant.name}` has several provider tags, {listed(providers)}: the provider was left as "
                "it is."
            )
            yield Problem(variant.sku, message)
