"""A fresh installation: whatever is clicked, in whatever order, no quantity reaches the shop unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, sampled_from

from fulfillment.errors import FulfillmentError
from sandbox.shopify.stand import ShopifyStand
from tests.local import Workbook
from tests.market import Market

WORKBOOKS: list[str] = []
"""The address of the local Google, for machines that hypothesis makes."""


class FreshShop(RuleBasedStateMachine):
    """An operator who has read nothing, and a function whose settings somebody changes meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.shopify = ShopifyStand()
        self.shopify.__enter__()
        self.market = Market(Workbook(WORKBOOKS[0]), self.shopify)
        self.mode = "on"
        self.codes = ["WRONG1"]
        self.has_snapshot = self.was_confirmed = False

    def teardown(self) -> None:
        self.shopify.__exit__(None, None, None)

    @initialize()
    def open(self) -> None:
        self.market.open(stock=7)

    def click(self, name: str, **body: Any) -> dict[str, Any]:
        """What the operation answers; nothing where it says no."""
        try:
            return self.market.run(name, self.market.service(SHOPIFY_PUSH=self.mode), **body)
        except FulfillmentError:
            return {}

    @rule(mode=sampled_from(["off", "preview", "on"]))
    def set_the_mode(self, mode: str) -> None:
        self.mode = mode

    @rule(name=sampled_from(["refresh", "pull", "publish"]))
    def press_a_button(self, name: str) -> None:
        self.click(name)

    @rule(dry_run=booleans(), fix=booleans())
    def push(self, dry_run: bool, fix: bool) -> None:
        said = self.click("push", dry_run=dry_run, fix=fix)
        self.codes += filter(None, [said.get("code", "")])

    @rule(newest=booleans(), fix=booleans(), dry_run=booleans())
    def confirm(self, newest: bool, fix: bool, dry_run: bool) -> None:
        code = self.codes[-1 if newest else 0]
        before = len(self.market.pushes())
        said = self.click("push", confirm=code, fix=fix, dry_run=dry_run)
        confirmed = said.get("status") == "ok" or "confirmed" in str(said.get("message", "")).lower()
        assert self.has_snapshot or len(self.market.pushes()) == before
        self.was_confirmed = self.was_confirmed or (self.has_snapshot and confirmed)

    @rule(confirmed=booleans())
    def restore(self, confirmed: bool) -> None:
        before = len(self.market.pushes())
        said = self.click("restore-levels", confirm=self.codes[-1] if confirmed else "")
        self.codes += filter(None, [said.get("code", "")])
        pushed = len(self.market.pushes()) - before
        assert not pushed or (self.has_snapshot and confirmed)
        self.pushed_by_now += 0 if self.was_confirmed else pushed  # restoring was shown by itself

    @rule()
    def sell_and_serve(self) -> None:
        placed = self.market.sell("DUO", oversell=True)
        self.market.serve(placed, self.market.service(SHOPIFY_PUSH=self.mode))

    @rule()
    def have_it_not_counted(self) -> None:
        self.market.people.change_variant("CPT", tracked=False)
        self.is_counted = False

    @rule()
    def take_a_snapshot(self) -> None:
        self.has_snapshot = self.click("snapshot").get("status") == "ok" or self.has_snapshot

    @rule()
    def delete_the_snapshot(self) -> None:
        for title in self.market.snapshots():
            self.market.workbook.batch({"deleteSheet": {"sheetId": self.market.workbook.sheet_id(title)}})
        self.has_snapshot = self.was_confirmed = False
        self.pushed_by_now = len(self.market.pushes())

    pushed_by_now = 0
    is_counted = True

    @invariant()
    def nothing_reaches_the_shop_before_both(self) -> None:
        if not (self.has_snapshot and self.was_confirmed):
            assert len(self.market.pushes()) == self.pushed_by_now
            assert self.market.people.variant("CPT").is_tracked == self.is_counted
        self.is_counted = self.market.people.variant("CPT").is_tracked
        self.market.is_never_stale()


@pytest.fixture
def at_google(google: str) -> Iterator[None]:
    WORKBOOKS.append(google)
    yield
    WORKBOOKS.clear()


@pytest.mark.slow
@pytest.mark.usefixtures("at_google")
def test_no_quantity_reaches_a_shop_before_a_snapshot_and_a_confirmed_preview() -> None:
    few = settings(
        max_examples=5,
        stateful_step_count=8,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # each click is calls over HTTP: what fails is told as it was found
        suppress_health_check=[*HealthCheck],
    )
    run_state_machine_as_test(FreshShop, settings=few)
