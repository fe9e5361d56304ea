"""Operations on one order, or on a few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from fulfillment.answers import as_given, counted, listed
from fulfillment.forgetting import ELSEWHERE
from fulfillment.model import Answer, Assignment, GivenKey
from fulfillment.operations.operation import Body, Operation, Said, ok
from fulfillment.operations.waiting import retried_in_words, waiting_besides
from fulfillment.payloads import (
    ClearBody,
    CloseBody,
    DeliveredBody,
    EmptyBody,
    ForgetBody,
    ReleaseBody,
    ReplaceBody,
    ResendBody,
    RetryBody,
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
    if asked.dry_run:
        return ok(done.preview, **facts, next=done.next)
    besides = waiting_besides(service, by) if done.released else ""
    return ok(f"{done.message} {besides}".rstrip(), **facts, next=done.next)


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
    following = _how_mailed(service, "run the Zap again") if service.has_hook else done.next
    return ok(done.message, **facts, keys=_keys(done.reply.keys), **seats, next=following)


def _close(service: Service, body: Body, by: str) -> Said:
    asked = read(CloseBody, body)
    done = service.close(asked.order_ids, reason=asked.reason, by=by)
    before = f" Closed before: {listed(done.before)}." if done.before else ""
    orders = "order" if len(done.closed) == 1 else "orders"
    return ok(f"Closed {len(done.closed)} {orders} as served by hand.{before}", closed=[*done.closed])


def _delivered(service: Service, body: Body, by: str) -> Said:
    asked = read(DeliveredBody, body)
    done = service.delivered(asked.order_id, mail=asked.mail, by=by)
    return ok(done.message, delivered=done.delivered)


def _resend(service: Service, body: Body, by: str) -> Said:
    asked = read(ResendBody, body)
    done = service.resend(asked.order_id, for_real=asked.for_real, by=by)
    facts = {**_whose(done.reply.answer), "resent": True, "for_real": done.for_real}
    return ok(done.message, **facts, next=_how_mailed(service, "replay the Zap's run of the order"))


def _forget(service: Service, body: Body, by: str) -> Said:
    asked = read(ForgetBody, body)
    done = service.forget(asked.order_id, dry_run=asked.dry_run, by=by)
    answer, is_done = done.answer, bool(done.blanked) and not asked.dry_run
    return ok(
        done.preview if asked.dry_run else done.message,
        order_id=answer.order_id,
        order_name=answer.order_name,
        forgotten=is_done,
        dry_run=asked.dry_run,
        blanked=done.blanked,
        others=[*done.others],
        elsewhere=[*ELSEWHERE],
    )


def _test_orders(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    orders = [asdict(order) for order in service.rehearsed()]
    what = "Release the seats of each, or resend it for real: none has reached its customer."
    said = f"{counted(len(orders), 'order')} were answered in test mode. {what}" if orders else NO_TESTS
    return ok(said, orders=orders)


NO_TESTS = "No order has an answer of test mode."


def _how_mailed(service: Service, by_hand: str) -> str:
    """What becomes of keys that are to be mailed outside of a call of the Zap's."""
    if service.has_hook:
        return "Nothing: the keys go out by the hook, and the Outbox shows what became of them."
    return f"To have them mailed, {by_hand}: no hook is set (DELIVERY)."


def _retry_waiting(service: Service, body: Body, by: str) -> Said:
    asked = read(RetryBody, body)
    done = service.retry_waiting(dry_run=asked.dry_run, by=by)
    served = [] if asked.dry_run else [asdict(order) for order in done.orders]
    waiting = [asdict(order) for order in done.orders] if asked.dry_run else []
    facts = {"served": served, "waiting": waiting, "left": done.left, "dry_run": asked.dry_run}
    return ok(retried_in_words(service, done, dry_run=asked.dry_run), **facts)


ORDERS: Mapping[str, Operation] = {
    "status": Operation(_status, {"outcome": "", "keys": [], "story": [], "next": ""}, StatusBody),
    "release": Operation(_release, {"released": 0, "keys": [], "holds": []}, ReleaseBody),
    "clear": Operation(_clear, {"cleared": False}, ClearBody),
    "replace": Operation(_replace, {"replaced": False}, ReplaceBody),
    "close": Operation(_close, {"closed": []}, CloseBody),
    "resend": Operation(_resend, {"resent": False}, ResendBody),
    "retry-waiting": Operation(_retry_waiting, {"served": [], "waiting": [], "left": 0}, RetryBody),
    "forget": Operation(
        _forget, {"forgotten": False, "blanked": {}, "others": [], "elsewhere": []}, ForgetBody
    ),
    "test-orders": Operation(_test_orders, {"orders": []}),
    "delivered": Operation(_delivered, {"delivered": False}, DeliveredBody),
}
