"""Missing rows of Import History and Assignments made again, as the orders that hold the seats tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from fulfillment.answers import line_of
from fulfillment.damage import REBUILD, LostKey, LostSeat
from fulfillment.model import (
    Assignment,
    Entitlement,
    KeyEvent,
    Levels,
    Pool,
    SeatEvent,
    bundle_of,
    parse_entitlements,
)
from fulfillment.workbook import Snapshot

EVENTS: Mapping[SeatEvent, str] = {
    "assigned": "assigned",
    "released": "released",
    "quarantined": "taken back, and kept out of stock as nobody can tell whether the customer used the key",
    "restored": "restored",
}


@dataclass(slots=True)
class SeatRows:
    """The rows that came from somewhere else than an answer, each with what it says, without key codes."""

    snapshot: Snapshot
    levels: Levels
    unknown: set[int] = field(default_factory=set)
    """Rows of Assignments of which the order is known, and not the pool of their seat."""
    _entitlements: dict[tuple[str, Pool], str] | None = None

    def events(self) -> Iterator[tuple[KeyEvent, str]]:
        """Rows of Import History."""
        for no, lost in self.snapshot.damage.events.items():
            if isinstance(lost, KeyEvent):
                yield replace(lost, no=no), "the row itself, which had lost its number"
            else:
                yield self._event(no, lost)

    def _event(self, no: int, lost: LostKey) -> tuple[KeyEvent, str]:
        row = lost.first
        lowest, highest = self.snapshot.damage.gaps["Import History"].missing[no]
        version = max(lowest, min(highest, lost.version))
        reason = f"rebuilt from Assignments: {lost.seats} seats were given, it may have had more"
        event = KeyEvent(
            row.at, "imported", REBUILD, *row.pool, row.keycode, lost.seats, reason, REBUILD, no, version
        )
        return event, f"a key of {row.pool} with the {lost.seats} seats that were given"

    def seats(self) -> Iterator[tuple[Assignment, str]]:
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
                self.unknown.add(no)
            else:
                made[piece] = row.sku
                said = f"order {row.order_id}, piece {row.unit} ({row.entitlements}) {EVENTS[row.event]}"
                yield row, f"{said}: {how}"

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
        lines = (line_of(unit) - 1 for unit in lost.unit.split("+"))
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
        level = _level(self.levels, pool.component)
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


def _level(levels: Levels, component: str) -> str:
    """The level that a seat of this component serves by itself."""
    serving = (level for level, ways in levels.ways.items() if ways and ways[0] == (component,))
    return next(serving, component.upper())
