"""Operations on the workbook as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial

from fulfillment.alerts import in_words
from fulfillment.answers import counted, listed
from fulfillment.errors import FulfillmentError
from fulfillment.moving import Moved
from fulfillment.operations.operation import Body, Operation, Said, ok
from fulfillment.operations.waiting import waiting_besides
from fulfillment.payloads import EmptyBody, RebuildBody, read
from fulfillment.service import Service
from fulfillment.telling import Sent

REFRESH_S = 45.0
"""The time of a whole refresh. The scheduler gives up after 60 (deploy.sh), and a look at the workbook that
is on its way when the time is over may take 8 more."""

LEAST_S = 2.0
"""With less time left no step is begun."""


def _archive(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    moved = service.archive()
    return ok(moved.message, **asdict(moved))


def _archived_besides(service: Service, by: str, until: float) -> str:
    try:
        return service.archive(until=until).message
    except FulfillmentError as error:
        return f"Nothing was archived: {error}"


def _send(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    sent = service.send_due(by=by)
    return ok(sent.message, **asdict(sent))


def _pushed_besides(service: Service, by: str, until: float) -> str:
    try:
        return service.storefront.refresh_stock(by=by, until=until).message
    except FulfillmentError as error:
        return f"The shop's stock is still due: {error}"


def _sent_besides(service: Service, by: str, until: float) -> str:
    try:
        sent = service.send_due(by=by, until=until)
    except FulfillmentError as error:
        return f"Nothing was sent: {error}"
    return "" if sent == Sent() else sent.message


def _looked_back_besides(service: Service, by: str, until: float) -> str:
    try:
        found = service.storefront.look_back(by=by, until=until)
    except FulfillmentError as error:
        return f"The shop's orders were not compared: {error}"
    wrong = [order.message for order in found if order.is_wrong]
    return f"{counted(len(wrong), 'order')} of the shop to look at: {' '.join(wrong[:3])}" if wrong else ""


def _forgotten_besides(figures: Said, service: Service, by: str, until: float) -> str:
    try:
        done = service.forget_old(by=by, until=until)
    except FulfillmentError as error:
        return f"No customer was forgotten for their age: {error}"
    figures["forgotten"] = done.orders
    return done.message


Besides = Callable[[Service, str, float], str]
"""A further step of a refresh, by whom and until when: what it says of what it did. The refresh stands,
whatever becomes of it."""


def _steps(service: Service, figures: Said) -> Iterator[tuple[str, Besides]]:
    """What a refresh does besides, by what would be left; the messages before the shop, which may be slow.

    `figures` of its answer are theirs to set.
    """
    yield "waiting orders", waiting_besides
    yield "messages", _sent_besides
    if service.forgets_old:
        yield "customers to be forgotten", partial(_forgotten_besides, figures)
    if service.has_shop and service.storefront.pushes:
        yield "the shop's stock", _pushed_besides
    if service.has_shop:
        yield "the shop's orders", _looked_back_besides
    if service.has_archive:
        yield "the archive", _archived_besides


def _besides(service: Service, by: str, until: float, figures: Said) -> Iterator[str]:
    """What each step says. What time is left is shared by those to come, so that each has its turn."""
    steps, left = [*_steps(service, figures)], []
    for place, (name, step) in enumerate(steps):
        now = service.clock.now_s()
        if until - now < LEAST_S:
            left.append(name)
        else:
            yield step(service, by, now + (until - now) / (len(steps) - place))
    if left:
        yield f"There was no time left for {listed(left)}: the next refresh sees to it."


def _refresh(service: Service, body: Body, by: str) -> Said:
    read(EmptyBody, body)
    until = service.clock.now_s() + REFRESH_S
    done = service.refresh(until=until)
    free = sum(row.available for row in done.inventory)
    where = counted(len(done.inventory), "pool")
    said = [f"Inventory refreshed: {counted(free, 'seat')} available in {where}.", in_words(done.low)]
    said += [f"Put right: {' '.join(done.repaired)}"] if done.repaired else []
    said += [f"Not put right: {' '.join(done.left)}"] if done.left else []
    figures: Said = {
        "pools": [asdict(row) for row in done.inventory],
        "low": [asdict(low) for low in done.low],
        "repaired": [*done.repaired],
        "forgotten": 0,
    }
    message = " ".join(filter(None, [*said, *_besides(service, by, until, figures)]))
    return ok(message, **figures)


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
    message = f"The spreadsheet is not in order: {counted(len(breaches), 'thing')} found."
    return {"status": "error", "message": message, **figures}


BOOKS: Mapping[str, Operation] = {
    "archive": Operation(_archive, asdict(Moved())),
    "send": Operation(_send, asdict(Sent())),
    "refresh": Operation(_refresh, {"pools": [], "low": [], "repaired": [], "forgotten": 0}),
    "rebuild": Operation(_rebuild, {"rebuilt": [], "given_up": [], "left": []}, RebuildBody),
    "audit": Operation(_audit, {"ok": False, "breaches": []}),
}
