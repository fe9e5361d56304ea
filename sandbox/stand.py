"""A stand-in of another service than Google: its faults, its counts, a socket of its own where it needs one.

with SlackStand() as slack:
    courier = MyCourier(slack.hook_url)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Self

from sandbox.book import Json
from sandbox.errors import Refusal, bad_request
from sandbox.faults import KNOWN, FaultPlan, Instruction
from sandbox.listener import Listener
from sandbox.messages import parse_json
from sandbox.panes import Entry
from sandbox.spoiling import Words, afterwards, instead
from sandbox.stats import Stats
from sandbox.visitors import check_visitor
from sandbox.wire import Answer, Request, json_answer, refused

PLAIN = "text/plain; charset=utf-8"

BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n"

OwnRoute = Callable[[Json], Any]


def plain(status: int, text: str, **headers: str) -> Answer:
    """An answer of one word, as services that speak to programs give it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, text.encode(), PLAIN, headers=named)


class Stand(Listener):
    """What all stands share. `name` is the place of its own routes: `/_sandbox/NAME/faults`."""

    name = ""
    title = ""
    """Over its pane in the workbook page; without one it has none."""
    place = ""
    """What the addresses that it serves begin with."""

    known_faults: Collection[str] = KNOWN

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__(port, host)
        self.faults = FaultPlan(self.known_faults)
        self.stats = Stats()
        self._own: dict[tuple[str, str], OwnRoute] = {
            ("GET", "stats"): lambda asked: self.stats.shown(),
            ("DELETE", "stats"): self._reset_stats,
            ("GET", "faults"): lambda asked: self.faults.shown(),
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._end_faults,
        }

    def serves(self, path: str) -> bool:
        """Is this address one of this stand's?"""
        return path.startswith((self.place, f"/_sandbox/{self.name}/"))

    def entries(self) -> Iterable[Entry]:
        """What its pane shows, the oldest first."""
        return ()

    def answer(self, request: Request) -> Answer:
        """The answer to any request of this stand's."""
        if not request.path.startswith("/_sandbox/"):
            return self._answer(request)
        try:
            check_visitor(request)
            return json_answer(200, self._own_answer(request))
        except Refusal as refusal:
            return refused(refusal)

    def _opened(self) -> Self:
        return self

    def _answer(self, request: Request) -> Answer:
        """What the service itself answers."""
        raise NotImplementedError

    def _words(self) -> Words:
        return {
            "500": plain(500, "Internal Server Error"),
            "503": plain(503, "Service Unavailable"),
            "429": self._too_many(),
            "html-502": Answer(502, BAD_GATEWAY, "text/html; charset=utf-8"),
        }

    def _too_many(self) -> Answer:
        """How the service says that there were too many requests."""
        return plain(429, "Too Many Requests")

    def spoilt(
        self, request: Request, method: str, carry_out: Callable[[], Answer], *, is_write: bool = True
    ) -> Answer:
        """The answer to one call of the service's, as the fault plan wants it."""
        self.stats.count(method, is_write)
        fault = self.faults.draw(method, is_write)
        if fault is None:
            return carry_out()
        return self._instead(fault, request) or afterwards(fault, carry_out(), self._words())

    def _instead(self, fault: Instruction, request: Request) -> Answer | None:
        """The answer in place of the call; None where it is to be carried out."""
        return instead(fault, request, self._words())

    def _own_answer(self, request: Request) -> Any:
        handler = self._own.get((request.verb, request.path.removeprefix(f"/_sandbox/{self.name}/")))
        if handler is None:
            raise Refusal(404, f"{request.verb} {request.path} is not there.")
        asked = parse_json(request.body)
        if not isinstance(asked, dict):
            raise bad_request("The body must be a JSON object.")
        return handler(asked)

    def _reset_stats(self, asked: Json) -> Json:
        self.stats.reset()
        return {}

    def _add_faults(self, asked: Json) -> Json:
        self.faults.add(asked)
        return self.faults.shown()

    def _end_faults(self, asked: Json) -> Json:
        self.faults.clear()
        return {}
