"""Operations on one order, or on a few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from fulfillment.answers import listed
from fulfillment.model import Reply
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
    keys = [key._asdict() for key in told.keys]
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
        by=by,
    )
    return ok(done.message, released=done.released)


def _clear(service: Service, body: Body, by: str) -> Said:
    return ok(service.clear(read(ClearBody, body).order_id, by=by).message, cleared=True)


def _replace(service: Service, body: Body, by: str) -> Said:
    asked = read(ReplaceBody, body)
    reply: Reply = service.replace(asked.order_id, asked.keycode, by=by)
    return ok(reply.answer.message, replaced=True, keys=[key._asdict() for key in reply.keys])


def _close(service: Service, body: Body, by: str) -> Said:
    asked = read(CloseBody, body)
    done = service.close(asked.order_ids, reason=asked.reason, by=by)
    before = f" Closed before: {listed(done.before)}." if done.before else ""
    orders = "order" if len(done.closed) == 1 else "orders"
    return ok(f"Closed {len(done.closed)} {orders} as served by hand.{before}", closed=[*done.closed])


def _delivered(service: Service, body: Body, by: str) -> Said:
    return ok(service.delivered(read(DeliveredBody, body).order_id, by=by), delivered=True)


ORDERS: Mapping[str, Operation] = {
    "status": Operation(_status, {"outcome": "", "keys": [], "story": [], "next": ""}),
    "release": Operation(_release, {"released": 0}),
    "clear": Operation(_clear, {"cleared": False}),
    "replace": Operation(_replace, {"replaced": False}),
    "close": Operation(_close, {"closed": []}),
    "delivered": Operation(_delivered, {"delivered": False}),
}
