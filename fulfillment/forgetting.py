"""Customers forgotten: their names and addresses blanked in every row that bears them.

The keys stay, and so does the order's id, so that the same order posted again gets the same keys. Rows are
changed where they stand, and a row is added that says so: whoever knows them from before learns it by that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from fulfillment.answers import called, counted, listed, rewritten, when, with_details
from fulfillment.archiving import is_before, is_old
from fulfillment.holdings import order_of
from fulfillment.model import Answer
from fulfillment.outbox import MAILED
from fulfillment.persons import Person, Texts
from fulfillment.workbook import OUTBOX, Changes, LedgerName, OrderFile, Rewritten, Snapshot

AT_ONCE = 100
"""Orders that one refresh forgets: some four requests of a batch each."""

ELSEWHERE = (
    "the Zap's history",
    "GHL",
    "Slack",
    "Shopify",
    "the spreadsheet's version history",
    "copies and downloads of the spreadsheet",
    "the test recipient's mailbox",
)
"""Where else name and address may be, and where nobody but a person can blank them."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was blanked for one order, or would be."""

    answer: Answer
    blanked: Mapping[str, int] = field(default_factory=dict)
    """tab -> how many of its rows; the archive's tabs count as one."""
    others: tuple[str, ...] = ()
    """What people call other orders of the same address, which stay as they are."""
    forgotten_at: str = ""
    """When it was forgotten before."""
    is_mailed: bool = True
    """Were its keys, if it has any, reported as mailed?"""

    @property
    def message(self) -> str:
        """What the operator reads once it is done."""
        if not self.blanked:
            return f"{self._nothing} {self._elsewhere}"
        done = f"Order {called(self.answer)} was forgotten: name and address are blanked in {self._where}."
        return " ".join(filter(None, [done, self._kept, self._mail, self._others, self._elsewhere]))

    @property
    def preview(self) -> str:
        """What the operator reads before."""
        if not self.blanked:
            return self._nothing
        would = f"{order_of(self.answer)}: name and address would be blanked in {self._where}; nothing was"
        return " ".join(filter(None, [f"{would} changed yet.", self._mail, self._others]))

    @property
    def _nothing(self) -> str:
        since = f": it was forgotten on {self.forgotten_at}" if self.forgotten_at else ""
        return f"Order {called(self.answer)} has neither name nor address here{since}. Nothing was changed."

    @property
    def _where(self) -> str:
        return listed([f"{counted(rows, 'row')} of {tab}" for tab, rows in self.blanked.items()])

    @property
    def _kept(self) -> str:
        return "Its keys stay its own. Posted again it gets the same ones, and the post brings the name back."

    @property
    def _mail(self) -> str:
        unsure = "Its mail was never reported as sent: see that the customer has the keys."
        return "" if self.is_mailed else unsure

    @property
    def _others(self) -> str:
        if not self.others:
            return ""
        return f"The same address stands in {listed(self.others)}: forget each that is meant."

    @property
    def _elsewhere(self) -> str:
        return f"Outside of the workbook they may still be in {listed(ELSEWHERE)}."


@dataclass(frozen=True, slots=True)
class Due:
    """The orders whose customers are to be forgotten after a time, the oldest first."""

    live: tuple[str, ...] = ()
    archived: tuple[str, ...] = ()
    left: int = 0
    """Orders that are due as well, for the next time."""
    waiting: int = 0
    """Orders that are old enough, and still owed something."""


def why_not(snapshot: Snapshot, answer: Answer) -> str:
    """What the order is still owed, for which the address is needed, and what to do first; empty for none."""
    name = called(answer)
    if answer.outcome == "failed":
        return (
            f"Order {name} still waits for keys, and could not be mailed any more. Close it if it was served "
            "by hand, or release it so that it is never served; then forget it."
        )
    about = snapshot.outbox.of_order(answer.order_id)
    pending = {message.kind for message in about if snapshot.outbox.is_pending(message.message_id)}
    if MAILED in pending:
        return f"The keys of order {name} are about to be mailed. Once they are (see the Outbox), forget it."
    if "unconfirmed" in pending:
        return (
            f"The mail of order {name} was not reported as sent yet. Once it is, or the team was told that "
            "it was not (15 minutes after the keys were given), forget it."
        )
    return ""


def find_due(snapshot: Snapshot, *, before: datetime, most: int = AT_ONCE) -> Due:
    """What nobody touched since `before`, still names its customer, and is owed nothing."""
    old = [
        file.answers[-1] for file in snapshot.orders.values() if names_somebody(file) and is_old(file, before)
    ]
    free = [answer.order_id for answer in old if not why_not(snapshot, answer)]
    archived = {
        order_id: outcome
        for order_id, (at, outcome) in snapshot.archived_named.items()
        if order_id in snapshot.archived_orders and is_before(at, before)
    }
    served = [order_id for order_id, outcome in archived.items() if outcome != "failed"]
    live = tuple(islice(free, most))
    chosen = tuple(islice(served, most - len(live)))
    left = len(free) + len(served) - len(live) - len(chosen)
    return Due(live, chosen, left, waiting=len(old) - len(free) + len(archived) - len(served))


def plan_forget(
    snapshot: Snapshot, order_ids: Iterable[str], texts: Texts, *, now: datetime, by: str
) -> Changes:
    """These orders' customers blanked in every row that names them, and a row for each that says so."""
    files = [snapshot.orders[order_id] for order_id in order_ids]
    rows = Changes(
        assignments=tuple(row for file in files for row in file.seats),
        answers=tuple(row for file in files for row in file.answers),
    )
    answers = tuple(_forgetting(file, now, by) for file in files)
    return Changes(answers=answers, rewritten=blanked(rows, texts))


def blanked(rows: Changes, texts: Texts) -> Rewritten:
    """What is to be written so that the rows of these orders, and these texts, name no customer of theirs."""
    answers = defaultdict[str, list[Answer]](list)
    for row in rows.answers:
        answers[row.order_id].append(row)
    persons = {order_id: Person.of(each) for order_id, each in answers.items()}
    everybody = Person.of(rows.answers)
    found: Mapping[LedgerName, Iterable[tuple[int, Mapping[str, str]]]] = {
        "Import History": ((no, {"reason": clean}) for no, clean in _remarks(texts, everybody)),
        "Assignments": ((r.no, _changed(r, persons[r.order_id].out_of_seat(r))) for r in rows.assignments),
        "Order Cache": ((r.no, _changed(r, persons[r.order_id].out_of_answer(r))) for r in rows.answers),
        OUTBOX: ((no, {"body": clean}) for no, clean in _bodies(texts, everybody, persons)),
    }
    cells = {name: {no: each for no, each in pairs if each} for name, pairs in found.items()}
    return {name: each for name, each in cells.items() if each}


TEXTS = ("customer", "email", "message", "items", "details", "reason")


def _changed(before: object, after: object) -> Mapping[str, str]:
    """header -> the new text, of those that differ."""
    found = {name: (getattr(before, name, ""), getattr(after, name, "")) for name in TEXTS}
    return {name: new for name, (old, new) in found.items() if old != new}


def _remarks(texts: Texts, person: Person) -> Iterator[tuple[int, str]]:
    """Those that change."""
    for no, remark in texts.remarks.items():
        if (clean := person.out_of(remark)) != remark:
            yield no, clean


def _bodies(texts: Texts, person: Person, theirs: Collection[str]) -> Iterator[tuple[int, str]]:
    """Those that change, of messages about their orders or about no single one."""
    for no, (order_id, body) in texts.bodies.items():
        if order_id and order_id not in theirs:
            continue
        if (clean := person.out_of_facts(body, is_theirs=bool(order_id))) != body:
            yield no, clean


def _forgetting(file: OrderFile, now: datetime, by: str) -> Answer:
    """The order's next row: like the one before, with nobody in it, and when that was."""
    old = Person.of(file.answers).out_of_answer(file.answers[-1])
    details = old.read_details()
    details["forgotten_at"] = when(now)
    return with_details(rewritten(old, now=now, by=by), details)


def forgotten_at(file: OrderFile) -> str:
    """When the order was forgotten last; empty for never."""
    found = (row.read_details().get("forgotten_at", "") for row in reversed(file.answers) if row.forgets)
    return next(found, "")


def names_somebody(file: OrderFile) -> bool:
    """Does any row of the order name its customer?"""
    return any(row.customer or row.email for row in file.answers)


def same_address(snapshot: Snapshot, file: OrderFile) -> tuple[str, ...]:
    """What people call the other orders of an address of this one."""
    theirs = {row.email.casefold() for row in file.answers if row.email}
    ids = {row.order_id for row in file.answers}
    return tuple(
        called(other.answers[-1])
        for order_id, other in snapshot.orders.items()
        if order_id not in ids and any(row.email.casefold() in theirs for row in other.answers if row.email)
    )


def counted_rows(cells: Rewritten) -> dict[str, int]:
    """tab -> how many of its rows are changed."""
    return {name: len(rows) for name, rows in cells.items() if rows}
