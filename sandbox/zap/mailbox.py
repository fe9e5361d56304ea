"""Mails that the Zaps had sent, as they arrived."""

from __future__ import annotations

import html
import re
import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: to whom, and what they read."""

    at: str
    to: str
    subject: str
    body: str = field(repr=False)
    """HTML, as it was put together."""
    order_id: str = ""
    run: int = 0

    @property
    def text(self) -> str:
        """What a person reads."""
        lines = re.sub(r"</(p|li|ul|div|h\d)>|<br ?/?>", "\n", self.body)
        plain = html.unescape(re.sub(r"<[^>]+>", "", lines))
        return "\n".join(line.strip() for line in plain.splitlines() if line.strip())


class Mailbox:
    """Everybody's mails, the oldest first."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._mails: list[Mail] = []

    def take(self, mail: Mail) -> None:
        with self._guard:
            self._mails.append(mail)

    def all(self) -> list[Mail]:
        with self._guard:
            return list(self._mails)

    def clear(self) -> None:
        with self._guard:
            self._mails.clear()
