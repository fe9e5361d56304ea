"""The local Zapier: takes what is posted to the Catch Hook, runs the Zaps, keeps the mails that they send.

zaps = read_zaps(README.read_text())
with ZapStand(zaps, function=url, secret="...") as zapier:
    run = zapier.order({"id": "1", "name": "#1042", "email": "ada@example.com", "line_items": [...]})
    assert run.status == "success" and zapier.mails[0].to == "ada@example.com"
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.book import Json
from sandbox.panes import Entry
from sandbox.stand import Stand, plain
from sandbox.wire import Answer, Request, json_answer
from sandbox.zap.design import Zap
from sandbox.zap.mailbox import Mail, Mailbox
from sandbox.zap.mapping import flattened
from sandbox.zap.runs import History, Notice, Run
from sandbox.zap.steps import PATIENCE_S, World

HOOK = "/hooks/catch/1234567/keys/"

METHOD = "zap.catch"
"""What the Catch Hook is called in counts and fault plans; the steps are `zap.step-2` and so on."""

MOST_BYTES = 10_000_000

PER_SECOND = 30
"""Calls of one hook; more are answered 429."""

LOOKS_EVERY_S = 0.3
"""Zapier takes some seconds from a hook to its run; nobody here wants to wait so long."""

CATCH_HOOK = "Webhooks by Zapier: Catch Hook"

REQUIRED = ("message_id", "order_id", "send_email", "deliver_to", "keys_html", "customer_name")
"""What the steps of the Catch Hook's Zap use."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class HookCall:
    """Something that was posted to the Catch Hook, and what is wrong with it; Zapier checks nothing."""

    at: str
    headers: Mapping[str, str]
    body: Json = field(repr=False)
    problems: tuple[str, ...] = ()


class ZapStand(Stand):
    """Zaps on one function. What was caught waits for `run_caught`, as Zapier's own queue does."""

    name = "zap"
    title = "Mails"
    place = "/hooks/catch/"

    def __init__(
        self,
        zaps: Sequence[Zap],
        *,
        function: str = "",
        secret: str = "",
        port: int = 0,
        has_autoreplay: bool = True,
        patience_s: float = PATIENCE_S,
        now: Callable[[], datetime] = _now,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`secret` is the `zap` role's: it is sent with each call, and signs what comes by the hook."""
        super().__init__(port)
        self.function, self.secret = function, secret
        self.mailbox = Mailbox()
        self.history = History(self._world, has_autoreplay=has_autoreplay)
        self.calls: list[HookCall] = []
        self._zaps = tuple(zaps)
        self._patience_s, self._now, self._now_s = patience_s, now, now_s
        self._guard = threading.Lock()
        self._caught: deque[Json] = deque()
        self._lately: deque[float] = deque()
        self._own |= {
            ("GET", "mails"): lambda asked: {"mails": [_shown_mail(mail) for mail in self.mails]},
            ("GET", "runs"): lambda asked: {"runs": [_shown_run(run) for run in self.runs]},
            ("GET", "hooks"): lambda asked: {"hooks": [_shown_call(call) for call in self.calls]},
            ("POST", "orders"): lambda asked: _shown_run(self.order(asked)),
            ("POST", "caught"): lambda asked: {"runs": [_shown_run(run) for run in self.run_caught()]},
        }

    @property
    def hook_url(self) -> str:
        """What DELIVERY_HOOK_URL is to be."""
        return self.url + HOOK

    @property
    def mails(self) -> list[Mail]:
        return self.mailbox.all()

    @property
    def runs(self) -> list[Run]:
        return self.history.runs

    @property
    def notices(self) -> list[Notice]:
        """What Zapier has mailed to the Zaps' owner."""
        return self.history.notices

    def entries(self) -> list[Entry]:
        """The mails, and the runs that came to no mail because a step failed."""
        mails = [
            Entry(mail.at, mail.subject, mail.text, {"to": mail.to, "run": str(mail.run)})
            for mail in self.mails
        ]
        return sorted(
            [*mails, *map(_entry, filter(lambda run: run.error, self.runs))], key=lambda entry: entry.at
        )

    def mails_of(self, order_id: str) -> list[Mail]:
        """The mails about an order."""
        return [mail for mail in self.mails if mail.order_id == order_id]

    def order(self, order: Json) -> Run:
        """The run of a paid order, as Shopify's trigger gives it."""
        zap = next(zap for zap in self._zaps if zap.trigger.startswith("Shopify"))
        return self.history.begin(zap, flattened(order))

    def run_caught(self) -> list[Run]:
        """The runs of what the Catch Hook has taken and not run yet."""
        with self._guard:
            bodies = list(self._caught)
            self._caught.clear()
        zaps = [zap for zap in self._zaps if zap.trigger == CATCH_HOOK]
        return [self.history.begin(zap, flattened(body)) for body in bodies for zap in zaps]

    def keep_going(self) -> None:
        """What is caught is run, and what is due is replayed, for as long as this program lives."""
        threading.Thread(target=self._go_on, daemon=True).start()

    def _go_on(self) -> None:
        while True:
            self.run_caught()
            self.history.autoreplay()
            time.sleep(LOOKS_EVERY_S)

    def _world(self) -> World:
        return World(
            self.function, self.secret, self.mailbox, self.faults, self._now, patience_s=self._patience_s
        )

    def _answer(self, request: Request) -> Answer:
        if not re.fullmatch(r"/hooks/catch/\d+/\w+/?", request.path):
            return plain(404, "Not Found")
        if request.verb not in ("POST", "PUT"):
            return plain(405, "Method Not Allowed")
        return self.spoilt(request, METHOD, lambda: self._taken(request))

    def _taken(self, request: Request) -> Answer:
        if len(request.body) > MOST_BYTES:
            return plain(413, "Payload Too Large")
        if not self._is_in_time():
            return self._too_many()
        try:
            given = json.loads(request.body)
        except ValueError:
            return plain(400, "Bad Request")
        bodies = [body for body in (given if isinstance(given, list) else [given]) if isinstance(body, dict)]
        with self._guard:
            self.calls += (self._call(request, body) for body in bodies)
            self._caught += bodies
            number = f"{len(self.calls):08d}"
        told = {"id": number, "attempt": number, "request_id": number, "status": "success"}
        return json_answer(200, told)

    def _is_in_time(self) -> bool:
        now_s = self._now_s()
        with self._guard:
            while self._lately and self._lately[0] <= now_s - 1.0:
                self._lately.popleft()
            if len(self._lately) >= PER_SECOND:
                return False
            self._lately.append(now_s)
            return True

    def _call(self, request: Request, body: Json) -> HookCall:
        at = self._now().isoformat(timespec="seconds")
        return HookCall(at, request.headers, body, tuple(self._problems(request, body)))

    def _problems(self, request: Request, body: Json) -> list[str]:
        problems = [f"{name} is missing" for name in REQUIRED if name not in body]
        headers = request.headers
        if not headers.get("content-type", "").startswith("application/json"):
            problems.append("it does not say that it is JSON")
        if headers.get("idempotency-key") != body.get("message_id"):
            problems.append("Idempotency-Key is not the message's id")
        signed = f"{headers.get('x-timestamp', '')}.".encode() + request.body
        right = "sha256=" + hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(headers.get("x-signature", ""), right):
            problems.append("the signature is wrong")
        return problems


def _entry(run: Run) -> Entry:
    details = {"zap": run.zap.title, "replays": str(run.replays)}
    if run.due_at:
        details["next"] = run.due_at.isoformat(timespec="seconds")
    return Entry(run.at.isoformat(timespec="seconds"), f"Run {run.number}: {run.status}", run.error, details)


def _shown_mail(mail: Mail) -> dict[str, Any]:
    return {
        "at": mail.at,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.body,
        "order_id": mail.order_id,
        "run": mail.run,
    }


def _shown_run(run: Run) -> dict[str, Any]:
    due_at = run.due_at.isoformat(timespec="seconds") if run.due_at else ""
    return {
        "run": run.number,
        "zap": run.zap.title,
        "at": run.at.isoformat(timespec="seconds"),
        "status": run.status,
        "stopped_at": run.stopped_at,
        "error": run.error,
        "replays": run.replays,
        "due_at": due_at,
        "answer": run.answers.get(2, {}),
    }


def _shown_call(call: HookCall) -> dict[str, Any]:
    return {"at": call.at, "body": call.body, "problems": list(call.problems)}
