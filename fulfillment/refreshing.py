"""Refresh Inventory: everything read, the views rebuilt, and what people broke there put right and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fulfillment.answers import Plan, when
from fulfillment.audit_rows import put_right
from fulfillment.audit_views import audit_views
from fulfillment.catalogue import plan_restored
from fulfillment.errors import NotSetUp
from fulfillment.group import Door
from fulfillment.model import Message, Policy, Product, to_json
from fulfillment.outbox import KEPT
from fulfillment.pools import stock_after
from fulfillment.ports import Store
from fulfillment.stockroom import Refreshed, Stockroom
from fulfillment.workbook import Changes, Draft, Snapshot

TOLD_MOST = 10
"""Sentences of one alarm; the refresh answers all of them."""

CHANGED = "What the service writes was not as it had left it: somebody typed there, or a setting was changed."

SYNC = "What was published cannot be told from NPTA Catalogue any more: look at it, then Sync Catalogue."


@dataclass(frozen=True, slots=True)
class Refresher:
    """Refreshes, as often as it is asked to."""

    door: Door
    store: Store
    stockroom: Stockroom
    policy: Policy
    now: Callable[[], datetime]

    def run(self, *, until: float) -> Refreshed:
        """The inventory as it stands now. 3 reads, 1 write; more where somebody had renamed a tab."""
        try:
            return self._refresh((), until)
        except NotSetUp:
            renamed = self.door.do_alone(self.store.name_again, until=until)
            if not renamed:
                raise
            return self._refresh(renamed, until)

    def _refresh(self, renamed: Sequence[str], until: float) -> Refreshed:
        def plan(draft: Draft) -> Plan[Refreshed]:
            snapshot, now = draft.snapshot, self.now()
            restored = self._restored(snapshot)
            gap = snapshot.catalogue_gap
            repaired = (*renamed, *snapshot.flaws, *self._wrong_in_views(snapshot))
            repaired += (gap,) if restored else ()
            told = (_alarm(repaired, snapshot.version + 1, now),) if repaired else ()
            old = snapshot.outbox.old_rows(before=now - KEPT)
            changes = Changes(
                catalogue=restored or None,
                views=True,
                leaving=Changes(messages=old) if old else None,
                messages=told,
            )
            left = (f"{gap} {SYNC}",) if gap and not restored else ()
            return Plan(self.stockroom.counted(snapshot, repaired, left), changes)

        return self.door.settle(plan, whole=True, until=until)

    def _restored(self, snapshot: Snapshot) -> tuple[Product, ...]:
        """The catalogue as it was published, where that is not what stands there and can be told. 1 read."""
        if not snapshot.catalogue_gap:
            return ()
        try:
            rows = self.store.read_catalogue()
        except NotSetUp:  # a header of NPTA Catalogue was typed over: the rest is refreshed all the same
            return ()
        return plan_restored(snapshot, rows, policy=self.policy, now=self.now())

    def _wrong_in_views(self, snapshot: Snapshot) -> tuple[str, ...]:
        """What the views show and should not, as sentences. 1 read.

        While ledger rows are missing nobody can tell what the views should show.
        """
        shown = self.store.read_views()
        if not snapshot.damage.is_none or snapshot.catalogue_gap:
            return shown.wrong
        stock = stock_after(snapshot.pools, (), ())
        wrong = audit_views(shown.inventory, shown.catalogue, stock, self.policy)
        return (*shown.wrong, *put_right(wrong))


def _alarm(repaired: Sequence[str], version: int, now: datetime) -> Message:
    """The message that tells the team what somebody had changed."""
    more = len(repaired) - TOLD_MOST
    lines = [*repaired[:TOLD_MOST], *([f"And {more} more."] if more > 0 else ())]
    text = f"{CHANGED} Refresh Inventory has put it right. {' '.join(lines)}"
    return Message(
        at=when(now),
        message_id=f"alarm:repaired:{version}",
        event="owed",
        kind="alarm",
        order_id="",
        subject="The spreadsheet was put right",
        body=to_json({"text": text}),
        by="refresh",
    )
