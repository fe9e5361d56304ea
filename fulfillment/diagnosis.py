"""Finds out from the other ledgers what missing rows said, and which orders and keys that concerns.

Every row of Assignments that gives a seat to an order or takes one back is committed together with a row of
Order Cache that says what the order holds from then on. So each ledger tells what the other is missing: the
difference between two answers of an order is what its seats must have done in between.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from fulfillment.damage import (
    REBUILDS,
    UNDO,
    Damage,
    Gaps,
    LostAnswer,
    LostKey,
    LostSeat,
    Window,
    named,
)
from fulfillment.model import Answer, Assignment, KeyEvent, KeyId, SeatEvent
from fulfillment.trails import Trail, holds_what_it_says
from fulfillment.whereabouts import KeyStory, most_used, seats_in_limbo
from fulfillment.workbook import LEDGERS, Archived, LedgerName, Snapshot


class HasVersion(Protocol):
    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=HasVersion)
R = TypeVar("R", KeyEvent, Assignment, Answer)


def diagnose(snapshot: Snapshot, gaps: Mapping[LedgerName, Gaps], events: Sequence[KeyEvent]) -> Damage:
    """What is wrong with the ledgers that this snapshot was made of; `events` are the rows of Import History.

    Where nothing is missing, every order must hold what its newest answer says, and the seats of every key
    must add up: a cell that was changed shows in one or the other, or in nothing at all.
    """
    differ = {order_id for order_id, file in snapshot.orders.items() if not holds_what_it_says(file)}
    limbo = seats_in_limbo(snapshot)
    if not differ and not limbo and all(each.is_none for each in gaps.values()):
        return Damage()
    return Diagnosis(snapshot, gaps, events, differ, limbo).damage()


def with_halved(damage: Damage, snapshot: Snapshot, archived: Archived) -> Damage:
    """The same, and the orders and keys of which some rows are in the archive alone."""
    orders = snapshot.orders.keys() & archived.orders.keys()
    codes = {key.keycode for key in snapshot.pools.keys.keys() & archived.keys}
    halved = {order_id: _halved(order_id) for order_id in orders}
    return (
        replace(damage, orders={**damage.orders, **halved}, off=damage.off | codes)
        if halved or codes
        else damage
    )


@dataclass(slots=True)
class Diagnosis:
    """Brings the missing rows and what the other ledgers tell together."""

    snapshot: Snapshot
    gaps: Mapping[LedgerName, Gaps]
    events: Sequence[KeyEvent]
    differ: set[str]
    """Orders that do not hold what they say."""
    limbo: dict[KeyId, int]
    trails: list[Trail] = field(default_factory=list)
    orders: dict[str, str] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)

    def damage(self) -> Damage:
        """All that is wrong, and what it concerns."""
        self.trails = self._follow()
        lost = [seat for trail in self.trails for seat in trail.seats]
        lost = self._settled(sorted(lost, key=lambda s: (s.version, s.answer.no, s.event != "assigned")))
        seats = self._seats(lost)
        answers = self._answers()
        events = self._events()
        self._stop_orders(seats, answers)
        self._stop_holders({key.first.key for key in events.values() if isinstance(key, LostKey)})
        matched: dict[LedgerName, Iterable[int]] = {
            "Assignments": seats,
            "Order Cache": answers,
            "Import History": events,
        }
        return Damage(
            self.gaps,
            seats,
            answers,
            events,
            self.orders,
            Counter(seat.keycode for seat in lost if seat.event == "assigned"),
            frozenset(self.off),
            {name: self._unexplained(name, matched.get(name, ())) for name in LEDGERS},
        )

    def _follow(self) -> list[Trail]:
        """The trails that lead to something missing: of all orders, or where no row is missing of the few."""
        orders = self.snapshot.orders
        chosen = self.differ if all(each.is_none for each in self.gaps.values()) else orders.keys()
        trails = (Trail.of(order_id, orders[order_id]) for order_id in chosen)
        return [trail for trail in trails if trail.seats or trail.answers or trail.order_id in self.differ]

    def _settled(self, lost: Sequence[LostSeat]) -> list[LostSeat]:
        """The same; what was taken back and has been given again since was `released`.

        Key codes whose seats add up in no way are `off`.
        """
        by_code: dict[str, list[LostSeat]] = defaultdict(list)
        for seat in lost:
            by_code[seat.keycode].append(seat)
        self.off |= {key.keycode for key in self.limbo} - by_code.keys()
        settled: dict[int, SeatEvent] = {}
        for code, (events, rows) in self._rows_of(by_code).items():
            is_one = len({*(event.key for event in events), *(row.key for row in rows)}) == 1
            found = KeyStory.told(events, rows, by_code[code]) if is_one else None
            if found is None:
                self.off.add(code)
            else:
                settled.update({id(seat): event for seat, event in found})
        return [replace(seat, event=settled.get(id(seat), seat.event)) for seat in lost]

    def _rows_of(self, codes: Collection[str]) -> dict[str, tuple[list[KeyEvent], list[Assignment]]]:
        """code -> the rows of Import History and of Assignments that name it."""
        found: dict[str, tuple[list[KeyEvent], list[Assignment]]] = {code: ([], []) for code in codes}
        for event in self.events if codes else ():
            if event.keycode in found:
                found[event.keycode][0].append(event)
        for file in self.snapshot.orders.values() if codes else ():
            for row in file.seats:
                if row.keycode in found:
                    found[row.keycode][1].append(row)
        return found

    def _gap(self, name: LedgerName) -> Gaps:
        return self.gaps.get(name, Gaps())

    def _seats(self, lost: Sequence[LostSeat]) -> dict[int, LostSeat | Assignment]:
        """`no` -> what the missing row of Assignments said: the row itself where it only lost its number."""
        found, open_ = _numbered(self._gap("Assignments"), Assignment)
        there = Counter(_sign(row) for row in found.values())
        rest = []
        for seat in lost:
            if there[_sign(seat)]:
                there[_sign(seat)] -= 1
            else:
                rest.append(seat)
        return {**found, **_matched(open_, rest)}

    def _answers(self) -> dict[int, LostAnswer | Answer]:
        found, open_ = _numbered(self._gap("Order Cache"), Answer)
        there = {(row.order_id, row.version) for row in found.values()}
        lost = [answer for trail in self.trails for answer in trail.answers]
        rest = [answer for answer in lost if (answer.order_id, answer.version) not in there]
        rest.sort(key=lambda answer: (answer.version, answer.rows[0].no))
        return {**found, **_matched(open_, rest)}

    def _events(self) -> dict[int, LostKey | KeyEvent]:
        loose, open_ = _numbered(self._gap("Import History"), KeyEvent)
        there = {row.key for row in loose.values()}
        found: dict[int, LostKey | KeyEvent] = {**loose}
        lost = [key for key in self._lost_keys() if key.first.key not in there] if open_ else []
        for key in lost:  # it came at some time before its first seat was given
            no = next((no for no, (lowest, _) in sorted(open_.items()) if lowest <= key.version), None)
            if no is not None:
                del open_[no]
                found[no] = key
        return found

    def _lost_keys(self) -> Iterator[LostKey]:
        """Keys of which seats were given, and which were never imported; by their first seat."""
        keys = self.snapshot.pools.keys
        absent = {key for key in self.limbo if key not in keys or not keys[key].imported}
        rows: dict[KeyId, list[Assignment]] = defaultdict(list)
        for file in self.snapshot.orders.values() if absent else ():
            for row in file.seats:
                if row.key in absent:
                    rows[row.key].append(row)
        lost = [LostKey(min(its, key=lambda row: row.no), most_used(its)) for its in rows.values()]
        yield from sorted(lost, key=lambda key: key.first.no)

    def _unexplained(self, name: LedgerName, matched: Iterable[int]) -> tuple[int, ...]:
        gap = self._gap(name)
        return tuple(sorted(gap.missing.keys() - set(matched) - gap.spoiled.keys()))

    def _stop_orders(
        self,
        seats: Mapping[int, LostSeat | Assignment],
        answers: Mapping[int, LostAnswer | Answer],
    ) -> None:
        """A sentence for each order that has to wait."""
        for trail in self.trails:
            self.orders[trail.order_id] = _changed(trail.order_id)
        for name, gap in self.gaps.items():
            for no, spoiled in gap.spoiled.items():
                self.orders.update({order_id: _spoiled(order_id, name, no) for order_id in spoiled.orders})
                self.off |= spoiled.codes
        rows: dict[str, dict[LedgerName, list[int]]] = defaultdict(lambda: defaultdict(list))
        for no, seat in seats.items():
            rows[seat.order_id]["Assignments"].append(no)
        for no, answer in answers.items():
            rows[answer.order_id]["Order Cache"].append(no)
        self.orders.update({order_id: _missing(order_id, nos) for order_id, nos in rows.items()})

    def _stop_holders(self, lost: Collection[KeyId]) -> None:
        """An order waits that holds a seat of a key which was never there; those of `lost` keys were."""
        keys = self.snapshot.pools.keys
        for order_id, file in self.snapshot.orders.items() if self.limbo else ():
            strange = (row for row in file.holdings if row.key in self.limbo and row.key not in lost)
            if any(row.key not in keys or keys[row.key].pool != row.pool for row in strange):
                self.orders.setdefault(order_id, _changed(order_id))


def _sign(row: LostSeat | Assignment) -> tuple[str, str, str, int, bool]:
    return row.order_id, row.unit, row.keycode, row.version, row.event == "assigned"


def _numbered(gap: Gaps, kind: type[R]) -> tuple[dict[int, R], dict[int, Window]]:
    """The rows that have only lost their number, by the one that they had; and the numbers left missing."""
    found = _matched(gap.open, [row for row in gap.loose if isinstance(row, kind)])
    return found, {no: window for no, window in gap.open.items() if no not in found}


def _matched(missing: Mapping[int, Window], found: Sequence[V]) -> dict[int, V]:
    """`no` -> the row that it was, as far as the versions around each missing number allow.

    Both grow together, so that taking the first that fits leaves most for the others.
    """
    rows = sorted(found, key=lambda row: row.version)
    matched, place = dict[int, V](), 0
    for no in sorted(missing):
        lowest, highest = missing[no]
        place = max(place, bisect_left(rows, lowest, key=lambda row: row.version))
        if place < len(rows) and rows[place].version <= highest:
            matched[no] = rows[place]
            place += 1
    return matched


def _changed(order_id: str) -> str:
    return (
        f"Order {order_id} waits: what Order Cache says that it holds is not what Assignments says, and no "
        f"missing row explains it. Somebody changed a row: put it right with {UNDO}. The audit names it."
    )


def _spoiled(order_id: str, name: LedgerName, no: int) -> str:
    return (
        f"Order {order_id} waits: row {no} of `{name}` cannot be read, or stands there twice with different "
        f"contents. Put it right with {UNDO}, or delete the row that a person added."
    )


def _halved(order_id: str) -> str:
    return (
        f"Order {order_id} waits: some of its rows are in the archive alone, and others here. Somebody "
        f"deleted the ones that are missing here: bring them back with {UNDO}."
    )


def _missing(order_id: str, rows: Mapping[LedgerName, Sequence[int]]) -> str:
    which = " and ".join(f"{named(nos)} of `{name}`" for name, nos in rows.items())
    are = "is" if sum(map(len, rows.values())) == 1 else "are"
    return f"Order {order_id} waits: {which} {are} missing. {REBUILDS}, and so does {UNDO}."
