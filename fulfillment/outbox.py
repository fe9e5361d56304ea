"""What a change calls for to be told.

A message is a row of the Outbox in the commit of what it tells. Its `body` holds facts as JSON, which
whoever sends it puts into words; never a key code or an address. An order's facts are `order_name`,
`customer`, `mode` (test or live), `region`, `message` (the answer's), and what this table adds.

| kind           | called for by                                  | facts besides                       |
|----------------|------------------------------------------------|-------------------------------------|
| `fulfilled`    | an order has its keys                          | `keys` (how many), `can_mail`, *    |
| `failed`       | an order got none                              | `reason`, `shortages`, *            |
| `failed_again` | it was posted again while held; once an hour   | as `failed`; `since`, `stock` (now) |
| `skipped`      | nothing in it is for keys                      | *                                   |
| `confirmed`    | the Zap's last step reported the mail          |                                     |
| `unconfirmed`  | 15 minutes have passed without that            | `since` (when the keys were given)  |
| `stock`        | a commit has brought stock to a level          | `lines`, and none of an order's     |
| `waiting`      | stock came, and waiting orders could be served | `orders`, and none of an order's    |
| `alarm`        | something a person must look at                | `text`, and none of an order's      |
| `keys`         | keys are to be mailed by the hook              | `cause`; the letter has the reply   |

(*) `items`, `skipped`, `warnings`. `items` and `skipped` are `[[sku, quantity, title, kind], ...]` as in
Order Cache; `skipped` of a fulfilled order is what a person has to serve. `orders` are `[[order_id,
order_name, failed_at, seats], ...]`. `cause` is `waiting`, `resend` or `replace`. All but `keys` go to Slack.
A message_id names what is told (`fulfilled:ORDER:NO`, with the `no` of the row of Order Cache; `keys:ORDER:N`
is the order's n-th mail), so that the same thing planned twice is one message.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from fulfillment.alerts import Alert, in_words
from fulfillment.answers import called, counted, failed_since, mail_of, mailed_at, when
from fulfillment.attempts import DELAYS, claimed, delivered, due, first_claim, given_up
from fulfillment.messages import Outbox
from fulfillment.model import Answer, Message, is_usable_address, to_json
from fulfillment.waiting import WaitingOrder
from fulfillment.waiting import in_words as waiting_in_words
from fulfillment.workbook import Changes, OrderFile, Snapshot

TOLD_WHOLE = ("stock", "waiting", "alarm")
"""What there is no order to look the rest up by, or what somebody has to do."""

TOLD = ("fulfilled", "failed", "failed_again", "skipped", "confirmed", "unconfirmed", *TOLD_WHOLE)
"""What the team is told of."""

NOBODY = "Nobody takes such messages: see the settings."
"""Why a message is given up whose courier is gone."""

MAILED = "keys"
"""What the hook is told of, so that a customer is."""

KINDS = (*TOLD, MAILED)

MAIL_DUE = timedelta(minutes=15)
"""A Zap takes a minute or two from the answer to its last step."""

SILENCE = timedelta(hours=1)
"""A failed order that is posted again is told once in so long: a Zap tries again by itself, for hours."""

KEPT = timedelta(days=13)
"""Rows of the Outbox older than this leave it, once one is a day older still."""

ALERTS_MOST = 20
"""Pools and products that one message names, the worst first."""

ADDRESS = re.compile(r"(?<!\S)\S+@\S+")  # tried once a word: else a name of 60,000 letters takes 12 s


def messages_for(
    snapshot: Snapshot, changes: Changes, *, kinds: Collection[str], now: datetime
) -> tuple[Message, ...]:
    """The messages of these changes: those that they bring themselves, and those that their answers call for.

    Only `kinds` that somebody takes. What is due at once carries its first claim; what is known is left out.
    """
    rows = [*changes.messages, *_of_answers(snapshot, changes, now)]
    new: dict[str, Message] = {}
    follow_ups = []
    for row in rows:
        if row.event not in ("owed", "claimed") or snapshot.outbox.is_pending(row.message_id):
            follow_ups.append(row)
        elif row.kind in kinds and row.message_id not in snapshot.outbox.messages:
            new.setdefault(row.message_id, first_claim(row, now=now))
    return (*follow_ups, *new.values())


def _of_answers(snapshot: Snapshot, changes: Changes, now: datetime) -> Iterator[Message]:
    newest: dict[str, Answer | None] = {}
    watches: dict[str, Message] = {}  # of mails that this commit makes due, and does not end as well
    for number, answer in enumerate(changes.answers, snapshot.last_no["Order Cache"] + 1):
        order_id = answer.order_id
        before = newest[order_id] if order_id in newest else snapshot.file(order_id).answer
        for message in _of_answer(before, replace(answer, no=number), snapshot.outbox, now):
            if (message.kind, message.event) == ("unconfirmed", "owed"):
                watches[order_id] = message
            else:
                yield message
        if answer.outcome != "fulfilled" or mailed_at(answer):
            watches.pop(order_id, None)
        newest[order_id] = answer
    yield from watches.values()


def _of_answer(before: Answer | None, answer: Answer, outbox: Outbox, now: datetime) -> Iterator[Message]:
    """What one row of Order Cache calls for, by the row that counted before."""
    if answer.outcome != "fulfilled":
        yield from _ended(outbox, answer, ("unconfirmed",), now, f"The order was {answer.outcome} before.")
    is_new = before is None or before.outcome != answer.outcome
    if answer.outcome in ("fulfilled", "failed", "skipped") and (is_new or _fails_otherwise(before, answer)):
        yield _told(answer, answer.outcome, _facts_of_outcome(answer))
    if answer.outcome == "fulfilled":
        yield from _of_mail(None if is_new else before, answer, outbox, now)


def _fails_otherwise(before: Answer | None, answer: Answer) -> bool:
    return answer.outcome == "failed" and before is not None and before.message != answer.message


def _of_mail(before: Answer | None, answer: Answer, outbox: Outbox, now: datetime) -> Iterator[Message]:
    """The mail of a fulfilled order: that it is waited for, or was reported as sent."""
    is_sent = bool(mailed_at(answer))
    is_due_anew = before is None or mail_of(before) < mail_of(answer)
    if is_sent and not (before is not None and mailed_at(before)):
        yield from _ended(outbox, answer, ("unconfirmed", MAILED), now, "")
        yield _told(answer, "confirmed", {})
    elif not is_sent and is_due_anew and is_usable_address(answer.email):
        yield from _ended(outbox, answer, ("unconfirmed",), now, "Another mail is due.")
        watch = _told(answer, "unconfirmed", {"since": answer.at})
        yield replace(watch, due_at=when(now + MAIL_DUE))


def _ended(
    outbox: Outbox, answer: Answer, kinds: Collection[str], now: datetime, why: str
) -> Iterator[Message]:
    """The rows that end what waits for an order's mail: it was reported as sent, or (`why`) will not be."""
    for message in outbox.of_order(answer.order_id):
        is_on_its_way = message.event == "claimed" and bool(why)  # what becomes of it will be heard
        if message.kind in kinds and outbox.is_pending(message.message_id) and not is_on_its_way:
            by = answer.by
            yield given_up(message, why, now=now, by=by) if why else delivered(message, now=now, by=by)


def by_hook(answer: Answer, cause: str, *, now: datetime, by: str) -> Message:
    """The message that has the hook mail the keys of an answer, which is about to be recorded."""
    subject = f"Order {called(answer)}: its keys are to be mailed"
    facts = {"order_name": answer.order_name, "mode": answer.mode, "cause": cause}
    message_id = f"{MAILED}:{answer.order_id}:{mail_of(answer)}"
    return Message(when(now), message_id, "owed", MAILED, answer.order_id, subject, to_json(facts), by=by)


def waiting_told(orders: Sequence[WaitingOrder], *, now: datetime, by: str) -> Message:
    """The message that these waiting orders could be served; the same orders are the same message."""
    rows = [[order.order_id, order.order_name, order.failed_at, order.seats] for order in orders]
    digest = hashlib.sha256(to_json([row[:1] for row in rows]).encode()).hexdigest()[:16]
    text = waiting_in_words(orders, can="can now")
    return Message(
        when(now), f"waiting:{digest}", "owed", "waiting", "", text, to_json({"orders": rows}), by=by
    )


def told_again(file: OrderFile, outbox: Outbox, *, stock: str, now: datetime, by: str) -> Message | None:
    """The message that a failed order was posted again; none where that, or the failure, was told lately."""
    answer = file.answer
    if answer is None or answer.outcome != "failed":
        return None
    about = [m for m in outbox.of_order(answer.order_id) if m.kind in ("failed", "failed_again")]
    if any(now - datetime.fromisoformat(message.at) < SILENCE for message in about):
        return None
    facts = _facts_of_outcome(answer) | {"since": failed_since(file), "stock": stock}
    message = _told(replace(answer, at=when(now), by=by), "failed_again", facts)
    return replace(message, message_id=f"{message.message_id}:{len(about) + 1}")


def _told(answer: Answer, kind: str, facts: Mapping[str, object]) -> Message:
    common = {
        "order_name": answer.order_name,
        "customer": ADDRESS.sub("", answer.customer).strip(),
        "mode": answer.mode,
        "region": answer.region,
        "message": answer.message,
    }
    return Message(
        at=answer.at,
        message_id=f"{kind}:{answer.order_id}:{answer.no}",
        event="owed",
        kind=kind,
        order_id=answer.order_id,
        subject=_subject(answer, kind),
        body=to_json({**common, **facts}),
        by=answer.by,
    )


def of_stock(crossed: Sequence[Alert], *, version: int, now: datetime) -> tuple[Message, ...]:
    """The one message of all levels that the commit of this version crosses."""
    if not crossed:
        return ()
    lines = [alert.message for alert in crossed[:ALERTS_MOST]]
    if len(crossed) > ALERTS_MOST:
        lines.append(f"And {len(crossed) - ALERTS_MOST} more: see Key Inventory.")
    return (
        Message(
            at=when(now),
            message_id=f"stock:{version}",
            event="owed",
            kind="stock",
            order_id="",
            subject=in_words(crossed),
            body=to_json({"lines": lines}),
            by="alerts",
        ),
    )


def _subject(answer: Answer, kind: str) -> str:
    name = f"Order {called(answer)}"
    subjects = {
        "fulfilled": f"{name}: {counted(len(answer.read_keys()), 'key')} assigned",
        "failed": f"{name} failed",
        "failed_again": f"{name} was posted again and is still on hold",
        "skipped": f"{name} has nothing that keys are assigned for",
        "confirmed": f"{name}: e-mail confirmed",
        "unconfirmed": f"{name}: e-mail not confirmed",
    }
    return subjects[kind]


def _facts_of_outcome(answer: Answer) -> dict[str, object]:
    details = answer.read_details()
    facts: dict[str, object] = {
        "items": json.loads(answer.items),
        "skipped": details.get("skipped", []),
        "warnings": details.get("warnings", []),
    }
    if answer.outcome == "fulfilled":
        facts |= {"keys": len(answer.read_keys()), "can_mail": is_usable_address(answer.email)}
    if answer.outcome == "failed":
        facts |= {"reason": answer.reason, "shortages": details.get("shortages", [])}
    return facts


def plan_send(
    snapshot: Snapshot, *, kinds: Collection[str], now: datetime, by: str, most: int
) -> tuple[Message, ...]:
    """The next rows of the messages that are due, `most` of them: claimed, or given up."""
    rows = []
    for message in islice(due(snapshot.outbox, now), most):
        if message.kind == MAILED and (end := _mail_ended(snapshot, message, now, by)):
            rows.append(end)
        elif message.kind not in kinds:
            rows.append(given_up(message, NOBODY, now=now, by=by))
        elif message.attempts > len(DELAYS):
            rows.append(given_up(message, "Nothing was heard of the last try.", now=now, by=by))
        else:
            rows.append(claimed(message, now=now, by=by))
    return tuple(rows)


def _mail_ended(snapshot: Snapshot, message: Message, now: datetime, by: str) -> Message | None:
    """The row that ends a message about keys which are not to be mailed by it any more. Raises InArchive."""
    if message.order_id in snapshot.damage.orders:  # it cannot be told: its sending fails, and is tried again
        return None
    answer = snapshot.file(message.order_id).answer
    if answer is not None and answer.outcome == "fulfilled":
        if mailed_at(answer):
            return delivered(message, now=now, by=by)
        if message.message_id == f"{MAILED}:{answer.order_id}:{mail_of(answer)}":
            return None
    return given_up(message, "The order has no keys to be mailed by this any more.", now=now, by=by)
