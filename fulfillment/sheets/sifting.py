"""The rows of a ledger taken apart: those that count, those that are missing, those that are broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, get_args

from fulfillment.damage import REBUILD, Gaps, Spoiled, is_lost, windows
from fulfillment.errors import TornRead
from fulfillment.model import (
    Answer,
    Assignment,
    KeyEvent,
    KeyEventName,
    Outcome,
    SeatEvent,
)
from fulfillment.sheets.codec import Codec, Layout, Scalar, to_text
from fulfillment.sheets.looking import Rows, number_in
from fulfillment.sheets.tabs import Codecs, SystemRow
from fulfillment.workbook import LedgerName, LedgerRow

Cells = Sequence[Scalar]

UNITS = re.compile(r"\d+\.\d+(\+\d+\.\d+)*")

WORDS: Mapping[type, frozenset[str]] = {
    KeyEvent: frozenset(get_args(KeyEventName)),
    Assignment: frozenset(get_args(SeatEvent)),
    Answer: frozenset(get_args(Outcome)),
}
"""What may stand in `event` or `outcome`."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """A ledger as one read shows it."""

    rows: list[LedgerRow]
    """Those that count, in the order of `no`."""
    gaps: Gaps


def read_ledger(
    name: LedgerName,
    rows: Rows,
    layout: Layout,
    system: SystemRow,
    *,
    after: int,
    codecs: Codecs,
) -> list[LedgerRow]:
    """The rows of a ledger from `no` after + 1 to where System says it ends, in the order of `no`.

    Rows beyond belong to a commit that System does not speak of yet: they come with the next look. Raises
    TornRead where one is missing, or cannot be read.
    """
    sifted = sift(name, rows, layout, system, after=after, codecs=codecs)
    check_whole(name, sifted.gaps, system)
    return sifted.rows


def check_whole(name: LedgerName, gaps: Gaps, system: SystemRow) -> None:
    """Raises TornRead where a row is missing, or cannot be read."""
    for no in gaps.missing:
        if no in gaps.spoiled:
            raise TornRead(f"The row with no {no} of `{name}` cannot be read, or stands there twice.")
        raise TornRead(
            f"The tab `{name}` has no row with no {no}, and should end at {system.last_no()[name]}."
        )


def sift(
    name: LedgerName,
    rows: Rows,
    layout: Layout,
    system: SystemRow,
    *,
    after: int,
    codecs: Codecs,
    archived: Collection[int] = frozenset(),
) -> Sifted:
    """The same rows, and what is wrong with the others; those that are `archived` may be missing.

    Of rows that stand there twice one counts where they say the same, or where the other was rebuilt.
    """
    last = system.last_no()[name]
    found, others, unnumbered = _by_number(rows, layout, after, last)
    codec = codecs.ledgers[name]
    read = _Reader(codec, layout, system.version)
    counted = read.all({no: cells for no, cells in found.items() if no not in others})
    for no, variants in others.items():
        if row := _one_of(list(read.each(no, variants))):
            counted[no] = row
    ordered, strange = _in_order([counted[no] for no in sorted(counted)])
    for no in strange:
        del counted[no]
    absent = [no for no in range(after + 1, last + 1) if no not in counted and no not in archived]
    if not absent:
        return Sifted(ordered, Gaps())
    broken = {no: others.get(no) or [found[no]] for no in absent if no in found}
    spoiled = {no: _spoiled(name, layout, variants) for no, variants in broken.items()}
    loose = tuple(row for cells in unnumbered for row in read.each(0, [cells]))
    return Sifted(
        ordered,
        Gaps(windows(absent, {row.no: row.version for row in ordered}, system.version), spoiled, loose),
    )


def _in_order(rows: list[LedgerRow]) -> tuple[list[LedgerRow], list[int]]:
    """The rows whose versions grow with their numbers, and the numbers of the few that stand out."""
    if all(before.version <= after.version for before, after in pairwise(rows)):
        return rows, []
    kept = list[LedgerRow]()
    for row in rows:
        if kept and kept[-1].version > row.version and (len(kept) < 2 or kept[-2].version <= row.version):
            kept.pop()  # rather the one before, which is above both its neighbours
        if not kept or kept[-1].version <= row.version:
            kept.append(row)
    there = {row.no for row in kept}
    return kept, [row.no for row in rows if row.no not in there]


def _by_number(
    rows: Rows, layout: Layout, after: int, last: int
) -> tuple[dict[int, Cells], dict[int, list[Cells]], list[Cells]]:
    """(no -> its row, no -> all its rows where there are more, rows without a number that can be)."""
    place = layout.place["no"]
    found: dict[int, Cells] = {}
    others: dict[int, list[Cells]] = {}
    unnumbered: list[Cells] = []
    for cells in rows:
        cell = cells[place] if place < len(cells) else None
        number = cell if type(cell) is int else number_in(cell)
        if number is None or number > last:  # of a commit to come, or a person changed it
            unnumbered.append(cells)
        elif number <= after:
            continue
        elif number in found:
            others.setdefault(number, [found[number]]).append(cells)
        else:
            found[number] = cells
    return found, others, unnumbered


def _one_of(rows: Sequence[LedgerRow]) -> LedgerRow | None:
    """The row that counts of those with one number; None where nobody can tell."""
    if any(row != rows[0] for row in rows):
        rows = [row for row in rows if row.by != REBUILD]
    same = rows and all(_said(row) == _said(rows[0]) for row in rows)
    return rows[0] if same else None


def _said(row: LedgerRow) -> LedgerRow:
    """The row without what changes nothing."""
    said = replace(row, at="", by="")
    return replace(said, order_name="") if isinstance(said, Assignment) else said


class _Reader:
    """Reads rows of one ledger, and takes none that no commit can have written."""

    def __init__(self, codec: Codec[Any], layout: Layout, newest: int) -> None:
        self._codec, self._layout, self._newest = codec, layout, newest
        self._read: Callable[[Cells], LedgerRow] = codec.reader(layout)

    def all(self, rows: Mapping[int, Cells]) -> dict[int, LedgerRow]:
        """Those of these rows that can be read, by their number."""
        try:
            read: list[LedgerRow] = list(self._codec.read_all(self._layout, [*rows.values()]))
        except ValueError:
            return {no: row for no, cells in rows.items() for row in self.each(no, [cells])}
        if not self._are_whole(read):
            return {no: row for no, row in zip(rows, read, strict=True) if self._are_whole([row])}
        return dict(zip(rows, read, strict=True))

    def each(self, no: int, rows: Sequence[Cells]) -> Iterator[LedgerRow]:
        """Those of these rows that can be read, with this number."""
        place = self._layout.place["no"]
        for cells in rows:
            padded = [*cells, *[None] * (self._layout.width - len(cells))]
            padded[place] = no
            try:
                row = self._read(padded)
            except ValueError:
                continue
            if self._are_whole([row]):
                yield row

    def _are_whole(self, rows: Sequence[LedgerRow]) -> bool:
        """Can a commit have written all of these? Asked of whole columns, of which few values differ."""
        if not rows:
            return True
        versions = {row.version for row in rows}
        if min(versions) < 1 or max(versions) > self._newest:
            return False
        words = {row.outcome if isinstance(row, Answer) else row.event for row in rows}
        if not words <= WORDS[type(rows[0])]:
            return False
        if isinstance(rows[0], Assignment):
            return self._are_seats(rows)  # type: ignore[arg-type]
        if isinstance(rows[0], KeyEvent):
            seats = {row.seats for row in rows}  # type: ignore[union-attr]
            codes_there = all(row.keycode for row in rows)  # type: ignore[union-attr]
            return (codes_there and min(seats) > 0) or all(_is_whole_key(row) for row in rows)  # type: ignore[arg-type]
        return all(row.order_id or is_lost(row) for row in rows)  # type: ignore[union-attr]

    def _are_seats(self, rows: Sequence[Assignment]) -> bool:
        units = {row.unit for row in rows}
        if all(map(UNITS.fullmatch, units)) and all(row.order_id and row.keycode for row in rows):
            return True
        return all(_is_whole_seat(row) for row in rows)


def _is_whole_seat(row: Assignment) -> bool:
    return is_lost(row) or bool(row.order_id and row.keycode and UNITS.fullmatch(row.unit))


def _is_whole_key(row: KeyEvent) -> bool:
    return is_lost(row) or bool(row.keycode and row.seats > 0)


def _spoiled(name: LedgerName, layout: Layout, variants: Sequence[Cells]) -> Spoiled:
    """Whom these rows may concern, as far as they can be read."""

    def texts(header: str) -> frozenset[str]:
        place = layout.place.get(header, -1)
        found = (to_text(cells[place]) for cells in variants if 0 <= place < len(cells))
        return frozenset(filter(None, found))

    return Spoiled(texts("order_id"), texts("keycode"), len(variants) > 1)
