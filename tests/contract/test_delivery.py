"""Keys that no call of the Zap's waits for: they go out by the hook, once, and to the right person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fulfillment.errors import NotDelivered
from fulfillment.operations import OPERATIONS
from fulfillment.service import Service
from sandbox.zap import ZapStand, read_zaps
from tests.local import ROOT, TOKENS, Function, Workbook, order, posted
from tests.pigeons import Crash, Pigeon

ZAPS = read_zaps((ROOT / "README.md").read_text(encoding="utf-8"))

MANY = {"region": "CANADA", "provider": "NASM", "product_code": "CPT", "component": "combined", "seats": "9"}


@dataclass
class World:
    """The function, the Zaps of the README behind it, and their mailbox."""

    workbook: Workbook
    function: Function
    zapier: ZapStand

    def run(self, path: str, **body: object) -> dict[str, object]:
        """An operation by an operator, and whatever the hook's Zap makes of it."""
        said: dict[str, object] = self.function.post(path, body).json()
        assert said["status"] == "ok", said
        assert [run.status for run in self.zapier.run_caught() if run.status != "success"] == []
        return said

    def mails(self) -> list[tuple[str, str]]:
        """(to whom, of which order) of every mail that went out."""
        return [(mail.to, mail.order_id) for mail in self.zapier.mails]


@pytest.fixture
def world(workbook: Workbook) -> Iterator[World]:
    workbook.stock("NASM CPT combined EX-1 1", "NASM CPT combined EX-2 1")
    workbook.sell(CPT="NASM-CPT-FULL")
    with ZapStand(ZAPS, secret=TOKENS["zap"]) as zapier:
        environment = {"DELIVERY": "hook", "DELIVERY_HOOK_URL": zapier.hook_url, "WAITING": "auto"}
        with Function(workbook, **environment) as function:
            zapier.function = function.url
            yield World(workbook, function, zapier)


def test_a_replaced_key_is_mailed_by_the_hook_and_its_mail_is_reported(world: World) -> None:
    world.function.post("/orders", posted("1"), "zap")
    world.run("/orders/replace", order_id="1", keycode="EX-1")
    assert world.mails() == [("ada@example.com", "1")]
    assert "EX-2" in world.zapier.mails[0].text
    again = world.function.post("/orders", posted("1"), "zap").json()
    assert (again["send_email"], again["request_id"].endswith(".m2")) == (False, True)
    events = [row["event"] for row in world.workbook.tab("Outbox")]
    assert events == ["claimed", "sent"]
    assert all(call.problems == () for call in world.zapier.calls)


def test_keys_sent_again_are_mailed_each_time_somebody_asks_for_it(world: World) -> None:
    world.function.post("/orders", posted("1"), "zap")
    for _ in range(2):
        world.run("/orders/resend", order_id="#1")
    assert world.mails() == [("ada@example.com", "1")] * 2


def test_waiting_orders_are_served_by_themselves_as_soon_as_there_are_keys(world: World) -> None:
    for number in "123":
        world.function.post("/orders", posted(number, "CPT*2" if number == "2" else "CPT"), "zap")
    world.function.post("/orders", posted("4"), "zap")
    said = world.run("/keys/import", rows=[{**MANY, "keycode": "EX-9"}])
    assert "Served 2 waiting orders: #2 and #4." in str(said["message"])
    assert world.mails() == [("ada@example.com", "2"), ("ada@example.com", "4")]
    assert world.workbook.service().audit() == ()


def test_a_refund_serves_the_next_in_line(world: World) -> None:
    for number in "123":
        world.function.post("/orders", posted(number), "zap")
    said = world.run("/orders/release", order_id="1")
    assert "Served 1 waiting order: #3." in str(said["message"])
    assert world.mails() == [("ada@example.com", "3")]


# in this process, with a courier that fails on plan


@pytest.fixture
def shop(workbook: Workbook) -> Workbook:
    workbook.stock("NASM CPT combined EX-1 1", "NASM CPT combined EX-2 1")
    workbook.sell(CPT="NASM-CPT-FULL")
    return workbook


def hooked(shop: Workbook, pigeon: Pigeon, **settings: str) -> Service:
    return shop.service({"keys": pigeon}, **settings)


def test_the_mark_of_a_mail_is_written_at_once(shop: Workbook) -> None:
    service = hooked(shop, Pigeon())
    service.fulfil(order("1"), by="zap")
    service.resend("1", by="test")
    assert [row["event"] for row in shop.tab("Outbox")] == ["claimed", "sent"]


def test_a_mail_that_has_not_gone_out_yet_is_not_sent_a_second_time(shop: Workbook) -> None:
    pigeon = Pigeon(before=[NotDelivered("Zapier is away.")])
    service = hooked(shop, pigeon)
    service.fulfil(order("1"), by="zap")
    service.resend("1", by="test")
    assert service.resend("1", by="test").message.endswith("are on their way to the customer already.")
    assert len({row["message_id"] for row in shop.tab("Outbox")}) == 1


def test_an_order_released_before_its_mail_went_out_is_not_mailed(shop: Workbook) -> None:
    pigeon = Pigeon(before=[NotDelivered("Zapier is away.")])
    service = hooked(shop, pigeon)
    service.fulfil(order("1"), by="zap")
    service.resend("1", by="test")
    service.release("1", sku="", units=(), quarantine=False, reason="refund", by="test")
    shop.unprotect()
    columns = shop.values("Outbox")[0]
    due = chr(ord("A") + columns.index("due_at"))
    shop.type(f"Outbox!{due}3", [["2020-01-01T00:00:00+00:00"]])
    assert hooked(shop, pigeon).send_due(by="scheduler").given_up == 1
    assert pigeon.told() == []


def test_a_mail_that_was_reported_is_not_sent_again_by_who_never_heard_of_it(shop: Workbook) -> None:
    dying = hooked(shop, Pigeon(after=[Crash()]))
    dying.fulfil(order("1"), by="zap")
    with pytest.raises(Crash):
        dying.resend("1", by="test")
    pigeon = Pigeon()
    other = hooked(shop, pigeon)
    assert other.delivered("1", by="zap").delivered
    assert other.send_due(by="scheduler").message == "No message was due."
    assert [row["event"] for row in shop.tab("Outbox")] == ["claimed", "delivered"]


def test_each_waiting_order_is_mailed_by_itself_and_one_that_fails_alone_is_tried_again(
    shop: Workbook,
) -> None:
    pigeon = Pigeon()
    service = hooked(shop, pigeon)
    for number in "12345":
        service.fulfil(order(number), by="zap")
    shop.stock("NASM CPT combined EX-9 9")
    pigeon.before = [NotDelivered("Zapier is away.")]
    assert len(service.retry_waiting(by="test").replies) == 3
    assert (pigeon.trips, len(pigeon.told())) == (3, 2)
    events = [(row["order_id"], row["event"]) for row in shop.tab("Outbox")]
    assert sorted(events)[:2] == [("3", "claimed"), ("3", "failed")]


def test_without_a_hook_the_answer_names_the_runs_to_replay(shop: Workbook) -> None:
    service = shop.service()
    for number in "123":
        service.fulfil(order(number), by="zap")
    shop.stock("NASM CPT combined EX-9 9")
    preview = OPERATIONS["retry-waiting"].run(service, {"dry_run": True}, "test")
    assert [each["order_id"] for each in preview["waiting"]] == ["3"]  # type: ignore[attr-defined]
    said = OPERATIONS["retry-waiting"].run(service, {}, "test")
    assert said["message"] == f"Served 1 waiting order: #3. {REPLAY}"
    assert service.fulfil(order("3"), by="zap").send_email


REPLAY = "To have the keys mailed, replay the Zap's runs of these orders."


def test_the_team_is_told_once_of_the_waiting_orders_that_could_be_served(shop: Workbook) -> None:
    pigeon = Pigeon()
    service = shop.service({"waiting": pigeon})
    for number in "123":
        service.fulfil(order(number), by="zap")
    rows = [{**MANY, "keycode": "EX-9"}]
    said = OPERATIONS["import"].run(service, {"rows": rows}, "test")
    assert "1 waiting order can now be served whole: #3." in str(said["message"])
    OPERATIONS["refresh"].run(service, {}, "scheduler")
    assert len(pigeon.told("waiting")) == 1


def test_in_test_mode_the_hook_mails_the_test_recipient(shop: Workbook) -> None:
    pigeon = Pigeon()
    test = hooked(shop, pigeon, MODE="test", TEST_RECIPIENT="test@shop.example")
    test.fulfil(order("1"), by="zap")
    test.resend("1", by="test")
    live = hooked(shop, pigeon)
    live.resend("1", by="test")
    live.resend("1", for_real=True, by="test")
    recipients = [letter.reply.deliver_to for letter in pigeon.letters if letter.reply]
    assert recipients == ["test@shop.example", "test@shop.example", "ada@example.com"]
