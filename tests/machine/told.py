"""Holds what callers were told against the ledgers, order by order.

Every answer rests on a row of Order Cache: on one that was there when it was answered, and on none older than
what anybody had been told before the question was asked. It shares no code with the product.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tests.machine.books import Row, Tabs, cell, in_order, seats_of, time_of
from tests.machine.said import Said

Rows = Sequence[Row]


def told_otherwise(tabs: Tabs, log: Sequence[Said], *, staleness_s: float) -> Iterator[str]:
    """Every answer that the ledgers do not bear out.

    `staleness_s` is how old the reads may have been that Google was told to answer with.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in in_order(tabs["Order Cache"]):
        rows[row["order_id"]].append(row)
    by_reason = Counter(row["reason"] for row in tabs["Assignments"] if row["event"] != "assigned")
    versions = {row["reason"]: int(row["version"]) for row in tabs["Assignments"]}
    replaced: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for row in tabs["Assignments"]:
        if row["reason"] == "replaced":
            replaced[row["order_id"]].append((time_of(row), row["keycode"]))
    for order_id, answers in _by_order(log).items():
        order = _Order(order_id, rows[order_id], by_reason, versions, replaced[order_id], staleness_s)
        yield from order.check(answers)
    yield from _never_answered(log)
    yield from _crashed(log)
    yield from _imported_otherwise(tabs, log)


def _by_order(log: Iterable[Said]) -> dict[str, list[Said]]:
    """The answers about each order, in the order in which they were asked for."""
    orders: dict[str, list[Said]] = defaultdict(list)
    for said in log:
        if said.is_answer and said.order_id:
            orders[said.order_id].append(said)
    return {order_id: sorted(answers, key=lambda said: said.asked_at) for order_id, answers in orders.items()}


class _Order:
    """All that was said of one order, and all that stands of it."""

    def __init__(
        self,
        order_id: str,
        rows: Rows,
        released: Mapping[str, int],
        versions: Mapping[str, int],
        replaced: Sequence[tuple[float, str]],
        staleness_s: float,
    ) -> None:
        self._name = f"order {order_id}"
        self._rows = rows
        self._released = released
        self._versions = versions
        self._replaced = replaced
        self._staleness_s = staleness_s

    def check(self, answers: Sequence[Said]) -> Iterator[str]:
        rested: list[tuple[float, int]] = []
        for said in answers:
            yield from self._check_release(said)
            yield from self._check_replace(said)
            yield from self._check_name(said)
            places = self._rests_on(said)
            if places is None:
                continue
            known = [at for answered_at, at in rested if answered_at + self._staleness_s < said.asked_at]
            oldest = max(known, default=0)
            place = next((place for place in places if place >= oldest), None)
            if place is None:
                older = "what had been told before was newer" if places else "its cache never had that"
                yield f"{self._name} was told {_in_words(said)} (try {said.tries}), but {older}"
            else:
                rested.append((said.answered_at, place))
                yield from self._check_changed(said, [self._rows[place] for place in places])
        yield from self._check_bytes(answers)

    def _rests_on(self, said: Said) -> list[int] | None:
        """The rows that it may rest on; None where it says nothing that a row could bear out."""
        if said.is_no:
            return [0] if said.body.get("reason") == "unknown_order" and not self._rows else None
        bears_out = MEANS.get(said.what)
        if bears_out is None or (said.what == "release" and not said.body["released"]):
            return None
        return [
            place
            for place, row in enumerate(self._rows)
            if bears_out(said, row, self._versions) and time_of(row) <= said.answered_at
        ]

    def _check_release(self, said: Said) -> Iterator[str]:
        """Each try of a release carries a reason of its own, by which its rows are known."""
        if said.what != "release" or said.is_no:
            return
        rows = self._released.get(said.asked.get("reason", ""), 0)
        if rows != said.body["released"]:
            told = f"{said.body['released']} keys were released"
            yield f"{self._name} was told that {told} by that request, and the ledger says {rows}"

    def _check_replace(self, said: Said) -> Iterator[str]:
        """A no is no yes whose reply was lost: at its first try nobody else had replaced that key."""
        if said.what != "replace" or not said.is_no or said.tries > 1:
            return
        for at, code in self._replaced:
            if code == said.asked["keycode"] and int(said.asked_at) <= at <= said.answered_at:
                yield f"{self._name} was told that a key cannot be replaced, and it was"

    def _check_name(self, said: Said) -> Iterator[str]:
        """The customer's name is that of the newest post."""
        name = said.asked.get("customer_name")
        if said.what == "order" and name and said.body["customer_name"] != name:
            yield f"{self._name} was told another customer's name"

    def _check_changed(self, said: Said, rows: Rows) -> Iterator[str]:
        """Other lines than were answered are said to be others."""
        if said.what != "order" or "line_items_sku" not in said.asked:
            return
        is_other = {said.body["replayed"] and _is_other(said, row) for row in rows}
        if said.body["changed"] not in is_other:
            yield f"{self._name} was told changed: {said.body['changed']}, and its lines say otherwise"

    def _check_bytes(self, answers: Sequence[Said]) -> Iterator[str]:
        """Whoever is told the same keys is told them in the same bytes."""
        told: dict[str, set[str]] = defaultdict(set)
        for said in answers:
            if said.what == "order" and said.body["status"] == "fulfilled":
                told[json.dumps(_keys(said))].add(json.dumps([said.body["keys"], said.body["keys_text"]]))
        for texts in told.values():
            if len(texts) > 1:
                yield f"{self._name} was told the same keys in {len(texts)} different ways"


def _keys(said: Said) -> list[tuple[str, str]]:
    return [(key["unit"], key["keycode"]) for key in said.body.get("keys", [])]


def _is_other(said: Said, row: Row) -> bool:
    """Does it ask for other lines than were answered? A row without lines was never asked for any."""
    answered: Counter[str] = Counter()
    for sku, quantity, _, _ in cell(row, "items"):
        answered[sku] += quantity
    return bool(answered) and answered != _asked(said)


def _asked(said: Said) -> Counter[str]:
    skus = str(said.asked["line_items_sku"]).split(",")
    quantities = str(said.asked["line_items_quantity"]).split(",")
    asked: Counter[str] = Counter()
    for sku, quantity in zip(skus, quantities, strict=True):
        asked[sku] += int(quantity)
    return asked


def _in_words(said: Said) -> str:
    outcome = said.body.get("outcome") or said.body.get("status") or said.what
    return f"{said.what}: {outcome} with {len(said.body.get('keys', []))} keys"


def _order(said: Said, row: Row, versions: Mapping[str, int]) -> bool:
    status = said.body["status"]
    outcome = "closed" if said.body["reason"] == "closed" else status
    told = seats_of(row) if status == "fulfilled" else []
    is_due = bool(told) and "delivered_at" not in cell(row, "details", "{}")
    return row["outcome"] == outcome and told == _keys(said) and is_due == said.body["send_email"]


def _status(said: Said, row: Row, versions: Mapping[str, int]) -> bool:
    outcome = said.body["outcome"]
    return row["outcome"] == outcome and (seats_of(row) if outcome == "fulfilled" else []) == _keys(said)


def _release(said: Said, row: Row, versions: Mapping[str, int]) -> bool:
    return int(row["version"]) == versions.get(said.asked.get("reason", ""))


def _replace(said: Said, row: Row, versions: Mapping[str, int]) -> bool:
    return row["outcome"] == "fulfilled" and seats_of(row) == _keys(said)


MEANS: Mapping[str, Callable[[Said, Row, Mapping[str, int]], bool]] = {
    "order": _order,
    "status": _status,
    "release": _release,
    "replace": _replace,
    "clear": lambda said, row, versions: row["outcome"] == "cleared",
    "close": lambda said, row, versions: row["outcome"] == "closed",
    "delivered": lambda said, row, versions: "delivered_at" in cell(row, "details", "{}"),
}
"""Does this row bear out what was said?"""


def _never_answered(log: Iterable[Said]) -> Iterator[str]:
    """Every order that was posted is answered in the end; a 503 meanwhile is honest."""
    posted = dict.fromkeys(said.order_id for said in log if said.what == "order")
    answered = {said.order_id for said in log if said.what == "order" and said.is_answer}
    for order_id in posted:
        if order_id not in answered:
            yield f"order {order_id} was posted and never answered"


def _crashed(log: Iterable[Said]) -> Iterator[str]:
    """Nothing but an answer, a refusal to be served in time, or a connection that a crash broke off."""
    for said in log:
        if said.status not in (200, 503, 0):
            yield f"{said.what} {said.order_id} was answered with status {said.status}"


def _imported_otherwise(tabs: Tabs, log: Iterable[Said]) -> Iterator[str]:
    """Keys that an import says it took are in the history; a new one is no duplicate at its first try."""
    known = {(row["provider"], row["keycode"]) for row in tabs["Import History"]}
    for said in log:
        if said.what != "import" or not said.is_answer or "rows" not in said.asked:
            continue
        for told, row in zip(said.body["rows"], said.asked["rows"], strict=False):
            is_known = (row["provider"], row["keycode"]) in known
            if told["result"] in ("imported", "duplicate") and not is_known:
                yield f"an import said {told['result']} of a key that is not in the history"
            elif told["result"] == "duplicate" and said.tries == 1:
                yield "an import called a key a duplicate that nobody had imported before"
