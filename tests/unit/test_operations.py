"""What operators do to an order: release, clear, replace, close."""

from __future__ import annotations

import pytest

from fulfillment.allocation import plan_order
from fulfillment.catalogue import CatalogueRow
from fulfillment.errors import NotPossible, UnknownOrder
from fulfillment.model import Reply
from fulfillment.references import find_order
from fulfillment.release import plan_release
from fulfillment.replacement import Replaced, plan_replace
from tests.unit.shop import BY, FULL_EITHER_WAY, Shop, a_shop, a_stocked_shop, an_order, codes


def a_bundle_order() -> Shop:
    """Order 1 holds one bundle seat for CPT and CNC, and a single key for CES."""
    shop = a_shop()
    for sku, provider in (("CPT", "NASM"), ("CNC", "NASM"), ("CES", "NCSF")):
        shop.keys(sku, f"single {sku}", provider=provider)
        shop.sell(sku, f"{provider}-{sku}-FULL")
    shop.keys("NSBK_CPT-CNC", "bundle")
    assert codes(shop.order("1", "CPT", "CNC", "CES")) == ["bundle", "single CES"]
    return shop


# release


def test_release_gives_all_seats_back_and_says_how_many() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x2")
    released = shop.release("1")
    assert released.released == 2
    assert released.message.startswith("Released 2 keys.")
    assert (shop.free("CPT"), shop.stock("CPT")) == (["K3", "K1", "K2"], (3, 0, 3))


def test_release_says_which_keys_of_which_products_and_whose() -> None:
    shop = a_bundle_order()
    released = shop.release("1")
    assert released.message == (
        "Released 2 keys. Order #1 of Ada B. gives back to stock 1 x NASM-CPT-FULL and NASM-CNC-FULL by a "
        "stock bundle key for CPT (The CPT course) and CNC (The CNC course), pieces 1.1 and 2.1; 1 x "
        "NCSF-CES-FULL for CES (The CES course), piece 3.1. It then holds no key, and answers as released "
        "when it is posted again. The mail with them is not reported as sent yet: should the Zap still send "
        "it, the customer has keys that are in stock again."
    )
    assert released.preview == released.message.replace(
        "Released 2 keys.", "Would release 2 keys; nothing was changed yet."
    )


def test_release_of_a_part_says_what_is_left() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x3")
    released = shop.release("1", units=["1.2", "1.3", "7.1"], quarantine=True)
    assert released.message == (
        "Released 2 keys. Order #1 of Ada B. gives up 2 x NASM-CPT-FULL for CPT (The CPT course), pieces 1.2 "
        "and 1.3, kept out of stock until a person restores or withdraws them. It holds none for piece 7.1. "
        "It then holds 1 key: 1 x NASM-CPT-FULL for CPT (The CPT course), piece 1.1."
    )
    assert released.next.endswith("or withdraw them.")


def test_release_of_a_withdrawn_key_says_why_it_does_not_come_back() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x2")
    shop.withdraw("CPT", "K2")
    told = shop.release("1").told
    assert (
        "gives back to stock 1 x NASM-CPT-FULL for CPT (The CPT course), piece 1.1; it gives up 1 x" in told
    )
    assert "kept out of stock as their keys were withdrawn meanwhile" in told


def test_a_sku_that_the_order_does_not_hold_gets_told_what_it_holds() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    assert shop.release("1", sku="cpt").message == (
        "Released 0 keys. Order #1 of Ada B. holds none for SKU cpt. It holds 1 key: 1 x NASM-CPT-FULL for "
        "CPT (The CPT course), piece 1.1."
    )


def test_a_second_release_releases_0() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.release("1")
    rows = len(shop.answers), len(shop.assignments)
    again = shop.release("1")
    assert (again.released, again.message[:16]) == (0, "Released 0 keys.")
    assert (len(shop.answers), len(shop.assignments)) == rows


def test_what_was_never_seen_cannot_be_released() -> None:
    with pytest.raises(UnknownOrder):
        a_stocked_shop().release("1")


def test_a_late_replay_of_a_released_order_serves_nothing() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.release("1")
    replay = shop.order("1", "CPT")
    assert (replay.answer.outcome, replay.keys, replay.send_email, replay.replayed) == (
        "released",
        (),
        False,
        True,
    )
    assert replay.answer.keys == "[]"


def test_a_released_order_that_is_cleared_is_served_anew() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    shop.release("1")
    shop.clear("1")
    assert codes(shop.order("1", "CPT")) == ["K2"]


def test_a_released_seat_goes_to_a_later_order() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT")
    shop.release("1")
    assert codes(shop.order("2", "CPT")) == ["K1"]
    assert shop.order("1", "CPT").keys == ()


def test_a_failed_order_that_is_released_stays_away_from_later_stock() -> None:
    shop = a_stocked_shop([], failed_orders="retry")
    shop.order("1", "CPT")
    assert shop.release("1").released == 0
    shop.keys("CPT", "K1")
    reply = shop.order("1", "CPT")
    assert (reply.answer.outcome, reply.keys, reply.shortages) == ("released", (), ())


def test_one_sku_of_an_order() -> None:
    shop = a_bundle_order()
    assert shop.release("1", sku="CES").released == 1
    reply = shop.order("1", "CPT", "CNC", "CES")
    assert (reply.answer.outcome, codes(reply)) == ("fulfilled", ["bundle"])


def test_some_pieces_of_an_order() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x3")
    assert shop.release("1", units=["1.2"]).released == 1
    assert codes(shop.order("1", "CPT x3")) == ["K1", "K3"]


def test_both_seats_of_a_piece_are_released_together() -> None:
    shop = a_stocked_shop([], levels=FULL_EITHER_WAY)
    shop.keys("CPT", "C1", component="content")
    shop.keys("CPT", "X1", component="exam")
    shop.order("1", "CPT")
    assert shop.release("1", units=["1.1"]).released == 2


def test_one_sku_out_of_a_bundle_seat_cannot_be_released_alone() -> None:
    shop = a_bundle_order()
    for one in ({"sku": "CPT"}, {"units": ["2.1"]}):
        with pytest.raises(NotPossible, match="can only be released together"):
            shop.release("1", **one)  # type: ignore[arg-type]
    assert len(shop.held("1")) == 2
    assert shop.release("1", units=["1.1", "2.1"]).released == 1


def test_a_sku_that_the_order_does_not_hold_releases_0() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    assert shop.release("1", sku="CNC").released == 0
    assert shop.release("1", units=["9.9"]).released == 0
    assert len(shop.held("1")) == 1


def test_an_order_whose_last_piece_is_released_was_released_whole() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.release("1", sku="CPT")
    assert shop.order("1", "CPT").answer.outcome == "released"


def test_quarantined_seats_stay_out_of_stock_and_count_as_used() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    assert "kept out of stock" in shop.release("1", quarantine=True).message
    assert (shop.free("CPT"), shop.stock("CPT")) == (["K2"], (2, 1, 1))


def test_a_released_order_says_nothing_of_seats_that_it_has_no_more() -> None:
    shop = a_stocked_shop()
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.keys("CNC", "N1")
    shop.order("1", "CPT", "CNC")
    shop.clear("1")
    assert "also holds 1 key" in shop.order("1", "CPT").warnings[-1]
    shop.release("1")
    reply = shop.order("1", "CPT")
    assert (reply.answer.outcome, reply.warnings, "kept" in reply.answer.read_details()) == (
        "released",
        (),
        False,
    )
    assert shop.audit() == ()


def test_an_order_that_loses_all_it_was_told_of_is_released_though_it_holds_more() -> None:
    shop = a_stocked_shop()
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.keys("CNC", "N1")
    shop.order("1", "CPT", "CNC")
    shop.clear("1")
    shop.order("1", "CPT")
    shop.release("1", sku="CPT")
    reply = shop.order("1", "CPT")
    assert (reply.answer.outcome, reply.keys, shop.held("1")) == ("released", (), [("2.1", "N1")])
    assert shop.audit() == ()


def test_an_order_that_gives_back_what_it_held_besides_says_so_no_more() -> None:
    shop = a_stocked_shop()
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.keys("CNC", "N1")
    shop.order("1", "CPT", "CNC")
    shop.clear("1")
    assert "also holds 1 key" in shop.order("1", "CPT").warnings[-1]
    shop.release("1", sku="CNC")
    reply = shop.order("1", "CPT")
    assert codes(reply) == ["K1"]
    assert not any("also holds" in warning for warning in reply.warnings)


# clear


def test_clear_forgets_the_answer_and_not_the_keys() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT x2")
    cleared = shop.clear("1")
    assert "exactly the 2 keys that it holds" in cleared.message
    shop.sell("CPT", "NASM-CNC-FULL", fulfillment="EXTERNAL")
    again = shop.order("1", "CPT x2")
    assert (again.keys, again.replayed, again.answer.keys) == (first.keys, False, first.answer.keys)
    assert len(shop.assignments) == 2


def test_held_pieces_get_their_keys_though_the_product_is_gone() -> None:
    shop = a_stocked_shop()
    first = shop.order("1", "CPT")
    shop.clear("1")
    shop.publish(CatalogueRow(2, "OTHER", fulfillment="EXTERNAL"))
    assert shop.order("1", "CPT").keys[0].keycode == first.keys[0].keycode


def test_pieces_that_hold_none_are_planned() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.clear("1")
    reply = shop.order("1", "CPT x2")
    assert [(key.unit, key.keycode) for key in reply.keys] == [("1.1", "K1"), ("1.2", "K2")]


def test_pieces_that_were_released_stay_released() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x2")
    shop.release("1", units=["1.1"])
    assert "1 released before stay released" in shop.clear("1").message
    reply = shop.order("1", "CPT x2")
    assert codes(reply) == ["K2"]
    assert reply.warnings == ("1 of 2 CPT stay released: no key is given again.",)
    assert shop.audit() == ()


def test_unless_the_whole_order_was() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x2")
    shop.release("1", units=["1.1"])
    shop.release("1")
    shop.clear("1")
    assert codes(shop.order("1", "CPT x2")) == ["K3", "K1"]


def test_seats_that_the_new_lines_do_not_ask_for_stay_held_and_are_named() -> None:
    shop = a_bundle_order()
    shop.clear("1")
    reply = shop.order("1", "CES")
    assert codes(reply) == ["single CES"]
    assert "also holds 1 key" in reply.warnings[-1]
    assert "1.1+2.1" in reply.warnings[-1]
    assert len(shop.held("1")) == 2
    shop.clear("1")
    assert codes(shop.order("1", "CPT", "CNC", "CES")) == ["bundle", "single CES"]


def test_a_cleared_order_that_fails_keeps_its_seats_and_holds_them_for_the_next_try() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT")
    shop.clear("1")
    failed = shop.order("1", "CPT x2")
    assert (failed.answer.outcome, failed.keys, shop.held("1")) == ("failed", (), [("1.1", "K1")])
    shop.keys("CPT", "K2")
    shop.clear("1")
    assert codes(shop.order("1", "CPT x2")) == ["K1", "K2"]


def test_clear_says_what_is_in_stock_for_an_order_that_failed() -> None:
    shop = a_stocked_shop([])
    shop.order("1", "CPT")
    assert "NASM-CPT-FULL 0" in shop.clear("1").message
    shop.keys("CPT", "K1")
    again = shop.clear("1").message
    assert "cleared already" in again
    assert "NASM-CPT-FULL enough" in again


def test_clearing_what_was_never_seen_says_so() -> None:
    with pytest.raises(UnknownOrder, match="never seen"):
        a_stocked_shop().clear("1")


# replace


def test_replace_gives_the_oldest_key_of_another_code_and_quarantines_the_old_seat() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", "K2", seats=2)
    shop.sell("CPT", "NASM-CPT-FULL")
    shop.order("1", "CPT")
    assert codes(shop.replace("1", "K1").reply) == ["K2"]
    assert (shop.free("CPT"), shop.stock("CPT")) == (["K1", "K2"], (4, 2, 2))
    assert codes(shop.order("1", "CPT")) == ["K2"]
    assert shop.audit() == ()


def test_replace_keeps_the_unit_and_the_other_keys() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT x2")
    reply = shop.replace("1", "K1").reply
    assert [(key.unit, key.keycode) for key in reply.keys] == [("1.1", "K3"), ("1.2", "K2")]


def test_every_seat_of_the_key_is_replaced_at_once_or_none() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", seats=2)
    shop.keys("CPT", "K2")
    shop.sell("CPT", "NASM-CPT-FULL")
    shop.order("1", "CPT x2")
    with pytest.raises(NotPossible, match="Only 1 of the 2 other keys"):
        shop.replace("1", "K1")
    shop.keys("CPT", "K3")
    assert codes(shop.replace("1", "K1").reply) == ["K2", "K3"]


def test_a_key_that_the_order_does_not_hold_is_not_replaced_nor_shown() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.order("2", "CPT")
    with pytest.raises(NotPossible) as refused:
        shop.replace("1", "K2")
    assert "K2" not in str(refused.value)


def test_replace_says_for_whom_and_how_many_others_there_are() -> None:
    shop = a_stocked_shop(["K1", "K2", "K3", "K4"])
    shop.order("1", "CPT")
    replaced = shop.replace("1", "K1")
    assert replaced.message == (
        "Replaced 1 key. Order #1 of Ada B. gets another key for 1 x NASM-CPT-FULL for CPT (The CPT course), "
        "piece 1.1. The old one stays out of stock until a person restores or withdraws it; the new one is "
        "the next in the queue of CANADA NASM CPT combined, where 2 other seats will be left."
    )
    for keycode, hint in {"K1": "was replaced on", "k2": "letter case alone", "?": "Order status"}.items():
        with pytest.raises(NotPossible, match=hint):
            shop.replace("1", keycode)


def test_a_key_of_a_cleared_order_is_not_replaced() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    shop.clear("1")
    with pytest.raises(NotPossible, match="cleared"):
        shop.replace("1", "K1")


# several at once


def test_a_replacement_and_an_order_of_one_commit_never_share_a_seat() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    replaced, posted = shop.at_once(
        lambda draft: plan_replace(draft, "1", "K1", now=shop.now, by=BY),
        lambda draft: plan_order(draft, an_order("2", "CPT"), policy=shop.policy, now=shop.now, by=BY),
    )
    assert isinstance(replaced, Replaced)
    assert isinstance(posted, Reply)
    assert (codes(replaced.reply), posted.answer.reason) == (["K2"], "out_of_stock")
    assert shop.audit() == ()


def test_a_replacement_passes_over_its_own_code_and_leaves_it_to_the_next_order() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", "K2", seats=3)
    shop.sell("CPT", "NASM-CPT-FULL")
    shop.order("1", "CPT")
    shop.at_once(
        lambda draft: plan_replace(draft, "1", "K1", now=shop.now, by=BY),
        lambda draft: plan_order(draft, an_order("2", "CPT x3"), policy=shop.policy, now=shop.now, by=BY),
    )
    assert [code for _, code in shop.held("1") + shop.held("2")] == ["K2", "K1", "K1", "K2"]
    assert (shop.free("CPT"), shop.audit()) == (["K2"], ())


def test_a_replacement_that_fails_half_way_leaves_the_queue_as_it_was() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", seats=4)
    shop.keys("CPT", "K2")
    shop.sell("CPT", "NASM-CPT-FULL")
    shop.order("1", "CPT x2")
    refused, posted = shop.at_once(
        lambda draft: plan_replace(draft, "1", "K1", now=shop.now, by=BY),
        lambda draft: plan_order(draft, an_order("2", "CPT x3"), policy=shop.policy, now=shop.now, by=BY),
    )
    assert isinstance(refused, NotPossible)
    assert isinstance(posted, Reply)
    assert codes(posted) == ["K1", "K1", "K2"]


def test_a_seat_released_and_given_again_in_one_commit() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT")
    shop.at_once(
        lambda draft: plan_release(draft, "1", now=shop.now, by=BY),
        lambda draft: plan_order(draft, an_order("2", "CPT"), policy=shop.policy, now=shop.now, by=BY),
        lambda draft: plan_order(draft, an_order("1", "CPT"), policy=shop.policy, now=shop.now, by=BY),
    )
    assert (shop.held("1"), shop.held("2"), shop.audit()) == ([], [("1.1", "K1")], ())


# close


def test_a_closed_order_answers_skipped_by_hand_and_gets_no_key() -> None:
    shop = a_stocked_shop([], failed_orders="retry")
    shop.order("1", "CPT")
    assert shop.close("1", reason="refund").closed == ("1",)
    shop.keys("CPT", "K1")
    reply = shop.order("1", "CPT")
    assert (reply.answer.outcome, reply.answer.reason, reply.keys) == ("closed", "closed", ())
    assert (reply.replayed, reply.send_email) == (True, False)


def test_an_order_never_seen_may_be_closed_before_it_comes() -> None:
    shop = a_stocked_shop()
    shop.close("1", "2")
    reply = shop.order("1", "CPT")
    assert (reply.answer.outcome, reply.changed, reply.keys) == ("closed", False, ())
    assert shop.answers[-1].email == "ada@home.ca"


def test_an_order_closed_twice_is_recorded_once() -> None:
    shop = a_stocked_shop()
    shop.close("1")
    closed = shop.close("1", "2", "2")
    assert (closed.closed, closed.before) == (("2",), ("1",))
    assert len(shop.answers) == 2


def test_an_order_that_holds_keys_is_not_closed_nor_are_its_neighbours() -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    with pytest.raises(NotPossible, match="holds 1 key"):
        shop.close("2", "1")
    assert len(shop.answers) == 1


def test_a_closed_order_that_is_cleared_is_served() -> None:
    shop = a_stocked_shop()
    shop.close("1")
    shop.clear("1")
    assert codes(shop.order("1", "CPT")) == ["K1"]


# which order is meant


def test_an_order_is_found_by_its_name_where_one_alone_has_it() -> None:
    shop = a_stocked_shop()
    shop.order("111", "CPT", name="#1042")
    shop.order("222", "CPT", name="#1043")
    shop.order("333", "CPT", name="#1043")
    assert [find_order(shop.snapshot.draft(), name) for name in ("#1042", "1042", "111", "999")] == [
        *["111"] * 3,
        "999",
    ]
    with pytest.raises(UnknownOrder, match="2 orders are called #1043"):
        find_order(shop.snapshot.draft(), "#1043")


def test_an_id_goes_before_a_name() -> None:
    shop = a_stocked_shop()
    shop.order("111", "CPT", name="222")
    shop.order("222", "CPT", name="111")
    assert find_order(shop.snapshot.draft(), "222") == "222"
