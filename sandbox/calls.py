"""One call of an API method: what it was given, and the methods that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from sandbox import masks, messages
from sandbox.book import Book, Json
from sandbox.errors import bad_request
from sandbox.live import LiveBook
from sandbox.shapes import METHODS
from sandbox.shelf import Shelf


@dataclass
class Call:
    """A request after its address was understood."""

    shelf: Shelf
    names: dict[str, str]
    """The parts of the path that vary: the spreadsheet's id, the range."""
    query: dict[str, list[str]]
    raw: bytes
    method: str
    look: Callable[[LiveBook], Book] = field(default=lambda live: live.book)
    """Which version a read is served from: the newest, unless a fault says otherwise."""
    appends_can_be_lost: bool = True

    @property
    def live(self) -> LiveBook:
        return self.shelf.get(self.names["spreadsheetId"])

    @property
    def book(self) -> Book:
        """The version to read."""
        return self.look(self.live)

    @cached_property
    def options(self) -> Json:
        """The query parameters, checked."""
        return messages.read_query(self.method, self.query)

    @cached_property
    def body(self) -> Json:
        """The body, checked against the message that the method takes."""
        message = METHODS[self.method]["request"]
        return messages.read(message, messages.parse_json(self.raw))

    @cached_property
    def mask(self) -> masks.Mask:
        """The mask of the answer, checked."""
        mask = masks.parse_for_answer(self.options.get("fields"))
        messages.check_mask(METHODS[self.method]["response"], mask)
        return mask

    def option(self, name: str, choices: tuple[str, ...]) -> str:
        """A parameter that must be one of some words."""
        given = self.options.get(name) or self.body.get(name)
        if given is None or given.endswith("UNSPECIFIED"):
            raise bad_request(f"'{name}' is required but not specified")
        if given not in choices:
            raise bad_request(f"Invalid {name}: {given}")
        return str(given)


Answerer = Callable[[Call], Json | str | None]


@dataclass(frozen=True)
class Method:
    """A method of the API, under the name that the stand-in's own routes use."""

    name: str
    is_write: bool
    answer: Answerer
