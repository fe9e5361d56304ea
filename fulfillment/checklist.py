"""The way to go live as steps, each done or not by what is there to see; nothing of it is remembered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fulfillment.answers import counted, listed, mailed_at, when
from fulfillment.catalogue import CatalogueRow, Published
from fulfillment.mailing import Rehearsed
from fulfillment.model import Answer, Policy
from fulfillment.record import Gate
from fulfillment.shelves import never_had_keys
from fulfillment.wares import ShopOrder, Variant
from fulfillment.workbook import OrderFile, Snapshot

MARKED_BY_HAND = timedelta(days=14)
"""So long people mark in the shop what was served, and see whether they would have done what we do."""

SLACK_IS_KNOWN_FOR = timedelta(days=13)
"""Older messages have left the Outbox."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was found, and where it is not done what to do."""

    title: str
    is_done: bool
    message: str


def filed(gate: Gate) -> Step:
    """Is there a way back?"""
    found = f"on file in the tab `{gate.snapshot}`." if gate.snapshot else gate.what_is_missing
    return Step("Snapshot of the shop", bool(gate.snapshot), found)


def pulled(variants: Iterable[Variant], rows: Collection[CatalogueRow]) -> Step:
    """Does the catalogue have every SKU that the shop sells?"""
    known, title = {row.sku for row in rows if row.sku}, "Sync from Shopify"
    new = sorted({each.sku for each in variants if each.sku and each.is_active} - known)
    if new:
        return Step(
            title, False, f"Run pull: the shop sells {listed(new, most=5)}, which the catalogue lacks."
        )
    return Step(title, bool(known), f"{counted(len(known), 'product')} in NPTA Catalogue.")


def described(rows: Iterable[CatalogueRow]) -> Step:
    """Does every product that we serve say what its customers get?"""
    title, ours = "Entitlements", [row for row in rows if row.sku and row.fulfillment.upper() != "EXTERNAL"]
    blank = [row.sku for row in ours if not row.entitlements.strip()]
    if blank or not ours:
        which = listed(blank, most=5) or "the products"
        return Step(title, False, f"Type the entitlements of {which}, or mark them EXTERNAL.")
    return Step(title, True, f"{counted(len(ours), 'product')} say what customers get.")


def published(found: Published) -> Step:
    """Is what people typed what orders use? `found` is what a publication would do."""
    title = "Sync Catalogue"
    if found.problems:
        first = found.problems[0]
        return Step(title, False, f"{_rows(len(found.problems))} a problem, {first.sku}: {first.message}")
    if found.changes or found.unpublished or not found.published:
        return Step(title, False, "Run publish: what was typed is not published yet.")
    return Step(title, True, f"{counted(found.published, 'product')} published.")


def _rows(count: int) -> str:
    return "1 row has" if count == 1 else f"{count} rows have"


def stocked(snapshot: Snapshot, policy: Policy) -> Step:
    """Were there ever keys for every product that is sold?"""
    sold = [p for p in snapshot.catalogue.values() if p.active and not p.is_external and not p.problem]
    without = [p.sku for p in sold if never_had_keys(snapshot, p, policy)]
    if without or not sold:
        which = listed(without, most=5) or "the products"
        return Step("Import Keys", False, f"Import keys for {which}.")
    return Step("Import Keys", True, f"keys for all of {counted(len(sold), 'product')} that are sold.")


def confirmed(gate: Gate) -> Step:
    """Did a person see what a push would do?"""
    found = gate.what_is_missing
    if gate.confirmed_at and not found:
        found = f"confirmed on {when(gate.confirmed_at)}."
    return Step("Preview of the push", gate.is_open, found)


@dataclass(frozen=True, slots=True)
class Ticks:
    """What became of the draft order."""

    order_name: str
    keys: bool
    slack: bool
    mail: bool
    stock: bool

    @property
    def missing(self) -> list[str]:
        """What is still waited for, in words."""
        said = {
            "its keys": self.keys,
            "Slack's message": self.slack,
            "the mail's confirmation by the Zap's last step": self.mail,
            "another stock in the shop": self.stock,
        }
        return [what for what, is_there in said.items() if not is_there]


def ticks_of(
    order: ShopOrder, file: OrderFile, told: Iterable[str], *, has_new_stock: bool, now: datetime
) -> Ticks:
    """`told`: the kinds of messages about it that went out. What was given back since still counts."""
    answers = [answer for answer in file.answers if answer.outcome == "fulfilled"]
    return Ticks(
        order.order_name,
        keys=bool(answers) and any(row.event == "assigned" for row in file.seats),
        slack="fulfilled" in told or _is_old(answers, now),
        mail=any(mailed_at(answer) for answer in answers),
        stock=has_new_stock,
    )


def _is_old(answers: Sequence[Answer], now: datetime) -> bool:
    return bool(answers) and now - datetime.fromisoformat(answers[0].at) > SLACK_IS_KNOWN_FOR


def tried(ticks: Ticks | None) -> Step:
    """Did one order go all the way?"""
    title = "Draft order, and its four ticks"
    if ticks is None:
        return Step(title, False, "Turn the Zap on, and run go-live --draft: it makes an order in the shop.")
    if ticks.missing:
        return Step(title, False, f"Order {ticks.order_name} still waits for {listed(ticks.missing)}.")
    return Step(title, True, f"order {ticks.order_name}: keys, Slack, mail and stock.")


def switched(mode: str, push: str, live_since: datetime | None, *, is_ready: bool, now: datetime) -> Step:
    """Do customers get their keys from here?"""
    wanted = {"MODE=live": mode == "live", "SHOPIFY_PUSH=on": push == "on"}
    to_set = [name for name, is_set in wanted.items() if not is_set]
    if live_since is None:
        to_set.append(f"LIVE_SINCE={now:%Y-%m-%dT%H:%M}")
    if not to_set and live_since:
        return Step("Live", True, f"since {when(live_since)}; ./deploy.sh --resume lets the scheduler run.")
    first = "" if is_ready else "After the steps above: "
    what = f"set {listed(to_set)} in deploy.env, run ./deploy.sh, then ./deploy.sh --resume."
    return Step("Live", False, f"{first}{what}")


def settled(orders: Sequence[Rehearsed]) -> Step:
    """Has nobody an answer of test mode any more?"""
    title = "Orders of test mode"
    if not orders:
        return Step(title, True, "none is left.")
    names = listed([f"{each.order_name or each.order_id} ({each.outcome})" for each in orders], most=10)
    how = "give their keys back with --release-tests, or mail them to the customers with --send-tests."
    return Step(title, False, f"{counted(len(orders), 'order')} reached no customer, {names}: {how}")


def marked(live_since: datetime | None, *, is_on: bool, is_live: bool, now: datetime) -> Step:
    """Who marks orders as fulfilled in the shop?"""
    title = "Marked as fulfilled"
    if is_on:
        return Step(title, True, "by the service (MARK_FULFILLED).")
    if not is_live or live_since is None:
        return Step(title, False, "by people, for the first two weeks after it is live.")
    how = "set MARK_FULFILLED=on in deploy.env, and run ./deploy.sh."
    day, last = max((now - live_since).days + 1, 1), _day(live_since + MARKED_BY_HAND)
    if day > MARKED_BY_HAND.days:
        return Step(title, False, f"The two weeks of marking by hand are over: {how}")
    by_hand = "people mark in the shop what was served, or run mark ORDER, and reconcile shows what differs"
    return Step(title, False, f"Day {day} of {MARKED_BY_HAND.days}: {by_hand}. From {last} on {how}")


def _day(at: datetime) -> date:
    return at.date()
