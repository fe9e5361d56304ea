"""What the day came to: what customers got, what the team heard, and whether anything was lost."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from demo.rehearsal.play import Played, newest
from demo.rehearsal.stage import Stage
from demo.storefront import Storefront
from demo.workbook import read_available


@dataclass(frozen=True, slots=True)
class Line:
    """A figure, and whether it is as it must be."""

    name: str
    said: str
    is_ok: bool = True


def report(stage: Stage, played: Played) -> list[Line]:
    """The whole report."""
    return [*_orders(stage, played), *_mails(stage, played), *_team(stage), *_books(stage)]


def _orders(stage: Stage, played: Played) -> Iterator[Line]:
    answers = {row["order_id"]: row for row in newest(stage, "Order Cache", "order_id")}
    outcomes = Counter(answers[order_id]["outcome"] for order_id in played.orders if order_id in answers)
    lost = [order.order_name for order_id, order in played.orders.items() if order_id not in answers]
    yield Line("orders bought", str(len(played.orders)))
    yield Line("  by outcome", ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()))
    yield Line("  never answered", ", ".join(lost) or "none", not lost)
    yield Line("posted again", f"{len(played.again)}, each told the same")
    yield Line("refunded", f"{len(played.refunded)}, {sum(played.refunded.values())} keys released")
    slow = sorted(played.seconds)
    if slow:
        most = slow[int(len(slow) * 0.95) - 1]
        middle = statistics.median(slow)
        yield Line(
            "an order took", f"median {middle:.1f} s, 95 of 100 {most:.1f} s, slowest {slow[-1]:.1f} s"
        )
    replayed = [run for run in stage.zap.runs if run.replays]
    yield Line("runs that Zapier replayed", str(len(replayed)))
    stuck = [run for run in stage.zap.runs if run.status in ("errored", "missed", "scheduled", "playing")]
    yield Line("runs that came to no end", str(len(stuck)), not stuck)


def _mails(stage: Stage, played: Played) -> Iterator[Line]:
    fulfilled = {
        row["order_id"]
        for row in newest(stage, "Order Cache", "order_id")
        if row["outcome"] == "fulfilled" and row["order_id"] in played.orders
    }
    without = [order_id for order_id in fulfilled if not stage.zap.mails_of(order_id)]
    two = [o for o in played.orders if len({mail.text for mail in stage.zap.mails_of(o)}) > 1]
    twice = [o for o in played.orders if len(stage.zap.mails_of(o)) > 1]
    yield Line("mails", str(len(stage.zap.mails)))
    yield Line("  customers with keys and no mail", str(len(without)), not without)
    yield Line("  customers with two different mails", str(len(two)), not two)
    yield Line("  customers with the same mail twice", str(len(twice)))


def _team(stage: Stage) -> Iterator[Line]:
    messages = newest(stage, "Outbox", "message_id")
    events = Counter(row["event"] for row in messages)
    lost = sum(
        row["event"] == "failed" or (row["event"] == "given_up" and row["attempts"] != "0")
        for row in messages
    )
    yield Line("messages in Slack", str(len(stage.slack.messages)))
    yield Line("  of the Outbox", ", ".join(f"{count} {event}" for event, count in events.most_common()))
    yield Line("  not told", str(lost), not lost)


def _books(stage: Stage) -> Iterator[Line]:
    said = stage.call("/audit", get=True)
    yield Line("audit", str(said["message"]), said["status"] == "ok")
    sold = {row[0] for row in stage.sample.catalogue.rows if row[4]}
    tabs = {sku: int(n) for sku, n in read_available(stage.workbook).items() if n and sku in sold}
    shop = Storefront(stage.shopify.url, {}).stock()
    other = [sku for sku, available in tabs.items() if shop.get(sku) != available]
    same = f"{len(tabs) - len(other)} of {len(tabs)} products as the tabs say"
    yield Line("the shop's stock", same + (f"; not {', '.join(other)}" if other else ""), not other)
