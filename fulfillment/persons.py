"""Who a customer is to the ledgers: the names and addresses of an order, and texts without them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fulfillment.characters import trimmed
from fulfillment.model import Answer, Assignment, to_json

BLANK = "(forgotten)"
"""What stands in a sentence in place of a name or an address."""


@dataclass(frozen=True)
class Person:
    """Every name and address that the answers of some orders bear."""

    words: frozenset[str]

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> Person:
        """Those of these rows."""
        found = (word for row in answers for word in (row.customer, row.email))
        return cls(frozenset(filter(None, map(trimmed, found))))

    @cached_property
    def _named(self) -> frozenset[str]:
        """The words that name somebody: a form may send `-` for no name, and sentences have that too."""
        return frozenset(word for word in self.words if any(map(str.isalnum, word)))

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        """Any of these words, whole; the longest first, as an address may hold a name."""
        words = sorted(self._named, key=lambda word: (-len(word), word))
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)

    def out_of(self, text: str) -> str:
        """The text without them."""
        return self._anywhere.sub(BLANK, text) if self._named and text else text

    def out_of_answer(self, row: Answer) -> Answer:
        """The row with nobody in it. SKUs, keys and the order's id and name stay as they are."""
        return replace(
            row,
            customer="",
            email="",
            message=self.out_of(row.message),
            items=self._out_of_items(row.items),
            details=self._out_of_details(row.details),
        )

    def out_of_seat(self, row: Assignment) -> Assignment:
        """The row without them in what a person gave as the reason."""
        reason = self.out_of(row.reason)
        return row if reason == row.reason else replace(row, reason=reason)

    def out_of_facts(self, body: str, *, is_theirs: bool) -> str:
        """A message's facts without them, the customer's name included where the message `is_theirs`."""
        facts = _parsed(body)
        if not isinstance(facts, dict):
            return self.out_of(body)
        blank = {"customer": ""} if is_theirs and "customer" in facts else {}
        return _told_if_changed(body, facts, {**_mapped(facts, self.out_of), **blank})

    def _out_of_items(self, cell: str) -> str:
        """The lines, without them in a title."""
        items = _parsed(cell)
        if not isinstance(items, list) or not all(
            isinstance(item, list) and len(item) == 4 for item in items
        ):
            return cell  # a person broke it
        clean = [[sku, count, _mapped(title, self.out_of), kind] for sku, count, title, kind in items]
        return _told_if_changed(cell, items, clean)

    def _out_of_details(self, cell: str) -> str:
        """The details, without them in a warning or a title, or as the test recipient."""
        details = _parsed(cell)
        if not isinstance(details, dict):
            return cell
        clean = dict(details)
        if "warnings" in details:
            clean["warnings"] = _mapped(details["warnings"], self.out_of)
        if "skipped" in details:
            clean["skipped"] = _parsed(self._out_of_items(to_json(details["skipped"])))
        if self.out_of(str(details.get("deliver_to", ""))) == BLANK:
            clean["deliver_to"] = ""
        return _told_if_changed(cell, details, clean)


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands in words beside the orders' own rows, and may name a customer; by `no`."""

    remarks: Mapping[int, str]
    """The reasons of Import History."""
    bodies: Mapping[int, tuple[str, str]]
    """(order_id, body) of each row of the Outbox that says something."""


def _parsed(cell: str) -> Any:
    """None where it is no JSON."""
    try:
        return json.loads(cell or "null")
    except ValueError:
        return None


def _mapped(value: object, change: Callable[[str], str]) -> Any:
    """The same value, with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    if isinstance(value, dict):
        return {name: _mapped(each, change) for name, each in value.items()}
    return value


def _told_if_changed(cell: str, before: object, after: object) -> str:
    """The cell as it stands where nothing in it has changed, to the letter."""
    return cell if before == after else to_json(after)
