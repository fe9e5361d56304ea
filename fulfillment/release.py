"""Seats given back, and answers forgotten: what operators do to one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.allocation import stock_now
from fulfillment.answers import (
    Plan,
    called,
    counted,
    listed,
    mailed_at,
    rewritten,
    unit_order,
    when,
    with_details,
    without_seats,
)
from fulfillment.errors import NotPossible, UnknownOrder
from fulfillment.holdings import holds_in_words, order_of, seats_in_words
from fulfillment.model import Answer, Assignment, Details, Policy, SeatEvent, is_usable_address
from fulfillment.references import known
from fulfillment.story import what_next
from fulfillment.workbook import Changes, Draft, OrderFile


@dataclass(frozen=True, slots=True)
class Released:
    """The seats that an order gave back, as the rows that say so; what it was, and what has become of it."""

    rows: tuple[Assignment, ...]
    before: Answer
    after: OrderFile
    told: str
    """What there is to say of it, whether it was done or would be; names the customer."""

    @property
    def released(self) -> int:
        return len(self.rows)

    @property
    def quarantined(self) -> int:
        """How many of the seats are kept out of stock."""
        return sum(row.event == "quarantined" for row in self.rows)

    @property
    def message(self) -> str:
        """What the operator reads once it is done."""
        return f"Released {counted(self.released, 'key')}. {self.told}"

    @property
    def preview(self) -> str:
        """What the operator reads before."""
        return f"Would release {counted(self.released, 'key')}; nothing was changed yet. {self.told}"

    @property
    def next(self) -> str:
        """What an operator does next."""
        kept = " Seats kept out of stock: restore them once nobody can have used them, or withdraw them."
        return what_next(self.after, "") + (kept if self.quarantined else "")


@dataclass(frozen=True, slots=True)
class Cleared:
    """That the answer is forgotten, and what the next post will bring."""

    message: str


def plan_release(
    draft: Draft,
    order_id: str,
    *,
    sku: str = "",
    units: Sequence[str] = (),
    quarantine: bool = False,
    reason: str = "",
    now: datetime,
    by: str,
) -> Plan[Released]:
    """Seats given back to the end of their queues, or kept out of stock: all of the order, a SKU, or pieces.

    Raises UnknownOrder, and NotPossible where a bundle seat would have to be torn apart.
    """
    try:
        file, old = known(draft, order_id)
    except UnknownOrder as error:
        raise UnknownOrder(
            f"{error} Was it refunded before it arrived? Close it, and it is never served."
        ) from None
    seats = _chosen(file, old, sku, units)
    whole = not sku and not units
    if not seats and not (whole and old.outcome in ("failed", "cleared")):
        return Plan(Released((), old, file, _nothing_released(file, old, sku, units)))
    rows = tuple(moved(row, _goes_to(draft, row, quarantine), now=now, by=by, reason=reason) for row in seats)
    answer = _answer_after(file, old, seats, now=now, by=by)
    after = file.after(rows, answer)
    words = [
        _released_in_words(old, rows, is_asked=quarantine),
        _of_no_piece(rows, units),
        _left(after, old),
        _of_the_mail(old, rows),
    ]
    told = " ".join(filter(None, words))
    return Plan(Released(rows, old, after, told), Changes(assignments=rows, answers=(answer,)))


def _goes_to(draft: Draft, row: Assignment, quarantine: bool) -> SeatEvent:
    """A seat of a key that was withdrawn meanwhile must not come back into stock."""
    record = draft.snapshot.pools.keys.get(row.key)
    return "quarantined" if quarantine or (record and record.is_withdrawn) else "released"


def _chosen(file: OrderFile, old: Answer, sku: str, units: Sequence[str]) -> list[Assignment]:
    """The seats that a release names, in the order of their units."""
    if not sku and not units:
        return sorted(file.holdings, key=lambda row: unit_order(row.unit))
    chosen = [
        row
        for row in sorted(file.holdings, key=lambda row: unit_order(row.unit))
        if any((not sku or sku == its) and (not units or unit in units) for unit, its in row.pieces)
    ]
    for row in chosen:
        if not all((not sku or sku == its) and (not units or unit in units) for unit, its in row.pieces):
            raise NotPossible(
                f"One stock bundle key of order {called(old)} serves {listed([s for _, s in row.pieces])} "
                f"together (pieces {listed(row.units)}): they can only be released together. "
                f"Release pieces {listed(row.units)}, or the whole order."
            )
    return chosen


def _nothing_released(file: OrderFile, old: Answer, sku: str, units: Sequence[str]) -> str:
    if old.outcome == "released":
        return f"{order_of(old)} was released already."
    what = " and ".join(
        filter(None, [f"SKU {sku}" if sku else "", f"pieces {listed(units)}" if units else ""])
    )
    none = f"{order_of(old)} holds none{f' for {what}' if what else ''}."
    holds = f" It holds {counted(len(file.holdings), 'key')}: {seats_in_words(file.holdings, old)}."
    return none + (holds if file.holdings else "")


def _released_in_words(old: Answer, rows: Sequence[Assignment], *, is_asked: bool) -> str:
    """Which keys of which products, whose, and where they go; true of what was done and of what would be.

    `is_asked`: does the operator want them kept out of stock?
    """
    why = (
        "until a person restores or withdraws them" if is_asked else "as their keys were withdrawn meanwhile"
    )
    back = [row for row in rows if row.event == "released"]
    kept = [row for row in rows if row.event == "quarantined"]
    clauses = [f"gives back to stock {seats_in_words(back, old)}"] if back else []
    clauses += [f"gives up {seats_in_words(kept, old)}, kept out of stock {why}"] if kept else []
    return f"{order_of(old)} {'; it '.join(clauses) or f'is {old.outcome} and holds none'}."


def _of_the_mail(old: Answer, rows: Sequence[Assignment]) -> str:
    """Does the customer have the keys that go back to stock, or may a mail still bring them?"""
    if old.outcome != "fulfilled" or not any(row.event == "released" for row in rows):
        return ""
    if at := mailed_at(old):
        return f"Its keys were mailed to the customer on {at}."
    if not is_usable_address(old.email):
        return ""
    return (
        "The mail with them is not reported as sent yet: should the Zap still send it, the customer has keys "
        "that are in stock again."
    )


def _of_no_piece(rows: Sequence[Assignment], units: Sequence[str]) -> str:
    """Names the pieces asked for that the order holds no seat of."""
    unheld = [unit for unit in units if not any(unit in row.units for row in rows)]
    return f"It holds none for piece{'s' if len(unheld) > 1 else ''} {listed(unheld)}." if unheld else ""


def _left(after: OrderFile, old: Answer) -> str:
    is_over = after.answer is not None and after.answer.outcome == "released"
    last = ", and answers as released when it is posted again" if is_over else ""
    return f"{holds_in_words(after.holdings, old)}{last}."


def moved(row: Assignment, event: SeatEvent, *, now: datetime, by: str, reason: str) -> Assignment:
    """What happens to a seat next, as the row that says so."""
    return replace(row, at=when(now), event=event, reason=reason, by=by, no=0, version=0)


def _answer_after(
    file: OrderFile, old: Answer, seats: Sequence[Assignment], *, now: datetime, by: str
) -> Answer:
    """The order's next row once these seats are gone: what is left, or `released`."""
    left = len(file.holdings) - len(seats)
    if not left:
        message = f"Order {called(old)} was released: {counted(len(seats), 'key')} taken back."
        row = rewritten(old, now=now, by=by, outcome="released", reason="", message=message, keys="[]")
        return with_details(row, _of_the_order_alone(old.read_details()))
    row = rewritten(old, now=now, by=by, keys=without_seats(old.keys, seats))
    if old.outcome == "fulfilled" and not row.read_keys():  # what is left are seats that it was not told of
        message = f"What order {called(old)} asks for was released: {counted(len(seats), 'key')} taken back."
        row = replace(row, outcome="released", message=message)
    elif old.outcome == "fulfilled":
        message = (
            f"{counted(len(row.read_keys()), 'key')} left to order {called(old)}, {len(seats)} taken back."
        )
        row = replace(row, message=message)
    gone = {(row.unit, row.keycode) for row in seats}
    details = old.read_details()
    if "kept" in details:
        details["kept"] = [(unit, code) for unit, code in details["kept"] if (unit, code) not in gone]
    note = f"{counted(len(seats), 'key')} released on {when(now)}."
    details["warnings"] = [*details.get("warnings", []), note]
    return with_details(row, details)


def _of_the_order_alone(details: Details) -> Details:
    """What still holds of an answer's details once all its seats are gone: nothing that speaks of seats."""
    left: Details = {}
    if "skipped" in details:
        left["skipped"] = details["skipped"]
    if "deliver_to" in details:
        left["deliver_to"] = details["deliver_to"]
    return left


def plan_clear(draft: Draft, order_id: str, *, policy: Policy, now: datetime, by: str) -> Plan[Cleared]:
    """The answer forgotten, not the keys. Raises UnknownOrder."""
    file, old = known(draft, order_id)
    future = _after_clear(draft, file, old, policy)
    if old.outcome == "cleared":
        return Plan(Cleared(f"Order {called(old)} was cleared already. {future}"))
    details = old.read_details()
    details.pop("delivered_at", None)
    message = f"Order {called(old)} was cleared. {future}"
    row = with_details(rewritten(old, now=now, by=by, outcome="cleared", reason="", message=message), details)
    return Plan(Cleared(message), Changes(answers=(row,)))


def _after_clear(draft: Draft, file: OrderFile, old: Answer, policy: Policy) -> str:
    """What the next post of a cleared order will bring."""
    if file.holdings:
        gone = f"; {len(file.gone)} released before stay released" if file.gone else ""
        held = counted(len(file.holdings), "key")
        return f"Posted again, it gets exactly the {held} that it holds{gone}."
    stock = stock_now(draft, old, policy)
    return f"Posted again, it is planned anew. {stock}".strip()
