"""The stand-in's own routes: counts, settings, the fault plan, people's edits, and what the page shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.book import Json, titled
from sandbox.errors import Refusal, bad_request
from sandbox.faults import FaultPlan
from sandbox.messages import parse_json
from sandbox.page.data import PageData
from sandbox.people import text
from sandbox.settings import Settings
from sandbox.shelf import Shelf
from sandbox.stats import Stats


class Admin:
    """What is under /_sandbox/."""

    def __init__(
        self, shelf: Shelf, stats: Stats, faults: FaultPlan, settings: Settings, page: PageData
    ) -> None:
        self._shelf = shelf
        self._stats = stats
        self._faults = faults
        self._settings = settings
        self._routes: dict[tuple[str, str], Callable[[Json], Any]] = {
            ("GET", "stats"): lambda asked: stats.shown(),
            ("DELETE", "stats"): self._reset_stats,
            ("GET", "settings"): lambda asked: settings.shown(),
            ("PUT", "settings"): self._change,
            ("GET", "faults"): lambda asked: faults.shown(),
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._end_faults,
            ("POST", "person"): self._person,
            ("GET", "books"): page.books,
            ("GET", "book"): page.book,
            ("GET", "rows"): page.rows,
            ("GET", "charts"): page.charts,
            ("GET", "changes"): page.changes,
            ("GET", "panes"): page.panes,
            ("GET", "function"): page.function,
            ("POST", "fetch"): page.fetch,
        }

    def answer(self, verb: str, path: str, body: bytes, query: Mapping[str, str]) -> Any:
        handler = self._routes.get((verb, path.removeprefix("/_sandbox/")))
        if handler is None:
            raise Refusal(404, f"{verb} {path} is not there.")
        asked = parse_json(body)
        if not isinstance(asked, dict):
            raise bad_request("The body must be a JSON object.")
        return handler({**query, **asked})

    def _reset_stats(self, asked: Json) -> Json:
        self._stats.reset()
        return {}

    def _end_faults(self, asked: Json) -> Json:
        self._faults.clear()
        return {}

    def _change(self, asked: Json) -> Json:
        self._settings.change(asked)
        return self._settings.shown()

    def _add_faults(self, asked: Json) -> Json:
        self._faults.add(asked)
        return self._faults.shown()

    def _person(self, asked: Json) -> Any:
        spreadsheet = asked.get("spreadsheet")
        if not isinstance(spreadsheet, str):
            raise bad_request("spreadsheet must be the id of a spreadsheet.")
        live = self._shelf.get(spreadsheet)
        if asked.get("edit") == "copy":
            title = text(asked, "title", f"Copy of {live.book.title}")
            return {"spreadsheet": self._shelf.add(titled(live.book, title)).book.id}
        live.write("person", {}, asked, json.dumps(asked).encode())
        return {}
