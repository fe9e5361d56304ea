"""The same order again: replays, changed orders, hold and retry, test and live mode, the mail sent once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fulfillment.catalogue import CatalogueRow
from fulfillment.errors import Damaged, NotPossible, UnknownOrder
from fulfillment.model import Reply
from tests.unit.shop import Shop, a_shop, a_stocked_shop, an_order, codes


def test_the_same_order_gets_the_same_keys_byte_for_byte() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT x2")
    again = shop.order("1", "CPT x2")
    assert (again.keys, again.answer.keys) == (first.keys, first.answer.keys)
    assert (first.replayed, again.replayed, again.changed) == (False, True, False)
    assert (len(shop.assignments), len(shop.answers)) == (2, 1)


def test_a_replay_is_the_same_whatever_happened_to_catalogue_and_stock() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT")
    shop.sell("CPT", "NASM-CNC-FULL", fulfillment="EXTERNAL", active="FALSE")
    shop.publish(CatalogueRow(2, "OTHER", fulfillment="EXTERNAL"))
    shop.withdraw("CPT", "K2")
    assert shop.order("1", "CPT").keys == first.keys


def test_a_replay_is_the_same_for_an_instance_that_starts_later() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT x2")
    shop.snapshot = shop.rebuilt(reverse=True)
    assert shop.order("1", "CPT x2").keys == first.keys
    assert len(shop.answers) == 1


def test_key_codes_survive_untouched() -> None:
    odd = ["0012", "1E5", '=HYPERLINK("x")', "-1", "TRUE", "12345678901234567890", "a  b", 'q"q', "🗝"]
    shop = a_stocked_shop(odd)
    assert codes(shop.order("1", f"CPT x{len(odd)}")) == odd
    assert codes(shop.order("1", f"CPT x{len(odd)}")) == odd


def test_name_and_address_are_those_of_the_newest_post_and_recorded() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT", customer="Ada B.", email="ada@home.ca")
    again = shop.order("1", "CPT", customer="Ada C.", email="ada@work.ca")
    assert (again.answer.customer, again.answer.email, again.deliver_to) == ("Ada C.", *["ada@work.ca"] * 2)
    assert (again.replayed, again.keys, shop.answers[-1].keys) == (True, first.keys, first.answer.keys)
    assert (len(shop.answers), len(shop.assignments)) == (2, 1)
    assert shop.order("1", "CPT", customer="Ada C.", email="ada@work.ca").replayed
    assert len(shop.answers) == 2


def test_a_post_without_name_and_address_keeps_the_known_ones() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT", email="ada@home.ca")
    assert shop.order("1", "CPT", customer="", email="").answer.email == "ada@home.ca"
    assert len(shop.answers) == 1


def test_a_new_address_makes_a_mail_possible() -> None:
    shop = a_stocked_shop()
    assert not shop.order("1", "CPT", email="nonsense").send_email
    again = shop.order("1", "CPT", email="ada@home.ca")
    assert (again.send_email, again.warnings) == (True, ())


# changed orders


@pytest.mark.parametrize("lines", [["CPT x2"], ["CPT", "CNC"], ["CNC"], []])
def test_other_lines_get_the_old_answer_and_what_to_do(lines: list[str]) -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT")
    again = shop.order("1", *lines)
    assert (again.changed, again.replayed, again.keys) == (True, True, first.keys)
    assert "Clear Order Cache" in again.warnings[-1]


def test_another_region_is_another_order() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    assert shop.order("1", "CPT", region="US").changed
    assert not shop.order("1", "CPT", region="CANADA").changed


def test_the_same_totals_on_other_lines_are_no_change() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x2")
    assert not shop.order("1", "CPT", "CPT", ": a tip", "never sold x0").changed


# failed orders


def a_failed_order(**policy: object) -> Shop:
    shop = a_stocked_shop([], **policy)
    assert shop.order("1", "CPT").answer.outcome == "failed"
    return shop


def test_a_failed_order_is_held_until_it_is_cleared() -> None:
    shop = a_failed_order()
    shop.keys("CPT", "K1")
    held = shop.order("1", "CPT")
    assert (held.answer.outcome, held.replayed, held.send_email, held.keys) == ("failed", True, False, ())
    shop.clear("1")
    assert codes(shop.order("1", "CPT")) == ["K1"]


def test_a_held_order_says_since_when_what_was_short_what_is_there_now_and_what_to_do() -> None:
    shop = a_failed_order()
    since = shop.answers[0].at
    shop.order("1", "CPT", customer="Ada C.")
    assert shop.answers[-1].at != since
    shop.order("2", "CPT")
    message = shop.order("1", "CPT").message
    for part in (
        since,
        "NASM-CPT-FULL in CANADA (1 wanted, 0 in stock)",
        "In stock now: NASM-CPT-FULL 0",
        "Clear",
    ):
        assert part in message
    shop.keys("CPT", "K1")
    assert "In stock now: NASM-CPT-FULL enough" in shop.order("1", "CPT").message


def test_with_retry_every_post_tries_again() -> None:
    shop = a_failed_order(failed_orders="retry")
    assert shop.order("1", "CPT").replayed
    shop.keys("CPT", "K1")
    served = shop.order("1", "CPT")
    assert (served.answer.outcome, served.replayed, codes(served)) == ("fulfilled", False, ["K1"])
    assert codes(shop.order("1", "CPT")) == ["K1"]


def test_a_retry_that_fails_the_same_way_is_not_told_again() -> None:
    shop = a_failed_order(failed_orders="retry")
    shop.order("1", "CPT")
    assert len(shop.answers) == 1
    shop.order("1", "CPT x2")
    assert len(shop.answers) == 2


def test_a_fulfilled_order_is_not_retried() -> None:
    shop = a_stocked_shop(failed_orders="retry")
    first = shop.order("1", "CPT")
    assert shop.order("1", "CPT x2").keys == first.keys


# the mail


def test_a_mail_is_due_until_it_is_reported_as_sent() -> None:
    shop = a_stocked_shop()
    assert shop.order("1", "CPT").send_email
    assert shop.order("1", "CPT").send_email
    shop.delivered("1")
    assert not shop.order("1", "CPT").send_email
    assert not shop.order("1", "CPT", email="ada@work.ca").send_email


def test_a_mail_reported_twice_is_recorded_once() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.delivered("1")
    assert "already" in shop.delivered("1").message
    assert len(shop.answers) == 2


def test_clear_makes_the_mail_due_again() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT")
    shop.delivered("1")
    shop.clear("1")
    again = shop.order("1", "CPT")
    assert (again.send_email, again.keys) == (True, first.keys)


def test_a_replaced_key_makes_the_mail_due_again() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.delivered("1")
    assert shop.replace("1", "K1").reply.send_email
    assert shop.order("1", "CPT").send_email


def test_no_mail_is_due_for_what_was_never_seen_or_not_served() -> None:
    shop = a_failed_order()
    with pytest.raises(NotPossible):
        shop.delivered("1")
    with pytest.raises(UnknownOrder):
        shop.delivered("2")


# test and live mode


def in_mode(shop: Shop, mode: str) -> None:
    shop.policy = replace(shop.policy, mode=mode)  # type: ignore[arg-type]


def where(reply: Reply) -> tuple[str, str]:
    return reply.answer.mode, reply.deliver_to


def test_in_test_mode_the_mail_goes_to_the_test_recipient() -> None:
    shop = a_stocked_shop(mode="test")
    assert where(shop.order("1", "CPT")) == ("test", "test@shop.ca")
    assert shop.order("1", "CPT").answer.email == "ada@home.ca"


def test_in_live_mode_it_goes_to_the_customer() -> None:
    assert where(a_stocked_shop().order("1", "CPT")) == ("live", "ada@home.ca")


def test_a_test_order_keeps_the_test_recipient_after_the_switch_to_live() -> None:
    shop = a_stocked_shop(mode="test")
    shop.order("1", "CPT")
    in_mode(shop, "live")
    shop.policy = replace(shop.policy, test_recipient="")
    assert where(shop.order("1", "CPT")) == ("test", "test@shop.ca")
    shop.clear("1")
    assert where(shop.order("1", "CPT")) == ("test", "test@shop.ca")
    shop.replace("1", "K1")
    assert where(shop.order("1", "CPT")) == ("test", "test@shop.ca")


def test_until_it_is_released() -> None:
    shop = a_stocked_shop(mode="test")
    shop.order("1", "CPT")
    in_mode(shop, "live")
    shop.release("1")
    shop.clear("1")
    assert where(shop.order("1", "CPT")) == ("live", "ada@home.ca")


def test_an_order_closed_unseen_in_test_mode_is_served_for_its_customer_once_it_is_cleared_and_live() -> None:
    shop = a_stocked_shop(mode="test")
    shop.close("1")
    in_mode(shop, "live")
    shop.clear("1")
    assert where(shop.order("1", "CPT")) == ("live", "ada@home.ca")


def test_a_live_order_stays_live_in_test_mode() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    in_mode(shop, "test")
    assert where(shop.order("1", "CPT")) == ("live", "ada@home.ca")


# times and broken books


def test_times_carry_the_shops_offset() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    assert all(row.at.endswith("+00:00") for row in [*shop.answers, *shop.assignments, *shop.events])
    assert shop.answers[0].at == (shop.now - timedelta(minutes=1)).isoformat()


def test_an_answer_whose_seats_are_gone_from_the_books_is_not_given() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.assignments.clear()
    shop.snapshot = shop.rebuilt()
    (error,) = shop.orders(an_order("1", "CPT"))
    assert isinstance(error, Damaged)


def test_an_empty_shop_answers() -> None:
    assert a_shop().order("1", "CPT").answer.reason == "unknown_sku"
