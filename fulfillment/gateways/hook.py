"""The hook: keys that no call of the Zap's waits for, posted to a Catch Hook, so that its Zap mails them.

A Catch Hook takes JSON and answers 200 before the Zap runs. Anything else is to be sent again, with growing
gaps (help.zapier.com, Webhooks by Zapier rate limits).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import requests
from urllib3.exceptions import NewConnectionError

from fulfillment.clock import CLOCK, Clock
from fulfillment.errors import NotDelivered
from fulfillment.model import Letter, Message, Reply

TIMEOUT_S = 10.0

CONNECT_S = 4.0

Answer = Callable[[Reply, str], Mapping[str, object]]
"""The answer to an order as POST /orders gives it, for a reply and a request id."""


class HookCourier:
    """The Zap's Catch Hook. `url` is a secret: whoever knows it can have the Zap mail something.

    A body is signed with `secret`: `X-Signature: sha256=` and the hex HMAC-SHA256 of `X-Timestamp`, a dot,
    and the body. The message's id stands in the body and in `Idempotency-Key`, so that a repeat is known.
    """

    def __init__(
        self, url: str, secret: str, answer: Answer, *, now: Callable[[], datetime], clock: Clock = CLOCK
    ) -> None:
        self._url, self._secret = url, secret.encode()
        self._answer = answer
        self._now, self._clock = now, clock

    def deliver(self, letters: Sequence[Letter], *, until: float) -> None:
        """The hook has taken these letters, one request each. Raises NotDelivered at the first that fails."""
        for letter in letters:
            self._post(letter, until)

    def _post(self, letter: Letter, until: float) -> None:
        body = json.dumps(self._fields(letter), ensure_ascii=False).encode()
        left_s = until - self._clock.now_s()
        if left_s <= 0:
            raise NotDelivered("There was no time left to call the hook.")
        try:
            answer = requests.post(
                self._url,
                data=body,
                headers=self._headers(letter.message, body),
                timeout=(min(CONNECT_S, left_s), min(TIMEOUT_S, left_s)),
                allow_redirects=False,  # keys go to the address in the settings and to no other
            )
        except requests.RequestException as error:
            raise NotDelivered(
                f"The hook did not answer ({type(error).__name__}).",
                may_have_arrived=not was_never_sent(error),
            ) from None
        check(answer)

    def _fields(self, letter: Letter) -> dict[str, object]:
        """The fields of an answer, and what tells this message from others."""
        assert letter.reply is not None, "a message about keys brings what the order is told"
        message = letter.message
        fields = self._answer(letter.reply, message.message_id)
        return {**fields, "message_id": message.message_id, "kind": message.kind}

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        at = str(int(self._now().timestamp()))
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": message.message_id,
            "X-Timestamp": at,
            "X-Signature": signature(self._secret, at, body),
        }


def signature(secret: bytes, at: str, body: bytes) -> str:
    """What `X-Signature` says of a body that was sent at this second since 1970."""
    return "sha256=" + hmac.new(secret, at.encode() + b"." + body, hashlib.sha256).hexdigest()


def was_never_sent(error: requests.RequestException) -> bool:
    """Did it fail before a connection stood?"""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    return isinstance(getattr(error.args[0] if error.args else None, "reason", None), NewConnectionError)


def check(answer: requests.Response) -> None:
    """Raises NotDelivered unless the hook has taken the body."""
    status = answer.status_code
    if 200 <= status < 300:
        return
    after = answer.headers.get("Retry-After", "")
    again_s = int(after) if after.isdigit() else None
    if status in (408, 425, 429) or status >= 500:
        raise NotDelivered(f"The hook has trouble: HTTP {status}.", retry_after_s=again_s)
    raise NotDelivered(
        f"The hook refuses the message: HTTP {status}. Is the Zap with the Catch Hook there, and is "
        "its address in DELIVERY_HOOK_URL?",
        is_final=True,
    )
