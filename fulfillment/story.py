"""The story of an order, as the ledgers tell it, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fulfillment.answers import called, failed_since, keys_counted, listed, mail_of
from fulfillment.model import TEST_ORDER, Answer, Assignment
from fulfillment.wares import SERVE_TEST
from fulfillment.workbook import OrderFile, by_version

DONE = {
    "assigned": "assigned",
    "released": "given back to stock",
    "quarantined": "taken out of use, and kept out of stock",
    "restored": "restored to stock",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an order."""

    at: str
    event: str
    message: str


def story(file: OrderFile) -> tuple[Event, ...]:
    """Everything that happened to an order, oldest first."""
    answers, seats = by_version(file.answers), by_version(file.seats)
    events: list[Event] = []
    for version in sorted({*answers, *seats}):
        events += _seat_events(seats.get(version, []))
        events += (_answer_event(answer, file) for answer in answers.get(version, []))
    return tuple(events)


def _seat_events(rows: list[Assignment]) -> Iterator[Event]:
    """One event for all seats that went the same way in one commit."""
    for (event, at), count in Counter((row.event, row.at) for row in rows).items():
        what = Counter(row.entitlements for row in rows if row.event == event)
        words = listed([f"{n} x {entitlements}" for entitlements, n in what.items()])
        yield Event(at, event, f"{keys_counted(count)} {DONE[event]}: {words}.")


def _answer_event(answer: Answer, file: OrderFile) -> Event:
    details = answer.read_details()
    earlier = [other for other in file.answers if other.no < answer.no]
    if details.get("delivered_at") == answer.at:
        return Event(answer.at, "delivered", "The mail was reported as sent.")
    if earlier and earlier[-1].outcome == answer.outcome and earlier[-1].message == answer.message:
        if mail_of(earlier[-1]) < mail_of(answer):
            return Event(answer.at, "resent", "Its keys are to be mailed again.")
        return Event(answer.at, "recorded", f"Recorded anew for {answer.customer or 'the customer'}.")
    return Event(answer.at, answer.outcome, answer.message)


def what_next(file: OrderFile, stock: str) -> str:
    """What an operator does next; `stock` says what a failed order could have now."""
    answer = file.answer
    if answer is None:
        return "Check the id. If it is right, the order has not arrived: look at the Zap's history."
    name = called(answer)
    advice = {
        "fulfilled": _after_fulfilled(answer),
        "failed": f"On hold since {failed_since(file)}. {stock} Import keys or set entitlements as needed, "
        "then Clear Order Cache and run the Zap again.",
        "skipped": f"Serve {name} by hand: {listed([i.sku or i.title for i in answer.read_items()])}.",
        "released": "Nothing. To serve it again: Clear Order Cache, then run the Zap again.",
        "cleared": "Run the Zap again.",
        "closed": "Nothing: it was served by hand.",
    }
    if answer.reason == TEST_ORDER:
        tag = f"tag it {SERVE_TEST} in the shop"
        return f"Nothing. To serve it all the same: {tag}, Clear Order Cache, and run the Zap again."
    return advice[answer.outcome].replace("  ", " ")


def _after_fulfilled(answer: Answer) -> str:
    if at := answer.read_details().get("delivered_at"):
        return f"Nothing: the mail was reported as sent on {at}."
    return "Nothing, once the mail has gone out. If it has not: Clear Order Cache, then run the Zap again."
