"""Rebuild: missing rows of a ledger made again from the other ledgers, or given up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fulfillment.answers import Plan, counted, listed, when
from fulfillment.damage import LOST, REBUILD
from fulfillment.model import Answer, Assignment, KeyEvent, Policy
from fulfillment.rebuilt_answers import AnswerRows
from fulfillment.rebuilt_seats import SeatRows
from fulfillment.workbook import LEDGERS, Changes, Draft, LedgerName, Snapshot

STEP_ROWS = 5_000
"""Rows that one commit brings back at the most: some five megabytes."""


@dataclass(frozen=True, slots=True)
class RebuiltRow:
    """A row that comes back, and what it says."""

    tab: str
    no: int
    message: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was missing, and what became of it."""

    rows: tuple[RebuiltRow, ...] = ()
    """Those that came back."""
    given_up: tuple[RebuiltRow, ...] = ()
    left: tuple[RebuiltRow, ...] = ()
    """Those that wait for a person."""
    waiting: tuple[str, ...] = ()
    """Why orders still wait, as sentences."""
    more: bool = False
    """Are there rows for another step?"""

    def then(self, step: Rebuilt) -> Rebuilt:
        """Both, one after the other."""
        return Rebuilt(
            (*self.rows, *step.rows), (*self.given_up, *step.given_up), step.left, step.waiting, step.more
        )

    @property
    def message(self) -> str:
        """What the operator reads once it is done."""
        return self._told("came back", "given up")

    @property
    def preview(self) -> str:
        """What the operator reads before."""
        return f"Nothing was changed yet. {self._told('would come back', 'would be given up')}"

    def _told(self, came_back: str, given_up: str) -> str:
        said = [f"{counted(len(self.rows), 'row')} {came_back}."] if self.rows else []
        if self.given_up:
            said.append(f"{counted(len(self.given_up), 'row')} {given_up}: {GIVEN_UP}")
        if self.left:
            which = listed([f"{row.tab} {row.no}" for row in self.left])
            said.append(f"{counted(len(self.left), 'row')} cannot be rebuilt: {which}.")
        said += self.waiting[:3]
        return " ".join(said) or "No row is missing: there is nothing to rebuild."


GIVEN_UP = "compare the keys of the orders of that time with the mails in GHL and the history of the Zap."


def plan_rebuild(draft: Draft, *, accept: bool, policy: Policy, now: datetime) -> Plan[Rebuilt]:
    """Missing rows made again, each with its number and its version, as many as one commit carries.

    With `accept` those of which no other ledger tells what they said are given up: a row with their number
    that says nothing stands for them from then on, and nothing waits for them any more.
    """
    snapshot = draft.snapshot
    seats, answers = SeatRows(snapshot, policy.levels), AnswerRows(snapshot, policy, now)
    rows: list[Made] = [
        *(("Import History", row, said) for row, said in seats.events()),
        *(("Assignments", row, said) for row, said in seats.seats()),
        *(("Order Cache", row, said) for row, said in answers.rows()),
    ]
    not_told = sorted(_not_told(snapshot) | {("Assignments", no) for no in seats.unknown})
    given_up = [*_given_up(snapshot, not_told, rows, when(now))] if accept else []
    left = () if accept else tuple(RebuiltRow(name, no, NOT_TOLD) for name, no in not_told)
    spoiled = [
        RebuiltRow(name, no, SPOILED)
        for name, gap in snapshot.damage.gaps.items()
        for no in sorted(gap.spoiled.keys() - {row.no for tab, row, _ in rows if tab == name})
    ]
    chosen, more = [*rows, *given_up][:STEP_ROWS], len(rows) + len(given_up) > STEP_ROWS
    result = Rebuilt(
        tuple(RebuiltRow(tab, row.no, said) for tab, row, said in chosen[: len(rows)]),
        tuple(RebuiltRow(tab, row.no, said) for tab, row, said in chosen[len(rows) :]),
        (*left, *spoiled),
        tuple(_still_waiting(snapshot, rows)),
        more,
    )
    back = _changes([row for _, row, _ in chosen])
    return Plan(result, Changes(returning=back) if chosen else Changes())


NOT_TOLD = "no other ledger tells what it said"
SPOILED = "something stands there that cannot be read, or two rows that differ: a person has to put it right"

Made = tuple[LedgerName, KeyEvent | Assignment | Answer, str]
"""(tab, the row, what it says, in words without key codes)."""


def _still_waiting(snapshot: Snapshot, rows: Sequence[Made]) -> Iterator[str]:
    """Why orders wait that no row comes back for."""
    served = {row.order_id for _, row, _ in rows if not isinstance(row, KeyEvent)}
    for order_id, why in snapshot.damage.orders.items():
        if order_id not in served:
            yield why


def _changes(rows: Iterable[KeyEvent | Assignment | Answer]) -> Changes:
    ordered = sorted(rows, key=lambda row: row.no)
    return Changes(
        tuple(row for row in ordered if isinstance(row, KeyEvent)),
        tuple(row for row in ordered if isinstance(row, Assignment)),
        tuple(row for row in ordered if isinstance(row, Answer)),
    )


def _not_told(snapshot: Snapshot) -> set[tuple[LedgerName, int]]:
    """The missing rows of which no other ledger says anything."""
    unexplained = snapshot.damage.unexplained
    return {(name, no) for name in LEDGERS for no in unexplained.get(name, ())}


def _given_up(
    snapshot: Snapshot, lost: Iterable[tuple[LedgerName, int]], rebuilt: Iterable[Made], at: str
) -> Iterator[Made]:
    """Rows that stand for the `lost` ones, which nobody brings back; `rebuilt` are those that come back."""
    versions: dict[LedgerName, list[tuple[int, int]]] = {name: [] for name in LEDGERS}
    for name, row, _ in rebuilt:
        versions[name].append((row.no, row.version))
    for name, no in lost:
        lowest, _ = snapshot.damage.gaps[name].missing[no]
        before = [version for other, version in versions[name] if other < no]
        yield name, _blank(name, at, no, max([lowest, *before])), NOT_TOLD


def _blank(name: LedgerName, at: str, no: int, version: int) -> KeyEvent | Assignment | Answer:
    """A row that has a number, and says nothing."""
    if name == "Import History":
        return KeyEvent(at, "withdrawn", "", "", "", "", "", "", 0, LOST, REBUILD, no, version)
    if name == "Assignments":
        return Assignment(
            at, "released", "", "", "", "", "", "", "", "", "", "", LOST, REBUILD, no=no, version=version
        )
    return Answer(
        at, "", "", "", "", "", "closed", LOST, GIVEN_UP_ROW, mode="", by=REBUILD, no=no, version=version
    )


GIVEN_UP_ROW = "This row was missing, and no other ledger told what it said: a person gave it up."
