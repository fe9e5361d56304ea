"""What a commit does when calls fail, replies are lost and reads lie; each fault is proved spent."""

from __future__ import annotations

import pytest

from fulfillment.errors import Unavailable
from fulfillment.service import Service
from tests.local import Workbook, order

COMMIT = "spreadsheets.batchUpdate"
LOOK = "spreadsheets.get"


@pytest.fixture
def warm(workbook: Workbook) -> Service:
    """An instance that has served an order before."""
    workbook.stock("NASM CPT combined EX-1 9", "NASM CPT combined EX-2 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    service = workbook.service(DEADLINE_S="12")
    service.fulfil(order("first"), by="test")
    return service


def held(workbook: Workbook, order_id: str) -> list[str]:
    rows = [row for row in workbook.tab("Assignments") if row["order_id"] == order_id]
    return [row["keycode"] for row in rows if row["event"] == "assigned"]


def spent(workbook: Workbook) -> dict[str, int]:
    counts: dict[str, int] = workbook.faults()["spent"]
    return counts


@pytest.mark.parametrize(
    "fault", ["500", "503", "429", "html-502", "reset", "apply-then-drop", "apply-then-503"]
)
def test_an_order_is_served_once_whatever_one_call_does(
    workbook: Workbook, warm: Service, fault: str
) -> None:
    workbook.fail(COMMIT, fault)
    reply = warm.fulfil(order("1"), by="test")
    assert sum(spent(workbook).values()) == 1
    assert held(workbook, "1") == [key.keycode for key in reply.keys]
    assert workbook.service().audit() == ()


def test_a_lost_reply_is_found_by_the_stamp_and_nothing_is_written_twice(
    workbook: Workbook, warm: Service
) -> None:
    workbook.fail(COMMIT, "apply-then-drop")
    workbook.forget_calls()
    warm.fulfil(order("1"), by="test")
    assert workbook.calls()["methods"] == {COMMIT: 1, LOOK: 2}  # the stamps, then the headers


def test_a_release_whose_reply_was_lost_says_what_it_released(workbook: Workbook, warm: Service) -> None:
    workbook.fail(COMMIT, "apply-then-drop")
    workbook.fail(LOOK, "stall:0", "503", "reset")  # its stamp is seen; then the headers are not, at first
    done = warm.release("first", sku="", units=(), quarantine=False, reason="", by="test")
    assert spent(workbook) == {"apply-then-drop": 1, "stall:0": 1, "503": 1, "reset": 1}
    assert done.released == 1


def test_a_release_that_may_have_landed_is_never_answered_as_one_that_released_nothing(
    workbook: Workbook, warm: Service
) -> None:
    impatient = workbook.service(DEADLINE_S="3")
    impatient.status("first")
    workbook.fail(COMMIT, "apply-then-drop")
    workbook.fail(LOOK, "stall:0", *["503"] * 50)
    with pytest.raises(Unavailable):
        impatient.release("first", sku="", units=(), quarantine=False, reason="", by="test")
    workbook.end_faults()
    assert warm.status("first").outcome == "released"


def test_a_commit_that_lands_late_and_its_resend_cannot_both_land(workbook: Workbook, warm: Service) -> None:
    workbook.fail(COMMIT, "apply-late:0.5", "503")
    reply = warm.fulfil(order("1"), by="test")
    warm.fulfil(order("2"), by="test")
    assert held(workbook, "1") == [key.keycode for key in reply.keys]
    assert workbook.service().audit() == ()


@pytest.mark.parametrize("fault", ["stale-read:60", "torn-read", "503", "reset", "html-502"])
def test_a_look_that_lies_or_fails_is_looked_at_again(workbook: Workbook, warm: Service, fault: str) -> None:
    workbook.service().fulfil(order("other"), by="test")
    workbook.fail(LOOK, fault)
    assert warm.fulfil(order("other"), by="test").replayed
    assert sum(spent(workbook).values()) == 1


def test_a_lost_race_looks_and_plans_anew(workbook: Workbook, warm: Service) -> None:
    rival = workbook.service()
    rival.fulfil(order("other"), by="test")
    workbook.forget_calls()
    reply = warm.fulfil(order("1"), by="test")
    calls = workbook.calls()["methods"]
    assert calls == {COMMIT: 2, LOOK: 1}  # refused, a look, committed
    assert held(workbook, "1") == [key.keycode for key in reply.keys]


def test_when_google_stays_away_the_caller_is_told_to_come_back(workbook: Workbook, warm: Service) -> None:
    workbook.fail(COMMIT, *["503"] * 50)
    impatient = workbook.service(DEADLINE_S="2")
    with pytest.raises(Unavailable):
        impatient.fulfil(order("1"), by="test")
    workbook.end_faults()
    assert held(workbook, "1") == []
    assert warm.fulfil(order("1"), by="test").answer.outcome == "fulfilled"


def test_the_next_post_finds_what_a_lost_commit_did(workbook: Workbook, warm: Service) -> None:
    impatient = workbook.service(DEADLINE_S="2")
    impatient.fulfil(order("2"), by="test")
    workbook.fail(COMMIT, "apply-then-503")
    workbook.fail(LOOK, *["503"] * 50)
    with pytest.raises(Unavailable):
        impatient.fulfil(order("1"), by="test")
    workbook.end_faults()
    again = warm.fulfil(order("1"), by="test")
    assert again.replayed
    assert held(workbook, "1") == [key.keycode for key in again.keys]
