"""Where the seats of each key are, by all rows together: the books of a key must add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from fulfillment.damage import LostSeat
from fulfillment.model import Assignment, KeyEvent, KeyId, SeatEvent
from fulfillment.pools import Pools
from fulfillment.workbook import Snapshot, by_version


def seats_in_limbo(snapshot: Snapshot) -> dict[KeyId, int]:
    """key -> seats that are nowhere, below zero where they are in two places; not the keys that add up."""
    pools = snapshot.pools
    live = Counter(row.key for file in snapshot.orders.values() for row in file.holdings)
    found = {}
    for key, record in pools.keys.items():
        used = live.pop(key, 0) + len(pools.quarantine.get(key, ())) + pools.free_of(key)
        if record.total != used:
            found[key] = record.total - used
    return {**_strays(pools), **found, **{key: -count for key, count in live.items()}}


def _strays(pools: Pools) -> dict[KeyId, int]:
    """Seats that wait in the queue of a pool which their key does not belong to."""
    if sum(queue.free for queue in pools.queues.values()) == sum(map(pools.free_of, pools.keys)):
        return {}
    waiting = ((pool, KeyId(pool.provider, code)) for pool, queue in pools.queues.items() for code in queue)
    return dict(
        Counter(key for pool, key in waiting if key not in pools.keys or pools.keys[key].pool != pool)
    )


Step = KeyEvent | Assignment | LostSeat

Sign = tuple[str, str]
"""(order_id, unit)."""

PHASES = {"released": 0, "quarantined": 0, "restored": 0, "imported": 1, "assigned": 2, "withdrawn": 3}
"""The order in which the rows of one commit count (see Pools)."""


@dataclass(slots=True)
class KeyStory:
    """One key from row to row: which of the seats that missing rows took back went into stock again."""

    restored: Collection[Sign] = ()
    """The seats that came out of quarantine some time."""
    free: int = 0
    quarantined: int = 0
    is_withdrawn: bool = False
    limbo: list[LostSeat] = field(default_factory=list)
    """Seats taken back by missing rows, which may have been released."""
    settled: dict[int, SeatEvent] = field(default_factory=dict)
    """By `id`: those that were, as a seat was given or withdrawn later that would not have been there; and
    those that were not, as the key was withdrawn before."""

    @classmethod
    def told(
        cls, events: Sequence[KeyEvent], rows: Sequence[Assignment], lost: Sequence[LostSeat]
    ) -> list[tuple[LostSeat, SeatEvent]] | None:
        """What each of the missing rows did. None where no seat could be where it is even so.

        What a row took back was quarantined rather than released, where the others of its commit do not fit.
        """
        kept = [replace(s, event="quarantined") if s.event == "released" else s for s in lost]
        for seats in (lost, kept):
            if (story := cls._of(events, rows, seats)) is not None:
                return [(s, story.settled.get(id(k), k.event)) for s, k in zip(lost, seats, strict=True)]
        return None

    @classmethod
    def _of(
        cls, events: Iterable[KeyEvent], rows: Sequence[Assignment], lost: Iterable[LostSeat]
    ) -> KeyStory | None:
        """None where a seat would be used that is not there even so."""
        story = cls({(row.order_id, row.unit) for row in rows if row.event == "restored"})
        steps: list[Step] = [*events, *rows, *lost]
        for step in sorted(steps, key=lambda step: (step.version, PHASES[step.event])):
            if not story._take(step):
                return None
        return story

    def _take(self, step: Step) -> bool:
        match step.event:
            case "imported" if isinstance(step, KeyEvent):
                self.free += step.seats
                self.is_withdrawn = False
            case "withdrawn" if isinstance(step, KeyEvent):
                self.is_withdrawn = True
                return self._use(step.seats)
            case "assigned":
                return self._use(1)
            case _ if isinstance(step, LostSeat) and self.is_withdrawn:
                self.settled[id(step)] = "quarantined"
                self.quarantined += 1
            case "released":
                self.free += 1
            case "restored" if isinstance(step, Assignment):
                self.free += 1
                return self._was_quarantined(step)
            case _ if isinstance(step, LostSeat) and not step.is_replacement:
                self.limbo.append(step)
            case _:
                self.quarantined += 1
        return True

    def _was_quarantined(self, row: Assignment) -> bool:
        """A seat that was restored had been out of stock until then."""
        same = (seat for seat in self.limbo if (seat.order_id, seat.unit) == (row.order_id, row.unit))
        if (seat := next(same, None)) is not None:
            self.limbo.remove(seat)
            return True
        self.quarantined -= 1
        return self.quarantined >= 0

    def _use(self, seats: int) -> bool:
        while self.free < seats and self.limbo:
            stayed = (seat for seat in self.limbo if (seat.order_id, seat.unit) not in self.restored)
            seat = next(stayed, self.limbo[0])
            self.limbo.remove(seat)
            self.settled[id(seat)] = "released"
            self.free += 1
        self.free -= seats
        return self.free >= 0


def most_used(rows: Iterable[Assignment]) -> int:
    """The most seats of a key that were held or in quarantine at the end of any commit."""
    used = most = 0
    groups = by_version(rows)
    for version in sorted(groups):
        used += sum({"assigned": 1, "quarantined": 0}.get(row.event, -1) for row in groups[version])
        most = max(most, used)
    return most
