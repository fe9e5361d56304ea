"""A Zap's history: each run, what stopped it, and how it is replayed by people and by Autoreplay."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sandbox.book import Json
from sandbox.zap.design import Zap
from sandbox.zap.mapping import Fields
from sandbox.zap.steps import Filtered, Stopped, World, carried_out

AUTOREPLAY = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
"""After the error, and after each replay that failed: ten hours and thirty-five minutes in all."""

PAUSED_AT = 0.95
PAUSED_ABOVE = 20
PAUSED_OVER = timedelta(days=7)
"""A Zap is turned off when 95 % of more than 20 runs of the last seven days have errored."""

Status = Literal["playing", "success", "filtered", "scheduled", "errored", "missed"]


@dataclass(slots=True)
class Run:
    """One run: what its steps gave, and where it stands."""

    number: int
    zap: Zap
    at: datetime
    outputs: dict[int, Fields] = field(repr=False)
    """The fields of each step, the trigger's first."""
    answers: dict[int, Json] = field(default_factory=dict, repr=False)
    """What the function said to each step, as it came."""
    status: Status = "playing"
    stopped_at: int = 0
    """The number of the step that failed or filtered."""
    error: str = ""
    replays: int = 0
    due_at: datetime | None = None
    """When Autoreplay tries next."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail from Zapier to whoever owns the Zap."""

    at: datetime
    text: str


class History:
    """All runs of some Zaps. Any thread; each run is played by one."""

    def __init__(self, world: Callable[[], World], *, has_autoreplay: bool) -> None:
        self._world = world
        self._has_autoreplay = has_autoreplay
        self._guard = threading.Lock()
        self.runs: list[Run] = []
        self.notices: list[Notice] = []
        self.paused: set[str] = set()
        """Titles of the Zaps that are off."""

    def begin(self, zap: Zap, trigger: Fields) -> Run:
        """A run of this Zap, played to its end; `missed` where the Zap is off."""
        with self._guard:
            run = Run(len(self.runs) + 1, zap, self._world().now(), {1: trigger})
            self.runs.append(run)
        if zap.title in self.paused:
            run.status = "missed"
            return run
        return self._play(run, after=1)

    def replay(self, run: Run) -> Run:
        """The step that failed, and those after it; what earlier steps gave stays as it is.

        Zapier offers this for a run that stopped by an error, not for one that was filtered.
        """
        if run.status not in ("errored", "scheduled"):
            raise ValueError(f"Run {run.number} is {run.status}: there is no failed step to replay.")
        return self._play(run, after=run.stopped_at - 1)

    def replay_whole(self, run: Run) -> Run:
        """Every step anew, on what the trigger gave."""
        run.outputs, run.answers = {1: run.outputs[1]}, {}
        return self._play(run, after=1)

    def autoreplay(self) -> list[Run]:
        """The runs whose time has come, replayed; those whose last try that was have errored for good."""
        return [self.play_again(run) for run in self.due()]

    def due(self) -> list[Run]:
        """The runs that Autoreplay has to play by now."""
        now = self._world().now()
        return [run for run in self.runs if run.status == "scheduled" and run.due_at and run.due_at <= now]

    def play_again(self, run: Run) -> Run:
        """One of Autoreplay's five tries."""
        run.replays += 1
        return self.replay(run)

    def next_due(self) -> datetime | None:
        """When Autoreplay has something to do next."""
        return min(
            (run.due_at for run in self.runs if run.status == "scheduled" and run.due_at), default=None
        )

    def _play(self, run: Run, *, after: int) -> Run:
        run.status, run.error, run.due_at, run.stopped_at = "playing", "", None, 0
        world = self._world()
        for step in run.zap.steps[after:]:
            try:
                given = carried_out(step, run.outputs, world, run.number)
            except Filtered:
                run.status, run.stopped_at = "filtered", step.number
                return run
            except Stopped as stop:
                run.stopped_at, run.error = step.number, str(stop)
                self._stop(run, world.now())
                return run
            run.outputs[step.number], run.answers[step.number] = given.fields, given.said
        run.status = "success"
        return run

    def _stop(self, run: Run, now: datetime) -> None:
        """Autoreplay takes over while it may; no mail is sent before its last try has failed."""
        if self._has_autoreplay and run.replays < len(AUTOREPLAY):
            run.status, run.due_at = "scheduled", now + AUTOREPLAY[run.replays]
            return
        run.status = "errored"
        with self._guard:
            self.notices.append(Notice(now, f"{run.zap.title}: step {run.stopped_at} failed. {run.error}"))
            if self._errs_too_often(run.zap, now):
                self.paused.add(run.zap.title)
                self.notices.append(Notice(now, f"{run.zap.title} was turned off: it errored too often."))

    def _errs_too_often(self, zap: Zap, now: datetime) -> bool:
        ended = [run for run in self._of_late(zap, now) if run.status in ("success", "filtered", "errored")]
        errored = sum(run.status == "errored" for run in ended)
        return len(ended) > PAUSED_ABOVE and errored >= PAUSED_AT * len(ended)

    def _of_late(self, zap: Zap, now: datetime) -> Iterator[Run]:
        return (run for run in self.runs if run.zap is zap and run.at > now - PAUSED_OVER)
