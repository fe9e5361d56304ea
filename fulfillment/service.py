"""The use cases: read, plan, commit; and the look-again loop that makes every retry the same code path."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from fulfillment.allocation import plan_order, stock_now
from fulfillment.answers import Plan, reply_to
from fulfillment.audit import Breach, audit
from fulfillment.catalogue import CatalogueRow, Published, plan_publish
from fulfillment.checklist import Step, stocked
from fulfillment.clock import CLOCK, Clock
from fulfillment.closing import Closed, plan_close
from fulfillment.errors import NotPossible
from fulfillment.forgetting import Forgotten
from fulfillment.group import Door
from fulfillment.health import Health, Pulse, books_of, health
from fulfillment.importing import Importer, Watch, unwatched
from fulfillment.intake import Imported
from fulfillment.mailing import Rehearsed, Reported, Resent, plan_delivered, plan_resend, rehearsed
from fulfillment.model import Answer, Assignment, GivenKey, Message, Mode, Order, Policy, Reply
from fulfillment.moving import Moved, Mover
from fulfillment.outbox import MAILED, by_hook, plan_send, told_again, waiting_told
from fulfillment.pasting import PastedRow
from fulfillment.ports import Store
from fulfillment.rebuilding import Rebuilt, plan_rebuild
from fulfillment.references import find_order, known
from fulfillment.refreshing import Refresher
from fulfillment.release import Cleared, Released, plan_clear, plan_release
from fulfillment.replacement import Replaced, plan_replace
from fulfillment.retention import Forgetter, Retained
from fulfillment.stockroom import Refreshed, Stockroom
from fulfillment.storefront import Storefront
from fulfillment.story import Event, story, what_next
from fulfillment.telling import Sent, Teller, tally
from fulfillment.trade import Trade
from fulfillment.waiting import Retried, WaitingOrder, plan_retry, servable
from fulfillment.withdrawal import Restored, Withdrawn, given_out, plan_restore, plan_withdraw, quarantine
from fulfillment.workbook import NOTHING, Changes, Draft

T = TypeVar("T")

SENT_AT_ONCE = 300
"""Messages that one call claims: what it has no time for is due again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell of an order."""

    order_id: str
    outcome: str
    message: str
    keys: tuple[GivenKey, ...]
    story: tuple[Event, ...]
    next: str


class Service:
    """One instance's use cases. Threads may call it together; they take turns at the workbook."""

    def __init__(
        self,
        store: Store,
        policy: Policy,
        *,
        now: Callable[[], datetime],
        deadline_s: float,
        clock: Clock = CLOCK,
        archive_after: timedelta | None = None,
        forget_after: timedelta | None = None,
        teller: Teller | None = None,
        trade: Trade | None = None,
    ) -> None:
        """`archive_after`: what was not touched for so long is archived; None where there is no archive.

        `forget_after`: whose customer is then forgotten; None for never.

        `trade`: the exchange with the shop; None where no shop is named.

        Without a teller nobody is told anything.
        """
        self._store = store
        self._policy = policy
        self._now = now
        self._stockroom = Stockroom(policy, now=now)
        self._refreshed_at = now()
        self._teller = teller or Teller({}, now=now, alarm=lambda text: None, clock=clock)
        self._door = Door(store, self._stockroom, teller=self._teller, deadline_s=deadline_s, clock=clock)
        self._refresher = Refresher(self._door, store, self._stockroom, policy, now)
        self._importer = Importer(self._door, store, policy, now)
        self._mover = Mover(self._door, store, now, clock, deadline_s, archive_after)
        self._forgetter = Forgetter(self._door, store, now, clock, deadline_s, forget_after)
        self._clock, self._deadline_s = clock, deadline_s
        self._storefront = self._with_shop(trade) if trade else None

    def _with_shop(self, trade: Trade) -> Storefront:
        return Storefront(
            self._door,
            trade,
            self._policy,
            self._stockroom.available_after,
            now=self._now,
            clock=self._clock,
            deadline_s=self._deadline_s,
        )

    def fulfil(self, order: Order, *, by: str) -> Reply:
        """The order's answer, as it stands in the spreadsheet. 1 write for a new one, 1 read for a replay.

        The shop's stock follows within the deadline, or is due.
        """

        def plan(draft: Draft) -> Plan[Reply]:
            file, now = draft.file(order.order_id), self._now()
            planned = plan_order(draft, order, policy=self._policy, now=now, by=by)
            if not planned.result.replayed or "failed_again" not in self._teller.kinds:
                return planned
            stock = stock_now(draft, planned.result.answer, self._policy)
            again = told_again(file, draft.snapshot.outbox, stock=stock, now=now, by=by)
            return planned if again is None else planned.and_tells(again)

        until = self._clock.now_s() + self._deadline_s
        if self._storefront:
            order = self._storefront.known(order)
        reply = self._door.settle(plan)
        if self._storefront and not reply.replayed:
            self._storefront.after_order(reply, until)
        return reply

    def release(
        self,
        reference: str,
        *,
        sku: str,
        units: Sequence[str],
        quarantine: bool,
        reason: str,
        dry_run: bool = False,
        by: str,
    ) -> Released:
        """Seats given back to stock. 1 write."""
        return self._door.settle(
            lambda draft: plan_release(
                draft,
                find_order(draft, reference),
                sku=sku,
                units=units,
                quarantine=quarantine,
                reason=reason,
                now=self._now(),
                by=by,
            ),
            dry_run=dry_run,
        )

    def clear(self, reference: str, *, by: str) -> Cleared:
        """The answer forgotten, not the keys."""
        return self._door.settle(
            lambda draft: plan_clear(
                draft, find_order(draft, reference), policy=self._policy, now=self._now(), by=by
            )
        )

    def replace(self, reference: str, keycode: str, *, dry_run: bool = False, by: str) -> Replaced:
        """Another key for one that the order holds. 1 write."""

        def plan(draft: Draft) -> Plan[Replaced]:
            planned = plan_replace(draft, find_order(draft, reference), keycode, now=self._now(), by=by)
            reply = planned.result.reply
            return self._mailed(planned, [reply.answer] if reply.send_email else [], "replace", by)

        return self._door.settle(plan, dry_run=dry_run)

    def close(self, references: Sequence[str], *, reason: str, by: str) -> Closed:
        """Orders recorded as served by hand."""
        return self._door.settle(
            lambda draft: plan_close(
                draft,
                [find_order(draft, reference) for reference in references],
                reason=reason,
                policy=self._policy,
                now=self._now(),
                by=by,
            )
        )

    def forget(self, reference: str, *, dry_run: bool = False, by: str) -> Forgotten:
        """The customer's name and address blanked wherever they stand in the workbook and its archive."""
        return self._forgetter.forget(reference, dry_run=dry_run, by=by)

    @property
    def forgets_old(self) -> bool:
        """Are customers forgotten after a time?"""
        return self._forgetter.after is not None

    def forget_old(self, *, by: str, until: float = math.inf) -> Retained:
        """The same for all whose time is over, a hundred at the most; nothing where no time is set."""
        return self._forgetter.forget_old(by=by, until=until)

    def delivered(self, reference: str, *, mail: int | None = None, by: str) -> Reported:
        """The order's mail recorded as sent; `mail`: which of them, where the Zap says so. 1 write."""
        return self._door.settle(
            lambda draft: plan_delivered(
                draft, find_order(draft, reference), mail=mail, now=self._now(), by=by
            )
        )

    def resend(self, reference: str, *, for_real: bool = False, by: str) -> Resent:
        """The same keys are mailed again: by the hook, or at the Zap's next run. 1 write."""

        def plan(draft: Draft) -> Plan[Resent]:
            order_id, now = find_order(draft, reference), self._now()
            planned = plan_resend(draft, order_id, for_real=for_real, policy=self._policy, now=now, by=by)
            mails = [] if planned.result.is_repeat else [planned.result.reply.answer]
            return self._mailed(planned, mails, "resend", by)

        return self._door.settle(plan)

    def retry_waiting(self, *, dry_run: bool = False, by: str, until: float = math.inf) -> Retried:
        """The waiting orders that can be served whole are, the oldest first. 1 write."""

        def plan(draft: Draft) -> Plan[Retried]:
            planned = plan_retry(draft, policy=self._policy, dry_run=dry_run, now=self._now(), by=by)
            answers = [reply.answer for reply in planned.result.replies if reply.send_email]
            return self._mailed(planned, answers, "waiting", by)

        return self._door.settle(plan, alone=True, until=until)

    def waiting(self, *, by: str, until: float = math.inf) -> tuple[WaitingOrder, ...]:
        """The waiting orders that could be served whole; the team is told once of the same. 1 read."""

        def plan(draft: Draft) -> Plan[tuple[WaitingOrder, ...]]:
            orders = servable(draft.snapshot, NOTHING, policy=self._policy)
            message = waiting_told(orders, now=self._now(), by=by)
            is_news = orders and message.message_id not in draft.snapshot.outbox.messages
            told = (message,) if is_news and message.kind in self._teller.kinds else ()
            return Plan(orders, Changes(messages=told))

        return self._door.settle(plan, alone=True, until=until)

    def rehearsed(self) -> tuple[Rehearsed, ...]:
        """The orders that were answered in test mode and have not been sent for real. 1 read."""
        return self._door.settle(lambda draft: Plan(rehearsed(draft.snapshot)))

    def catalogue_rows(self) -> Sequence[CatalogueRow]:
        """NPTA Catalogue as people have it. 1 read."""
        return self._door.do_alone(self._store.read_catalogue)

    def stocked(self) -> Step:
        """Were there ever keys for every product that is sold? 1 read."""
        return self._door.settle(lambda draft: Plan(stocked(draft.snapshot, self._policy)))

    def given_out(self) -> list[Assignment]:
        """The seats given out that are not free again. 1 read."""
        return self._door.settle(lambda draft: Plan(given_out(draft)), alone=True)

    @property
    def clock(self) -> Clock:
        """Time as this instance feels it."""
        return self._clock

    @property
    def mode(self) -> Mode:
        """Do customers get the mails, or the test recipient?"""
        return self._policy.mode

    @property
    def has_hook(self) -> bool:
        """Can keys be mailed without a call of the Zap's?"""
        return MAILED in self._teller.kinds

    @property
    def serves_waiting(self) -> bool:
        """Are waiting orders served as soon as there are keys?"""
        return self._policy.waiting == "auto" and self.has_hook

    def _mailed(self, planned: Plan[T], answers: Iterable[Answer], cause: str, by: str) -> Plan[T]:
        """The same plan, with a message to the hook for each of these answers, where there is a hook."""
        if not self.has_hook:
            return planned
        return planned.and_tells(*(by_hook(answer, cause, now=self._now(), by=by) for answer in answers))

    def status(self, reference: str) -> Told:
        """The story of an order. 1 read. Raises UnknownOrder."""

        def plan(draft: Draft) -> Plan[Told]:
            order_id = find_order(draft, reference)
            file, answer = known(draft, order_id)
            keys = reply_to(file).keys
            stock = stock_now(draft, answer, self._policy) if answer.outcome == "failed" else ""
            events = story(file, draft.snapshot.outbox.of_order(order_id))
            return Plan(Told(order_id, answer.outcome, answer.message, keys, events, what_next(file, stock)))

        return self._door.settle(plan)

    def publish(self, *, dry_run: bool = False) -> Published:
        """NPTA Catalogue checked and published. 1 read, 1 write where anything changed."""

        def plan(draft: Draft) -> Plan[Published]:
            rows = self._store.read_catalogue()
            return plan_publish(draft.snapshot, rows, policy=self._policy, now=self._now())

        return self._door.settle(plan, alone=True, dry_run=dry_run)

    def import_keys(
        self,
        rows: Sequence[Mapping[str, str]] | None,
        *,
        numbers: Sequence[int] = (),
        dry_run: bool = False,
        by: str,
        watch: Watch = unwatched,
    ) -> Imported:
        """Keys taken into stock: these rows, or those of the tab (None), which then leave it.

        `numbers`: what the rows are called, 1, 2, 3 ... where empty. 1 write for rows handed over; 2 reads
        and 2 writes for the tab; again for each 8 MB.
        """
        named = zip(numbers or range(1, len(rows or ()) + 1), rows or (), strict=True)
        given = None if rows is None else [PastedRow(number, cells) for number, cells in named]
        return self._importer.run(given, dry_run=dry_run, by=by, watch=watch)

    def withdraw(
        self,
        *,
        batch: str,
        codes: Collection[str],
        quarantined: bool,
        reason: str,
        dry_run: bool = False,
        by: str,
    ) -> Withdrawn:
        """Seats not given out taken out of stock: those of a batch, or of these codes. 1 write."""
        return self._door.settle(
            lambda draft: plan_withdraw(
                draft,
                batch=batch,
                codes=codes,
                quarantined=quarantined,
                reason=reason,
                now=self._now(),
                by=by,
            ),
            alone=True,
            dry_run=dry_run,
        )

    def restore(self, codes: Collection[str], *, reason: str, dry_run: bool = False, by: str) -> Restored:
        """Quarantined seats of these codes put back into stock. 1 write."""
        return self._door.settle(
            lambda draft: plan_restore(draft, codes, reason=reason, now=self._now(), by=by),
            alone=True,
            dry_run=dry_run,
        )

    def quarantine(self) -> list[Assignment]:
        """The seats in quarantine, as the rows that put them there. 1 read."""
        return self._door.settle(lambda draft: Plan(quarantine(draft)), alone=True)

    def refresh(self, *, until: float = math.inf) -> Refreshed:
        """Everything read, the views rebuilt, old messages gone from the Outbox. 3 reads, 1 write."""
        done = self._refresher.run(until=until)
        self._refreshed_at = self._now()
        return done

    def send_due(self, *, by: str, until: float = math.inf) -> Sent:
        """The messages that are due, sent. 1 read; where there are any, 1 write before and 1 after."""

        def claim(draft: Draft) -> Plan[tuple[Message, ...]]:
            rows = plan_send(
                draft.snapshot, kinds=self._teller.kinds, now=self._now(), by=by, most=SENT_AT_ONCE
            )
            return Plan(rows, Changes(messages=rows))

        def mark(draft: Draft) -> Plan[Sent]:
            marks = self._teller.marks(draft.snapshot)
            return Plan(tally(claimed, draft.snapshot.outbox, marks), Changes(messages=marks))

        halfway = (self._clock.now_s() + until) / 2  # sending must leave time to write down what was sent
        claimed = self._door.settle(claim, alone=True, until=halfway)
        if not claimed and not self._teller.has_marks:
            return Sent()
        return self._door.settle(mark, alone=True, until=until)

    @property
    def has_shop(self) -> bool:
        """Is a shop named?"""
        return self._storefront is not None

    @property
    def storefront(self) -> Storefront:
        """What needs the shop. Raises NotPossible where none is named."""
        if self._storefront is None:
            raise NotPossible("No shop is named: SHOPIFY_SHOP is not set.")
        return self._storefront

    @property
    def has_archive(self) -> bool:
        """Is there a second spreadsheet for settled history?"""
        return self._mover.after is not None

    def archive(self, *, until: float = math.inf) -> Moved:
        """Settled history moved to the archive, as much as time allows. Raises NotPossible without one."""
        return self._mover.run(until)

    def rebuild(self, *, accept: bool = False, dry_run: bool = False) -> Rebuilt:
        """Missing ledger rows made again from the other ledgers; with `accept` given up if none tells them.

        3 reads and 1 write for each 5,000 rows, then a refresh.
        """

        def plan(draft: Draft) -> Plan[Rebuilt]:
            return plan_rebuild(draft, accept=accept, policy=self._policy, now=self._now())

        done = self._door.settle(plan, whole=True, dry_run=dry_run)
        while done.more and not dry_run:
            done = done.then(self._door.settle(plan, whole=True))
        if (done.rows or done.given_up) and not dry_run:
            self.refresh()
        return done

    def audit(self) -> tuple[Breach, ...]:
        """Every breach of the promises that the tabs show. 3 reads, 6 where something is found.

        One read may be torn by a commit that falls into it: a breach counts when a second read shows it too.
        """
        breaches = self._door.do_alone(self._audit_once)
        return breaches and self._door.do_alone(self._audit_once)

    def _audit_once(self) -> tuple[Breach, ...]:
        flaws, books = self._store.read_books()
        return (*flaws, *(audit(books, self._policy, now=self._now()) if books else ()))

    def check(self) -> int:
        """The workbook's version, as a look shows it. 1 read. Raises Damaged where no new order is served."""

        def plan(draft: Draft) -> Plan[int]:
            draft.check_assigning()
            return Plan(draft.snapshot.version)

        return self._door.settle(plan)

    def health(self, pulse: Pulse) -> Health:
        """The workbook's state, and what misses its target. 1 read."""
        books = self._door.settle(lambda draft: Plan(books_of(draft.snapshot)))
        ahead_s = self._store.ahead_s()
        return health(books, pulse, now=self._now(), refreshed_at=self._refreshed_at, ahead_s=ahead_s)
