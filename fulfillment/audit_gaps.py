"""The audit of missing rows: which numbers are not there, and whose they were by the other ledgers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from fulfillment.answers import listed
from fulfillment.audit_rows import ledgers
from fulfillment.damage import UNDO, Breach, Damage, Gaps, LostKey, named, windows
from fulfillment.diagnosis import diagnose
from fulfillment.model import Answer, Assignment, KeyEvent
from fulfillment.ports import Books
from fulfillment.workbook import LEDGERS, OUTBOX, LedgerName, LedgerRow, Snapshot, commits_of

Whose = Mapping[int, str]
"""`no` of a missing row -> whom or what it concerned, as far as the other ledgers tell."""

RESTORE = f"Bring it back with {UNDO}."
REBUILD = "Where neither helps: `python -m fulfillment rebuild`"


@dataclass(frozen=True, slots=True)
class Gone:
    """The numbers that are missing of each numbered tab, and whose they were as far as it can be told."""

    absent: Mapping[LedgerName, Sequence[int]]
    whose: Mapping[LedgerName, Whose] = field(default_factory=dict)
    orders: frozenset[str] = frozenset()
    """The orders that they concerned: what these lack is known, and comes back with the rows."""

    @classmethod
    def of(
        cls,
        books: Books,
        events: Sequence[KeyEvent],
        assignments: Sequence[Assignment],
        answers: Sequence[Answer],
    ) -> Gone:
        """The gaps in these books; the rows given are those that count."""
        absent = {name: _absent(name, rows, books) for name, rows in ledgers(books).items()}
        if not any(absent[name] for name in LEDGERS):
            return cls(absent)
        counted = dict(zip(LEDGERS, (events, assignments, answers), strict=True))
        damage = _diagnosed(absent, counted, books)  # type: ignore[arg-type]
        lost = (*damage.seats.values(), *damage.answers.values())
        return cls(absent, _whose(damage), frozenset(row.order_id for row in lost))

    def breaches(self) -> Iterator[Breach]:
        """One for each run of missing numbers."""
        for name, numbers in self.absent.items():
            yield from _runs(name, numbers, self.whose.get(name, {}))


def _absent(name: LedgerName, rows: Sequence[LedgerRow], books: Books) -> list[int]:
    """The numbers that should stand here: neither has the archive them, nor have they left the Outbox."""
    there = {row.no for row in rows}
    elsewhere: Collection[int] = books.archived.numbers.get(name, frozenset())
    if name == OUTBOX:
        elsewhere = range(1, min((no for no in there if no > 0), default=1))
    return [no for no in range(1, books.last_no[name] + 1) if no not in there and no not in elsewhere]


def _diagnosed(
    absent: Mapping[LedgerName, Sequence[int]],
    rows: Mapping[LedgerName, Sequence[LedgerRow]],
    books: Books,
) -> Damage:
    """What the other ledgers tell of the missing rows."""
    snapshot = Snapshot()
    for version, changes in commits_of(*(rows[name] for name in LEDGERS)):  # type: ignore[arg-type]
        snapshot.advance(changes, version)
    snapshot.recall(books.archived)
    gaps = {
        name: Gaps(windows(absent[name], {row.no: row.version for row in rows[name]}, books.version))
        for name in LEDGERS
    }
    return diagnose(snapshot, gaps, rows["Import History"])  # type: ignore[arg-type]


def _whose(damage: Damage) -> dict[LedgerName, Whose]:
    keys = {
        no: lost.first.pool if isinstance(lost, LostKey) else lost.pool for no, lost in damage.events.items()
    }
    return {
        "Import History": {no: f"a key of {pool}" for no, pool in keys.items()},
        "Assignments": {no: f"order {seat.order_id}" for no, seat in damage.seats.items()},
        "Order Cache": {no: f"order {answer.order_id}" for no, answer in damage.answers.items()},
    }


def _runs(name: LedgerName, absent: Sequence[int], whose: Whose) -> Iterator[Breach]:
    for _, run in groupby(enumerate(absent), key=lambda place_and_no: place_and_no[1] - place_and_no[0]):
        first, *others = numbers = [no for _, no in run]
        which = f"Rows {first} to {others[-1]} are" if others else f"Row {first} is"
        cure = RESTORE if name == OUTBOX else " ".join(_told(numbers, whose))
        yield Breach(10, name, first, f"{which} missing. {cure}")


def _told(numbers: Sequence[int], whose: Whose) -> Iterator[str]:
    """Whose the rows were, and what to do."""
    known, unknown = [no for no in numbers if no in whose], [no for no in numbers if no not in whose]
    if known:
        owners = [*dict.fromkeys(whose[no] for no in known)]
        yield f"By the other ledgers {named(known)} concerned {listed(owners, most=3)}."
    if unknown:
        yield f"No other ledger tells of {named(unknown)}, and nothing new is assigned without."
    yield RESTORE
    yield f"{REBUILD}, and `--accept` for what nothing tells of." if unknown else f"{REBUILD}."
