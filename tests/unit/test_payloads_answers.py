"""What the caller of an order is told, and how the keys look in the mail."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from fulfillment.model import Answer, GivenKey, Item, Reply
from fulfillment.payloads import answer_body, error_body

FIELDS = [
    "status",
    "reason",
    "message",
    "send_email",
    "order_id",
    "order_name",
    "customer_name",
    "email",
    "deliver_to",
    "mode",
    "key_count",
    "keys_text",
    "keys_html",
    "replayed",
    "changed",
    "warnings",
    "keys",
    "skipped",
    "shortages",
    "request_id",
]

ANSWER = Answer(
    at="2026-01-01T10:00:00-05:00",
    order_id="6855909900591",
    order_name="#1042",
    customer="Ada B.",
    email="a@b.ca",
    region="CANADA",
    outcome="fulfilled",
    reason="",
    message="1 key assigned to order #1042.",
)


def a_key(
    title: str = "Strength Bundle",
    keycode: str = "EX-1",
    product_code: str = "CPT",
    component: str = "combined",
    sku: str = "NSTB",
) -> GivenKey:
    return GivenKey("1.1", sku, title, "NASM-CPT-FULL", "CANADA", "NASM", product_code, component, keycode)


class Reader(HTMLParser):
    """What a mail program shows of some HTML: its texts, and the tags that made them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def html_of(*keys: GivenKey) -> str:
    return str(answer_body(Reply(ANSWER, keys=keys), "r1")["keys_html"])


def text_of(*keys: GivenKey) -> str:
    return str(answer_body(Reply(ANSWER, keys=keys), "r1")["keys_text"])


def test_an_answer_always_has_all_its_fields_in_the_order_of_the_sample() -> None:
    assert list(answer_body(Reply(ANSWER), "r1")) == FIELDS


def test_a_served_order_is_told_whole() -> None:
    reply = Reply(
        replace(ANSWER, mode="test"),
        keys=(a_key(),),
        warnings=("The region is the default one.",),
        skipped=(Item("KBS", 1, "Kettlebell", "external"),),
        send_email=True,
        deliver_to="test@shop.ca",
        replayed=True,
        changed=True,
    )
    body = answer_body(reply, "r1")
    assert body["keys_text"]
    assert body["keys_html"]
    assert {name: body[name] for name in FIELDS if name not in ("keys_text", "keys_html")} == {
        "status": "fulfilled",
        "reason": "",
        "message": "1 key assigned to order #1042.",
        "send_email": True,
        "order_id": "6855909900591",
        "order_name": "#1042",
        "customer_name": "Ada B.",
        "email": "a@b.ca",
        "deliver_to": "test@shop.ca",
        "mode": "test",
        "key_count": 1,
        "replayed": True,
        "changed": True,
        "warnings": ["The region is the default one."],
        "keys": [a_key()._asdict()],
        "skipped": [{"sku": "KBS", "quantity": 1, "title": "Kettlebell"}],
        "shortages": [],
        "request_id": "r1",
    }


def test_a_short_order_names_what_was_short() -> None:
    answer = replace(ANSWER, outcome="failed", reason="out_of_stock")
    shortage = {"entitlement": "NASM-CPT-FULL", "region": "CANADA", "wanted": 1, "available": 0}
    body = answer_body(Reply(answer, message="Still short.", shortages=(shortage,)), "r1")  # type: ignore[arg-type]
    assert (body["status"], body["reason"], body["message"]) == ("failed", "out_of_stock", "Still short.")
    assert body["shortages"] == [shortage]


def test_an_order_served_by_hand_answers_skipped() -> None:
    body = answer_body(Reply(replace(ANSWER, outcome="closed", reason="by phone")), "r1")
    assert (body["status"], body["reason"]) == ("skipped", "closed")


def test_without_keys_there_is_nothing_to_mail() -> None:
    body = answer_body(Reply(ANSWER), "r1")
    assert (body["key_count"], body["keys"], body["keys_text"], body["keys_html"]) == (0, [], "", "")


def test_an_error_has_the_fields_of_an_answer_empty() -> None:
    body = error_body("invalid_fields", "A field is wrong.", "r1", {"email": "It is wrong."})
    told = {"status": "error", "reason": "invalid_fields", "message": "A field is wrong.", "request_id": "r1"}
    assert list(body) == [*FIELDS, "fields"]
    assert body["fields"] == {"email": "It is wrong."}
    assert {name: value for name, value in body.items() if value} == told | {"fields": body["fields"]}
    assert {name: type(value) for name, value in body.items() if name != "fields"} == {
        name: type(value) for name, value in answer_body(Reply(ANSWER), "r1").items()
    }


def test_an_error_without_fields_says_so_with_an_empty_object() -> None:
    assert error_body("busy", "Try again.", "r1")["fields"] == {}


def test_two_errors_share_nothing() -> None:
    first = error_body("busy", "Try again.", "r1")
    first["keys"].append("x")  # type: ignore[attr-defined]
    assert error_body("busy", "Try again.", "r2")["keys"] == []


def test_the_mail_as_text_groups_keys_by_product() -> None:
    keys = (
        a_key(keycode="EX-1"),
        a_key("CPT Exam, again", "EX-2", component="exam"),
        a_key(keycode="EX-3", component="content"),
        a_key(keycode="EX-4", product_code="NSBK_CPT-CNC-CES"),
    )
    assert text_of(*keys) == (
        "Strength Bundle\n"
        "- NASM CPT, full access: EX-1\n"
        "- NASM CPT, course only: EX-3\n"
        "- NASM CPT + CNC + CES, full access: EX-4\n"
        "\n"
        "CPT Exam, again\n"
        "- NASM CPT, exam only: EX-2"
    )


def test_a_product_without_title_goes_by_its_sku() -> None:
    assert text_of(a_key(title="")).startswith("NSTB\n")


def test_the_mail_as_html_shows_markup_as_text() -> None:
    html = html_of(a_key("<b>Bold</b> & co", "\"EX'<script>&amp;"))
    shown = Reader(html)
    assert shown.tags == {"p", "ul", "li", "code"}
    assert "<b>Bold</b> & co" in shown.texts
    assert "\"EX'<script>&amp;" in shown.texts


def test_the_mail_as_html_needs_no_style_sheet() -> None:
    html = html_of(a_key())
    assert "style=" in html
    assert "class=" not in html
    assert "<style" not in html


def test_the_mail_as_text_shows_a_code_as_it_is() -> None:
    assert text_of(a_key("A & <B>", '00 "1"<&')) == 'A & <B>\n- NASM CPT, full access: 00 "1"<&'


printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@given(title=printable, keycode=printable)
def test_whatever_a_title_or_code_holds_the_mail_shows_it(title: str, keycode: str) -> None:
    shown = Reader(html_of(a_key(title, keycode)))
    assert shown.tags == {"p", "ul", "li", "code"}
    assert {title, keycode} <= set(shown.texts)
    assert keycode in text_of(a_key(title, keycode))


def test_an_answer_is_json() -> None:
    body = answer_body(Reply(ANSWER, keys=(a_key(keycode="😀"),)), "r1")
    assert json.loads(json.dumps(body)) == body
