"""One writer: the service's own code, run on answers that the exploration chose.

Between two answers the code is deterministic: what a writer is, and what it asks next, follows from what it
remembered when a post came in and from the answers it got since. It is run again from there for each new
answer, and breaks off where it asks for one that has not been chosen yet. No thread and no clock is needed.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from fulfillment.answers import Plan
from fulfillment.clock import Clock
from fulfillment.errors import Refused, Unavailable
from fulfillment.model import LineItem, Order, Policy
from fulfillment.service import Service
from fulfillment.sheets.schema import Schema, Tab
from fulfillment.sheets.store import SheetStore
from fulfillment.workbook import Changes

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPREADSHEET_ID = "the-book"
DEADLINE_S = 25.0

BETWEEN_POSTS_S = 0.1
"""Shorter than any view's age, so that a writer acts on an old view wherever its rules let it."""

Words = tuple[Any, ...]
"""What a caller was told: ("answer", order, status, keys), ("done", ...), ("busy",) or ("error", ...)."""


@dataclass(frozen=True, slots=True)
class Request:
    """A call at the wire."""

    kind: Literal["get", "values", "write"]
    ranges: tuple[str, ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a value, or the error that the client makes of it; and how late it is."""

    value: Any = None
    error: type[Exception] | None = None
    late_s: float = 0.0
    """So much time had passed when it came."""

    def given(self) -> Any:
        if self.error is not None:
            raise self.error("as the exploration has it")
        return self.value


class Asked(BaseException):
    """The code asks for an answer that has not been chosen. No `except Exception` may catch it."""

    def __init__(self, request: Request) -> None:
        self.request = request


class Wire:
    """In the place of SheetsClient: answers from a list, and breaks off where the list ends."""

    def __init__(self, replies: Sequence[tuple[float, Reply]], hands: Hands) -> None:
        self.spreadsheet_id = SPREADSHEET_ID
        self.calls = 0
        self._replies = list(reversed(replies))
        self._hands = hands

    def get(self, ranges: Sequence[str], fields: str, *, timeout_s: float = 0) -> Any:
        return self._ask(Request("get", tuple(ranges)))

    def values(self, ranges: Sequence[str], *, timeout_s: float = 0) -> Any:
        return self._ask(Request("values", tuple(ranges)))

    def batch_update(self, body: bytes, *, fields: str = "", timeout_s: float = 0) -> Any:
        return self._ask(Request("write", body=body))

    def _ask(self, request: Request) -> Any:
        if not self._replies:
            raise Asked(request)
        self._hands.world_s, reply = self._replies.pop()
        self._hands.own_s += reply.late_s
        return reply.given()


@dataclass(slots=True)
class Hands:
    """Of a clock that moves when the exploration says so. Sleeping takes no time."""

    world_s: float
    own_s: float

    def clock(self) -> Clock:
        return Clock(now_s=lambda: self.world_s + self.own_s, sleep=lambda _: None, chance=lambda: 0.5)


@dataclass(frozen=True, slots=True)
class Post:
    """One request of a caller; `what` it asks, of which order."""

    what: Literal["fulfil", "clear", "release", "check"]
    order_id: str = ""
    quantity: int = 1

    def __str__(self) -> str:
        return f"{self.what} {self.order_id}".strip()

    def put_to(self, service: Service) -> Words:
        """What the caller is told."""
        if self.what == "fulfil":
            lines = (LineItem("CPT", self.quantity),)
            order = Order(self.order_id, f"#{self.order_id}", "Ada", "ada@home.ca", lines=lines)
            reply = service.fulfil(order, by="zap")
            given = tuple((key.unit, key.keycode) for key in reply.keys)
            return ("answer", self.order_id, reply.answer.outcome, given)
        if self.what == "clear":
            service.clear(self.order_id, by="zap")
        elif self.what == "release":
            service.release(self.order_id, sku="", units=(), quarantine=False, reason="", by="zap")
        else:
            service.check()
        return ("done", self.what, self.order_id)


@dataclass(frozen=True, slots=True)
class Memory:
    """A writer between two posts: all that it remembers."""

    name: str
    blob: bytes = field(repr=False)
    """Its store's memory; empty for a process that has just started."""
    digest: bytes = field(repr=False)
    own_s: float = 0.0
    commits: int = 0
    """How many commit ids it has used up."""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for memories that cannot be told apart by anything the writer does."""
        return (self.name, self.digest, self.own_s, self.commits)


def just_started(name: str) -> Memory:
    return Memory(name, b"", b"")


Step = Request | tuple[Words, Memory]
"""What a run comes to: it asks for another answer, or the caller is told and the writer remembers."""

GIVEN = {"_client", "_schema", "_codecs", "_new_commit_id", "_now", "_clock", "_archive"}
"""What a SheetStore is made with; everything else in it is what it remembers from call to call."""

PACES = {"_reads", "_writes"}
"""How full their buckets are decides about sleeping alone, which takes no time here."""


class Code:
    """The service's code on a schema and a policy."""

    def __init__(self, schema: Schema, policy: Policy) -> None:
        self._schema, self._policy = schema, policy
        self._tabs = {tab.title: tab for tab in schema.tabs}
        self.runs = 0

    def run(self, memory: Memory, post: Post, began_s: float, replies: Sequence[tuple[float, Reply]]) -> Step:
        """The post, from the moment it came in, on these answers. Each comes with the time of the world."""
        self.runs += 1
        hands = Hands(began_s, memory.own_s + BETWEEN_POSTS_S)
        wire: Any = Wire(replies, hands)
        ids = _CommitIds(memory.name, memory.commits)
        store = SheetStore(wire, self._schema, new_commit_id=ids, now=lambda: NOW, clock=hands.clock())
        self._recall(store, memory)
        service = Service(store, self._policy, now=lambda: NOW, deadline_s=DEADLINE_S, clock=hands.clock())
        try:
            words = post.put_to(service)
        except Asked as asked:
            return asked.request
        except Unavailable:
            words = ("busy",)
        except Refused:
            words = ("done", "not possible")
        except Exception as error:  # noqa: BLE001  whatever it is, a caller would be told of it
            words = ("error", type(error).__name__, str(error))
        return words, self._remembered(store, memory.name, hands.own_s, ids.used)

    def commit(self, changes: Changes, replies: Sequence[tuple[float, Reply]]) -> Request | None:
        """These changes committed by a writer of their own; None when they are."""
        hands = Hands(0.0, 0.0)
        wire: Any = Wire(replies, hands)
        ids = _CommitIds("first", 0)
        store = SheetStore(wire, self._schema, new_commit_id=ids, now=lambda: NOW, clock=hands.clock())
        service = Service(store, self._policy, now=lambda: NOW, deadline_s=DEADLINE_S, clock=hands.clock())
        try:
            service._door.settle(lambda draft: Plan(None, changes))
        except Asked as asked:
            return asked.request
        return None

    def _recall(self, store: SheetStore, memory: Memory) -> None:
        if memory.blob:
            vars(store).update(_Reading(memory.blob, self._tabs).load())

    def _remembered(self, store: SheetStore, name: str, own_s: float, commits: int) -> Memory:
        kept = {each: value for each, value in vars(store).items() if each not in GIVEN}
        telling = [value for each, value in sorted(kept.items()) if each not in PACES]
        digest = _dumped([*telling, store._writes.has_rivals], plain=True)
        return Memory(name, _dumped(kept), digest, own_s, commits)


class _CommitIds:
    """No two commits have the same, also not of two lives of one writer: a life has its name."""

    def __init__(self, name: str, used: int) -> None:
        self._name, self.used = name, used

    def __call__(self) -> str:
        self.used += 1
        return f"{self._name}-{self.used}"


class _Writing(pickle.Pickler):
    """Leaves the schema's tabs out: they are the same for everybody."""

    def persistent_id(self, thing: Any) -> str | None:
        return thing.title if isinstance(thing, Tab) else None


class _Reading(pickle.Unpickler):
    def __init__(self, blob: bytes, tabs: dict[str, Tab]) -> None:
        super().__init__(io.BytesIO(blob))
        self._tabs = tabs

    def persistent_load(self, title: str) -> Tab:
        return self._tabs[title]


def _dumped(things: Any, *, plain: bool = False) -> bytes:
    """`plain` writes out what is referred to twice, so that equal things give equal bytes."""
    file = io.BytesIO()
    pickler = _Writing(file, protocol=5)
    pickler.fast = plain
    pickler.dump(things)
    return file.getvalue()
