"""The messages that the Outbox holds: which are pending, and which are known to have been told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fulfillment.model import Message
from fulfillment.persons import Person

DAY = timedelta(days=1)

PENDING = ("owed", "claimed", "failed")
"""What a message's newest row says while it is still to be told."""


@dataclass(slots=True)
class Outbox:
    """What the rows that stand in the Outbox say of each message; moves forward by them.

    The first row of a message says what it is; those that follow leave `subject` and `body` blank.
    """

    messages: dict[str, Message] = field(default_factory=dict)
    """message_id -> its newest row; with subject and body for as long as it is pending."""
    pending: dict[str, None] = field(default_factory=dict)
    """Ids of the messages still to be told, oldest first."""
    _of_order: dict[str, dict[str, None]] = field(default_factory=dict)
    _standing: deque[Message] = field(default_factory=deque)
    """Every row, in the order of `no`, without subject and body."""

    def advance(self, rows: Iterable[Message]) -> None:
        """Move forward by rows, in the order of their numbers."""
        for row in rows:
            old = self.messages.get(row.message_id)
            self._standing.append(replace(row, subject="", body=""))
            self._of_order.setdefault(row.order_id, {})[row.message_id] = None
            if row.event in PENDING:
                self.messages[row.message_id] = row if old is None else _with_facts_of(old, row)
                self.pending[row.message_id] = None
            else:
                self.messages[row.message_id] = self._standing[-1]
                self.pending.pop(row.message_id, None)

    def forget(self, order_id: str, person: Person) -> None:
        """Messages still to be told name the customer of this order no more, the order's own or any."""
        for message_id in self.pending:
            message = self.messages[message_id]
            if message.order_id in (order_id, ""):
                body = person.out_of_facts(message.body, is_theirs=bool(message.order_id))
                self.messages[message_id] = replace(message, body=body)

    def of_order(self, order_id: str) -> list[Message]:
        """The newest rows of the messages about an order."""
        return [self.messages[message_id] for message_id in self._of_order.get(order_id, ())]

    def is_pending(self, message_id: str) -> bool:
        return message_id in self.pending

    def to_be_told(self) -> Iterator[Message]:
        """The newest rows of the pending messages, the oldest message first."""
        return (self.messages[message_id] for message_id in self.pending)

    def old_rows(self, *, before: datetime) -> tuple[Message, ...]:
        """The rows that may leave: the oldest ones, up to the first that is younger or of a pending message.

        The newest row stays in any case: by it the end of the tab is known again. None before there is a
        row a day older: whoever looks by where rows stood has to read everything anew once they have left.
        """
        if not self._standing or datetime.fromisoformat(self._standing[0].at) >= before - DAY:
            return ()
        old = []
        for row in self._standing:
            if row.no == self._standing[-1].no or row.message_id in self.pending:
                break
            if datetime.fromisoformat(row.at) >= before:
                break
            old.append(row)
        return tuple(old)

    def standing(self) -> Sequence[int]:
        """Every number that stands in the Outbox, in order."""
        return [row.no for row in self._standing]

    def retire(self, rows: Sequence[Message]) -> None:
        """The oldest rows have left, these ones; a message of which no row is left is forgotten."""
        for row in rows:
            self._standing.popleft()
            if self.messages[row.message_id].no == row.no:
                del self.messages[row.message_id]
                ids = self._of_order[row.order_id]
                del ids[row.message_id]
                if not ids:
                    del self._of_order[row.order_id]


def _with_facts_of(old: Message, row: Message) -> Message:
    return replace(row, subject=row.subject or old.subject, body=row.body or old.body)
