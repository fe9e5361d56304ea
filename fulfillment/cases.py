"""One order as planning sees it, and the answer that records what was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from fulfillment.answers import Plan, called, checked, counted, listed, next_mail, reply_to, when
from fulfillment.asked import SKIPPED, Asked
from fulfillment.model import TEST_ORDER, Answer, Assignment, Details, Order, Outcome, Policy, Reply, to_json
from fulfillment.workbook import Changes, Draft, OrderFile


@dataclass(frozen=True, slots=True)
class Case:
    """One order, and all that planning it may look at."""

    draft: Draft
    order: Order
    file: OrderFile
    policy: Policy
    now: datetime
    by: str

    @property
    def region(self) -> str:
        return self.order.region or self.policy.default_region

    @property
    def is_test(self) -> bool:
        """Must its mail go to the test recipient?

        What was first answered in test mode stays so until it is released, also after the switch to live; but
        where nothing was in it for keys, no mail was due then.
        """
        since_release = takewhile(lambda row: row.outcome != "released", reversed(self.file.answers))
        answered = (row.mode for row in since_release if row.outcome in ("fulfilled", "failed"))
        return next(answered, self.policy.mode) == "test"


def recorded(
    case: Case, asked: Asked, *, given: list[Assignment], kept: list[Assignment], new: list[Assignment]
) -> Plan[Reply]:
    """The answer that gives these seats, and the rows that record it."""
    answer = checked(_answer(case, asked, given, kept))
    after = replace(case.file, holdings=[*case.file.holdings, *new])
    changes = Changes(assignments=tuple(new), answers=(answer,))
    return Plan(reply_to(after, answer=answer), changes)


def passed_over(case: Case, asked: Asked) -> Plan[Reply]:
    """The answer to a test order of the shop's, which takes nothing out of stock."""
    asked.problems.clear()
    name = called(case.order)
    message = f"Order {name} is a test order of the shop's: no keys were assigned."
    row = replace(_answer(case, asked, [], []), outcome="skipped", reason=TEST_ORDER, message=message)
    answer = checked(row)
    return Plan(reply_to(case.file, answer=answer), Changes(answers=(answer,)))


def _answer(case: Case, asked: Asked, given: list[Assignment], kept: list[Assignment]) -> Answer:
    old, order = case.file.answer, case.order
    outcome = _outcome(asked, given)
    return Answer(
        at=when(case.now),
        order_id=order.order_id,
        order_name=order.order_name or (old.order_name if old else ""),
        customer=order.customer_name or (old.customer if old else ""),
        email=order.email or (old.email if old else ""),
        region=case.region,
        outcome=outcome,
        reason=asked.reason,
        message=_message(outcome, asked, called(order), len(given)),
        items=to_json(asked.items),
        keys=to_json([(row.unit, row.keycode) for row in given]),
        details=to_json(_details(case, asked, kept)),
        mode="test" if case.is_test else "live",
        by=case.by,
    )


def _outcome(asked: Asked, given: list[Assignment]) -> Outcome:
    if asked.problems:
        return "failed"
    if given:
        return "fulfilled"
    return "released" if asked.of_kind("auto") else "skipped"


def _message(outcome: Outcome, asked: Asked, name: str, count: int) -> str:
    by_hand = [f"{item.quantity} x {item.sku}" for item in asked.of_kind("external")]
    rest = f" To be served by hand: {listed(by_hand)}." if by_hand else ""
    if outcome == "failed":
        sentences = [sentence for found in asked.problems.values() for sentence in found]
        return f"Order {name} was not served. {_listed(sentences)}"
    if outcome == "fulfilled":
        return f"{counted(count, 'key')} assigned to order {name}.{rest}"
    if outcome == "released":
        return f"No key was assigned to order {name}: what it asks for was released.{rest}"
    return f"Order {name} has nothing that keys are assigned for.{rest}"


def _listed(sentences: list[str], *, most: int = 20) -> str:
    """The first sentences, and how many more there are."""
    more = [f"And {len(sentences) - most} more."] if len(sentences) > most else []
    return " ".join([*sentences[:most], *more])


def _details(case: Case, asked: Asked, kept: list[Assignment]) -> Details:
    details: Details = {"warnings": asked.warnings}
    if skipped := asked.of_kind(*SKIPPED):
        details["skipped"] = skipped
    if asked.shortages:
        details["shortages"] = asked.shortages
    if kept:
        details["kept"] = [(row.unit, row.keycode) for row in kept]
    if (mail := next_mail(case.file)) > 1:
        details["mail"] = mail
    if case.is_test:
        details["deliver_to"] = case.policy.test_recipient or _test_recipient_of(case.file)
    return details


def _test_recipient_of(file: OrderFile) -> str:
    """Where the order's mails went in test mode, for an order that keeps it in live mode."""
    return next((to for row in reversed(file.answers) if (to := row.read_details().get("deliver_to"))), "")
