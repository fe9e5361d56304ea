"""The load: customers whose orders are posted, again and elsewhere too, and operators who work on them."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from tests.local import posted
from tests.machine.chaos.caller import Caller
from tests.machine.chaos.shop import Basket, Supplier
from tests.machine.said import Said

STEPS = {
    "again": 30, "renamed": 5, "changed": 6, "status": 8, "release": 7, "release_sku": 4, "release_unit": 5,
    "quarantine": 4, "clear": 12, "replace": 7, "delivered": 7, "close": 3, "twin": 10,
}  # fmt: skip
"""What happens to an order after it was answered first, and how often."""

WAVE = 100
"""Orders between two deliveries of keys."""

_tries = itertools.count(1)


class Customer:
    """One order from its first post to its last."""

    def __init__(self, basket: Basket, caller: Caller, twins: ThreadPoolExecutor) -> None:
        self._basket, self._caller, self._twins = basket, caller, twins
        self._chance = basket.chance
        self._body = posted(basket.order_id, basket.lines)

    def live(self, *, steps: int) -> None:
        """Everything that happens to it, one thing after the other."""
        if self._chance.random() < 0.01:
            self._ask("close")
        said = self.twin() if self._chance.random() < 0.2 else self.again()
        for step in self._chance.choices([*STEPS], weights=[*STEPS.values()], k=steps):
            said = getattr(self, step)(said)

    def again(self, last: Said | None = None) -> Said:
        return self._caller.settle("order", self._body)

    def twin(self, last: Said | None = None) -> Said:
        """The same order comes in twice at once."""
        caller = self._caller.twin(random.Random(self._chance.random()))
        other = self._twins.submit(caller.settle, "order", self._body)
        said = self.again()
        other.result()
        return said

    def renamed(self, last: Said) -> Said:
        self._body = {**self._body, "customer_name": f"Customer {self._chance.randrange(100)}"}
        return self.again()

    def changed(self, last: Said) -> Said:
        """Other lines under the same id: it gets the old answer, unless it was cleared."""
        lines = self._chance.choice(["CPT*3", "PES", "CPT EXAM", "STS*2"])
        other = posted(self._basket.order_id, lines, customer_name=self._body["customer_name"])
        return self._caller.settle("order", other)

    def status(self, last: Said) -> Said:
        self._ask("status")
        return last

    def release(self, last: Said) -> Said:
        self._release()
        return self._maybe_again(last)

    def quarantine(self, last: Said) -> Said:
        self._release(quarantine=True)
        return self._maybe_again(last)

    def release_sku(self, last: Said) -> Said:
        self._release(sku=self._basket.lines.split()[-1].partition("*")[0])
        return self._maybe_again(last)

    def release_unit(self, last: Said) -> Said:
        units = [key["unit"] for key in last.body.get("keys", [])]
        self._release(units=self._chance.choice(units or ["1.1"]).split("+"))
        return self._maybe_again(last)

    def clear(self, last: Said) -> Said:
        self._ask("clear")
        return self._maybe_again(last)

    def replace(self, last: Said) -> Said:
        keys = last.body.get("keys", [])
        if keys:
            self._ask("replace", keycode=self._chance.choice(keys)["keycode"])
        return self._maybe_again(last)

    def delivered(self, last: Said) -> Said:
        self._ask("delivered")
        return last

    def close(self, last: Said) -> Said:
        self._ask("close")
        return self._maybe_again(last)

    def _maybe_again(self, last: Said) -> Said:
        return self.again() if self._chance.random() < 0.7 else last

    def _ask(self, what: str, **fields: object) -> Said:
        return self._caller.settle(what, {"order_id": self._basket.order_id, **fields})

    def _release(self, **fields: object) -> Said:
        """Each try has a reason of its own, by which its rows are known in the ledger."""
        body = {"order_id": self._basket.order_id, **fields}
        return self._caller.settle("release", lambda _: {**body, "reason": f"try {next(_tries)}"})


class Load:
    """Customers in so many threads, and the deliveries of keys that go with their orders."""

    def __init__(
        self,
        baskets: Sequence[Basket],
        supplier: Supplier,
        new_caller: Callable[[random.Random], Caller],
        *,
        threads: int,
        steps: float,
    ) -> None:
        self._baskets, self._supplier, self._new_caller = baskets, supplier, new_caller
        self._steps = steps
        self._waiting: SimpleQueue[int] = SimpleQueue()
        for place in range(len(baskets)):
            self._waiting.put(place)
        self._twins = ThreadPoolExecutor(threads)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        self.done = 0
        self.errors: list[Exception] = []

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        try:
            while True:
                self._serve(self._waiting.get_nowait())
        except Empty:
            return
        except Exception as error:  # noqa: BLE001  a thread that dies unheard would let the run pass
            self.errors.append(error)

    def _serve(self, place: int) -> None:
        basket = self._baskets[place]
        caller = self._new_caller(random.Random(f"caller {basket.order_id} {basket.chance.random()}"))
        if place % WAVE == 0:
            rows = self._supplier.deliver(self._baskets[place : place + WAVE])
            caller.settle("import", {"rows": rows})
        many, more = divmod(self._steps, 1)
        Customer(basket, caller, self._twins).live(steps=int(many) + (basket.chance.random() < more))
        self.done += 1

    def close(self) -> None:
        self._twins.shutdown()

    def go_on(self) -> None:
        """Some customers are renamed, as there is still something that is to go wrong meanwhile."""
        number = next(_tries)

        def rename(basket: Basket) -> None:
            name = f"Customer {number}"
            caller = self._new_caller(random.Random(f"{number} {basket.order_id}"))
            caller.settle("order", posted(basket.order_id, basket.lines, customer_name=name))

        some = random.Random(number).sample(self._baskets, min(len(self._threads), len(self._baskets)))
        with ThreadPoolExecutor(len(some)) as pool:
            for _ in pool.map(rename, some):
                pass

    def post_everything_again(self, threads: int) -> None:
        """Each order once more: what is in the spreadsheet is answered at the next post."""

        def post(basket: Basket) -> None:
            caller = self._new_caller(random.Random(f"last {basket.order_id}"))
            nobody = {"customer_name": "", "email": "", "order_name": ""}  # who it was stays recorded
            caller.settle("order", posted(basket.order_id, basket.lines, **nobody))

        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(post, self._baskets):
                pass
