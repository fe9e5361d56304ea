"""What was answered is there again, whatever ended the program; half a batch never is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.errors import Refusal
from sandbox.journal import FOLD_BYTES, Journal, Record
from sandbox.live import Unrepeatable
from sandbox.server import Sandbox
from sandbox.sheets_api import new_book
from sandbox.shelf import InUse, Shelf
from tests.sandbox.rest_client import Client, Json, append_cells, row, stamp
from tests.sandbox.test_batch import furnish, one_of_each_kind

ROOT = Path(__file__).parents[2]


@contextmanager
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`python -m sandbox` on a free port, and its address."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--dir", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        said = running.stdout.readline()
        try:
            yield running, said.split()[4].rstrip(",")
        finally:
            running.kill()


def test_a_kill_loses_nothing_that_was_answered_and_leaves_no_half_batch(tmp_path: Path) -> None:
    answered: list[int] = []
    with process(tmp_path) as (running, url):
        client = Client(url).create()
        client.batch({"addSheet": {"properties": {"sheetId": 1, "title": "Second"}}})

        def commit() -> None:
            for n in range(1, 100_000):
                client.batch(stamp(n), append_cells(row(str(n))), append_cells(row(str(n)), sheet=1))
                answered.append(n)

        writer = threading.Thread(target=_until_cut, args=(commit,))
        writer.start()
        while len(answered) < 30:
            time.sleep(0.001)
        os.kill(running.pid, signal.SIGKILL)
        writer.join()
    with process(tmp_path) as (running, url):
        again = Client(url, client.id)
        first, second = again.read("Sheet1!A:A"), again.read("Second!A:A")
        stamps = [entry["metadataId"] for entry in again.get()["developerMetadata"]]
    assert first == second == [[str(n)] for n in stamps]
    assert stamps in (answered, [*answered, len(answered) + 1])


def _until_cut(work: Callable[[], None]) -> None:
    try:
        work()
    except (OSError, EOFError, ValueError):
        return


def test_it_starts_in_under_a_second_and_stops_when_asked(tmp_path: Path) -> None:
    started = time.monotonic()
    with process(tmp_path) as (running, url):
        assert Client(url).create().id
        assert time.monotonic() - started < 1.5
        running.terminate()
        assert running.wait(timeout=5) == 0


def test_a_second_one_on_the_same_port_says_so(tmp_path: Path) -> None:
    with Sandbox() as first:
        port = first.url.rpartition(":")[2]
        command = [sys.executable, "-m", "sandbox", "--port", port, "--dir", str(tmp_path)]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 2
    assert "Address already in use" in second.stderr


def test_two_at_one_time_on_the_same_folder_are_one_too_many(kept: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(InUse, match="are served by another process"), Sandbox(tmp_path):
        pass
    kept.stop()
    with Sandbox(tmp_path) as next_one:
        assert Client(next_one.url).create().id


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path) as running:
        yield running


def seen(client: Client) -> Json:
    return client.get(includeGridData="true")


def reopened(sandbox: Sandbox, client: Client) -> Json:
    client.close()
    sandbox.stop()
    sandbox.start()
    return seen(client)


def test_everything_comes_back_from_the_journal_and_again_from_the_snapshot(kept: Sandbox) -> None:
    client = Client(kept.url).create()
    furnish(client)
    for kind, ask in sorted(one_of_each_kind().items()):
        if kind != "deleteSheet":
            status, _ = client.send("POST", f"{client.path}:batchUpdate", {"requests": [{kind: ask}]})
            assert status in (200, 400)
    client.write("A20", [["=A21*2", "5%", "2020-01-01"], [4, True, "x"]], "USER_ENTERED")
    client.append("A20", [["appended"]])
    client.person("type", cell="D5", value="typed")
    client.person("sort", column="A")
    client.call("PATCH", f"/drive/v3/files/{client.id}", {"name": "By Drive"})
    before = seen(client)
    assert reopened(kept, client) == before
    client.batch(append_cells(*(row("x" * 1000) for _ in range(FOLD_BYTES // 1000))))
    before = seen(client)
    assert reopened(kept, client) == before


def test_a_long_journal_is_folded_at_an_orderly_end_and_after_a_crash(kept: Sandbox, tmp_path: Path) -> None:
    client = Client(kept.url).create()
    journal, snapshot = (tmp_path / f"{client.id}.{kind}" for kind in ("journal", "snapshot"))
    empty = snapshot.read_bytes()
    client.batch(append_cells(*(row("x" * 1000) for _ in range(FOLD_BYTES // 1000))))
    crashed, before = journal.read_bytes(), seen(client)
    assert reopened(kept, client) == before
    assert journal.read_bytes() == b""
    client.close()
    kept.stop()
    journal.write_bytes(crashed)
    snapshot.write_bytes(empty)
    kept.start()
    assert seen(client) == before
    assert journal.read_bytes() == b""


def test_a_record_that_was_cut_off_is_not_there_and_the_next_one_is(kept: Sandbox, tmp_path: Path) -> None:
    client = Client(kept.url).create()
    client.batch(append_cells(row("whole")))
    client.batch(append_cells(row("cut off")))
    client.close()
    kept.stop()
    journal = tmp_path / f"{client.id}.journal"
    journal.write_bytes(journal.read_bytes()[:-3])
    kept.start()
    assert client.read("A:A") == [["whole"]]
    client.batch(append_cells(row("next")))
    reopened(kept, client)
    assert client.read("A:A") == [["whole"], ["next"]]


def test_a_write_that_this_version_would_refuse_is_named_and_not_left_out(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    live = shelf.add(new_book({}))
    shelf.close()
    journal = Journal(tmp_path, live.book.id)
    journal.append(Record(1, 0.0, "batchUpdate", {}, b'{"requests": [{"frobnicate": {}}]}'))
    journal.close()
    with pytest.raises(Unrepeatable, match="Write 1 of spreadsheet"):
        Shelf(tmp_path).get(live.book.id)


def test_a_late_call_of_the_last_run_does_not_write_into_the_next(kept: Sandbox, tmp_path: Path) -> None:
    client = Client(kept.url).create()
    late = kept.front.shelf.get(client.id)
    client.close()
    kept.stop()
    with pytest.raises(Refusal) as refusal:
        late.write("batchUpdate", {}, {"requests": [append_cells(row("late"))]}, b"{}")
    assert refusal.value.code == 503
    kept.start()
    assert client.read("A:A") == []


def test_a_refused_write_leaves_no_trace(kept: Sandbox, tmp_path: Path) -> None:
    client = Client(kept.url).create()
    client.batch(stamp(1))
    size = (tmp_path / f"{client.id}.journal").stat().st_size
    assert client.send("POST", f"{client.path}:batchUpdate", {"requests": [stamp(1)]})[0] == 400
    assert (tmp_path / f"{client.id}.journal").stat().st_size == size


def test_a_deleted_spreadsheet_stays_deleted(kept: Sandbox, tmp_path: Path) -> None:
    client = Client(kept.url).create()
    client.batch(append_cells(row("a")))
    assert client.send("DELETE", f"/drive/v3/files/{client.id}")[0] == 204
    assert [path.name for path in tmp_path.iterdir() if client.id in path.name] == []
    client.close()
    kept.stop()
    kept.start()
    assert client.send("GET", client.path)[0] == 404


def test_copies_are_kept_as_well(kept: Sandbox) -> None:
    client = Client(kept.url).create()
    client.write("A1", [["=1+1", "x"]], "USER_ENTERED")
    copy = Client(kept.url, client.person("copy", title="Twin")["spreadsheet"])
    client.call("POST", f"{client.path}/sheets/0:copyTo", {"destinationSpreadsheetId": copy.id})
    before = seen(copy)
    assert [tab["properties"]["title"] for tab in before["sheets"]] == ["Sheet1", "Copy of Sheet1"]
    assert reopened(kept, copy) == before
