"""Import Keys under crashes, lost replies, and people who type meanwhile: each row once, none lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from fulfillment.service import Service
from fulfillment.sheets.client import Json, SheetsClient
from tests.local import Workbook

COMMIT = "spreadsheets.batchUpdate"
GET = "spreadsheets.get"
READ = "spreadsheets.values.batchGet"

ROWS = [
    ["CANADA", "NASM", "CPT", "combined", "EX-1", "15"],
    ["CANADA", "NASM", "CPT", "combined", "EX-2", "15 seats"],
    [],
    ["canada", " nasm ", "cpt", "Combined", " EX-3 ", 2],
    ["CANADA", "NASM", "CPT", "combined", "EX-1", "15"],
    ["CANADA | NASM | CNC | combined | EX 4 | 3"],
    ["CANADA", "NASM", "CPT", "exam", "OLD", "1"],
]
LEFT = [
    [*ROWS[1], "refused: row 3: seats must be a whole number above 0, found `15 seats`"],
    [*ROWS[4], "duplicate: row 6: the same key as row 2"],
    [
        *ROWS[6],
        "duplicate: row 8: already imported on {} for CANADA NASM CPT combined, and not given out yet",
    ],
]
CALLS = 6
"""Of an instance that knows nothing: the tab, two reads, the commit, the tab again, its clearing."""


class Killed(BaseException):
    """The process ends here."""


class Watched(SheetsClient):
    """A client before, or after, whose n-th call something happens."""

    def __init__(self, client: SheetsClient, happening: Callable[[], None], *, at: int, after: bool) -> None:
        self.__dict__.update(client.__dict__)
        self._happening, self._at, self._after, self.nth = happening, at, after, 0

    def _json(self, method: str, path: str, *, timeout_s: float, **request: Any) -> Json:
        self.nth += 1
        if self.nth == self._at and not self._after:
            self._happening()
        reply = super()._json(method, path, timeout_s=timeout_s, **request)
        if self.nth == self._at and self._after:
            self._happening()
        return reply


def watched(service: Service, happening: Callable[[], None], *, at: int, after: bool = False) -> Watched:
    """The service's calls from now on, with something that happens at one of them."""
    store: Any = service._store
    client = Watched(store._client, happening, at=at, after=after)
    store._client = client
    return client


def die() -> None:
    raise Killed


@pytest.fixture
def tab(workbook: Workbook) -> Workbook:
    """A workbook with rows in Import Keys, and one key in stock."""
    workbook.stock("NASM CPT combined OLD 1")
    workbook.type("Import Keys!A2", ROWS)
    return workbook


def left(workbook: Workbook) -> list[list[object]]:
    """What is left in Import Keys, without blank rows."""
    return [row for row in workbook.values("Import Keys")[1:] if any(row)]


def history(workbook: Workbook) -> list[tuple[str, int]]:
    """(key code, seats) of every row of Import History but the first."""
    return [(row["keycode"], row["seats"]) for row in workbook.tab("Import History")[1:]]


def is_as_if_run_once(workbook: Workbook, *, whole: int = 1) -> None:
    """`whole`: how many imports came to their end; the second one finds every key in the history."""
    today = workbook.tab("Import History")[0]["at"][:10]
    expected = [[*row[:6], str(row[6]).format(today)] for row in LEFT]
    if whole > 1:
        expected[1][6] = f"duplicate: row 6: already imported on {today}, all its 15 seats are free"
    assert history(workbook) == [("EX-1", 15), ("EX-3", 2), ("EX 4", 3)]
    assert left(workbook) == expected
    assert workbook.service().audit() == ()


def test_an_import_takes_four_calls_and_two_more_at_the_start(tab: Workbook) -> None:
    cold = tab.service()
    client = watched(cold, die, at=0)
    cold.import_keys(None, by="test")
    assert client.nth == CALLS
    is_as_if_run_once(tab)
    tab.type("Import Keys!A20", [["CANADA", "NASM", "CPT", "combined", "EX-9", "1"]])
    tab.forget_calls()
    cold.import_keys(None, by="test")
    assert tab.calls()["methods"] == {GET: 2, COMMIT: 2}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_an_import_killed_at_any_call_and_run_again_is_as_if_run_once(
    tab: Workbook, call: int, after: bool
) -> None:
    service = tab.service()
    watched(service, die, at=call, after=after)
    with pytest.raises(Killed):
        service.import_keys(None, by="test")
    again = tab.service().import_keys(None, by="test")
    done = call == CALLS and after
    is_as_if_run_once(tab, whole=2 if done else 1)
    assert (again.count("imported"), again.seats) == ((0, 0) if done else (3, 20))
    tab.service().import_keys(None, by="test")
    is_as_if_run_once(tab, whole=2)


@pytest.mark.parametrize("first", [3, 4, 5])
@pytest.mark.parametrize("second", [3, 4, 5])
def test_an_import_killed_twice_is_as_if_run_once(tab: Workbook, first: int, second: int) -> None:
    for call in (first, second):
        service = tab.service()
        watched(service, die, at=call, after=True)
        with pytest.raises(Killed):
            service.import_keys(None, by="test")
    tab.service().import_keys(None, by="test")
    is_done = first >= 4 and second == 5  # with nothing left to commit, clearing is the fifth call
    is_as_if_run_once(tab, whole=2 if is_done else 1)


@pytest.mark.parametrize("fault", ["reset", "503", "apply-then-drop"])
@pytest.mark.parametrize(
    ("method", "nth"), [(GET, 1), (READ, 1), (GET, 2), (COMMIT, 1), (GET, 3), (COMMIT, 2)]
)
def test_an_import_is_done_once_whatever_one_call_does(
    tab: Workbook, method: str, nth: int, fault: str
) -> None:
    if fault == "apply-then-drop" and method != COMMIT:
        pytest.skip("a read has nothing to apply")
    tab.fail(method, *["stall:0"] * (nth - 1), fault)
    imported = tab.service(DEADLINE_S="12").import_keys(None, by="test")
    assert tab.faults()["spent"][fault] == 1
    assert (imported.count("imported"), imported.before) == (3, 0)
    is_as_if_run_once(tab)
    tab.service().import_keys(None, by="test")
    is_as_if_run_once(tab, whole=2)


def test_what_an_interrupted_import_left_over_says_so(tab: Workbook) -> None:
    killed = tab.service()
    watched(killed, die, at=4, after=True)
    with pytest.raises(Killed):
        killed.import_keys(None, by="test")
    again = tab.service().import_keys(None, by="test")
    assert again.before == 3
    assert "3 of them by an earlier import that was interrupted" in again.message
    assert "by an import that did not get to clear the tab" in again.rows[0].message


def test_a_row_pasted_again_later_is_a_duplicate_and_stays(tab: Workbook) -> None:
    tab.service().import_keys(None, by="test")
    tab.type("Import Keys!A2", ROWS[:1])
    again = tab.service().import_keys(None, by="test")
    assert (again.count("imported"), again.rows[0].result) == (0, "duplicate")
    assert "and not given out" not in str(left(tab)[0][6])
    assert "all its 15 seats are free" in str(left(tab)[0][6])


def test_a_row_left_over_and_changed_since_stays_for_a_person(tab: Workbook) -> None:
    killed = tab.service()
    watched(killed, die, at=4, after=True)
    with pytest.raises(Killed):
        killed.import_keys(None, by="test")
    tab.type("Import Keys!F2", [["16"]])
    tab.service().import_keys(None, by="test")
    assert left(tab)[0][4:6] == ["EX-1", "16"]
    assert len(history(tab)) == 3


def test_a_row_left_over_whose_key_was_withdrawn_does_not_come_back_by_itself(tab: Workbook) -> None:
    killed = tab.service()
    watched(killed, die, at=4, after=True)
    with pytest.raises(Killed):
        killed.import_keys(None, by="test")
    tab.service().withdraw(batch="", codes=["EX-1"], quarantined=False, reason="", by="test")
    again = tab.service().import_keys(None, by="test")
    assert "withdrawn since: to have it again, paste it again" in again.rows[0].message
    tab.type("Import Keys!A20", ROWS[:1])
    assert tab.service().import_keys(None, by="test").count("imported") == 1


def test_keys_of_a_file_are_no_leftover_of_the_tab(tab: Workbook) -> None:
    tab.stock("NASM CPT combined EX-1 15")
    again = tab.service().import_keys(None, by="test")
    assert [row.result for row in again.rows][:2] == ["duplicate", "refused"]


# people who type meanwhile

CLEARING = 6


def typed(workbook: Workbook) -> None:
    workbook.type("Import Keys!A9", [["CANADA", "NCSF", "STS", "combined", "typed just now", "7"]])


def inserted(workbook: Workbook) -> None:
    area = {"sheetId": workbook.sheet_id("Import Keys"), "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    workbook.batch({"insertDimension": {"range": area}})


def deleted(workbook: Workbook) -> None:
    area = {"sheetId": workbook.sheet_id("Import Keys"), "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    workbook.batch({"deleteDimension": {"range": area}})


def sorted_(workbook: Workbook) -> None:
    area = {"sheetId": workbook.sheet_id("Import Keys"), "startRowIndex": 1, "endRowIndex": 10}
    by_code = [{"dimensionIndex": 4, "sortOrder": "DESCENDING"}]
    workbook.batch({"sortRange": {"range": area, "sortSpecs": by_code}})


def moved_column(workbook: Workbook) -> None:
    sheet_id = workbook.sheet_id("Import Keys")
    column = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": 4, "endIndex": 5}
    workbook.batch({"moveDimension": {"source": column, "destinationIndex": 0}})


@pytest.mark.parametrize("call", [4, 5, CLEARING])
@pytest.mark.parametrize("edit", [typed, inserted, deleted, sorted_])
def test_people_may_type_insert_delete_and_sort_at_any_moment(
    tab: Workbook, edit: Callable[[Workbook], None], call: int
) -> None:
    tab.type("Import Keys!A8", [["CANADA", "NASM", "CPT", "exam", "OLD", "1", "my own remark"]])
    service = tab.service()
    watched(service, lambda: edit(tab), at=call)
    service.import_keys(None, by="test")
    assert history(tab) == [("EX-1", 15), ("EX-3", 2), ("EX 4", 3)]
    codes = {str(row[4]) for row in left(tab)}
    # Of two rows with EX-1 one was deleted by hand, and the other one is as good as it.
    assert codes - {"EX-1"} == {"EX-2", "OLD", *(["typed just now"] if edit is typed else [])}
    assert "EX-1" in codes or edit is deleted
    assert all(row[6] for row in left(tab) if row[4] != "typed just now")


def test_a_column_moved_at_the_last_moment_loses_nothing_for_good(tab: Workbook) -> None:
    service = tab.service()
    watched(service, lambda: moved_column(tab), at=5)
    service.import_keys(None, by="test")
    assert [row[0] for row in left(tab)] == ["EX-2", "EX-1", "OLD"]


def test_two_instances_at_once_import_each_row_once(tab: Workbook) -> None:
    one, other = tab.service(), tab.service()
    watched(one, lambda: other.import_keys(None, by="other") and None, at=5)
    one.import_keys(None, by="one")
    is_as_if_run_once(tab)


@pytest.mark.slow
def test_ten_thousand_rows_take_four_calls_of_less_than_eight_megabytes(workbook: Workbook) -> None:
    grown = {"sheetId": workbook.sheet_id("Import Keys"), "dimension": "ROWS", "length": 10_000}
    workbook.batch({"appendDimension": grown})
    rows = [["CANADA", "NASM", "CPT", "combined", f"NASM-CPT-{n:012}", "15"] for n in range(10_000)]
    for row in rows[::3]:
        row[5] = "many"
    workbook.type("Import Keys!A2", rows)
    service = workbook.service()
    service.check()
    sizes = Sizes(service)
    imported = service.import_keys(None, by="test")
    assert (imported.count("imported"), imported.count("refused")) == (6_666, 3_334)
    assert (sizes.nth, max(sizes.sizes) < 8_000_000) == (4, True)
    assert len(left(workbook)) == 3_334
    assert len(workbook.tab("Import History")) == 6_666


class Sizes(Watched):
    """A client that remembers how large its batches were."""

    def __init__(self, service: Service) -> None:
        store: Any = service._store
        super().__init__(store._client, die, at=0, after=False)
        self.sizes: list[int] = []
        store._client = self

    def batch_update(self, body: bytes, *, fields: str = "", timeout_s: float = 20) -> Json:
        self.sizes.append(len(body))
        return super().batch_update(body, fields=fields, timeout_s=timeout_s)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_people_do_nothing_of_theirs_is_lost_and_no_key_imported_twice(
    tab: Workbook, seed: int
) -> None:
    chance = random.Random(seed)
    tab.type("Import Keys!A12", [["CANADA", "NASM", "CPT", "exam", f"MINE-{n}", "?"] for n in range(4)])
    for call in (chance.randint(1, CALLS), chance.randint(1, CALLS)):
        service = tab.service()
        watched(service, lambda: chance.choice([typed_below, inserted, sorted_])(tab), at=call)
        service.import_keys(None, by="test")
    assert sorted(history(tab)) == [("EX 4", 3), ("EX-1", 15), ("EX-3", 2)]
    codes = [str(row[4]) for row in left(tab)]
    assert {"EX-2", "OLD", *(f"MINE-{n}" for n in range(4))} <= set(codes)
    assert len(codes) == len(set(codes) - {"TYPED"}) + codes.count("TYPED")
    tab.service().import_keys(None, by="test")
    assert sorted(history(tab)) == [("EX 4", 3), ("EX-1", 15), ("EX-3", 2)]


def typed_below(workbook: Workbook) -> None:
    workbook.type("Import Keys!A30", [["CANADA", "NASM", "CPT", "exam", "TYPED", "?"]])


def test_a_key_code_that_the_tab_holds_as_a_long_number_is_refused(workbook: Workbook) -> None:
    rows = [["CANADA", "NASM", "CPT", "combined", code, 1] for code in (6855909900591, 12345678901234567890)]
    workbook.type("Import Keys!A2", rows)
    imported = workbook.service().import_keys(None, by="test")
    assert [row.result for row in imported.rows] == ["imported", "refused"]
    assert "its digits are lost" in imported.rows[1].message
    assert workbook.tab("Import History")[0]["keycode"] == "6855909900591"
