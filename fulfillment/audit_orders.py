"""The audit of every order: what Order Cache says it was told, against what Assignments says it holds."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from fulfillment.answers import counted
from fulfillment.damage import Breach
from fulfillment.model import Answer, Assignment, Outcome

Seats = Counter[tuple[str, str]]
"""How many seats by (unit, keycode)."""

FOLLOWS: dict[Outcome, tuple[Outcome, ...]] = {
    "fulfilled": ("fulfilled", "released", "cleared"),
    "failed": ("failed", "fulfilled", "skipped", "released", "cleared", "closed"),
    "skipped": ("skipped", "released", "cleared", "closed"),
    "released": ("released", "cleared", "closed"),
    "closed": ("closed", "cleared"),
    "cleared": ("fulfilled", "failed", "skipped", "released", "cleared", "closed"),
}
"""What an order may be after what it was."""

AGAIN = (
    "Put the rows right from the spreadsheet's version history; where that does not help, release the order."
)


@dataclass(frozen=True, slots=True)
class Told:
    """The cells of an answer, read."""

    row: Answer
    keys: Seats
    kept: Seats
    pieces: Counter[str]
    """SKU -> how many pieces the lines for keys ask for."""

    @classmethod
    def of(cls, row: Answer) -> Told | None:
        """None where a person broke the cells."""
        try:
            pieces: Counter[str] = Counter()
            for item in row.read_items():
                pieces[item.sku] += item.quantity * (item.kind == "auto")
            kept = Counter((unit, code) for unit, code in row.read_details().get("kept", []))
            return cls(row, Counter(row.read_keys()), kept, pieces)
        except (ValueError, TypeError, AttributeError):
            return None


@dataclass(slots=True)
class OrderRows:
    """All rows of one order, in the order of `no`."""

    answers: list[Answer] = field(default_factory=list)
    seats: list[Assignment] = field(default_factory=list)


def audit_orders(
    assignments: Iterable[Assignment], answers: Iterable[Answer], *, apart: Collection[str] = ()
) -> Iterator[Breach]:
    """Orders that hold other seats than they were told of, or whose answers changed (promises 3, 4, 5).

    Nothing is said of the orders that stand `apart`, as rows of theirs are known to be missing.
    """
    orders: dict[str, OrderRows] = defaultdict(OrderRows)
    for row in sorted(assignments, key=lambda row: row.no):
        orders[row.order_id].seats.append(row)
    for answer in sorted(answers, key=lambda answer: answer.no):
        orders[answer.order_id].answers.append(answer)
    for order_id, rows in orders.items():
        if order_id not in apart:
            yield from _audit_order(order_id, rows)


def _audit_order(order_id: str, rows: OrderRows) -> Iterator[Breach]:
    told = [Told.of(answer) for answer in rows.answers]
    for answer, read in zip(rows.answers, told, strict=True):
        if read is None:
            wrong = f"The items, keys or details of order {order_id} are not JSON as the service writes it."
            yield _breach(10, answer, f"{wrong} Put them right from the spreadsheet's version history.")
    yield from _audit_forgotten(rows.answers)
    for before, after in pairwise(rows.answers):
        yield from _audit_outcomes(before, after)
    for old, new in pairwise(_last_of_each_commit(told)):
        yield from _audit_change(old, new, rows.seats)
    for old, new in pairwise(filter(None, told)):
        yield from _audit_writing(old, new, rows.seats)
    held = _seats_after(rows.seats)
    if not told and held:
        held_seats = counted(held.total(), "seat")
        message = f"Order {order_id} holds {held_seats}, but Order Cache has no row of it. {AGAIN}"
        yield Breach(5, "Assignments", rows.seats[-1].no, message)
    elif told and told[-1] is not None:
        yield from _audit_newest(told[-1], held, rows.seats)


def _audit_forgotten(answers: Sequence[Answer]) -> Iterator[Breach]:
    """Rows that name a customer who was forgotten after them."""
    last = max((answer.no for answer in answers if answer.forgets), default=0)
    for answer in answers:
        if answer.no < last and (answer.customer or answer.email):
            wrong = f"It names the customer of order {answer.order_id}, who was forgotten in row {last}."
            yield _breach(10, answer, f"{wrong} Blank its cells `customer` and `email`.")


def _last_of_each_commit(told: Sequence[Told | None]) -> list[Told]:
    """The last readable answer of each version: within one commit the rows' times cannot be told apart."""
    return list({read.row.version: read for read in told if read is not None}.values())


def _seats_after(rows: Iterable[Assignment]) -> Seats:
    """What is held once these rows stand; a seat given back that was not held is promise 1's."""
    held: Seats = Counter()
    for row in rows:
        seat = (row.unit, row.keycode)
        if row.event == "assigned":
            held[seat] += 1
        elif row.event != "restored" and held[seat]:
            held[seat] -= 1
    return +held


def _audit_newest(told: Told, held: Seats, seats: Sequence[Assignment]) -> Iterator[Breach]:
    """What the order answers now, against what it holds."""
    order = f"Order {told.row.order_id}"
    fulfilled = told.row.outcome == "fulfilled"
    if fulfilled and (missing := (told.keys + told.kept - held).total()):
        message = f"{order} was told {counted(missing, 'key')} that Assignments does not hold for it. {AGAIN}"
        yield _breach(5, told.row, message)
    if told.row.outcome == "cleared":
        expected = told.keys + told.kept
    else:
        expected = told.kept + (told.keys if fulfilled else Counter())
    if extra := (held - expected).total():
        holds = f"{order} is {told.row.outcome} and holds {counted(extra, 'seat')}"
        message = f"{holds} that its answer does not name. {AGAIN}"
        yield _breach(5 if fulfilled else 3, told.row, message)
    elif not fulfilled and (missing := (expected - held).total()):
        holds = f"{order} is said to hold {counted(missing, 'seat')}"
        message = f"{holds} that Assignments does not hold for it. {AGAIN}"
        yield _breach(5, told.row, message)
    if fulfilled:
        yield from _audit_whole(told, seats)


def _audit_whole(told: Told, seats: Sequence[Assignment]) -> Iterator[Breach]:
    """Was a seat given, at some time, for every piece that the order asks for?"""
    units = {piece for row in seats if row.event == "assigned" for piece in row.pieces}
    served = Counter(sku for _, sku in units)
    for sku, wanted in told.pieces.items():
        if served[sku] < wanted:
            short = f"Order {told.row.order_id} asks for {wanted} x {sku}, and only {served[sku]} ever came."
            yield _breach(3, told.row, f"{short} Clear Order Cache, then run the Zap again.")


def _audit_outcomes(old: Answer, new: Answer) -> Iterator[Breach]:
    """Two rows in a row: an answer stands until a person changes it."""
    if new.outcome not in FOLLOWS.get(old.outcome, ()):
        order = f"Order {new.order_id} was {old.outcome} and became {new.outcome}"
        message = f"{order} without having been cleared. Compare row {old.no}, and tell the customer."
        yield _breach(4, new, message)


def _audit_change(old: Told, new: Told, seats: Sequence[Assignment]) -> Iterator[Breach]:
    """The answers of two commits: they may differ only by the seats that moved in between."""
    order = f"Order {new.row.order_id}"
    moved = _between(seats, old.row.version, new.row.version)
    before = old.keys + old.kept
    given, back = _given(moved), _given_back(moved)
    if before + given != new.keys + new.kept + back:
        changed = f"The keys of {order} changed without a row of Assignments that says so."
        yield _breach(4, new.row, f"{changed} Compare row {old.row.no}, and tell the customer.")


def _audit_writing(old: Told, new: Told, seats: Sequence[Assignment]) -> Iterator[Breach]:
    """Two rows in a row, of two commits: where no seat moved, the keys stand there letter by letter."""
    if old.row.version == new.row.version or _between(seats, old.row.version, new.row.version):
        return
    is_same = old.keys == new.keys and old.row.keys != new.row.keys
    if is_same and old.row.outcome == new.row.outcome == "fulfilled":
        order = f"Order {new.row.order_id}"
        changed = f"The keys of {order} are written otherwise than in row {old.row.no}, but are the same."
        yield _breach(4, new.row, f"{changed} Copy the cell from there.")


def _between(seats: Sequence[Assignment], after: int, until: int) -> Sequence[Assignment]:
    """The rows of the commits after one and up to another."""
    first, end = (bisect_right(seats, version, key=lambda row: row.version) for version in (after, until))
    return seats[first:end]


def _given(rows: Iterable[Assignment]) -> Seats:
    return Counter((row.unit, row.keycode) for row in rows if row.event == "assigned")


def _given_back(rows: Iterable[Assignment]) -> Seats:
    return Counter((row.unit, row.keycode) for row in rows if row.event in ("released", "quarantined"))


def _breach(promise: int, row: Answer, message: str) -> Breach:
    return Breach(promise, "Order Cache", row.no, message)
