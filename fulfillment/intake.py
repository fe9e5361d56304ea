"""Keys coming into stock: which pasted rows are new, which were there before, and the stock after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fulfillment.alerts import Alert
from fulfillment.answers import Plan, counted, listed, when
from fulfillment.errors import Damaged
from fulfillment.model import KeyEvent, KeyId, Pool
from fulfillment.pasting import Paste, PastedKey, read_row
from fulfillment.pools import KeyRecord, Stock, stock_after
from fulfillment.waiting import WaitingOrder
from fulfillment.workbook import Changes, Snapshot

FROM_TAB = "-tab"
"""A batch whose name ends like this came from the tab Import Keys, which is cleared after the commit."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    row: int
    result: Literal["imported", "duplicate", "refused"]
    message: str


@dataclass(frozen=True, slots=True)
class PoolEffect:
    """What can be given out of one pool, before and after."""

    region: str
    provider: str
    product_code: str
    component: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, row by row; blank rows and header rows are not among them."""

    rows: tuple[RowResult, ...] = ()
    seats: int = 0
    before: int = 0
    """How many of the imported rows an import had brought that did not get to clear the tab."""
    stock: tuple[PoolEffect, ...] = ()
    waiting: tuple[WaitingOrder, ...] = ()
    """Orders on hold that could be served whole then, oldest first."""
    low: tuple[Alert, ...] = ()
    """What is low even then, of the pools that got keys."""
    version: int = 0
    """Of the workbook, once this stands there."""
    places: Mapping[KeyId, int] = field(default_factory=dict, repr=False)
    """key -> the row that it stands in."""

    def count(self, result: str) -> int:
        return sum(row.result == result for row in self.rows)

    @property
    def message(self) -> str:
        """`12 keys imported (34 seats), 1 duplicate, 2 refused.`"""
        parts = [f"{counted(self.count('imported'), 'key')} imported ({counted(self.seats, 'seat')})"]
        if self.before:
            parts[0] += f", {self.before} of them by an earlier import that was interrupted"
        if duplicates := self.count("duplicate"):
            parts.append(f"{duplicates} duplicate{'s' if duplicates > 1 else ''}")
        if refused := self.count("refused"):
            parts.append(f"{refused} refused")
        return ", ".join(parts) + "."

    def and_then(self, later: Imported) -> Imported:
        """Both together, of which the later one was planned on what the earlier one had done."""
        effects = {_pool_of(effect): effect for effect in self.stock}
        later_pools = {str(_pool_of(effect)) for effect in later.stock}
        for effect in later.stock:
            first = effects.get(_pool_of(effect), effect)
            effects[_pool_of(effect)] = PoolEffect(*_pool_of(effect), first.before, effect.after)
        return Imported(
            (*self.rows, *later.rows),
            self.seats + later.seats,
            self.before + later.before,
            tuple(effects[pool] for pool in sorted(effects)),
            later.waiting,
            (*(alert for alert in self.low if alert.pool not in later_pools), *later.low),
            later.version,
            {**self.places, **later.places},
        )


def _pool_of(effect: PoolEffect) -> Pool:
    return Pool(effect.region, effect.provider, effect.product_code, effect.component)


def batch_name(now: datetime, *, of_tab: bool) -> str:
    """How Import History calls an import: `20261120-093000`, or `20261120-093000-tab`."""
    return f"{now:%Y%m%d-%H%M%S}{FROM_TAB if of_tab else ''}"


def plan_import(
    snapshot: Snapshot,
    paste: Paste,
    *,
    places: Mapping[KeyId, int] | None = None,
    batch: str,
    now: datetime,
    by: str,
) -> Plan[Imported]:
    """Every key that is well formed and new joins the stock; of each row what became of it, and why.

    `places`: the keys of rows before these, which are imported already, and where they stand. Raises Damaged
    where nobody can tell which keys were imported before.
    """
    if why := snapshot.damage.importing:
        raise Damaged(why)
    intake = _Intake(snapshot, paste, dict(places or {}), batch, when(now), by)
    for row in paste.rows:
        try:
            pasted = read_row(row)
        except ValueError as error:
            intake.results.append(RowResult(row.row, "refused", f"row {row.row}: {error}"))
        else:
            if pasted is not None:
                intake.take(row.row, pasted)
    return intake.plan()


@dataclass(slots=True)
class _Intake:
    """An import being planned, row by row."""

    snapshot: Snapshot
    paste: Paste
    places: dict[KeyId, int]
    batch: str
    at: str
    by: str
    results: list[RowResult] = field(default_factory=list)
    events: list[KeyEvent] = field(default_factory=list)
    seats: int = 0
    before: int = 0
    known: list[tuple[int, int, PastedKey]] = field(default_factory=list)
    """(place among the results, row, key) of rows whose keys are in stock: told of all at once."""

    def take(self, row: int, pasted: PastedKey) -> None:
        record = self.snapshot.pools.keys.get(pasted.key)
        if pasted.key in self.places:
            self._say(row, "duplicate", f"the same key as row {self.places[pasted.key]}")
        elif pasted.key in self.snapshot.archived_keys:
            self._say(row, "duplicate", "already imported, and given out long ago: it is in the archive")
        elif record and _is_left_over(record, pasted, self.paste.settled):
            self._come_again(row, pasted, record)
        elif record and record.total:
            self.known.append((len(self.results), row, pasted))
            self._say(row, "duplicate", "")
        else:
            self._import(row, pasted)

    def _import(self, row: int, pasted: PastedKey) -> None:
        self.places[pasted.key] = row
        self.seats += pasted.seats
        key = (*pasted.pool, pasted.keycode, pasted.seats)
        self.events.append(KeyEvent(self.at, "imported", self.batch, *key, by=self.by))
        self._say(row, "imported", _with_note(f"{counted(pasted.seats, 'seat')} for {pasted.pool}", pasted))

    def _come_again(self, row: int, pasted: PastedKey, record: KeyRecord) -> None:
        """An import that was interrupted brought this very row: it is done, and only has to leave the tab."""
        self.places[pasted.key] = row
        self.seats += pasted.seats
        self.before += 1
        since = "" if record.total else ", and withdrawn since: to have it again, paste it again"
        what = f"{counted(pasted.seats, 'seat')} for {pasted.pool}"
        done = f"imported on {record.imported_at[:10]} by an import that did not get to clear the tab"
        self._say(row, "imported", f"{what}, {done}{since}")

    def _say(self, row: int, result: Literal["imported", "duplicate"], words: str) -> None:
        self.results.append(RowResult(row, result, f"row {row}: {words}"))

    def plan(self) -> Plan[Imported]:
        self._tell_of_known()
        changes = Changes(events=tuple(self.events))
        stock = effect_on_stock(self.snapshot, changes)
        version = self.snapshot.version + (not changes.is_nothing)
        report = Imported(tuple(self.results), self.seats, self.before, stock, (), (), version, self.places)
        return Plan(report, changes)

    def _tell_of_known(self) -> None:
        holders = _holders(self.snapshot, {pasted.key for _, _, pasted in self.known})
        for place, row, pasted in self.known:
            record = self.snapshot.pools.keys[pasted.key]
            free = self.snapshot.pools.free_of(pasted.key)
            words = _already(record, pasted, free, holders.get(pasted.key, ()))
            self.results[place] = RowResult(row, "duplicate", f"row {row}: {words}")


def _with_note(words: str, pasted: PastedKey) -> str:
    return f"{words} ({pasted.note})" if pasted.note else words


def _is_left_over(record: KeyRecord, pasted: PastedKey, settled: int | None) -> bool:
    """Was this very row imported from the tab, by an import after which nobody has cleared the tab yet?

    Also where the key has been withdrawn since: it must not come back by itself.
    """
    return (
        settled is not None
        and record.version > settled
        and record.batch.endswith(FROM_TAB)
        and (record.pool, record.seats) == (pasted.pool, pasted.seats)
    )


def _holders(snapshot: Snapshot, keys: Collection[KeyId]) -> Mapping[KeyId, Sequence[str]]:
    """key -> the ids of the orders that hold seats of it."""
    holders: dict[KeyId, dict[str, None]] = defaultdict(dict)
    for order_id, file in snapshot.orders.items() if keys else ():
        for row in file.holdings:
            if row.key in keys:
                holders[row.key][order_id] = None
    return {key: [*orders] for key, orders in holders.items()}


def _already(record: KeyRecord, pasted: PastedKey, free: int, holders: Sequence[str]) -> str:
    """`already imported on 2026-11-02, given to order 6855909900591`."""
    words = [f"already imported on {record.imported_at[:10]}"]
    if record.pool != pasted.pool:
        words[0] += f" for {record.pool}"
    if holders:
        words.append(f"given to {'order' if len(holders) == 1 else 'orders'} {listed(holders, most=3)}")
    if free == record.total:
        words.append("and not given out yet" if free == 1 else f"all its {free} seats are free")
    elif free:
        words.append(f"{free} of {record.total} seats are free")
    elif not holders:
        words.append("in quarantine")
    return ", ".join(words)


def effect_on_stock(snapshot: Snapshot, changes: Changes) -> tuple[PoolEffect, ...]:
    """The free seats, before and after, of every pool that gets keys."""
    after: Stock = stock_after(snapshot.pools, changes.events, changes.assignments)
    pools = sorted({event.pool for event in changes.events})
    return tuple(PoolEffect(*pool, snapshot.pools.free(pool), after.free(pool)) for pool in pools)
