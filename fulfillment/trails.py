"""The rows of one order followed commit by commit: what each ledger lacks by what the other one says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fulfillment.answers import unit_order
from fulfillment.damage import LostAnswer, LostSeat
from fulfillment.model import Answer, Assignment, SeatEvent, to_json
from fulfillment.workbook import OrderFile, by_version

Seat = tuple[str, str]
"""(unit, keycode)."""

Seats = Counter[Seat]
"""How many of each."""

HOLDING = ("fulfilled", "cleared")
"""Outcomes of an order that holds the `keys` of its answer; any order holds those that are `kept`."""


def holds_what_it_says(file: OrderFile) -> bool:
    """Are the order's seats those of its newest answer?"""
    answer = file.answer
    if answer is None:
        return not file.holdings
    if "kept" not in answer.details and len(file.holdings) < 2:  # nearly always: spare it reading JSON
        told = answer.keys if answer.outcome in HOLDING else "[]"
        if told == to_json([(row.unit, row.keycode) for row in file.holdings]):
            return True
    return told_by(answer) == Counter((row.unit, row.keycode) for row in file.holdings)


def told_by(answer: Answer) -> Seats | None:
    """The seats that an order holds by this answer; None where a person broke its cells."""
    try:
        kept = [(str(unit), str(code)) for unit, code in answer.read_details().get("kept", [])]
        return Counter([*(answer.read_keys() if answer.outcome in HOLDING else ()), *kept])
    except (ValueError, TypeError, AttributeError):
        return None


@dataclass(slots=True)
class Trail:
    """The rows of one order, followed commit by commit: what each ledger lacks by what the other says."""

    order_id: str
    seats: list[LostSeat] = field(default_factory=list)
    answers: list[LostAnswer] = field(default_factory=list)
    told: list[Seat] = field(default_factory=list)
    """What it holds, by its answers so far, in the order in which it was given."""

    @classmethod
    def of(cls, order_id: str, file: OrderFile) -> Trail:
        trail, moves = cls(order_id), by_version(row for row in file.seats if row.event != "restored")
        said = {answer.version: answer for answer in file.answers}  # the last one of each commit
        held: list[Assignment] = []
        for version in sorted({*moves, *said}):
            rows = moves.get(version, [])
            held = _held_after(held, rows)
            if version in said:
                trail._compare(said[version], rows)
            else:
                trail._miss(rows, held, said)
        return trail

    def _compare(self, answer: Answer, rows: Sequence[Assignment]) -> None:
        """The seats between the last answer and this one, against the rows that there are."""
        told = told_by(answer)
        if told is None:
            return
        lacking = Counter(told)
        lacking.subtract(self.told)
        replaced = self._replaced(told)
        lacking.subtract(_moved(rows))
        back: SeatEvent = next((row.event for row in rows if row.event != "assigned"), "quarantined")
        for unit, keycode in sorted(lacking, key=lambda seat: _place(seat, replaced)):
            count = lacking[unit, keycode]
            event: SeatEvent = back if unit not in replaced else "quarantined"
            event = "assigned" if count > 0 else event
            lost = LostSeat(self.order_id, unit, keycode, event, unit in replaced, answer)
            self.seats += [replace(lost) for _ in range(abs(count))]
        self._hold(told, sorted(told.elements(), key=lambda seat: _place(seat, replaced)))

    def _replaced(self, told: Seats) -> dict[str, int]:
        """The units that lost a key and got another by this answer -> how many it held before the lost one.

        That is the order in which a replacement goes, and so in which keys left their queues.
        """
        given, lost = {unit for unit, _ in told - Counter(self.told)}, Counter(self.told) - told
        places = {unit: place for place, (unit, code) in enumerate(self.told) if lost[unit, code]}
        return {unit: place for unit, place in places.items() if unit in given}

    def _hold(self, seats: Seats, newest: Iterable[Seat]) -> None:
        """It holds these; those that it did not hold before were given in the order of the newest."""
        left, held = Counter(seats), []
        for seat in (*self.told, *newest):
            if left[seat] > 0:
                left[seat] -= 1
                held.append(seat)
        self.told = held

    def _miss(
        self, rows: Sequence[Assignment], held: Sequence[Assignment], said: Mapping[int, Answer]
    ) -> None:
        """Seats moved, and no answer of that commit says so."""
        version = rows[-1].version
        before = [said[other] for other in sorted(said) if other < version]
        after = [said[other] for other in sorted(said) if other > version]
        neighbours = (before[-1] if before else None, after[0] if after else None)
        self.answers.append(LostAnswer(self.order_id, tuple(rows), tuple(held), *neighbours))
        moved = ((row.unit, row.keycode) for row in rows)
        self._hold(_positive(Counter(self.told), _moved(rows)), moved)


def _place(seat: Seat, replaced: Mapping[str, int]) -> tuple[object, ...]:
    """Sorts the seats of a commit as their rows were written: a replacement's by age, all others by unit."""
    unit, _ = seat
    return replaced.get(unit, -1), unit_sorted(unit)


def unit_sorted(unit: str) -> tuple[object, ...]:
    """Sorts units, also those that a person typed."""
    try:
        return (0, unit_order(unit))
    except ValueError:
        return (1, unit)


def _held_after(held: Sequence[Assignment], rows: Iterable[Assignment]) -> list[Assignment]:
    after = list(held)
    for row in rows:
        if row.event == "assigned":
            after.append(row)
        elif same := [h for h in after if (h.unit, h.keycode) == (row.unit, row.keycode)]:
            after.remove(same[0])
    return after


def _moved(rows: Iterable[Assignment]) -> Seats:
    """What these rows give, and below zero what they take back."""
    seats: Seats = Counter()
    for row in rows:
        seats[row.unit, row.keycode] += 1 if row.event == "assigned" else -1
    return seats


def _positive(seats: Seats, moved: Seats) -> Seats:
    after = Counter(seats)
    after.update(moved)
    return +after
