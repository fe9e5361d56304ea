"""Messages on their way: what a group of orders owes is sent by its leader, once the others are answered.

Who commits a message with a claim is the one to send it. What became of it is a mark, a row of the Outbox
that rides on the next commit, or is written by whoever sends what is due. Sending never fails an order: what
does not go out is due again.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from fulfillment import attempts, outbox
from fulfillment.answers import counted, listed, reply_to
from fulfillment.clock import CLOCK, Clock
from fulfillment.errors import FulfillmentError, NotDelivered
from fulfillment.messages import Outbox
from fulfillment.model import Letter, Message
from fulfillment.ports import Courier
from fulfillment.wording import worded
from fulfillment.workbook import Changes, Snapshot

TOGETHER = 50
"""Letters about orders that a courier is handed at a time: what fails with one of them is tried again with
all. Each mail goes by itself: one that failed must not have the others sent twice."""

TOGETHER_WHOLE = 10
"""The same of alarms and of what is low, of which nothing is cut: one may say thousands of characters."""

LASTING = 3
"""After so many tries, six minutes, it is no hiccup: the log says so, for whoever is mailed of its errors."""

LEAST_S = 1.0
"""With less time left nothing is begun: the request that waits for it has a deadline."""

MARKS_MOST = 400
"""Marks that ride on one commit."""

log = logging.getLogger("fulfillment")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the messages that were due."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    left: int = 0
    """Claimed, and there was no time for them: they are due again in some minutes."""

    @property
    def message(self) -> str:
        """`3 messages sent; 1 failed and is tried again.`"""
        if not (self.sent or self.failed or self.given_up or self.left):
            return "No message was due."
        said = [f"{counted(self.sent, 'message')} sent"]
        said += [f"{self.failed} failed and will be tried again"] if self.failed else []
        said += [f"{self.given_up} given up"] if self.given_up else []
        said += [f"{self.left} left for the next time"] if self.left else []
        return "; ".join(said) + "."


class Teller:
    """Sends letters by the couriers of their kinds, and keeps the marks until they are written.

    Its turn at the workbook is the leader's alone; sending may be any thread's.
    """

    def __init__(
        self,
        couriers: Mapping[str, Courier],
        *,
        now: Callable[[], datetime],
        alarm: Callable[[str], None],
        by: str = "outbox",
        clock: Clock = CLOCK,
    ) -> None:
        """`couriers`: by the kind of message; a kind without one is not told at all."""
        self._couriers = couriers
        self._now = now
        self._alarm = alarm
        self._by = by
        self._clock = clock
        self._guard = threading.Lock()
        self._sending = threading.Lock()
        self._letters: list[Letter] = []
        self._unheard: set[str] = set()
        self._marks: dict[str, Message] = {}
        """message_id -> the mark that is not written yet."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of messages that somebody takes."""
        return tuple(self._couriers)

    @property
    def has_urgent_marks(self) -> bool:
        """Is one waiting without which a customer would get the same mail again?"""
        with self._guard:
            return any(mark.kind == outbox.MAILED for mark in self._marks.values())

    @property
    def has_marks(self) -> bool:
        """Is anything waiting to be written?"""
        return bool(self._marks)

    # in the leader's turn

    def heard(self, changes: Changes) -> Changes:
        """The same changes, without the new messages that nobody takes: they are no reason for a commit.

        An alarm among them stands in the log, once.
        """
        unheard = [m for m in changes.messages if m.event == "owed" and m.kind not in self._couriers]
        log_alarms(message for message in unheard if message.message_id not in self._unheard)
        self._unheard |= {message.message_id for message in unheard}
        return replace(changes, messages=tuple(m for m in changes.messages if m not in unheard))

    def with_messages(self, snapshot: Snapshot, changes: Changes) -> Changes:
        """The same changes, with all messages they call for and the marks that ride along."""
        told = outbox.messages_for(snapshot, changes, kinds=self._couriers, now=self._now())
        there = {message.message_id for message in told}
        marks = [mark for mark in self.marks(snapshot) if mark.message_id not in there]
        return replace(changes, messages=(*marks, *told))

    def marks(self, snapshot: Snapshot) -> tuple[Message, ...]:
        """The marks to be written; those that another instance has overtaken are forgotten."""
        with self._guard:
            overtaken = [id_ for id_, mark in self._marks.items() if not _is_news(mark, snapshot)]
            for message_id in overtaken:
                del self._marks[message_id]
            return tuple(self._marks.values())[:MARKS_MOST]

    def owed(self, snapshot: Snapshot, committed: Sequence[Message]) -> list[Letter]:
        """The letters that these messages are, now that they stand in the workbook: they are ours to send."""
        with self._guard:
            for message in committed:
                if self._marks.get(message.message_id) is message:
                    del self._marks[message.message_id]
        log_alarms(message for message in committed if message.body)  # its first row
        self._raise_alarms([message for message in committed if message.event == "given_up"])
        log_repeat([m for m in committed if m.event == "claimed" and m.error], "its sender was not heard of")
        claimed = [message for message in committed if message.event == "claimed"]
        letters = [self._written(snapshot, snapshot.outbox.messages[each.message_id]) for each in claimed]
        return [letter for letter in letters if letter and (letter.reply is None or letter.reply.send_email)]

    def _raise_alarms(self, given_up: Sequence[Message]) -> None:
        """Somebody hears of what will not be told; one line for all that nobody takes any more."""
        for message in given_up:
            if message.attempts and message.error != outbox.NOBODY:
                self._alarm(f"A message was given up ({message.message_id}): {message.error}")
        if untaken := [message for message in given_up if message.error == outbox.NOBODY]:
            self._alarm(_untaken(untaken))

    def _written(self, snapshot: Snapshot, message: Message) -> Letter | None:
        """The letter that a message is; None, and marked as failed, where its order cannot be read.

        All others that were claimed with it are ours to send: nobody else would for minutes.
        """
        try:
            return _letter(snapshot, message)
        except FulfillmentError as error:
            self._mark_failed([Letter(message)], NotDelivered(str(error)))
            return None

    # in any thread

    def tell(self, letters: Iterable[Letter], *, until: float) -> None:
        """These letters, and those of others that have not begun, are sent, as far as time allows.

        `until` is the monotonic time of the caller's deadline. Raises nothing.
        """
        with self._guard:
            self._letters += letters
        if not self._sending.acquire(timeout=max(0.0, until - self._clock.now_s())):
            return  # who sends now, or comes next, takes them along
        try:
            self._send(until)
        finally:
            self._sending.release()

    def _send(self, until: float) -> None:
        with self._guard:
            letters, self._letters = self._letters, []
        now = self._now()
        ours = [letter for letter in letters if not attempts.is_due(letter.message, now)]
        portions = list(_portions(ours))
        for place, portion in enumerate(portions):
            if until - self._clock.now_s() < LEAST_S:
                with self._guard:
                    self._letters = [letter for rest in portions[place:] for letter in rest] + self._letters
                return
            self._deliver(portion, until)

    def _deliver(self, letters: Sequence[Letter], until: float) -> None:
        try:
            self._couriers[letters[0].message.kind].deliver(letters, until=until)
        except NotDelivered as error:
            self._mark_failed(letters, error)
        except Exception as error:  # noqa: BLE001  whatever breaks in a courier, no caller hears of it
            self._mark_failed(letters, NotDelivered(f"The courier broke: {type(error).__name__}."))
        else:
            self._mark(attempts.sent(letter.message, now=self._now(), by=self._by) for letter in letters)

    def _mark_failed(self, letters: Sequence[Letter], error: NotDelivered) -> None:
        if error.may_have_arrived and not error.is_final:
            log_repeat([letter.message for letter in letters], "the answer of the other side was lost")
        if any(letter.message.attempts >= LASTING for letter in letters):
            said = f"{len(letters)} messages cannot be told for minutes now, and are tried again: {error}"
            log.error(said, extra={"alarm": "not told"})
        marks = [
            attempts.not_sent(
                letter.message,
                str(error),
                now=self._now(),
                by=self._by,
                chance=self._clock.chance(),
                is_final=error.is_final,
                not_before=timedelta(seconds=error.retry_after_s or 0),
            )
            for letter in letters
        ]
        self._mark(marks)

    def _mark(self, marks: Iterable[Message]) -> None:
        with self._guard:
            self._marks.update({mark.message_id: mark for mark in marks})


def _is_news(mark: Message, snapshot: Snapshot) -> bool:
    """Is the message still pending, and its claim the one that this is the mark of?"""
    newest = snapshot.outbox.messages.get(mark.message_id)
    if newest is None or not snapshot.outbox.is_pending(mark.message_id):
        return False
    return mark.event == "sent" or newest.attempts == mark.attempts


def tally(claimed: Sequence[Message], known: Outbox, marks: Iterable[Message]) -> Sent:
    """What became of these messages, by the marks that are about to be written or stand there already."""
    newest = {row.message_id: known.messages[row.message_id] for row in claimed}
    newest.update({mark.message_id: mark for mark in marks if mark.message_id in newest})
    count = Counter(row.event for row in newest.values())
    return Sent(count["sent"], count["failed"], count["given_up"], count["claimed"])


def _letter(snapshot: Snapshot, message: Message) -> Letter:
    """The message on its way; one about keys brings what the order is told now."""
    if message.kind != outbox.MAILED:
        return Letter(message)
    return Letter(message, reply_to(snapshot.file(message.order_id)))


def _portions(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """The letters as couriers are handed them: of one kind, and not too many.

    The kinds are in the order in which an order comes by them: its keys are told before its mail.
    """

    def place(letter: Letter) -> int:
        return outbox.KINDS.index(letter.message.kind)

    for each, same in groupby(sorted(letters, key=place), key=place):
        rest, most = list(same), _together(outbox.KINDS[each])
        for start in range(0, len(rest), most):
            yield rest[start : start + most]


def _untaken(messages: Sequence[Message]) -> str:
    """`3 messages are given up: by the settings nobody takes them. ...`, and whose keys were not mailed."""
    said = f"Given up: {counted(len(messages), 'message')} that by the settings nobody takes any more."
    mails = dict.fromkeys(message.order_id for message in messages if message.kind == outbox.MAILED)
    if not mails:
        return said
    return f"{said} Not mailed are the keys of {listed([*mails])}: replay the Zap's runs of these orders."


def _together(kind: str) -> int:
    if kind == outbox.MAILED:
        return 1
    return TOGETHER_WHOLE if kind in outbox.TOLD_WHOLE else TOGETHER


def log_alarms(messages: Iterable[Message]) -> None:
    """An error in the log for each alarm, so that who is mailed of errors hears of it too."""
    for message in messages:
        if message.kind == "alarm":
            log.error(" ".join(worded([message]).lines), extra={"alarm": message.message_id})


def log_repeat(messages: Iterable[Message], cause: str) -> None:
    """A line in the log for messages that may be told twice."""
    ids = [message.message_id for message in messages]
    if ids:
        log.warning("told twice, perhaps: %s", cause, extra={"cause": cause, "messages": ids})
