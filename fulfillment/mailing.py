"""The mail with an order's keys: that it is to go out again, and that it was reported as sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.answers import (
    Plan,
    called,
    mail_of,
    mailed_at,
    next_mail,
    reply_to,
    rewritten,
    when,
    with_details,
)
from fulfillment.errors import NotPossible
from fulfillment.model import Answer, Details, Message, Policy, Reply, to_json
from fulfillment.references import known
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
    file, old = known(draft, order_id)
    if old.outcome == "released":
        return _reported_after_release(file, old, now=now, by=by)
    if old.outcome != "fulfilled":
        raise _not_due(old)
    if at := mailed_at(old):
        return _known_as_sent(old, at)
    if mail is not None and mail < mail_of(old):
        late = (
            f"That was mail {mail} of order {called(old)}; mail {mail_of(old)}, which is due since, was not."
        )
        return Plan(Reported(False, late))
    done = f"The mail of order {called(old)} is recorded as sent."
    return Plan(Reported(True, done), Changes(answers=(_sent(old, now, by),)))


def _reported_after_release(file: OrderFile, old: Answer, *, now: datetime, by: str) -> Plan[Reported]:
    """The keys were taken back while their mail was on its way: the team hears that the customer has them.

    Raises NotPossible where there never were any.
    """
    mailed = next((answer for answer in reversed(file.answers) if answer.outcome == "fulfilled"), None)
    if mailed is None:
        raise _not_due(old)
    if at := mailed_at(old) or mailed_at(mailed):
        return _known_as_sent(old, at)
    changes = Changes(answers=(_sent(old, now, by),))
    if not any(row.event == "released" and row.version >= mailed.version for row in file.seats):
        kept = f"The mail of order {called(old)} is recorded as sent; its keys had been taken out of use."
        return Plan(Reported(True, kept), changes)
    alarm = _mailed_after_release(old, now, by)
    done = f"The mail of order {called(old)} is recorded as sent, although its keys had been released before."
    return Plan(Reported(True, done), changes).and_tells(alarm)


def _mailed_after_release(answer: Answer, now: datetime, by: str) -> Message:
    """The alarm that a customer has keys which are in stock again, or somebody else's."""
    name = called(answer)
    text = (
        f"Order {name} was mailed its keys after they had been released: its customer can use keys that are "
        "in stock again, or another customer's by now. To do: find them in Assignments by the order's id, "
        "withdraw those in stock, and replace those that other orders hold."
    )
    return Message(
        at=when(now),
        message_id=f"alarm:mailed:{answer.order_id}:{answer.no}",
        event="owed",
        kind="alarm",
        order_id=answer.order_id,
        subject=f"Order {name}: mailed after its release",
        body=to_json({"text": text}),
        by=by,
    )


def _not_due(answer: Answer) -> NotPossible:
    return NotPossible(f"Order {called(answer)} is {answer.outcome}: no mail with keys was due for it.")


def _known_as_sent(answer: Answer, at: str) -> Plan[Reported]:
    return Plan(Reported(True, f"The mail of order {called(answer)} was reported as sent on {at} already."))


def _sent(answer: Answer, now: datetime, by: str) -> Answer:
    """The next row of the same order, whose mail has gone out."""
    details = answer.read_details()
    details["delivered_at"] = when(now)
    return with_details(rewritten(answer, now=now, by=by), details)


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
    """The orders that keep the test recipient, in the order of their newest rows.

    None that was skipped: its customer was to get no mail of ours, in any mode.
    """
    newest = [file.answer for file in snapshot.orders.values() if file.answer]
    kept = [row for row in newest if row.mode == "test" and row.outcome in ("fulfilled", "failed")]
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
