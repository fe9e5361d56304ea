"""A courier for tests: it carries letters nowhere, remembers them, and fails on plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fulfillment.errors import NotDelivered
from fulfillment.model import Letter
from fulfillment.outbox import KINDS


class Crash(BaseException):
    """The instance ends here, as a killed process does: nothing of it catches this."""


@dataclass
class Pigeon:
    """Takes every kind of letter."""

    letters: list[Letter] = field(default_factory=list)
    trips: int = 0
    before: list[BaseException] = field(default_factory=list)
    """What is raised before the next letters arrive, one a trip."""
    after: list[BaseException] = field(default_factory=list)
    """What is raised once they have arrived."""

    def deliver(self, letters: Sequence[Letter], *, until: float) -> None:
        self.trips += 1
        if self.before:
            raise self.before.pop(0)
        self.letters += letters
        if self.after:
            raise self.after.pop(0)

    def told(self, kind: str = "") -> list[str]:
        """The ids of the messages that arrived."""
        return [letter.message.message_id for letter in self.letters if kind in ("", letter.message.kind)]

    def everywhere(self) -> dict[str, Pigeon]:
        return dict.fromkeys(KINDS, self)


AWAY = NotDelivered("Slack is away.")
