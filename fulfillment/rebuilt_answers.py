"""Missing rows of Order Cache made again, as the order's seats and its other answers tell them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.answers import counted, line_of, unit_order, when
from fulfillment.damage import REBUILD, LostAnswer
from fulfillment.model import Answer, Details, Item, Outcome, Policy, to_json
from fulfillment.workbook import Snapshot


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """The rows, each with what it says."""

    snapshot: Snapshot
    policy: Policy
    now: datetime

    def rows(self) -> Iterator[tuple[Answer, str]]:
        """Rows of Order Cache."""
        made: dict[str, Answer] = {}
        for no, lost in sorted(self.snapshot.damage.answers.items()):
            if isinstance(lost, Answer):
                row, how = replace(lost, no=no), "the row itself, which had lost its number"
            else:
                row, how = self._answer(no, lost, made.get(lost.order_id)), "by the seats of the order"
            made[row.order_id] = row
            yield row, f"order {row.order_id} {row.outcome}: {how}"

    def _answer(self, no: int, lost: LostAnswer, made: Answer | None) -> Answer:
        """`made`: the last row of the order that was rebuilt before this one."""
        like = lost.before or lost.after
        if made is not None and (lost.before is None or lost.before.version < made.version):
            lost = replace(lost, before=made)
        kept = _kept_after(lost)
        keys = _keys_after(lost, kept)
        outcome = _outcome(lost, bool(keys))
        row = like or self._alone(lost, outcome)
        return replace(
            row,
            at=lost.rows[-1].at,
            outcome=outcome,
            reason="",
            message=_message(row, outcome, len(keys)),
            items=like.items if like and self._fits(like, lost) else to_json(_items(lost, kept)),
            keys=to_json(keys),
            details=to_json(self._details(row, kept, outcome)),
            by=REBUILD,
            no=no,
            version=lost.version,
        )

    def _alone(self, lost: LostAnswer, outcome: Outcome) -> Answer:
        """What there is to say of an order of which no other answer is there."""
        row = lost.rows[-1]
        details: Details = {"deliver_to": self.policy.test_recipient} if self.policy.mode == "test" else {}
        return Answer(
            row.at,
            row.order_id,
            row.order_name,
            customer="",
            email="",
            region=row.region,
            outcome=outcome,
            reason="",
            message="",
            details=to_json(details),
            mode=self.policy.mode,
        )

    def _fits(self, row: Answer, lost: LostAnswer) -> bool:
        """May the lines be those of this row? An order that was cleared may have come again with others."""
        if row.outcome != "cleared" or all(seat.event != "assigned" for seat in lost.rows):
            return True
        items = row.read_items()
        seats = self.snapshot.orders[lost.order_id].seats
        served = Counter(sku for _, sku in {piece for seat in seats for piece in seat.pieces})
        lines = {n: item.sku for n, item in enumerate(items, 1)}
        new = (piece for seat in lost.rows if seat.event == "assigned" for piece in seat.pieces)
        return all(lines.get(line_of(unit)) == sku for unit, sku in new) and all(
            served[item.sku] >= item.quantity for item in items if item.kind == "auto"
        )

    def _details(self, row: Answer, kept: Sequence[tuple[str, str]], outcome: Outcome) -> Details:
        """What else the answer said, as far as another row of the order tells, and that it was rebuilt."""
        old = row.read_details()
        details: Details = {}
        if outcome != "released":
            note = f"This answer was rebuilt on {when(self.now)} from the seats of the order."
            details["warnings"] = [*old.get("warnings", []), note]
        for name in ("skipped", "deliver_to"):
            if name in old:
                details[name] = old[name]
        if kept:
            details["kept"] = list(kept)
        return details


def _kept_after(lost: LostAnswer) -> list[tuple[str, str]]:
    """The seats that the order's answer did not ask for, as far as it held them still."""
    held = Counter((row.unit, row.keycode) for row in lost.held)
    before = lost.before.read_details().get("kept", []) if lost.before else []
    return [(unit, code) for unit, code in before if held[unit, code]]


def _keys_after(lost: LostAnswer, kept: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The keys that the answer gave, in the order in which the one before it gave them; new ones behind."""
    left = Counter((row.unit, row.keycode) for row in lost.held)
    left.subtract(kept)
    keys = []
    for key in [*_replaced(lost), *((row.unit, row.keycode) for row in lost.held)]:
        if left[key] > 0:
            left[key] -= 1
            keys.append(key)
    return sorted(keys, key=lambda key: unit_order(key[0]))


def _replaced(lost: LostAnswer) -> list[tuple[str, str]]:
    """The keys of the answer before; where one was replaced, the new one stands in its place."""
    new: dict[str, list[str]] = defaultdict(list)
    for row in lost.rows:
        if row.reason == "replacement":
            new[row.unit].append(row.keycode)
    gone = Counter((row.unit, row.keycode) for row in lost.rows if row.reason == "replaced")
    keys = []
    for unit, keycode in lost.before.read_keys() if lost.before else ():
        if gone[unit, keycode] and new[unit]:
            gone[unit, keycode] -= 1
            keycode = new[unit].pop(0)
        keys.append((unit, keycode))
    return keys


def _outcome(lost: LostAnswer, has_keys: bool) -> Outcome:
    """Seats given make an order fulfilled; the last one taken back makes it released."""
    if any(row.event == "assigned" for row in lost.rows) and has_keys:
        return "fulfilled"
    if not has_keys:
        return "released"
    return lost.before.outcome if lost.before else "fulfilled"


def _message(row: Answer, outcome: Outcome, count: int) -> str:
    name = row.order_name or row.order_id
    if outcome == "released":
        return f"Order {name} was released."
    return f"{counted(count, 'key')} assigned to order {name}."


def _items(lost: LostAnswer, kept: Collection[tuple[str, str]]) -> list[Item]:
    """The lines, as far as seats tell of them: the SKU that was served last, and how many pieces of it.

    Pieces of another SKU in the same line are of an older post, as are seats that are kept.
    """
    seats = [row for row in (*lost.held, *lost.rows) if (row.unit, row.keycode) not in kept]
    pieces = {
        piece: line_of(piece[0]) for row in sorted(seats, key=lambda row: row.no) for piece in row.pieces
    }
    newest = {line: sku for (_, sku), line in pieces.items()}
    count = Counter((line, sku) for (_, sku), line in pieces.items())
    return [Item(sku, count[line, sku], "", "auto") for line, sku in sorted(newest.items())]
