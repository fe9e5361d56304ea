"""What an instance knows of the workbook: read whole once, then moved forward by looks and commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fulfillment.damage import REBUILD, Damage
from fulfillment.diagnosis import diagnose, with_halved
from fulfillment.errors import BatchRefused, NotOurs, NotSetUp, TornRead
from fulfillment.model import Product
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
    numbers_of,
    read_messages,
    read_products,
    read_system,
)
from fulfillment.sheets.sifting import check_whole, read_ledger, sift
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
            newest, is_rebuilt = rows[-1], rows[-1].by == REBUILD
            self.anchors[name] = Anchor(anchor.row + len(rows), newest.no, newest.version, is_rebuilt)

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
    known: Snapshot | None = None,
    despite: bool = False,
) -> State:
    """The whole workbook as from `began` on. 2 reads, and 1 of the archive where there is one.

    Raises TornRead where the ledgers do not add up, unless they did so before (`known`), or `despite` all:
    then the snapshot says what is wrong, and what has to wait for that. Raises NotSetUp, NotOurs.
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
    sifted = {
        name: sift(
            name,
            tabs[name][1:],
            layouts[name],
            system,
            after=0,
            codecs=codecs,
            archived=archived.numbers.get(name, frozenset()),
        )
        for name in LEDGERS
    }
    if not despite and (known is None or known.damage.is_none):
        for name in LEDGERS:
            check_whole(name, sifted[name].gaps, system)
    rows: dict[LedgerName, Sequence[LedgerRow]] = {name: sifted[name].rows for name in LEDGERS}
    outbox = (tabs[OUTBOX], layouts[OUTBOX], system)
    rows[OUTBOX] = read_messages(*outbox, after=0, codecs=codecs, as_it_is=despite)
    anchors = {
        name: anchor_of(tabs[name], layouts[name], first_row=1, last_no=system.last_no()[name])
        for name in NUMBERED
    }
    has_gap = despite or bool(known and known.catalogue_gap)
    state = _stated(Snapshot(), seen, system, rows, layouts, anchors, began, codecs, despite=has_gap)
    state.snapshot.recall(archived)
    gaps = {name: sifted[name].gaps for name in LEDGERS}
    damage = diagnose(state.snapshot, gaps, rows["Import History"])  # type: ignore[arg-type]
    _judge(state.snapshot, with_halved(damage, state.snapshot, archived), known, despite=despite)
    return state


def _archived(
    archive: Archive | None, tabs: Mapping[LedgerName, Rows], layouts: Mapping[LedgerName, Layout]
) -> Archived:
    """What the archive has besides the rows that stand here."""
    if archive is None:
        return Archived()
    return archive.read_index({name: numbers_of(tabs[name], layouts[name]) for name in LEDGERS})


def _judge(snapshot: Snapshot, damage: Damage, known: Snapshot | None, *, despite: bool) -> None:
    """The snapshot knows what is wrong with it, and gives out no seat that may be given already.

    Raises TornRead where that is more than was known, unless it is to be read `despite` all.
    """
    if not despite and not damage.signs <= (known.damage.signs if known else frozenset()):
        raise TornRead(damage.message)
    snapshot.damage = damage
    snapshot.pools.set_aside(damage.claims, damage.off)


def look(
    state: State,
    client: SheetsClient,
    codecs: Codecs,
    *,
    began: float,
    archive: Archive | None = None,
) -> State:
    """The workbook as it is now, each ledger from the last row known on. 1 read.

    Where that row is not the same any more, a column moved, or an old row came, everything is read anew: 3
    reads. So it is where rows are known to be damaged: somebody may have brought them back.
    """
    anew = partial(read_everything, client, codecs, began=began, archive=archive, known=state.snapshot)
    if not state.snapshot.damage.is_none:
        return anew()
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
    rows[OUTBOX] = read_messages(*outbox, after=last[OUTBOX], codecs=codecs, as_it_is=False)
    if any(_old_came(tails[name], layouts[name], last[name]) for name in LEDGERS):
        return anew()
    anchors = {
        name: anchor_of(
            tails[name], layouts[name], first_row=state.anchors[name].row, last_no=system.last_no()[name]
        )
        for name in NUMBERED
    }
    despite = bool(state.snapshot.catalogue_gap)
    return _stated(state.snapshot, seen, system, rows, layouts, anchors, began, codecs, despite=despite)


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


def _old_came(tail: Rows, layout: Layout, last: int) -> bool:
    """Stand old rows behind the last one known, which is the first of these?

    Another instance has brought them back, from the archive or because they were missing, and may know better
    than this one what became of their seats; or a person pasted them.
    """
    return any(number <= last for number in numbers_of(tail, layout))


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
    *,
    despite: bool,
) -> State:
    """The state that a read shows; raises before it moves the snapshot."""
    live = seen.block(LIVE_CATALOGUE)
    products, gap = read_products(live, system, codecs, despite=despite)
    places: dict[str, Place] = {
        **{str(name): Place(seen.grids[name], layouts[name]) for name in NUMBERED},
        LIVE_CATALOGUE: Place(seen.grids[LIVE_CATALOGUE], layout_of(live, codecs.catalogue)),
        KEY_INVENTORY: Place(
            seen.grids[KEY_INVENTORY], layout_of(seen.block(KEY_INVENTORY), codecs.inventory)
        ),
        SYSTEM: Place(seen.grids[SYSTEM], layout_of(seen.block(SYSTEM), codecs.system)),
    }
    tidy = is_tidy(live, products, places[LIVE_CATALOGUE].layout)
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
    snapshot.last_no = (
        system.last_no()
    )  # not that of the last row: it may be missing, and is never given again
