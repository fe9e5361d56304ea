"""plan_order: which seats an order gets, all of them or none, and what it is told."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from fulfillment import combination
from fulfillment.answers import Plan, listed, replayed, shortage_in_words, unit_order, when
from fulfillment.asked import Asked, Pieces, read_lines
from fulfillment.cases import Case, passed_over, recorded
from fulfillment.choices import Option
from fulfillment.combination import Decision
from fulfillment.errors import Damaged
from fulfillment.model import Answer, Assignment, Entitlement, Levels, Order, Policy, Pool, Reply, Shortage
from fulfillment.workbook import Draft


def plan_order(draft: Draft, order: Order, *, policy: Policy, now: datetime, by: str) -> Plan[Reply]:
    """The order's answer and rows: the ones it got before, or new ones. Raises OrderTooLarge, Damaged.

    Seats are drawn from the draft, also where it raises: whoever plans several orders rewinds then.
    """
    return _plan(Case(draft, order, draft.file(order.order_id), policy, now, by))


def _plan(case: Case) -> Plan[Reply]:
    old = case.file.answer
    if old is None or old.outcome == "cleared":
        return _serve(case)
    if old.outcome == "failed" and case.policy.failed_orders == "retry":
        again = _serve(case)  # draws nothing where it fails once more
        if not _fails_the_same(again.result.answer, old):
            return again
    stock = stock_now(case.draft, old, case.policy) if old.outcome == "failed" else ""
    return replayed(case.file, case.order, case.policy, stock=stock, now=case.now, by=case.by)


def _fails_the_same(new: Answer, old: Answer) -> bool:
    return (new.outcome, new.message, new.items) == (old.outcome, old.message, old.items)


def stock_now(draft: Draft, answer: Answer, policy: Policy) -> str:
    """What is in stock now of what an order was short of, as a sentence; empty when it was of nothing."""
    short = answer.read_details().get("shortages", [])
    wanted = {Entitlement.parse(shortage["entitlement"]): shortage["wanted"] for shortage in short}
    missing = _missing(draft, wanted, answer.region, policy.levels)
    figures = [f"{entitlement} {missing.get(entitlement, 'enough')}" for entitlement in wanted]
    return f"In stock now: {listed(figures)}." if figures else ""


def _missing(
    draft: Draft, demands: dict[Entitlement, int], region: str, levels: Levels
) -> dict[Entitlement, int]:
    return combination.shortages(demands, region=region, levels=levels, free=draft.drawing.free)


def _serve(case: Case) -> Plan[Reply]:
    """A new answer: seats held before, and new ones for the rest; or every reason why not."""
    case.draft.check_assigning()
    pieces = Pieces(case.file)
    asked = read_lines(case.order.lines, case.draft.snapshot.catalogue, pieces, case.policy.levels)
    if "unknown_sku" in asked.problems and (gap := case.draft.snapshot.catalogue_gap):
        raise Damaged(
            f"{gap} Refresh Inventory or else Sync Catalogue puts it right; until then orders of a SKU that "
            "is not there wait."
        )
    if case.order.is_test and not case.file.holdings:
        return passed_over(case, asked)
    decisions = _decide(case, asked)
    if "out_of_stock" in asked.problems and (short := case.draft.snapshot.damage.short):
        raise Damaged(f"{short} Run the audit; until that is put right, what is out of stock waits.")
    if asked.problems:
        return recorded(case, asked, given=[], kept=case.file.holdings, new=[])
    new = [_assigned(case, seat) for seat in _seats(asked, decisions, pieces)]
    asked.warnings += _second_best(decisions, case.policy.levels)
    held, kept = pieces.split()
    given = sorted([*held, *new], key=lambda row: unit_order(row.unit))
    return recorded(case, asked, given=given, kept=kept, new=new)


def _decide(case: Case, asked: Asked) -> tuple[Decision, ...]:
    """How to serve all new pieces; where there is no way, every shortage is named in `asked`."""
    demands, levels = asked.demands(), case.policy.levels
    free, bundles = case.draft.drawing.free, case.draft.snapshot.pools.bundles
    decisions = combination.combine(demands, region=case.region, levels=levels, bundles=bundles, free=free)
    if decisions is not None:
        return decisions
    for entitlement, available in _missing(case.draft, demands, case.region, levels).items():
        short: Shortage = {
            "entitlement": str(entitlement),
            "region": case.region,
            "wanted": demands[entitlement],
            "available": available,
        }
        asked.shortages.append(short)
        asked.problems["out_of_stock"].append(f"Out of stock: {shortage_in_words(short)}.")
    return ()


Piece = tuple[str, str]
"""(unit, SKU)."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat to be drawn from a pool, and every piece and entitlement that it will serve."""

    pool: Pool
    entitlements: tuple[Entitlement, ...]
    pieces: tuple[Piece, ...]


def _seats(asked: Asked, decisions: Sequence[Decision], pieces: Pieces) -> list[Seat]:
    """The seats that were decided on, in line order; sets of courses take the first pieces of each."""
    waiting = _waiting(asked, pieces)
    seats: list[Seat] = []
    for decision in sorted(decisions, key=lambda decision: -len(_served(decision.option))):
        for _ in range(decision.count):
            seats += _serve_once(decision.option, waiting)
    return sorted(seats, key=lambda seat: unit_order(seat.pieces[0][0]))


def _waiting(asked: Asked, pieces: Pieces) -> dict[Entitlement, deque[Piece]]:
    """The new pieces that wait for each entitlement, in line order."""
    waiting: dict[Entitlement, deque[Piece]] = defaultdict(deque)
    for want in asked.wants:
        for unit in islice(pieces.new_units(want.line), want.count):
            for entitlement in want.entitlements:
                waiting[entitlement].append((unit, want.sku))
    return waiting


def _served(option: Option) -> dict[Entitlement, None]:
    """The entitlements that an option serves, in order."""
    return dict.fromkeys(entitlement for serving in option for entitlement in serving.entitlements)


def _serve_once(option: Option, waiting: dict[Entitlement, deque[Piece]]) -> list[Seat]:
    piece_of = {entitlement: waiting[entitlement].popleft() for entitlement in _served(option)}
    return [
        Seat(
            serving.pool,
            serving.entitlements,
            tuple(dict.fromkeys(piece_of[entitlement] for entitlement in serving.entitlements)),
        )
        for serving in option
    ]


def _second_best(decisions: Sequence[Decision], levels: Levels) -> list[str]:
    """A warning for each entitlement that was not served by the first way of its level."""
    warnings: dict[str, None] = {}
    for decision in decisions:
        for entitlement in _served(decision.option):
            way = tuple(s.pool.component for s in decision.option if entitlement in s.entitlements)
            if way != levels.ways_of(entitlement)[0]:
                warnings[f"{entitlement} was served by {' and '.join(way)} seats."] = None
    return list(warnings)


def _assigned(case: Case, seat: Seat) -> Assignment:
    """The ledger row of a seat, whose key is drawn from its pool here, oldest first."""
    return Assignment(
        at=when(case.now),
        event="assigned",
        order_id=case.order.order_id,
        order_name=case.order.order_name,
        unit="+".join(unit for unit, _ in seat.pieces),
        sku=",".join(sku for _, sku in seat.pieces),
        entitlements=",".join(map(str, seat.entitlements)),
        region=seat.pool.region,
        provider=seat.pool.provider,
        product_code=seat.pool.product_code,
        component=seat.pool.component,
        keycode=case.draft.drawing.draw(seat.pool),
        by=case.by,
    )
