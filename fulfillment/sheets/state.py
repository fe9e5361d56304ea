"""What an instance knows of the workbook: read whole once, then moved forward by looks and commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fulfillment.errors import BatchRefused, NotOurs, NotSetUp, TornRead
from fulfillment.model import KeyEvent, Product
from fulfillment.sheets.archive import Archive
from fulfillment.sheets.batches import Commit, Place
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.codec import Layout, header_of
from fulfillment.sheets.looking import (
    LOOK_MASK,
    Anchor,
    Rows,
    Seen,
    anchor_of,
    column_letters,
    is_still_there,
    is_tidy,
    layout_of,
    missing_products,
    numbers_of,
    read_ledger,
    read_messages,
    read_products,
    read_system,
)
from fulfillment.sheets.tabs import KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM, Codecs, SystemRow
from fulfillment.workbook import (
    LEDGERS,
    NUMBERED,
    OUTBOX,
    Archived,
    LedgerName,
    LedgerRow,
    Snapshot,
    commits_of,
)

VIEW_RANGES = (f"'{SYSTEM}'!1:2", f"'{LIVE_CATALOGUE}'", f"'{KEY_INVENTORY}'!1:1")
HEADER_RANGES = tuple(f"'{name}'!1:1" for name in NUMBERED)
"""Google shows a sheet's id and size only where a range of it is asked for."""


@dataclass(slots=True)
class State:
    """What this instance knows, and since when."""

    snapshot: Snapshot
    system: SystemRow
    places: dict[str, Place]
    anchors: dict[LedgerName, Anchor]
    stamps: set[int]
    is_tidy: bool
    """Is Live Catalogue without gaps, in the order of `snapshot.catalogue`?"""
    looked_at: float
    """Monotonic time: this was the truth then, or later."""

    def advance(self, commit: Commit, sent_at: float) -> None:
        """Move forward by a commit of ours that landed."""
        system = commit.system
        self.snapshot.advance(commit.changes, system.version)
        self.system = system
        self.stamps = (self.stamps | {system.version}) - set(commit.forget)
        self.is_tidy = self.is_tidy or commit.whole_catalogue
        self.looked_at = sent_at
        for name in commit.standing:
            self.anchors[name] = Anchor(*commit.left(name))
        for name, rows in commit.changes.appended().items():
            anchor = self.anchors[name]
            self.anchors[name] = Anchor(anchor.row + len(rows), rows[-1].no, system.version)

    def to_be_looked_at(self) -> State:
        """The same, not to be relied on before the next look."""
        self.looked_at = float("-inf")
        return self

    def sees_same_columns(self, seen: Seen, commit: Commit) -> bool:
        """Do the tabs after a commit have their columns where it wrote them? Takes over the grids' sizes."""
        for title in [*commit.written(), SYSTEM]:
            place = self.places[title]
            if title not in seen.grids:
                return False
            self.places[title] = replace(place, grid=seen.grids[title])
            rows = seen.block(title)
            if header_of(rows[0] if rows else []) != place.layout.header_row:
                return False
        return True

    def sees_rows_left(self, seen: Seen, commit: Commit) -> bool:
        """Is the last row of each ledger that rows left the one that it must be?"""
        for name in commit.standing:
            _, number = commit.left(name)
            rows, place = seen.block(name, 1), self.places[name].layout.place["no"]
            shown = rows[0][place] if rows and place < len(rows[0]) else None
            if number is not None and shown != number:
                return False
        return True


def read_everything(
    client: SheetsClient,
    codecs: Codecs,
    *,
    began: float,
    archive: Archive | None = None,
    outbox_as_it_is: bool = False,
) -> State:
    """The whole workbook as from `began` on. 2 reads, and 1 of the archive where there is one.

    Raises TornRead where they do not add up, NotSetUp, NotOurs.
    """
    try:
        seen = Seen.of(client.get([*VIEW_RANGES, *HEADER_RANGES], LOOK_MASK))
        tabs = dict(zip(NUMBERED, client.values([f"'{name}'" for name in NUMBERED]), strict=True))
    except BatchRefused:
        titles = ", ".join(f"`{title}`" for title in (*NUMBERED, KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM))
        raise NotSetUp(
            f"A tab is missing: there must be {titles}. Run setup, which adds what is missing."
        ) from None
    system = system_of(seen, client, codecs)
    layouts = {name: layout_of(tabs[name], codecs.ledgers[name]) for name in NUMBERED}
    archived = _archived(archive, tabs, layouts)
    rows: dict[LedgerName, Sequence[LedgerRow]] = {
        name: read_ledger(
            name,
            tabs[name],
            layouts[name],
            system,
            after=0,
            codecs=codecs,
            archived=archived.numbers.get(name, frozenset()),
        )
        for name in LEDGERS
    }
    outbox = (tabs[OUTBOX], layouts[OUTBOX], system)
    rows[OUTBOX] = read_messages(*outbox, after=0, codecs=codecs, as_it_is=outbox_as_it_is)
    anchors = {
        name: anchor_of(tabs[name], layouts[name], first_row=1, last_no=system.last_no()[name])
        for name in NUMBERED
    }
    state = _stated(Snapshot(), seen, system, rows, layouts, anchors, began, codecs)
    _recall(state.snapshot, archived)
    return state


def _archived(
    archive: Archive | None, tabs: Mapping[LedgerName, Rows], layouts: Mapping[LedgerName, Layout]
) -> Archived:
    """What the archive has besides the rows that stand here."""
    if archive is None:
        return Archived()
    return archive.read_index({name: numbers_of(tabs[name], layouts[name]) for name in LEDGERS})


def _recall(snapshot: Snapshot, archived: Archived) -> None:
    """Raises TornRead where a part of an order's or a key's rows stands here and the other in the archive."""
    halved = len(snapshot.orders.keys() & archived.orders.keys())
    halved += len(snapshot.pools.keys.keys() & archived.keys)
    if halved:
        raise TornRead(f"{halved} orders or keys have some of their rows in the archive alone.")
    snapshot.recall(archived)


def look(
    state: State,
    client: SheetsClient,
    codecs: Codecs,
    *,
    began: float,
    archive: Archive | None = None,
    outbox_as_it_is: bool = False,
) -> State:
    """The workbook as it is now, each ledger from the last row known on. 1 read.

    Where that row is not the same any more, or a column moved, everything is read anew: 3 reads.
    """
    anew = partial(
        read_everything, client, codecs, began=began, archive=archive, outbox_as_it_is=outbox_as_it_is
    )
    layouts = {name: state.places[name].layout for name in NUMBERED}
    try:
        seen = Seen.of(client.get([*VIEW_RANGES, *_tail_ranges(state.anchors, layouts)], LOOK_MASK))
    except BatchRefused:  # a tab is gone, or shorter than it was
        return anew()
    system = system_of(seen, client, codecs)
    if system.version < state.snapshot.version:
        raise TornRead(f"Version {system.version} was read after {state.snapshot.version} was seen.")
    if not all(_is_same_ledger(seen, name, state) for name in NUMBERED):
        return anew()
    tails = {name: seen.block(name, 1) for name in NUMBERED}
    last = state.snapshot.last_no
    rows: dict[LedgerName, Sequence[LedgerRow]] = {
        name: read_ledger(name, tails[name], layouts[name], system, after=last[name], codecs=codecs)
        for name in LEDGERS
    }
    outbox = (tails[OUTBOX], layouts[OUTBOX], system)
    rows[OUTBOX] = read_messages(*outbox, after=last[OUTBOX], codecs=codecs, as_it_is=outbox_as_it_is)
    if _came_back(state.snapshot, rows):
        return anew()
    anchors = {
        name: anchor_of(
            tails[name], layouts[name], first_row=state.anchors[name].row, last_no=system.last_no()[name]
        )
        for name in NUMBERED
    }
    return _stated(state.snapshot, seen, system, rows, layouts, anchors, began, codecs)


def _tail_ranges(anchors: Mapping[LedgerName, Anchor], layouts: Mapping[LedgerName, Layout]) -> Iterable[str]:
    for name, anchor in anchors.items():
        yield f"'{name}'!1:1"
        yield f"'{name}'!A{anchor.row}:{column_letters(layouts[name].width - 1)}"


def _is_same_ledger(seen: Seen, name: LedgerName, state: State) -> bool:
    """Do the columns, and the last row known, still stand where they stood?"""
    known = state.places[name].layout
    header = seen.block(name)
    now = Layout.of(known.tab, header[0] if header else [])
    return now.header_row == known.header_row and is_still_there(
        state.anchors[name], seen.block(name, 1), now
    )


def _came_back(snapshot: Snapshot, rows: Mapping[LedgerName, Sequence[LedgerRow]]) -> bool:
    """Has another instance brought an order back that we take for archived? It never does so for nothing:
    a new row of the order is always among those of the same commit."""
    archived = snapshot.archived_orders
    books = (rows[name] for name in LEDGERS)
    orders = {row.order_id for ledger in books for row in ledger if not isinstance(row, KeyEvent)}
    return bool(archived) and not orders.isdisjoint(archived)


def system_of(seen: Seen, client: SheetsClient, codecs: Codecs) -> SystemRow:
    """The System row, checked against the stamps of the same read. Raises TornRead, NotOurs.

    A row newer than the stamps is normal, as a commit may fall in between; an older one is a stale read.
    """
    system = read_system(seen.block(SYSTEM), codecs)
    if system.spreadsheet_id != client.spreadsheet_id:
        raise NotOurs(
            "This spreadsheet is a copy of another one: its System row names a different spreadsheet. "
            "Nothing is assigned from it. To take it over, run `python -m fulfillment setup --adopt`."
        )
    if max(seen.stamps, default=0) > system.version:
        raise TornRead(
            f"System says version {system.version}, and a stamp of a later one stands. Where that stays so, "
            "the spreadsheet was restored to an earlier state: see `python -m fulfillment setup --adopt`."
        )
    return system


def _stated(
    snapshot: Snapshot,
    seen: Seen,
    system: SystemRow,
    rows: Mapping[LedgerName, Sequence[LedgerRow]],
    layouts: Mapping[LedgerName, Layout],
    anchors: dict[LedgerName, Anchor],
    began: float,
    codecs: Codecs,
) -> State:
    """The state that a read shows; raises before it moves the snapshot."""
    live = seen.block(LIVE_CATALOGUE)
    products = read_products(live, system, codecs)
    places: dict[str, Place] = {
        **{str(name): Place(seen.grids[name], layouts[name]) for name in NUMBERED},
        LIVE_CATALOGUE: Place(seen.grids[LIVE_CATALOGUE], layout_of(live, codecs.catalogue)),
        KEY_INVENTORY: Place(
            seen.grids[KEY_INVENTORY], layout_of(seen.block(KEY_INVENTORY), codecs.inventory)
        ),
        SYSTEM: Place(seen.grids[SYSTEM], layout_of(seen.block(SYSTEM), codecs.system)),
    }
    tidy = is_tidy(live, products, places[LIVE_CATALOGUE].layout)
    gap = missing_products(live, system, codecs)
    _advance(snapshot, rows, products, system)
    snapshot.catalogue_gap = gap
    return State(snapshot, system, places, anchors, set(seen.stamps), tidy, began)


def _advance(
    snapshot: Snapshot,
    rows: Mapping[LedgerName, Sequence[LedgerRow]],
    products: tuple[Product, ...],
    system: SystemRow,
) -> None:
    for version, changes in commits_of(*(rows[name] for name in LEDGERS)):  # type: ignore[arg-type]
        snapshot.advance(changes, version)
    snapshot.tell(rows[OUTBOX])  # type: ignore[arg-type]
    snapshot.last_no[OUTBOX] = system.last_message_no
    snapshot.catalogue = {product.sku: product for product in products}
    snapshot.catalogue_version = system.catalogue_version
    snapshot.version = system.version
