"""The audit's replay of every seat: never given twice, none lost, and the oldest of its pool first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from fulfillment.answers import counted
from fulfillment.damage import Breach
from fulfillment.model import Assignment, KeyEvent, KeyId, Pool
from fulfillment.pools import Pools
from fulfillment.workbook import Changes

TELL_BOTH = "Compare who holds it in Assignments, and replace the key of the order that came later."
LOOK = "Look it up in the spreadsheet's version history (File, Version history)."


@dataclass(slots=True)
class KeyCount:
    """Where the seats of one key are, by the rows so far; `no` is its newest import's."""

    pool: Pool
    no: int
    total: int = 0
    live: int = 0
    quarantined: int = 0

    @property
    def free(self) -> int:
        return self.total - self.live - self.quarantined


@dataclass(slots=True)
class SeatAudit:
    """Moves forward commit by commit, and collects what no row may say (promises 1, 2 and 7)."""

    pools: Pools = field(default_factory=Pools)
    breaches: list[Breach] = field(default_factory=list)
    _keys: dict[KeyId, KeyCount] = field(default_factory=dict)
    _held: Counter[tuple[str, str, KeyId]] = field(default_factory=Counter)
    _out_of_turn: dict[Pool, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, commits: Iterable[tuple[int, Changes]]) -> SeatAudit:
        """The audit of all these commits, oldest first."""
        audit = cls()
        for _, changes in commits:
            audit._advance(changes)
        audit._check_turns()
        audit._check_sums()
        return audit

    def _advance(self, changes: Changes) -> None:
        """One commit: given back and imported seats join the queues, then taken ones leave them."""
        imported = [event for event in changes.events if event.event == "imported"]
        self.pools.advance(imported, [row for row in changes.assignments if row.event != "assigned"])
        for event in imported:
            self._import(event)
        replaced = _replaced(changes.assignments)
        for row in changes.assignments:
            if row.event == "assigned":
                self._assign(row, replaced)
            else:
                self._move(row)
        for event in changes.events:
            if event.event == "withdrawn":
                self._withdraw(event)

    def _import(self, event: KeyEvent) -> None:
        count = self._keys.get(event.key)
        if count is not None and count.total:
            self._breach(1, event, f"The key was in stock already, by row {count.no}. Withdraw it here.")
        if count is None or not count.total:
            count = self._keys[event.key] = KeyCount(
                event.pool,
                event.no,
                live=count.live if count else 0,
                quarantined=count.quarantined if count else 0,
            )
        count.total += event.seats

    def _withdraw(self, event: KeyEvent) -> None:
        self.pools.advance((event,), ())
        count = self._keys.get(event.key)
        if count is None or count.pool != event.pool:
            self._breach(1, event, f"A key is withdrawn that {event.pool} never had. {LOOK}")
            return
        count.total -= event.seats
        if count.free < 0:
            over = f"It withdraws {counted(event.seats, 'seat')}, {-count.free:,} more than were free."
            self._breach(1, event, f"{over} Release the orders that hold them. {LOOK}")

    def _assign(self, row: Assignment, replaced: dict[tuple[str, str, Pool], set[str]]) -> None:
        count = self._keys.get(row.key)
        self._held[_seat(row)] += 1
        if count is None:
            self._breach(1, row, f"Order {row.order_id} has a key that was never imported. {LOOK}")
            return
        if count.pool != row.pool:
            wrong = f"Order {row.order_id} has it from {row.pool}, but it belongs to {count.pool}"
            self._breach(1, row, f"{wrong} (row {count.no} of Import History). {LOOK}")
        elif count.free > 0:
            # not for a row without that reason: the order may get the same piece anew in this commit
            seat = (row.order_id, row.unit, row.pool) if row.reason == "replacement" else ("", "", row.pool)
            self._check_turn(row, replaced.get(seat, set()))
        else:
            given = f"Order {row.order_id} has a seat that was given before: the key of row {count.no} of"
            self._breach(1, row, f"{given} Import History has {counted(count.total, 'seat')}. {TELL_BOTH}")
        count.live += 1
        self.pools.advance((), (row,))

    def _move(self, row: Assignment) -> None:
        """A seat released, quarantined or restored, which must have been where it is taken from."""
        count = self._keys.get(row.key)
        if row.event == "restored":
            matched = count is not None and count.quarantined > 0
        else:
            matched = self._held[_seat(row)] > 0
            self._held[_seat(row)] -= matched
        if not matched:
            before = "quarantined" if row.event == "restored" else "assigned to this order"
            self._breach(1, row, f"The seat is {row.event} without having been {before}. {LOOK}")
        if count is not None:
            count.live -= row.event != "restored"
            count.quarantined += {"quarantined": 1, "restored": -1}.get(row.event, 0)

    def _check_turn(self, row: Assignment, passed_over: set[str]) -> None:
        queue = self.pools.queue(row.pool)
        if next((code for code in queue if code not in passed_over), None) != row.keycode:
            self._out_of_turn[row.pool].append(row.no)

    def _check_turns(self) -> None:
        for pool, (first, *others) in self._out_of_turn.items():
            more = f", and in {counted(len(others), 'later row')}" if others else ""
            older = f"An older seat of {pool} was free when this one was given{more}."
            message = f"{older} The order keeps it; look for a row that was changed by hand."
            self.breaches.append(Breach(7, "Assignments", first, message))

    def _check_sums(self) -> None:
        """Per pool: imported - withdrawn = available + assigned + quarantined."""
        free: Counter[Pool] = Counter()
        for count in self._keys.values():
            free[count.pool] += count.free
        for pool in sorted({*free, *self.pools.queues}):
            if free[pool] != self.pools.free(pool):
                queued = self.pools.free(pool)
                wrong = (
                    f"{pool}: {counted(free[pool], 'seat')} should be free, but {queued:,} wait in its queue."
                )
                mend = "Put the rows right that break promise 1 or 10."
                self.breaches.append(Breach(2, "Assignments", 0, f"{wrong} {mend}"))

    def _breach(self, promise: int, row: KeyEvent | Assignment, message: str) -> None:
        tab = "Import History" if isinstance(row, KeyEvent) else "Assignments"
        self.breaches.append(Breach(promise, tab, row.no, message))


def _seat(row: Assignment) -> tuple[str, str, KeyId]:
    return row.order_id, row.unit, row.key


def _replaced(rows: Iterable[Assignment]) -> dict[tuple[str, str, Pool], set[str]]:
    """The codes that a commit replaced, which the new key is not to be one of."""
    codes: dict[tuple[str, str, Pool], set[str]] = defaultdict(set)
    for row in rows:
        if row.event == "quarantined" and row.reason == "replaced":
            codes[row.order_id, row.unit, row.pool].add(row.keycode)
    return codes
