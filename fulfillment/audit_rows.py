"""The first thing an audit looks at: is every row of every ledger there, once, and in its place?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from fulfillment.ports import Books
from fulfillment.workbook import NUMBERED, OUTBOX, LedgerName, LedgerRow

RESTORE = "Undo that, or put them back from the spreadsheet's version history (File, Version history)."
REBUILD = f"{RESTORE} Where neither helps, `python -m fulfillment rebuild` asks the other ledgers."
FIX_ROW = "Put it right from the spreadsheet's version history (File, Version history)."


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that the tabs do not keep; `no` is 0 where it concerns no single row."""

    promise: int
    tab: str
    no: int
    message: str


def audit_rows(books: Books) -> Iterator[Breach]:
    """Rows that are missing, repeated, unreadable, or not where the service wrote them."""
    for tab, row, wrong in books.unreadable:
        yield Breach(10, tab, 0, f"Row {row} of the sheet cannot be read: {wrong}. {FIX_ROW}")
    for name, rows in ledgers(books).items():
        numbers = Counter(row.no for row in rows)
        yield from _missing(name, numbers, books.last_no[name], _elsewhere(name, numbers, books))
        yield from _strange(name, numbers, books.last_no[name])
        yield from _versions(name, rows, books.version)


def _elsewhere(name: LedgerName, numbers: Collection[int], books: Books) -> Collection[int]:
    """The numbers that need not stand here: the archive has them, or they have left the Outbox."""
    if name == OUTBOX:
        return range(1, min((no for no in numbers if no > 0), default=1))
    return books.archived.numbers.get(name, frozenset())


def ledgers(books: Books) -> dict[LedgerName, Sequence[LedgerRow]]:
    """The rows of each numbered tab, by its name."""
    rows = (books.events, books.assignments, books.answers, books.messages)
    return dict(zip(NUMBERED, rows, strict=True))


def _missing(
    name: LedgerName, numbers: Counter[int], last_no: int, archived: Collection[int]
) -> Iterator[Breach]:
    """One breach for each run of missing numbers."""
    absent = (no for no in range(1, last_no + 1) if no not in numbers and no not in archived)
    for _, run in groupby(enumerate(absent), key=lambda place_and_no: place_and_no[1] - place_and_no[0]):
        first, *others = (no for _, no in run)
        which = f"Rows {first} to {others[-1]} are" if others else f"Row {first} is"
        yield Breach(10, name, first, f"{which} missing. {RESTORE if name == OUTBOX else REBUILD}")


def _strange(name: LedgerName, numbers: Counter[int], last_no: int) -> Iterator[Breach]:
    """Numbers that stand more than once, are none, or that the service never gave."""
    for no, count in numbers.items():
        if no < 1:
            yield Breach(10, name, 0, f"{count} rows have no number in the column `no`. {FIX_ROW}")
        elif count > 1:
            yield Breach(
                10, name, no, f"Number {no} stands in {count} rows: delete the ones that a person copied."
            )
        if no > last_no:
            wrong = (
                f"The service wrote rows up to {last_no} only, by the tab System; this one is numbered {no}."
            )
            yield Breach(10, name, no, f"{wrong} Delete it if a person added it.")


def _versions(name: LedgerName, rows: Iterable[LedgerRow], newest: int) -> Iterator[Breach]:
    """Versions that do not grow with `no`, or that no commit had."""
    before = 0
    for row in sorted(rows, key=lambda row: row.no):
        if row.version < before or not 1 <= row.version <= newest:
            wrong = f"Row {row.no} says version {row.version}, between {before} and {newest} is possible."
            yield Breach(10, name, row.no, f"{wrong} {FIX_ROW}")
        before = max(before, min(row.version, newest))
