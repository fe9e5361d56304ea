"""The story of an order, as the ledgers tell it, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fulfillment.answers import called, counted, failed_since, listed, mail_of, mailed_at
from fulfillment.model import TEST_ORDER, Answer, Assignment, Item, Message
from fulfillment.wares import SERVE_TEST
from fulfillment.workbook import OrderFile, by_version

DONE = {
    "assigned": "assigned",
    "released": "given back to stock",
    "quarantined": "taken out of use, and kept out of stock",
    "restored": "restored to stock",
}

WITHDRAWN = "taken out of quarantine, and withdrawn from stock"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an order."""

    at: str
    event: str
    message: str


def story(file: OrderFile, told: Iterable[Message] = ()) -> tuple[Event, ...]:
    """Everything that happened to an order, oldest first; `told`: the newest row of each message about it."""
    answers, seats, messages = by_version(file.answers), by_version(file.seats), by_version(told)
    events: list[Event] = []
    for version in sorted({*answers, *seats, *messages}):
        events += (asked for answer in answers.get(version, []) for asked in _asked(answer, file))
        events += _seat_events(seats.get(version, []))
        events += (_answer_event(answer, file) for answer in answers.get(version, []))
        events += (event for message in messages.get(version, []) for event in _told(message))
    return tuple(events)


def _asked(answer: Answer, file: OrderFile) -> Iterator[Event]:
    """What the order asked for, where that was not known before."""
    earlier = [other.items for other in file.answers if other.no < answer.no]
    if answer.items in ("", "[]") or (earlier and earlier[-1] == answer.items):
        return
    lines = listed([_line(item) for item in answer.read_items()])
    again = "Posted with other lines" if any(items not in ("", "[]") for items in earlier) else "Received"
    test = " In test mode: its mail goes to the test recipient." if answer.mode == "test" else ""
    yield Event(answer.at, "received", f"{again}, region {answer.region}: {lines}.{test}")


def _line(item: Item) -> str:
    """`2 x CPT (Certified Personal Trainer)`; a line for no key says so."""
    name = f"{item.sku} ({item.title})" if item.sku and item.title else item.sku or item.title or "a line"
    kind = {"auto": "", "external": ", for a person to serve", "no sku": ", without a SKU"}[item.kind]
    return f"{item.quantity} x {name}{kind}"


def _seat_events(rows: list[Assignment]) -> Iterator[Event]:
    """One event for all seats that went the same way, for the same reason, in one commit."""
    groups: dict[tuple[str, str], list[Assignment]] = {}
    for row in rows:
        groups.setdefault((row.event, row.reason), []).append(row)
    for (event, reason), same in groups.items():
        what = Counter(row.entitlements for row in same)
        words = listed([f"{n} x {entitlements}" for entitlements, n in what.items()])
        done = WITHDRAWN if (event, reason) == ("restored", "withdrawn") else DONE[event]
        why = f" ({reason})" if reason and done != WITHDRAWN else ""
        yield Event(same[0].at, event, f"{counted(len(same), 'key')} {done}{why}: {words}.")


def _told(message: Message) -> Iterator[Event]:
    """That people were told of it, or could not be; what is on its way or waited for is no event yet."""
    what = message.kind.replace("_", " ")
    if message.event == "sent":
        yield Event(message.at, "told", f"Told: {what}.")
    elif message.event == "given_up" and message.attempts:
        yield Event(message.at, "not told", f"Not told, given up: {what}. {message.error}")
    elif message.event == "failed":
        yield Event(message.at, "not told", f"Not told yet: {what}; tried again at {message.due_at}.")


def _answer_event(answer: Answer, file: OrderFile) -> Event:
    earlier = [other for other in file.answers if other.no < answer.no]
    if answer.forgets and answer.read_details().get("forgotten_at") == answer.at:
        return Event(answer.at, "forgotten", "Name and address of its customer were blanked.")
    if mailed_at(answer) == answer.at:
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
        "released": _after_released(answer),
        "cleared": "Run the Zap again.",
        "closed": "Nothing: it was served by hand.",
    }
    if answer.reason == TEST_ORDER:
        tag = f"tag it {SERVE_TEST} in the shop"
        return f"Nothing. To serve it all the same: {tag}, Clear Order Cache, and run the Zap again."
    return advice[answer.outcome].replace("  ", " ")


def _after_released(answer: Answer) -> str:
    again = "To serve it again: Clear Order Cache, then run the Zap again."
    if mailed_at(answer):
        return (
            "Its keys were mailed after they had been released: find them in Assignments by the order's id, "
            f"and withdraw those in stock. {again}"
        )
    return f"Nothing. {again}"


def _after_fulfilled(answer: Answer) -> str:
    if at := mailed_at(answer):
        return f"Nothing: the mail was reported as sent on {at}."
    return "Nothing, once the mail has gone out. If it has not: Clear Order Cache, then run the Zap again."
