"""From a request to its answer: counted, perhaps spoilt by the fault plan, carried out, answered."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol
from urllib.parse import parse_qs

from sandbox import routes
from sandbox.admin import Admin
from sandbox.calls import Call, Method
from sandbox.errors import INTERNAL_TEXT, Refusal, quota_exceeded, unavailable
from sandbox.faults import FaultPlan, Instruction
from sandbox.forwarding import NO_FUNCTION, Function
from sandbox.page.data import PageData
from sandbox.page.site import Site
from sandbox.panes import Entry, Panes
from sandbox.quota import PER_USER
from sandbox.settings import Settings
from sandbox.shelf import Shelf
from sandbox.spoiling import Words, afterwards, instead
from sandbox.stats import Stats
from sandbox.wire import Answer, Request, json_answer, refused

BAD_GATEWAY = (
    b"<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n"
    b"<p><b>502.</b> <ins>That's an error.</ins>\n<p>The server encountered a temporary error and could not "
    b"complete your request.<p>Please try again in 30 seconds.  <ins>That's all we know.</ins>\n</html>\n"
)


def meant(request: Request) -> Request:
    """What a client means that must not send a long address: a GET, its parameters sent as a form by POST."""
    verb = request.headers.get("x-http-method-override", request.verb)
    if request.verb != "POST" or verb == "POST":
        return request
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return replace(request, verb=verb, query=request.body.decode("utf-8", "replace"), body=b"")
    return replace(request, verb=verb)


class Beside(Protocol):
    """Another service's stand-in that is served at the same address."""

    title: str
    """Over its pane; without one it has none."""

    def serves(self, path: str) -> bool:
        """Is this address one of its?"""

    def answer(self, request: Request) -> Answer:
        """The answer to any request of its."""

    def entries(self) -> Iterable[Entry]:
        """What its pane shows."""


class Front:
    """The stand-in behind its socket."""

    def __init__(self, shelf: Shelf, function: Function = NO_FUNCTION) -> None:
        self.shelf = shelf
        self.stats = Stats()
        self.faults = FaultPlan()
        self.settings = Settings(shelf.limits)
        self.panes = Panes()
        self.site = Site()
        page = PageData(shelf, self.panes, function)
        self.admin = Admin(shelf, self.stats, self.faults, self.settings, page)
        self._beside: list[Beside] = []

    def add(self, stand: Beside) -> None:
        """From now on this stand answers what is its, and the page has its pane."""
        self._beside.append(stand)
        if stand.title:
            self.panes.add(stand.title, stand.entries)

    def answer(self, request: Request) -> Answer:
        """The answer to a request; whatever goes wrong on our side is a 500 in Google's shape."""
        try:
            for stand in self._beside:
                if stand.serves(request.path):
                    return stand.answer(request)
            query = parse_qs(request.query, keep_blank_values=True, errors="replace")
            if request.path.startswith("/_sandbox/"):
                asked = {name: values[-1] for name, values in query.items()}
                return json_answer(200, self.admin.answer(request.verb, request.path, request.body, asked))
            if page := self.site.answer(request):
                return page
            request = meant(request)
            method, names = routes.find(request.verb, request.path)
            query = parse_qs(request.query, keep_blank_values=True, errors="replace")
            return self._api(request, method, names, query)
        except Refusal as refusal:
            return refused(refusal)

    def _api(
        self, request: Request, method: Method, names: dict[str, str], query: dict[str, list[str]]
    ) -> Answer:
        self.stats.count(method.name, method.is_write)
        fault = self.faults.draw(method.name, method.is_write)
        if fault and (spoilt := instead(fault, request, google_says(method))):
            return spoilt
        if method.name.startswith("spreadsheets."):  # Drive has quotas of its own, too wide to meet here
            self.settings.quotas.spend(request.headers.get("authorization", ""), method.is_write)
        time.sleep(self.settings.latency.draw(method.name, method.is_write))
        call = Call(self.shelf, names, query, request.body, method.name)
        call.appends_can_be_lost = self.settings.lossy_append
        if fault is None:
            return carried_out(method, call)
        self._bend(call, fault)
        return afterwards(fault, carried_out(method, call), google_says(method))

    def _bend(self, call: Call, fault: Instruction) -> None:
        if fault.kind == "stale-read":
            call.look = lambda live: live.as_of(fault.seconds)
        elif fault.kind == "torn-read":
            chosen = self.faults.pick()
            call.look = lambda live: live.torn(chosen)


def google_says(method: Method) -> Words:
    """How Google says that it cannot."""
    return {
        "500": refused(Refusal(500, INTERNAL_TEXT)),
        "503": refused(unavailable()),
        "429": refused(quota_exceeded("Write" if method.is_write else "Read", "user", PER_USER)),
        "html-502": Answer(502, BAD_GATEWAY, "text/html; charset=UTF-8"),
    }


def carried_out(method: Method, call: Call) -> Answer:
    try:
        result = method.answer(call)
    except Refusal as refusal:
        return refused(refusal)
    if result is None:
        return Answer(204, content_type="text/html")
    if isinstance(result, str):
        return Answer(200, result.encode("utf-8", "replace"), "text/csv")
    return json_answer(200, result)
