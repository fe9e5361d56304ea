"""A paid order as Shopify tells others of it: the body of its webhook orders/paid, and of a Zap's trigger.

The names are those of the REST Order resource, which webhooks keep (shopify.dev, webhook topics; sure). Only
what anybody here reads of it is there.
"""

from __future__ import annotations

from sandbox.book import Json
from sandbox.shopify.state import Line, Order


def as_paid(order: Order) -> Json:
    """The body for one order; a line without a SKU has an empty one."""
    first, _, last = order.customer.partition(" ")
    return {
        "id": order.id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order.id}",
        "name": order.name,
        "email": order.email,
        "created_at": order.created_at.isoformat(timespec="seconds"),
        "financial_status": order.financial.lower(),
        "test": order.is_test,
        "tags": ", ".join(order.tags),
        "customer": {"first_name": first, "last_name": last, "email": order.email},
        "line_items": [_line(line) for line in order.lines],
    }


def _line(line: Line) -> Json:
    return {
        "id": line.id,
        "sku": line.sku or "",
        "title": line.title,
        "quantity": line.quantity,
        "current_quantity": line.current,
    }
