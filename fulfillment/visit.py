"""One request, from its arrival to its answer, and the line of the log that tells of it."""

from __future__ import annotations

import logging
import re
import traceback
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Request, Response

from fulfillment.clock import CLOCK
from fulfillment.logs import trace_of

_REQUEST_ID = re.compile(r"[\w.:-]{1,100}")

log = logging.getLogger("fulfillment")


@dataclass(slots=True)
class Visit:
    """What is known of a request so far; `facts` may go into the log."""

    request: Request
    request_id: str
    arrived: float = field(default_factory=CLOCK.now_s)
    facts: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request) -> Visit:
        """A request that has just arrived; its own id is kept where it has one that is fit for a log."""
        given = request.headers.get("X-Request-Id", "")
        return cls(request, given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex)

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return CLOCK.now_s() - self.arrived

    def ended(self, response: Response, project: str) -> None:
        """One line: which route, for whom, what became of it, and how long it took."""
        status = response.status_code
        level = logging.ERROR if status == 500 else logging.WARNING if status >= 400 else logging.INFO
        route = self.facts.get("route", f"{self.request.method} elsewhere")
        line = {"status": status, "ms": round(self.seconds * 1000), "request_id": self.request_id}
        trace = trace_of(self.request.headers.get("X-Cloud-Trace-Context", ""), project)
        log.log(level, "%s %s", route, status, extra={**self.facts, **line, **trace})

    def crashed(self, error: Exception) -> None:
        """Type and places alone: the text of an unforeseen error may quote a key."""
        frames = traceback.extract_tb(error.__traceback__)
        places = " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
        log.error("request %s crashed: %s at %s", self.request_id, type(error).__name__, places)


def facts_of(said: Mapping[str, object]) -> dict[str, object]:
    """What of an answer may go into the log: its status and reason, and which order it is of."""
    named = ("reason", "order_id", "replayed", "key_count", "released", "imported")
    facts = {name: said[name] for name in named if said.get(name)}
    return {"outcome": said["status"], **facts} if "status" in said else facts
