"""What it takes to go live, and to go back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from fulfillment import checklist
from fulfillment.answers import counted, listed
from fulfillment.checklist import Step
from fulfillment.checks import Finding
from fulfillment.comparison import Compared
from fulfillment.errors import FulfillmentError
from fulfillment.mailing import Rehearsed
from fulfillment.service import Service

PATIENCE_S = 900.0
"""How long the shop may take to tell everything to somebody at a terminal."""


def steps(service: Service, found: Iterable[Finding], now: datetime) -> Iterator[Step]:
    """Every step in its order, with what is to be done; `found` is what the trials found.

    What cannot be looked at is a step that is not done: its sentence says why.
    """
    found = [*found]
    ready = [
        _looked("Snapshot of the shop", lambda: checklist.filed(service.storefront.gate())),
        _checked("Check", [each for each in found if each.name != "tabs"]),
        _checked("Setup", [each for each in found if each.name == "tabs"]),
        _looked("Sync from Shopify", lambda: _pulled(service)),
        _looked("Entitlements", lambda: checklist.described(service.catalogue_rows())),
        _looked("Sync Catalogue", lambda: checklist.published(service.publish(dry_run=True))),
        _looked("Import Keys", service.stocked),
        _looked("Preview of the push", lambda: checklist.confirmed(service.storefront.gate())),
        _looked("Draft order, and its four ticks", lambda: checklist.tried(service.storefront.draft_ticks())),
    ]
    yield from ready
    live = _looked("Live", lambda: _switched(service, all(step.is_done for step in ready), now))
    yield live
    yield _looked("Orders of test mode", lambda: checklist.settled(service.rehearsed()))
    yield _looked("Marked as fulfilled", lambda: _marked(service, live.is_done, now))


def is_live(found: Iterable[Step]) -> bool:
    """Is everything done but the marking, which takes two weeks?"""
    return all(step.is_done for step in [*found][:-1])


def _looked(title: str, look: Callable[[], Step]) -> Step:
    try:
        return look()
    except FulfillmentError as error:
        return Step(title, False, str(error))


def _checked(title: str, found: Iterable[Finding]) -> Step:
    wrong = [f"{each.name}: {each.message}" for each in found if not each.is_ok]
    return Step(title, not wrong, listed(wrong) or "nothing is wrong.")


def _pulled(service: Service) -> Step:
    return checklist.pulled(service.storefront.variants(patience_s=PATIENCE_S), service.catalogue_rows())


def _switched(service: Service, is_ready: bool, now: datetime) -> Step:
    terms = service.storefront.terms
    return checklist.switched(service.mode, terms.push, terms.live_since, is_ready=is_ready, now=now)


def _marked(service: Service, is_live: bool, now: datetime) -> Step:
    terms = service.storefront.terms
    return checklist.marked(terms.live_since, is_on=terms.marks_fulfilled, is_live=is_live, now=now)


def release_test(service: Service, order: Rehearsed, by: str) -> str:
    """An order of test mode gives its seats back, and its answer is forgotten."""
    return service.release(
        order.order_id, sku="", units=(), quarantine=False, reason="answered in test mode", by=by
    ).message


def send_test(service: Service, order: Rehearsed, by: str) -> str:
    """An order of test mode is mailed to its customer. One without keys starts anew with its next post,
    which is for the customer: a failed one would keep the test recipient if it were not released first.

    The draft order gives its keys back: nobody bought it.
    """
    if order.order_id == service.storefront.draft_id():
        return release_test(service, order, by)
    if order.outcome == "fulfilled":
        said = service.resend(order.order_id, for_real=True, by=by).message
        return said if service.has_hook else f"{said} Replay the Zap's run of it: no hook is set (DELIVERY)."
    release_test(service, order, by)
    return service.clear(order.order_id, by=by).message


def unserved(orders: Iterable[Compared]) -> list[str]:
    """A sentence for each paid order that got nothing from us, and is nobody's yet."""
    found = []
    for order in orders:
        if order.verdict in ("missing", "expected"):
            found.append(f"{order.order_name}: paid, and never came here.")
        elif order.here in ("failed", "cleared") and order.verdict == "in order" and order.shop == "paid":
            found.append(f"{order.order_name}: {order.here} here, and got no key.")
    return found


def what_was_given(count: int, orders: int) -> str:
    """`3 keys of 2 orders were given out and are in use.`"""
    return f"{counted(count, 'seat')} of {counted(orders, 'order')} were given out and are in use."
