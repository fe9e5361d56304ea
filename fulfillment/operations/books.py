"""Operations on the workbook as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from fulfillment.alerts import in_words
from fulfillment.answers import counted
from fulfillment.errors import FulfillmentError
from fulfillment.moving import Moved
from fulfillment.operations.operation import Body, Operation, Said, ok
from fulfillment.operations.waiting import waiting_besides
from fulfillment.payloads import EmptyBody, RebuildBody, read
from fulfillment.service import Service
from fulfillment.telling import Sent


def _archive(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    moved = service.archive()
    return ok(moved.message, **asdict(moved))


def _archived_besides(service: Service) -> str:
    """What a refresh says of the archive; the refresh stands, whatever became of it."""
    if not service.has_archive:
        return ""
    try:
        return service.archive().message
    except FulfillmentError as error:
        return f"Nothing was archived: {error}"


def _send(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    sent = service.send_due(by=by)
    return ok(sent.message, **asdict(sent))


def _shop_besides(service: Service, by: str) -> str:
    """What a refresh says of the shop's stock and orders; the refresh stands, whatever became of them."""
    if not service.has_shop:
        return ""
    stock = _pushed(service, by) if service.storefront.pushes else ""
    return " ".join(filter(None, [stock, _looked_back(service, by)]))


def _pushed(service: Service, by: str) -> str:
    try:
        return service.storefront.refresh_stock(by=by).message
    except FulfillmentError as error:
        return f"The shop's stock is still due: {error}"


def _sent_besides(service: Service, by: str) -> str:
    """What a refresh says of the messages that were due; the refresh stands, whatever became of them."""
    try:
        sent = service.send_due(by=by)
    except FulfillmentError as error:
        return f"Nothing was sent: {error}"
    return "" if sent == Sent() else sent.message


def _looked_back(service: Service, by: str) -> str:
    try:
        wrong = [order.message for order in service.storefront.look_back(by=by) if order.is_wrong]
    except FulfillmentError as error:
        return f"The shop's orders were not compared: {error}"
    return f"{counted(len(wrong), 'order')} of the shop to look at: {' '.join(wrong[:3])}" if wrong else ""


def _refresh(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    done = service.refresh()
    free = sum(row.available for row in done.inventory)
    where = counted(len(done.inventory), "pool")
    said = [f"Inventory refreshed: {counted(free, 'seat')} available in {where}.", in_words(done.low)]
    said += [
        waiting_besides(service, by),
        _sent_besides(service, by),  # before the shop, which may be slow
        _shop_besides(service, by),
        _archived_besides(service),
    ]
    message = " ".join(filter(None, said))
    return ok(message, pools=[asdict(row) for row in done.inventory], low=[asdict(low) for low in done.low])


def _rebuild(service: Service, body: Body, by: str) -> Said:
    asked = read(RebuildBody, body)
    done = service.rebuild(accept=asked.accept, dry_run=asked.dry_run)
    figures = {
        "rebuilt": [asdict(row) for row in done.rows],
        "given_up": [asdict(row) for row in done.given_up],
        "left": [asdict(row) for row in done.left],
    }
    message = done.preview if asked.dry_run else done.message
    is_done = not done.left and not done.waiting
    return ok(message, **figures) if is_done else {"status": "error", "message": message, **figures}


def _audit(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    breaches = service.audit()
    figures = {"ok": not breaches, "breaches": [asdict(breach) for breach in breaches]}
    if not breaches:
        return ok("The books are in order.", **figures)
    return {"status": "error", "message": f"The books are not in order: {len(breaches)} found.", **figures}


BOOKS: Mapping[str, Operation] = {
    "archive": Operation(_archive, asdict(Moved())),
    "send": Operation(_send, asdict(Sent())),
    "refresh": Operation(_refresh, {"pools": [], "low": []}),
    "rebuild": Operation(_rebuild, {"rebuilt": [], "given_up": [], "left": []}, RebuildBody),
    "audit": Operation(_audit, {"ok": False, "breaches": []}),
}
