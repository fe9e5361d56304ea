"""The channel is told what happened, as Slack takes it, by slack_sdk over HTTP."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from fulfillment.clock import Clock
from fulfillment.errors import NotDelivered
from fulfillment.gateways.slack import BURST, SlackCourier
from fulfillment.model import Letter, Message, to_json
from sandbox.slack import SlackStand

SHORTAGE = "Out of stock: NASM-CNC-FULL in CANADA (11 wanted, 10 in stock)."


@pytest.fixture
def slack() -> Iterator[SlackStand]:
    with SlackStand() as slack:
        yield slack


def letter(kind: str, order_id: str = "6855909900591", **facts: object) -> Letter:
    about = {"order_name": "#1042", "customer": "Ada B.", "mode": "live"} if order_id else {}
    body = to_json({**about, **facts})
    return Letter(Message("", f"{kind}:{order_id}:1", "claimed", kind, order_id, "", body))


def tell(slack: SlackStand, *letters: Letter, patience_s: float = 20.0) -> str:
    """What the channel shows of these letters."""
    SlackCourier(slack.hook_url).deliver(letters, until=time.monotonic() + patience_s)
    return slack.messages[-1].shown


def not_told(slack: SlackStand, patience_s: float = 20.0) -> NotDelivered:
    with pytest.raises(NotDelivered) as refusal:
        tell(slack, letter("fulfilled", keys=1), patience_s=patience_s)
    assert slack.hook_url.partition("/services/")[2] not in str(refusal.value)
    return refusal.value


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (letter("fulfilled", keys=3), ["✅ Order Fulfilled", "3 keys assigned."]),
        (
            letter(
                "fulfilled", keys=1, skipped=[["KBS", 1, "Kettlebell", "external"], ["", 1, "Tip", "no sku"]]
            ),
            ["Order Fulfilled", "1 key assigned.", "Serve by hand: 1 x KBS Kettlebell."],
        ),
        (letter("fulfilled", keys=1, can_mail=False), ["no usable e-mail address: hand the keys over"]),
        (letter("fulfilled", keys=1, mode="test"), ["✅ Test: Order Fulfilled"]),
        (
            letter("failed", reason="out_of_stock", message=f"Order #1042 was not served. {SHORTAGE}"),
            ["❌ Fulfillment Failed", SHORTAGE, "To do: import keys, then Clear Order Cache"],
        ),
        (
            letter("failed_again", since="2026-11-19", stock="11 in stock.", reason="out_of_stock"),
            ["still on hold", "on hold since 2026-11-19", "In stock now: 11 in stock."],
        ),
        (
            letter("skipped", skipped=[["KBS", 2, "Kettlebell", "external"]]),
            ["✋ Fulfillment Skipped", "Serve by hand: 2 x KBS Kettlebell."],
        ),
        (letter("confirmed"), ["E-mail confirmed"]),
        (letter("unconfirmed", since="10:00"), ["E-mail not confirmed", "at 10:00", "replay it there"]),
    ],
    ids=lambda value: value.message.kind if isinstance(value, Letter) else "",
)
def test_each_outcome_is_told_and_found_again(slack: SlackStand, told: Letter, says: list[str]) -> None:
    shown = tell(slack, told)
    assert [words for words in says if words not in shown] == []
    for searched in ("6855909900591", "#1042", "Ada B."):
        assert slack.found(searched) == slack.messages


def test_an_alarm_is_about_no_order(slack: SlackStand) -> None:
    assert tell(slack, letter("alarm", "", text="Google is away.")) == "🚨 Alarm\nGoogle is away."


def test_fifty_orders_are_one_message_in_which_each_is_found(slack: SlackStand) -> None:
    letters = [
        letter("failed", str(10**12 + n), order_name=f"#{n}", customer=f"{n}<&> " * 40, message=SHORTAGE * 9)
        for n in range(50)
    ]
    assert tell(slack, *letters).startswith("❌ 50 x Fulfillment Failed\n#0 0<&> ")
    assert len(slack.messages) == 1
    for n in (0, 25, 49):
        assert slack.found(f"#{n} {n}<")
        assert slack.found(str(10**12 + n))


def test_of_several_alarms_each_is_told_whole(slack: SlackStand) -> None:
    alarms = [f"Order #{n} is missing: {n} " + "x & y, " * 900 + f"end {n}." for n in range(10)]
    shown = tell(slack, *(letter("alarm", "", text=text) for text in alarms))
    assert shown.startswith("🚨 10 x Alarm\nOrder #0 is missing")
    assert all(" ".join(text.split()) in " ".join(shown.split()) for text in alarms)
    assert all(len(block["text"]["text"]) <= 3000 for block in slack.messages[0].blocks)


def test_a_message_longer_than_slack_takes_is_cut(slack: SlackStand) -> None:
    assert tell(slack, letter("alarm", "", text="<&>" * 20_000)).endswith(
        "The rest stands in the tab Outbox."
    )
    assert all(len(block["text"]["text"]) <= 3000 for block in slack.messages[0].blocks)
    assert len(slack.messages[0].text) <= 40_000


def test_names_are_shown_to_the_letter_and_mean_nothing_to_slack(slack: SlackStand) -> None:
    shown = tell(slack, letter("fulfilled", keys=1, customer="""Jo "Ace" O'Neil <!channel> & <@U1>"""))
    assert """#1042 Jo "Ace" O'Neil <!channel> & <@U1>""" in shown
    sent = [block["text"]["text"] for block in slack.messages[0].blocks]
    assert not any("<" in text for text in [*sent, slack.messages[0].text])


def test_an_address_typed_as_a_name_is_not_shown(slack: SlackStand) -> None:
    tell(slack, letter("fulfilled", keys=1, customer="ada@example.com", warnings=["Ask <jo@shop.example>."]))
    assert "@" not in str(slack.messages)


@pytest.mark.parametrize("trouble", ["revoked", "archived", "prohibited", "no channel"])
def test_a_webhook_that_is_gone_is_final_and_says_what_to_do(slack: SlackStand, trouble: str) -> None:
    slack.trouble = trouble
    error = not_told(slack)
    assert error.is_final
    assert "webhook" in str(error) or "administrator" in str(error)


@pytest.mark.parametrize("fault", ["500", "503", "html-502"])
def test_trouble_at_slack_is_for_another_try(slack: SlackStand, fault: str) -> None:
    slack.faults.add({"instructions": [fault]})
    error = not_told(slack)
    assert (error.is_final, error.may_have_arrived) == (False, False)
    assert slack.faults.shown()["spent"] == {fault: 1}


@pytest.mark.parametrize("fault", ["apply-then-drop", "stall:3"])
def test_an_answer_that_is_lost_may_have_been_a_yes(slack: SlackStand, fault: str) -> None:
    slack.faults.add({"instructions": [fault]})
    error = not_told(slack, patience_s=2.0)
    assert (error.is_final, error.may_have_arrived) == (False, True)
    assert slack.faults.shown()["spent"] == {fault: 1}


def test_a_slack_that_is_away_has_not_got_it(slack: SlackStand) -> None:
    slack.stop()
    error = not_told(slack, patience_s=1.5)
    assert (error.is_final, error.may_have_arrived) == (False, False)


def test_slack_s_wait_is_kept_where_there_is_time(slack: SlackStand) -> None:
    slack.faults.add({"instructions": ["429"]})
    assert "Order Fulfilled" in tell(slack, letter("fulfilled", keys=1))
    assert slack.stats.shown()["writes"] == 2


def test_slack_s_wait_is_handed_on_where_there_is_none(slack: SlackStand) -> None:
    slack.faults.add({"instructions": ["429"]})
    assert not_told(slack, patience_s=2.0).retry_after_s == 1
    assert slack.stats.shown()["writes"] == 1


def test_more_than_a_burst_goes_out_at_one_a_second(slack: SlackStand) -> None:
    passed: list[float] = []
    clock = Clock(now_s=lambda: sum(passed), sleep=passed.append)
    courier = SlackCourier(slack.hook_url, clock=clock)
    for _ in range(BURST + 3):
        courier.deliver([letter("fulfilled", keys=1)], until=60.0)
    assert passed == [1.0, 1.0, 1.0]
    with pytest.raises(NotDelivered, match="no time left"):
        courier.deliver([letter("fulfilled", keys=1)], until=3.5)
    assert len(slack.messages) == BURST + 3


def test_nothing_of_the_webhook_is_logged(slack: SlackStand, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    tell(slack, letter("fulfilled", keys=1))
    slack.stop()
    not_told(slack, patience_s=1.5)
    assert "services" not in caplog.text
    assert "Ada" not in caplog.text
