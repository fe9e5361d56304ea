"""Operations on the keys in stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from fulfillment import alerts
from fulfillment.answers import counted
from fulfillment.importing import Watch, unwatched
from fulfillment.intake import Imported
from fulfillment.operations.operation import Body, Operation, Said, ok
from fulfillment.operations.waiting import waiting_besides
from fulfillment.payloads import EmptyBody, ImportBody, RestoreBody, WithdrawBody, read
from fulfillment.service import Service
from fulfillment.waiting import in_words

NOTHING_PASTED = "The tab Import Keys has no keys: paste them there, one row each, and import again."


def import_keys(service: Service, body: Body, by: str, watch: Watch = unwatched) -> Said:
    """Import Keys; `watch` is told how far it is."""
    asked = read(ImportBody, body)
    done = service.import_keys(asked.rows, numbers=asked.lines, dry_run=asked.dry_run, by=by, watch=watch)
    besides = "" if asked.dry_run or not done.count("imported") else waiting_besides(service, by)
    return ok(
        f"{_import_message(asked, done)} {besides}".rstrip(),
        imported=done.count("imported"),
        duplicates=done.count("duplicate"),
        refused=done.count("refused"),
        seats=done.seats,
        rows=[asdict(row) for row in done.rows],
        stock=[asdict(pool) for pool in done.stock],
        waiting=[asdict(order) for order in done.waiting],
        low=[asdict(low) for low in done.low],
    )


def _import_message(asked: ImportBody, done: Imported) -> str:
    if asked.rows is None and not done.rows:
        return NOTHING_PASTED
    low = alerts.in_words(done.low)
    if asked.dry_run:
        waiting = in_words(done.waiting, can="could then")
        return " ".join(filter(None, ["Nothing was imported yet; it would be:", done.message, waiting, low]))
    stays = asked.rows is None and len(done.rows) > done.count("imported")
    return " ".join(filter(None, [done.message, "See the result column." if stays else "", low]))


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
    return ok(message, withdrawn=done.seats, keys=done.keys, unknown=done.unknown, held=held)


def _restore(service: Service, body: Body, by: str) -> Said:
    asked = read(RestoreBody, body)
    done = service.restore(asked.codes, reason=asked.reason, dry_run=asked.dry_run, by=by)
    if asked.dry_run:
        message = f"Nothing was restored yet; it would be: {done.message}"
    else:
        message = f"{done.message} {waiting_besides(service, by) if done.seats else ''}".rstrip()
    return ok(message, restored=done.seats, unknown=done.unknown)


def _quarantine(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    shown = ("at", "order_id", "order_name", "entitlements", "region", "component", "keycode", "reason")
    seats = [{name: getattr(row, name) for name in shown} for row in service.quarantine()]
    found = f"In quarantine: {counted(len(seats), 'seat')}. Restore or withdraw them."
    return ok(found if seats else "No seat is in quarantine.", seats=seats)


NO_IMPORT = {
    **dict.fromkeys(("imported", "duplicates", "refused", "seats"), 0),
    **dict.fromkeys(("rows", "stock", "waiting", "low"), ()),
}

KEYS: Mapping[str, Operation] = {
    "import": Operation(import_keys, NO_IMPORT, ImportBody),
    "withdraw": Operation(_withdraw, {"withdrawn": 0, "keys": 0, "unknown": 0, "held": []}, WithdrawBody),
    "restore": Operation(_restore, {"restored": 0, "unknown": 0}, RestoreBody),
    "quarantine": Operation(_quarantine, {"seats": []}),
}
