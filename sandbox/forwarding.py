"""Calls of the sidebar to the function: what UrlFetchApp does at Google, for one address of this machine."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from sandbox.book import Json
from sandbox.errors import Refusal, bad_request

# UrlFetchApp gives up after about a minute.
PATIENCE_S = 60.0

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# A client of the function says who it is and what it sends; the rest is the connection's own.
FORWARDED = ("authorization", "content-type", "accept", "idempotency-key", "user-agent")


class NotLocal(ValueError):
    """The address of the function is not one on this machine."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"FUNCTION_URL is `{url}`: it must be an http address of this machine, as http://127.0.0.1:8080"
        )


@dataclass(frozen=True, slots=True)
class Function:
    """The function that the sidebar calls; none where the address is empty."""

    url: str = ""
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.url and not _is_on_this_machine(self.url):
            raise NotLocal(self.url)

    def fetch(self, asked: Json) -> Json:
        """What the function answers: `{"code", "headers", "text"}`, or `{"trouble"}` where nothing answers.

        Trouble is `unavailable` or `timeout`. Refused for an address that is not the function's.
        """
        url, verb = str(asked.get("url", "")), str(asked.get("method", "get")).upper()
        if not self.url or not _is_below(url, self.url):
            raise Refusal(403, f"Only the function may be called from here, and {url} is not its address.")
        if verb not in VERBS:
            raise bad_request(f"There is no method {verb}.")
        headers = {str(n): str(v) for n, v in asked.get("headers", {}).items() if n.lower() in FORWARDED}
        payload = asked.get("payload")
        body = None if payload is None else str(payload).encode()
        try:
            return _sent(url, verb, headers, body)
        except TimeoutError:
            return {"trouble": "timeout"}
        except (OSError, http.client.HTTPException):
            return {"trouble": "unavailable"}


NO_FUNCTION = Function()


def _is_on_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
        name, _ = parts.hostname or "", parts.port
        is_here = name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
    return is_here and parts.scheme == "http" and parts.path in ("", "/") and "@" not in parts.netloc


def _is_below(url: str, function: str) -> bool:
    try:
        mine, other = urlsplit(function), urlsplit(url)
        return (mine.scheme, mine.netloc) == (other.scheme, other.netloc)
    except ValueError:
        return False


def _sent(url: str, verb: str, headers: dict[str, str], body: bytes | None) -> Json:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_S)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(verb, target, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return {"code": answer.status, "headers": dict(answer.getheaders()), "text": text}
    finally:
        connection.close()
