"""Shopify's search of orders: `created_at:>='2026-11-20T10:00:00Z' financial_status:paid`.

The terms and their meaning are those of the argument's description in the schema; terms side by side must
all be true (shopify.dev, search syntax). Anything else that Shopify knows, OR among it, is refused and not
ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from sandbox.shopify.refusals import not_there
from sandbox.shopify.state import Order

TERM = re.compile(r"""\s*(?:AND\s+)?(\w+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|([^\s'"()]+))""")

COMPARED: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": lambda at, bound: at >= bound,
    "<=": lambda at, bound: at <= bound,
    ">": lambda at, bound: at > bound,
    "<": lambda at, bound: at < bound,
    "": lambda at, bound: at == bound,
}

TIMES: dict[str, Callable[[Order], datetime]] = {
    "created_at": lambda order: order.created_at,
    "processed_at": lambda order: order.created_at,
    "updated_at": lambda order: order.updated_at,
}

WORDS: dict[str, Callable[[Order, str], bool]] = {
    "id": lambda order, word: str(order.id) == word,
    "name": lambda order, word: order.name.lstrip("#") == word.lstrip("#"),
    "financial_status": lambda order, word: order.financial == word.upper(),
    "test": lambda order, word: order.is_test == (word.lower() == "true"),
    "tag": lambda order, word: word.lower() in (tag.lower() for tag in order.tags),
    "source_name": lambda order, word: order.source == word,
    "status": lambda order, word: (order.cancelled_at is not None) == (word == "cancelled"),
}

Test = Callable[[Order], bool]


def matches(query: str | None) -> Test:
    """Whether an order is one that the search finds."""
    tests = _tests(query or "")
    return lambda order: all(test(order) for test in tests)


def _tests(query: str) -> list[Test]:
    tests, at = [], 0
    while at < len(query.rstrip()):
        found = TERM.match(query, at)
        if found is None:
            raise not_there(f"The search `{query[at:].strip()}`")
        name, sign, *values = found.groups(default="")
        tests.append(_test(name, sign, "".join(values)))
        at = found.end()
    return tests


def _test(name: str, sign: str, value: str) -> Test:
    if name in TIMES:
        time_of, is_so, bound = TIMES[name], COMPARED[sign], _time(value)
        return lambda order: is_so(time_of(order), bound)
    if name not in WORDS or sign or (name == "status" and value not in ("cancelled", "open")):
        raise not_there(f"The search `{name}:{sign}{value}`")
    return lambda order: WORDS[name](order, value)


def _time(text: str) -> datetime:
    """Without an offset it is the shop's time, which is UTC here."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise not_there(f"The time `{text}` of a search") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
