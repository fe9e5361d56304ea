"""The ways in which an order is named: its id, Shopify's gid, its page's address, a name like #1042."""

from __future__ import annotations

import re

from fulfillment.errors import InvalidFields
from fulfillment.payloads.texts import WrongValue, exact_text

ID_LIMIT = 200

_EXAMPLE = "such as 6855909900591"

_DECIMAL = re.compile(r"[0-9]{10,}\.0+")

_LONG_FORMS = (
    re.compile(r"gid://shopify/Order/([0-9]+)(?:\?.*)?", re.IGNORECASE),
    # https://admin.shopify.com/store/x/orders/1, and the older https://x.myshopify.com/admin/orders/1
    re.compile(r"(?:https?://)?admin\.shopify\.com/store/[^/]+/orders/([0-9]+)/?(?:[?#].*)?", re.IGNORECASE),
    re.compile(r"(?:https?://)?[^/]+\.myshopify\.com/admin/orders/([0-9]+)/?(?:[?#].*)?", re.IGNORECASE),
)


def order_reference(text: object) -> str:
    """What a person typed for an order, as its id; a name stays `#1042`, for the caller to look up.

    Raises InvalidFields for `order_id`.
    """
    try:
        return reference(text)
    except WrongValue as problem:
        raise InvalidFields({"order_id": str(problem)}) from None


def reference(value: object) -> str:
    """As order_reference; raises WrongValue."""
    # The bound is for the id: the address around it may be longer.
    text = exact_text(value, 10 * ID_LIMIT)
    if not text:
        raise WrongValue(f"The order's id is missing; send it as text, {_EXAMPLE}.")
    for form in _LONG_FORMS:
        if found := form.fullmatch(text):
            return exact_text(found[1], ID_LIMIT)
    if "://" in text:
        raise WrongValue(f"This is an address, but not of an order; send the order's id, {_EXAMPLE}.")
    if _DECIMAL.fullmatch(text):
        # With and without its `.0` it would be two orders, each of which gets keys.
        raise WrongValue(f"This is a number with decimals; send the order's id as it is, {_EXAMPLE}.")
    return exact_text(text, ID_LIMIT)


def order_id(value: object) -> str:
    """The id of an order that is to be served: as reference, but a name is not enough. Raises WrongValue."""
    text = reference(value)
    if text.startswith("#"):
        raise WrongValue(f"This is the order's name, not its id; send Shopify's id of the order, {_EXAMPLE}.")
    return text
