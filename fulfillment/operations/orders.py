"""Operations on one order, or on a few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from fulfillment.answers import as_given, listed
from fulfillment.model import Answer, Assignment, GivenKey
from fulfillment.operations.operation import Body, Operation, Said, ok
from fulfillment.payloads import (
    ClearBody,
    CloseBody,
    DeliveredBody,
    ReleaseBody,
    ReplaceBody,
    StatusBody,
    read,
)
from fulfillment.service import Service


def _status(service: Service, body: Body, by: str) -> Said:
    told = service.status(read(StatusBody, body).order_id)
    keys = _keys(told.keys)
    events = [asdict(event) for event in told.story]
    figures = {"order_id": told.order_id, "outcome": told.outcome, "keys": keys, "story": events}
    return ok(told.message, **figures, next=told.next)


def _release(service: Service, body: Body, by: str) -> Said:
    asked = read(ReleaseBody, body)
    done = service.release(
        asked.order_id,
        sku=asked.sku,
        units=asked.units,
        quarantine=asked.quarantine,
        reason=asked.reason,
        dry_run=asked.dry_run,
        by=by,
    )
    figures = {"released": done.released, "quarantined": done.quarantined, "dry_run": asked.dry_run}
    keys, holds = _seats(done.rows, done.before), _seats(done.after.holdings, done.before)
    facts = {**_whose(done.before), **figures, "keys": keys, "holds": holds}
    return ok(done.preview if asked.dry_run else done.message, **facts, next=done.next)


def _whose(answer: Answer) -> Said:
    """Which order, and which customer."""
    return {"order_id": answer.order_id, "order_name": answer.order_name, "customer": answer.customer}


def _seats(rows: Sequence[Assignment], answer: Answer) -> list[Said]:
    """Each seat as answers show it, and what happened to it last."""
    given = zip(_keys(as_given(rows, answer)), rows, strict=True)
    return [{**key, "event": row.event} for key, row in given]


def _keys(keys: Iterable[GivenKey]) -> list[Said]:
    return [key._asdict() for key in keys]


def _clear(service: Service, body: Body, by: str) -> Said:
    return ok(service.clear(read(ClearBody, body).order_id, by=by).message, cleared=True)


def _replace(service: Service, body: Body, by: str) -> Said:
    asked = read(ReplaceBody, body)
    done = service.replace(asked.order_id, asked.keycode, dry_run=asked.dry_run, by=by)
    answer = done.reply.answer
    facts = {**_whose(answer), "replaced": True, "dry_run": asked.dry_run, "left": done.left}
    if asked.dry_run:  # whose the next key will be is settled only when it is given
        return ok(done.preview, **facts, old=_seats(done.old, answer), next=done.next)
    seats = {"old": _seats(done.old, answer), "new": _seats(done.new, answer)}
    return ok(done.message, **facts, keys=_keys(done.reply.keys), **seats, next=done.next)


def _close(service: Service, body: Body, by: str) -> Said:
    asked = read(CloseBody, body)
    done = service.close(asked.order_ids, reason=asked.reason, by=by)
    before = f" Closed before: {listed(done.before)}." if done.before else ""
    orders = "order" if len(done.closed) == 1 else "orders"
    return ok(f"Closed {len(done.closed)} {orders} as served by hand.{before}", closed=[*done.closed])


def _delivered(service: Service, body: Body, by: str) -> Said:
    return ok(service.delivered(read(DeliveredBody, body).order_id, by=by), delivered=True)


ORDERS: Mapping[str, Operation] = {
    "status": Operation(_status, {"outcome": "", "keys": [], "story": [], "next": ""}, StatusBody),
    "release": Operation(_release, {"released": 0, "keys": [], "holds": []}, ReleaseBody),
    "clear": Operation(_clear, {"cleared": False}, ClearBody),
    "replace": Operation(_replace, {"replaced": False}, ReplaceBody),
    "close": Operation(_close, {"closed": []}, CloseBody),
    "delivered": Operation(_delivered, {"delivered": False}, DeliveredBody),
}
