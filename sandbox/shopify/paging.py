"""Pages of a list: `first` and `after`, or `last` and `before`; a cursor outlives what it points to."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sandbox.book import Json
from sandbox.shopify.refusals import error

T = TypeVar("T")

Key = tuple[str, int]
"""Value and id, by which a list is sorted: ids alone where the value is empty."""

MOST = 250
"""Nodes of a page at the most (shopify.dev, pagination; sure)."""


def page(
    items: Iterable[T],
    show: Callable[[T], Json],
    key: Callable[[T], Key],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
    **_: Any,
) -> Json:
    """A connection; only what is on the page is shown.

    A cursor says behind which value and id the next page begins, so that nothing is left out or seen twice
    when something before it is deleted meanwhile.
    """
    size = _size(first, last)
    found = sorted(items, key=key, reverse=reverse)
    if after is not None:
        found = [item for item in found if _is_behind(key(item), _read(after), reverse)]
    if before is not None:
        found = [item for item in found if _is_behind(_read(before), key(item), reverse)]
    is_from_start = first is not None
    shown = found[:size] if is_from_start else found[-size:]
    has_more = len(found) > size
    return {
        "nodes": [show(item) for item in shown],
        "pageInfo": {
            "hasNextPage": has_more if is_from_start else before is not None,
            "hasPreviousPage": after is not None if is_from_start else has_more,
            "startCursor": _cursor(key(shown[0])) if shown else None,
            "endCursor": _cursor(key(shown[-1])) if shown else None,
        },
    }


def _size(first: int | None, last: int | None) -> int:
    """The texts are ours."""
    size = first if first is not None else last
    if size is None:
        raise error("BAD_REQUEST", "you must provide one of first or last")
    if not 0 < size <= MOST:
        raise error("BAD_REQUEST", f"a page has 1 to {MOST} nodes, not {size}")
    return size


def _is_behind(key: Key, other: Key, reverse: bool) -> bool:
    return key < other if reverse else key > other


def _cursor(key: Key) -> str:
    """As Shopify's look when they are decoded."""
    text = json.dumps({"last_id": key[1], "last_value": key[0] or str(key[1])})
    return base64.b64encode(text.encode()).decode()


def _read(cursor: str) -> Key:
    try:
        read = json.loads(base64.b64decode(cursor, validate=True))
        number, value = int(read["last_id"]), str(read["last_value"])
    except (ValueError, KeyError, TypeError):
        raise error("BAD_REQUEST", "Invalid cursor for current pagination sort.") from None
    return ("" if value == str(number) else value), number
