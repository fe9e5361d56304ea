"""What the tabs say at one version (Snapshot), and what one commit adds to them (Changes)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal, TypeVar

from fulfillment.damage import Damage, is_lost
from fulfillment.drawing import Drawing
from fulfillment.errors import Damaged, InArchive
from fulfillment.imprint import imprint
from fulfillment.messages import Outbox
from fulfillment.model import Answer, Assignment, KeyEvent, KeyId, Message, Pool, Product
from fulfillment.persons import Person
from fulfillment.pools import Pools
from fulfillment.sales import Sales

LedgerName = Literal["Import History", "Assignments", "Order Cache", "Outbox"]
LEDGERS: tuple[LedgerName, ...] = ("Import History", "Assignments", "Order Cache")
"""The books, which only grow."""
OUTBOX: LedgerName = "Outbox"
NUMBERED = (*LEDGERS, OUTBOX)
"""The tabs to which commits append numbered rows; those of the Outbox leave it after some days."""

LedgerRow = KeyEvent | Assignment | Answer | Message
ROW_BYTES = 900
"""A ledger row of 13 to 16 short cells, as CellData in JSON."""

Row = TypeVar("Row", KeyEvent, Assignment, Answer, Message)

Rewritten = Mapping[LedgerName, Mapping[int, Mapping[str, str]]]
"""Ledger -> `no` -> header -> the text that is to stand there from now on."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one commit appends to the ledgers, and the catalogue where it publishes one.

    `no` and `version` of the rows are 0 until `numbered`; `catalogue` None leaves it as it is.
    """

    events: tuple[KeyEvent, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    answers: tuple[Answer, ...] = ()
    catalogue: tuple[Product, ...] | None = None
    views: bool = False
    """Write the views anew although no row asks for it."""
    leaving: Changes | None = None
    """Settled rows that leave, numbered long ago: those of the ledgers are in the archive."""
    returning: Changes | None = None
    """Rows that come back as they were, before anything else happens: settled ones from the archive, or
    missing ones that were rebuilt. All their seats are given out."""
    messages: tuple[Message, ...] = ()
    rewritten: Rewritten = field(default_factory=dict)
    """Texts blanked in rows that stand: the only thing that ever changes in a ledger row."""

    @property
    def is_nothing(self) -> bool:
        rows = self.events or self.assignments or self.answers or self.messages
        moved = self.leaving or self.returning or self.rewritten
        return not rows and not moved and self.catalogue is None and not self.views

    @classmethod
    def together(cls, parts: Sequence[Changes]) -> Changes:
        """The rows of all of these, in their order; of several catalogues the last."""
        catalogues = [part.catalogue for part in parts if part.catalogue is not None]
        return cls(
            tuple(chain.from_iterable(part.events for part in parts)),
            tuple(chain.from_iterable(part.assignments for part in parts)),
            tuple(chain.from_iterable(part.answers for part in parts)),
            catalogues[-1] if catalogues else None,
            any(part.views for part in parts),
            next((part.leaving for part in parts if part.leaving), None),
            next((part.returning for part in parts if part.returning), None),
            tuple(chain.from_iterable(part.messages for part in parts)),
            next((part.rewritten for part in parts if part.rewritten), {}),
        )

    def order_ids(self) -> set[str]:
        """The orders that these rows are of."""
        return {row.order_id for row in self.assignments} | {row.order_id for row in self.answers}

    def weight(self) -> int:
        """About how many bytes these rows take in a request."""
        rows = len(self.events) + len(self.assignments) + len(self.answers) + len(self.messages)
        cells = sum(len(row.items) + len(row.keys) + len(row.details) for row in self.answers)
        return rows * ROW_BYTES + cells + sum(len(row.body) for row in self.messages)

    def numbered(self, last: Mapping[LedgerName, int], version: int) -> Changes:
        """The same, each row with the `no` that follows its ledger's last one, and with its version."""
        return Changes(
            _numbered(self.events, last["Import History"], version),
            _numbered(self.assignments, last["Assignments"], version),
            _numbered(self.answers, last["Order Cache"], version),
            None if self.catalogue is None else tuple(replace(p, version=version) for p in self.catalogue),
            self.views,
            self.leaving,
            self.returning,
            _numbered(self.messages, last[OUTBOX], version),
            self.rewritten,
        )

    def appended(self) -> dict[LedgerName, tuple[LedgerRow, ...]]:
        """What a commit appends to each ledger: rows that come back, then new ones."""
        back = self.returning.ledger_rows() if self.returning else {}
        new = self.ledger_rows()
        return {name: (*back.get(name, ()), *new.get(name, ())) for name in NUMBERED if name in {*back, *new}}

    def ledger_rows(self) -> dict[LedgerName, tuple[LedgerRow, ...]]:
        """The rows by the ledger that they are appended to, without the ledgers that get none."""
        rows: dict[LedgerName, tuple[LedgerRow, ...]] = {
            "Import History": self.events,
            "Assignments": self.assignments,
            "Order Cache": self.answers,
            OUTBOX: self.messages,
        }
        return {name: added for name, added in rows.items() if added}


NOTHING = Changes()


def _numbered(rows: tuple[Row, ...], last: int, version: int) -> tuple[Row, ...]:
    return tuple(replace(row, no=no, version=version) for no, row in enumerate(rows, last + 1))


@dataclass(slots=True)
class OrderFile:
    """All that the ledgers say of one order."""

    answers: list[Answer] = field(default_factory=list)
    seats: list[Assignment] = field(default_factory=list)
    """Every row of Assignments that names this order, in the order of `no`."""
    holdings: list[Assignment] = field(default_factory=list)
    """The seats that it holds now."""
    gone: dict[str, str] = field(default_factory=dict)
    """unit -> SKU of the pieces that were released since it was last released whole, or ever."""

    @property
    def answer(self) -> Answer | None:
        """The newest row of the order cache, which is the one that counts."""
        return self.answers[-1] if self.answers else None

    def record(self, answer: Answer) -> None:
        """Move forward by a row of Order Cache; one that forgets the customer blanks all before it.

        So whoever still knows them from before does not write them again.
        """
        self.answers.append(answer)
        person = Person.of(self.answers) if answer.forgets else None
        if person and person.words:
            self.answers[:] = map(person.out_of_answer, self.answers)
            self.seats[:] = map(person.out_of_seat, self.seats)
            self.holdings[:] = map(person.out_of_seat, self.holdings)

    def advance(self, row: Assignment) -> None:
        """Move forward by a row of Assignments that names this order."""
        self.seats.append(row)
        if row.event == "assigned":
            self.holdings.append(row)
            self._come_back(row)
        elif row.event in ("released", "quarantined"):
            self._let_go(row)

    def _come_back(self, row: Assignment) -> None:
        for unit in row.units:
            self.gone.pop(unit, None)

    def _let_go(self, row: Assignment) -> None:
        held = next((h for h in self.holdings if h.unit == row.unit and h.key == row.key), None)
        if held is None:
            return
        self.holdings.remove(held)
        still_held = {unit for h in self.holdings for unit in h.units}
        self.gone.update({unit: sku for unit, sku in row.pieces if unit not in still_held})
        if not self.holdings:  # released whole: a later order under this id starts anew
            self.gone.clear()

    def after(self, rows: Iterable[Assignment], answer: Answer) -> OrderFile:
        """Another file, as this one will be once these rows stand in the ledgers."""
        file = self.copy()
        for row in rows:
            file.advance(row)
        file.record(answer)
        return file

    def copy(self) -> OrderFile:
        """Another file that moves forward by itself."""
        return OrderFile(list(self.answers), list(self.seats), list(self.holdings), dict(self.gone))


@dataclass(frozen=True, slots=True)
class Archived:
    """What the archive has and the ledgers have not, as far as everybody has to know it."""

    numbers: Mapping[LedgerName, frozenset[int]] = field(default_factory=dict)
    """The `no` of every row."""
    orders: Mapping[str, str] = field(default_factory=dict)
    """order_id -> the names that it bore, one a line."""
    keys: frozenset[KeyId] = frozenset()
    pools: frozenset[Pool] = frozenset()
    """Where these keys belonged: a pool that has sold out is still a pool."""
    named: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """order_id -> (when it was last touched, its outcome) of the orders that still name their customer; read
    only where customers are forgotten after a time."""


@dataclass(slots=True)
class Snapshot:
    """The workbook at one version; moves forward by the rows committed or seen."""

    version: int = 0
    last_no: dict[LedgerName, int] = field(default_factory=lambda: dict.fromkeys(NUMBERED, 0))
    catalogue: dict[str, Product] = field(default_factory=dict)
    catalogue_version: int = 0
    catalogue_gap: str = ""
    """What is plainly missing from the published catalogue as it was read, as a sentence."""
    imprint: str = ""
    """The print of what was published; empty where it is not on record."""
    flaws: tuple[str, ...] = ()
    """What a person changed in the system's own tabs and the next refresh writes anew, a sentence each."""
    damage: Damage = field(default_factory=Damage)
    """What is wrong with the ledgers as they were read."""
    pools: Pools = field(default_factory=Pools)
    sales: Sales = field(default_factory=Sales)
    orders: dict[str, OrderFile] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """order_name -> ids of the orders that bear it."""
    outbox: Outbox = field(default_factory=Outbox)
    rows: dict[LedgerName, int] = field(default_factory=lambda: dict.fromkeys(NUMBERED, 0))
    """How many rows stand in each ledger; those of the archive are not counted."""
    archived_orders: dict[str, str] = field(default_factory=dict)
    """order_id -> the names that it bore, one a line, of each order whose rows the archive has."""
    archived_keys: set[KeyId] = field(default_factory=set)
    archived_named: dict[str, tuple[str, str]] = field(default_factory=dict)
    """See Archived; as the archive was last read, with those that went there since, and without those
    that were seen to be forgotten."""
    lent: dict[str, Changes] = field(default_factory=dict)
    """order_id -> all rows of its set, read from the archive for the plans that are being made."""

    def file(self, order_id: str) -> OrderFile:
        """What is known of an order; an empty file for one never seen.

        Raises InArchive, and Damaged where rows of it are missing or were changed.
        """
        if why := self.damage.orders.get(order_id):
            raise Damaged(why)
        file = self.orders.get(order_id)
        if file is None and order_id in self.archived_orders:
            return self._lent_file(order_id)
        return file or OrderFile()

    def _lent_file(self, order_id: str) -> OrderFile:
        rows = self.lent.get(order_id)
        if rows is None:
            raise InArchive(order_id)
        file = OrderFile()
        for row in rows.assignments:
            if row.order_id == order_id:
                file.advance(row)
        for answer in rows.answers:
            if answer.order_id == order_id:
                file.record(answer)
        return file

    def called(self, name: str) -> set[str]:
        """The ids of the orders that bear this name, archived ones included."""
        archived = {id_ for id_, names in self.archived_orders.items() if name in names.split("\n")}
        return self.names.get(name, set()) | archived if name else set()

    def with_sets(self, changes: Changes) -> Changes:
        """The same, and where it adds to orders of the archive, their whole sets that come back for it."""
        ids = sorted(changes.order_ids() & self.archived_orders.keys())
        if not ids:
            return changes
        sets = [self.lent[order_id] for order_id in ids]
        back = Changes(
            _once(rows.events for rows in sets),
            _once(rows.assignments for rows in sets),
            _once(rows.answers for rows in sets),
        )
        return replace(changes, returning=back)

    def recall(self, archived: Archived) -> None:
        """Know what the archive has."""
        self.archived_orders = dict(archived.orders)
        self.archived_keys = set(archived.keys)
        self.archived_named = dict(archived.named)
        for pool in archived.pools:
            self.pools.know(pool)

    def name_no_more(self, order_ids: Iterable[str]) -> None:
        """The archive was seen to name the customers of these orders no more."""
        for order_id in order_ids:
            self.archived_named.pop(order_id, None)

    def advance(self, changes: Changes, version: int) -> None:
        """Move forward by one commit's numbered rows."""
        if changes.leaving is not None:
            self._retire(changes.leaving)
        if changes.returning is not None:
            self._bring_back(changes.returning)
        self._take_over(changes)
        for name, rows in changes.ledger_rows().items():
            self.last_no[name] = rows[-1].no
        if changes.catalogue is not None:
            self.catalogue = {product.sku: product for product in changes.catalogue}
            self.catalogue_version, self.catalogue_gap = version, ""
            self.imprint = imprint(changes.catalogue)
        self.version = version

    def tell(self, rows: Sequence[Message]) -> None:
        """Move forward by rows of the Outbox that were read; they depend on no other rows."""
        self.outbox.advance(rows)
        self.rows[OUTBOX] += len(rows)
        self.last_no[OUTBOX] = rows[-1].no if rows else self.last_no[OUTBOX]

    def _retire(self, rows: Changes) -> None:
        """Settled rows have gone to the archive; no queue knows their keys any more."""
        for answer in rows.answers:
            names = self.archived_orders.setdefault(answer.order_id, answer.order_name).split("\n")
            if answer.order_name not in names:
                self.archived_orders[answer.order_id] = "\n".join([*filter(None, names), answer.order_name])
            ids = self.names.get(answer.order_name, set())
            ids.discard(answer.order_id)
            if not ids:
                self.names.pop(answer.order_name, None)
        for order_id in rows.order_ids():
            file = self.orders.pop(order_id, None)
            if file and any(row.customer or row.email for row in file.answers):
                self.archived_named[order_id] = file.answers[-1].at, file.answers[-1].outcome
        self.archived_keys.update(event.key for event in rows.events)
        self.pools.retire(rows.events)
        self.outbox.retire(rows.messages)
        self.sales.retire(rows.assignments)
        for name, gone in rows.ledger_rows().items():
            self.rows[name] -= len(gone)

    def _bring_back(self, rows: Changes) -> None:
        """Old rows have come back. Their seats are all taken, so that no queue is another for it."""
        for _, commit in commits_of(rows.events, rows.assignments, rows.answers):
            self._take_over(commit)
        for order_id in rows.order_ids():
            self.archived_orders.pop(order_id, None)
            self.lent.pop(order_id, None)
        self.archived_keys.difference_update(event.key for event in rows.events)

    def _take_over(self, changes: Changes) -> None:
        assignments = [row for row in changes.assignments if not is_lost(row)]
        self.pools.advance([event for event in changes.events if not is_lost(event)], assignments)
        self.sales.advance(assignments)
        for row in assignments:
            self.orders.setdefault(row.order_id, OrderFile()).advance(row)
        for answer in changes.answers:
            if is_lost(answer):
                continue
            file = self.orders.setdefault(answer.order_id, OrderFile())
            if answer.forgets:
                self.outbox.forget(answer.order_id, Person.of(file.answers))
            file.record(answer)
            if answer.order_name:
                self.names[answer.order_name].add(answer.order_id)
        self.outbox.advance(changes.messages)
        for name, rows in changes.ledger_rows().items():
            self.rows[name] += len(rows)

    def draft(self) -> Draft:
        """Where a group of plans sees what the plans before it have taken."""
        return Draft(self, Drawing(self.pools))


@dataclass(slots=True)
class Draft:
    """A snapshot, and the plans made on it so far; the snapshot itself stays as it is."""

    snapshot: Snapshot
    drawing: Drawing
    _files: dict[str, OrderFile] = field(default_factory=dict)

    def file(self, order_id: str) -> OrderFile:
        """What is known of an order, the plans so far included."""
        return self._files.get(order_id) or self.snapshot.file(order_id)

    def check_assigning(self) -> None:
        """Raises Damaged where nothing new may be assigned: a missing row may have given it before."""
        if why := self.snapshot.damage.assigning:
            raise Damaged(why)

    def advance(self, changes: Changes) -> None:
        """Let the plans that come next see these rows. Seats assigned were drawn by their plan already."""
        for row in changes.assignments:
            self._own_file(row.order_id).advance(row)
            if row.event in ("released", "restored"):
                self.drawing.give_back(row.pool, row.keycode)
        for answer in changes.answers:
            self._own_file(answer.order_id).record(answer)

    def _own_file(self, order_id: str) -> OrderFile:
        if order_id not in self._files:
            self._files[order_id] = self.snapshot.file(order_id).copy()
        return self._files[order_id]


def _once(ledgers: Iterable[tuple[Row, ...]]) -> tuple[Row, ...]:
    """Each row of these once, by `no`: two orders of one set bring the same rows."""
    rows = {row.no: row for row in chain.from_iterable(ledgers)}
    return tuple(rows[no] for no in sorted(rows))


def by_version(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Ledger rows grouped by the commit that wrote them, in the order of `no`."""
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.no):
        groups[row.version].append(row)
    return groups


def commits_of(
    events: Iterable[KeyEvent], assignments: Iterable[Assignment], answers: Iterable[Answer]
) -> Iterator[tuple[int, Changes]]:
    """Ledger rows as the commits that wrote them, oldest first: (version, its rows)."""
    by_events, by_assignments, by_answers = by_version(events), by_version(assignments), by_version(answers)
    for version in sorted({*by_events, *by_assignments, *by_answers}):
        yield (
            version,
            Changes(
                tuple(by_events.get(version, ())),
                tuple(by_assignments.get(version, ())),
                tuple(by_answers.get(version, ())),
            ),
        )
