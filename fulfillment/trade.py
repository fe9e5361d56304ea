"""The exchange with the shop: how far it goes, what is remembered of it, and what a push came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fulfillment.answers import listed, when
from fulfillment.catalogue import Problem
from fulfillment.model import Message, to_json
from fulfillment.ports import Shop, ShopTabs
from fulfillment.record import Gate
from fulfillment.shelves import Move, Push, Unfit, in_words
from fulfillment.wares import Level, Variant

PushMode = Literal["off", "preview", "on"]


@dataclass(frozen=True, slots=True)
class Trade:
    """The shop, where the exchange with it is kept, and how far it goes."""

    shop: Shop
    tabs: ShopTabs
    push: PushMode = "off"
    live_since: datetime | None = None
    """Orders placed before it are not ours."""
    marks_fulfilled: bool = False


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did, or would do."""

    push: Push
    done: tuple[Move, ...] = ()
    due: tuple[Problem, ...] = ()
    """What the shop did not take."""
    fixed: tuple[Unfit, ...] = ()
    advice: str = ""
    """What a person has to do before it is done."""
    is_preview: bool = False

    @property
    def is_stopped(self) -> bool:
        """Was it to be done, and was not?"""
        return bool(self.advice) and not self.is_preview

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that a person should look at."""
        fixed = {unfit.sku for unfit in self.fixed}
        unfit = tuple(Problem(u.sku, u.message) for u in self.push.unfit if u.sku not in fixed)
        return (*unfit, *self.due, *self.push.problems)

    @property
    def message(self) -> str:
        """What became of it, in words."""
        return " ".join(filter(None, self._sentences()))

    def _sentences(self) -> Iterator[str]:
        if self.is_preview or self.is_stopped:
            yield in_words(self.push)
            yield self.advice
            return
        yield f"Pushed the stock of {len(self.done)} products to the shop."
        if self.fixed:
            yield f"Put right: {listed([unfit.sku for unfit in self.fixed])}."
        if self.due:
            yield f"{len(self.due)} are still due: {listed([problem.sku for problem in self.due])}."


@dataclass(frozen=True, slots=True)
class Wares:
    """The shop's variants by SKU, and when they were read."""

    of: Mapping[str, Sequence[Variant]] = field(default_factory=dict)
    read_at: float = float("-inf")

    @classmethod
    def by_sku(cls, variants: Sequence[Variant], read_at: float) -> Wares:
        of: dict[str, list[Variant]] = defaultdict(list)
        for variant in variants:
            if variant.sku:
                of[variant.sku].append(variant)
        return cls(of, read_at)

    def item(self, sku: str) -> str | None:
        """The item of a SKU that one variant alone has."""
        same = self.of.get(sku, ())
        return same[0].item if len(same) == 1 else None

    def is_outdated_by(self, levels: Mapping[str, Level], skus: Collection[str]) -> bool:
        """Was one of these SKUs taken from its item, or the item removed, since the list was read?"""
        items = ((sku, item) for sku in skus if (item := self.item(sku)) is not None)
        return any(item not in levels or levels[item].sku != sku for sku, item in items)

    def items(self, skus: Collection[str]) -> list[str]:
        """Those of these SKUs that have one."""
        return [item for sku in skus if (item := self.item(sku)) is not None]


@dataclass(slots=True)
class Known:
    """What an instance remembers between pushes; all of it may be lost."""

    wares: Wares = field(default_factory=Wares)
    levels: dict[str, int | None] = field(default_factory=dict)
    """item -> what the shop was last read or set to have; None where it cannot be set."""
    gate: Gate = field(default_factory=Gate)
    gate_read_at: float = float("-inf")
    paused_until: float = float("-inf")

    def read(self, levels: Mapping[str, Level]) -> None:
        """Take over what was read."""
        for item, level in levels.items():
            self.levels[item] = level.available if level.is_tracked else None

    def is_due(self, sku: str, count: int) -> bool:
        """Is the shop not known to have so many? What is known not to be there is left to a refresh."""
        if not self.wares.of:
            return True
        item = self.wares.item(sku)
        return item is not None and self.levels.get(item, -1) not in (None, count)


def stopped_push(done: Pushed, *, now: datetime, by: str) -> Message:
    """The alarm that nothing is pushed before a person has looked; once a day for what would close."""
    return Message(
        at=when(now),
        message_id=f"alarm:push:{done.push.code}:{now.date()}",
        event="owed",
        kind="alarm",
        order_id="",
        subject="The shop's stock is not pushed",
        body=to_json({"text": done.message}),
        by=by,
    )
