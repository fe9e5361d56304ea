"""The local Slack: an incoming webhook that takes, refuses and remembers messages as Slack does.

with SlackStand() as slack:
    settings = {"SLACK_WEBHOOK_URL": slack.hook_url}
    ...
    assert "#1042" in slack.messages[0].shown

How Slack answers, where that is from, and how sure it is, stands in docs/sandbox.md.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs

from sandbox.book import Json
from sandbox.errors import bad_request
from sandbox.panes import Entry
from sandbox.slack_rules import Refused, check_message, shown
from sandbox.stand import Stand, plain
from sandbox.wire import Answer, Request

HOOK = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"

METHOD = "slack.post"
"""What the webhook is called in counts and fault plans."""

BURST = 25
"""Messages at once after a quiet time. Slack names no figure; somebody counted about so many in 2018
(github.com/RamblingCookieMonster/PSSlack/issues/52)."""

RETRY_AFTER_S = 1

TROUBLES = {
    "revoked": (404, "no_service"),
    "archived": (410, "channel_is_archived"),
    "prohibited": (403, "action_prohibited"),
    "no channel": (404, "channel_not_found"),
    "away": (500, "rollup_error"),
}
"""What the webhook answers to everything while it is so."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that arrived."""

    at: str
    text: str
    """For notifications and search; people see `shown`."""
    shown: str
    blocks: list[Json] = field(default_factory=list)


class SlackStand(Stand):
    """One webhook; what it took stands in `messages`, the oldest first."""

    name = "slack"
    title = "Slack"
    place = "/services/"

    def __init__(
        self,
        port: int = 0,
        *,
        burst: int = BURST,
        now: Callable[[], datetime] = _now,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`burst`: how many messages may come at once; from then on one a second."""
        super().__init__(port)
        self.messages: list[Posted] = []
        self.trouble = ""
        """One of TROUBLES, or empty."""
        self._now, self._now_s = now, now_s
        self._guard = threading.Lock()
        self._burst, self._left, self._counted_at = burst, float(burst), now_s()
        self._own |= {
            ("GET", "messages"): lambda asked: {"messages": [asdict(message) for message in self.messages]},
            ("DELETE", "messages"): self._forget,
            ("PUT", "settings"): self._change,
        }

    @property
    def hook_url(self) -> str:
        """What SLACK_WEBHOOK_URL is to be."""
        return self.url + HOOK

    def entries(self) -> Iterator[Entry]:
        for message in self.messages:
            title, _, text = message.shown.partition("\n")
            yield Entry(message.at, title, text)

    def found(self, text: str) -> list[Posted]:
        """The messages that a person finds who searches for this."""
        return [message for message in self.messages if text in f"{message.text}\n{message.shown}"]

    def _answer(self, request: Request) -> Answer:
        if request.verb != "POST":
            return plain(405, "method_not_allowed")
        if not re.fullmatch(r"/services/T\w+/B\w+/\w+", request.path):
            return plain(404, "no_service")
        return self.spoilt(request, METHOD, lambda: self._taken(request))

    def _taken(self, request: Request) -> Answer:
        if self.trouble:
            return plain(*TROUBLES[self.trouble])
        if not self._is_in_time():
            return self._too_many()
        try:
            message = check_message(_payload(request))
        except Refused as word:
            return plain(400, str(word))
        text, at = message.get("text", ""), self._now().isoformat(timespec="seconds")
        with self._guard:
            self.messages.append(Posted(at, text, shown(message), message.get("blocks", [])))
        return plain(200, "ok")

    def _is_in_time(self) -> bool:
        """Counts a message, unless it comes too soon after too many."""
        with self._guard:
            now_s = self._now_s()
            self._left = min(self._burst, self._left + now_s - self._counted_at)
            self._counted_at = now_s
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def _too_many(self) -> Answer:
        return plain(429, "rate_limited", Retry_After=str(RETRY_AFTER_S))

    def _forget(self, asked: Json) -> Json:
        self.messages.clear()
        return {}

    def _change(self, asked: Json) -> Json:
        trouble = asked.get("trouble", "")
        if trouble not in ("", *TROUBLES):
            raise bad_request(f"No such trouble: {trouble}. There are {', '.join(TROUBLES)}.")
        self.trouble = trouble
        return {"trouble": trouble}


def _payload(request: Request) -> object:
    """The message: JSON, or a form's `payload`. Raises Refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        text = request.body.decode()
        if kind == "application/x-www-form-urlencoded":
            text = parse_qs(text).get("payload", [""])[0]
        elif kind != "application/json":
            raise Refused("invalid_payload")
        return json.loads(text)
    except ValueError:
        raise Refused("invalid_payload") from None
