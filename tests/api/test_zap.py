"""The README's Zap, followed to the letter: each customer gets one mail with one set of keys."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from sandbox.zap import Mail, Run, ZapStand, read_zaps
from tests.local import TOKENS, Function, Workbook

ROOT = Path(__file__).parents[2]

README = (ROOT / "README.md").read_text(encoding="utf-8")

NUMBERS = count(6855909900000)

ANNOYING = {"first_name": 'Jo "Ace"', "last_name": "O'Neil \\ <b>&co</b>"}


@pytest.fixture(scope="module", autouse=True)
def stocked(shop: Workbook) -> None:
    shop.stock("NASM CPT combined EX-1 400", *[f"NASM CNC combined CN-{n} 1" for n in range(40)])
    shop.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL", KBS="", GONE="NASM-XYZ-FULL")


def zapier_of(function: Function) -> ZapStand:
    return ZapStand(read_zaps(README), function=function.url, secret=TOKENS["zap"], has_autoreplay=False)


@pytest.fixture
def zapier(function: Function) -> ZapStand:
    """A history and a mailbox of its own for each test."""
    return zapier_of(function)


def paid(*skus: str, **fields: Any) -> dict[str, Any]:
    """An order as Shopify's trigger gives it."""
    number = next(NUMBERS)
    return {
        "id": number,
        "name": f"#{number}",
        "email": "jo@example.com",
        "customer": ANNOYING,
        "line_items": [{"sku": sku, "quantity": 1, "title": f"Course {sku}"} for sku in skus or ("CNC",)],
        **fields,
    }


def keys_in(shop: Workbook, order: dict[str, Any]) -> list[str]:
    """The key codes that the newest answer of the order gives."""
    rows = [row for row in shop.tab("Order Cache") if row["order_id"] == str(order["id"])]
    return [keycode for _, keycode in json.loads(rows[-1]["keys"])]


def the_mail(zapier: ZapStand, order: dict[str, Any]) -> Mail:
    """The one mail that there is about an order."""
    (mail,) = zapier.mails_of(str(order["id"]))
    return mail


def finish(zapier: ZapStand, run: Run) -> Run:
    """The run, replayed at its failed step until none fails any more."""
    while run.status == "errored":
        zapier.history.replay(run)
    return run


def test_a_paid_order_is_one_mail_with_its_keys(zapier: ZapStand, shop: Workbook) -> None:
    order = paid("CPT", "CNC")
    assert zapier.order(order).status == "success"
    mail = the_mail(zapier, order)
    assert (mail.to, mail.subject) == ("jo@example.com", f"Your access keys for order {order['name']}")
    assert [code for code in keys_in(shop, order) if code not in mail.text] == []


def test_a_customer_whose_name_has_quotes_gets_the_same(zapier: ZapStand) -> None:
    order = paid(customer={"first_name": 'Jo "Ace"', "last_name": "O'Neil"})
    assert zapier.order(order).outputs[2]["customer_name"] == 'Jo "Ace" O\'Neil'
    assert 'Hello Jo "Ace" O\'Neil,' in the_mail(zapier, order).text


def test_a_line_that_a_person_serves_is_not_mailed(zapier: ZapStand) -> None:
    mixed, by_hand = paid("CNC", "KBS"), paid("KBS")
    assert zapier.order(mixed).outputs[2]["skipped__0__sku"] == "KBS"
    assert zapier.order(by_hand).status == "filtered"
    assert the_mail(zapier, mixed)
    assert zapier.mails_of(str(by_hand["id"])) == []


def test_an_order_that_cannot_be_served_is_no_error_and_no_mail(zapier: ZapStand) -> None:
    order = paid("GONE")
    run = zapier.order(order)
    assert (run.status, run.outputs[2]["status"]) == ("filtered", "failed")
    assert zapier.mails_of(str(order["id"])) == []


def test_whatever_fails_a_replay_ends_with_one_mail(function: Function, shop: Workbook) -> None:
    """Steps 2 and 5 fail, before or after they did their work; the run is replayed, then twice as a whole."""

    def follow(troubles: tuple[str, str]) -> tuple[ZapStand, dict[str, Any]]:
        zapier = zapier_of(function)
        for step, trouble in zip((2, 5), troubles, strict=True):
            if trouble:
                zapier.faults.add({"method": f"zap.step-{step}", "instructions": [trouble]})
        order = paid()
        run = finish(zapier, zapier.order(order))
        statuses = [run.status, *(zapier.history.replay_whole(run).status for _ in range(2))]
        assert statuses == ["success", "filtered", "filtered"], troubles
        assert sum(zapier.faults.shown()["spent"].values()) == len([*filter(None, troubles)]), troubles
        return zapier, order

    cases = [*product(("", "503", "apply-then-drop"), repeat=2)]
    with ThreadPoolExecutor(len(cases)) as pool:
        for zapier, order in pool.map(follow, cases):
            assert keys_in(shop, order)[0] in the_mail(zapier, order).text


def test_a_mail_step_that_failed_is_replayed_with_the_keys_of_then(zapier: ZapStand, shop: Workbook) -> None:
    zapier.faults.add({"method": "zap.step-4", "instructions": ["503", "503"]})
    order = paid()
    run = finish(zapier, zapier.order(order))
    assert run.status == "success"
    assert keys_in(shop, order)[0] in the_mail(zapier, order).text


def test_a_whole_run_replayed_before_its_report_mails_the_same_keys_again(zapier: ZapStand) -> None:
    """Nobody but the Zap knows that the mail went out: what cannot be helped is never another key."""
    zapier.faults.add({"method": "zap.step-5", "instructions": ["503"]})
    order = paid()
    zapier.history.replay_whole(zapier.order(order))
    first, again = zapier.mails_of(str(order["id"]))
    assert (first.to, first.body) == (again.to, again.body)


def test_a_cleared_order_is_mailed_its_own_keys_again(zapier: ZapStand, function: Function) -> None:
    order = paid()
    run = zapier.order(order)
    function.post("/orders/clear", {"order_id": str(order["id"])})
    assert zapier.history.replay_whole(run).status == "success"
    first, again = zapier.mails_of(str(order["id"]))
    assert first.body == again.body


def test_a_late_replay_of_a_refunded_order_mails_nothing(zapier: ZapStand, function: Function) -> None:
    order = paid()
    zapier.faults.add({"method": "zap.step-2", "instructions": ["apply-then-drop"]})
    run = zapier.order(order)
    function.post("/orders/release", {"order_id": str(order["id"])})
    assert finish(zapier, run).status == "filtered"
    assert zapier.mails_of(str(order["id"])) == []


def test_a_key_that_was_replaced_before_the_mail_is_not_in_it(
    zapier: ZapStand, function: Function, shop: Workbook
) -> None:
    order = paid()
    zapier.faults.add({"method": "zap.step-2", "instructions": ["apply-then-drop"]})
    run = zapier.order(order)
    (old,) = keys_in(shop, order)
    function.post("/orders/replace", {"order_id": str(order["id"]), "keycode": old})
    finish(zapier, run)
    (new,) = keys_in(shop, order)
    mail = the_mail(zapier, order)
    assert (old in mail.text, new in mail.text) == (False, True)


def test_orders_of_one_moment_get_a_mail_each(zapier: ZapStand, shop: Workbook) -> None:
    orders = [paid("CPT") for _ in range(30)]
    with ThreadPoolExecutor(30) as pool:
        runs = list(pool.map(zapier.order, orders))
    assert {run.status for run in runs} == {"success"}
    for order in orders:
        assert the_mail(zapier, order)
