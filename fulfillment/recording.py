"""Snapshots of the shop taken and put back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fulfillment.catalogue import Problem
from fulfillment.errors import NotPossible
from fulfillment.group import Door
from fulfillment.pushing import Pusher
from fulfillment.record import Gate, Recorded, ShopRecord
from fulfillment.shelves import Push, in_words, plan_restore
from fulfillment.trade import Pushed, Trade


@dataclass(frozen=True, slots=True)
class Recorder:
    """Takes snapshots of the shop, and puts its stock back."""

    door: Door
    trade: Trade
    pusher: Pusher
    now: Callable[[], datetime]

    def snapshot(self, until: float) -> ShopRecord:
        """The shop as it is, on file in a tab of its own. 1 request for each 250 variants and levels."""
        shop = self.trade.shop
        variants, places = shop.variants(until=until), shop.locations(until=until)
        stock: dict[str, dict[str, int]] = defaultdict(dict)
        for place in places:
            for item, count in shop.levels_at(place, until=until).items():
                stock[item][place.location_id] = count
        recorded = tuple(Recorded.of(variant, stock.get(variant.item, {})) for variant in variants)
        record = ShopRecord(self.now(), shop.name, tuple(places), recorded)
        self.door.do_alone(lambda: self.trade.tabs.file(record))
        return record

    def restore(self, record: ShopRecord | None, *, code: str, until: float) -> Pushed:
        """Our location has what a record says, the newest on file where None; without a code it is told.

        Other locations are not ours, and stay as they are. Raises NotPossible for another shop's record, or
        where the code is of another restoring.
        """
        name = self.trade.shop.name
        record = record or self.door.do_alone(lambda: self.trade.tabs.filed(name))
        if record.shop != name:
            raise NotPossible(f"This snapshot is of {record.shop}, and the shop is {name}.")
        with self.pusher.turn:
            push = self._planned(record, until)
            if not code:
                return Pushed(push, advice=f"To do it: code {push.code}.", is_preview=True)
            if not self.door.do_alone(lambda: self.trade.tabs.gate(name)).snapshot:
                raise NotPossible(Gate().what_is_missing)
            if code.strip().upper() != push.code:
                raise NotPossible(f"That is not the code of this: {in_words(push)} The code is {push.code}.")
            done, rejected = self.pusher.move(push.moves, until)
        return Pushed(push, tuple(done), tuple(Problem(move.sku, why.why) for move, why in rejected))

    def _planned(self, record: ShopRecord, until: float) -> Push:
        shop = self.trade.shop
        place = shop.location(until=until)
        recorded = record.stock_at(place)
        variants = {variant.item: variant for variant in shop.variants(until=until)}
        levels = shop.levels([*recorded], until=until)
        said = f"restore {record.title} {shop.name} {place.location_id}"
        return plan_restore(recorded, variants, levels, place=said)
