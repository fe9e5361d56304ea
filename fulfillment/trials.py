"""Each thing that an environment names, tried: a sentence where it is as it should be, else an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fulfillment.clock import CLOCK
from fulfillment.errors import NotPossible, NotSetUp
from fulfillment.gateways.hook import HookCourier
from fulfillment.gateways.slack import SlackCourier
from fulfillment.model import Answer, Letter, Message, Reply
from fulfillment.service import Service
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.setup import Report
from fulfillment.sheets.trial import try_writing

TRIAL_S = 10.0
"""So long may another service take to answer a trial."""

MOST_NAMED = 5
"""Things that setup would put right, as one sentence each."""

CHECKED = "This is a check: orders will be told here, and nothing has to be done."


def trial_until() -> float:
    """When a trial that begins now has to be over; monotonic seconds."""
    return CLOCK.now_s() + TRIAL_S


def try_spreadsheet(client: Callable[[], SheetsClient]) -> str:
    """Can it be written to? 1 write, of which nothing is left."""
    try_writing(client())
    return "shared with the service, which can write to it."


def try_tabs(check: Callable[[], Report]) -> str:
    """Is everything there that setup makes? Raises NotSetUp."""
    report = check()
    if report.is_ready:
        return "every tab, column, rule and protection is there."
    found = [*report.repairs, *report.left]
    more = f"And {len(found) - MOST_NAMED} more. " if len(found) > MOST_NAMED else ""
    raise NotSetUp(f"{' '.join(found[:MOST_NAMED])} {more}Run setup.")


def try_books(service: Callable[[], Service]) -> str:
    """Can everything be read? 2 reads, and those of the archive."""
    return f"read, at version {service().check()}."


def try_slack(slack: SlackCourier, *, sends: bool) -> str:
    """Is the webhook there? With `sends` the channel shows it. 1 request."""
    slack.try_out(until=trial_until(), text=CHECKED if sends else "")
    return "the channel shows a message of this check." if sends else "its webhook is there."


def try_hook(hook: HookCourier, recipient: str, now: Callable[[], datetime], *, sends: bool) -> str:
    """Does the hook take a message? Without `sends` it gets none, as each starts a Zap. 0 or 1 request."""
    if not sends:
        return "an address was set; only check --send can tell whether a Zap listens there."
    if not recipient:
        raise NotPossible("Set TEST_RECIPIENT: the Zap behind the hook mails whatever it gets.")
    hook.deliver([_letter(recipient, now())], until=trial_until())
    return f"it took a message without keys, which its Zap mails to {recipient}."


def _letter(recipient: str, now: datetime) -> Letter:
    at = now.isoformat(timespec="seconds")
    answer = Answer(at, "check", "#check", "nobody", recipient, "", "skipped", "", CHECKED, mode="test")
    message = Message(at, f"check:{at}", "owed", "delivery", "check", "", "{}")
    return Letter(message, Reply(answer, deliver_to=recipient))
