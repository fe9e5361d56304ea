"""What becomes of waiting orders when there is stock again, besides what was asked for."""

from __future__ import annotations

import math

from fulfillment.answers import counted, listed
from fulfillment.errors import FulfillmentError
from fulfillment.service import Service
from fulfillment.waiting import Retried, in_words

REPLAY = "To have the keys mailed, replay the Zap's runs of these orders."


def waiting_besides(service: Service, by: str, until: float = math.inf) -> str:
    """What an operation that brought stock says of the waiting orders; it stands, whatever became of them.

    They are served by themselves where that is wished for, else they are named, and the team is told.
    """
    try:
        if service.serves_waiting:
            done = service.retry_waiting(by=by, until=until)
            return retried_in_words(service, done, dry_run=False) if done.orders else ""
        found = in_words(service.waiting(by=by, until=until), can="can now")
        return f"{found} Serve them with Waiting orders." if found else ""
    except FulfillmentError as error:
        return f"Whether waiting orders can be served is not known: {error}"


def retried_in_words(service: Service, done: Retried, *, dry_run: bool) -> str:
    """`Served 2 waiting orders: #1042 and #1043.`, and what is to be done so that their keys are mailed."""
    if not done.orders:
        return "No waiting order can be served whole: its keys are not in stock."
    if dry_run:
        return f"Nothing was served yet. {in_words(done.orders, can='can')}"
    names = [order.order_name or order.order_id for order in done.orders]
    said = f"Served {counted(len(names), 'waiting order')}: {listed(names, most=len(names))}."
    how = "Their keys go out by the hook." if service.has_hook else REPLAY
    more = f" {done.left} more can be served: do it again." if done.left else ""
    return f"{said} {how}{more}"
