"""Names and addresses taken out of texts, and nothing else with them."""

from __future__ import annotations

import json

import pytest

from fulfillment.model import Answer, to_json
from fulfillment.persons import Person
from fulfillment.settings import WrongSettings, read_settings

ADA = Person(frozenset({"Ada Bernard", "ada.bernard@example.com"}))


def answer(**cells: str) -> Answer:
    blank = dict.fromkeys(("order_name", "region", "reason"), "")
    row = {"at": "2026-01-02T09:00:00-05:00", "order_id": "1", "outcome": "fulfilled", "message": "", **blank}
    return Answer(**{**row, "customer": "Ada Bernard", "email": "ada.bernard@example.com", **cells})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("refunded to ADA BERNARD <Ada.Bernard@example.com>", "refunded to (forgotten) <(forgotten)>"),
        ("Ada Bernardino and xada.bernard@example.com", "Ada Bernardino and xada.bernard@example.com"),
        ("3 keys assigned to order #1042.", "3 keys assigned to order #1042."),
        ("", ""),
    ],
)
def test_whole_names_and_addresses_leave_a_sentence_in_any_case(text: str, clean: str) -> None:
    assert ADA.out_of(text) == clean


@pytest.mark.parametrize("email", ["", "ada@example.com"])
def test_a_dash_for_a_name_stays_in_sentences(email: str) -> None:
    row = answer(customer="-", email=email, message="Refunded - twice.")
    assert Person.of([row]).out_of_answer(row) == answer(customer="", email="", message="Refunded - twice.")


def test_a_name_that_is_like_a_sku_leaves_titles_and_not_lines_or_keys() -> None:
    row = answer(
        customer="CPT",
        items=to_json([["CPT", 1, "CPT for beginners", "auto"]]),
        keys=to_json([["1.1", "CPT"]]),
        details=to_json({"warnings": ["CPT was short."], "skipped": [["CPT", 1, "a CPT", "external"]]}),
    )
    clean = Person.of([row]).out_of_answer(row)
    assert clean.read_items() == (("CPT", 1, "(forgotten) for beginners", "auto"),)
    assert clean.keys == row.keys
    assert clean.read_details() == {
        "warnings": ["(forgotten) was short."],
        "skipped": [["CPT", 1, "a (forgotten)", "external"]],
    }


@pytest.mark.parametrize("cell", ['{"warnings": [ "fine" ]}', "{broken", "[]", ""])
def test_a_cell_that_names_nobody_stays_to_the_letter(cell: str) -> None:
    assert ADA.out_of_answer(answer(details=cell, items=cell)).details == cell


@pytest.mark.parametrize("address", ["ada.bernard@example.com", "Ada.Bernard@Example.com"])
def test_a_test_recipient_who_is_the_customer_is_forgotten_and_another_is_not(address: str) -> None:
    row = answer(details=to_json({"deliver_to": address}))
    assert ADA.out_of_answer(row).read_details()["deliver_to"] == ""
    other = answer(details=to_json({"deliver_to": "team@shop.example"}))
    assert ADA.out_of_answer(other).details == other.details


def test_a_message_names_no_customer_even_by_another_name() -> None:
    facts = {"order_name": "#1", "customer": "A. B.", "warnings": ["Ada Bernard moved."], "keys": 2}
    clean = json.loads(ADA.out_of_facts(to_json(facts), is_theirs=True))
    assert clean == {"order_name": "#1", "customer": "", "warnings": ["(forgotten) moved."], "keys": 2}
    assert ADA.out_of_facts(to_json(facts), is_theirs=False) != to_json(facts)


@pytest.mark.parametrize("days", ["0", "-3", "soon", "1.5"])
def test_a_time_to_keep_names_is_whole_days_above_zero(monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    needed = {"SPREADSHEET_ID": "s", "API_TOKENS": "admin:a", "DEFAULT_REGION": "CANADA", "MODE": "live"}
    for name, value in {**needed, "RETENTION_DAYS": days}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings, match="RETENTION_DAYS"):
        read_settings()
    monkeypatch.setenv("RETENTION_DAYS", "")
    assert read_settings().retention_days is None
