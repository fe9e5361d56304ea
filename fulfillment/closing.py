"""Orders that a person has served by hand: recorded, so that they get no keys any more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fulfillment.answers import Plan, called, counted, rewritten, when
from fulfillment.errors import NotPossible
from fulfillment.model import Answer, Policy
from fulfillment.workbook import Changes, Draft


@dataclass(frozen=True, slots=True)
class Closed:
    """The orders that are recorded as served by hand, and those that were so before."""

    closed: tuple[str, ...]
    before: tuple[str, ...]


def plan_close(
    draft: Draft, order_ids: Collection[str], *, reason: str, policy: Policy, now: datetime, by: str
) -> Plan[Closed]:
    """Orders recorded as served by hand, also ones never seen. Raises NotPossible for one that holds keys."""
    rows, before = [], []
    for order_id in dict.fromkeys(order_ids):
        file = draft.file(order_id)
        old = file.answer
        if file.holdings:
            raise NotPossible(
                f"Order {order_id} holds {counted(len(file.holdings), 'key')}, so it was not served by hand. "
                "Release them first; no order was closed."
            )
        if old is not None and old.outcome == "closed":
            before.append(order_id)
        else:
            rows.append(_closed(old, order_id, reason, policy, now=now, by=by))
    closed = tuple(row.order_id for row in rows)
    return Plan(Closed(closed, tuple(before)), Changes(answers=tuple(rows)))


def _closed(
    old: Answer | None, order_id: str, reason: str, policy: Policy, *, now: datetime, by: str
) -> Answer:
    note = f" ({reason})" if reason else ""
    name = called(old) if old else order_id
    message = f"Order {name} was closed as served by hand{note}."
    if old is not None:
        return rewritten(old, now=now, by=by, outcome="closed", reason="closed", message=message, keys="[]")
    return Answer(
        at=when(now),
        order_id=order_id,
        order_name="",
        customer="",
        email="",
        region=policy.default_region,
        outcome="closed",
        reason="closed",
        message=message,
        mode=policy.mode,
        by=by,
    )
