"""A rehearsed day: nothing is lost, everything is told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from demo.rehearsal.day import OUTAGES, a_day
from tests.local import ROOT

SKUS = ["CPTa", "CNC", "NSTB", "KBS"]


def test_the_same_seed_is_the_same_day_in_order() -> None:
    day = a_day(SKUS, orders=200, seed=3)
    assert day == a_day(SKUS, orders=200, seed=3) != a_day(SKUS, orders=200, seed=4)
    assert [happening.hour for happening in day] == sorted(happening.hour for happening in day)
    assert sum(happening.what == "buy" for happening in day) == 200
    assert {happening.who for happening in day if happening.what == "down"} == {*OUTAGES}


def test_nobody_posts_again_or_is_refunded_before_they_bought() -> None:
    bought = set()
    for happening in a_day(SKUS, orders=500, seed=5):
        if happening.what == "buy":
            bought.add(happening.order)
        elif happening.order is not None:
            assert happening.order in bought


@pytest.mark.timeout(240)
def test_a_short_day_loses_nothing() -> None:
    command = ["rehearse", "--orders", "14", "--minutes", "0.4", "--patience", "90"]
    played = subprocess.run(
        [sys.executable, "-m", "fulfillment", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "The books are in order." in played.stdout
    assert "Shopify is there again." in played.stdout
