"""The free seats: a queue per pool, oldest first, that moves forward by the ledgers' rows."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fulfillment.model import Assignment, KeyEvent, KeyId, Pool, bundle_of


@dataclass(slots=True)
class Run:
    """Neighbouring seats of one key in a queue; spent runs stay until they reach the head."""

    keycode: str
    seats: int


class Queue:
    """The free seats of one pool: given at the end, taken key by key from the oldest."""

    __slots__ = ("_runs", "_runs_of", "free")

    def __init__(self) -> None:
        self.free = 0
        self._runs: deque[Run] = deque()
        # nearly always one run a key: a list, as a deque keeps room for sixty-four
        self._runs_of: dict[str, list[Run]] = {}

    def give(self, keycode: str, seats: int) -> None:
        """These seats join the queue at its end."""
        run = Run(keycode, seats)
        self._runs.append(run)
        self._runs_of.setdefault(keycode, []).append(run)
        self.free += seats

    def take(self, keycode: str, seats: int = 1) -> int:
        """The oldest seats of this key leave the queue; how many there were to take."""
        runs, wanted = self._runs_of.get(keycode, []), seats
        while wanted and runs:
            taken = min(runs[0].seats, wanted)
            runs[0].seats -= taken
            wanted -= taken
            if not runs[0].seats:
                del runs[0]
        if not runs:
            self._runs_of.pop(keycode, None)
        self._drop_spent_head()
        self.free -= seats - wanted
        return seats - wanted

    def _drop_spent_head(self) -> None:
        while self._runs and not self._runs[0].seats:
            self._runs.popleft()

    def free_of(self, keycode: str) -> int:
        """How many seats of this key are free."""
        return sum(run.seats for run in self._runs_of.get(keycode, ()))

    def __iter__(self) -> Iterator[str]:
        """Key codes seat by seat, oldest first."""
        for run in self._runs:
            for _ in range(run.seats):
                yield run.keycode


@dataclass(slots=True)
class KeyRecord:
    """What is known of one key: where it belongs and where its seats went."""

    pool: Pool
    imported: int = 0
    withdrawn: int = 0
    imported_at: str = ""
    touched_at: str = ""
    """When a row of Import History was its last."""
    batch: str = ""
    seats: int = 0
    version: int = 0
    """Batch, seats and version of the row that brought it last."""
    is_withdrawn: bool = False
    """Was it taken out of stock since? Seats of it that come back stay out too."""

    @property
    def total(self) -> int:
        """Seats that the stock counts."""
        return self.imported - self.withdrawn


@dataclass(slots=True)
class Pools:
    """Every pool there ever was, and every key."""

    queues: dict[Pool, Queue] = field(default_factory=dict)
    totals: dict[Pool, int] = field(default_factory=dict)
    keys: dict[KeyId, KeyRecord] = field(default_factory=dict)
    quarantine: dict[KeyId, list[Assignment]] = field(default_factory=dict)
    """The rows that took seats of a key out of use, of which nothing has become since."""
    bundles: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """(region, provider) -> product codes of the stock bundles that have, or had, keys."""
    aside: set[str] = field(default_factory=set)
    """Key codes of which no seat is given out, as their books do not add up."""

    def free(self, pool: Pool) -> int:
        """How many seats of this pool can be given out now."""
        queue = self.queues.get(pool)
        return queue.free if queue else 0

    def queue(self, pool: Pool) -> Iterable[str]:
        """Key codes of the free seats, oldest first."""
        return self.queues.get(pool, ())

    def free_of(self, key: KeyId) -> int:
        """How many seats of one key can be given out now."""
        record = self.keys.get(key)
        return self.queues[record.pool].free_of(key.keycode) if record else 0

    def set_aside(self, claims: Mapping[str, int], codes: Iterable[str]) -> None:
        """So many seats of these claims are not given out, and none of these codes, also of those to come.

        What is set aside counts as used, until everything is read anew.
        """
        self.aside.update(codes)
        for queue in self.queues.values() if claims or self.aside else ():
            for code in self.aside:
                queue.take(code, queue.free_of(code))
            for code, seats in claims.items():
                queue.take(code, min(seats, queue.free_of(code)))

    def advance(self, events: Sequence[KeyEvent], assignments: Sequence[Assignment]) -> None:
        """Move forward by the rows of one commit.

        Within a commit seats given back join the queue before imported ones, and what was taken leaves
        last. A take is always of a key's oldest seat, so this order and the one in which a group was
        planned lead to the same queue.
        """
        for row in assignments:
            self._give_back(row)
        for event in events:
            if event.event == "imported":
                self._import(event)
        for row in assignments:
            if row.event == "assigned":
                self._queue(row.pool).take(row.keycode)
        for event in events:
            if event.event == "withdrawn":
                self._withdraw(event)

    def _give_back(self, row: Assignment) -> None:
        if row.event in ("released", "restored"):
            self._give(row.pool, row.keycode, 1)
        if row.event == "quarantined":
            self.quarantine.setdefault(row.key, []).append(row)
        elif row.event == "restored" and row.key in self.quarantine:
            self._leave_quarantine(row)

    def _leave_quarantine(self, row: Assignment) -> None:
        """The seat that this row names, or else the one that has been there longest, is there no more."""
        rows = self.quarantine[row.key]
        same = [other for other in rows if (other.order_id, other.unit) == (row.order_id, row.unit)]
        rows.remove((same or rows)[0])
        if not rows:
            del self.quarantine[row.key]

    def _import(self, event: KeyEvent) -> None:
        record = self._record(event.key, event.pool)
        if not record.total:  # a withdrawn key may come again, and to another pool
            record.pool = event.pool
        record.imported += event.seats
        record.imported_at = record.touched_at = event.at
        record.is_withdrawn = False
        record.batch, record.seats, record.version = event.batch, event.seats, event.version
        self.totals[event.pool] = self.totals.get(event.pool, 0) + event.seats
        self._give(event.pool, event.keycode, event.seats)

    def _give(self, pool: Pool, keycode: str, seats: int) -> None:
        queue = self._queue(pool)
        if keycode not in self.aside:
            queue.give(keycode, seats)

    def _withdraw(self, event: KeyEvent) -> None:
        taken = self._queue(event.pool).take(event.keycode, event.seats)
        record = self._record(event.key, event.pool)
        record.withdrawn += taken
        record.is_withdrawn = True
        record.touched_at = event.at
        self.totals[event.pool] = self.totals.get(event.pool, 0) - taken

    def know(self, pool: Pool) -> None:
        """This pool had keys, whether it still has some or not."""
        self.totals.setdefault(pool, 0)
        self._queue(pool)

    def retire(self, events: Iterable[KeyEvent]) -> None:
        """Forget the keys of these rows, no seat of which is free or in quarantine; pools stay known."""
        for event in events:
            self.keys.pop(event.key, None)
            self.totals[event.pool] -= _seats(event)

    def _record(self, key: KeyId, pool: Pool) -> KeyRecord:
        record = self.keys.get(key)
        if record is None:
            record = self.keys[key] = KeyRecord(pool)
        return record

    def _queue(self, pool: Pool) -> Queue:
        queue = self.queues.get(pool)
        if queue is None:
            queue = self.queues[pool] = Queue()
            if bundle_of(pool.product_code) is not None:
                self.bundles.setdefault((pool.region, pool.provider), set()).add(pool.product_code)
        return queue


@dataclass(frozen=True, slots=True)
class Stock:
    """How many seats each pool has, in all and free: what the views are made of."""

    total: dict[Pool, int]
    available: dict[Pool, int]
    bundles: dict[tuple[str, str], set[str]]

    def free(self, pool: Pool) -> int:
        """How many seats of this pool can be given out."""
        return self.available.get(pool, 0)


def _seats(event: KeyEvent) -> int:
    """What a row of Import History adds to its pool."""
    return event.seats if event.event == "imported" else -event.seats


def stock_after(
    pools: Pools,
    events: Iterable[KeyEvent],
    assignments: Iterable[Assignment],
    *,
    leaving: Iterable[KeyEvent] = (),
    returning: Iterable[KeyEvent] = (),
) -> Stock:
    """The stock as it will be once these rows stand in the ledgers; the pools stay as they are.

    Of rows that go to the archive, or come back from it, all seats are given out.
    """
    total = Counter(pools.totals)
    for event in leaving:
        total[event.pool] -= _seats(event)
    for event in returning:
        total[event.pool] += _seats(event)
    available = Counter({pool: queue.free for pool, queue in pools.queues.items()})
    for event in events:
        total[event.pool] += _seats(event)
        available[event.pool] += _seats(event) if event.keycode not in pools.aside else 0
    for row in assignments:
        if row.keycode in pools.aside:
            continue
        available[row.pool] += {"assigned": -1, "released": 1, "restored": 1}.get(row.event, 0)
    bundles: dict[tuple[str, str], set[str]] = {}
    for pool in total:
        if bundle_of(pool.product_code) is not None:
            bundles.setdefault((pool.region, pool.provider), set()).add(pool.product_code)
    return Stock(dict(total), dict(available), bundles)
