"""Customers forgotten: nothing in the workbook or its archive names them, and nothing else has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import freezegun
import pytest

from fulfillment.errors import Damaged, NotPossible, UnknownOrder
from fulfillment.model import Reply
from fulfillment.service import Service
from fulfillment.sheets import pace
from fulfillment.sheets.client import SheetsClient
from tests.contract.test_archive import Killer
from tests.contract.test_damage import edit
from tests.local import Workbook, order
from tests.pigeons import AWAY, Pigeon

ADA = {"customer_name": "Ada Bernard", "email": "ada.bernard@example.com"}
BO = {"customer_name": "Bo Chen", "email": "bo@example.com"}


@pytest.fixture(autouse=True)
def without_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's quota is the matter of other tests: here nobody waits for it."""
    monkeypatch.setattr(pace, "BURST", 10_000)
    monkeypatch.setattr(pace, "WINDOW_CALLS", 10_000)


def trade(workbook: Workbook, pigeon: Pigeon) -> Service:
    """Ada bought twice (1 and 3), Bo once (2); people wrote her name where they give reasons."""
    workbook.stock("NASM CPT combined EX-1 9", "NASM CPT combined EX-2 1")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service(pigeon.everywhere())
    service.fulfil(order("1", "CPT*2", **ADA), by="test")
    service.fulfil(order("2", **BO), by="test")
    service.fulfil(order("3", **ADA), by="test")
    for order_id in ("1", "2", "3"):
        service.delivered(order_id, by="test")
    why = "Ada Bernard <Ada.Bernard@example.com> was refunded"
    service.release("1", sku="", units=("1.2",), quarantine=False, reason=why, by="test")
    service.withdraw(
        batch="", codes=["EX-2"], quarantined=False, reason="for ada.bernard@example.com", by="test"
    )
    return service


@pytest.fixture
def busy(workbook: Workbook) -> Workbook:
    """What `trade` leaves."""
    trade(workbook, Pigeon())
    workbook.unprotect()
    return workbook


def cells(workbook: Workbook) -> str:
    """Everything that stands in the workbook, in small letters."""
    return str(workbook.everything()).casefold()


def named(workbook: Workbook, tab: str = "Order Cache") -> list[tuple[str, str, str]]:
    return [(row["order_id"], row["customer"], row["email"]) for row in workbook.tab(tab)]


def release_rest(service: Service) -> int:
    return service.release("1", sku="", units=(), quarantine=False, reason="", by="test").released


def test_nothing_in_the_workbook_names_a_forgotten_customer(workbook: Workbook) -> None:
    service = trade(workbook, Pigeon())
    done = service.forget("#1", by="test")
    assert done.blanked == {"Import History": 1, "Assignments": 1, "Order Cache": 3, "Outbox": 3}
    assert done.others == ("#3",)
    assert named(workbook)[0] == ("1", "", "")
    assert ("3", "Ada Bernard", "ada.bernard@example.com") in named(workbook)
    service.forget("3", by="test")
    everything = cells(workbook)
    assert "bernard" not in everything
    assert "bo chen" in everything
    assert workbook.service().audit() == ()


def test_keys_and_all_that_can_be_done_to_an_order_outlive_its_customer(busy: Workbook) -> None:
    warm = busy.service()
    before = post(warm)
    busy.stock("NASM CPT combined EX-3 1")
    busy.service().forget("1", by="test")
    for service in (warm, busy.service()):
        again = post(service)
        assert (again.keys, again.replayed) == (before.keys, True)
        assert (again.answer.customer, again.answer.email, again.send_email) == ("", "", False)
        assert service.status("1").story[-1].event == "forgotten"
    assert warm.rebuild().rows == ()
    assert len(busy.service().replace("1", "EX-1", by="test").new) == 1
    warm.clear("1", by="test")
    assert [key.keycode for key in post(warm).keys] == ["EX-3"]
    assert warm.release("1", sku="", units=(), quarantine=False, reason="", by="test").released == 1
    assert {who for who in named(busy) if who[0] == "1"} == {("1", "", "")}
    assert busy.service().audit() == ()


def post(service: Service, **fields: str) -> Reply:
    return service.fulfil(order("1", "CPT*2", **{"email": "", **fields}), by="test")


def test_a_post_brings_the_name_back_and_it_can_be_forgotten_again(busy: Workbook) -> None:
    busy.service().forget("1", by="test")
    service = busy.service()
    assert post(service, **ADA).answer.customer == "Ada Bernard"
    assert service.forget("1", by="test").blanked == {"Order Cache": 1}
    assert {who for who in named(busy) if who[0] == "1"} == {("1", "", "")}


def test_who_was_forgotten_before_is_told_so_and_nothing_is_written(busy: Workbook) -> None:
    service = busy.service()
    service.forget("1", by="test")
    before = busy.everything()
    again = service.forget("1", by="test")
    assert again.message.startswith("Order #1 has neither name nor address here: it was forgotten on 20")
    assert busy.everything() == before


def test_a_dry_run_says_the_same_figures_and_changes_nothing(busy: Workbook) -> None:
    before = busy.everything()
    would = busy.service().forget("1", dry_run=True, by="test")
    assert busy.everything() == before
    assert would.preview.startswith("Order #1 of Ada Bernard: name and address would be blanked in 1 row of")
    assert busy.service().forget("1", by="test").blanked == would.blanked


def test_an_order_that_is_still_owed_something_keeps_its_address(workbook: Workbook) -> None:
    pigeon = Pigeon(before=[AWAY])
    workbook.stock("NASM CPT combined EX-1 1")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service(pigeon.everywhere())
    service.fulfil(order("1", **ADA), by="test")
    service.fulfil(order("2", **ADA), by="test")
    with pytest.raises(NotPossible, match="not reported as sent yet"):
        service.forget("1", by="test")
    with pytest.raises(NotPossible, match="still waits for keys"):
        service.forget("2", by="test")
    service.delivered("1", by="test")
    service.resend("1", by="test")
    pigeon.before = [AWAY, AWAY]
    with pytest.raises(NotPossible, match="not reported as sent"):
        service.forget("1", by="test")
    with pytest.raises(UnknownOrder):
        service.forget("99", by="test")
    assert named(workbook)[0] == ("1", "Ada Bernard", "ada.bernard@example.com")


def test_a_message_that_is_still_to_be_told_tells_no_name(workbook: Workbook) -> None:
    pigeon = Pigeon()
    workbook.stock("NASM CPT combined EX-1 1")
    workbook.sell(CPT="NASM-CPT-FULL")
    with freezegun.freeze_time(tick=True) as clock:
        service = workbook.service({"fulfilled": pigeon})
        pigeon.before = [AWAY]
        service.fulfil(order("1", **ADA), by="test")
        service.forget("1", by="test")
        clock.tick(600)
        service.send_due(by="test")
    (letter,) = pigeon.letters
    assert "Ada" not in letter.message.body
    assert "EX" not in letter.message.body


def test_a_message_that_another_instance_is_to_tell_tells_no_name_either(workbook: Workbook) -> None:
    pigeon = Pigeon()
    workbook.stock("NASM CPT combined EX-1 1")
    workbook.sell(CPT="NASM-CPT-FULL")
    with freezegun.freeze_time(tick=True) as clock:
        service, other = (
            workbook.service({"fulfilled": Pigeon(before=[AWAY])}),
            workbook.service({"fulfilled": pigeon}),
        )
        service.fulfil(order("1", **ADA), by="test")
        other.status("1")
        service.forget("1", by="test")
        clock.tick(600)
        other.send_due(by="test")
    (letter,) = pigeon.letters
    assert "Ada" not in letter.message.body


def test_an_instance_that_knew_the_name_does_not_write_it_again(busy: Workbook) -> None:
    warm = busy.service()
    warm.status("1")
    busy.service().forget("1", by="test")
    warm.release("1", sku="", units=(), quarantine=False, reason="", by="test")
    assert {who for who in named(busy) if who[0] == "1"} == {("1", "", "")}


def test_the_audit_names_a_row_that_names_a_forgotten_customer_again(busy: Workbook) -> None:
    old = busy.values("Order Cache")[1]
    busy.service().forget("1", by="test")
    busy.type("Order Cache!A2", [old])
    (breach,) = busy.service().audit()
    assert (breach.tab, breach.no) == ("Order Cache", 1)
    assert "was forgotten in row" in breach.message
    assert "Ada" not in breach.message


def test_what_a_forget_costs(busy: Workbook) -> None:
    warm, cold = busy.service(), busy.service()
    warm.status("1")
    assert calls_of(busy, lambda: warm.forget("1", by="test")) == (1, 1)
    assert calls_of(busy, lambda: cold.forget("3", by="test")) == (3, 1)


def calls_of(workbook: Workbook, work: Callable[[], object]) -> tuple[int, int]:
    """(reads, writes)."""
    workbook.forget_calls()
    work()
    calls = workbook.calls()
    return calls["reads"], calls["writes"]


class Interruption:
    """Something that happens right before the n-th batch that a service sends."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, happening: Callable[[], object], *, at: int = 1
    ) -> None:
        self._left = at
        call = SheetsClient.batch_update

        def interrupted(client: SheetsClient, *args: Any, **request: Any) -> Any:
            self._left -= 1
            if not self._left:
                happening()
            return call(client, *args, **request)

        monkeypatch.setattr(SheetsClient, "batch_update", interrupted)

    @property
    def has_come(self) -> bool:
        return self._left <= 0


def turned(workbook: Workbook) -> None:
    """Every tab that bears names is turned upside down."""
    for tab in ("Order Cache", "Outbox", "Assignments", "Import History"):
        edit(workbook, tab, "sort", column="no", descending=True)


def swapped(workbook: Workbook) -> None:
    """The first row of Order Cache is dragged below the next two; the last one stays."""
    edit(workbook, "Order Cache", "move_rows", **{"from": 2, "to": 5})


def deleted(workbook: Workbook) -> None:
    """The first row of Order Cache, which is of the very order, is gone."""
    edit(workbook, "Order Cache", "delete_rows", at=2, count=1)


def copied(workbook: Workbook) -> None:
    """Bo's row of Order Cache stands there twice, above all others."""
    cells = workbook.values("Order Cache")[2]
    edit(workbook, "Order Cache", "insert_rows", at=2, count=1)
    workbook.type("Order Cache!A2", [cells])


def shifted(workbook: Workbook) -> None:
    """A column of Order Cache is dragged to the front."""
    column = {"sheetId": workbook.sheet_id("Order Cache"), "dimension": "COLUMNS"}
    source = {**column, "startIndex": 12, "endIndex": 13}
    workbook.batch({"moveDimension": {"source": source, "destinationIndex": 0}})


@pytest.mark.parametrize(
    "happening", [turned, swapped, deleted, copied, shifted], ids=lambda each: each.__name__
)
def test_a_person_s_edit_between_read_and_batch_costs_nobody_else_a_name(
    busy: Workbook, monkeypatch: pytest.MonkeyPatch, happening: Callable[[Workbook], None]
) -> None:
    service = busy.service()
    service.status("1")
    before = {row["no"]: row for row in busy.tab("Order Cache")}
    interruption = Interruption(monkeypatch, partial(happening, busy))
    service.forget("1", by="test")
    assert interruption.has_come
    for row in busy.tab("Order Cache"):
        if row["order_id"] == "1":
            assert (row["customer"], row["email"]) == ("", "")
        else:
            assert row == before[row["no"]]
    assert happening in (deleted, copied) or busy.service().audit() == ()


@pytest.mark.parametrize("tab", ["Import History", "Assignments", "Order Cache", "Outbox"])
def test_a_row_that_a_person_squeezed_in_with_half_a_number_costs_no_row_its_text(
    busy: Workbook, tab: str
) -> None:
    edit(busy, tab, "insert_rows", at=3, count=1)
    column = busy.values(tab)[0].index("no")
    busy.type(f"{tab}!A3", [["" if place != column else 1.5 for place in range(column + 1)]])
    before = busy.everything()
    with pytest.raises(Damaged, match="each with a number of its own"):
        busy.service().forget("1", by="test")
    assert busy.everything() == before


def test_two_who_forget_the_same_order_at_once_do_it_once(
    busy: Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = busy.service(), busy.service()
    first.status("1")
    Interruption(monkeypatch, partial(second.forget, "1", by="second"))
    assert first.forget("1", by="first").blanked == {}
    by = [row["by"] for row in busy.tab("Order Cache") if row["order_id"] == "1"]
    assert (by.count("first"), by.count("second")) == (0, 1)
    assert busy.service().audit() == ()


@pytest.mark.slow
def test_a_forget_killed_at_any_call_and_run_again_is_as_if_it_had_run_once(
    google: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Workbook(google)
    trade(once, Pigeon())
    once.service().forget("1", by="test")
    killer, at = Killer(monkeypatch), 1
    while True:
        workbook = Workbook(google)
        trade(workbook, Pigeon())
        if not killer.ends(lambda: workbook.service().forget("1", by="test"), at=at):  # noqa: B023
            break
        workbook.service().forget("1", by="test")
        assert rows_without_times(workbook) == rows_without_times(once)
        assert workbook.service().audit() == ()
        at += 1
    assert at == 5


def rows_without_times(workbook: Workbook) -> list[tuple[object, ...]]:
    """What Order Cache and the Outbox say, without when they say it."""
    timeless = [
        {name: row[name] for name in row if name not in ("at", "details", "due_at", "body")}
        for tab in ("Order Cache", "Outbox", "Assignments")
        for row in workbook.tab(tab)
    ]
    return [tuple(row.values()) for row in timeless]
