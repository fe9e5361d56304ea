"""Another key for one that an order holds and that does not work."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.answers import Plan, called, counted, listed, next_mail, reply_to, rewritten, with_details
from fulfillment.errors import NotPossible
from fulfillment.holdings import order_of, seats_in_words
from fulfillment.model import Answer, Assignment, Reply, to_json
from fulfillment.references import known
from fulfillment.release import moved
from fulfillment.workbook import Changes, Draft, OrderFile


@dataclass(frozen=True, slots=True)
class Replaced:
    """The seats that an order gave up and got instead, and all that it is told from now on."""

    old: tuple[Assignment, ...]
    new: tuple[Assignment, ...]
    reply: Reply
    left: int
    """Seats of other keys than these in their pools afterwards."""

    @property
    def message(self) -> str:
        """What the operator reads once it is done; it names the customer."""
        return f"Replaced {counted(len(self.new), 'key')}. {self._told}"

    @property
    def preview(self) -> str:
        """What the operator reads before."""
        return f"Would replace {counted(len(self.new), 'key')}; nothing was changed yet. {self._told}"

    @property
    def _told(self) -> str:
        answer, pools = self.reply.answer, listed([*dict.fromkeys(str(row.pool) for row in self.new)])
        return (
            f"{order_of(answer)} gets another key for {seats_in_words(self.old, answer)}. The old one stays "
            "out of stock until a person restores or withdraws it; the new one is the next in the queue of "
            f"{pools}, where {counted(self.left, 'other seat')} will be left."
        )

    @property
    def next(self) -> str:
        """What an operator does next."""
        return (
            "Run the Zap again, so that the new key is mailed. Withdraw the old key once its provider has "
            "confirmed that it does not work."
        )


def plan_replace(draft: Draft, order_id: str, keycode: str, *, now: datetime, by: str) -> Plan[Replaced]:
    """Another key for every seat of this one that the order holds; the old seats are quarantined.

    The next key of the pool is one of another code, as the old one does not work. Raises UnknownOrder, and
    NotPossible where the order does not hold the key or the pool has no other, Damaged where nothing new is
    assigned.
    """
    file, old = known(draft, order_id)
    seats = [row for row in file.holdings if row.keycode == keycode]
    if not seats:
        raise NotPossible(_not_held(file, old, keycode))
    if old.outcome != "fulfilled":
        raise NotPossible(
            f"Order {called(old)} is {old.outcome}, so that no key of it is in use to be replaced."
        )
    draft.check_assigning()
    fresh = _other_keys(draft, seats, now=now, by=by)
    # the new seat comes first: at no point between the two rows has the order lost a piece
    stale = [moved(row, "quarantined", now=now, by=by, reason="replaced") for row in seats]
    answer = _replaced_answer(file, seats, fresh, now=now, by=by)
    reply = reply_to(file.after((*fresh, *stale), answer))
    result = Replaced(tuple(stale), tuple(fresh), reply, _others(draft, seats))
    return Plan(result, Changes(assignments=(*fresh, *stale), answers=(answer,)))


def _not_held(file: OrderFile, old: Answer, keycode: str) -> str:
    """Why that key cannot be replaced, without the key."""
    once = [row for row in file.seats if row.keycode == keycode]
    if once:
        how = "was replaced" if once[-1].reason == "replaced" else "was taken back"
        hint = f"It {how} on {once[-1].at} already."
    elif any(row.keycode.casefold() == keycode.casefold() for row in file.holdings):
        hint = "It holds one that differs in letter case alone: write it exactly so."
    else:
        hint = "Order status shows the keys it holds."
    return f"Order {called(old)} does not hold that key. {hint}"


def _others(draft: Draft, seats: Sequence[Assignment]) -> int:
    """Seats of other keys that the plans so far leave in the pools of these seats."""
    pools, keys = {row.pool for row in seats}, {row.key for row in seats}
    free = sum(draft.drawing.free(pool) for pool in pools)
    return max(0, free - sum(draft.snapshot.pools.free_of(key) for key in keys))


def _other_keys(draft: Draft, seats: Sequence[Assignment], *, now: datetime, by: str) -> list[Assignment]:
    """For each seat the oldest one of its pool with another code, as assigned rows."""
    codes = [draft.drawing.draw_other(row.pool, row.keycode) for row in seats]
    if missing := codes.count(None):
        short, there = seats[codes.index(None)], len(seats) - missing
        few = f"Only {there} of the {len(seats)} other keys needed are" if there else "There is no other key"
        raise NotPossible(
            f"{few} in stock for {short.entitlements} ({short.pool}); nothing was changed. Import keys, then "
            "replace again."
        )
    return [
        replace(moved(row, "assigned", now=now, by=by, reason="replacement"), keycode=code or "")
        for row, code in zip(seats, codes, strict=True)
    ]


def _replaced_answer(
    file: OrderFile, seats: Sequence[Assignment], fresh: Sequence[Assignment], *, now: datetime, by: str
) -> Answer:
    """The newest answer with the new codes in the old ones' places, to be mailed again."""
    old = file.answers[-1]
    new: dict[tuple[str, str], deque[str]] = defaultdict(deque)
    for code, row in zip([(row.unit, row.keycode) for row in seats], fresh, strict=True):
        new[code].append(row.keycode)
    keys = [_replaced(key, new) for key in old.read_keys()]
    details = old.read_details()
    if "kept" in details:
        details["kept"] = [_replaced((unit, code), new) for unit, code in details["kept"]]
    details.pop("delivered_at", None)
    details["mail"] = next_mail(file)
    message = f"{counted(len(fresh), 'key')} of order {called(old)} replaced."
    return with_details(rewritten(old, now=now, by=by, keys=to_json(keys), message=message), details)


def _replaced(key: tuple[str, str], new: dict[tuple[str, str], deque[str]]) -> tuple[str, str]:
    return (key[0], new[key].popleft()) if new.get(key) else key
