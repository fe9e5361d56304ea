"""What runs out: pools and products at or below their levels, and those that a commit has just brought there.

A commit is told of by what it does: stock above a level before it and not above it after. So each crossing is
told once, whichever instance commits it, and again only after a restock. What a person changes in the tabs by
hand is no commit: a refresh says what is low, whoever made it so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fulfillment.answers import counted, listed
from fulfillment.availability import available
from fulfillment.model import Limits, Policy, Pool, Product, parse_entitlements
from fulfillment.pools import Stock

Given = Callable[[], Mapping[Pool, int]]
"""Asked for the seats given out in the days of the pace, where there is something to tell."""

Level = Literal["ok", "low", "critical", "out"]
LEVELS: tuple[Level, ...] = ("ok", "low", "critical", "out")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What there is at one version: seats by pool, and pieces by product (None for a blank)."""

    stock: Stock
    products: Mapping[str, Product]
    available: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Alert:
    """A pool, or a product (`sku`), that runs out.

    `left`: seats or pieces; `days`: how long they last at the pace, None without one.
    """

    level: Level
    pool: str
    sku: str
    left: int
    days: float | None
    message: str


def level_of(left: int, limits: Limits) -> Level:
    """Where so many seats, or pieces, stand."""
    if left <= 0:
        return "out"
    return "critical" if left <= limits.critical else "low" if left <= limits.low else "ok"


def crossings(before: Shelf, after: Shelf, *, policy: Policy, given: Given) -> tuple[Alert, ...]:
    """Every level that is crossed downwards from one shelf to the other, the worst first.

    A product that is limited by a pool that crosses as well is named there. A pool of which no key is left,
    given out or free, is not told of: its keys were withdrawn or archived, and what that means is told of the
    products.
    """
    pools = [
        pool
        for pool, total in after.stock.total.items()
        if total > 0
        and before.stock.total.get(pool, 0) > 0
        and _falls(before.stock.free(pool), after.stock.free(pool), policy.limits_of_pool(pool))
    ]
    skus = [
        sku
        for sku, left in after.available.items()
        if left is not None
        and (had := before.available.get(sku)) is not None
        and _falls(had, left, policy.limits_of(sku))
    ]
    return _alerts(after, pools, skus, policy, given)


def all_low(shelf: Shelf, *, policy: Policy, given: Given) -> tuple[Alert, ...]:
    """Everything that is not ok now, the worst first."""
    pools = [pool for pool, total in shelf.stock.total.items() if total > 0]
    low = [pool for pool in pools if level_of(shelf.stock.free(pool), policy.limits_of_pool(pool)) != "ok"]
    skus = [
        sku
        for sku, left in shelf.available.items()
        if left is not None and level_of(left, policy.limits_of(sku)) != "ok"
    ]
    return _alerts(shelf, low, skus, policy, given)


def _falls(before: int, after: int, limits: Limits) -> bool:
    return LEVELS.index(level_of(after, limits)) > LEVELS.index(level_of(before, limits))


def _alerts(
    shelf: Shelf, pools: list[Pool], skus: list[str], policy: Policy, given_lately: Given
) -> tuple[Alert, ...]:
    """The alerts of these pools, and of those products that no pool among them speaks for."""
    if not pools and not skus:
        return ()
    given = given_lately()
    limits = {sku: _limiting(shelf.products[sku], shelf.stock, policy) for sku in skus}
    found = []
    for pool in pools:
        sold = [sku for sku in skus if pool in limits[sku].pools]
        found.append(_of_pool(pool, sold, shelf, policy, given))
    told = set(pools)
    found += [
        _of_product(sku, limits[sku], shelf, policy, given)
        for sku in skus
        if not told.intersection(limits[sku].pools)
    ]
    return tuple(sorted(found, key=lambda alert: (-LEVELS.index(alert.level), alert.left)))


@dataclass(frozen=True, slots=True)
class _Limit:
    """The entitlement of a product that there is least of, and the pools that serve it."""

    entitlement: str
    pools: tuple[Pool, ...]


def _limiting(product: Product, stock: Stock, policy: Policy) -> _Limit:
    """What limits how many of a product can be sold; nothing where it has no entitlements."""
    scarce: list[tuple[int, str]] = []
    for entitlement, n in Counter(parse_entitlements(product.entitlements)).items():
        part = Product(product.sku, entitlements=",".join([str(entitlement)] * n))
        scarce.append((available(part, stock, policy) or 0, str(entitlement)))
    if not scarce:
        return _Limit("", ())
    (_, least) = min(scarce, key=lambda each: each[0])
    (entitlement,) = parse_entitlements(least)
    place = (policy.default_region, entitlement.provider, entitlement.product_code)
    ways = policy.levels.ways_of(entitlement)
    return _Limit(least, tuple(Pool(*place, component) for way in ways[:1] for component in way))


def _of_pool(pool: Pool, sold: list[str], shelf: Shelf, policy: Policy, given: Mapping[Pool, int]) -> Alert:
    left = shelf.stock.free(pool)
    level = level_of(left, policy.limits_of_pool(pool))
    days = _days((pool,), shelf, policy, given)
    limits = f" It limits {listed([f'{sku} ({shelf.available[sku]} can be sold)' for sku in sold])}."
    message = f"{pool}: {_left(left, 'seat', level)}{_pace(days, policy)}.{limits if sold else ''}"
    return Alert(level, str(pool), "", left, days, message)


def _of_product(sku: str, limit: _Limit, shelf: Shelf, policy: Policy, given: Mapping[Pool, int]) -> Alert:
    left = shelf.available[sku] or 0
    level = level_of(left, policy.limits_of(sku))
    days = _days(limit.pools, shelf, policy, given)
    title = shelf.products[sku].product
    name = f"{sku} ({title})" if title else sku
    part = f" {limit.entitlement} limits it." if limit.entitlement else " It has no entitlements."
    message = f"{name}: {_left(left, 'piece', level)}{_pace(days, policy)}.{part}"
    return Alert(level, "", sku, left, days, message)


def _left(left: int, noun: str, level: Level) -> str:
    return "out of stock" if level == "out" else f"{counted(left, noun)} left ({level})"


def _days(pools: tuple[Pool, ...], shelf: Shelf, policy: Policy, given: Mapping[Pool, int]) -> float | None:
    """How long the first of these pools lasts, as the Dashboard has it; None without a pace."""
    lasting = [_days_left(shelf.stock.free(pool), given.get(pool, 0), policy.pace_days) for pool in pools]
    return min((days for days in lasting if days is not None), default=None)


def _days_left(free: int, given: int, days: int) -> float | None:
    if not free:
        return 0.0
    return math.floor(free * days * 10 / given + 0.5) / 10 if given else None  # as ROUND does in the tabs


def _pace(days: float | None, policy: Policy) -> str:
    if days is None:
        return f", none given in the last {policy.pace_days} days"
    return f", {days:g} days at the pace of the last {policy.pace_days}" if days else ""


def in_words(alerts: Sequence[Alert], *, most: int = 5) -> str:
    """`Low: CANADA NASM CPT combined (3), NSTB (4) and 2 more.`; empty where nothing is."""
    if not alerts:
        return ""
    return f"Low: {listed([f'{alert.pool or alert.sku} ({alert.left})' for alert in alerts], most=most)}."
