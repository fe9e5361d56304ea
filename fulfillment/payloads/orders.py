"""A paid order, in every shape in which Zaps, forms and Shopify send it."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment.model import Order
from fulfillment.payloads.lines import opened, read_lines
from fulfillment.payloads.references import order_id
from fulfillment.payloads.texts import Problems, is_blank, one_line


def read_order(body: Mapping[str, object]) -> Order:
    """The order in a body, the same for every shape of it; unknown fields are passed over.

    An e-mail address is taken as it is, usable or not: the customer has paid. Raises InvalidFields, naming
    every field that is wrong.
    """
    body, problems = _unwrapped(body), Problems()
    order = Order(
        order_id=_order_id(body, problems),
        order_name=_text(body, problems, "order_name", "name"),
        customer_name=_customer_name(body, problems),
        email=_text(body, problems, "email", "customer__email", "contact_email", "customer_email"),
        region=_text(body, problems, "region").upper(),
        lines=read_lines(body, problems),
    )
    problems.refuse()
    return order


def _unwrapped(body: Mapping[str, object]) -> Mapping[str, object]:
    """Shopify's REST API wraps an order as `{"order": {...}}`, its webhooks do not."""
    inner = opened(body.get("order"))
    own_id = _found(body, "order_id", "id")[1]
    return inner if isinstance(inner, Mapping) and own_id is None else body


def _order_id(body: Mapping[str, object], problems: Problems) -> str:
    name, value = _found(body, "order_id", "id")
    return problems.reading(name, lambda: order_id(value), "")


def _customer_name(body: Mapping[str, object], problems: Problems) -> str:
    whole = _text(body, problems, "customer_name", "customer__name")
    parts = (_text(body, problems, f"customer__{part}_name") for part in ("first", "last"))
    return whole or " ".join(filter(None, parts))


def _text(body: Mapping[str, object], problems: Problems, *names: str) -> str:
    name, value = _found(body, *names)
    return problems.reading(name, lambda: one_line(value), "")


def _found(body: Mapping[str, object], *names: str) -> tuple[str, object]:
    """(name, value) of the first of these fields that says something; else the first name, and None."""
    values = ((name, _at(body, name)) for name in names)
    return next(((name, value) for name, value in values if not is_blank(value)), (names[0], None))


def _at(body: Mapping[str, object], name: str) -> object:
    """`customer__email` under that name, or `email` inside `customer`."""
    outer, _, inner = name.partition("__")
    nested = opened(body.get(outer)) if inner and is_blank(body.get(name)) else None
    return nested.get(inner) if isinstance(nested, Mapping) else body.get(name)
