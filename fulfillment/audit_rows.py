"""The first thing an audit looks at: is every row of every ledger there, once, and in its place?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fulfillment.damage import Breach
from fulfillment.ports import Books
from fulfillment.workbook import NUMBERED, LedgerName, LedgerRow

REFRESH = "Run Refresh Inventory."
FIX_ROW = "Put it right from the spreadsheet's version history (File, Version history)."


def put_right(breaches: Iterable[Breach]) -> tuple[str, ...]:
    """What of these a refresh puts right, as sentences of what was wrong."""
    return tuple(b.message.removesuffix(REFRESH).rstrip() for b in breaches if b.message.endswith(REFRESH))


def audit_rows(books: Books) -> Iterator[Breach]:
    """Rows that are repeated, unreadable, or not where the service wrote them."""
    for tab, row, wrong in books.unreadable:
        cure = FIX_ROW if tab in NUMBERED else REFRESH
        yield Breach(10, tab, 0, f"Row {row} of the sheet cannot be read: {wrong}. {cure}")
    for name, rows in ledgers(books).items():
        numbers = Counter(row.no for row in rows)
        yield from _strange(name, numbers, books.last_no[name])
        yield from _versions(name, rows, books.version)


def ledgers(books: Books) -> dict[LedgerName, Sequence[LedgerRow]]:
    """The rows of each numbered tab, by its name."""
    rows = (books.events, books.assignments, books.answers, books.messages)
    return dict(zip(NUMBERED, rows, strict=True))


def _strange(name: LedgerName, numbers: Counter[int], last_no: int) -> Iterator[Breach]:
    """Numbers that stand more than once, are none, or that the service never gave."""
    for no, count in numbers.items():
        if no < 1:
            have = "1 row has" if count == 1 else f"{count:,} rows have"
            yield Breach(10, name, 0, f"{have} no number in the column `no`. {FIX_ROW}")
        elif count > 1:
            yield Breach(10, name, no, f"Number {no} stands in {count} rows: delete what a person copied.")
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
