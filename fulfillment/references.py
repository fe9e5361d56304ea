"""The order that a person means."""

from __future__ import annotations

from fulfillment.answers import listed
from fulfillment.errors import UnknownOrder
from fulfillment.model import Answer
from fulfillment.workbook import Draft, OrderFile


def known(draft: Draft, order_id: str) -> tuple[OrderFile, Answer]:
    """The order's file and newest answer. Raises UnknownOrder."""
    file = draft.file(order_id)
    if file.answer is None:
        raise UnknownOrder(f"Order {order_id} was never seen here: check the id.")
    return file, file.answer


def find_order(draft: Draft, reference: str) -> str:
    """The id of the order that a person named, by its id or by its name (`#1042`, `1042`).

    An id that no order has is returned as it is. Raises UnknownOrder where several orders bear the name.
    """
    if draft.file(reference).answer is not None:
        return reference
    snapshot = draft.snapshot
    ids = snapshot.called(reference) or snapshot.called(f"#{reference}")
    if not ids and reference.startswith("#"):
        raise UnknownOrder(f"No order is called {reference}: check the name, or use the id.")
    if len(ids) > 1:
        raise UnknownOrder(
            f"{len(ids)} orders are called {reference}: {listed(sorted(ids))}. Name the one by its id."
        )
    return next(iter(ids), reference)
