"""A spreadsheet that is being served: its newest version, its past, its lock and its journal."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sandbox import messages
from sandbox.book import Book, Ids, Json
from sandbox.errors import Refusal, not_found, unavailable
from sandbox.journal import Journal, Record
from sandbox.writes import MESSAGES, WRITES

# What a stale read can look back on. A version costs what its write changed, so that this is little.
KEPT_VERSIONS = 500

# Appends of different connections within this time are taken for work done at one time.
CROWD_S = 1.0

Args = Json | Callable[[Book], Json]
Check = Callable[[Book], None]


def _no_check(book: Book) -> None:
    """Lets every outcome pass."""


@dataclass
class Limits:
    """What can be switched about the size of spreadsheets."""

    cells: bool = True
    """Whether ten million cells are too many."""


class LiveBook:
    """Reads take `book` as it is and need no lock; writes come one after another."""

    def __init__(self, book: Book, journal: Journal | None, limits: Limits) -> None:
        self.book = book
        self._limits = limits
        self._journal = journal
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)
        self._past: deque[tuple[float, Book]] = deque(maxlen=KEPT_VERSIONS)
        self._deleted = False
        self._closed = False
        self._last_append = (0.0, threading.get_ident())

    def is_crowded(self) -> bool:
        """Whether several clients append at this time; to be asked once for each append."""
        now, me = time.monotonic(), threading.get_ident()
        with self._lock:
            at, other = self._last_append
            self._last_append = (now, me)
        return other != me and now - at < CROWD_S

    def write(
        self, do: str, args: Args, body: Json, raw: bytes, check: Check = _no_check
    ) -> tuple[Book, Any]:
        """Carries the write out: refused, or in the journal and in force.

        Gives the new version and the reply. Arguments that depend on what the book holds are given as a
        function of it; `check` may still refuse when it sees the outcome.
        """
        with self._lock:
            if self._closed:
                raise unavailable()
            if self._deleted:
                raise not_found()
            before, at = self.book, round(time.time(), 3)
            args = args(before) if callable(args) else args
            draft = replace(before, limited=self._limits.cells)
            after, reply = _done(draft, do, args, body, at)
            check(after)
            if self._journal:
                self._journal.append(Record(after.serial, at, do, args, raw))
            self._past.append((time.monotonic(), before))
            self.book = after
            self._news.notify_all()
            _forget_findings(before, after)
        return after, reply

    def next_after(self, serial: int, patience_s: float) -> Book:
        """The newest version, as soon as it is another than that one; after `patience_s` the same."""
        with self._news:
            self._news.wait_for(lambda: self._is_over or self.book.serial != serial, patience_s)
            if self._deleted:
                raise not_found()
            return self.book

    @property
    def _is_over(self) -> bool:
        return self._deleted or self._closed

    def as_of(self, seconds_ago: float) -> Book:
        """The version of that moment, or the oldest that is still known."""
        moment = time.monotonic() - seconds_ago
        with self._lock:
            return next((book for until, book in self._past if until > moment), self.book)

    def torn(self, choose: int) -> Book:
        """The newest version, but for one of the tabs that the last write changed, which is as before it."""
        with self._lock:
            before = self._past[-1][1] if self._past else self.book
            newest = self.book
        changed = [tab for tab in before.tabs if newest.tab(tab.sheet_id) not in (None, tab)]
        return newest.with_tab(changed[choose % len(changed)]) if changed else newest

    def delete(self) -> None:
        with self._lock:
            self._deleted = True
            self._news.notify_all()
            if self._journal:
                self._journal.delete()

    def close(self) -> None:
        """Ends an orderly run: a long journal is folded, so that the next start takes no time."""
        if self._journal:
            with self._lock:
                # A call that is late must not write where the next start already reads.
                self._closed = True
                self._news.notify_all()
                fold_if_long(self._journal, self.book)
                self._journal.close()


def _forget_findings(before: Book, after: Book) -> None:
    """What was worked out about a version that has passed is worked out again should anyone still ask."""
    before.found.clear()
    for old in before.tabs:
        if after.tab(old.sheet_id) is not old:
            old.found.clear()


def _done(book: Book, do: str, args: Json, body: Json, at: float) -> tuple[Book, Any]:
    serial = book.serial + 1
    after, reply = WRITES[do](book, args, body, Ids(book.id, serial, at))
    return replace(after, serial=serial, modified_at=at), reply


def revived(journal: Journal, limits: Limits) -> LiveBook:
    """A spreadsheet from its files: the snapshot, and every write since done again."""
    book = replace(journal.snapshot(), limited=False)
    for record in journal.records(after=book.serial):
        book = _done_again(book, record)
    fold_if_long(journal, book)
    return LiveBook(book, journal, limits)


def _done_again(book: Book, record: Record) -> Book:
    try:
        body = messages.parse_json(record.body)
        if record.do in MESSAGES:
            body = messages.read(MESSAGES[record.do], body)
        return _done(book, record.do, record.args, body, record.at)[0]
    except (Refusal, KeyError) as error:
        raise Unrepeatable(book.id, record.serial) from error


class Unrepeatable(Exception):
    """A write of the journal was accepted once and is not any more: another version of this wrote it."""

    def __init__(self, book_id: str, serial: int) -> None:
        super().__init__(f"Write {serial} of spreadsheet {book_id} cannot be done again by this version.")


def fold_if_long(journal: Journal, book: Book) -> None:
    if journal.is_long():
        journal.save(book)
