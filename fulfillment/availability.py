"""How many pieces of each product one order could be served of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fulfillment import combination
from fulfillment.model import Entitlement, Policy, Pool, Product, parse_entitlements
from fulfillment.pools import Stock


def availability(products: Mapping[str, Product], stock: Stock, policy: Policy) -> dict[str, int | None]:
    """SKU -> how many pieces one order could be served of now in the default region, None for a blank."""
    return {sku: available(product, stock, policy) for sku, product in products.items()}


def available(product: Product, stock: Stock, policy: Policy) -> int | None:
    """The largest n for which one order of n pieces of this product would be served whole.

    None for what a person fulfils, and for rows with a problem.
    """
    if product.is_external or product.problem:
        return None
    try:
        per_piece = Counter(parse_entitlements(product.entitlements))
    except ValueError:
        return None
    if not per_piece:
        return 0
    return _largest(per_piece, stock, policy)


def _largest(per_piece: Counter[Entitlement], stock: Stock, policy: Policy) -> int:
    """By division where each entitlement is served in one way, else by bisection.

    Whoever can be served n pieces can be served n - 1.
    """
    region, levels, bundles = policy.default_region, policy.levels, stock.bundles
    needs = combination.without_choice(per_piece, region=region, levels=levels, bundles=bundles)
    if needs is not None:
        return min(stock.free(pool) // seats for pool, seats in needs.items())

    def can_serve(n: int) -> bool:
        demands = {entitlement: count * n for entitlement, count in per_piece.items()}
        found = combination.combine(demands, region=region, levels=levels, bundles=bundles, free=stock.free)
        return found is not None

    low, high = 0, 1
    while can_serve(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if can_serve(middle) else (low, middle)
    return low


@dataclass(frozen=True, slots=True)
class Figure:
    """A product's figure, and all that it was worked out from."""

    product: Product
    pools: tuple[Pool, ...]
    free: tuple[int, ...]
    available: int | None


class Figures:
    """The availability of every product, worked out anew only where a pool of it changed.

    A commit touches few pools, and a shop has hundreds of products: what is looked at for the others is a
    handful of counts each.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._bundles: Mapping[tuple[str, str], set[str]] = {}
        self._known: dict[str, Figure] = {}

    def of(self, products: Mapping[str, Product], stock: Stock) -> dict[str, int | None]:
        """The same as `availability`."""
        if stock.bundles != self._bundles:  # another stock bundle may serve any product of its provider
            self._bundles, self._known = stock.bundles, {}
        self._known = {sku: self._figure(product, stock) for sku, product in products.items()}
        return {sku: figure.available for sku, figure in self._known.items()}

    def _figure(self, product: Product, stock: Stock) -> Figure:
        known = self._known.get(product.sku)
        if known is None or known.product is not product:
            return self._worked_out(product, self._pools(product), stock)
        if known.free == tuple(map(stock.free, known.pools)):
            return known
        return self._worked_out(product, known.pools, stock)

    def _worked_out(self, product: Product, pools: tuple[Pool, ...], stock: Stock) -> Figure:
        free = tuple(map(stock.free, pools))
        return Figure(product, pools, free, available(product, stock, self._policy))

    def _pools(self, product: Product) -> tuple[Pool, ...]:
        """Every pool that the product's figure could depend on."""
        try:
            entitlements = parse_entitlements(product.entitlements)
        except ValueError:
            return ()
        region, levels = self._policy.default_region, self._policy.levels
        codes = {(e.provider, e.product_code, e.level) for e in entitlements}
        codes |= {
            (e.provider, code, e.level)
            for e in entitlements
            for code in self._bundles.get((region, e.provider), ())
        }
        return tuple(
            Pool(region, provider, code, component)
            for provider, code, level in sorted(codes)
            for way in levels.ways_of(Entitlement(provider, code, level))
            for component in way
        )
