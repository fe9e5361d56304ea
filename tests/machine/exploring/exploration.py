"""Every interleaving of some writers, their faults and crashes, up to a bound; and the first bad state.

The writers are the service's own code (see `writer`), the spreadsheet is a value (see `wire`). Breadth first
over states that are equal only where nothing could tell them apart, so that a bad state comes with one of the
shortest ways to it.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from fulfillment.errors import BatchRefused, GoogleAway, QuotaSpent
from fulfillment.model import KeyEvent, Policy, Product
from fulfillment.sheets.schema import Schema, read_schema
from fulfillment.workbook import Changes
from tests.machine.checker import breaches
from tests.machine.exploring.wire import STAMPS, Book, applied, blank, shown, values_of
from tests.machine.exploring.writer import (
    SPREADSHEET_ID,
    Code,
    Memory,
    Post,
    Reply,
    Request,
    Words,
    just_started,
)

SCHEMA_FILE = Path(__file__).parents[3] / "sheets_schema.yaml"

TIME_UP_S = 100.0
"""Longer than any deadline: what comes back so late finds a caller who has given up."""

READS_LAG = frozenset({"stale", "torn"})
CALLS_FAIL = frozenset({"lost", "away", "late", "quota", "unread"})
EVERYTHING = READS_LAG | CALLS_FAIL

TORN_PARTS = ((STAMPS,), ("System", "Live Catalogue", "Key Inventory"), ("Assignments",), ("Order Cache",))
"""What a torn read shows as it was earlier, and the rest as it is: every mixture of these."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who posts what, and how much may go wrong."""

    scripts: tuple[tuple[Post, ...], ...]
    """Of each writer, one after the other."""
    seats: tuple[int, ...] = (1, 2)
    """Of each key, oldest first."""
    faults: int = 0
    kinds: frozenset[str] = EVERYTHING
    crashes: int = 0
    is_warm: bool = False
    """Has every writer looked once before it begins?"""
    posts_again: bool = True
    """Does the Zap post again what was answered with "busy"?"""
    tick_s: float = 0.0
    """So much time passes with each commit, for everybody."""
    google_gives_up_after: int | None = None
    """Ticks after which Google applies a write no more."""

    @property
    def reads_are_fresh(self) -> bool:
        return not self.kinds & READS_LAG or not self.faults


class Slot(NamedTuple):
    """A writer in a state: what it is at, how far it has come, and since when."""

    node: int
    position: int
    arrived: int = 0
    """How many books there were when its post came in."""
    asked: int = 0
    """How many there were when it sent its write."""


class State(NamedTuple):
    """All that decides what may come next."""

    books: tuple[int, ...]
    """Every spreadsheet there was, oldest first: what a stale read may show."""
    slots: tuple[Slot, ...]
    flying: tuple[tuple[int, int], ...]
    """(body, books when it was sent) of writes that their writers gave up and Google may still apply."""
    faults: int
    crashes: int
    oldest: int = 0
    """Which of the books is the oldest that a read may still show: reads lag by seconds, not by minutes."""


@dataclass(frozen=True, slots=True)
class Resting:
    """A node: a writer between two posts."""

    memory: Memory


@dataclass(frozen=True, slots=True)
class Asking:
    """A node: a writer that waits for an answer of Google's."""

    memory: Memory
    post: Post
    began_s: float
    replies: tuple[tuple[float, int], ...]
    request: int


@dataclass(frozen=True, slots=True)
class Found:
    """A bad state: what is wrong, and how to get there."""

    wrong: str
    way: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([self.wrong, *(f"  {number}. {step}" for number, step in enumerate(self.way, 1))])


@dataclass(slots=True)
class Report:
    """What an exploration did, and the bad state that ended it."""

    states: int = 0
    steps: int = 0
    books: int = 0
    runs: int = 0
    seconds: float = 0.0
    found: Found | None = None

    def __str__(self) -> str:
        return (
            f"{self.states:,} states, {self.steps:,} steps, {self.books:,} spreadsheets, "
            f"{self.runs:,} runs of the code, {self.seconds:.1f} s"
        )


class Numbers:
    """A number for each thing, the same for equal things."""

    def __init__(self) -> None:
        self.things: list[Any] = []
        self._numbers: dict[Hashable, int] = {}

    def of(self, thing: Any, key: Hashable = None) -> int:
        key = thing if key is None else key
        number = self._numbers.setdefault(key, len(self.things))
        if number == len(self.things):
            self.things.append(thing)
        return number

    def __getitem__(self, number: int) -> Any:
        return self.things[number]

    def __len__(self) -> int:
        return len(self.things)


@dataclass
class Exploration:
    """One scene, explored."""

    scene: Scene
    schema: Schema = field(default_factory=lambda: schema())
    books: Numbers = field(default_factory=Numbers)
    nodes: Numbers = field(default_factory=Numbers)
    requests: Numbers = field(default_factory=Numbers)
    replies: Numbers = field(default_factory=Numbers)

    def __post_init__(self) -> None:
        self.code = Code(self.schema, policy(self.schema))
        # each is asked again and again for the same: the searching is looking these up
        for name in ("_choices", "_after", "_applied", "_wrong_in", "_mixtures"):
            setattr(self, name, cache(getattr(self, name)))

    def run(self, *, most_states: int = 20_000_000) -> Report:
        """Until a bad state is found, or every state was visited. Raises where they are too many."""
        began, report = time.perf_counter(), Report()
        start = self.start()
        seen: dict[State, int] = {start: 0}
        came: list[tuple[int, str]] = [(0, "")]
        waiting = deque([start])
        while waiting and report.found is None:
            state = waiting.popleft()
            for label, after, wrong in self.steps(state):
                report.steps += 1
                if wrong:
                    report.found = Found(wrong, (*_way(came, seen[state]), label))
                    break
                if after not in seen:
                    came.append((seen[state], label))
                    seen[after] = len(seen)
                    waiting.append(after)
            if len(seen) > most_states:
                raise RuntimeError(f"more than {most_states:,} states")
        report.states, report.books, report.runs = len(seen), len(self.books), self.code.runs
        report.seconds = time.perf_counter() - began
        return report

    def start(self) -> State:
        """Keys in stock, a product published, and nobody at work."""
        book = opening(self.schema, self.code, self.scene.seats)
        number = self.books.of(book)
        memories = [just_started(letter) for letter in "ABCDE"[: len(self.scene.scripts)]]
        if self.scene.is_warm:
            memories = [self._warmed(memory, book) for memory in memories]
        slots = tuple(Slot(self._rest(memory), 0) for memory in memories)
        return State((number,), slots, (), self.scene.faults, self.scene.crashes)

    def _warmed(self, memory: Memory, book: Book) -> Memory:
        replies: list[tuple[float, Reply]] = []
        while isinstance(step := self.code.run(memory, Post("check"), 0.0, replies), Request):
            replies.append((0.0, Reply(_read(book, step))))
        return step[1]

    # what may come next

    def steps(self, state: State) -> Iterator[tuple[str, State, str]]:
        """(what happens, the state after it, what is wrong with that) of everything that may come next."""
        for place, slot in enumerate(state.slots):
            node = self.nodes[slot.node]
            if isinstance(node, Resting):
                yield from self._posted(state, place, node)
            elif self.requests[node.request].kind == "write":
                yield from self._written(state, place, node)
            else:
                yield from self._read(state, place, node)
            yield from self._crashed(state, place, node)
        for flying in dict.fromkeys(state.flying):
            yield self._landed(state, flying)

    def _posted(self, state: State, place: int, node: Resting) -> Iterator[tuple[str, State, str]]:
        slot = state.slots[place]
        if slot.position < len(self.scene.scripts[place]):
            post = self.scene.scripts[place][slot.position]
            yield self._moved(
                state, place, f"{node.memory.name}: {post} is posted", None, arrived=len(state.books) - 1
            )

    def _read(self, state: State, place: int, node: Asking) -> Iterator[tuple[str, State, str]]:
        for label, cost, reply in self._choices(node.request, state.books[state.oldest :]):
            if cost <= state.faults:
                after = state._replace(faults=state.faults - cost)
                yield self._moved(after, place, f"{node.memory.name} {label}", reply)

    def _choices(self, request: int, books: tuple[int, ...]) -> list[tuple[str, int, int]]:
        """(what comes back, the faults it takes, the reply) of a read."""
        asked: Request = self.requests[request]
        replies = {self._shown(books[-1], request): ("reads what is there", 0)}
        if "stale" in self.scene.kinds:
            for number in reversed(books[:-1]):
                replies.setdefault(self._shown(number, request), ("reads what was there earlier", 1))
        if "torn" in self.scene.kinds:
            for number, parts in self._mixtures(books):
                replies.setdefault(self._shown(number, request), (f"reads {parts} of earlier", 1))
        if "unread" in self.scene.kinds:
            for late_s in (0.0, TIME_UP_S):
                reply = self.replies.of(Reply(error=GoogleAway, late_s=late_s))
                label = f"gets no answer to a read{' in time' if late_s else ''}"
                replies.setdefault(reply, (label, 1))
        what = "the stamps" if not asked.ranges else "its look" if asked.kind == "get" else "the ledgers"
        return [(f"{label} ({what})", cost, reply) for reply, (label, cost) in replies.items()]

    def _mixtures(self, books: tuple[int, ...]) -> list[tuple[int, str]]:
        """Torn books, and what of each is older."""
        now, found = self.books[books[-1]], {}
        for number in reversed(books[:-1]):
            for count in range(1, len(TORN_PARTS)):
                for groups in combinations(TORN_PARTS, count):
                    parts = [part for group in groups for part in group]
                    torn = self.books.of(now.mixed_with(self.books[number], parts))
                    found.setdefault(torn, " and ".join(group[0] for group in groups))
        return list(found.items())

    def _shown(self, book: int, request: int) -> int:
        value = _read(self.books[book], self.requests[request])
        return self.replies.of(Reply(value), key=(request, repr(value)))

    def _written(self, state: State, place: int, node: Asking) -> Iterator[tuple[str, State, str]]:
        name, body = node.memory.name, self.requests[node.request].body
        asked = state.slots[place].asked
        if self._is_given_up(asked, state):
            reply = self.replies.of(Reply(error=GoogleAway, late_s=TIME_UP_S))
            yield self._moved(state, place, f"{name}'s write is given up by Google", reply)
            return
        after, reply = self._applied(state.books[-1], body)
        if after is None:
            yield self._moved(state, place, f"{name}'s write is refused", reply)
        else:
            yield self._moved(
                self._with(state, after), place, f"{name}'s write is applied", reply, book=after
            )
        if state.faults:
            yield from self._failed(state._replace(faults=state.faults - 1), place, node, after)

    def _failed(
        self, state: State, place: int, node: Asking, after: int | None
    ) -> Iterator[tuple[str, State, str]]:
        """Every way in which a write can fail; `after` is the book with it, None where it is refused."""
        name, kinds, body = node.memory.name, self.scene.kinds, self.requests[node.request].body
        for late_s in (0.0, TIME_UP_S):
            reply = self.replies.of(Reply(error=GoogleAway, late_s=late_s))
            more = ", and its caller's time is up" if late_s else ""
            if "lost" in kinds and after is not None:
                label = f"{name}'s write is applied, the answer lost{more}"
                yield self._moved(self._with(state, after), place, label, reply, book=after)
            if "away" in kinds:
                yield self._moved(state, place, f"{name}'s write is lost{more}", reply)
            if "late" in kinds:
                flight = (self.requests.of(Request("write", body=body)), state.slots[place].asked)
                flying = state._replace(flying=tuple(sorted((*state.flying, flight))))
                yield self._moved(flying, place, f"{name}'s write is on its way still{more}", reply)
        if "quota" in kinds:
            reply = self.replies.of(Reply(error=QuotaSpent))
            yield self._moved(state, place, f"{name}'s write is over the quota", reply)

    def _crashed(self, state: State, place: int, node: Resting | Asking) -> Iterator[tuple[str, State, str]]:
        """The process ends and another begins; what it had sent may be applied or not, or later."""
        slot = state.slots[place]
        is_idle = isinstance(node, Resting) and not node.memory.blob
        if not state.crashes or is_idle or slot.position == len(self.scene.scripts[place]):
            return
        name = node.memory.name
        again = Slot(self._rest(just_started(_next_life(name))), slot.position)
        state = state._replace(crashes=state.crashes - 1)
        dead = state._replace(slots=(*state.slots[:place], again, *state.slots[place + 1 :]))
        yield f"{name} crashes", dead, ""
        if isinstance(node, Asking) and self.requests[node.request].kind == "write":
            if self._is_given_up(slot.asked, state):
                return
            flying = tuple(sorted((*state.flying, (node.request, slot.asked))))
            yield f"{name} crashes, its write on its way", dead._replace(flying=flying), ""
            after, _ = self._applied(state.books[-1], self.requests[node.request].body)
            if after is not None:
                done = self._with(dead, after)
                yield f"{name} crashes, its write applied", done, self._wrong_in(after)

    def _landed(self, state: State, flight: tuple[int, int]) -> tuple[str, State, str]:
        """A write that its writer does not wait for any more gets to Google."""
        flying = list(state.flying)
        flying.remove(flight)
        state = state._replace(flying=tuple(flying))
        if self._is_given_up(flight[1], state):
            return "a late write is given up by Google", state, ""
        after, _ = self._applied(state.books[-1], self.requests[flight[0]].body)
        if after is None:
            return "a late write is refused", state, ""
        return "a late write is applied", self._with(state, after), self._wrong_in(after)

    def _is_given_up(self, asked: int, state: State) -> bool:
        most = self.scene.google_gives_up_after
        return most is not None and len(state.books) - asked > most

    def _with(self, state: State, book: int) -> State:
        return state._replace(books=(*state.books, book))

    def _applied(self, book: int, body: bytes) -> tuple[int | None, int]:
        """The book after a write, None where it is refused, and the reply."""
        done = applied(self.books[book], body)
        if done is None:
            return None, self.replies.of(Reply(error=BatchRefused))
        return self.books.of(done[0]), self.replies.of(Reply(done[1]), key=(body, repr(done[1])))

    # what a writer makes of it

    def _moved(
        self,
        state: State,
        place: int,
        label: str,
        reply: int | None,
        *,
        book: int | None = None,
        arrived: int | None = None,
    ) -> tuple[str, State, str]:
        """The state once the writer has gone on with this reply, or begun its next post (None)."""
        slot = state.slots[place]
        arrived = slot.arrived if arrived is None else arrived
        if reply is not None and self.replies[reply].late_s:
            state = state._replace(oldest=len(state.books) - 1)
        post = self.scene.scripts[place][slot.position]
        node, words = self._after(slot.node, post, self.scene.tick_s * (len(state.books) - 1), reply)
        wrong = (self._wrong_in(book) if book is not None else "") or self._wrong(words, state, arrived)
        if words is not None:
            label = f"{label}; {_in_words(words)}"
            is_settled = words[0] != "busy" or not self.scene.posts_again
            slot = Slot(node, slot.position + is_settled)
        else:
            is_write = self.requests[self.nodes[node].request].kind == "write"
            slot = Slot(node, slot.position, arrived, len(state.books) if is_write else 0)
        return label, state._replace(slots=(*state.slots[:place], slot, *state.slots[place + 1 :])), wrong

    def _after(self, number: int, post: Post, world_s: float, reply: int | None) -> tuple[int, Words | None]:
        """The writer's next node, and what its caller was told where it has finished."""
        node = self.nodes[number]
        if isinstance(node, Resting):
            node = Asking(node.memory, post, world_s, (), -1)
        replies = node.replies if reply is None else (*node.replies, (world_s, reply))
        given = [(at_s, self.replies[each]) for at_s, each in replies]
        step = self.code.run(node.memory, post, node.began_s, given)
        if isinstance(step, Request):
            asking = replace(node, replies=replies, request=self.requests.of(step))
            key = (node.memory.key, post, node.began_s, replies)
            return self.nodes.of(asking, key=key), None
        words, memory = step
        return self._rest(memory), words

    def _rest(self, memory: Memory) -> int:
        return self.nodes.of(Resting(memory), key=memory.key)

    # what is wrong

    def _wrong_in(self, book: int) -> str:
        """What is wrong with a spreadsheet; empty where nothing is."""
        tabs = {title: self.books[book].rows(title) for title in self.books[book].titles}
        return "; ".join([*breaches(tabs, []), *_two_answers(tabs["Order Cache"])])

    def _wrong(self, words: Words | None, state: State, arrived: int) -> str:
        """What is wrong with what a caller was told."""
        if words is None or words[0] in ("busy", "done"):
            return ""
        if words[0] == "error":
            return f"a caller is told of an error: {words[1:]}"
        _, order_id, outcome, keys = words
        newest = [_newest(self.books[book], order_id) for book in state.books[arrived:]]
        if (outcome, keys) not in _ever(self.books[state.books[-1]], order_id):
            return (
                f"order {order_id} is told {outcome} with {len(keys)} keys, and the spreadsheet never said so"
            )
        if self.scene.reads_are_fresh and (outcome, keys) not in newest:
            return f"order {order_id} is told {outcome}, which was so no more when it was asked"
        return ""


def explore(scene: Scene) -> Report:
    """Every state of a scene, or those up to the first bad one."""
    return Exploration(scene).run()


def _way(came: Sequence[tuple[int, str]], number: int) -> tuple[str, ...]:
    steps = []
    while number:
        number, label = came[number]
        steps.append(label)
    return tuple(reversed(steps))


def _read(book: Book, request: Request) -> Any:
    read = values_of if request.kind == "values" else shown
    return read(book, request.ranges)


def _next_life(name: str) -> str:
    return f"{name[0]}{int(name[1:] or 1) + 1}"


def _in_words(words: Words) -> str:
    if words[0] == "answer":
        return f"order {words[1]} is told {words[2]} {[code for _, code in words[3]]}"
    return f"its caller is told {' '.join(map(str, words))}"


def _answers(book: Book, order_id: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    rows = [row for row in book.rows("Order Cache") if row["order_id"] == order_id]
    return [
        (row["outcome"], tuple((unit, code) for unit, code in json.loads(row["keys"] or "[]")))
        for row in sorted(rows, key=lambda row: row["no"])
    ]


@cache
def _ever(book: Book, order_id: str) -> frozenset[tuple[str, tuple[tuple[str, str], ...]]]:
    return frozenset(_answers(book, order_id))


@cache
def _newest(book: Book, order_id: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    return next(reversed(_answers(book, order_id)), None)


def _two_answers(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """No script asks for an answer anew but after a clear: two in a row are one too many."""
    newest: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row["no"]):
        if row["outcome"] in ("fulfilled", "failed") and newest.get(row["order_id"]) in (
            "fulfilled",
            "failed",
        ):
            yield f"order {row['order_id']} has two answers"
        newest[row["order_id"]] = row["outcome"]


@cache
def schema() -> Schema:
    return read_schema(SCHEMA_FILE)


def policy(schema: Schema) -> Policy:
    return Policy(default_region="CANADA", levels=schema.to_levels(), mode="live")


def opening(schema: Schema, code: Code, seats: Sequence[int]) -> Book:
    """One product of one pool, its keys imported by a commit of the store's own."""
    titles = (
        "Import History",
        "Assignments",
        "Order Cache",
        "Outbox",
        "Live Catalogue",
        "Key Inventory",
        "System",
    )
    system = dict.fromkeys(schema.tab("System").headers, 0) | {
        "commit_id": "setup",
        "committed_at": "",
        "schema_version": schema.version,
        "spreadsheet_id": SPREADSHEET_ID,
    }
    book = blank({title: schema.tab(title).headers for title in titles}, system)
    product = Product("CPT", "A course", "Certification", entitlements="NASM-CPT-FULL")
    events = tuple(
        KeyEvent("", "imported", "first", "CANADA", "NASM", "CPT", "combined", f"K{number}", count)
        for number, count in enumerate(seats, 1)
    )
    return _stocked(book, code, Changes(events=events, catalogue=(product,)))


def _stocked(book: Book, code: Code, changes: Changes) -> Book:
    replies: list[tuple[float, Reply]] = []
    while isinstance(step := code.commit(changes, replies), Request):
        if step.kind == "write":
            done = applied(book, step.body)
            assert done is not None
            book, reply = done
        else:
            reply = _read(book, step)
        replies.append((0.0, Reply(reply)))
    return book
