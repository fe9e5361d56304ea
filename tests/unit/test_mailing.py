"""Mails of keys: due again, reported, and after the switch from test to live."""

from __future__ import annotations

from functools import partial

import pytest

from fulfillment.answers import Plan
from fulfillment.errors import NotPossible
from fulfillment.mailing import Resent, plan_resend, rehearsed
from fulfillment.model import LineItem, Reply
from fulfillment.outbox import by_hook
from fulfillment.payloads import DeliveredBody, answer_body, read
from fulfillment.story import what_next
from fulfillment.workbook import Draft
from tests.unit.shop import Shop, a_stocked_shop, codes


def request_id(reply: Reply) -> str:
    return str(answer_body(reply, "r1")["request_id"])


def mail_named(name: str) -> int | None:
    return read(DeliveredBody, {"order_id": "1", "request_id": name}).mail


def test_keys_sent_again_are_the_same_keys_and_their_mail_is_due() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT")
    shop.delivered("1")
    assert not shop.order("1", "CPT").send_email
    again = shop.resend("1").reply
    assert (codes(again), again.send_email) == (codes(first), True)
    assert shop.order("1", "CPT").send_email
    assert shop.audit() == ()


def test_a_second_click_while_the_mail_is_on_its_way_sends_no_second_one() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    first, second = shop.at_once(*[partial(_resend, shop)] * 2)
    assert isinstance(first, Resent)
    assert isinstance(second, Resent)
    assert request_id(first.reply) == request_id(second.reply) == "r1.m2"
    assert second.message.endswith("are on their way to the customer already.")
    assert len(shop.snapshot.file("1").answers) == 2


def _resend(shop: Shop, draft: Draft) -> Plan[Resent]:
    return plan_resend(draft, "1", for_real=False, policy=shop.policy, now=shop.now, by="x")


def test_an_order_without_keys_has_nothing_to_send_again() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x9")
    with pytest.raises(NotPossible, match="it has no keys"):
        shop.resend("1")


def test_an_order_without_an_address_cannot_be_mailed_again() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT", email="")
    with pytest.raises(NotPossible, match="hand the keys over yourself"):
        shop.resend("1")


def test_the_report_of_an_old_mail_does_not_keep_the_new_key_from_being_mailed() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT")
    shop.replace("1", "K1")
    old = shop.delivered("1", mail=mail_named(request_id(first)))
    assert (old.delivered, "mail 1" in old.message) == (False, True)
    newest = shop.order("1", "CPT")
    assert newest.send_email
    assert shop.delivered("1", mail=mail_named(request_id(newest))).delivered
    assert not shop.order("1", "CPT").send_email


def test_a_zap_that_does_not_say_which_mail_it_was_reports_the_newest() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.replace("1", "K1")
    assert shop.delivered("1").delivered


def test_a_release_says_whether_the_customer_was_mailed_its_keys() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.delivered("1")
    assert "Its keys were mailed to the customer on 2026-03-02T09:03:00+00:00." in shop.release("1").message
    shop.order("2", "CPT", email="")
    assert "mail" not in shop.release("2").message
    shop.order("3", "CPT")
    assert "mail" not in shop.release("3", quarantine=True).message


def test_the_team_hears_of_keys_that_were_mailed_after_their_release_once() -> None:
    shop = a_stocked_shop()
    shop.kinds = ("alarm",)
    given = shop.order("1", "CPT")
    shop.release("1")
    late = shop.delivered("1", mail=mail_named(request_id(given)))
    assert (late.delivered, "had been released before" in late.message) == (True, True)
    assert shop.delivered("1").message.endswith("already.")
    (alarm,) = shop.snapshot.outbox.messages.values()
    assert "was mailed its keys after they had been released" in alarm.body
    assert shop.order("1", "CPT").answer.outcome == "released"
    assert "were mailed after they had been released" in what_next(shop.snapshot.file("1"), "")
    assert shop.audit() == ()


def test_keys_that_were_kept_out_of_stock_may_be_mailed_late_without_an_alarm() -> None:
    shop = a_stocked_shop()
    shop.kinds = ("alarm",)
    shop.order("1", "CPT")
    shop.release("1", quarantine=True)
    assert shop.delivered("1").delivered
    assert not shop.snapshot.outbox.messages


def test_a_mail_reported_again_after_a_refund_is_known() -> None:
    shop = a_stocked_shop()
    shop.kinds = ("alarm",)
    shop.order("1", "CPT")
    shop.delivered("1")
    shop.release("1")
    assert shop.delivered("1").message.endswith("already.")
    assert not shop.snapshot.outbox.messages


def test_an_order_that_never_had_keys_has_no_mail_to_report() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x9")
    shop.release("1")
    with pytest.raises(NotPossible, match="no mail with keys was due"):
        shop.delivered("1")


def test_each_mail_of_an_order_has_a_number_of_its_own_for_ever() -> None:
    shop = a_stocked_shop()
    ids = [request_id(shop.order("1", "CPT"))]
    ids.append(request_id(shop.resend("1").reply))
    shop.release("1")
    shop.clear("1")
    ids.append(request_id(shop.order("1", "CPT")))
    assert ids == ["r1", "r1.m2", "r1.m3"]
    assert [mail_named(each) for each in ids] == [1, 2, 3]
    assert mail_named("") is None


def test_a_message_to_the_hook_is_known_by_the_mail() -> None:
    shop = a_stocked_shop()
    shop.kinds = ("keys",)
    shop.order("1", "CPT")
    for _ in range(2):
        message = by_hook(shop.resend("1").reply.answer, "resend", now=shop.now, by="x")
        assert "K1" not in message.body + message.subject
        assert "@" not in message.body
    assert message.message_id == "keys:1:3"


def rehearsing() -> Shop:
    return a_stocked_shop(mode="test")


def go_live(shop: Shop) -> None:
    from dataclasses import replace

    shop.policy = replace(shop.policy, mode="live")


def test_what_was_answered_in_test_mode_reaches_no_customer_after_the_switch() -> None:
    shop = rehearsing()
    shop.order("1", "CPT")
    go_live(shop)
    assert shop.order("1", "CPT").deliver_to == "test@shop.ca"
    assert shop.resend("1").reply.deliver_to == "test@shop.ca"
    assert shop.clear("1")
    assert shop.order("1", "CPT").deliver_to == "test@shop.ca"


def test_sent_for_real_it_reaches_the_customer_from_then_on() -> None:
    shop = rehearsing()
    shop.order("1", "CPT")
    shop.delivered("1")
    go_live(shop)
    sent = shop.resend("1", for_real=True)
    assert (sent.for_real, sent.reply.deliver_to, sent.reply.send_email) == (True, "ada@home.ca", True)
    assert shop.order("1", "CPT").deliver_to == "ada@home.ca"
    assert shop.audit() == ()


def test_nothing_is_sent_for_real_before_the_switch() -> None:
    shop = rehearsing()
    shop.order("1", "CPT")
    with pytest.raises(NotPossible, match="MODE is test"):
        shop.resend("1", for_real=True)


def test_the_orders_of_the_test_are_listed_until_each_is_released_or_sent_for_real() -> None:
    shop = rehearsing()
    for order_id, lines in (("1", "CPT"), ("2", "CPT"), ("3", "CPT x9")):
        shop.order(order_id, lines)
    assert shop.order("a tip", LineItem("", 1, "Tip")).answer.outcome == "skipped"
    go_live(shop)
    shop.order("4", "CPT")
    assert [(o.order_id, o.outcome, o.seats) for o in rehearsed(shop.snapshot)] == [
        ("1", "fulfilled", 1),
        ("2", "fulfilled", 1),
        ("3", "failed", 0),
    ]
    shop.release("1")
    shop.resend("2", for_real=True)
    shop.release("3")
    assert rehearsed(shop.snapshot) == ()


def test_what_test_mode_skipped_is_for_the_customer_once_there_are_keys_for_it() -> None:
    shop = rehearsing()
    assert shop.order("1", LineItem("", 1, "No SKU yet")).answer.mode == "test"
    go_live(shop)
    shop.clear("1")
    served = shop.order("1", "CPT")
    assert (served.answer.outcome, served.answer.mode, served.deliver_to) == (
        "fulfilled",
        "live",
        "ada@home.ca",
    )


def test_waiting_orders_are_served_oldest_first_and_whole() -> None:
    shop = a_stocked_shop([])
    for order_id, lines in (("1", "CPT"), ("2", "CPT x3"), ("3", "CPT")):
        shop.order(order_id, lines)
    shop.keys("CPT", "N1", "N2")
    assert [order.order_id for order in shop.retry_waiting(dry_run=True).orders] == ["1", "3"]
    assert shop.held("1") == []
    done = shop.retry_waiting()
    assert [codes(reply) for reply in done.replies] == [["N1"], ["N2"]]
    assert shop.retry_waiting().orders == ()
    assert shop.order("1", "CPT").replayed
    assert shop.audit() == ()


def test_a_waiting_order_that_somebody_served_by_hand_is_left_alone() -> None:
    shop = a_stocked_shop([])
    shop.order("1", "CPT")
    shop.close("1")
    shop.keys("CPT", "N1")
    assert shop.retry_waiting().orders == ()
