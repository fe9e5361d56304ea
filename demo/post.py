"""What arrived while the sample was served: the customers' mails and the team's messages."""

from __future__ import annotations

from typing import Any, NamedTuple

import requests

from demo.options import Options

TIMEOUT_S = 30


class Mail(NamedTuple):
    """A mail that the Zap had sent."""

    to: str
    subject: str
    text: str


def read_mails(options: Options) -> list[Mail]:
    """The mails since the stand-ins were started, the oldest first."""
    return [Mail(mail["to"], mail["subject"], mail["text"]) for mail in _told(options, "zap/mails")["mails"]]


def read_channel(options: Options) -> list[str]:
    """What Slack's channel shows since then: each message's title, and its text below."""
    return [message["shown"] for message in _told(options, "slack/messages")["messages"]]


def _told(options: Options, path: str) -> dict[str, Any]:
    reply = requests.get(f"{options.sandbox_url}/_sandbox/{path}", timeout=TIMEOUT_S)
    reply.raise_for_status()
    told: dict[str, Any] = reply.json()
    return told
