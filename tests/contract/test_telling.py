"""Messages in the workbook: owed with the keys, sent once, marked, and sent again where that failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import freezegun
import pytest
from freezegun.api import FrozenDateTimeFactory, StepTickTimeFactory

from fulfillment.health import Pulse
from fulfillment.operations import OPERATIONS
from fulfillment.service import Service
from fulfillment.sheets import batches, sending, store
from tests.local import Workbook, order
from tests.machine.no_fence import no_fence
from tests.pigeons import AWAY, Crash, Pigeon

Clock = FrozenDateTimeFactory | StepTickTimeFactory

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(workbook: Workbook) -> Workbook:
    workbook.stock("NASM CPT combined EX-1 50")
    workbook.sell(CPT="NASM-CPT-FULL", KBS="")
    return workbook


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A time that stands still until a test moves it."""
    with freezegun.freeze_time(datetime.now(UTC), tick=False) as clock:
        yield clock  # type: ignore[misc]


def an_instance(shop: Workbook, pigeon: Pigeon) -> Service:
    return shop.service(pigeon.everywhere())


def rows(shop: Workbook, kind: str = "fulfilled") -> list[tuple[str, str, int]]:
    """(order, event, attempts) of the messages of a kind."""
    return [
        (row["order_id"], row["event"], row["attempts"]) for row in shop.tab("Outbox") if row["kind"] == kind
    ]


def test_an_order_is_told_after_its_commit_and_the_mark_rides_on_the_next(shop: Workbook) -> None:
    pigeon = Pigeon()
    service = an_instance(shop, pigeon)
    service.fulfil(order("1"), by="zap")
    assert pigeon.told() == ["fulfilled:1:1"]
    assert rows(shop) == [("1", "claimed", 1)]
    service.fulfil(order("2"), by="zap")
    assert rows(shop) == [("1", "claimed", 1), ("1", "sent", 1), ("2", "claimed", 1)]
    assert [row["no"] for row in shop.tab("Outbox")] == [1, 2, 3, 4, 5]
    assert shop.tab("System")[0]["last_message_no"] == 5
    assert shop.service().audit() == ()


def test_an_order_posted_again_is_silent(shop: Workbook) -> None:
    pigeon = Pigeon()
    service = an_instance(shop, pigeon)
    for _ in range(3):
        service.fulfil(order("1"), by="zap")
        an_instance(shop, pigeon).fulfil(order("1"), by="zap")
    assert pigeon.told() == ["fulfilled:1:1"]


def test_what_one_instance_wrote_another_knows(shop: Workbook, clock: Clock) -> None:
    first, second = Pigeon(), Pigeon()
    here, there = an_instance(shop, first), an_instance(shop, second)
    assert there.send_due(by="scheduler").sent == 0
    here.fulfil(order("1"), by="zap")
    clock.tick(6 * MINUTE)
    assert there.send_due(by="scheduler").sent == 1  # the mark was not written: it may be told twice
    clock.tick(6 * MINUTE)
    assert here.send_due(by="scheduler").sent == 0
    assert (first.told(), second.told()) == (["fulfilled:1:1"], ["fulfilled:1:1"])


def test_sending_when_nothing_is_due_is_one_read(shop: Workbook) -> None:
    service = an_instance(shop, Pigeon())
    service.send_due(by="scheduler")
    shop.forget_calls()
    assert service.send_due(by="scheduler").message == "No message was due."
    assert (shop.calls()["reads"], shop.calls()["writes"]) == (1, 0)


def test_the_marks_of_a_quiet_shop_are_written_by_the_scheduler(shop: Workbook) -> None:
    service = an_instance(shop, Pigeon())
    service.fulfil(order("1"), by="zap")
    service.send_due(by="scheduler")
    assert rows(shop) == [("1", "claimed", 1), ("1", "sent", 1)]


def test_what_could_not_be_sent_is_sent_when_it_is_due_again(shop: Workbook, clock: Clock) -> None:
    pigeon = Pigeon(before=[AWAY, AWAY])
    service = an_instance(shop, pigeon)
    assert service.fulfil(order("1"), by="zap").answer.outcome == "fulfilled"
    service.send_due(by="scheduler")  # writes that it failed
    assert rows(shop) == [("1", "claimed", 1), ("1", "failed", 1)]
    clock.tick(2 * MINUTE)
    assert service.send_due(by="scheduler").failed == 1
    clock.tick(2 * MINUTE)
    assert service.send_due(by="scheduler").sent == 0  # five minutes after the second try
    clock.tick(5 * MINUTE)
    assert service.send_due(by="scheduler").sent == 1
    events = [event for _, event, _ in rows(shop)]
    assert events == ["claimed", "failed", "claimed", "failed", "claimed", "sent"]
    assert shop.tab("Outbox")[2]["error"] == "Slack is away."


def test_what_never_goes_out_is_given_up_with_an_alarm(
    shop: Workbook, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    pigeon = Pigeon(before=[AWAY] * 6)
    service = an_instance(shop, pigeon)
    service.fulfil(order("1", "KBS"), by="zap")
    for hours in (0, 1, 1, 1, 3, 8, 8, 8):
        clock.tick(timedelta(hours=hours))
        service.send_due(by="scheduler")
    assert rows(shop, "skipped")[-1] == ("1", "given_up", 6)
    assert (pigeon.trips, pigeon.told("skipped")) == (6 + 1, [])  # six tries, and the alarm
    *lasting, alarm = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert {record.alarm for record in lasting} == {"not told"}  # type: ignore[attr-defined]
    assert "given up (skipped:1:1): Slack is away." in alarm.getMessage()


def test_what_nobody_takes_any_more_is_given_up_once_with_one_alarm(
    shop: Workbook, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    away = an_instance(shop, Pigeon(before=[AWAY] * 9))
    for order_id in ("1", "2"):
        away.fulfil(order(order_id), by="zap")
    away.resend("1", by="test")
    away.send_due(by="scheduler")  # writes what failed
    clock.tick(timedelta(hours=1))
    caplog.clear()
    alone = shop.service()  # Slack and the hook were taken out of the settings
    assert alone.health(Pulse()).books.pending == 5
    assert alone.send_due(by="scheduler").given_up == 5
    written = shop.everything()
    assert [alone.send_due(by="scheduler").message for _ in range(3)] == ["No message was due."] * 3
    assert shop.everything() == written
    assert alone.health(Pulse()).books.pending == 0
    (alarm,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert alarm.startswith("Given up: 5 messages that by the settings nobody takes any more.")
    assert "Not mailed are the keys of 1: replay the Zap's runs" in alarm


@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_crash_somebody_else_sends_it_and_it_is_told_twice_at_most(
    shop: Workbook, clock: Clock, caplog: pytest.LogCaptureFixture, moment: str
) -> None:
    dying, alive = Pigeon(**{moment: [Crash()]}), Pigeon()  # type: ignore[arg-type]
    with pytest.raises(Crash):
        an_instance(shop, dying).fulfil(order("1"), by="zap")
    other = an_instance(shop, alive)
    assert other.send_due(by="scheduler").sent == 0  # the claim holds
    clock.tick(5 * MINUTE)
    assert other.send_due(by="scheduler").sent == 1
    assert other.send_due(by="scheduler").sent == 0
    assert len(dying.told() + alive.told()) == {"before": 1, "after": 2}[moment]
    repeats = [vars(record) for record in caplog.records if "perhaps" in record.getMessage()]
    assert len(repeats) == 1
    assert repeats[0]["messages"] == ["fulfilled:1:1"]


@pytest.fixture(params=["fenced", "unfenced"])
def is_fenced(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With the guard, and without it, so that the test is seen to fail then."""
    if request.param == "unfenced":
        monkeypatch.setattr(batches, "create_stamp", no_fence)
        monkeypatch.setattr(sending, "proves", lambda reply, version, commit_id: True)
    return bool(request.param == "fenced")


def test_two_instances_that_see_the_same_message_due_do_not_both_send_it(
    shop: Workbook, clock: Clock, is_fenced: bool
) -> None:
    with pytest.raises(Crash):
        an_instance(shop, Pigeon(before=[Crash()])).fulfil(order("1"), by="zap")
    pigeons = [Pigeon(), Pigeon()]
    here, there = (an_instance(shop, pigeon) for pigeon in pigeons)
    for service in (here, there):
        service.check()
    clock.tick(6 * MINUTE)
    for service in (here, there):
        service.check()  # both know it, and that it is due
    here.send_due(by="scheduler")
    there.send_due(by="scheduler")  # planned on what was known before
    assert len(pigeons[0].told() + pigeons[1].told()) == (1 if is_fenced else 2)


def test_the_orders_of_a_group_are_told_together(shop: Workbook) -> None:
    pigeon = Pigeon()
    service = an_instance(shop, pigeon)
    shop.slow_down(read_ms=1, write_ms=200)
    with ThreadPoolExecutor(30) as threads:
        for number in range(30):
            threads.submit(service.fulfil, order(str(number)), by="zap")
    shop.slow_down(read_ms=0, write_ms=0)
    assert sorted(pigeon.told("fulfilled")) == sorted({f"fulfilled:{n}:{no}" for n, no in _numbers(shop)})
    assert pigeon.trips <= 6


def _numbers(shop: Workbook) -> list[tuple[str, int]]:
    return [(row["order_id"], row["no"]) for row in shop.tab("Order Cache")]


def test_a_courier_that_breaks_harms_no_order(shop: Workbook) -> None:
    pigeon = Pigeon(before=[ZeroDivisionError()])
    service = an_instance(shop, pigeon)
    assert service.fulfil(order("1"), by="zap").answer.outcome == "fulfilled"
    service.fulfil(order("2"), by="zap")
    assert ("1", "failed", 1) in rows(shop)
    assert "ZeroDivisionError" in next(r["error"] for r in shop.tab("Outbox") if r["event"] == "failed")


def test_a_failed_order_posted_again_is_told_an_hour_later_with_what_is_in_stock(
    shop: Workbook, clock: Clock
) -> None:
    pigeon = Pigeon()
    service = an_instance(shop, pigeon)
    for minutes in (0, 1, 58, 1, 1, 1):
        clock.tick(minutes * MINUTE)
        service.fulfil(order("1", "CPT*90"), by="zap")
    assert pigeon.told() == ["failed:1:1", "failed_again:1:1:2"]
    assert "In stock now: NASM-CPT-FULL 50." in pigeon.letters[-1].message.body


def test_a_column_moved_under_a_message_is_put_right(shop: Workbook) -> None:
    pigeon = Pigeon()
    service = an_instance(shop, pigeon)
    service.fulfil(order("1"), by="zap")
    source = {"sheetId": shop.sheet_id("Outbox"), "dimension": "COLUMNS", "startIndex": 3, "endIndex": 4}
    shop.batch({"moveDimension": {"source": source, "destinationIndex": 0}})
    service.fulfil(order("2"), by="zap")
    service.fulfil(order("3"), by="zap")
    assert rows(shop)[-2:] == [("2", "sent", 1), ("3", "claimed", 1)]
    assert [row["no"] for row in shop.tab("Outbox")] == list(range(1, 9))


def test_old_rows_leave_with_a_refresh_and_every_instance_finds_its_way(shop: Workbook, clock: Clock) -> None:
    pigeon = Pigeon()
    here, there = an_instance(shop, pigeon), an_instance(shop, pigeon)
    for service, number in ((here, "1"), (there, "2")):
        service.fulfil(order(number), by="zap")
        service.delivered(number, by="zap")
        service.send_due(by="scheduler")
    clock.tick(timedelta(days=14, minutes=1))
    there.fulfil(order("3"), by="zap")
    here.refresh()
    left = shop.tab("Outbox")
    assert {row["order_id"] for row in left} == {"3"}
    assert left[0]["no"] > 1
    for service, number in ((there, "4"), (here, "5"), (an_instance(shop, pigeon), "6")):
        service.fulfil(order(number), by="zap")
    last = shop.tab("System")[0]["last_message_no"]
    assert [row["no"] for row in shop.tab("Outbox")] == list(range(left[0]["no"], last + 1))
    assert shop.service().audit() == ()
    assert len(pigeon.told("fulfilled")) == 6


def test_old_rows_leave_a_tab_that_a_person_has_sorted(shop: Workbook, clock: Clock) -> None:
    service = an_instance(shop, Pigeon())
    for number in "123":
        service.fulfil(order(number, "KBS"), by="zap")
    service.send_due(by="scheduler")
    clock.tick(timedelta(days=15))
    service.fulfil(order("4", "KBS"), by="zap")
    below = {"sheetId": shop.sheet_id("Outbox"), "startRowIndex": 1}
    spec = {"dimensionIndex": 0, "sortOrder": "DESCENDING"}
    shop.batch({"sortRange": {"range": below, "sortSpecs": [spec]}})
    service.refresh()
    left = [(row["order_id"], row["event"]) for row in shop.tab("Outbox")]
    assert left == [("4", "claimed"), ("4", "sent")]
    assert shop.service().audit() == ()


def test_the_audit_names_a_message_that_nobody_sends(shop: Workbook, clock: Clock) -> None:
    service = an_instance(shop, Pigeon(before=[AWAY]))
    service.fulfil(order("1", "KBS"), by="zap")
    service.send_due(by="scheduler")
    clock.tick(2 * 60 * MINUTE)
    (breach,) = service.audit()
    assert (breach.promise, breach.tab) == (6, "Outbox")
    assert service.send_due(by="scheduler").sent == 1
    assert service.audit() == ()


def test_the_audit_names_a_message_of_keys_that_nobody_has(shop: Workbook) -> None:
    service = an_instance(shop, Pigeon())
    service.fulfil(order("1"), by="zap")
    shop.unprotect()
    columns = shop.values("Outbox")[0]
    place = chr(ord("A") + columns.index("order_id"))
    shop.type(f"Outbox!{place}2", [["nobody"]])
    assert [(breach.promise, breach.no) for breach in service.audit()] == [(6, 1)]


def test_a_refresh_sends_what_is_due(shop: Workbook, clock: Clock) -> None:
    pigeon = Pigeon(before=[AWAY])
    service = an_instance(shop, pigeon)
    service.fulfil(order("1", "KBS"), by="zap")
    clock.tick(6 * MINUTE)
    said = OPERATIONS["refresh"].run(service, {}, "scheduler")
    assert pigeon.told() == ["skipped:1:1"]
    assert "1 message sent." in str(said["message"])


def delete_row(shop: Workbook, row: int) -> None:
    shop.unprotect()
    span = {"sheetId": shop.sheet_id("Outbox"), "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}
    shop.batch({"deleteDimension": {"range": span}})


def copy_row(shop: Workbook, row: int) -> None:
    shop.unprotect()
    shop.type(f"Outbox!A{row + 10}", [shop.values("Outbox")[row - 1]])


def break_row(shop: Workbook, row: int) -> None:
    shop.unprotect()
    place = chr(ord("A") + shop.values("Outbox")[0].index("attempts"))
    shop.type(f"Outbox!{place}{row}", [["many"]])


def retype_time(shop: Workbook, row: int) -> None:
    shop.unprotect()
    place = chr(ord("A") + shop.values("Outbox")[0].index("due_at"))
    shop.type(f"Outbox!{place}{row}", [["tomorrow at 9"]])


@pytest.mark.parametrize("row", [2, 4, 5])
@pytest.mark.parametrize("damage", [delete_row, copy_row, break_row, retype_time])
def test_no_order_stops_for_what_a_person_does_to_the_outbox(
    shop: Workbook, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Workbook, int], None], row: int
) -> None:
    monkeypatch.setattr(store, "TORN_PATIENCE_S", 0.0)
    pigeon = Pigeon()
    here = an_instance(shop, pigeon)
    for number in "12":
        here.fulfil(order(number), by="zap")
    damage(shop, row)
    there = an_instance(shop, pigeon)
    for number, service in (("3", there), ("4", here), ("5", there)):
        assert service.fulfil(order(number), by="zap").answer.outcome == "fulfilled"
    assert {breach.tab for breach in service.audit()} <= {"Outbox"}
    assert service.audit() or (damage is delete_row and row == 2)
    assert {f"fulfilled:{number}:{number}" for number in "345"} <= set(pigeon.told())
    service.send_due(by="scheduler")
    service.refresh()


def test_a_mail_of_an_order_that_a_person_broke_keeps_no_other_message_from_being_sent(
    shop: Workbook, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TORN_PATIENCE_S", 0.0)  # the clock stands still
    pigeon = Pigeon(before=[AWAY] * 3)
    here = an_instance(shop, pigeon)
    here.fulfil(order("1"), by="zap")
    here.resend("1", by="operator")
    here.fulfil(order("2"), by="zap")
    here.send_due(by="scheduler")  # writes what failed
    shop.unprotect()
    place = chr(ord("A") + shop.values("Order Cache")[0].index("keys"))
    shop.type(f"Order Cache!{place}3", [['[["1.1","EX-OTHER"]]']])
    clock.tick(10 * MINUTE)
    done = an_instance(shop, pigeon).send_due(by="scheduler")
    assert done.failed == 1
    assert {"fulfilled:1:1", "fulfilled:2:3"} <= set(pigeon.told())
    assert pigeon.told("keys") == []
