"""An import from its first call to its last: read the tab, commit the keys, clear the tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from fulfillment.alerts import Alert, Shelf, all_low
from fulfillment.answers import Plan, counted
from fulfillment.group import Door
from fulfillment.intake import Imported, batch_name, plan_import
from fulfillment.model import Policy
from fulfillment.pasting import Paste, PastedRow
from fulfillment.pools import stock_after
from fulfillment.ports import Store
from fulfillment.waiting import servable
from fulfillment.workbook import Draft, Snapshot

IMPORT_BYTES = 8_000_000
"""What one commit of an import carries at the most; Google asks for less, and takes some ten million."""

KEY_BYTES = 620
"""A row of Import History with its 13 cells in JSON, besides the texts of the person's six (measured)."""

Watch = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and what is being done now."""


def unwatched(done: int, of: int, doing: str) -> None:
    """Nobody looks."""


class Importer:
    """Imports keys through the door; what other requests ask for goes in between."""

    def __init__(self, door: Door, store: Store, policy: Policy, now: Callable[[], datetime]) -> None:
        self._door = door
        self._store = store
        self._policy = policy
        self._now = now

    def run(
        self, rows: Sequence[PastedRow] | None, *, dry_run: bool, by: str, watch: Watch = unwatched
    ) -> Imported:
        """Keys taken into stock: these rows, or those of the tab (None), which then leave it.

        As many as one commit carries at a time; each is imported once or not at all, wherever it breaks off.
        """
        paste = self._door.do_alone(self._store.read_import_tab) if rows is None else Paste(rows)
        batch = batch_name(self._now(), of_tab=rows is None)
        report, done = Imported(), 0
        portions = [paste.rows] if dry_run else [*_portions(paste.rows)]
        for portion in portions:
            watch(done, len(paste.rows), f"importing {counted(len(portion), 'row')}")
            part = self._imported(replace(paste, rows=portion), report, batch, dry_run, by)
            report, done = report.and_then(part), done + len(portion)
            if rows is None and not dry_run:
                watch(done, len(paste.rows), "clearing the tab")
                self._clear(portion, part, report if done == len(paste.rows) else None)
        watch(done, len(paste.rows), "done")
        return report

    def _imported(self, paste: Paste, before: Imported, batch: str, dry_run: bool, by: str) -> Imported:
        """What became of these rows; it stands in the spreadsheet. 1 write."""

        def plan(draft: Draft) -> Plan[Imported]:
            snapshot, now = draft.snapshot, self._now()
            planned = plan_import(snapshot, paste, places=before.places, batch=batch, now=now, by=by)
            waiting = servable(snapshot, planned.changes, policy=self._policy)
            low = self._low(snapshot, planned)
            return Plan(replace(planned.result, waiting=waiting, low=low), planned.changes)

        return self._door.settle(plan, alone=True, dry_run=dry_run)

    def _low(self, snapshot: Snapshot, planned: Plan[Imported]) -> tuple[Alert, ...]:
        """The pools that are low although they got keys."""
        stock = stock_after(snapshot.pools, planned.changes.events, ())
        got_keys = {event.pool: stock.total[event.pool] for event in planned.changes.events}
        shelf = Shelf(replace(stock, total=got_keys), {}, {})
        today, days = self._now().date(), self._policy.pace_days
        given = partial(snapshot.sales.given, today=today, days=days)
        return all_low(shelf, policy=self._policy, given=given)

    def _clear(self, rows: Sequence[PastedRow], part: Imported, whole: Imported | None) -> None:
        """The tab is free of what stands in Import History. 1 read, 1 write.

        Only the last portion leaves the mark that everything is: what an earlier import left over may still
        stand among the rows to come.
        """
        settled = whole.version if whole and whole.count("imported") else 0
        if part.rows:
            self._door.do_alone(self._store.clearing(rows, part.rows, settled=settled))


def _portions(rows: Sequence[PastedRow]) -> Iterator[list[PastedRow]]:
    """The rows by as many as one commit carries; one portion where there are none."""
    portion: list[PastedRow] = []
    weight = 0
    for row in rows:
        bytes_ = KEY_BYTES + sum(map(len, row.cells.values()))
        if portion and weight + bytes_ > IMPORT_BYTES:
            yield portion
            portion, weight = [], 0
        portion.append(row)
        weight += bytes_
    yield portion
