"""Stock bundles and levels against a planner that simply tries every combination in SPEC's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import permutations, product
from random import Random
from time import process_time

from hypothesis import event, given, settings
from hypothesis import strategies as st

from fulfillment.choices import reads_as
from fulfillment.combination import combine, shortages
from fulfillment.model import Entitlement, Levels, Pool
from tests.unit.shop import EITHER_WAY, WAYS

COURSES = ("A", "B", "A-B")
BUNDLES = ("NSBK_A-B", "NSBK_B-A", "NSBK_A", "NSBK_A-B-B", "NSBK_A-B-A-B")
LEVELS = (
    Levels(WAYS),
    Levels({**WAYS, "FULL": EITHER_WAY}),
    Levels(WAYS, {"P": {"FULL": EITHER_WAY}}),
    Levels({**WAYS, "FULL": (("combined",), ("exam", "content"), ("content", "content"))}),
)

Seat = tuple[Pool, tuple[Entitlement, ...]]
Way = tuple[Seat, ...]

entitlements = st.builds(
    Entitlement,
    st.sampled_from("PPPQ"),
    st.sampled_from(COURSES + COURSES + BUNDLES[:2]),
    st.sampled_from(("FULL", "FULL", "EXAM")),
)
demands = st.dictionaries(entitlements, st.integers(1, 3), min_size=1, max_size=4)
stocks = st.dictionaries(
    st.builds(
        Pool,
        st.just("CANADA"),
        st.sampled_from("PPPQ"),
        st.sampled_from(COURSES + BUNDLES),
        st.sampled_from(("combined", "combined", "content", "exam")),
    ),
    st.integers(0, 4),
    min_size=2,
    max_size=9,
)


def all_singles(course: Entitlement, levels: Levels) -> list[Way]:
    at = ("CANADA", course.provider, course.product_code)
    ways = levels.by_provider.get(course.provider, {}).get(course.level) or levels.ways[course.level]
    return [tuple((Pool(*at, component), (course,)) for component in way) for way in ways]


def is_bundle_of(code: str, courses: list[str]) -> bool:
    return any(code == "NSBK_" + "-".join(order) for order in permutations(courses))


def full_sets(
    wanted: dict[Entitlement, int], stock: dict[Pool, int]
) -> Iterator[tuple[list[Entitlement], int, list[str]]]:
    """(courses, number of sets, bundle codes) for each provider and level."""
    for provider, level in dict.fromkeys((e.provider, e.level) for e in wanted):
        courses = [
            e for e in wanted if (e.provider, e.level) == (provider, level) and e.product_code[:5] != "NSBK_"
        ]
        codes = {
            pool.product_code
            for pool in stock
            if pool.provider == provider
            and is_bundle_of(pool.product_code, [c.product_code for c in courses])
        }
        if courses and codes:
            yield courses, min(wanted[course] for course in courses), sorted(codes)


def ways_of_a_set(courses: list[Entitlement], codes: list[str], levels: Levels) -> list[Way]:
    first = courses[0]
    bundled = [
        tuple((pool, tuple(courses)) for pool, _ in way)
        for code in codes
        for way in all_singles(Entitlement(first.provider, code, first.level), levels)
    ]
    singles = product(*(all_singles(course, levels) for course in courses))
    return bundled + [tuple(seat for way in ways for seat in way) for ways in singles]


def first_combination(
    wanted: dict[Entitlement, int], stock: dict[Pool, int], levels: Levels
) -> Counter[Seat] | None:
    """Every slot one by one: those without a choice, then sets, then the others; first complete one wins."""
    left, sets = Counter(wanted), []
    for courses, count, codes in list(full_sets(wanted, stock)):
        sets += [ways_of_a_set(courses, codes, levels)] * count
        left -= Counter(dict.fromkeys(courses, count))
    singles = [all_singles(course, levels) for course in wanted for _ in range(left[course])]
    slots = [s for s in singles if len(s) == 1] + sets + [s for s in singles if len(s) > 1]
    return search(slots, Counter(stock), Counter())


def search(slots: list[list[Way]], free: Counter[Pool], given_seats: Counter[Seat]) -> Counter[Seat] | None:
    if not slots:
        return given_seats
    for way in slots[0]:
        after = free.copy()
        after.subtract(pool for pool, _ in way)
        if all(after[pool] >= 0 for pool, _ in way):
            found = search(slots[1:], after, given_seats + Counter(way))
            if found is not None:
                return found
    return None


def bundles_of(stock: dict[Pool, int]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for pool in stock:
        if pool.product_code.startswith("NSBK_"):
            found.setdefault((pool.region, pool.provider), set()).add(pool.product_code)
    return found


@settings(max_examples=800, deadline=None)
@given(demands, stocks, st.sampled_from(LEVELS))
def test_the_first_complete_combination_in_the_fixed_order_wins(
    wanted: dict[Entitlement, int], stock: dict[Pool, int], levels: Levels
) -> None:
    decisions = combine(
        wanted,
        region="CANADA",
        levels=levels,
        bundles=bundles_of(stock),
        free=lambda pool: stock.get(pool, 0),
    )
    expected = first_combination(wanted, stock, levels)
    event(f"possible: {expected is not None}")
    if expected is None or decisions is None:
        assert expected is None
        assert decisions is None
        return
    got: Counter[Seat] = Counter()
    for decision in decisions:
        for serving in decision.option:
            got[serving.pool, serving.entitlements] += decision.count
    assert got == expected


@settings(max_examples=200, deadline=None)
@given(demands, stocks, st.sampled_from(LEVELS))
def test_what_cannot_be_served_is_short_of_something(
    wanted: dict[Entitlement, int], stock: dict[Pool, int], levels: Levels
) -> None:
    def free(pool: Pool) -> int:
        return stock.get(pool, 0)

    short = shortages(wanted, region="CANADA", levels=levels, free=free)
    decisions = combine(wanted, region="CANADA", levels=levels, bundles=bundles_of(stock), free=free)
    assert decisions is not None or short
    assert all(0 <= available < wanted[entitlement] for entitlement, available in short.items())
    assert list(short) == [entitlement for entitlement in wanted if entitlement in short]


@given(
    st.lists(st.sampled_from(("A", "B", "A-B", "B-A", "C")), min_size=1, max_size=4, unique=True), st.data()
)
def test_a_suffix_is_read_in_any_order_and_with_hyphens_in_the_codes(
    courses: list[str], data: st.DataObject
) -> None:
    suffix = "-".join(data.draw(st.permutations(courses)))
    assert reads_as(suffix, frozenset(courses))
    assert not reads_as(suffix + "-X", frozenset(courses))
    assert not reads_as(suffix, frozenset({*courses, "X"}))


def test_thousands_of_sets_are_decided_as_fast_as_one() -> None:
    wanted = {Entitlement("P", course, "FULL"): 5_000 for course in ("A", "B", "C")}
    pools = [Pool("CANADA", "P", code, "combined") for code in ("A", "B", "C", "NSBK_A-B-C")]
    stock = dict(zip(pools, (4_000, 4_000, 4_000, 1_500), strict=True))
    decisions = combine(
        wanted, region="CANADA", levels=LEVELS[0], bundles=bundles_of(stock), free=lambda pool: stock[pool]
    )
    assert decisions is not None
    assert [(decision.count, len(decision.option)) for decision in decisions] == [(1_500, 1), (3_500, 3)]


@given(st.randoms(use_true_random=False), st.sampled_from((60, 3_000)))
@settings(max_examples=30, deadline=None)
def test_nor_do_alternatives_make_a_large_order_slow(random: Random, count: int) -> None:
    """Whole seconds for sixty sets, and no end for more, without the look ahead."""
    pools = [
        Pool("CANADA", "P", code, component)
        for code in ("A", "B", "C", "NSBK_A-B-C")
        for component in ("combined", "content", "exam")
    ]
    stock = {pool: random.randint(0, count) for pool in pools}
    wanted = {Entitlement("P", course, "FULL"): count - random.randint(0, 2) for course in ("A", "B", "C")}
    began = process_time()
    combine(
        wanted, region="CANADA", levels=LEVELS[1], bundles=bundles_of(stock), free=lambda pool: stock[pool]
    )
    assert process_time() - began < 1
