"""What an order asks for as choices: each demand, and the ways in which it could be served, best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from fulfillment.model import Entitlement, Levels, Pool, bundle_of

Bundles = Mapping[tuple[str, str], Iterable[str]]
"""(region, provider) -> product codes of stock bundles."""


@dataclass(frozen=True, slots=True)
class Serving:
    """One seat of `pool` serves these entitlements: one for a single key, several for a stock bundle."""

    pool: Pool
    entitlements: tuple[Entitlement, ...]


Option = tuple[Serving, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`count` identical demands, each of which is served by one of `options`, best first."""

    count: int
    options: tuple[Option, ...]

    def pools(self) -> set[Pool]:
        return {serving.pool for option in self.options for serving in option}


def reads_as(suffix: str, courses: frozenset[str]) -> bool:
    """Is `CPT-CNC-CES` these courses, each once, in any order? Course codes may hold hyphens themselves."""
    if not courses:
        return not suffix
    return any(
        suffix == course
        if len(courses) == 1
        else suffix.startswith(course + "-") and reads_as(suffix[len(course) + 1 :], courses - {course})
        for course in courses
    )


def choices_of(
    demands: Mapping[Entitlement, int], region: str, levels: Levels, bundles: Bundles
) -> list[Choice]:
    """Every demand as a choice, in the order in which they are decided."""
    left = Counter({entitlement: n for entitlement, n in demands.items() if n})
    sets = []
    for courses, n, codes in list(_sets(left, region, bundles)):
        left.subtract(dict.fromkeys(courses, n))
        sets.append(_set(courses, n, codes, region, levels))
    singles = [single(entitlement, n, region, levels) for entitlement, n in left.items() if n]
    without = [choice for choice in singles if len(choice.options) == 1]
    return without + sets + [choice for choice in singles if len(choice.options) != 1]


def _sets(
    demands: Mapping[Entitlement, int], region: str, bundles: Bundles
) -> Iterator[tuple[tuple[Entitlement, ...], int, list[str]]]:
    """(courses, how many full sets of them, codes of the stock bundles that are exactly these courses)."""
    asked: dict[tuple[str, str], list[Entitlement]] = {}
    for entitlement in demands:
        if bundle_of(entitlement.product_code) is None:
            asked.setdefault((entitlement.provider, entitlement.level), []).append(entitlement)
    for (provider, _level), courses in asked.items():
        wanted = frozenset(course.product_code for course in courses)
        codes = [code for code in bundles.get((region, provider), ()) if _is_bundle_of(code, wanted)]
        if codes:
            yield tuple(courses), min(demands[course] for course in courses), sorted(codes)


def _is_bundle_of(product_code: str, courses: frozenset[str]) -> bool:
    suffix = bundle_of(product_code)
    # the lengths settle nearly every case, before the codes are tried in all orders
    length = sum(map(len, courses)) + len(courses) - 1
    return suffix is not None and len(suffix) == length and reads_as(suffix, courses)


def _set(
    courses: tuple[Entitlement, ...], count: int, codes: list[str], region: str, levels: Levels
) -> Choice:
    """A set of courses: a bundle seat if there is one, else singles in each of their ways."""
    provider, level = courses[0].provider, courses[0].level
    bundled = [
        tuple(Serving(Pool(region, provider, code, component), courses) for component in way)
        for code in codes
        for way in levels.ways_of(Entitlement(provider, code, level))
    ]
    singles = product(*(_ways(course, region, levels) for course in courses))
    return Choice(count, (*bundled, *(sum(ways, ()) for ways in singles)))


def single(entitlement: Entitlement, count: int, region: str, levels: Levels) -> Choice:
    return Choice(count, _ways(entitlement, region, levels))


def _ways(entitlement: Entitlement, region: str, levels: Levels) -> tuple[Option, ...]:
    pool = (region, entitlement.provider, entitlement.product_code)
    return tuple(
        tuple(Serving(Pool(*pool, component), (entitlement,)) for component in way)
        for way in levels.ways_of(entitlement)
    )
