"""Rebuild: missing rows of a ledger made again from the other ledgers, or given up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fulfillment.answers import Plan, counted, listed, unit_order, when
from fulfillment.damage import LOST, REBUILD, LostAnswer, LostKey, LostSeat
from fulfillment.model import (
    Answer,
    Assignment,
    Details,
    Entitlement,
    Item,
    KeyEvent,
    Levels,
    Outcome,
    Policy,
    Pool,
    SeatEvent,
    bundle_of,
    parse_entitlements,
    to_json,
)
from fulfillment.workbook import LEDGERS, Changes, Draft, LedgerName, Snapshot

STEP_ROWS = 5_000
"""Rows that one commit brings back at the most: some five megabytes."""

EVENTS: Mapping[SeatEvent, str] = {
    "assigned": "assigned",
    "released": "released",
    "quarantined": "taken back, and kept out of stock as nobody can tell whether the customer used the key",
    "restored": "restored",
}


@dataclass(frozen=True, slots=True)
class RebuiltRow:
    """A row that comes back, and what it says."""

    tab: str
    no: int
    message: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was missing, and what became of it."""

    rows: tuple[RebuiltRow, ...] = ()
    """Those that came back."""
    given_up: tuple[RebuiltRow, ...] = ()
    left: tuple[RebuiltRow, ...] = ()
    """Those that wait for a person."""
    waiting: tuple[str, ...] = ()
    """Why orders still wait, as sentences."""
    more: bool = False
    """Are there rows for another step?"""

    def then(self, step: Rebuilt) -> Rebuilt:
        """Both, one after the other."""
        return Rebuilt(
            (*self.rows, *step.rows), (*self.given_up, *step.given_up), step.left, step.waiting, step.more
        )

    @property
    def message(self) -> str:
        """What the operator reads once it is done."""
        return self._told("came back", "given up")

    @property
    def preview(self) -> str:
        """What the operator reads before."""
        return f"Nothing was changed yet. {self._told('would come back', 'would be given up')}"

    def _told(self, came_back: str, given_up: str) -> str:
        said = [f"{counted(len(self.rows), 'row')} {came_back}."] if self.rows else []
        if self.given_up:
            said.append(f"{counted(len(self.given_up), 'row')} {given_up}: {GIVEN_UP}")
        if self.left:
            which = listed([f"{row.tab} {row.no}" for row in self.left])
            said.append(f"{counted(len(self.left), 'row')} cannot be rebuilt: {which}.")
        said += self.waiting[:3]
        return " ".join(said) or "No row is missing: there is nothing to rebuild."


GIVEN_UP = "compare the keys of the orders of that time with the mails in GHL and the history of the Zap."


def plan_rebuild(draft: Draft, *, accept: bool, policy: Policy, now: datetime) -> Plan[Rebuilt]:
    """Missing rows made again, each with its number and its version, as many as one commit carries.

    With `accept` those of which no other ledger tells what they said are given up: a row with their number
    that says nothing stands for them from then on, and nothing waits for them any more.
    """
    snapshot = draft.snapshot
    books = _Books(snapshot, policy, now)
    rows = [*books.events(), *books.seats(), *books.answers()]
    given_up = [*books.given_up(rows)] if accept else []
    left = () if accept else tuple(RebuiltRow(name, no, NOT_TOLD) for name, no in sorted(books.not_told()))
    spoiled = [
        RebuiltRow(name, no, SPOILED)
        for name, gap in snapshot.damage.gaps.items()
        for no in sorted(gap.spoiled.keys() - {row.no for tab, row, _ in rows if tab == name})
    ]
    chosen, more = [*rows, *given_up][:STEP_ROWS], len(rows) + len(given_up) > STEP_ROWS
    result = Rebuilt(
        tuple(RebuiltRow(tab, row.no, said) for tab, row, said in chosen[: len(rows)]),
        tuple(RebuiltRow(tab, row.no, said) for tab, row, said in chosen[len(rows) :]),
        (*left, *spoiled),
        tuple(_still_waiting(snapshot, rows)),
        more,
    )
    back = _changes([row for _, row, _ in chosen])
    return Plan(result, Changes(returning=back) if chosen else Changes())


NOT_TOLD = "no other ledger tells what it said"
SPOILED = "something stands there that cannot be read, or two rows that differ: a person has to put it right"

Made = tuple[LedgerName, KeyEvent | Assignment | Answer, str]
"""(tab, the row, what it says, in words without key codes)."""


def _still_waiting(snapshot: Snapshot, rows: Sequence[Made]) -> Iterator[str]:
    """Why orders wait that no row comes back for."""
    served = {row.order_id for _, row, _ in rows if not isinstance(row, KeyEvent)}
    for order_id, why in snapshot.damage.orders.items():
        if order_id not in served:
            yield why


def _changes(rows: Iterable[KeyEvent | Assignment | Answer]) -> Changes:
    ordered = sorted(rows, key=lambda row: row.no)
    return Changes(
        tuple(row for row in ordered if isinstance(row, KeyEvent)),
        tuple(row for row in ordered if isinstance(row, Assignment)),
        tuple(row for row in ordered if isinstance(row, Answer)),
    )


@dataclass(slots=True)
class _Books:
    """The ledgers that there are, asked for what the missing rows said."""

    snapshot: Snapshot
    policy: Policy
    now: datetime
    unknown: set[tuple[LedgerName, int]] = field(default_factory=set)
    """Rows of which the order is known, and not the pool of their seat."""
    _entitlements: dict[tuple[str, Pool], str] | None = None

    def events(self) -> Iterator[Made]:
        """Rows of Import History."""
        for no, lost in self.snapshot.damage.events.items():
            if isinstance(lost, KeyEvent):
                yield "Import History", replace(lost, no=no), "the row itself, which had lost its number"
            else:
                yield self._event(no, lost)

    def _event(self, no: int, lost: LostKey) -> Made:
        row = lost.first
        lowest, highest = self.snapshot.damage.gaps["Import History"].missing[no]
        version = max(lowest, min(highest, lost.version))
        reason = f"rebuilt from Assignments: {lost.seats} seats were given, it may have had more"
        event = KeyEvent(
            row.at, "imported", REBUILD, *row.pool, row.keycode, lost.seats, reason, REBUILD, no, version
        )
        return "Import History", event, f"a key of {row.pool} with the {lost.seats} seats that were given"

    def seats(self) -> Iterator[Made]:
        """Rows of Assignments."""
        made: dict[tuple[str, str, str], str] = {}
        for no, lost in sorted(self.snapshot.damage.seats.items()):
            piece = (lost.order_id, lost.unit, lost.keycode)
            if isinstance(lost, Assignment):
                row: Assignment | None = replace(lost, no=no)
                how = "the row itself, which had lost its number"
            else:
                row, how = self._seat(no, lost, made.get(piece, "")), "by the answers of the order"
            if row is None:
                self.unknown.add(("Assignments", no))
            else:
                made[piece] = row.sku
                said = f"order {row.order_id}, piece {row.unit} ({row.entitlements}) {EVENTS[row.event]}"
                yield "Assignments", row, f"{said}: {how}"

    def _seat(self, no: int, lost: LostSeat, sku: str) -> Assignment | None:
        """None where nobody knows the pool of the key. `sku`: of a row of the same seat, rebuilt before."""
        pool = self._pool(lost)
        if pool is None:
            return None
        answer, sku = lost.answer, sku or self._sku(lost)
        reason = "replacement" if lost.is_replacement and lost.event == "assigned" else ""
        if lost.event != "assigned":
            reason = "replaced" if lost.is_replacement else "rebuilt from Order Cache"
        return Assignment(
            answer.at,
            lost.event,
            lost.order_id,
            answer.order_name,
            lost.unit,
            sku,
            self._entitlements_of(sku, pool),
            *pool,
            lost.keycode,
            reason,
            REBUILD,
            no,
            lost.version,
        )

    def _same_piece(self, lost: LostSeat) -> Iterator[Assignment]:
        """The rows that there are of the same seat."""
        for row in self.snapshot.orders[lost.order_id].seats:
            if (row.unit, row.keycode) == (lost.unit, lost.keycode):
                yield row

    def _pool(self, lost: LostSeat) -> Pool | None:
        same = next(self._same_piece(lost), None)
        if same is not None:
            return same.pool
        pools = [
            record.pool for key, record in self.snapshot.pools.keys.items() if key.keycode == lost.keycode
        ]
        pools = [pool for pool in pools if pool.region == lost.answer.region] or pools
        return pools[0] if len(pools) == 1 else None

    def _sku(self, lost: LostSeat) -> str:
        """The SKU of every piece: of a row of the same seat, else of the lines that its answer remembers."""
        same = next(self._same_piece(lost), None)
        if same is not None:
            return same.sku
        known = {unit: sku for row in self.snapshot.orders[lost.order_id].seats for unit, sku in row.pieces}
        items = lost.answer.read_items()
        lines = (_line_of(unit) - 1 for unit in lost.unit.split("+"))
        skus = [items[line].sku if line < len(items) else "" for line in lines]
        return ",".join(
            sku or known.get(unit, "") for sku, unit in zip(skus, lost.unit.split("+"), strict=True)
        )

    def _entitlements_of(self, sku: str, pool: Pool) -> str:
        """What a seat of this pool is given for: as for the same SKU before, else by the catalogue."""
        if self._entitlements is None:
            rows = (row for file in self.snapshot.orders.values() for row in file.seats)
            self._entitlements = {(row.sku, row.pool): row.entitlements for row in rows}
        if before := self._entitlements.get((sku, pool)):
            return before
        level = _level(self.policy.levels, pool.component)
        courses = bundle_of(pool.product_code)
        fitting = [
            entitlement
            for each in sku.split(",")
            for entitlement in self._published(each)
            if (entitlement.provider, entitlement.level) == (pool.provider, level)
            and (entitlement.product_code == pool.product_code or entitlement.product_code in (courses or ""))
        ]
        return ",".join(map(str, dict.fromkeys(fitting))) or f"{pool.provider}-{pool.product_code}-{level}"

    def _published(self, sku: str) -> tuple[Entitlement, ...]:
        product = self.snapshot.catalogue.get(sku)
        try:
            return parse_entitlements(product.entitlements) if product else ()
        except ValueError:
            return ()

    def answers(self) -> Iterator[Made]:
        """Rows of Order Cache."""
        made: dict[str, Answer] = {}
        for no, lost in sorted(self.snapshot.damage.answers.items()):
            if isinstance(lost, Answer):
                row, how = replace(lost, no=no), "the row itself, which had lost its number"
            else:
                row, how = self._answer(no, lost, made.get(lost.order_id)), "by the seats of the order"
            made[row.order_id] = row
            yield "Order Cache", row, f"order {row.order_id} {row.outcome}: {how}"

    def _answer(self, no: int, lost: LostAnswer, made: Answer | None) -> Answer:
        """`made`: the last row of the order that was rebuilt before this one."""
        like = lost.before or lost.after
        if made is not None and (lost.before is None or lost.before.version < made.version):
            lost = replace(lost, before=made)
        kept = _kept_after(lost)
        keys = _keys_after(lost, kept)
        outcome = _outcome(lost, bool(keys))
        newest = lost.rows[-1]
        row = like or Answer(
            newest.at,
            lost.order_id,
            newest.order_name,
            customer="",
            email="",
            region=newest.region,
            outcome=outcome,
            reason="",
            message="",
            items=to_json(_items(lost, kept)),
            details=to_json(self._test_details()),
            mode=self.policy.mode,
        )
        return replace(
            row,
            at=newest.at,
            outcome=outcome,
            reason="",
            message=_message(row, outcome, len(keys)),
            items=row.items if self._fits(row, lost) else to_json(_items(lost, kept)),
            keys=to_json(keys),
            details=to_json(self._details(row, kept, outcome)),
            by=REBUILD,
            no=no,
            version=lost.version,
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
        return all(lines.get(_line_of(unit)) == sku for unit, sku in new) and all(
            served[item.sku] >= item.quantity for item in items if item.kind == "auto"
        )

    def _test_details(self) -> Details:
        return {"deliver_to": self.policy.test_recipient} if self.policy.mode == "test" else {}

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

    def given_up(self, rebuilt: Iterable[Made]) -> Iterator[Made]:
        """Rows that stand for those which nobody can bring back; `rebuilt` are those that come back."""
        versions: dict[LedgerName, list[tuple[int, int]]] = {name: [] for name in LEDGERS}
        for name, row, _ in rebuilt:
            versions[name].append((row.no, row.version))
        for name, no in sorted(self.not_told()):
            lowest, _ = self.snapshot.damage.gaps[name].missing[no]
            before = [version for other, version in versions[name] if other < no]
            yield name, _blank(name, when(self.now), no, max([lowest, *before])), NOT_TOLD

    def not_told(self) -> set[tuple[LedgerName, int]]:
        """The missing rows that nobody can bring back."""
        unexplained = self.snapshot.damage.unexplained
        return {(name, no) for name in LEDGERS for no in unexplained.get(name, ())} | self.unknown


def _blank(name: LedgerName, at: str, no: int, version: int) -> KeyEvent | Assignment | Answer:
    """A row that has a number, and says nothing."""
    if name == "Import History":
        return KeyEvent(at, "withdrawn", "", "", "", "", "", "", 0, LOST, REBUILD, no, version)
    if name == "Assignments":
        return Assignment(
            at, "released", "", "", "", "", "", "", "", "", "", "", LOST, REBUILD, no=no, version=version
        )
    return Answer(
        at, "", "", "", "", "", "closed", LOST, GIVEN_UP_ROW, mode="", by=REBUILD, no=no, version=version
    )


GIVEN_UP_ROW = "This row was missing, and no other ledger told what it said: a person gave it up."


def _level(levels: Levels, component: str) -> str:
    """The level that a seat of this component serves by itself."""
    serving = (level for level, ways in levels.ways.items() if ways and ways[0] == (component,))
    return next(serving, component.upper())


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
        piece: _line_of(piece[0]) for row in sorted(seats, key=lambda row: row.no) for piece in row.pieces
    }
    newest = {line: sku for (_, sku), line in pieces.items()}
    count = Counter((line, sku) for (_, sku), line in pieces.items())
    return [Item(sku, count[line, sku], "", "auto") for line, sku in sorted(newest.items())]


def _line_of(unit: str) -> int:
    """The line of the order that a piece is of: 2 of `2.1`."""
    return int(unit.split(".")[0])
