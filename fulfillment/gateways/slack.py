"""Slack: one incoming webhook, at the pace that it takes.

docs.slack.dev/apis/web-api/rate-limits: one message a second for each webhook, short bursts pass.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from http.client import HTTPException
from math import ceil
from urllib.error import URLError

from slack_sdk.http_retry import (
    ConnectionErrorRetryHandler,
    HttpRequest,
    HttpResponse,
    RateLimitErrorRetryHandler,
    RetryHandler,
    RetryState,
)
from slack_sdk.webhook import WebhookClient, WebhookResponse

from fulfillment.clock import CLOCK, Clock
from fulfillment.errors import NotDelivered
from fulfillment.gateways.slack_blocks import blocks_of, text_of
from fulfillment.model import Letter
from fulfillment.wording import worded

GAP_S = 1.0
"""One message a second, once a burst is spent."""

BURST = 20
"""Slack lets short bursts pass and does not say how long; a 429 for what is too much is waited for."""

TIMEOUT_S = 10.0
"""For so long one request may take: Slack answers in well under a second, or not at all."""

ADVICE = {
    "no_service": "The webhook was removed: create a new one and put it into SLACK_WEBHOOK_URL.",
    "no_team": "The workspace of the webhook is gone: create a new one and put it into SLACK_WEBHOOK_URL.",
    "invalid_token": "SLACK_WEBHOOK_URL is not a webhook's address: copy it anew.",
    "channel_not_found": "The webhook's channel is gone: create a webhook for another one.",
    "channel_is_archived": "The webhook's channel is archived: bring it back, or create another webhook.",
    "action_prohibited": "The workspace does not let the webhook post: ask its administrator.",
}
"""What to do about a word of Slack's."""

SAYS_NOTHING = ((400, "no_text"), (400, "invalid_payload"))
"""How a webhook that is there refuses an empty message."""

_SILENT = logging.getLogger("fulfillment.gateways.slack.sdk")
_SILENT.setLevel(logging.CRITICAL + 1)  # slack_sdk would log the webhook's address, which is a secret


class SlackCourier:
    """The team's channel. `url` is a secret: whoever knows it can post there."""

    def __init__(self, url: str, *, clock: Clock = CLOCK) -> None:
        self._url = url
        self._clock = clock
        self._turns = Turns()

    def deliver(self, letters: Sequence[Letter], *, until: float) -> None:
        """The channel shows these letters, several as one digest: 50 make 12,000 characters. 1 request.

        Slack's 429 is waited for where time is left. Raises NotDelivered; final where no other try can help.
        """
        wording = worded([letter.message for letter in letters])
        blocks = [block.to_dict() for block in blocks_of(wording)]
        body = {"text": text_of(wording), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
        check(self._answer_to(body, until))

    def try_out(self, *, until: float, text: str = "") -> None:
        """The webhook is there; the channel shows `text`, or nothing new without one. 1 request.

        Slack looks whose webhook it is before it refuses a message that says nothing. Raises NotDelivered.
        """
        answer = self._answer_to({"text": text} if text else {}, until)
        if text or (answer.status_code, answer.body.strip()) not in SAYS_NOTHING:
            check(answer)

    def _answer_to(self, body: dict[str, object], until: float) -> WebhookResponse:
        self._wait_for_turn(until)
        try:
            return self._client(until).send_dict(body)
        except URLError as error:  # it was not sent, or not whole
            raise NotDelivered(f"Slack cannot be reached ({type(error.reason).__name__}).") from None
        except (OSError, HTTPException) as error:
            raise NotDelivered(
                f"Slack did not answer ({type(error).__name__}).", may_have_arrived=True
            ) from None

    def _wait_for_turn(self, until: float) -> None:
        wait_s = self._turns.take(self._clock.now_s(), until)
        if wait_s is None:
            raise NotDelivered("There was no time left to tell Slack.", retry_after_s=ceil(BURST * GAP_S))
        if wait_s:
            self._clock.sleep(wait_s)

    def _client(self, until: float) -> WebhookClient:
        left_s = until - self._clock.now_s()
        handlers: list[RetryHandler] = [
            Within(ConnectionErrorRetryHandler(error_types=[URLError]), self._clock, until),
            Within(RateLimitErrorRetryHandler(max_retry_count=3), self._clock, until),
        ]
        timeout_s = max(1, int(min(left_s, TIMEOUT_S)))
        return WebhookClient(self._url, timeout=timeout_s, logger=_SILENT, retry_handlers=handlers)


class Turns:
    """One message a gap, after a burst: when the next may go out. Any thread; times are monotonic seconds."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._all_gone_at = float("-inf")

    def take(self, now: float, until: float) -> float | None:
        """Seconds to wait for the next turn, which is then taken; None where it would come too late."""
        with self._guard:
            gone_at = max(self._all_gone_at, now)
            wait_s = max(0.0, gone_at - now - (BURST - 1) * GAP_S)
            if now + wait_s >= until:
                return None
            self._all_gone_at = gone_at + GAP_S
            return wait_s


class Within(RetryHandler):
    """A retry handler of slack_sdk's that retries only what can still be waited for before the deadline."""

    def __init__(self, handler: RetryHandler, clock: Clock, until: float) -> None:
        super().__init__(handler.max_retry_count, handler.interval_calculator)
        self._handler, self._clock, self._until = handler, clock, until

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        # the handlers wait up to a second longer than they are told, and then the request takes its time
        ends_at = self._clock.now_s() + retry_after_s(response) + 2.0
        asked = {"state": state, "request": request, "response": response, "error": error}
        return ends_at < self._until and self._handler.can_retry(**asked)  # type: ignore[arg-type]

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        self._handler.prepare_for_next_attempt(state=state, request=request, response=response, error=error)


def retry_after_s(response: HttpResponse | WebhookResponse | None) -> int:
    """What the answer's Retry-After asks for, in whole seconds; 1 where it does not say."""
    headers = {name.lower(): value for name, value in (response.headers if response else {}).items()}
    value = headers.get("retry-after", "1")
    text = value[0] if isinstance(value, list) else value
    return int(text) if text.isdigit() else 1


def check(response: WebhookResponse) -> None:
    """Raises NotDelivered unless Slack has taken the message."""
    status, word = response.status_code, response.body.strip()
    if status == 200 and word == "ok":
        return
    if status == 429:
        raise NotDelivered(
            "Slack takes no more messages for the moment.", retry_after_s=retry_after_s(response)
        )
    named = word if re.fullmatch(r"[a-z_]{2,60}", word) else f"HTTP {status}"
    if 400 <= status < 500 and status != 408:
        raise NotDelivered(
            f"Slack refuses the message: {named}. {ADVICE.get(named, '')}".strip(), is_final=True
        )
    if status >= 500 or status == 408:
        raise NotDelivered(f"Slack has trouble: {named}.")
    raise NotDelivered(f"What answers at SLACK_WEBHOOK_URL is not Slack: {named}.", is_final=True)
