"""The durable part of a spreadsheet: a snapshot, and a journal of the writes since.

A write is in the journal, handed to the operating system, before it is answered; each record is checked by
its length and a checksum, so that one that was cut off by a crash is not there at all.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.book import Book, Json
from sandbox.snapshot import book_from, lines_of

# A longer journal is folded into the snapshot at the next start or orderly end, to make starts quick.
FOLD_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """One write as it was asked for, with what was decided when it was carried out."""

    serial: int
    at: float
    do: str
    args: Json
    body: bytes

    def line(self) -> bytes:
        head = asdict(self) | {"body": len(self.body), "check": zlib.crc32(self.body)}
        text = json.dumps(head).encode()
        return b"%d %s\n%s\n" % (zlib.crc32(text), text, self.body)


class Journal:
    """The files of one spreadsheet."""

    def __init__(self, folder: Path, book_id: str) -> None:
        self._snapshot = folder / f"{book_id}.snapshot"
        self._journal = folder / f"{book_id}.journal"
        self._file: int | None = None

    def exists(self) -> bool:
        return self._snapshot.exists()

    def save(self, book: Book) -> None:
        """Writes the whole book as the new snapshot and begins an empty journal."""
        draft = self._snapshot.with_suffix(".draft")
        with draft.open("w") as file:
            for line in lines_of(book):
                file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._snapshot)
        # Records that the snapshot holds are skipped by their serial, should the program end right here.
        self.close()
        self._journal.write_bytes(b"")

    def append(self, record: Record) -> None:
        """Hands the record to the operating system; after that it survives the end of this program."""
        if self._file is None:
            self._file = os.open(self._journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        line, size = record.line(), os.fstat(self._file).st_size
        if os.write(self._file, line) != len(line):
            os.ftruncate(self._file, size)
            raise OSError("the journal could not be written: is the disk full?")

    def snapshot(self) -> Book:
        with self._snapshot.open() as file:
            return book_from(file)

    def records(self, after: int) -> Iterator[Record]:
        """The records that came after a serial, up to the first that is not whole; the rest is cut off."""
        if not self._journal.exists():
            return
        with self._journal.open("r+b") as file:
            while True:
                begin = file.tell()
                head = file.readline()
                record = _record(head, file.read(_body_length(head) + 1)) if head else None
                if record is None:
                    file.truncate(begin)
                    return
                if record.serial > after:
                    yield record

    def is_long(self) -> bool:
        return self._journal.exists() and self._journal.stat().st_size > FOLD_BYTES

    def delete(self) -> None:
        """Takes the spreadsheet away; it is gone as soon as its snapshot is."""
        self.close()
        self._snapshot.unlink(missing_ok=True)
        self._journal.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _body_length(head: bytes) -> int:
    try:
        return int(json.loads(head.partition(b" ")[2])["body"])
    except (ValueError, KeyError, TypeError):
        return 0


def _record(head: bytes, rest: bytes) -> Record | None:
    """The record, if every byte of it is there."""
    check, _, text = head.rstrip(b"\n").partition(b" ")
    if not head.endswith(b"\n") or not check.isdigit() or int(check) != zlib.crc32(text):
        return None
    fields = json.loads(text)
    body = rest[:-1]
    if len(body) != fields["body"] or rest[-1:] != b"\n" or zlib.crc32(body) != fields.pop("check"):
        return None
    return Record(**(fields | {"body": body}))
