"""The workbook in Google Sheets: looked at, and moved forward by one batchUpdate a commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from fulfillment.answers import when
from fulfillment.catalogue import CatalogueRow
from fulfillment.clock import CLOCK, Clock
from fulfillment.damage import Breach
from fulfillment.errors import (
    BatchRefused,
    CommitUncertain,
    Conflict,
    Damaged,
    FulfillmentError,
    GoogleAway,
    LookAgain,
    QuotaSpent,
    TornRead,
)
from fulfillment.imprint import imprint
from fulfillment.intake import RowResult
from fulfillment.model import KeyId
from fulfillment.pasting import Paste, PastedRow
from fulfillment.persons import Texts
from fulfillment.ports import Books, Views, ViewsShown
from fulfillment.sheets import books, import_tab, people
from fulfillment.sheets.archive import Archive
from fulfillment.sheets.batches import Commit, Place
from fulfillment.sheets.clearing import Clearing
from fulfillment.sheets.client import Json, SheetsClient, to_bytes
from fulfillment.sheets.codec import Scalar
from fulfillment.sheets.collecting import uncollected
from fulfillment.sheets.fence import STAMPS_KEPT
from fulfillment.sheets.handover import MOVED, Handover
from fulfillment.sheets.looking import LOOK_MASK, Seen
from fulfillment.sheets.numbered import Wanted
from fulfillment.sheets.pace import Pace
from fulfillment.sheets.rewriting import Mending
from fulfillment.sheets.righting import put_right
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.sending import RETRY_FIRST_S, RETRY_MOST_S, Sending
from fulfillment.sheets.setup import name_again
from fulfillment.sheets.standing import Standing
from fulfillment.sheets.state import State, look, read_everything
from fulfillment.sheets.tabs import Codecs, SystemRow
from fulfillment.workbook import OUTBOX, Changes, LedgerName, Snapshot

TEXTS: Wanted = {
    "Import History": ("reason",),
    "Assignments": (),
    "Order Cache": (),
    OUTBOX: ("order_id", "body"),
}
"""The texts beside the orders' own rows that may name a customer."""

TORN_PATIENCE_S = 6.0
"""For so long, and so many looks, one that does not add up is taken for a lagging read; after that a person
broke the tabs."""
TORN_LOOKS = 4

REFUSED_PATIENCE_S = 5.0
"""A commit was refused, and for so long every look shows the version it was based on: reads lag by some
seconds at the most, so nobody else was first and the batch itself is bad."""

RIVALS_VIEW_AGE_S = 0.5
"""How old a view may be while others are writing."""

ORDERS_TOLD = 100
"""Order ids in one line of the log: Cloud Logging cuts a line at 256 kB."""

log = logging.getLogger("fulfillment")

PRUNED_AT_ONCE = 20
"""Stamps that one commit forgets at the most, where several have grown too old."""


class SheetStore:
    """A Store on one spreadsheet; one thread at a time."""

    def __init__(
        self,
        client: SheetsClient,
        schema: Schema,
        *,
        new_commit_id: Callable[[], str],
        now: Callable[[], datetime],
        clock: Clock = CLOCK,
        archive: SheetsClient | None = None,
        names_due: bool = False,
    ) -> None:
        """`new_commit_id` gives 12 characters that no other commit has; settled rows go to `archive`.

        `names_due`: is it to be known of which archived orders the customers are still named?
        """
        self._client = client
        self._schema = schema
        self._codecs = Codecs(schema)
        self._new_commit_id = new_commit_id
        self._now = now
        self._clock = clock
        self._state: State | None = None
        self._reads, self._writes = Pace(), Pace()
        self._standing = Standing(client, self._codecs)
        self._handover = self._with_archive(archive, names_due) if archive else None
        self._own_version = 0
        """The version of our last commit."""
        self._refused_at: float | None = None
        """When Google refused a commit on the version that is still the newest."""
        self._is_outdated = False
        """Is everything to be read anew?"""
        self._highest = 0
        """The highest version ever seen: none below it is accepted, also not by reading everything anew."""
        self._calls_told = 0
        """Calls that lines of the log have counted."""
        self._torn: list[float] = []
        """When looks did not add up, since the last one that did, or the last commit."""

    def _with_archive(self, client: SheetsClient, names_due: bool) -> Handover:
        """Google counts the calls to both spreadsheets together."""
        archive = Archive(
            client,
            self._schema,
            self._client.spreadsheet_id,
            new_commit_id=self._new_commit_id,
            now=self._now,
            clock=self._clock,
            reads=self._reads,
            writes=self._writes,
            names_due=names_due,
        )
        return Handover(self._standing, archive)

    @property
    def _archive(self) -> Archive | None:
        return self._handover.archive if self._handover else None

    def snapshot(self, *, looked_since: float) -> Snapshot:
        """See Store."""
        if self._writes.has_rivals:  # what is known is likely old, and a look cheaper than a refused write
            looked_since = max(looked_since, self._clock.now_s() - RIVALS_VIEW_AGE_S)
        if self._state is None or self._is_outdated or self._is_older(self._state, looked_since):
            self._reads.spend(self._clock.now_s())
            self._state = self._looked()
        return self._state.snapshot

    def _is_older(self, state: State, looked_since: float) -> bool:
        """A gap in the catalogue may have been a torn read: it is looked at again whenever somebody asks."""
        return state.looked_at < looked_since or bool(state.snapshot.catalogue_gap)

    def ready_in_s(self) -> float:
        """See Store."""
        now = self._clock.now_s()
        return max(self._reads.ready_in_s(now), self._writes.ready_in_s(now))

    def ahead_s(self) -> float:
        """See Store."""
        return self._client.ahead_s

    def forget(self) -> None:
        """See Store."""
        self._is_outdated = True

    def _looked(self) -> State:
        """A look that adds up, or where looking again has not helped for long, one that says what is wrong.

        Raises TornRead, and Damaged where nobody can tell what stands there.
        """
        try:
            state = self._checked(self._look())
        except TornRead as torn:
            self._torn.append(self._clock.now_s())
            if len(self._torn) < TORN_LOOKS or self._torn[-1] - self._torn[0] < TORN_PATIENCE_S:
                raise
            self._torn.clear()
            state = self._despite(torn)
        self._torn.clear()
        if state.snapshot.version > self._highest and self._refused_at is not None:
            self._writes.lost(self._clock.now_s(), jitter=self._clock.chance())  # it was a race
            self._refused_at = None
        self._highest = state.snapshot.version
        return state

    def _checked(self, state: State) -> State:
        if state.snapshot.version < self._highest:
            raise TornRead(f"Version {state.snapshot.version} was read after {self._highest} was seen.")
        return state

    def _look(self) -> State:
        if self._state is None or self._is_outdated:
            self._is_outdated = False  # also where it fails: what was known before is still good
            return self._everything(known=self._state.snapshot if self._state else None)
        return look(self._state, self._client, self._codecs, began=self._clock.now_s(), archive=self._archive)

    def _everything(self, *, known: Snapshot | None = None, despite: bool = False) -> State:
        began = self._clock.now_s()
        with uncollected():
            return read_everything(
                self._client, self._codecs, began=began, archive=self._archive, known=known, despite=despite
            )

    def _despite(self, torn: TornRead) -> State:
        """Everything, as a person has left it. Raises Damaged where that cannot be read either."""
        self._reads.spend(self._clock.now_s())
        try:
            return self._checked(self._everything(despite=True))
        except TornRead as still:
            message = f"{still} Nothing is assigned until that is put right: run the audit."
            raise Damaged(message) from torn

    def commit(self, changes: Changes, views: Views, *, until: float) -> None:
        """See Store."""
        state = self._state
        assert state is not None, "a commit is planned on a snapshot"
        commit = self._commit(state, changes, views)
        places, sent_at = dict(state.places), self._clock.now_s()
        self._state = None  # whatever happens now, look before the next plan ...
        try:
            reply = self._sent(commit, state, until)
        except FulfillmentError:
            self._state = state.to_be_looked_at()  # ... but go on from here
            raise
        foreign = commit.system.version - 1 - self._own_version if self._own_version else 0
        self._writes.won(self._clock.now_s(), foreign=foreign, jitter=self._clock.chance())
        self._own_version = self._highest = commit.system.version
        self._torn.clear()
        self._refused_at = None
        state.advance(commit, sent_at)
        if not state.snapshot.damage.is_none and changes.returning:
            state.to_be_looked_at()  # what was missing is there again, and what was set aside for it still is
        self._tell(commit, sent_at)
        self._see_it_stand(commit, state, places, reply, until)

    def _tell(self, commit: Commit, sent_at: float) -> None:
        """One line of the log a commit: what it was about, how long it took, and the calls since the last."""
        rows = {name: len(rows) for name, rows in commit.changes.appended().items()}
        orders = sorted(commit.changes.order_ids())
        calls, self._calls_told = self._client.calls - self._calls_told, self._client.calls
        facts = {
            "version": commit.system.version,
            "orders": orders[:ORDERS_TOLD],
            "order_count": len(orders),
            "rows": rows,
            "ms": round((self._clock.now_s() - sent_at) * 1000),
            "api_calls": calls,
        }
        log.info("commit %s", commit.system.version, extra=facts)

    def _see_it_stand(
        self, commit: Commit, state: State, places: Mapping[str, Place], reply: Json | None, until: float
    ) -> None:
        """Nothing is answered before its rows stand where everybody looks for them.

        Raises CommitUncertain where that could not be told in time: the commit stands, and what was planned
        for it must not be planned again as if somebody else had done it.
        """

        def see() -> None:
            shown = (reply or {}).get("updatedSpreadsheet")
            seen = Seen.of(shown or self._client.get(commit.shown_ranges(), LOOK_MASK))
            is_same = state.sees_same_columns(seen, commit, self._codecs)
            is_in_place = is_same and state.sees_rows_left(seen, commit)
            if commit.changes.leaving and not is_in_place:
                raise Damaged(MOVED)
            if not is_same:
                put_right(self._client, self._codecs, commit, places, seen.notes)
            if commit.changes.rewritten and not is_in_place:
                self._mend(commit, state.snapshot, places)
            elif is_same:
                self._state = state

        seeing = self._clock.retrying(
            GoogleAway, QuotaSpent, first_s=RETRY_FIRST_S, most_s=RETRY_MOST_S, until=until
        )
        try:
            seeing(see)
        except (GoogleAway, QuotaSpent) as error:
            raise CommitUncertain(f"Whether its columns are where they were is not known: {error}") from error

    def _mend(self, commit: Commit, snapshot: Snapshot, places: Mapping[str, Place]) -> None:
        """Rows were deleted or columns moved under a commit of texts: each row says what it is to say.

        `places` are those the commit was written by.
        """
        rewritten, numbered = commit.changes.rewritten, self._standing.rows
        files = snapshot.orders.values()
        known: dict[LedgerName, dict[int, Any]] = {
            "Assignments": {row.no: row for file in files for row in file.seats},
            "Order Cache": {row.no: row for file in files for row in file.answers},
        }

        def truth(name: LedgerName, no: int) -> Mapping[str, Scalar] | None:
            if row := known.get(name, {}).get(no):
                return self._codecs.ledgers[name].values(row)
            is_same = numbered.layout(name).place == places[name].layout.place
            return rewritten[name].get(no) if is_same else None

        concerned = {name: places[name] for name in rewritten}
        mending = Mending(self._client, numbered, commit.system.version, concerned, truth)
        mending.run(rewritten, commit.standing)

    def _sent(self, commit: Commit, state: State, until: float) -> Json | None:
        """The reply, None where it was lost. Raises Conflict for a 400 that a look may explain."""
        version, now = commit.system.version, self._clock.now_s()
        if self._refused_at is not None and now - self._refused_at < REFUSED_PATIENCE_S:
            raise Conflict(f"Version {version} was refused, and who committed it is not seen yet.")
        body = to_bytes(commit.body(state.places, self._codecs, prune=self._refused_at is None))
        commit_id = commit.system.commit_id
        sending = Sending(self._client, self._writes, self._clock, version, commit_id, body, until)
        try:
            return sending.run()
        except BatchRefused:
            if self._refused_at is not None:
                raise
            self._refused_at = now
            raise Conflict(f"Google refused version {version}, as when another writer was first.") from None
        except Conflict:
            self._writes.lost(self._clock.now_s(), jitter=self._clock.chance())
            raise

    def _commit(self, state: State, changes: Changes, views: Views) -> Commit:
        snapshot, version = state.snapshot, state.snapshot.version + 1
        numbered = changes.numbered(snapshot.last_no, version)
        old = sorted(stamp for stamp in state.stamps if stamp <= version - STAMPS_KEPT)
        published = numbered.catalogue
        # where some of it is missing it is left as it is: written anew, nobody could tell any more
        known = () if snapshot.catalogue_gap else tuple(snapshot.catalogue.values())
        is_whole = published is not None or ((changes.views or not state.is_tidy) and bool(known))
        catalogue = known if published is None else published
        system = self._system_row(state, numbered, version)
        is_new = is_whole and system.catalogue_version not in state.records
        return Commit(
            changes=numbered,
            views=views,
            system=system,
            forget=tuple(old[:PRUNED_AT_ONCE]),
            catalogue=catalogue,
            whole_catalogue=is_whole,
            record=imprint(catalogue) if is_new else "",
            retired=tuple(sorted(state.records)),
            ends={name: anchor.row for name, anchor in state.anchors.items()},
            standing=self._standing_in(snapshot, changes),
        )

    def _standing_in(self, snapshot: Snapshot, changes: Changes) -> Mapping[LedgerName, Sequence[int]]:
        """Every `no` that stands in the tabs that rows leave, or are changed in."""
        leaving = changes.leaving.ledger_rows() if changes.leaving else {}
        if OUTBOX in leaving:
            return {OUTBOX: snapshot.outbox.standing()}
        names = [*leaving, *changes.rewritten]
        return self._standing.of(snapshot, names) if names else {}

    def _system_row(self, state: State, changes: Changes, version: int) -> SystemRow:
        last: dict[LedgerName, int] = dict(state.snapshot.last_no)
        last.update({name: rows[-1].no for name, rows in changes.ledger_rows().items()})
        return SystemRow(
            version=version,
            commit_id=self._new_commit_id(),
            committed_at=when(self._now()),
            last_import_no=last["Import History"],
            last_assignment_no=last["Assignments"],
            last_answer_no=last["Order Cache"],
            last_message_no=last[OUTBOX],
            catalogue_version=version if changes.catalogue is not None else state.system.catalogue_version,
            schema_version=self._schema.version,
            spreadsheet_id=self._client.spreadsheet_id,
        )

    def read_books(self) -> tuple[list[Breach], Books | None]:
        """See Store."""
        return books.read_books(self._client, self._codecs, self._archive)

    def read_views(self) -> ViewsShown:
        """See Store."""
        return books.read_views(self._client, self._codecs)

    def name_again(self) -> list[str]:
        """See Store."""
        return name_again(self._client, self._schema)

    def lend(self, order_ids: Collection[str]) -> None:
        """See Store."""
        assert self._state is not None
        assert self._handover is not None
        try:
            self._handover.lend(self._state.snapshot, order_ids)
        except TornRead:
            self.forget()
            raise

    def hand_over(self, rows: Changes, keys: Collection[KeyId], *, until: float) -> Changes:
        """See Store."""
        assert self._state is not None
        assert self._handover is not None
        try:
            return self._handover.hand_over(self._state.snapshot, rows, keys, until)
        except LookAgain:
            self._state.to_be_looked_at()
            raise

    def read_texts(self) -> Texts:
        """See Store."""
        assert self._state is not None
        self._reads.spend(self._clock.now_s())
        try:
            columns = self._standing.read(self._state.snapshot, TEXTS)
        except LookAgain:
            self._state.to_be_looked_at()
            raise
        remarks = {no: reason for no, (reason,) in columns.rows("Import History") if reason}
        bodies = {no: (order_id, body) for no, (order_id, body) in columns.rows(OUTBOX) if body}
        return Texts(remarks, bodies)

    def forget_archived(self, order_ids: Collection[str], *, until: float, dry_run: bool = False) -> int:
        """See Store."""
        if not self._archive:
            return 0
        assert self._state is not None
        rows = self._archive.forget(order_ids, until=until, dry_run=dry_run)
        if not dry_run:
            self._state.snapshot.name_no_more(order_ids)
        return rows

    def read_catalogue(self) -> Sequence[CatalogueRow]:
        """See Store."""
        return people.read_catalogue(self._client, self._schema)

    def read_import_tab(self) -> Paste:
        """See Store."""
        return import_tab.read_import_tab(self._client, self._schema)

    def clearing(
        self, pasted: Sequence[PastedRow], results: Sequence[RowResult], *, settled: int
    ) -> Callable[[], None]:
        """See Store."""
        return Clearing.after(self._client, self._schema, pasted, results, settled).run
