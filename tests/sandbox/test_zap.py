"""The local Zapier does with a Zap what Zapier does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.wire import Answer, Request, json_answer
from sandbox.zap import Run, ZapStand, read_zaps
from sandbox.zap.mapping import filled_in, flattened
from sandbox.zap.runs import PAUSED_ABOVE
from sandbox.zap.stand import PER_SECOND
from tests.serving import serving

PAGE = """
### Zap 1: each paid order

| step | field | what to type |
|---|---|---|
| 1. Shopify: New Paid Order | | |
| 2. Webhooks by Zapier: POST | URL | `https://YOUR-FUNCTION/orders` |
| | Payload Type | `json` |
| | Data: `order_id` | `{{1.id}}` |
| | Data: `note` | `{{1.note}}` |
| | Headers: `Authorization` | `Bearer ZAP-SECRET` |
| 3. Filter by Zapier: Only continue if | `{{2.send_email}}` | (Boolean) Is true |
| 4. GHL: the e-mail | To | `{{2.deliver_to}}` |
| | Subject | `Order {{2.order_id}}` |
| | Body | `<p>{{2.keys__0__keycode}}</p>` |

### Zap 2: what comes later

| step | field | what to type |
|---|---|---|
| 1. Webhooks by Zapier: Catch Hook | | |
| 2. GHL: the e-mail | To | `{{1.deliver_to}}` |
| | Subject | `Order {{1.order_id}}` |
| | Body | `{{1.keys_html}}` |
"""

ANSWER = {"order_id": "7", "send_email": True, "deliver_to": "ada@example.com", "keys": [{"keycode": "EX-1"}]}


class Service:
    """Answers as it is told to, the last answer again and again, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [json_answer(200, ANSWER)]
        self.asked: list[Request] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        self.may_answer.wait()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Clock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def zapier(service: Service, clock: Clock) -> Iterator[ZapStand]:
    with (
        serving(service) as url,
        ZapStand(read_zaps(PAGE), function=url, secret="z", now=clock, patience_s=0.5) as zapier,
    ):
        yield zapier


def failing(service: Service, *statuses: int) -> None:
    service.answers = [json_answer(status, {"message": "no"}) for status in statuses] + service.answers


def test_what_is_nested_becomes_fields_of_one_level() -> None:
    order = {"id": 7, "customer": {"email": "a@b.ca"}, "lines": [{"sku": "CPT"}, {"sku": "CNC"}], "tags": []}
    assert flattened(order) == {
        "id": 7,
        "customer__email": "a@b.ca",
        "lines__0__sku": "CPT",
        "lines__1__sku": "CNC",
        "lines__sku": ["CPT", "CNC"],
        "tags": [],
    }


def test_a_field_is_text_where_it_is_mapped() -> None:
    fields = {1: {"skus": ["CPT", "", "CNC"], "paid": True, "none": None, "n": 2}}
    assert (
        filled_in("{{1.skus}}|{{1.paid}}|{{1.none}}|{{1.n}}|{{1.other}}|{{2.n}}", fields)
        == "CPT,,CNC|true||2||"
    )


def test_a_run_posts_filters_and_mails(zapier: ZapStand, service: Service) -> None:
    run = zapier.order({"id": 7, "note": ""})
    assert (run.status, run.error) == ("success", "")
    asked = service.asked[0]
    assert (asked.verb, asked.path, asked.headers["authorization"]) == ("POST", "/orders", "Bearer z")
    assert json.loads(asked.body) == {"order_id": "7"}, "a field without a value is left out"
    assert [(mail.to, mail.text, mail.order_id) for mail in zapier.mails] == [
        ("ada@example.com", "EX-1", "7")
    ]


def test_a_filtered_run_is_no_error_and_can_only_be_replayed_whole(
    zapier: ZapStand, service: Service
) -> None:
    service.answers = [json_answer(200, {"send_email": False}), json_answer(200, ANSWER)]
    run = zapier.order({"id": 7})
    assert (run.status, zapier.notices, zapier.mails) == ("filtered", [], [])
    with pytest.raises(ValueError, match="no failed step"):
        zapier.history.replay(run)
    assert zapier.history.replay_whole(run).status == "success"
    assert len(zapier.mails) == 1


def test_a_replay_uses_what_earlier_steps_gave(zapier: ZapStand, service: Service) -> None:
    zapier.faults.add({"method": "zap.step-4", "instructions": ["503"]})
    run = zapier.order({"id": 7})
    assert (run.stopped_at, zapier.mails) == (4, [])
    assert zapier.history.replay(run).status == "success"
    assert (len(service.asked), len(zapier.mails)) == (1, 1)


def test_autoreplay_tries_five_times_over_ten_and_a_half_hours_and_then_mails_the_owner(
    zapier: ZapStand, service: Service, clock: Clock
) -> None:
    failing(service, *[503] * 6)
    begun, tried = clock.now, []
    run = zapier.order({"id": 7})
    while due := zapier.history.next_due():
        assert zapier.notices == []
        clock.now = due - timedelta(seconds=1)
        assert zapier.history.autoreplay() == []
        clock.now = due
        assert zapier.history.autoreplay() == [run]
        tried.append((clock.now - begun) / timedelta(minutes=1))
    assert tried == [5, 35, 95, 275, 635]  # 1:05, 1:35, 2:35, 5:35 and 11:35 for a run of 1:00
    assert (run.status, run.replays, len(zapier.notices)) == ("errored", 5, 1)


def test_autoreplay_ends_with_the_first_try_that_works(
    zapier: ZapStand, service: Service, clock: Clock
) -> None:
    failing(service, 503, 503)
    run = zapier.order({"id": 7})
    while due := zapier.history.next_due():
        clock.now = due
        zapier.history.autoreplay()
    assert (run.status, run.replays, zapier.notices) == ("success", 2, [])


def test_an_answer_that_takes_too_long_is_an_error_whatever_became_of_it(
    zapier: ZapStand, service: Service
) -> None:
    service.may_answer.clear()
    run = zapier.order({"id": 7})
    service.may_answer.set()
    assert (run.status, len(service.asked)) == ("scheduled", 1)
    assert run.error.startswith("The app did not respond in-time")


def test_an_app_that_is_away_is_an_error(zapier: ZapStand, service: Service) -> None:
    service.answers = [Answer(0, cut="before")]
    assert zapier.order({"id": 7}).error.startswith("The app could not be reached")


def test_a_step_whose_answer_is_lost_did_its_work(zapier: ZapStand) -> None:
    zapier.faults.add({"method": "zap.step-4", "instructions": ["apply-then-drop"]})
    run = zapier.order({"id": 7})
    assert (run.stopped_at, len(zapier.mails)) == (4, 1)


def test_a_zap_that_errs_almost_always_is_turned_off(service: Service, clock: Clock) -> None:
    with serving(service) as url:
        zapier = ZapStand(read_zaps(PAGE), function=url, now=clock, has_autoreplay=False)
        service.answers = [json_answer(422, {})]
        runs = [zapier.order({"id": n}) for n in range(PAUSED_ABOVE + 1)]
        assert zapier.order({"id": 99}).status == "missed"
    assert {run.status for run in runs} == {"errored"}
    assert zapier.notices[-1].text == "Zap 1: each paid order was turned off: it errored too often."


def test_filtered_runs_keep_a_zap_on(service: Service, clock: Clock) -> None:
    with serving(service) as url:
        zapier = ZapStand(read_zaps(PAGE), function=url, now=clock, has_autoreplay=False)
        service.answers = [json_answer(200, {"send_email": False})]
        runs: list[Run] = [zapier.order({"id": n}) for n in range(2 * PAUSED_ABOVE)]
    assert {run.status for run in runs} == {"filtered"}


def caught(zapier: ZapStand, body: Any, **headers: str) -> requests.Response:
    return requests.post(zapier.hook_url, json=body, headers=headers, timeout=10)


def test_what_is_caught_is_answered_at_once_and_run_later(zapier: ZapStand) -> None:
    body = {"deliver_to": "ada@example.com", "order_id": "7", "keys_html": "<p>EX-1</p>"}
    assert caught(zapier, body).json()["status"] == "success"
    assert zapier.mails == []
    assert [run.status for run in zapier.run_caught()] == ["success"]
    assert zapier.run_caught() == []
    assert [mail.text for mail in zapier.mails] == ["EX-1"]


def test_a_list_is_a_run_for_each_of_its_objects(zapier: ZapStand) -> None:
    caught(zapier, [{"deliver_to": "a@b.ca"}, {"deliver_to": "c@d.ca"}])
    assert len(zapier.run_caught()) == 2


def test_a_hook_says_what_is_wrong_with_a_call(zapier: ZapStand) -> None:
    caught(zapier, {"message_id": "m1"})
    assert zapier.calls[0].problems == (
        "order_id is missing",
        "send_email is missing",
        "deliver_to is missing",
        "keys_html is missing",
        "customer_name is missing",
        "Idempotency-Key is not the message's id",
        "the signature is wrong",
    )


def test_what_no_catch_hook_takes_is_refused(zapier: ZapStand) -> None:
    assert requests.get(zapier.hook_url, timeout=10).status_code == 405
    assert requests.post(zapier.hook_url, data=b"{", timeout=10).status_code == 400
    assert requests.post(f"{zapier.url}/hooks/catch/1", json={}, timeout=10).status_code == 404
    assert requests.post(zapier.hook_url, data=b" " * 10_000_001, timeout=10).status_code == 413


def test_more_than_thirty_calls_a_second_are_too_many(service: Service) -> None:
    with serving(service) as url, ZapStand(read_zaps(PAGE), function=url, now_s=lambda: 0.0) as zapier:
        statuses = [caught(zapier, {}).status_code for _ in range(PER_SECOND + 1)]
    assert statuses == [*[200] * PER_SECOND, 429]


def test_a_lost_answer_of_the_hook_was_caught_all_the_same(zapier: ZapStand) -> None:
    zapier.faults.add({"method": "zap.catch", "instructions": ["apply-then-drop", "503"]})
    with pytest.raises(requests.ConnectionError):
        caught(zapier, {"order_id": "7"})
    assert caught(zapier, {"order_id": "8"}).status_code == 503
    assert [call.body["order_id"] for call in zapier.calls] == ["7"]
    assert zapier.faults.shown()["spent"] == {"apply-then-drop": 1, "503": 1}


def test_orders_mails_and_runs_are_there_over_http(zapier: ZapStand) -> None:
    run = requests.post(f"{zapier.url}/_sandbox/zap/orders", json={"id": 7}, timeout=10).json()
    assert (run["status"], run["answer"]["order_id"]) == ("success", "7")
    mails = requests.get(f"{zapier.url}/_sandbox/zap/mails", timeout=10).json()["mails"]
    assert [(mail["to"], mail["text"]) for mail in mails] == [("ada@example.com", "EX-1")]
    assert requests.get(f"{zapier.url}/_sandbox/zap/runs", timeout=10).json()["runs"] == [run]
