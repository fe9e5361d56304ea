"""What people broke in the ledgers by hand: rows that are missing, what they said, and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fulfillment.model import Answer, Assignment, KeyEvent, Message, SeatEvent

if TYPE_CHECKING:
    from fulfillment.workbook import LedgerName, LedgerRow

LOST = "lost"
"""The `reason` of a row that stands for one which nobody could bring back: a number, and nothing else."""

REBUILD = "rebuild"
"""Who rebuilt a row (`by`): where the row itself comes back, it counts and not its like."""

Window = tuple[int, int]

UNDO = "undo (Ctrl+Z), or the spreadsheet's version history (File, Version history)"
REBUILDS = "`python -m fulfillment rebuild` (POST /rebuild) brings it back from the other ledger"


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that the tabs do not keep; `no` is 0 where it concerns no single row."""

    promise: int
    tab: str
    no: int
    message: str


def is_lost(row: LedgerRow) -> bool:
    """Does it stand for a row that was given up?"""
    if isinstance(row, Message):
        return False
    return row.reason == LOST and not (row.keycode if isinstance(row, KeyEvent) else row.order_id)


@dataclass(frozen=True, slots=True)
class Spoiled:
    """Whom a row concerns that cannot be read, or that stands twice with different contents."""

    orders: frozenset[str] = frozenset()
    codes: frozenset[str] = field(default=frozenset(), repr=False)
    is_twice: bool = False


@dataclass(frozen=True, slots=True)
class Gaps:
    """What one read shows to be wrong with the rows of a ledger."""

    missing: Mapping[int, Window] = field(default_factory=dict)
    """`no` of each row that is not there -> the versions between which its own must lie."""
    spoiled: Mapping[int, Spoiled] = field(default_factory=dict)
    """Of these, the ones of which something stands there."""
    loose: tuple[LedgerRow, ...] = ()
    """Rows that have lost their number, and are whole otherwise, in the order in which they stand."""

    @property
    def is_none(self) -> bool:
        return not self.missing

    @property
    def open(self) -> Mapping[int, Window]:
        """The missing rows that may be rebuilt; of those that stand there twice a person has to choose."""
        return {no: window for no, window in self.missing.items() if not self._is_twice(no)}

    def _is_twice(self, no: int) -> bool:
        return no in self.spoiled and self.spoiled[no].is_twice


@dataclass(frozen=True, slots=True)
class LostSeat:
    """A missing row of Assignments, as the answers of its order tell it."""

    order_id: str
    unit: str
    keycode: str = field(repr=False)
    event: SeatEvent
    """One taken back is what the other seats of its commit were, else `quarantined`: out of stock, where
    nothing shows that it went back into it."""
    is_replacement: bool
    """Did its commit give one seat for this piece, and take another back?"""
    answer: Answer
    """Of the same commit."""

    @property
    def version(self) -> int:
        return self.answer.version


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """A missing row of Order Cache, as the seats of its order tell it."""

    order_id: str
    rows: tuple[Assignment, ...]
    """Those of its commit."""
    held: tuple[Assignment, ...]
    """What the order held after it."""
    before: Answer | None
    after: Answer | None

    @property
    def version(self) -> int:
        return self.rows[-1].version


@dataclass(frozen=True, slots=True)
class LostKey:
    """A missing row of Import History, as the seats that were given of its key tell it."""

    first: Assignment
    seats: int

    @property
    def version(self) -> int:
        """It came before its first seat was given, or with it."""
        return self.first.version


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with the ledgers, what can be rebuilt of it, and what waits until it is put right."""

    gaps: Mapping[LedgerName, Gaps] = field(default_factory=dict)
    seats: Mapping[int, LostSeat | Assignment] = field(default_factory=dict)
    """`no` -> what the missing row of Assignments said."""
    answers: Mapping[int, LostAnswer | Answer] = field(default_factory=dict)
    events: Mapping[int, LostKey | KeyEvent] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)
    """order_id -> what is wrong with it, and what to do, as sentences: it waits for that."""
    claims: Mapping[str, int] = field(default_factory=dict, repr=False)
    """keycode -> so many of its free seats were given: the rows that say so are missing or changed."""
    off: frozenset[str] = field(default=frozenset(), repr=False)
    """Key codes whose seats do not add up: none of them is given out."""
    unexplained: Mapping[LedgerName, tuple[int, ...]] = field(default_factory=dict)
    """Missing rows of which no other ledger tells what they said."""

    @property
    def is_none(self) -> bool:
        """Is all well?"""
        return not self.signs and not self.off

    @property
    def is_attributed(self) -> bool:
        """Is it known of every missing row which orders and keys it concerns?"""
        return not any(self.unexplained.values())

    @property
    def assigning(self) -> str:
        """Why nothing new is assigned; empty where something may be."""
        if self.is_attributed:
            return ""
        rows = " and ".join(f"{named(nos)} of `{name}`" for name, nos in self.unexplained.items() if nos)
        return (
            f"Nothing new is assigned, as no other ledger tells what stood in {rows}, now missing. Bring it "
            f"back with {UNDO}. Where that is not possible: `python -m fulfillment rebuild --accept`."
        )

    @property
    def importing(self) -> str:
        """Why no key is imported: it may be one of which a row is missing. Empty where they may be."""
        missing = self.gaps["Import History"].missing if "Import History" in self.gaps else ()
        if not missing:
            return ""
        return (
            f"No key is imported, as it may have been before, by {named(missing)} of `Import History`, now "
            f"missing. Bring it back with {UNDO}, or run `python -m fulfillment rebuild`."
        )

    @property
    def short(self) -> str:
        """Why there may be seats that the books do not show; empty where there are none."""
        if self.importing:
            rows = named(self.gaps["Import History"].missing)
            return f"There may be more keys, by {rows} of `Import History`, now missing."
        return "Some keys are set aside, as their seats do not add up." if self.off else ""

    @property
    def signs(self) -> frozenset[tuple[str, int | str]]:
        """By what it is known again."""
        missing = {(str(name), no) for name, gaps in self.gaps.items() for no in gaps.missing}
        return frozenset({*missing, *(("order", order_id) for order_id in self.orders)})

    @property
    def message(self) -> str:
        """The first things that are wrong, for one who asks what it is."""
        missing = [
            f"`{name}` has no row with no {min(gaps.missing)}"
            for name, gaps in self.gaps.items()
            if gaps.missing
        ]
        others = self.orders.values() or ["The seats of some keys do not add up."]
        return f"{' and '.join(missing)}." if missing else next(iter(others))


def windows(absent: Iterable[int], versions: Mapping[int, int], newest: int) -> dict[int, Window]:
    """`no` of each missing row -> the versions between which its own must lie: those of the rows around it.

    `versions`: of the rows that there are, by their `no`.
    """
    found, waiting, lowest = dict[int, Window](), list[int](), 1
    for no in sorted([*absent, *versions]):
        if no in versions:
            found.update({other: (found[other][0], versions[no]) for other in waiting})
            lowest, waiting = versions[no], []
        else:
            found[no] = (lowest, newest)
            waiting.append(no)
    return found


def named(numbers: Iterable[int]) -> str:
    """`row 3`, `rows 3 to 7`, `rows 3, 5 and 4 more`."""
    nos = sorted(numbers)
    if len(nos) == 1:
        return f"row {nos[0]}"
    if nos[-1] - nos[0] == len(nos) - 1:
        return f"rows {nos[0]} to {nos[-1]}"
    more = f" and {len(nos) - 2} more" if len(nos) > 2 else ""
    return f"rows {nos[0]}{',' if more else ' and'} {nos[1]}{more}"
