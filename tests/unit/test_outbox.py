"""Which messages a change calls for, when one is due again, and what the Outbox remembers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from fulfillment.allocation import plan_order
from fulfillment.answers import Plan
from fulfillment.attempts import DELAYS, claimed, due, not_sent, sent
from fulfillment.mailing import plan_delivered
from fulfillment.messages import Outbox
from fulfillment.model import Message
from fulfillment.outbox import KINDS, plan_send, told_again
from fulfillment.release import plan_release
from fulfillment.workbook import Changes, Draft, Snapshot
from tests.unit.shop import OPENING, Shop, a_stocked_shop, an_order

HOUR = timedelta(hours=1)


def a_telling_shop(*codes: str, **policy: object) -> Shop:
    shop = a_stocked_shop(codes or ("K1", "K2", "K3"), **policy)
    shop.kinds = KINDS
    return shop


def told(shop: Shop) -> list[tuple[str, str, str]]:
    """(kind, event, order) of every row of the Outbox."""
    return [(row.kind, row.event, row.order_id) for row in shop.messages]


def facts(shop: Shop, kind: str) -> dict[str, object]:
    read: dict[str, object] = json.loads(next(row for row in shop.messages if row.kind == kind).body)
    return read


def a_message(**cells: object) -> Message:
    row = Message(OPENING.isoformat(), "m1", "claimed", "failed", "1", "Order 1", "{}", 1)
    return replace(row, **cells)  # type: ignore[arg-type]


def test_an_order_with_keys_is_told_once_and_its_mail_is_waited_for() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT")
    shop.order("1", "CPT")
    assert told(shop) == [("fulfilled", "claimed", "1"), ("unconfirmed", "owed", "1")]
    assert shop.messages[0].subject == "Order #1: 1 key assigned"
    assert facts(shop, "fulfilled")["keys"] == 1


def test_the_message_of_a_mixed_order_names_what_a_person_has_to_serve() -> None:
    shop = a_telling_shop()
    shop.sell("KBS", fulfillment="EXTERNAL")
    shop.order("1", "CPT", "KBS x2: Kettlebells")
    assert facts(shop, "fulfilled")["skipped"] == [["KBS", 2, "Kettlebells", "external"]]


@pytest.mark.parametrize("end", ["released", "mailed"])
def test_no_mail_is_waited_for_of_an_order_that_one_commit_serves_and_settles(end: str) -> None:
    shop = a_telling_shop()
    after: Callable[[Draft], Plan[object]] = (
        partial(plan_release, order_id="1", now=shop.now, by="ops")
        if end == "released"
        else partial(plan_delivered, order_id="1", now=shop.now, by="zap")
    )
    shop.at_once(
        lambda draft: plan_order(draft, an_order("1", "CPT"), policy=shop.policy, now=shop.now, by="zap"),
        after,
        lambda draft: plan_order(draft, an_order("2", "CPT"), policy=shop.policy, now=shop.now, by="zap"),
    )
    assert [order for kind, _, order in told(shop) if kind == "unconfirmed"] == ["2"]
    assert shop.audit() == ()


def test_a_failure_is_told_with_every_shortage() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT x9")
    assert told(shop) == [("failed", "claimed", "1")]
    assert facts(shop, "failed")["reason"] == "out_of_stock"
    (shortage,) = facts(shop, "failed")["shortages"]  # type: ignore[misc]
    assert (shortage["wanted"], shortage["available"]) == (9, 3)


def test_an_order_for_a_person_alone_is_told_as_skipped() -> None:
    shop = a_telling_shop()
    shop.sell("KBS", fulfillment="EXTERNAL")
    shop.order("1", "KBS")
    assert told(shop) == [("skipped", "claimed", "1")]


def test_nobody_is_told_what_nobody_takes() -> None:
    shop = a_telling_shop()
    shop.kinds = ("failed",)
    shop.order("1", "CPT")
    assert shop.messages == []


def test_no_message_names_a_key_or_an_address() -> None:
    shop = a_telling_shop("SECRET-CODE", "K2")
    shop.order("1", "CPT", email="ada@home.ca", customer="Ada ada@home.ca")
    shop.order("2", "CPT x5", email="ada@home.ca")
    shop.delivered("1")
    texts = " ".join(row.subject + row.body for row in shop.messages)
    assert "Ada" in texts
    assert "SECRET" not in texts
    assert "@" not in texts


def test_a_reported_mail_ends_the_wait_and_is_told() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT")
    shop.delivered("1")
    shop.delivered("1")
    assert told(shop)[2:] == [("unconfirmed", "delivered", "1"), ("confirmed", "claimed", "1")]
    waiting = [message.kind for message in due(shop.snapshot.outbox, shop.now + HOUR)]
    assert waiting == ["fulfilled", "confirmed"]


def test_a_mail_that_nobody_reported_is_due_to_be_told_after_a_quarter_of_an_hour() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT")
    given = shop.now
    kinds = [[m.kind for m in due(shop.snapshot.outbox, given + timedelta(minutes=n))] for n in (14, 15)]
    assert ["unconfirmed" in each for each in kinds] == [False, True]


def test_an_order_without_an_address_is_told_and_no_mail_is_waited_for() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT", email="")
    assert told(shop) == [("fulfilled", "claimed", "1")]
    assert facts(shop, "fulfilled")["can_mail"] is False


def test_an_order_taken_back_is_no_longer_waited_for() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT")
    shop.release("1")
    assert told(shop)[2:] == [("unconfirmed", "given_up", "1")]
    assert "released" in shop.messages[-1].error


def test_cleared_and_posted_again_it_is_told_again_under_an_id_of_its_own() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT")
    shop.clear("1")
    shop.order("1", "CPT")
    assert told(shop)[3:] == [("fulfilled", "claimed", "1"), ("unconfirmed", "owed", "1")]
    assert len({row.message_id for row in shop.messages}) == 4


def test_several_orders_of_one_commit_are_told_each() -> None:
    shop = a_telling_shop()
    shop.orders(an_order("1", "CPT"), an_order("2", "CPT"))
    assert [row.message_id for row in shop.messages if row.kind == "fulfilled"] == [
        "fulfilled:1:1",
        "fulfilled:2:2",
    ]


def again(shop: Shop, *, later: timedelta) -> Message | None:
    file = shop.snapshot.file("1")
    now = shop.now + later
    return told_again(file, shop.snapshot.outbox, stock="In stock now: none.", now=now, by="zap")


def test_a_failed_order_posted_again_is_told_at_most_once_an_hour() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT x9")
    assert again(shop, later=timedelta(minutes=50)) is None
    message = again(shop, later=HOUR)
    assert message is not None
    assert message.kind == "failed_again"
    assert json.loads(message.body)["stock"] == "In stock now: none."
    shop.now += HOUR
    shop.commit(Changes(messages=(message,)))
    assert again(shop, later=timedelta(minutes=50)) is None
    second = again(shop, later=2 * HOUR)
    assert second is not None
    assert second.message_id != message.message_id


def test_an_order_that_did_not_fail_is_not_told_again() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT")
    assert again(shop, later=HOUR) is None


def test_what_failed_is_due_after_one_five_thirty_minutes_two_and_six_hours_and_then_given_up() -> None:
    message, waits = a_message(), []
    for attempt in range(1, 7):
        message = replace(message, attempts=attempt)
        mark = not_sent(message, "Slack is away.", now=OPENING, by="x", chance=0.0)
        waits.append(datetime.fromisoformat(mark.due_at) - OPENING if mark.due_at else None)
    assert waits == [*DELAYS, None]
    assert mark.event == "given_up"


def test_what_failed_together_is_not_tried_together() -> None:
    early, late = (not_sent(a_message(), "", now=OPENING, by="x", chance=c).due_at for c in (0.0, 1.0))
    assert early < late


def test_what_asks_for_patience_is_not_tried_before() -> None:
    mark = not_sent(a_message(), "", now=OPENING, by="x", chance=0.0, not_before=timedelta(minutes=9))
    assert datetime.fromisoformat(mark.due_at) == OPENING + timedelta(minutes=9)


def test_what_cannot_be_cured_is_given_up_at_once() -> None:
    assert not_sent(a_message(), "", now=OPENING, by="x", chance=0.0, is_final=True).event == "given_up"


def test_a_claim_is_its_claimers_for_five_minutes() -> None:
    outbox = Outbox()
    outbox.advance([a_message(event="owed", attempts=0, no=1)])
    (message,) = due(outbox, OPENING)
    outbox.advance([replace(claimed(message, now=OPENING, by="here"), no=2)])
    assert [list(due(outbox, OPENING + timedelta(minutes=n))) == [] for n in (4, 5)] == [True, False]
    assert outbox.messages["m1"].subject == "Order 1"  # the facts are in the first row
    assert outbox.messages["m1"].attempts == 1


def test_a_message_nobody_was_heard_of_for_six_claims_is_given_up() -> None:
    outbox = Outbox()
    outbox.advance([a_message(event="claimed", attempts=6, no=1)])
    (row,) = plan_send(Snapshot(outbox=outbox), kinds=KINDS, now=OPENING, by="here", most=9)
    assert row.event == "given_up"


def test_a_message_whose_courier_was_taken_away_is_given_up() -> None:
    outbox = Outbox()
    outbox.advance([a_message(no=1)])
    (row,) = plan_send(Snapshot(outbox=outbox), kinds=(), now=OPENING, by="here", most=9)
    assert (row.event, "settings" in row.error) == ("given_up", True)


def test_rows_older_than_the_limit_leave_but_for_pending_messages_and_the_newest() -> None:
    outbox, day = Outbox(), timedelta(days=1)
    rows = [
        a_message(message_id="a", no=1),
        sent(a_message(message_id="a"), now=OPENING, by="x"),
        a_message(message_id="b", no=3),
        sent(a_message(message_id="c"), now=OPENING, by="x"),
    ]
    outbox.advance(replace(row, no=no) for no, row in enumerate(rows, 1))
    assert outbox.old_rows(before=OPENING + day) == ()  # not before one is a day older
    old = outbox.old_rows(before=OPENING + 2 * day)
    assert [row.no for row in old] == [1, 2]
    outbox.retire(old)
    assert (outbox.standing(), outbox.of_order("1")[0].message_id) == ([3, 4], "b")
    assert "a" not in outbox.messages
    outbox.advance([replace(sent(a_message(message_id="b"), now=OPENING, by="x"), no=5)])
    assert [row.no for row in outbox.old_rows(before=OPENING + 2 * day)] == [3, 4]


def test_a_cold_start_knows_the_same_messages() -> None:
    shop = a_telling_shop()
    shop.order("1", "CPT")
    shop.order("2", "CPT x9")
    shop.delivered("1")
    assert shop.rebuilt().outbox == shop.snapshot.outbox
    assert shop.rebuilt().last_no == shop.snapshot.last_no
