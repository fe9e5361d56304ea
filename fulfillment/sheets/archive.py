"""The second spreadsheet, to which settled history goes: a copy of rows that nobody takes away again.

Its ledgers have the columns of ours, its rows the numbers and versions that they were given. Rows are only
ever added, behind a fence of its own, so that two instances that archive at once add each row once. Where
both spreadsheets have a row, ours counts. Its System row names the spreadsheet that it belongs to, and counts
its rows; to add to it, every one of them must be seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from fulfillment.answers import when
from fulfillment.archiving import connected
from fulfillment.clock import Clock
from fulfillment.errors import BatchRefused, Conflict, Damaged, NotOurs, TornRead
from fulfillment.forgetting import blanked
from fulfillment.model import KeyId, Pool
from fulfillment.persons import Texts
from fulfillment.sheets.batches import Place, Request, rows_at
from fulfillment.sheets.client import Json, SheetsClient, to_bytes
from fulfillment.sheets.codec import Scalar
from fulfillment.sheets.fence import STAMPS_KEPT, create_stamp, delete_stamp
from fulfillment.sheets.looking import LOOK_MASK, Seen, layout_of, read_system
from fulfillment.sheets.numbered import Columns, NumberedRows, Wanted
from fulfillment.sheets.pace import Pace
from fulfillment.sheets.rewriting import Mending, has_moved, last_rows, rewritten
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.sending import Sending
from fulfillment.sheets.setup import make_ready
from fulfillment.sheets.tabs import SYSTEM, Codecs, SystemRow
from fulfillment.workbook import LEDGERS, Archived, Changes, LedgerName, Rewritten

NUMBERS: Wanted = dict.fromkeys(LEDGERS, ())

INDEX: Wanted = {
    "Import History": ("region", "provider", "product_code", "component", "keycode"),
    "Assignments": ("order_id",),
    "Order Cache": ("order_id", "order_name"),
}
"""What everybody has to know: which orders and keys there are, and where each row belongs."""

NAMED: Wanted = {**INDEX, "Order Cache": (*INDEX["Order Cache"], "at", "customer", "email", "outcome")}
"""The same, and which orders still name their customer."""

PERSONS: Wanted = {
    "Import History": ("reason",),
    "Assignments": ("order_id",),
    "Order Cache": ("order_id", "customer", "email"),
}
"""What it takes to find the rows that name a customer."""

LINKS: Wanted = {
    "Import History": ("provider", "keycode"),
    "Assignments": ("order_id", "provider", "keycode"),
    "Order Cache": ("order_id",),
}
"""What it takes to find an order's set."""

PRUNED_AT_ONCE = 20


class Archive:
    """The archive of one spreadsheet; one thread at a time."""

    def __init__(
        self,
        client: SheetsClient,
        schema: Schema,
        belongs_to: str,
        *,
        new_commit_id: Callable[[], str],
        now: Callable[[], datetime],
        clock: Clock,
        reads: Pace,
        writes: Pace,
        names_due: bool = False,
    ) -> None:
        """`belongs_to` is the id of our spreadsheet; Google counts the calls to both together.

        `names_due`: does the index tell which orders still name their customer?
        """
        self._client = client
        self._schema = schema
        self._codecs = Codecs(schema)
        self._belongs_to = belongs_to
        self._new_commit_id = new_commit_id
        self._now = now
        self._clock = clock
        self._reads, self._writes = reads, writes
        self._index = NAMED if names_due else INDEX
        self._rows = NumberedRows(client, self._codecs)

    def read_index(self, standing: Mapping[LedgerName, Collection[int]]) -> Archived:
        """What it has besides the rows that stand in our ledgers, by their numbers. 1 read.

        Raises TornRead where an order or a key is here in part and there in part.
        """
        columns = self._read(self._index)
        if columns is None:
            return Archived()
        numbers = {name: frozenset(columns.places[name]) - set(standing[name]) for name in LEDGERS}
        names: dict[str, dict[str, None]] = {}
        newest, named = dict[str, tuple[str, str]](), set[str]()
        for number, (order_id, name, *more) in sorted(columns.rows("Order Cache")):
            if number not in numbers["Order Cache"]:
                continue
            names.setdefault(order_id, {}).update({name: None} if name else {})
            if more:
                at, customer, email, outcome = more
                newest[order_id] = at, outcome
                named |= {order_id} if customer or email else set()
        for number, (order_id,) in columns.rows("Assignments"):
            if number in numbers["Assignments"] and order_id not in names:
                raise TornRead(f"The archive has a seat of order {order_id}, and not its answers.")
        keys, pools = set[KeyId](), set[Pool]()
        for number, (region, provider, product_code, component, keycode) in columns.rows("Import History"):
            if number in numbers["Import History"]:
                keys.add(KeyId(provider, keycode))
                pools.add(Pool(region, provider, product_code, component))
        orders = {order_id: "\n".join(each) for order_id, each in names.items()}
        people = {order_id: newest[order_id] for order_id in newest if order_id in named}
        return Archived(numbers, orders, frozenset(keys), frozenset(pools), people)

    def sets_of(self, order_ids: Iterable[str]) -> dict[str, Changes]:
        """order_id -> all rows of its set, for the orders that are there. 2 reads."""
        columns = self._read(LINKS)
        if columns is None:
            return {}
        seats = [(no, id_, KeyId(*key)) for no, (id_, *key) in columns.rows("Assignments")]
        answers = list(columns.rows("Order Cache"))
        holders, keys_of = defaultdict[KeyId, list[str]](list), defaultdict[str, set[KeyId]](set)
        for _, order_id, key in seats:
            holders[key].append(order_id)
            keys_of[order_id].add(key)
        there = {order_id for _, (order_id,) in answers}
        sets = {id_: connected(id_, keys_of.__getitem__, holders) for id_ in order_ids if id_ in there}
        orders = set[str]().union(*(orders for orders, _ in sets.values()))
        keys = set[KeyId]().union(*(keys for _, keys in sets.values()))
        rows = self._read_rows(
            columns,
            {
                "Import History": {no for no, key in columns.rows("Import History") if KeyId(*key) in keys},
                "Assignments": {no for no, order_id, _ in seats if order_id in orders},
                "Order Cache": {no for no, (order_id,) in answers if order_id in orders},
            },
        )
        return {order_id: _part(rows, *sets[order_id]) for order_id in sets}

    def take_in(self, rows: Changes, *, until: float) -> None:
        """All these rows are there, and were read there. 5 reads and a write; 3 reads where they were.

        Raises Conflict where another writer was first, Damaged where a row reads otherwise than it is.
        """
        columns, seen = self._look()
        absent = _without(rows, columns)
        if not absent.is_nothing:
            self._append(absent, columns, seen, until)
            columns, _ = self._look()
        wanted = {name: {row.no for row in its} for name, its in rows.ledger_rows().items()}
        there = self._read_rows(columns, wanted)
        if named := _forgotten_since(there, rows):
            self.forget(named, until=until)
            there = self._read_rows(self._look()[0], wanted)
        if there != rows:
            raise Damaged(
                "Rows stand in the archive otherwise than in the spreadsheet, so that they stay in both. "
                "Compare the last rows of its tabs, and put them right from its version history."
            )

    def _look(self) -> tuple[Columns, Seen]:
        """Every number, checked against the System row's count; and the grids. 2 reads, first time more."""
        columns = self._read(NUMBERS)
        if columns is None:
            self._make_ready()
            columns = self._read(NUMBERS)
        if columns is None:
            raise TornRead("The archive's tabs were made, and are not seen yet.")
        return columns, self._checked(columns)

    def _checked(self, columns: Columns) -> Seen:
        """The grids and stamps, where every row that System counts is there and nothing changed. 1 read."""
        last = columns.system.last_no()
        for name in LEDGERS:
            count = last[name]
            if not columns.are(name, count):
                raise TornRead(
                    f"The archive's tab `{name}` should have {count} rows, each with a number of its own. "
                    "Where that stays so, put it right from the version history of the archive."
                )
        self._reads.spend(self._clock.now_s())
        seen = Seen.of(
            self._client.get([f"'{SYSTEM}'!1:2", *(f"'{name}'!1:1" for name in LEDGERS)], LOOK_MASK)
        )
        if read_system(seen.block(SYSTEM), self._codecs) != columns.system:
            raise TornRead("The archive changed while it was read.")
        return seen

    def forget(self, order_ids: Collection[str], *, until: float, dry_run: bool = False) -> int:
        """See Store."""
        columns = self._read(PERSONS)
        if columns is None:
            return 0
        chosen = set(order_ids)
        answers = {no for no, (order_id, *who) in columns.rows("Order Cache") if order_id in chosen}
        if not any(any(who) for no, (_, *who) in columns.rows("Order Cache") if no in answers):
            return 0
        seats = {no for no, (order_id,) in columns.rows("Assignments") if order_id in chosen}
        rows = self._read_rows(columns, {"Assignments": seats, "Order Cache": answers})
        remarks = {no: reason for no, (reason,) in columns.rows("Import History") if reason}
        cells = blanked(rows, Texts(remarks, {}))
        if not dry_run:
            self._rewrite(cells, rows, columns, until)
        return sum(map(len, cells.values()))

    def _rewrite(self, cells: Rewritten, rows: Changes, columns: Columns, until: float) -> None:
        """These texts stand in their rows, which were `rows` before. 1 read, 1 write.

        Rows that were hit in their place, as somebody deleted others meanwhile, are put back.
        """
        seen, standing = self._checked(columns), {name: columns.numbers[name] for name in cells}
        system = _counted(columns.system, Changes(), self._new_commit_id(), when(self._now()))
        places: dict[LedgerName, Place] = {name: self._place(name, seen) for name in LEDGERS}
        requests = [r for name in cells for r in rewritten(places[name], standing[name], cells[name])]
        reply = self._send(requests, system, seen, until, shown=last_rows(standing))
        after = Seen.of(reply or self._client.get(last_rows(standing), LOOK_MASK))
        if any(has_moved(after, name, places[name], standing[name], block=0) for name in cells):
            known = self._known(cells, rows, columns)
            mending = Mending(
                self._client, self._rows, system.version, places, lambda name, no: known[name].get(no)
            )
            mending.run(cells, standing)

    def _known(
        self, cells: Rewritten, rows: Changes, columns: Columns
    ) -> Mapping[LedgerName, Mapping[int, Mapping[str, Scalar]]]:
        """What these `rows` are to say, and others of Order Cache where customers alone were written."""
        known = {name: dict[int, Mapping[str, Scalar]](its) for name, its in cells.items()}
        if all(texts.keys() <= {"customer", "email"} for texts in cells.get("Order Cache", {}).values()):
            for no, (_, customer, email) in columns.rows("Order Cache"):
                known.setdefault("Order Cache", {})[no] = {"customer": customer, "email": email}
        for name, its in rows.ledger_rows().items():
            codec, new = self._codecs.ledgers[name], cells.get(name, {})
            known.setdefault(name, {}).update({r.no: {**codec.values(r), **new.get(r.no, {})} for r in its})
        return known

    def _make_ready(self) -> None:
        self._reads.spend(self._clock.now_s())
        self._writes.spend(self._clock.now_s())
        try:
            make_ready(
                self._client,
                self._schema,
                now=self._now(),
                commit_id=self._new_commit_id(),
                belongs_to=self._belongs_to,
            )
        except BatchRefused:
            raise Conflict("The archive's tabs cannot be made, as when somebody else makes them.") from None

    def _append(self, rows: Changes, columns: Columns, seen: Seen, until: float) -> None:
        """These rows behind the others, and the System row that counts them, all or nothing. 1 write."""
        system = _counted(columns.system, rows, self._new_commit_id(), when(self._now()))
        self._send(self._appended(rows, seen), system, seen, until)

    def _send(
        self,
        requests: Iterable[Request],
        system: SystemRow,
        seen: Seen,
        until: float,
        *,
        shown: Sequence[str] = (),
    ) -> Json | None:
        """These requests behind the fence, and the System row, all or nothing; what the reply shows. 1 write.

        Raises Conflict where another writer was first.
        """
        place = self._place(SYSTEM, seen)
        old = sorted(stamp for stamp in seen.stamps if stamp <= system.version - STAMPS_KEPT)
        whole = [
            create_stamp(system.version, system.commit_id),
            *map(delete_stamp, old[:PRUNED_AT_ONCE]),
            *requests,
            *rows_at(place, 1, [self._codecs.system.values(system)]),
        ]
        show = {
            "includeSpreadsheetInResponse": True,
            "responseRanges": shown,
            "responseIncludeGridData": True,
        }
        body = to_bytes({"requests": whole, **(show if shown else {})})
        sending = Sending(
            self._client, self._writes, self._clock, system.version, system.commit_id, body, until
        )
        try:
            reply = sending.run() or {}
        except BatchRefused:
            raise Conflict("Another writer was first to write to the archive.") from None
        return reply.get("updatedSpreadsheet")

    def _appended(self, rows: Changes, seen: Seen) -> Iterator[Request]:
        for name, added in rows.ledger_rows().items():
            place, codec = self._place(name, seen), self._codecs.ledgers[name]
            cells = [{"values": place.layout.cells(codec.values(row))} for row in added]
            append = {"sheetId": place.grid.sheet_id, "rows": cells, "fields": "userEnteredValue"}
            yield {"appendCells": append}

    def _place(self, title: str, seen: Seen) -> Place:
        codec = self._codecs.system if title == SYSTEM else self._codecs.ledgers[title]  # type: ignore[index]
        return Place(seen.grids[title], layout_of(seen.block(title), codec))

    def _read(self, wanted: Wanted) -> Columns | None:
        """None where the archive has no tabs yet. Raises NotOurs for another spreadsheet's."""
        self._reads.spend(self._clock.now_s())
        try:
            columns = self._rows.read(wanted)
        except BatchRefused:
            return None
        if columns.system.spreadsheet_id != self._belongs_to:
            raise NotOurs(
                "ARCHIVE_SPREADSHEET_ID names the archive of another spreadsheet, by its System row. Name "
                "the one of this spreadsheet, or an empty spreadsheet where it has none yet."
            )
        return columns

    def _read_rows(self, columns: Columns, wanted: Mapping[LedgerName, Collection[int]]) -> Changes:
        self._reads.spend(self._clock.now_s())
        return self._rows.rows(columns, wanted)


def _part(rows: Changes, orders: Collection[str], keys: Collection[KeyId]) -> Changes:
    """The rows of one set."""
    return Changes(
        tuple(event for event in rows.events if event.key in keys),
        tuple(row for row in rows.assignments if row.order_id in orders),
        tuple(answer for answer in rows.answers if answer.order_id in orders),
    )


def _without(rows: Changes, columns: Columns) -> Changes:
    """The rows that are not there yet."""
    there = columns.places
    return Changes(
        tuple(event for event in rows.events if event.no not in there["Import History"]),
        tuple(row for row in rows.assignments if row.no not in there["Assignments"]),
        tuple(answer for answer in rows.answers if answer.no not in there["Order Cache"]),
    )


def _forgotten_since(there: Changes, ours: Changes) -> set[str]:
    """The orders of which the archive still names the customers, where ours names them no more."""
    named = {row.no: row.order_id for row in there.answers if row.customer or row.email}
    return {named[row.no] for row in ours.answers if row.no in named and not (row.customer or row.email)}


def _counted(old: SystemRow, rows: Changes, commit_id: str, at: str) -> SystemRow:
    """The archive's next System row: where ours has a ledger's last number, it has the count of its rows."""
    return replace(
        old,
        version=old.version + 1,
        commit_id=commit_id,
        committed_at=at,
        last_import_no=old.last_import_no + len(rows.events),
        last_assignment_no=old.last_assignment_no + len(rows.assignments),
        last_answer_no=old.last_answer_no + len(rows.answers),
    )
