"""Did everybody hear the right thing, once? By what stands in the tabs, the mailbox and the channel."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.slack import Posted
from sandbox.zap import Mail

Rows = Sequence[Mapping[str, Any]]

TITLES = {
    "fulfilled": "Order Fulfilled",
    "failed": "Fulfillment Failed",
    "skipped": "Fulfillment Skipped",
    "confirmed": "E-mail confirmed",
    "unconfirmed": "E-mail not confirmed",
}


@dataclass(slots=True)
class Verdict:
    """What was found wrong, and the figures."""

    breaches: list[str]
    outcomes: Counter[str]
    mails: int
    repeated_mails: int
    told: Counter[str]
    """Messages by the event of their newest row."""
    repeated_messages: int
    repeats_in_log: int


def verdict(tabs: Mapping[str, Rows], mails: Sequence[Mail], channel: Sequence[Posted], log: str) -> Verdict:
    """All of it, once nothing is on its way any more."""
    orders = {row["order_id"]: row for row in tabs["Order Cache"]}
    newest = {row["message_id"]: row for row in tabs["Outbox"]}
    of_order = defaultdict(list)
    for mail in mails:
        of_order[mail.order_id].append(mail)
    heard = _heard(channel, orders)
    named = set(
        re.findall(r"\w+:\d+:\d+", "\n".join(line for line in log.splitlines() if "told twice" in line))
    )
    breaches = [
        *_mail_breaches(orders, of_order),
        *_message_breaches(newest, heard, log, channel),
        *_repeat_breaches(heard, named),
        *_mails_without_a_cause(of_order, named),
        *_leaks(channel, log),
    ]
    return Verdict(
        breaches=breaches,
        outcomes=Counter(row["outcome"] for row in orders.values()),
        mails=len(mails),
        repeated_mails=sum(len(some) - 1 for some in of_order.values()),
        told=Counter(row["event"] for row in newest.values()),
        repeated_messages=sum(count - 1 for count in heard.values() if count > 1),
        repeats_in_log=len(named),
    )


def _heard(channel: Sequence[Posted], orders: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    """How often the channel shows each (kind, order)."""
    heard: Counter[tuple[str, str]] = Counter()
    for message in channel:
        kinds = [kind for kind, title in TITLES.items() if title in message.shown.partition("\n")[0]]
        ids = {found for found in re.findall(r"\b\d{13}\b", message.shown) if found in orders}
        heard.update((kind, order_id) for kind in kinds for order_id in ids)
    return heard


def _mail_breaches(orders: Mapping[str, Mapping[str, Any]], mails: Mapping[str, list[Mail]]) -> Iterator[str]:
    for order_id, row in orders.items():
        keys = [code for _, code in json.loads(row["keys"] or "[]")]
        got = mails.get(order_id, [])
        if row["outcome"] == "fulfilled" and not got:
            yield f"the customer of {order_id} got no mail"
        if row["outcome"] != "fulfilled" and got:
            yield f"{order_id} is {row['outcome']}, and there is a mail"
        if len({(mail.to, mail.body) for mail in got}) > 1:
            yield f"the customer of {order_id} got two different mails"
        if any(code not in mail.text for mail in got for code in keys):
            yield f"the mail of {order_id} lacks a key"
        if any(mail.to != row["email"] for mail in got):
            yield f"a mail of {order_id} went to somebody else"


def _message_breaches(
    newest: Mapping[str, Mapping[str, Any]],
    heard: Mapping[tuple[str, str], int],
    log: str,
    channel: Sequence[Posted],
) -> Iterator[str]:
    alarms = log + "\n".join(message.shown for message in channel if "Alarm" in message.shown)
    for message_id, row in newest.items():
        key = (row["kind"], row["order_id"])
        if row["event"] == "sent" and row["kind"] in TITLES and not heard[key]:
            yield f"{message_id} is marked as sent, and the channel does not show it"
        if row["event"] == "given_up" and row["attempts"] and message_id not in alarms:
            yield f"{message_id} was given up without an alarm"
        if row["event"] not in ("sent", "given_up", "delivered"):
            yield f"{message_id} is {row['event']} for ever"


def _repeat_breaches(heard: Mapping[tuple[str, str], int], named: set[str]) -> Iterator[str]:
    known = {tuple(message_id.split(":")[:2]) for message_id in named}
    for key, count in heard.items():
        if count > 1 and key not in known:
            yield f"{key[0]} of {key[1]} was told {count} times, and the log does not say why"


def _mails_without_a_cause(mails: Mapping[str, list[Mail]], named: set[str]) -> Iterator[str]:
    for order_id, got in mails.items():
        if len(got) > 1 and not any(message_id.startswith(f"keys:{order_id}:") for message_id in named):
            yield f"the customer of {order_id} got {len(got)} mails, and the log does not say why"


def _leaks(channel: Sequence[Posted], log: str) -> Iterator[str]:
    told = "\n".join(f"{message.text}\n{message.shown}" for message in channel)
    for name, text in (("Slack", told), ("the log", log)):
        if "EX-" in text:
            yield f"a key code is in {name}"
        if "@example.com" in text:
            yield f"an address is in {name}"
    if "/services/" in log:
        yield "the webhook's address is in the log"
