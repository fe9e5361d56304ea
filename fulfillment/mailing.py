"""The mail with an order's keys: that it is to go out again, and that it was reported as sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.answers import Plan, called, mail_of, next_mail, reply_to, rewritten, when, with_details
from fulfillment.errors import NotPossible
from fulfillment.model import Answer, Details, Policy, Reply
from fulfillment.release import known
from fulfillment.workbook import Changes, Draft, OrderFile, Snapshot


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report of a sent mail came to."""

    delivered: bool
    message: str


def plan_delivered(
    draft: Draft, order_id: str, *, mail: int | None = None, now: datetime, by: str
) -> Plan[Reported]:
    """The Zap's last step reported the mail as sent. Raises UnknownOrder, NotPossible.

    `mail`: which of the order's mails, as the answer's request id says; None where the Zap does not say.
    """
    _, old = known(draft, order_id)
    if old.outcome != "fulfilled":
        raise NotPossible(f"Order {called(old)} is {old.outcome}: no mail with keys was due for it.")
    details = old.read_details()
    if at := details.get("delivered_at"):
        return Plan(Reported(True, f"The mail of order {called(old)} was reported as sent on {at} already."))
    if mail is not None and mail < mail_of(old):
        late = (
            f"That was mail {mail} of order {called(old)}; mail {mail_of(old)}, which is due since, was not."
        )
        return Plan(Reported(False, late))
    details["delivered_at"] = when(now)
    row = with_details(rewritten(old, now=now, by=by), details)
    done = f"The mail of order {called(old)} is recorded as sent."
    return Plan(Reported(True, done), Changes(answers=(row,)))


@dataclass(frozen=True, slots=True)
class Resent:
    """What an order is told again."""

    reply: Reply
    for_real: bool
    """Does its mail go to the customer from now on, and went to the test recipient before?"""
    is_repeat: bool = False
    """Was it asked for before, and is that mail still on its way?"""

    @property
    def message(self) -> str:
        """What the operator reads."""
        name, test = called(self.reply.answer), self.reply.answer.mode == "test"
        whom = "the test recipient" if test else "the customer"
        if self.is_repeat:
            return f"The keys of order {name} are on their way to {whom} already."
        return f"The keys of order {name} are to be mailed again, to {whom}."


def plan_resend(
    draft: Draft, order_id: str, *, for_real: bool, policy: Policy, now: datetime, by: str
) -> Plan[Resent]:
    """The same keys are to be mailed again. Raises UnknownOrder, NotPossible.

    What was answered in test mode goes to the test recipient, until somebody asks for it `for_real`. Nothing
    changes while the mail is still on its way, as at a second click.
    """
    file, old = known(draft, order_id)
    if old.outcome != "fulfilled":
        raise NotPossible(f"Order {called(old)} is {old.outcome}: it has no keys that could be mailed.")
    if for_real and policy.mode == "test":
        raise NotPossible("MODE is test: nothing is sent for real before it is live.")
    becomes_real = for_real and old.mode == "test"
    if not becomes_real and _is_on_its_way(draft, old):
        return Plan(Resent(reply_to(file), for_real=False, is_repeat=True))
    row = rewritten(old, now=now, by=by, **({"mode": "live"} if for_real else {}))
    row = with_details(row, _due_again(file, old, for_real))
    reply = reply_to(replace(file, answers=[*file.answers, row]))
    if not reply.send_email:
        raise NotPossible(
            f"Order {called(old)} has no usable e-mail address: hand the keys over yourself. Order status "
            "shows them."
        )
    return Plan(Resent(reply, becomes_real), Changes(answers=(row,)))


def _is_on_its_way(draft: Draft, answer: Answer) -> bool:
    """Is the newest mail still to be sent, or planned in this very commit?"""
    if not answer.no and mail_of(answer) > 1:
        return True
    outbox = draft.snapshot.outbox
    about = outbox.of_order(answer.order_id)
    return any(message.kind == "keys" and outbox.is_pending(message.message_id) for message in about)


def _due_again(file: OrderFile, old: Answer, for_real: bool) -> Details:
    details = old.read_details()
    details.pop("delivered_at", None)
    if for_real:
        details.pop("deliver_to", None)
    details["mail"] = next_mail(file)
    return details


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An order whose customer hears nothing, because it was answered in test mode."""

    order_id: str
    order_name: str
    customer: str
    outcome: str
    seats: int


def rehearsed(snapshot: Snapshot) -> tuple[Rehearsed, ...]:
    """The orders that keep the test recipient, in the order of their newest rows."""
    newest = [file.answer for file in snapshot.orders.values() if file.answer]
    kept = [row for row in newest if row.mode == "test" and row.outcome in ("fulfilled", "failed", "skipped")]
    return tuple(
        Rehearsed(
            row.order_id,
            row.order_name,
            row.customer,
            row.outcome,
            len(snapshot.orders[row.order_id].holdings),
        )
        for row in sorted(kept, key=lambda row: row.no)
    )
