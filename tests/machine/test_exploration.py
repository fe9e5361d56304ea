"""The commit protocol, explored: every interleaving up to a bound, and what each guard is there for."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from fulfillment import group
from fulfillment.damage import Damage, Gaps
from fulfillment.sheets import batches, fence, sending, state, store
from fulfillment.sheets.sending import Sending
from fulfillment.sheets.sifting import Sifted
from fulfillment.sheets.store import SheetStore
from tests.machine.exploring.exploration import CALLS_FAIL, Scene, explore
from tests.machine.exploring.scenes import AGEING, AGEING_STAMPS, LATE, RELEASE_X, SHORT, X, Y

Out = Callable[[pytest.MonkeyPatch], None]
"""Takes a guard out."""


@pytest.fixture(autouse=True)
def _nothing_to_collect() -> Iterator[None]:
    """All that an exploration makes it keeps: looking for garbage takes a third of its time."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", SHORT)
def test_no_interleaving_of_writers_faults_and_crashes_breaks_a_promise(name: str) -> None:
    report = explore(SHORT[name])
    assert report.found is None, str(report.found)
    assert report.states > 1_000


def test_stamps_outlive_every_view_and_every_write_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STAMPS_KEPT", AGEING_STAMPS)
    report = explore(AGEING)
    assert report.found is None, str(report.found)


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """The stamps collide with nobody's, and no look takes them for versions."""
    count = itertools.count(1)
    patch.setattr(batches, "create_stamp", lambda _, commit_id: fence.create_stamp(-next(count), commit_id))
    patch.setattr(sending, "proves", lambda reply, version, commit_id: True)


def resent_under_another_stamp(patch: pytest.MonkeyPatch) -> None:
    """A write whose answer was lost goes out again with the stamp of the version after."""
    look = Sending._look_for_it

    def look_and_renumber(self: Sending) -> None:
        try:
            look(self)
        finally:
            old, self.version = self.version, self.version + 1
            stamps = [f'"metadataId":{fence.FENCE_BASE + version}' for version in (old, self.version)]
            self.body = self.body.replace(*(stamp.encode() for stamp in stamps))

    patch.setattr(Sending, "_look_for_it", look_and_renumber)


def planned_anew_under_the_same_id(patch: pytest.MonkeyPatch) -> None:
    """A commit id names the writer and the version alone, not what is committed."""
    made = SheetStore._system_row

    def named_by_version(self: SheetStore, known: Any, changes: Any, version: int) -> Any:
        writer = self._new_commit_id().partition("-")[0]
        patch.setattr(self, "_new_commit_id", lambda: f"{writer}-v{version}")
        return made(self, known, changes, version)

    patch.setattr(SheetStore, "_system_row", named_by_version)


def lost_answers_taken_for_yes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sending, "_look_for_it", lambda self: None)


def looks_not_checked(patch: pytest.MonkeyPatch) -> None:
    """Whatever rows a look shows are all there are."""

    def read(name: Any, rows: Any, layout: Any, _: Any, *, after: int, codecs: Any, **__: Any) -> list[Any]:
        reader = codecs.ledgers[name].reader(layout)
        numbered = [row for row in rows if isinstance(row[layout.place["no"]], int)]
        return [row for row in map(reader, numbered) if row.no > after]

    patch.setattr(state, "read_ledger", read)
    patch.setattr(state, "sift", lambda *asked, **how: Sifted(read(*asked, **how), Gaps()))
    patch.setattr(state, "diagnose", lambda *_: Damage())


def too_few_stamps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "STAMPS_KEPT", AGEING_STAMPS - 1)


def views_of_any_age(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "STAMPS_KEPT", AGEING_STAMPS)
    patch.setattr(group, "VIEW_AGE_S", 1e9)


def told_from_memory(patch: pytest.MonkeyPatch) -> None:
    """An answer that changes nothing rests on what is known."""
    look = SheetStore.snapshot

    def known(self: SheetStore, *, looked_since: float) -> Any:
        return look(self, looked_since=min(looked_since, self._clock.now_s() - group.VIEW_AGE_S))

    patch.setattr(SheetStore, "snapshot", known)


GUARDS: Mapping[Out, Scene] = {
    no_fence: Scene(((X,), (X,))),
    resent_under_another_stamp: Scene(((X,),), faults=1, kinds=LATE),
    planned_anew_under_the_same_id: Scene(((X, Y),), faults=2, kinds=CALLS_FAIL, posts_again=False),
    lost_answers_taken_for_yes: Scene(((X,),), faults=1),
    looks_not_checked: Scene(((X,), (X,)), faults=1, kinds=frozenset({"torn"})),
    too_few_stamps: AGEING,
    views_of_any_age: AGEING,
    told_from_memory: Scene(((X, X), (RELEASE_X,)), kinds=CALLS_FAIL),
}


@pytest.mark.parametrize("take_out", GUARDS, ids=lambda guard: guard.__name__)
def test_without_this_guard_a_bad_state_is_found(take_out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = GUARDS[take_out]
    if scene is not AGEING:
        assert explore(scene).found is None
    take_out(monkeypatch)
    report = explore(scene)
    assert report.found is not None, str(report)
