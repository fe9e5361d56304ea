"""Operations on the shop: its stock, and what it looked like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from fulfillment.comparison import Compared, in_words
from fulfillment.operations.operation import Body, Operation, Said, ok
from fulfillment.payloads import EmptyBody, MarkBody, PushBody, ReconcileBody, RestoreLevelsBody, read
from fulfillment.record import ShopRecord
from fulfillment.service import Service
from fulfillment.trade import Pushed

PATIENCE_S = 900.0
"""How long the shop may take to tell everything to somebody at a terminal: its allowance refills slowly."""


def push(service: Service, body: Body, by: str, patience_s: float | None = None) -> Said:
    """The shop's stock; None is a request's patience."""
    asked = read(PushBody, body)
    code, fix = asked.confirm, asked.fix
    return _said(service.storefront.push(dry_run=asked.dry_run, code=code, fix=fix, patience_s=patience_s))


def _said(done: Pushed) -> Said:
    """What a push came to. One that was stopped is answered with no."""
    shown = ("sku", "product", "was", "to", "why")
    moves = done.push.moves if done.is_preview or done.is_stopped else done.done
    figures = {
        "pushed": len(done.done),
        "changes": [{name: getattr(move, name) for name in shown} for move in moves],
        "problems": [asdict(problem) for problem in done.problems],
        "code": done.push.code,
    }
    if done.is_stopped:
        return {"status": "error", "reason": "stopped", "message": done.message, **figures}
    return ok(done.message, **figures)


def _snapshot(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    record = service.storefront.snapshot(patience_s=PATIENCE_S)
    count = len(record.variants)
    message = f"{count} products of {record.shop} are on file, in the tab `{record.title}`."
    return ok(message, products=count, tab=record.title, record=record.to_json())


def _restore_levels(service: Service, body: Body, by: str) -> Said:
    asked = read(RestoreLevelsBody, body)
    record = ShopRecord.from_json(asked.record) if asked.record else None
    return _said(service.storefront.restore(record, code=asked.confirm, patience_s=PATIENCE_S))


def reconcile(service: Service, body: Body, by: str, patience_s: float | None = None) -> Said:
    """The whole comparison; answered with no where an order needs a person."""
    asked = read(ReconcileBody, body)
    return _compared(service.storefront.reconcile(asked.since, by=by, patience_s=patience_s))


def _compared(orders: Sequence[Compared]) -> Said:
    wrong = [order.message for order in orders if order.is_wrong]
    shown = [{**asdict(order), "created_at": order.created_at.isoformat()} for order in orders]
    figures = {"orders": shown, "problems": [{"sku": "", "message": message} for message in wrong]}
    if wrong:
        return {"status": "error", "reason": "differing", "message": in_words(orders), **figures}
    return ok(in_words(orders), **figures)


def _mark(service: Service, body: Body, by: str) -> Said:
    done = service.storefront.mark(read(MarkBody, body).order_id)
    return ok(done.message, marked=done.marked, held_up=[*done.held_up])


NOT_PUSHED = {"pushed": 0, "changes": [], "problems": [], "code": ""}

SHOP: Mapping[str, Operation] = {
    "reconcile": Operation(reconcile, {"orders": [], "problems": []}, ReconcileBody),
    "mark": Operation(_mark, {"marked": 0, "held_up": []}, MarkBody),
    "push": Operation(push, NOT_PUSHED, PushBody),
    "snapshot": Operation(_snapshot, {"products": 0, "tab": "", "record": ""}),
    "restore-levels": Operation(_restore_levels, NOT_PUSHED, RestoreLevelsBody),
}
