"""Keys that no call of the Zap's waits for reach its Catch Hook: signed, once, and whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fulfillment.errors import NotDelivered
from fulfillment.gateways.hook import HookCourier
from fulfillment.model import Answer, GivenKey, Letter, Message, Reply
from fulfillment.payloads import answer_body
from sandbox.wire import Answer as WireAnswer
from sandbox.wire import Request
from sandbox.zap import ZapStand, read_zaps
from tests.serving import serving

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)

PAGE = """
### Zap 2: what comes later

| step | field | what to type |
|---|---|---|
| 1. Webhooks by Zapier: Catch Hook | | |
| 2. GHL: the e-mail | To | `{{1.deliver_to}}` |
| | Subject | `Order {{1.order_name}}` |
| | Body | `<p>Hello {{1.customer_name}},</p> {{1.keys_html}}` |
"""


@pytest.fixture
def zapier() -> Iterator[ZapStand]:
    with ZapStand(read_zaps(PAGE), secret="z-secret") as zapier:
        yield zapier


def letter(order_id: str = "7", number: int = 1) -> Letter:
    answer = Answer(
        "", order_id, f"#{order_id}", 'Jo "Ace" O\'Neil', "jo@example.com", "", "fulfilled", "", ""
    )
    key = GivenKey(
        "1.1", "CPT", "Trainer", "NASM-CPT-FULL", "CANADA", "NASM", "CPT", "combined", f"EX-{order_id}"
    )
    reply = Reply(answer, (key,), send_email=True, deliver_to=answer.email)
    message = Message("", f"keys:{order_id}:{number}", "claimed", "keys", order_id, "")
    return Letter(message, reply)


def courier(zapier: ZapStand, url: str = "") -> HookCourier:
    return HookCourier(url or zapier.hook_url, "z-secret", answer_body, now=lambda: NOW)


def deliver(courier: HookCourier, *letters: Letter, patience_s: float = 10.0) -> None:
    courier.deliver(letters, until=time.monotonic() + patience_s)


def not_delivered(zapier: ZapStand, patience_s: float = 10.0) -> NotDelivered:
    with pytest.raises(NotDelivered) as refusal:
        deliver(courier(zapier), letter(), patience_s=patience_s)
    for secret in ("hooks/catch", "EX-7", "jo@example.com"):
        assert secret not in str(refusal.value)
    return refusal.value


def test_keys_arrive_as_post_orders_answers_them_signed_and_with_the_message_s_id(zapier: ZapStand) -> None:
    sent = letter()
    deliver(courier(zapier), sent)
    call = zapier.calls[0]
    assert call.problems == ()
    assert sent.reply is not None
    expected = answer_body(sent.reply, "keys:7:1")
    assert {name: call.body[name] for name in expected} == expected
    assert {name: call.body[name] for name in call.body.keys() - expected.keys()} == {
        "message_id": "keys:7:1",
        "kind": "keys",
    }


def test_the_zap_behind_the_hook_mails_them(zapier: ZapStand) -> None:
    deliver(courier(zapier), letter("7"), letter("8"))
    assert [run.status for run in zapier.run_caught()] == ["success", "success"]
    assert [(mail.to, mail.order_id) for mail in zapier.mails] == [
        ("jo@example.com", "7"),
        ("jo@example.com", "8"),
    ]
    assert 'Hello Jo "Ace" O\'Neil,' in zapier.mails[0].text
    assert "EX-7" in zapier.mails[0].text
    assert "EX-8" not in zapier.mails[0].text


def test_another_secret_s_signature_is_wrong(zapier: ZapStand) -> None:
    deliver(HookCourier(zapier.hook_url, "other", answer_body, now=lambda: NOW), letter())
    assert zapier.calls[0].problems == ("the signature is wrong",)


@pytest.mark.parametrize("fault", ["500", "503", "429", "html-502"])
def test_trouble_at_the_hook_is_for_another_try(zapier: ZapStand, fault: str) -> None:
    zapier.faults.add({"instructions": [fault]})
    error = not_delivered(zapier)
    assert (error.is_final, error.may_have_arrived) == (False, False)
    assert zapier.faults.shown()["spent"] == {fault: 1}


@pytest.mark.parametrize("fault", ["apply-then-drop", "reset-midway", "stall:2"])
def test_an_answer_that_is_lost_may_have_been_a_yes(zapier: ZapStand, fault: str) -> None:
    zapier.faults.add({"instructions": [fault]})
    error = not_delivered(zapier, patience_s=0.5)
    assert (error.is_final, error.may_have_arrived) == (False, True)
    assert zapier.faults.shown()["spent"] == {fault: 1}


def test_a_hook_that_is_away_has_not_got_them(zapier: ZapStand) -> None:
    zapier.stop()
    error = not_delivered(zapier)
    assert (error.is_final, error.may_have_arrived) == (False, False)


def test_an_address_that_is_no_hook_is_final(zapier: ZapStand) -> None:
    with pytest.raises(NotDelivered, match="DELIVERY_HOOK_URL") as refusal:
        deliver(courier(zapier, f"{zapier.url}/hooks/catch/1"), letter())
    assert refusal.value.is_final


def test_keys_never_follow_a_redirect(zapier: ZapStand) -> None:
    class Elsewhere:
        def answer(self, request: Request) -> WireAnswer:
            return WireAnswer(307, headers={"Location": zapier.hook_url})

    with serving(Elsewhere()) as url, pytest.raises(NotDelivered, match="HTTP 307"):
        deliver(courier(zapier, url), letter())
    assert zapier.calls == []


def test_without_time_nothing_is_sent(zapier: ZapStand) -> None:
    assert "no time left" in str(not_delivered(zapier, patience_s=0.0))
    assert zapier.calls == []
