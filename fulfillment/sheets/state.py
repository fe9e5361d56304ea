"""What an instance knows of the workbook: read whole once, then moved forward by looks and commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from fulfillment.answers import listed
from fulfillment.damage import REBUILD, UNDO, Damage
from fulfillment.diagnosis import diagnose, with_halved
from fulfillment.errors import BatchRefused, NotOurs, NotSetUp, TornRead
from fulfillment.imprint import as_published, imprint
from fulfillment.model import Product
from fulfillment.sheets.archive import Archive
from fulfillment.sheets.batches import Commit, Place
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.codec import Layout, column_letters, header_of
from fulfillment.sheets.looking import (
    LOOK_MASK,
    Anchor,
    Rows,
    Seen,
    anchor_of,
    is_still_there,
    is_tidy,
    numbers_of,
    read_messages,
    read_products,
    read_system,
)
from fulfillment.sheets.sifting import Sifted, check_whole, read_ledger, sift
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
    records: set[int]
    """The versions that are on record as having published; the newest counts."""
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
        if commit.record:
            self.records = {system.catalogue_version}
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

    def sees_same_columns(self, seen: Seen, commit: Commit, codecs: Codecs) -> bool:
        """Do the tabs after a commit have their columns where it wrote them? Takes over the grids' sizes."""
        for codec in codecs.all:
            title = codec.tab.title
            if title != SYSTEM and title not in commit.written():
                continue
            if title not in seen.grids:
                return False
            layout = self.places[title].layout
            self.places[title] = Place(seen.grids[title], seen.layout(codec))
            if self.places[title].layout.place != layout.place:
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


@dataclass(frozen=True, slots=True)
class Shown:
    """What a read shows, taken apart: the new rows of each numbered tab, and where everything stands."""

    seen: Seen
    system: SystemRow
    layouts: Mapping[str, Layout]
    """Of every tab."""
    rows: Mapping[LedgerName, Sequence[LedgerRow]]
    anchors: dict[LedgerName, Anchor]
    began: float


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
    seen, tabs = _read_tabs(client)
    system, layouts = system_of(seen, client, codecs), _layouts(seen, codecs)
    _check_headers(tabs, layouts)
    archived = _archived(archive, tabs, layouts)
    sifted = _sifted(tabs, layouts, system, codecs, archived)
    if not despite and (known is None or known.damage.is_none):
        for name in LEDGERS:
            check_whole(name, sifted[name].gaps, system)
    rows: dict[LedgerName, Sequence[LedgerRow]] = {name: sifted[name].rows for name in LEDGERS}
    outbox = (tabs[OUTBOX], layouts[OUTBOX], system)
    rows[OUTBOX] = read_messages(*outbox, after=0, codecs=codecs, as_it_is=despite)
    shown = Shown(seen, system, layouts, rows, _anchors(tabs, layouts, system), began)
    has_gap = despite or bool(known and known.catalogue_gap)
    state = _stated(Snapshot(), shown, codecs, known=known, despite=has_gap)
    state.snapshot.recall(archived)
    gaps = {name: sifted[name].gaps for name in LEDGERS}
    damage = diagnose(state.snapshot, gaps, rows["Import History"])  # type: ignore[arg-type]
    _judge(state.snapshot, with_halved(damage, state.snapshot, archived), known, despite=despite)
    return state


def _read_tabs(client: SheetsClient) -> tuple[Seen, dict[LedgerName, Rows]]:
    """Views and headers, and every row of the numbered tabs. 2 reads. Raises NotSetUp where one is gone."""
    try:
        seen = Seen.of(client.get([*VIEW_RANGES, *HEADER_RANGES], LOOK_MASK))
        return seen, dict(zip(NUMBERED, client.values([f"'{name}'" for name in NUMBERED]), strict=True))
    except BatchRefused:
        raise NotSetUp(_what_is_gone(client)) from None


def _what_is_gone(client: SheetsClient) -> str:
    """A sentence about the tabs that are missing, and what to do. 1 read."""
    reply = client.get([], "sheets.properties.title")
    there = {sheet["properties"]["title"] for sheet in reply.get("sheets", [])}
    gone = [
        f"`{title}`" for title in (*NUMBERED, KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM) if title not in there
    ]
    which = f"The tab {gone[0]} is" if len(gone) == 1 else f"The tabs {listed(gone) or '(unknown)'} are"
    return (
        f"{which} missing. Was it renamed? Refresh Inventory gives it its name back. Was it deleted? "
        f"Bring it back with {UNDO}. Where neither helps: the audit, then setup as it says."
    )


def _layouts(seen: Seen, codecs: Codecs) -> dict[str, Layout]:
    """Where the columns of every tab stand. Raises NotSetUp where that is not known for certain."""
    return {codec.tab.title: seen.layout(codec) for codec in codecs.all}


def _check_headers(tabs: Mapping[LedgerName, Rows], layouts: Mapping[str, Layout]) -> None:
    """Raises TornRead where columns were moved between the two reads."""
    for name, rows in tabs.items():
        if header_of(rows[0] if rows else []) != layouts[name].header_row:
            raise TornRead(f"The columns of the tab `{name}` were moved while it was read.")


def _sifted(
    tabs: Mapping[LedgerName, Rows],
    layouts: Mapping[str, Layout],
    system: SystemRow,
    codecs: Codecs,
    archived: Archived,
) -> dict[LedgerName, Sifted]:
    """Each ledger taken apart: the rows that count, and what is wrong with the others."""
    return {
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


def _anchors(
    tabs: Mapping[LedgerName, Rows],
    layouts: Mapping[str, Layout],
    system: SystemRow,
    first_rows: Mapping[LedgerName, int] | None = None,
) -> dict[LedgerName, Anchor]:
    """Where each numbered tab ends, of which `tabs` show the rows from the first one on, or from these."""
    last, firsts = system.last_no(), first_rows or dict.fromkeys(NUMBERED, 1)
    return {
        name: anchor_of(tabs[name], layouts[name], first_row=firsts[name], last_no=last[name])
        for name in NUMBERED
    }


def _archived(
    archive: Archive | None, tabs: Mapping[LedgerName, Rows], layouts: Mapping[str, Layout]
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
    try:
        seen = Seen.of(client.get([*VIEW_RANGES, *_tail_ranges(state)], LOOK_MASK))
    except BatchRefused:  # a tab is gone, or shorter than it was
        return anew()
    system, layouts = system_of(seen, client, codecs), _layouts(seen, codecs)
    if system.version < state.snapshot.version:
        raise TornRead(f"Version {system.version} was read after {state.snapshot.version} was seen.")
    if not all(_is_same_ledger(seen, name, state, layouts[name]) for name in NUMBERED):
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
    first_rows = {name: anchor.row for name, anchor in state.anchors.items()}
    shown = Shown(seen, system, layouts, rows, _anchors(tails, layouts, system, first_rows), began)
    known = state.snapshot
    return _stated(known, shown, codecs, known=known, despite=bool(known.catalogue_gap))


def _tail_ranges(state: State) -> Iterable[str]:
    for name, anchor in state.anchors.items():
        width = state.places[name].layout.width
        yield f"'{name}'!1:1"
        yield f"'{name}'!A{anchor.row}:{column_letters(width - 1)}"


def _is_same_ledger(seen: Seen, name: LedgerName, state: State, now: Layout) -> bool:
    """Do the columns, and the last row known, still stand where they stood?"""
    is_same = now.place == state.places[name].layout.place
    return is_same and is_still_there(state.anchors[name], seen.block(name, 1), now)


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
    system = read_system(seen.block(SYSTEM), codecs, seen.layout(codecs.system))
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
    snapshot: Snapshot, shown: Shown, codecs: Codecs, *, known: Snapshot | None, despite: bool
) -> State:
    """The state that a read shows; raises before it moves the snapshot. `known` is what was known before."""
    seen, system, layouts = shown.seen, shown.system, shown.layouts
    live, columns = seen.block(LIVE_CATALOGUE), layouts[LIVE_CATALOGUE]
    products, gap = _published(seen, columns, system, codecs, despite=despite)
    flaws = [*_retyped(layouts)]
    if gap and known is not None and _knows_catalogue(known, system):
        products, flaws, gap = tuple(known.catalogue.values()), [*flaws, gap], ""
    _advance(snapshot, shown.rows, products, system)
    snapshot.catalogue_gap, snapshot.flaws = gap, tuple(flaws)
    snapshot.imprint = seen.records.get(system.catalogue_version, "")
    places = {title: Place(seen.grids[title], layout) for title, layout in layouts.items()}
    tidy = is_tidy(live, products, columns)
    stamps, records = set(seen.stamps), set(seen.records)
    return State(snapshot, system, places, shown.anchors, stamps, records, tidy, shown.began)


def _published(
    seen: Seen, columns: Layout, system: SystemRow, codecs: Codecs, *, despite: bool
) -> tuple[tuple[Product, ...], str]:
    """The rows of Live Catalogue that stand there as they were published, and what is missing of it."""
    products, gap = read_products(seen.block(LIVE_CATALOGUE), columns, system, codecs, despite=despite)
    on_record = seen.records.get(system.catalogue_version, "")
    if not on_record:  # published by an earlier release, or this is a copy
        return products, gap
    ours = tuple(as_published(products, on_record))
    return ours, "" if imprint(ours) == on_record else gap or LOST


LOST = "Rows of the tab `Live Catalogue` are gone, or are not as they were published."


def _knows_catalogue(known: Snapshot, system: SystemRow) -> bool:
    """Is all of the catalogue known that System speaks of? What a version published never changes."""
    return known.catalogue_version == system.catalogue_version and not known.catalogue_gap


def _retyped(layouts: Mapping[str, Layout]) -> Iterator[str]:
    """A sentence for each header that a person typed over; what was typed is not quoted."""
    for title, layout in layouts.items():
        for header, column in layout.retyped.items():
            yield f"The header `{header}` of `{title}` ({column_letters(column)}1) was typed over."


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
