"""Keys that leave the stock for good, and seats in quarantine that come back or leave with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.answers import Plan, counted, listed, when
from fulfillment.errors import NotPossible
from fulfillment.model import Assignment, KeyEvent, KeyId
from fulfillment.pools import Pools
from fulfillment.workbook import Changes, Draft


@dataclass(frozen=True, slots=True)
class Holder:
    """An order that holds seats of keys that were withdrawn."""

    order_id: str
    order_name: str
    seats: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many seats of how many keys left the stock, and who holds the others."""

    seats: int
    keys: int
    unknown: int
    """Codes that no key in stock has."""
    holders: tuple[Holder, ...]

    @property
    def message(self) -> str:
        """What the operator reads."""
        said = f"{counted(self.seats, 'seat')} of {counted(self.keys, 'key')} withdrawn."
        if self.unknown:
            said += f" {self.unknown} of the codes are not in stock: check them."
        if self.holders:
            orders = listed([f"{h.order_name or h.order_id} ({h.seats})" for h in self.holders])
            said += f" Orders that hold others of their seats: {orders}. Replace key gives them another."
        return said


def plan_withdraw(
    draft: Draft,
    *,
    batch: str = "",
    codes: Collection[str] = (),
    quarantined: bool = False,
    reason: str = "",
    now: datetime,
    by: str,
) -> Plan[Withdrawn]:
    """The seats of a batch, or of these codes, that were not given out leave the stock.

    With `quarantined` the seats in quarantine leave with them. Raises NotPossible for an unknown batch.
    """
    pools = draft.snapshot.pools
    keys, unknown = _chosen(pools, batch, codes)
    back = [row for key in keys for row in pools.quarantine.get(key, ())] if quarantined else []
    returned = Counter(row.key for row in back)
    seats = {key: pools.free_of(key) + returned[key] for key in keys}
    # also where no seat is left to take: those that orders hold must not come back into stock
    leaving = {key: n for key, n in seats.items() if n or not pools.keys[key].is_withdrawn}
    events = tuple(_withdrawn(pools, key, n, reason, now, by) for key, n in leaving.items())
    restored = tuple(_restored(row, "withdrawn", now, by) for row in back)
    gone = [n for n in seats.values() if n]
    result = Withdrawn(sum(gone), len(gone), unknown, tuple(_holders(draft, keys)))
    return Plan(result, Changes(events=events, assignments=restored))


def _chosen(pools: Pools, batch: str, codes: Collection[str]) -> tuple[list[KeyId], int]:
    """The keys meant, and how many of the codes no key in stock has."""
    if batch:
        keys = [key for key, record in pools.keys.items() if record.batch == batch and record.total]
        if not keys:
            raise NotPossible(
                f"No key in stock came with the batch {batch}: Import History names the batches."
            )
        return keys, 0
    wanted = set(codes)
    keys = [key for key, record in pools.keys.items() if key.keycode in wanted and record.total]
    return keys, len(wanted - {key.keycode for key in keys})


def _withdrawn(pools: Pools, key: KeyId, seats: int, reason: str, now: datetime, by: str) -> KeyEvent:
    record = pools.keys[key]
    return KeyEvent(when(now), "withdrawn", record.batch, *record.pool, key.keycode, seats, reason, by)


def _holders(draft: Draft, keys: Sequence[KeyId]) -> Iterator[Holder]:
    """The orders that hold seats of these keys, in the order in which they first got one."""
    wanted = set(keys)
    for order_id, file in draft.snapshot.orders.items():
        if seats := sum(row.key in wanted for row in file.holdings):
            yield Holder(order_id, file.answer.order_name if file.answer else "", seats)


@dataclass(frozen=True, slots=True)
class Restored:
    """How many seats came out of quarantine, and how many codes have none there."""

    seats: int
    unknown: int
    withdrawn: int = 0
    """Seats of keys that were withdrawn."""

    @property
    def message(self) -> str:
        """What the operator reads."""
        said = f"{counted(self.seats, 'seat')} restored, at the end of their queues."
        if self.withdrawn:
            said += (
                f" Of keys that were withdrawn: {self.withdrawn}; the next customers get these all the same."
            )
        return said + (f" {self.unknown} of the codes have no seat in quarantine." if self.unknown else "")


def plan_restore(
    draft: Draft, codes: Collection[str], *, reason: str, now: datetime, by: str
) -> Plan[Restored]:
    """The quarantined seats of these codes join the ends of their queues."""
    wanted = set(codes)
    rows = [row for row in quarantine(draft) if row.keycode in wanted]
    back = tuple(_restored(row, reason, now, by) for row in rows)
    withdrawn = sum(draft.snapshot.pools.keys[row.key].is_withdrawn for row in rows)
    restored = Restored(len(back), len(wanted - {row.keycode for row in rows}), withdrawn)
    return Plan(restored, Changes(assignments=back))


def quarantine(draft: Draft) -> list[Assignment]:
    """The row that put each seat into quarantine which is still there, oldest first."""
    rows = [row for rows in draft.snapshot.pools.quarantine.values() for row in rows]
    return sorted(rows, key=lambda row: row.no)


def given_out(draft: Draft) -> list[Assignment]:
    """A row for each seat that an order holds or quarantine keeps, oldest first.

    Also of orders from before the shop was live: some of them were mailed to their customers afterwards.
    """
    held = [row for file in draft.snapshot.orders.values() for row in file.holdings]
    return sorted([*held, *quarantine(draft)], key=lambda row: row.no)


def _restored(row: Assignment, reason: str, now: datetime, by: str) -> Assignment:
    return replace(row, at=when(now), event="restored", reason=reason, by=by, no=0, version=0)
