"""How many calls of the Sheets API each thing costs: Google allows sixty writes a minute."""

from __future__ import annotations

import freezegun

from tests.local import Workbook, order
from tests.pigeons import Pigeon


def test_a_new_order_on_a_warm_instance_is_one_call(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 5")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    service.fulfil(order("1"), by="test")
    workbook.forget_calls()
    service.fulfil(order("2"), by="test")
    calls = workbook.calls()
    assert (calls["reads"], calls["writes"]) == (0, 1)
    assert calls["methods"] == {"spreadsheets.batchUpdate": 1}


def test_a_new_order_is_one_more_call_when_the_last_look_is_a_minute_old(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 5")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    with freezegun.freeze_time() as clock:
        service.fulfil(order("1"), by="test")
        clock.tick(61)
        workbook.forget_calls()
        service.fulfil(order("2"), by="test")
    calls = workbook.calls()
    assert (calls["reads"], calls["writes"]) == (1, 1)


def test_a_replay_is_one_read(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 5")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    first = service.fulfil(order("1"), by="test")
    workbook.forget_calls()
    again = service.fulfil(order("1"), by="test")
    calls = workbook.calls()
    assert (calls["reads"], calls["writes"]) == (1, 0)
    assert again.keys == first.keys
    assert again.replayed


def test_a_cold_start_is_two_reads(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 5")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service()
    workbook.forget_calls()
    service.fulfil(order("1"), by="test")
    calls = workbook.calls()
    assert (calls["reads"], calls["writes"]) == (2, 1)


def test_an_answer_that_changes_nothing_is_never_told_from_memory(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 5")
    workbook.sell(CPT="NASM-CPT-FULL")
    here, there = workbook.service(), workbook.service()
    here.fulfil(order("1"), by="test")
    there.release("1", sku="", units=(), quarantine=False, reason="refund", by="test")
    assert here.fulfil(order("1"), by="test").answer.outcome == "released"


def test_an_order_that_is_told_is_one_write_and_one_message_and_the_mark_rides_on_the_next(
    workbook: Workbook,
) -> None:
    workbook.stock("NASM CPT combined EX-1 5")
    workbook.sell(CPT="NASM-CPT-FULL")
    pigeon = Pigeon()
    service = workbook.service(pigeon.everywhere())
    service.fulfil(order("1"), by="test")
    for number in "234":
        workbook.forget_calls()
        service.fulfil(order(number), by="test")
        assert workbook.calls()["methods"] == {"spreadsheets.batchUpdate": 1}
    assert pigeon.trips == 4
    sent = [row["order_id"] for row in workbook.tab("Outbox") if row["event"] == "sent"]
    assert sent == ["1", "2", "3"]


def test_a_reported_mail_takes_the_mark_of_its_order_along(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 5")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service(Pigeon().everywhere())
    service.fulfil(order("1"), by="test")
    workbook.forget_calls()
    service.delivered("1", by="zap")
    service.send_due(by="scheduler")
    assert workbook.calls()["methods"] == {"spreadsheets.batchUpdate": 2, "spreadsheets.get": 1}
    assert {row["event"] for row in workbook.tab("Outbox")} == {"claimed", "owed", "sent", "delivered"}


def test_a_cold_start_with_messages_is_two_reads(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 5")
    workbook.sell(CPT="NASM-CPT-FULL")
    workbook.service(Pigeon().everywhere()).fulfil(order("1"), by="test")
    workbook.forget_calls()
    workbook.service(Pigeon().everywhere()).fulfil(order("2"), by="test")
    assert (workbook.calls()["reads"], workbook.calls()["writes"]) == (2, 1)
