"""Which pools serve what an order asks for: stock bundles, single keys, and a level's alternatives.

An order's demands are decided in a fixed order, and the first complete combination wins: first the demands
without a choice, then each set of courses that a stock bundle covers (the bundle, then singles), then single
demands whose level knows several ways. Identical demands are decided together, by how many go each way, so
that an order of thousands is decided as fast as an order of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from fulfillment.choices import Bundles, Choice, Option, choices_of, single
from fulfillment.model import Entitlement, Levels, Pool


@dataclass(frozen=True, slots=True)
class Decision:
    """`count` times this option."""

    count: int
    option: Option


def combine(
    demands: Mapping[Entitlement, int],
    *,
    region: str,
    levels: Levels,
    bundles: Bundles,
    free: Callable[[Pool], int],
) -> tuple[Decision, ...] | None:
    """How to serve all of these demands at once, None when there is no complete combination.

    `demands` says how many of each entitlement, in the order of the lines; `free` how many seats a pool has.
    """
    choices = choices_of(demands, region, levels, bundles)
    if all(len(choice.options) == 1 for choice in choices):
        needs = _seats_needed(choices)
        enough = all(free(pool) >= seats for pool, seats in needs.items())
        return tuple(Decision(choice.count, choice.options[0]) for choice in choices) if enough else None
    left = {pool: free(pool) for choice in choices for pool in choice.pools()}
    decisions: list[Decision] = []
    for together in _sharing_pools(choices):
        found = _Search(together, left).run()
        if found is None:
            return None
        decisions += found
    return tuple(decisions)


def without_choice(
    demands: Mapping[Entitlement, int], *, region: str, levels: Levels, bundles: Bundles
) -> Counter[Pool] | None:
    """The seats that these demands take of each pool where each can be served in one way; None where not."""
    choices = choices_of(demands, region, levels, bundles)
    return _seats_needed(choices) if all(len(choice.options) == 1 for choice in choices) else None


def _seats_needed(choices: Iterable[Choice]) -> Counter[Pool]:
    needs: Counter[Pool] = Counter()
    for choice in choices:
        for serving in choice.options[0]:
            needs[serving.pool] += choice.count
    return needs


def shortages(
    demands: Mapping[Entitlement, int], *, region: str, levels: Levels, free: Callable[[Pool], int]
) -> dict[Entitlement, int]:
    """What the plan with single keys alone is short of: entitlement -> how many of it could be served.

    In the order of the demands. Those without a choice take their seats first.
    """
    choices = {entitlement: single(entitlement, n, region, levels) for entitlement, n in demands.items()}
    left = {pool: free(pool) for choice in choices.values() for pool in choice.pools()}
    served = {
        entitlement: _serve_most(choices[entitlement], left)
        for entitlement in sorted(demands, key=lambda entitlement: len(choices[entitlement].options) > 1)
    }
    return {entitlement: served[entitlement] for entitlement, n in demands.items() if served[entitlement] < n}


def _serve_most(choice: Choice, left: dict[Pool, int]) -> int:
    """How many of these demands can be served, which are then taken."""
    wanted = choice.count
    for option in choice.options:
        taken = min(wanted, _most(option, left))
        _take(option, taken, left)
        wanted -= taken
    return choice.count - wanted


def _sharing_pools(choices: list[Choice]) -> list[list[Choice]]:
    """The choices in groups that share no pool, so that each group is decided by itself."""
    group_of: dict[Pool, list[int]] = {}
    for place, choice in enumerate(choices):
        touched = {id(group_of[pool]): group_of[pool] for pool in choice.pools() if pool in group_of}
        group = [place, *chain.from_iterable(touched.values())]
        pools = choice.pools().union(*(choices[member].pools() for member in group))
        group_of.update(dict.fromkeys(pools, group))
    groups = {id(group): group for group in group_of.values()}.values()
    hopeless = [[choice] for choice in choices if not choice.options]
    return hopeless + [[choices[place] for place in sorted(group)] for group in groups]


Needs = dict[Entitlement, tuple[int, frozenset[tuple[Pool, ...]]]]
"""Entitlement -> (how many of it, the pools of each way in which one can be served)."""


def _needs(choice: Choice, options: tuple[Option, ...]) -> Needs:
    """What a choice needs of each entitlement where only these of its options are left."""
    ways: dict[Entitlement, set[tuple[Pool, ...]]] = {}
    for option in options:
        pools: dict[Entitlement, list[Pool]] = {}
        for serving in option:
            for entitlement in serving.entitlements:
                pools.setdefault(entitlement, []).append(serving.pool)
        for entitlement, together in pools.items():
            ways.setdefault(entitlement, set()).add(tuple(together))
    return {entitlement: (choice.count, frozenset(found)) for entitlement, found in ways.items()}


def _joined(first: Needs, second: Needs) -> Needs:
    """The needs of both together."""
    none = (0, frozenset[tuple[Pool, ...]]())
    joined: Needs = {}
    for entitlement in first | second:
        (count, ways), (more, others) = first.get(entitlement, none), second.get(entitlement, none)
        joined[entitlement] = (count + more, ways | others)
    return joined


class _Search:
    """Depth first over the choices that share pools; a state found hopeless once is not tried again.

    A state is hopeless already where the pools of an entitlement cannot serve what is left of it: without
    this look ahead, an order of eighty sets with alternatives would take seconds.
    """

    def __init__(self, choices: list[Choice], left: dict[Pool, int]) -> None:
        self.choices = choices
        self.left = left
        self.needs = self._needs_by_state()
        self.pools = sorted({pool for choice in choices for pool in choice.pools()})
        self.hopeless: set[tuple[int, ...]] = set()
        self.decisions: list[Decision] = []

    def run(self) -> list[Decision] | None:
        first = self.choices[0].count
        return [d for d in self.decisions if d.count] if self._decide(0, 0, first) else None

    def _decide(self, place: int, option: int, wanted: int) -> bool:
        """Can `wanted` demands, by this option or a later one, and all later choices be served?"""
        if not wanted:
            place, option = place + 1, 0
            return place == len(self.choices) or self._decide(place, 0, self.choices[place].count)
        if option == len(self.choices[place].options):
            return False
        state = (place, option, wanted, *(self.left[pool] for pool in self.pools))
        if state in self.hopeless:
            return False
        if not self._is_short(place, option, wanted) and self._try_counts(place, option, wanted):
            return True
        self.hopeless.add(state)
        return False

    def _needs_by_state(self) -> dict[tuple[int, int], Needs]:
        """(place, option) -> what the choice there, by this option or a later one, and later choices need."""
        needs: dict[tuple[int, int], Needs] = {}
        later: Needs = {}
        for place, choice in reversed([*enumerate(self.choices)]):
            for option in range(len(choice.options)):
                needs[place, option] = _joined(_needs(choice, choice.options[option:]), later)
            later = needs.get((place, 0), later)
        return needs

    def _is_short(self, place: int, option: int, wanted: int) -> bool:
        """Is too little left of an entitlement, even if nothing else took any of it?"""
        decided = self.choices[place].count - wanted
        own = _served(self.choices[place].options[option])
        return any(
            count - (decided if entitlement in own else 0) > sum(_most_of(pools, self.left) for pools in ways)
            for entitlement, (count, ways) in self.needs[place, option].items()
        )

    def _try_counts(self, place: int, number: int, wanted: int) -> bool:
        options = self.choices[place].options
        option, is_last = options[number], number == len(options) - 1
        most = min(wanted, _most(option, self.left))
        for count in range(most, (wanted if is_last else 0) - 1, -1):
            _take(option, count, self.left)
            self.decisions.append(Decision(count, option))
            if self._decide(place, number + 1, wanted - count):
                return True
            self.decisions.pop()
            _take(option, -count, self.left)
        return False


def _served(option: Option) -> set[Entitlement]:
    return {entitlement for serving in option for entitlement in serving.entitlements}


def _most(option: Option, left: Mapping[Pool, int]) -> int:
    """How often this option can be taken."""
    return _most_of(tuple(serving.pool for serving in option), left)


def _most_of(pools: tuple[Pool, ...], left: Mapping[Pool, int]) -> int:
    """How often a seat of each of these pools can be taken."""
    if len(pools) == 1:
        return left[pools[0]]
    return min((left[pool] // n for pool, n in Counter(pools).items()), default=0)


def _take(option: Option, count: int, left: dict[Pool, int]) -> None:
    for serving in option:
        left[serving.pool] -= count
