"""Replays the ledgers commit by commit: who held which seat when, and who was to be served next.

It shares no code with the product: it would otherwise share its mistakes.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.machine.books import Commit, Pool, Row, Seat, Tabs, cell, commits, pool_of, seats_of

FOLLOWS = {
    "": {"fulfilled", "failed", "skipped", "closed"},
    "fulfilled": {"fulfilled", "released", "cleared"},
    "failed": {"failed", "released", "cleared", "closed"},
    "skipped": {"skipped", "released", "cleared", "closed"},
    "released": {"released", "cleared", "closed"},
    "closed": {"closed", "cleared"},
    "cleared": {"fulfilled", "failed", "skipped", "released", "cleared", "closed"},
}
"""What an order may become after what it was: an answer stands until a person changes it."""

COMPONENT = {"FULL": "combined", "CONTENT": "content", "EXAM": "exam"}

Sold = Mapping[str, Sequence[Sequence[str]]]
"""SKU -> every list of entitlements that it was ever published with."""


@dataclass(slots=True)
class OrderNow:
    """One order as of the commit that was replayed last."""

    held: list[Row] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)
    """unit -> SKU of the pieces that were given back since it last held nothing."""
    outcomes: list[str] = field(default_factory=lambda: [""])
    newest: Row | None = None

    def seats(self) -> Counter[Seat]:
        return Counter((row["unit"], row["keycode"]) for row in self.held)


@dataclass(slots=True)
class Replay:
    """Moves forward commit by commit and collects every promise broken on the way."""

    sold: Sold
    found: list[str] = field(default_factory=list)
    queues: dict[Pool, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    """The free seats of each pool, oldest first."""
    total: Counter[Pool] = field(default_factory=Counter)
    quarantined: Counter[Pool] = field(default_factory=Counter)
    assigned: Counter[Pool] = field(default_factory=Counter)
    orders: dict[str, OrderNow] = field(default_factory=lambda: defaultdict(OrderNow))
    _pool_of_key: dict[tuple[str, str], Pool] = field(default_factory=dict)

    @classmethod
    def of(cls, tabs: Tabs, sold: Sold) -> Replay:
        replay = cls(sold)
        for commit in commits(tabs):
            replay._advance(commit)
        return replay

    def _advance(self, commit: Commit) -> None:
        """Seats given back join their queues, then imported ones; then those that were taken leave."""
        for row in commit.seats:
            if row["event"] in ("released", "restored"):
                self.queues[pool_of(row)].append(row["keycode"])
        for row in commit.events:
            self._import(row)
        passed_over = _passed_over(commit.seats)
        for row in commit.seats:
            self._move(row, passed_over)
        touched = {str(row["order_id"]): None for row in (*commit.seats, *commit.answers)}
        for order_id in touched:
            ours = [row for row in commit.seats if row["order_id"] == order_id]
            told = [row for row in commit.answers if row["order_id"] == order_id]
            self.found += self._told(self.orders[order_id], ours, told, f"order {order_id}")

    def _import(self, row: Row) -> None:
        pool, seats, key = pool_of(row), int(row["seats"]), (row["provider"], row["keycode"])
        if row["event"] == "imported":
            if key in self._pool_of_key:
                self.found.append(f"Import History {row['no']} imports a key that was in stock already")
            self._pool_of_key[key] = pool
            self.total[pool] += seats
            self.queues[pool].extend([row["keycode"]] * seats)
            return
        self.total[pool] -= seats
        for _ in range(seats):
            self._take(pool, row["keycode"], f"Import History {row['no']} withdraws")

    def _take(self, pool: Pool, code: str, who: str) -> None:
        try:
            self.queues[pool].remove(code)
        except ValueError:
            self.found.append(f"{who} a seat of {' '.join(pool)} that was not free: it is given twice")

    def _move(self, row: Row, passed_over: Mapping[tuple[str, str], set[str]]) -> None:
        """One row of Assignments."""
        order, pool, event = self.orders[row["order_id"]], pool_of(row), row["event"]
        if event == "assigned":
            # not for a row without that reason: the order may get the same piece anew in this commit
            seat = (row["order_id"], row["unit"]) if row["reason"] == "replacement" else ("", "")
            self._check_turn(row, passed_over.get(seat, set()))
            self._take(pool, row["keycode"], f"Assignments {row['no']} gives order {row['order_id']}")
            self.assigned[pool] += 1
            order.held.append(row)
            for unit in row["unit"].split("+"):
                order.gone.pop(unit, None)
        elif event == "restored":
            self.quarantined[pool] -= 1
        else:
            self.assigned[pool] -= 1
            self.quarantined[pool] += event == "quarantined"
            self._let_go(order, row)

    def _let_go(self, order: OrderNow, row: Row) -> None:
        seat = (row["unit"], row["provider"], row["keycode"])
        mine = [held for held in order.held if (held["unit"], held["provider"], held["keycode"]) == seat]
        if not mine:
            self.found.append(f"Assignments {row['no']} is {row['event']}, and the order did not hold it")
            return
        order.held.remove(mine[0])
        still = {unit for held in order.held for unit, _ in _pieces(held)}
        order.gone.update({unit: sku for unit, sku in _pieces(row) if unit not in still})
        if not order.held:
            order.gone.clear()

    def _check_turn(self, row: Row, passed_over: set[str]) -> None:
        """The oldest seat of its pool goes first; a replacement is the oldest of another code."""
        queue = self.queues[pool_of(row)]
        oldest = next((code for code in queue if code not in passed_over), None)
        if row["keycode"] != oldest and row["keycode"] in queue:
            self.found.append(f"Assignments {row['no']}: an older seat of its pool was free")

    def _told(self, order: OrderNow, seats: Sequence[Row], told: Sequence[Row], who: str) -> Iterator[str]:
        """One order after a commit that touched it: what it was told, against what it holds."""
        before = order.outcomes[-1]
        for row in told:
            if row["outcome"] not in FOLLOWS[order.outcomes[-1]]:
                yield f"{who} was {order.outcomes[-1] or 'new'} and became {row['outcome']}"
            order.outcomes.append(row["outcome"])
            order.newest = row
        chain = [before, *(row["outcome"] for row in told[:-1])]
        is_given = [row for row in seats if row["event"] == "assigned" and row["reason"] != "replacement"]
        if is_given and not {"", "cleared"}.intersection(chain):
            yield f"{who} was given more keys in version {seats[0]['version']} though nobody cleared it"
        if order.newest is None:
            yield f"{who} holds seats, and Order Cache has no row of it"
            return
        yield from _check_held(order, order.newest, who)
        if order.newest["outcome"] == "fulfilled":
            yield from self._check_whole(order, order.newest, who)

    def _check_whole(self, order: OrderNow, row: Row, who: str) -> Iterator[str]:
        """Every piece asked for has its seats or was given back, and none has more."""
        told = Counter(seats_of(row))
        of_the_answer = [held for held in order.held if (held["unit"], held["keycode"]) in told]
        served = Counter(sku for _, sku in {piece for held in of_the_answer for piece in _pieces(held)})
        gone = Counter(order.gone.values())
        wanted: Counter[str] = Counter()
        for sku, quantity, _, kind in cell(row, "items"):
            wanted[sku] += quantity * (kind == "auto")
        for sku, count in wanted.items():
            if not count - gone[sku] <= served[sku] <= count:
                yield f"{who} asked for {count} x {sku}, and {served[sku]} pieces are served"
        yield from self._check_entitlements(of_the_answer, who)

    def _check_entitlements(self, held: Iterable[Row], who: str) -> Iterator[str]:
        """Each piece has exactly the entitlements that its product was published with at some time."""
        given: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in held:
            for piece, entitlement in _served(row):
                given[piece].append(entitlement)
            yield from _wrong_pool(row, who)
        for (unit, sku), entitlements in given.items():
            if sku in self.sold and sorted(entitlements) not in [sorted(each) for each in self.sold[sku]]:
                yield f"{who}: piece {unit} of {sku} has {', '.join(sorted(entitlements))}"


def _passed_over(seats: Iterable[Row]) -> dict[tuple[str, str], set[str]]:
    """(order, unit) -> the codes that were replaced there, which the new key was not to be one of."""
    codes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in seats:
        if row["event"] == "quarantined" and row["reason"] == "replaced":
            codes[row["order_id"], row["unit"]].add(row["keycode"])
    return codes


def _pieces(row: Row) -> list[tuple[str, str]]:
    """(unit, SKU) of every piece that a seat serves."""
    units = row["unit"].split("+")
    skus = row["sku"].split(",") if len(units) > 1 else [row["sku"]]
    return list(zip(units, skus, strict=True))


def _served(row: Row) -> list[tuple[tuple[str, str], str]]:
    """Which piece gets which entitlement from a seat."""
    pieces, entitlements = _pieces(row), row["entitlements"].split(",")
    if len(pieces) == 1:
        return [(pieces[0], entitlement) for entitlement in entitlements]
    return list(zip(pieces, entitlements, strict=True)) if len(pieces) == len(entitlements) else []


def _wrong_pool(row: Row, who: str) -> Iterator[str]:
    """A seat comes from the pool of its entitlement, or from a stock bundle's that holds them all."""
    provider, code, level = _parts(row["entitlements"].split(",")[0])
    courses = {_parts(each)[1] for each in row["entitlements"].split(",")}
    named = {row["product_code"].removeprefix("NSBK_")}
    wanted = {code} if len(courses) == 1 else set(named)
    if (row["provider"], row["component"]) != (provider, COMPONENT[level]) or not named <= wanted:
        yield f"{who}: Assignments {row['no']} serves {row['entitlements']} out of another pool"


def _parts(entitlement: str) -> tuple[str, str, str]:
    provider, _, rest = entitlement.partition("-")
    code, _, level = rest.rpartition("-")
    return provider, code, level


def _check_held(order: OrderNow, row: Row, who: str) -> Iterator[str]:
    """What an order holds is what its newest row says that it holds."""
    expected = Counter(seats_of(row, "kept"))
    if row["outcome"] in ("fulfilled", "cleared"):
        expected += Counter(seats_of(row))
    if order.seats() != expected:
        counts = f"{expected.total()} seats and holds {order.seats().total()}"
        yield f"{who} is {row['outcome']} with {counts} in version {row['version']}"
