"""All spreadsheets: in memory, or in a folder where they survive the end of the program."""

from __future__ import annotations

import base64
import errno
import fcntl
import hashlib
import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sandbox.book import Book
from sandbox.errors import Refusal, not_found, unavailable
from sandbox.journal import Journal
from sandbox.live import Limits, LiveBook, revived

ID_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class Shelf:
    """Finds, adds and removes spreadsheets; each is read from its files when it is first asked for."""

    def __init__(self, folder: Path | None) -> None:
        self.limits = Limits()
        self._folder = folder
        self._lock = threading.Lock()
        self._open: dict[str, LiveBook] = {}
        self._closed = False
        self._hold = _held(folder) if folder else None

    def get(self, book_id: str) -> LiveBook:
        """The spreadsheet of that id; 404 when there is none."""
        live = self._open.get(book_id)
        return live or self._read(book_id)

    def _read(self, book_id: str) -> LiveBook:
        with self._lock:
            if self._closed:
                raise unavailable()
            if book_id in self._open:
                return self._open[book_id]
            journal = self._journal(book_id)
            if journal is None or not ID_LETTERS.issuperset(book_id) or not journal.exists():
                raise not_found()
            self._open[book_id] = revived(journal, self.limits)
            return self._open[book_id]

    def _journal(self, book_id: str) -> Journal | None:
        return Journal(self._folder, book_id) if self._folder else None

    def add(self, book: Book) -> LiveBook:
        """Puts a book on the shelf, under a new id and with the time of now."""
        now = round(time.time(), 3)
        book = replace(book, id=_new_id(), created_at=now, modified_at=now, serial=0)
        journal = self._journal(book.id)
        if journal:
            journal.save(book)
        live = LiveBook(book, journal, self.limits)
        with self._lock:
            self._open[book.id] = live
        return live

    def remove(self, book_id: str) -> None:
        self.get(book_id).delete()
        with self._lock:
            self._open.pop(book_id, None)

    def all(self) -> list[Book]:
        """Every spreadsheet, the one changed last first."""
        files = self._folder.glob("*.snapshot") if self._folder else ()
        books = []
        for book_id in {*self._open, *(path.stem for path in files)}:
            with suppress(Refusal):  # deleted at this moment
                books.append(self.get(book_id).book)
        return sorted(books, key=lambda book: (-book.modified_at, book.id))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for live in self._open.values():
                live.close()
            if self._hold is not None:
                os.close(self._hold)
                self._hold = None


class InUse(OSError):
    """Another local Google keeps its spreadsheets in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(errno.EBUSY, f"the spreadsheets in {folder} are served by another process")


def _held(folder: Path) -> int:
    """Takes hold of the folder: two that write into one journal would spoil it. A crash lets go of it."""
    folder.mkdir(parents=True, exist_ok=True)
    hold = os.open(folder / ".in-use", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(hold)
        raise InUse(folder) from None
    return hold


def _new_id() -> str:
    """44 letters, as Google's are; never taken from the clock alone."""
    digest = hashlib.sha256(os.urandom(32)).digest()
    return "1" + base64.urlsafe_b64encode(digest).decode().rstrip("=")[:43]
