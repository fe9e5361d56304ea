"""Seats drawn by plans that are made together, before any of them is committed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from fulfillment.model import Pool
from fulfillment.pools import Pools

Mark = tuple[dict[Pool, int], int]


@dataclass(slots=True)
class Drawing:
    """What a group of plans has drawn from the pools so far; the pools themselves stay as they are."""

    pools: Pools
    _drawn: dict[Pool, int] = field(default_factory=dict)
    _seen: dict[Pool, list[str]] = field(default_factory=dict)
    _unseen: dict[Pool, Iterator[str]] = field(default_factory=dict)
    _returned: dict[Pool, list[str]] = field(default_factory=dict)
    _passed: list[tuple[Pool, int, int]] = field(default_factory=list)
    """(pool, place, new place) of seats that went before older ones, which were no use to their order."""

    def free(self, pool: Pool) -> int:
        """Seats left for the plans that come next."""
        return self.pools.free(pool) - self._drawn.get(pool, 0) + len(self._returned.get(pool, ()))

    def draw(self, pool: Pool) -> str:
        """The key code of the oldest free seat, which is then taken. There must be one: ask `free` first."""
        drawn = self._drawn.get(pool, 0)
        self._drawn[pool] = drawn + 1
        return self._seat(pool, drawn)

    def draw_other(self, pool: Pool, keycode: str) -> str | None:
        """The oldest free seat of another code, which is then taken; None where there is none."""
        drawn = self._drawn.get(pool, 0)
        places = range(drawn, drawn + self.free(pool))
        place = next((place for place in places if self._seat(pool, place) != keycode), None)
        if place is None:
            return None
        self._move(pool, place, drawn)
        self._passed.append((pool, place, drawn))
        return self.draw(pool)

    def _seat(self, pool: Pool, place: int) -> str:
        """The code of the seat at this place of the queue, those drawn and returned included."""
        seen = self._seen.setdefault(pool, [])
        while place >= len(seen):
            if pool not in self._unseen:
                self._unseen[pool] = chain(self.pools.queue(pool), self._returned.setdefault(pool, []))
            seen.append(next(self._unseen[pool]))
        return seen[place]

    def _move(self, pool: Pool, place: int, to: int) -> None:
        seen = self._seen[pool]
        seen.insert(to, seen.pop(place))

    def give_back(self, pool: Pool, keycode: str) -> None:
        """A seat released by a plan joins the end of the queue for the plans that come next."""
        self._returned.setdefault(pool, []).append(keycode)

    def mark(self) -> Mark:
        """What `rewind` needs to undo the draws that follow."""
        return dict(self._drawn), len(self._passed)

    def rewind(self, mark: Mark) -> None:
        """Put the seats drawn since back to where they were."""
        drawn, passed = mark
        while len(self._passed) > passed:
            pool, place, moved_to = self._passed.pop()
            self._move(pool, moved_to, place)
        self._drawn = dict(drawn)
