"""Every operation as the sidebar, the scheduler and the command line call it: a body in, an answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from fulfillment.answers import listed
from fulfillment.errors import FulfillmentError
from fulfillment.importing import Watch, unwatched
from fulfillment.intake import Imported
from fulfillment.model import Reply
from fulfillment.moving import Moved
from fulfillment.payloads import (
    ClearBody,
    CloseBody,
    DeliveredBody,
    EmptyBody,
    ImportBody,
    PublishBody,
    ReleaseBody,
    ReplaceBody,
    RestoreBody,
    StatusBody,
    WithdrawBody,
    read,
)
from fulfillment.service import Service
from fulfillment.waiting import in_words

Body = Mapping[str, object]
Said = dict[str, object]


@dataclass(frozen=True, slots=True)
class Operation:
    """What it does with a body, and its figures when it says no."""

    run: Callable[[Service, Body, str], Said]
    nothing: Mapping[str, object]


def _ok(message: str, **figures: object) -> Said:
    return {"status": "ok", "message": message, **figures}


def _status(service: Service, body: Body, by: str) -> Said:
    told = service.status(read(StatusBody, body).order_id)
    keys = [key._asdict() for key in told.keys]
    events = [asdict(event) for event in told.story]
    figures = {"order_id": told.order_id, "outcome": told.outcome, "keys": keys, "story": events}
    return _ok(told.message, **figures, next=told.next)


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
    return _ok(done.message, released=done.released)


def _clear(service: Service, body: Body, by: str) -> Said:
    return _ok(service.clear(read(ClearBody, body).order_id, by=by).message, cleared=True)


def _replace(service: Service, body: Body, by: str) -> Said:
    asked = read(ReplaceBody, body)
    reply: Reply = service.replace(asked.order_id, asked.keycode, by=by)
    return _ok(reply.answer.message, replaced=True, keys=[key._asdict() for key in reply.keys])


def _close(service: Service, body: Body, by: str) -> Said:
    asked = read(CloseBody, body)
    done = service.close(asked.order_ids, reason=asked.reason, by=by)
    before = f" Closed before: {listed(done.before)}." if done.before else ""
    orders = "order" if len(done.closed) == 1 else "orders"
    return _ok(f"Closed {len(done.closed)} {orders} as served by hand.{before}", closed=[*done.closed])


def _delivered(service: Service, body: Body, by: str) -> Said:
    return _ok(service.delivered(read(DeliveredBody, body).order_id, by=by), delivered=True)


def _publish(service: Service, body: Body, by: str) -> Said:
    asked = read(PublishBody, body)
    done = service.publish(dry_run=asked.dry_run)
    verb = "would be live" if asked.dry_run else "live"
    problems = f" {len(done.problems)} with a problem: see the status column." if done.problems else ""
    return _ok(
        f"{done.published} products {verb}.{problems}",
        published=done.published,
        warnings=[*done.warnings],
        problems=[asdict(problem) for problem in done.problems],
    )


def import_keys(service: Service, body: Body, by: str, watch: Watch = unwatched) -> Said:
    """Import Keys; `watch` is told how far it is."""
    asked = read(ImportBody, body)
    done = service.import_keys(asked.rows, numbers=asked.lines, dry_run=asked.dry_run, by=by, watch=watch)
    return _ok(
        _import_message(asked, done),
        imported=done.count("imported"),
        duplicates=done.count("duplicate"),
        refused=done.count("refused"),
        seats=done.seats,
        rows=[asdict(row) for row in done.rows],
        stock=[asdict(pool) for pool in done.stock],
        waiting=[asdict(order) for order in done.waiting],
    )


def _import_message(asked: ImportBody, done: Imported) -> str:
    waiting = in_words(done.waiting, can="could then" if asked.dry_run else "can now")
    if asked.dry_run:
        return f"Nothing was imported yet; it would be: {done.message} {waiting}".rstrip()
    stays = asked.rows is None and len(done.rows) > done.count("imported")
    where = "See the result column." if stays else ""
    advice = "Clear Order Cache for each, then run the Zap again." if waiting else ""
    return " ".join(filter(None, [done.message, where, waiting, advice]))


def _withdraw(service: Service, body: Body, by: str) -> Said:
    asked = read(WithdrawBody, body)
    done = service.withdraw(
        batch=asked.batch,
        codes=asked.codes,
        quarantined=asked.quarantined,
        reason=asked.reason,
        dry_run=asked.dry_run,
        by=by,
    )
    message = f"Nothing was withdrawn yet; it would be: {done.message}" if asked.dry_run else done.message
    held = [asdict(holder) for holder in done.holders]
    return _ok(message, withdrawn=done.seats, keys=done.keys, unknown=done.unknown, held=held)


def _restore(service: Service, body: Body, by: str) -> Said:
    asked = read(RestoreBody, body)
    done = service.restore(asked.codes, reason=asked.reason, by=by)
    return _ok(done.message, restored=done.seats, unknown=done.unknown)


def _quarantine(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    shown = ("at", "order_id", "order_name", "entitlements", "region", "component", "keycode", "reason")
    seats = [{name: getattr(row, name) for name in shown} for row in service.quarantine()]
    return _ok(f"{len(seats)} seats are in quarantine: restore or withdraw them.", seats=seats)


def _archive(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    moved = service.archive()
    return _ok(moved.message, **asdict(moved))


def _archived_besides(service: Service) -> str:
    """What a refresh says of the archive; the refresh stands, whatever became of it."""
    if not service.has_archive:
        return ""
    try:
        return f" {service.archive().message}"
    except FulfillmentError as error:
        return f" Nothing was archived: {error}"


def _refresh(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    pools = [asdict(row) for row in service.refresh()]
    free = sum(int(row["available"]) for row in pools)
    message = f"Inventory refreshed: {free} seats available in {len(pools)} pools."
    return _ok(message + _archived_besides(service), pools=pools)


def _audit(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    breaches = service.audit()
    figures = {"ok": not breaches, "breaches": [asdict(breach) for breach in breaches]}
    if not breaches:
        return _ok("The books are in order.", **figures)
    return {"status": "error", "message": f"The books are not in order: {len(breaches)} found.", **figures}


NO_IMPORT = {
    **dict.fromkeys(("imported", "duplicates", "refused", "seats"), 0),
    **dict.fromkeys(("rows", "stock", "waiting"), ()),
}

OPERATIONS: Mapping[str, Operation] = {
    "status": Operation(_status, {"outcome": "", "keys": [], "story": [], "next": ""}),
    "release": Operation(_release, {"released": 0}),
    "clear": Operation(_clear, {"cleared": False}),
    "replace": Operation(_replace, {"replaced": False}),
    "close": Operation(_close, {"closed": []}),
    "delivered": Operation(_delivered, {"delivered": False}),
    "publish": Operation(_publish, {"published": 0, "warnings": [], "problems": []}),
    "import": Operation(import_keys, NO_IMPORT),
    "withdraw": Operation(_withdraw, {"withdrawn": 0, "keys": 0, "unknown": 0, "held": []}),
    "restore": Operation(_restore, {"restored": 0, "unknown": 0}),
    "quarantine": Operation(_quarantine, {"seats": []}),
    "archive": Operation(_archive, asdict(Moved())),
    "refresh": Operation(_refresh, {"pools": []}),
    "audit": Operation(_audit, {"ok": False, "breaches": []}),
}
