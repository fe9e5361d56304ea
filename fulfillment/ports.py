"""What the service needs of the world: a store for the workbook, the shop, couriers for messages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fulfillment.assortment import Pulled
from fulfillment.catalogue import CatalogueRow
from fulfillment.damage import Breach
from fulfillment.intake import RowResult
from fulfillment.model import Answer, Assignment, KeyEvent, KeyId, Letter, Message, Product
from fulfillment.pasting import Paste, PastedRow
from fulfillment.persons import Texts
from fulfillment.record import Gate, ShopRecord
from fulfillment.stocktake import InventoryRow
from fulfillment.wares import Level, Location, OpenLine, Quantity, Rejected, ShopOrder, Variant
from fulfillment.workbook import Archived, Changes, LedgerName, Snapshot


@dataclass(frozen=True, slots=True)
class Views:
    """The views as they are to stand after a commit; `available` by SKU, None for a blank."""

    inventory: tuple[InventoryRow, ...]
    available: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class ViewsShown:
    """The views as they stand."""

    inventory: tuple[InventoryRow, ...]
    catalogue: tuple[Product, ...]
    wrong: tuple[str, ...] = ()
    """What else of them is not as a commit writes it, as sentences."""


@dataclass(frozen=True, slots=True)
class Books:
    """Everything the tabs say, as read row by row for an audit: nothing is indexed and nothing assumed."""

    version: int
    last_no: Mapping[LedgerName, int]
    events: tuple[KeyEvent, ...]
    assignments: tuple[Assignment, ...]
    answers: tuple[Answer, ...]
    catalogue: tuple[Product, ...]
    inventory: tuple[InventoryRow, ...]
    unreadable: tuple[tuple[str, int, str], ...] = ()
    """(tab, row, what is wrong) of ledger rows that could not be read."""
    archived: Archived = field(default_factory=Archived)
    """What the archive has besides."""
    messages: tuple[Message, ...] = ()
    """The rows of the Outbox that are there; the oldest leave it after some days."""
    imprint: str = ""
    """The print of the catalogue as it was published; empty where it is not on record."""


class Store(Protocol):
    """The workbook. One thread at a time: the service sees to that."""

    def snapshot(self, *, looked_since: float) -> Snapshot:
        """The workbook as known, looked at anew unless the last look began at `looked_since` or later.

        The snapshot belongs to the store and moves forward with it. 0 or 1 read; a cold start takes 2.
        Raises TornRead, Unavailable, WorkbookBroken, NotAllowed.
        """

    def ready_in_s(self) -> float:
        """Seconds until a call should go out: 0, but where Google's quota or rivals ask for patience."""

    def ahead_s(self) -> float:
        """By how many seconds our clock was ahead of the workbook's at the last answer."""

    def forget(self) -> None:
        """The next snapshot reads everything anew, as a cold start does."""

    def commit(self, changes: Changes, views: Views, *, until: float) -> None:
        """These rows stand in the spreadsheet, and the snapshot has moved forward by them. 1 write.

        Based on the snapshot last returned. `until` is the monotonic time at which to give up. Raises
        Conflict where another writer was first, CommitUncertain where that could not be told in time,
        Unavailable, BatchRefused, NotAllowed.
        """

    def lend(self, order_ids: Collection[str]) -> None:
        """The snapshot has the rows of these archived orders, and of their sets, for now. 2 reads.

        Raises TornRead where the archive has them not: then everything is read anew.
        """

    def hand_over(self, rows: Changes, keys: Collection[KeyId], *, until: float) -> Changes:
        """These rows, and all of Import History that name these keys, stand in the archive too.

        What comes back is what may leave the ledgers with the next commit, on the same snapshot. 4 to 7
        reads, 1 write. Raises Conflict, CommitUncertain, TornRead, Damaged, NotOurs, Unavailable.
        """

    def read_texts(self) -> Texts:
        """What stands in words beside the orders' own rows.

        After it, texts in rows that stand may be changed by the next commit on the same snapshot. 1 read.
        Raises Conflict, TornRead, Damaged.
        """

    def forget_archived(self, order_ids: Collection[str], *, until: float, dry_run: bool = False) -> int:
        """How many rows of the archive named the customers of these orders; they do so no more.

        With `dry_run` they still do. 0 calls without an archive, 1 read where none does, else 3 reads and 1
        write. Raises Conflict, CommitUncertain, TornRead, Damaged, NotOurs, Unavailable.
        """

    def read_books(self) -> tuple[Sequence[Breach], Books | None]:
        """What is wrong with tabs and columns, and every row of every ledger and view as it stands. 3 reads.

        No rows where a tab or a column is missing, which is then what is wrong.
        """

    def read_views(self) -> ViewsShown:
        """The views as they stand. 1 read."""

    def name_again(self) -> Sequence[str]:
        """The system's own tabs that somebody renamed bear their names again; a sentence each.

        2 reads, and 1 write where one was.
        """

    def read_catalogue(self) -> Sequence[CatalogueRow]:
        """What people typed into NPTA Catalogue. 1 read."""

    def read_import_tab(self) -> Paste:
        """What people pasted into Import Keys. 1 read."""

    def clearing(
        self, pasted: Sequence[PastedRow], results: Sequence[RowResult], *, settled: int
    ) -> Callable[[], None]:
        """Work after which imported rows have left Import Keys, and the others say why they are still there.

        A row is known by what stands in it, never by its number: what people typed meanwhile stays. Where the
        work fails it may be called again, until it succeeds. Everything that was imported up to the version
        `settled` has left the tab then; 0 says nothing of that. 1 read, 1 write.
        """


class Shop(Protocol):
    """Where customers buy. Any thread; `until` is the monotonic time at which to give up.

    Everything raises ShopAway where no answer came in time, and ShopRefused where the shop will not.
    """

    @property
    def name(self) -> str:
        """Which shop it is."""

    def location(self, *, until: float) -> Location:
        """The location whose stock is ours to keep."""

    def locations(self, *, until: float) -> list[Location]:
        """Every active location."""

    def variants(self, *, until: float, watch: Callable[[int], None] = ...) -> list[Variant]:
        """Every variant of every product; `watch` is told how many have been read."""

    def levels(self, items: Collection[str], *, until: float) -> dict[str, Level]:
        """item -> what our location has of it, for those that are still there."""

    def levels_at(self, location: Location, *, until: float) -> dict[str, int]:
        """item -> what this location has of everything that is stocked there."""

    def set_available(self, quantities: Sequence[Quantity], *, until: float) -> list[Rejected]:
        """Our location has so much of each, but for those that come back."""

    def track(self, item: str, *, until: float) -> None:
        """The shop counts this item from now on."""

    def stock(self, item: str, *, until: float) -> None:
        """The item is stocked at our location from now on, with none of it there."""

    def orders(
        self,
        *,
        until: float,
        created_since: datetime | None = None,
        updated_since: datetime | None = None,
        tag: str = "",
    ) -> list[ShopOrder]:
        """Every order placed, or changed, since then, or of this tag, oldest first."""

    def buy(self, variant: str, *, email: str, note: str, tags: Sequence[str], until: float) -> str:
        """A paid order of one piece is in the shop, by way of a draft; its name."""

    def is_test(self, order_id: str, *, until: float) -> bool:
        """Is it a test order that takes no keys? False for one that is told to take them."""

    def open_lines(self, order_id: str, *, until: float) -> list[OpenLine]:
        """What is still to be fulfilled of an order."""

    def fulfill(self, pieces: Sequence[tuple[OpenLine, int]], *, until: float) -> None:
        """So many pieces of these lines, all of one fulfillment order, are marked as fulfilled."""


class ShopTabs(Protocol):
    """What the exchange with the shop reads and writes in the spreadsheet. One thread at a time."""

    def pulling(self, variants: Sequence[Variant]) -> Callable[[], Pulled]:
        """Work after which NPTA Catalogue says what the shop sells; what people typed is as it was.

        Where the work fails it may be called again, until it succeeds. 1 read, 1 write for each 3,000 new
        products.
        """

    def gate(self, shop: str) -> Gate:
        """What is on file of this shop. 1 read."""

    def confirm(self, shop: str, code: str, at: datetime) -> None:
        """The push of this code counts as seen. 1 read, 1 write. Raises NotPossible without a snapshot."""

    def close(self, shop: str) -> None:
        """No push counts as seen any more, so that none is made. 1 read, 1 write where one did."""

    def file(self, record: ShopRecord) -> None:
        """The record stands in a tab of its own; again it changes nothing. 1 read, 1 write."""

    def filed(self, shop: str) -> ShopRecord:
        """The newest record of this shop. 2 reads. Raises NotPossible where there is none."""


class Courier(Protocol):
    """One way to the outside: Slack, or the hook of the Zap. Any thread."""

    def deliver(self, letters: Sequence[Letter], *, until: float) -> None:
        """These letters have arrived, told together: all are of one kind. 1 request for each 50 or so.

        `until` is the monotonic time at which to give up. Raises NotDelivered.
        """
