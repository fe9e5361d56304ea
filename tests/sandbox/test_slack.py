"""The local Slack takes what Slack takes, refuses what Slack refuses, and fails on plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.slack import TROUBLES, SlackStand


@pytest.fixture
def slack() -> Iterator[SlackStand]:
    with SlackStand() as slack:
        yield slack


def post(slack: SlackStand, **message: Any) -> tuple[int, str]:
    answer = requests.post(slack.hook_url, json=message, timeout=10)
    return answer.status_code, answer.text


def section(text: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text}}


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def test_what_was_posted_is_remembered_as_people_read_it(slack: SlackStand) -> None:
    blocks = [header("Order Fulfilled"), section("*#1042* Fish &amp; Chips")]
    assert post(slack, text="Order Fulfilled #1042", blocks=blocks) == (200, "ok")
    shown = requests.get(f"{slack.url}/_sandbox/slack/messages", timeout=10).json()["messages"]
    assert [message["shown"] for message in shown] == ["Order Fulfilled\n#1042 Fish & Chips"]
    assert slack.found("#1042") == slack.messages


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("no_text", {}),
        ("no_text", {"text": "  "}),
        ("invalid_payload", {"text": 7}),
        ("invalid_payload", {"text": "a", "blocks": "b"}),
        ("invalid_blocks", {"blocks": [section("")]}),
        ("invalid_blocks", {"blocks": [section("a" * 3001)]}),
        ("invalid_blocks", {"blocks": [header("a" * 151)]}),
        ("invalid_blocks", {"blocks": [section("a", "html")]}),
        ("invalid_blocks", {"blocks": [{"type": "section"}]}),
        ("invalid_blocks", {"blocks": [{"type": "banner"}]}),
        ("invalid_blocks", {"blocks": [section("a") | {"colour": "red"}]}),
        ("invalid_blocks", {"blocks": [section("a")] * 51}),
        ("invalid_blocks", {"blocks": [section("a") | {"block_id": "same"}] * 2}),
        ("invalid_blocks", {"blocks": [{"type": "context", "elements": []}]}),
    ],
)
def test_a_message_that_slack_would_not_take_is_refused(
    slack: SlackStand, word: str, message: dict[str, Any]
) -> None:
    assert post(slack, **message) == (400, word)
    assert slack.messages == []


def test_as_much_as_slack_takes_is_taken(slack: SlackStand) -> None:
    assert post(slack, text="a", blocks=[header("a" * 150), *[section("a" * 3000)] * 49]) == (200, "ok")


def test_what_is_no_message_at_all_is_refused(slack: SlackStand) -> None:
    assert requests.get(slack.hook_url, timeout=10).status_code == 405
    assert requests.post(slack.hook_url, data=b"{", timeout=10).text == "invalid_payload"
    json_kind = {"Content-Type": "application/json"}
    assert requests.post(slack.hook_url, data=b"{", headers=json_kind, timeout=10).text == "invalid_payload"
    assert requests.post(f"{slack.url}/services/T1/B1", json={"text": "a"}, timeout=10).status_code == 404


def test_after_a_burst_one_message_a_second_is_taken() -> None:
    at = [0.0]
    with SlackStand(burst=2, now_s=lambda: at[0]) as slack:
        statuses = [post(slack, text="a")[0] for _ in range(3)]
        refused = requests.post(slack.hook_url, json={"text": "a"}, timeout=10)
        at[0] = 1.0
        assert [*statuses, post(slack, text="a")[0]] == [200, 200, 429, 200]
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_webhook_can_be_in_trouble(slack: SlackStand, trouble: str) -> None:
    requests.put(
        f"{slack.url}/_sandbox/slack/settings", json={"trouble": trouble}, timeout=10
    ).raise_for_status()
    assert post(slack, text="a") == TROUBLES[trouble]


def test_a_planned_fault_happens_once_and_says_so(slack: SlackStand) -> None:
    slack.faults.add({"instructions": ["503", "apply-then-drop"]})
    assert post(slack, text="one")[0] == 503
    with pytest.raises(requests.ConnectionError):
        post(slack, text="two")
    assert post(slack, text="three") == (200, "ok")
    assert [message.text for message in slack.messages] == ["two", "three"]
    spent = requests.get(f"{slack.url}/_sandbox/slack/faults", timeout=10).json()["spent"]
    assert spent == {"503": 1, "apply-then-drop": 1}


def test_it_is_found_again_at_its_address() -> None:
    slack = SlackStand()
    with slack:
        post(slack, text="before")
        url = slack.hook_url
    with pytest.raises(requests.ConnectionError):
        post(slack, text="away")
    with slack:
        assert slack.hook_url == url
        post(slack, text="after")
    assert [message.text for message in slack.messages] == ["before", "after"]
