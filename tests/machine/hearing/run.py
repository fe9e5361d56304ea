"""One run: orders all at once by the Zap, Slack and the hook failing, kills, until everybody was told."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import requests

from sandbox.slack import SlackStand
from sandbox.zap import Run, ZapStand, read_zaps
from tests.local import ROOT, TOKENS, Function, Workbook
from tests.machine.chaos.run import local_google
from tests.machine.hearing.verdict import Verdict, verdict

ENTRY = Path(__file__).with_name("entry.py")

CALLERS = 100
"""Runs that the Zap plays at one time."""

AWAY = {"503": 0.11, "500": 0.06, "reset": 0.06, "429": 0.05, "html-502": 0.05}
"""Slack and the hook fail a third of the time."""

LOST = {"apply-then-drop": 0.005}
"""And of some messages the answer is lost: these are sent again although they arrived."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything a run has."""

    orders: int
    kills: int
    seed: int


@dataclass(slots=True)
class Outcome:
    """What a run did, and what it found."""

    plan: Plan
    verdict: Verdict
    kills: int
    faults: Counter[str]
    replays: Counter[int]
    """How many runs Autoreplay had to play again so many times."""
    by_hook: int
    """Orders whose keys were mailed by the hook."""
    hook_problems: list[str]
    by_hand: int
    """Runs that Autoreplay gave up, and a person replayed."""
    minutes: float
    """By the function's clock, until nothing was left to be sent."""
    seconds: float


class Clock:
    """Zapier's time, which goes as fast as it is put forward."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """Everybody who takes part."""

    workbook: Workbook
    slack: SlackStand
    zapier: ZapStand
    clock: Clock
    shift_file: Path
    chance: random.Random
    printed: list[bytes] = field(default_factory=list)
    shift_s: float = 0.0
    function: Function | None = None
    kills: int = 0
    is_up: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """A new process of the function, which the Zap finds at the function's address."""
        self.shift_file.write_text(str(self.shift_s))
        self.function = Function(
            self.workbook,
            ENTRY,
            SHIFT_FILE=str(self.shift_file),
            SLACK_WEBHOOK_URL=self.slack.hook_url,
            DELIVERY="hook",
            DELIVERY_HOOK_URL=self.zapier.hook_url,
            WAITING="auto",
        )
        self.zapier.function = self.function.url
        self.is_up.set()

    def kill(self) -> None:
        """`kill -9`; what it had said is kept."""
        if self.function is None:
            return
        self.is_up.clear()
        self.function.kill()
        self.printed.append(self.function.printed())
        self.function.close()
        self.function = None

    def kill_and_start(self) -> None:
        """One kill of the plan's."""
        self.kill()
        self.kills += 1
        self.start()

    def play(self, how: Callable[[T], Run], what: T) -> Run:
        """A run of the Zap, held back while no process of the function is up, as the cloud does."""
        self.is_up.wait()
        return how(what)

    def put_forward_to(self, at: datetime) -> None:
        """The function's clock shows the minute after this one, or is there already."""
        ahead = at - datetime.now(UTC) + timedelta(minutes=1)
        self.shift_s = max(self.shift_s, ahead.total_seconds())
        self.shift_file.write_text(str(self.shift_s))

    def ask(self, path: str, body: dict[str, Any]) -> None:
        """A call of the scheduler's or of a person's; the function may die of it."""
        assert self.function is not None
        with suppress(requests.RequestException):
            self.function.post(path, body)


def run(plan: Plan, say: Callable[[str], None] = lambda line: None) -> Outcome:
    """Everything at once; then faults end by chance alone, until nothing is left to be told."""
    with local_google() as google, SlackStand() as slack, tempfile.TemporaryDirectory() as folder:
        workbook, clock = Workbook(google), Clock()
        zaps = read_zaps((ROOT / "README.md").read_text(encoding="utf-8"))
        with ZapStand(zaps, secret=TOKENS["zap"], now=clock) as zapier:
            chance = random.Random(f"hearing {plan.seed}")
            world = World(workbook, slack, zapier, clock, Path(folder) / "shift", chance)
            try:
                return _go(plan, world, say)
            finally:
                world.kill()


def _go(plan: Plan, world: World, say: Callable[[str], None]) -> Outcome:
    began = time.monotonic()
    _open_shop(world.workbook, plan.orders)
    world.workbook.slow_down(read_ms=20, write_ms=400)
    rates = {"rates": {**AWAY, **LOST}, "seed": plan.seed}
    world.slack.faults.add(rates)
    world.zapier.faults.add({"method": "zap.catch", **rates})
    world.start()
    with ThreadPoolExecutor(CALLERS) as callers:
        playing = [callers.submit(world.play, world.zapier.order, order) for order in orders(plan)]
        _serve_all(plan, world, callers, playing, say)
    by_hand = _replay_by_hand(world)
    shifted = world.shift_s
    _restock(world, plan.orders)
    _until_all_is_told(world, plan.kills, say)
    world.kill()
    faults = Counter(world.slack.faults.shown()["spent"]) + Counter(world.zapier.faults.shown()["spent"])
    tabs = {tab: world.workbook.tab(tab) for tab in ("Order Cache", "Outbox")}
    return Outcome(
        plan=plan,
        verdict=verdict(tabs, world.zapier.mails, world.slack.messages, b"".join(world.printed).decode()),
        by_hook=len({call.body["order_id"] for call in world.zapier.calls}),
        hook_problems=sorted({problem for call in world.zapier.calls for problem in call.problems}),
        kills=world.kills,
        faults=faults,
        replays=Counter(run.replays for run in world.zapier.runs),
        by_hand=by_hand,
        minutes=(world.shift_s - shifted) / 60,
        seconds=time.monotonic() - began,
    )


def _open_shop(workbook: Workbook, orders: int) -> None:
    """A bit less is in stock than is asked for: some orders fail."""
    workbook.stock(*[f"NASM CPT combined EX-CPT-{n} 1" for n in range(orders)])
    workbook.stock(*[f"NASM CNC combined EX-CNC-{n} 1" for n in range(orders // 50)])
    workbook.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL", KBS="")


def _restock(world: World, orders: int) -> None:
    """Keys for those that wait: they are served by themselves, and their mails go by the hook."""
    key = {"region": "CANADA", "provider": "NASM", "product_code": "CNC", "component": "combined"}
    rows = [{**key, "keycode": f"EX-MORE-{number}", "seats": 1} for number in range(orders // 10)]
    for body in ({"rows": rows}, {"rows": rows}):  # a second click, as somebody does who sees an error
        world.ask("/keys/import", body)


def orders(plan: Plan) -> Iterator[dict[str, Any]]:
    """Paid orders as Shopify's trigger gives them; some ask for what soon runs out, or for no key."""
    chance = random.Random(f"orders {plan.seed}")
    for number in range(1, plan.orders + 1):
        sku = chance.choices(("CPT", "CNC", "KBS"), (75, 17, 8))[0]
        yield {
            "id": str(6_855_909_000_000 + number),
            "name": f"#{number}",
            "email": f"customer{number}@example.com",
            "customer": {"first_name": 'Jo "Ace"', "last_name": f"O'Neil-{number}"},
            "line_items": [{"sku": sku, "quantity": 1}],
        }


def _serve_all(
    plan: Plan,
    world: World,
    callers: ThreadPoolExecutor,
    playing: list[Future[Run]],
    say: Callable[[str], None],
) -> None:
    """Until every run is through, or given up by Autoreplay; half of the kills come meanwhile."""
    moments = sorted(world.chance.uniform(0.02, 0.9) for _ in range((plan.kills + 1) // 2))
    while playing:
        done = 1 - _left(world, plan) / plan.orders
        if moments and done >= moments[0]:
            moments.pop(0)
            world.kill_and_start()
            say(f"        {world.kills} kills, {done:.0%} of the orders are through")
        playing = [played for played in playing if not played.done()] or _autoreplay(world, callers)
        time.sleep(0.01)


def _autoreplay(world: World, callers: ThreadPoolExecutor) -> list[Future[Run]]:
    """Zapier's clock goes to the next replay that is due, and everything that is due by then is played."""
    due_at = world.zapier.history.next_due()
    if due_at is None:
        return []
    world.clock.now = max(world.clock.now, due_at + timedelta(minutes=1))
    again = world.zapier.history.play_again
    return [callers.submit(world.play, again, run) for run in world.zapier.history.due()]


def _replay_by_hand(world: World) -> int:
    """What Autoreplay gave up, its owner was mailed about: a person replays it."""
    errored = [run for run in world.zapier.runs if run.status == "errored"]
    for run in errored:
        world.zapier.history.replay(run)
    return len(errored)


def _left(world: World, plan: Plan) -> int:
    """How many orders are not through: the Zap has not begun them, or has to play them again."""
    return plan.orders - sum(run.status in ("success", "filtered") for run in list(world.zapier.runs))


def _until_all_is_told(world: World, kills: int, say: Callable[[str], None]) -> None:
    """The scheduler calls, by a clock that is put forward to what is due next, until nothing is pending.

    What kills are left end the function in the middle of its sending.
    """
    while pending := _pending(world.workbook):
        world.put_forward_to(min(pending.values()))
        calling = threading.Thread(target=world.ask, args=("/outbox/send", {}))
        calling.start()
        if world.kills < kills:
            time.sleep(world.chance.uniform(0.0, 1.0))
            world.kill_and_start()
        calling.join()
        world.zapier.run_caught()
        while due_at := world.zapier.history.next_due():
            world.clock.now = due_at + timedelta(minutes=1)
            world.zapier.history.autoreplay()
        say(f"        {world.kills} kills; {len(pending)} messages were to be told")


def _pending(workbook: Workbook) -> dict[str, datetime]:
    """When each message that is still to be told is due."""
    newest = {row["message_id"]: row for row in workbook.tab("Outbox")}
    return {
        message_id: datetime.fromisoformat(row["due_at"] or row["at"])
        for message_id, row in newest.items()
        if row["event"] in ("owed", "claimed", "failed")
    }
