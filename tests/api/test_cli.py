"""`python -m fulfillment COMMAND`: the same rules and answers as the routes, and an exit status."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.local import ROOT, Workbook, free_port, order, posted


def run(shop: Workbook, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fulfillment", *command],
        cwd=ROOT,
        env={**os.environ, **shop.environment(**environment)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module", autouse=True)
def stocked(shop: Workbook) -> None:
    shop.sell(CPT="NASM-CPT-FULL")


def test_an_order_s_whole_life_at_a_terminal(shop: Workbook, tmp_path: Path) -> None:
    keys, order = tmp_path / "keys.csv", tmp_path / "order.json"
    keys.write_text("CANADA,NASM,CPT,combined,EX-1,1\nCANADA,NASM,CPT,combined,EX-2,1\n")
    order.write_text(json.dumps(posted("1")))
    assert "2 keys imported" in run(shop, "import", str(keys)).stdout
    served = run(shop, "fulfil", str(order), "--json")
    assert (served.returncode, json.loads(served.stdout)["key_count"]) == (0, 1)
    again = run(shop, "fulfil", str(order)).stdout
    assert again == (
        "1 key assigned to order #1.\nKeys:\n  1.1  CPT  Course CPT  NASM-CPT-FULL  combined  EX-1\n"
    )
    assert "1 key assigned" in run(shop, "status", "#1").stdout
    assert "Would replace 1 key; nothing" in run(shop, "replace", "1", "EX-1", "--dry-run").stdout
    assert "Replaced 1 key. Order #1 of Ada B." in run(shop, "replace", "1", "EX-1").stdout
    assert "exactly the 1 key" in run(shop, "clear", "1").stdout
    assert "Would release 1 key; nothing was changed yet." in run(shop, "release", "1", "--dry-run").stdout
    assert json.loads(run(shop, "release", "1", "--json").stdout)["released"] == 1
    assert "1 seat available in 1 pool." in run(shop, "refresh").stdout
    assert run(shop, "audit").stdout == "The books are in order.\n"


def test_a_file_as_excel_saves_it_is_imported_and_its_rows_told_of(shop: Workbook, tmp_path: Path) -> None:
    shop.service().fulfil(order("waits", "CPT*2"), by="test")
    file = tmp_path / "keys.txt"
    table = "Region\tProvider\tProduct Code\tComponent\tKeycode\tSeats\r\n"
    table += "CANADA\tNASM\tCPT\tcombined\tX-1\t2,0\r\nCANADA\tNASM\tCPT\tcombined\tX\u200b-2\t1\r\n"
    file.write_bytes(table.encode("utf-16"))
    dry = run(shop, "import", str(file), "--dry-run").stdout
    assert "Nothing was imported yet; it would be: 1 key imported (2 seats), 1 refused." in dry
    assert "1 waiting order could then be served whole: #waits." in dry
    assert "row 3: keycode holds ZERO WIDTH SPACE (U+200B), its character 2 of 4" in dry
    assert "CANADA  NASM  CPT  combined" in dry
    done = json.loads(run(shop, "import", str(file), "--json").stdout)
    assert (done["imported"], done["refused"], [p["after"] - p["before"] for p in done["stock"]]) == (
        1,
        1,
        [2],
    )
    assert [waiting["order_id"] for waiting in done["waiting"]] == ["waits"]
    shop.service().withdraw(batch="", codes=["X-1"], quarantined=False, reason="", by="test")


def test_a_workbook_given_for_a_table_gets_a_sentence(shop: Workbook, tmp_path: Path) -> None:
    file = tmp_path / "keys.xlsx"
    file.write_bytes(b"PK\x03\x04")
    refused = run(shop, "import", str(file))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "save it as CSV (UTF-8), and import that" in refused.stderr


def test_an_import_shows_a_bar_where_a_terminal_is_there(shop: Workbook, tmp_path: Path) -> None:
    file = tmp_path / "keys.csv"
    file.write_text("CANADA,NASM,BAR,combined,BAR-1,1\n")
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "fulfillment", "import", str(file)],
        cwd=ROOT,
        env={**os.environ, **shop.environment(), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        out, _ = process.communicate(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert out.decode().startswith("1 key imported (1 seat).")
    assert "100%" in shown
    assert "importing 1 row" in shown


def at_a_terminal(shop: Workbook, *command: str, **environment: str) -> str:
    """What a command shows in a terminal of 80 columns."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "fulfillment", *command],
        cwd=ROOT,
        env={**os.environ, **shop.environment(), "TERM": "xterm", "COLUMNS": "80", **environment},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ) as process:
        process.wait(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    return shown


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_shows_tables_that_fit_and_colours_unless_they_are_not_wanted(
    shop: Workbook, no_color: str
) -> None:
    shop.stock("NASM PAIR combined PAIR-1 2")
    shop.sell(CPT="NASM-CPT-FULL", PAIR=",".join(["NASM-PAIR-FULL"] * 2))
    title = f"A course whose name is long enough to be folded {no_color}"
    asked = order(f"T{no_color}", "PAIR")
    asked = replace(asked, lines=(replace(asked.lines[0], title=title),))
    shop.service().fulfil(asked, by="test")
    shown = at_a_terminal(shop, "status", f"T{no_color}", NO_COLOR=no_color)
    shop.service().release(f"T{no_color}", sku="", units=[], quarantine=False, reason="", by="test")
    assert ("\x1b[" in shown) == (not no_color)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in shown.splitlines()]
    header = next(line for line in lines if line.startswith("  unit"))
    assert header.split() == ["unit", "sku", "title", "entitlements", "component", "keycode"]
    assert max(len(line) for line in lines[lines.index(header) :] if line.startswith("  ")) <= 80
    assert sum("PAIR-1" in line for line in lines) == 2


def test_errors_are_json_where_json_was_asked_for(shop: Workbook, tmp_path: Path) -> None:
    broken = tmp_path / "order.json"
    broken.write_text("{")
    cases: list[tuple[list[str], int, str, dict[str, str]]] = [
        (["clear", "nobody", "--json"], 1, "unknown_order", {}),
        (["release", "--json"], 2, "usage", {}),
        (["frobnicate", "--json"], 2, "usage", {}),
        (["fulfil", str(broken), "--json"], 1, "unreadable", {}),
        (["withdraw", "--json"], 1, "invalid_fields", {}),
        (["audit", "--json"], 1, "settings", {"TIME_ZONE": "Toronto"}),
    ]
    for command, status, reason, environment in cases:
        said = run(shop, *command, **environment)
        answer = json.loads(said.stdout)
        assert (said.returncode, said.stderr) == (status, ""), command
        assert (answer["status"], answer["reason"]) == ("error", reason)
        assert answer["message"]


def test_setup_says_as_json_what_it_did(shop: Workbook) -> None:
    ready = run(shop, "setup", "--check", "--json")
    assert (ready.returncode, json.loads(ready.stdout)["ready"]) == (0, True)
    shop.type("Key Inventory!A1", [["regoin"]])
    wrong = run(shop, "setup", "--check", "--json")
    said = json.loads(wrong.stdout)
    assert (wrong.returncode, said["status"], len(said["repairs"])) == (1, "error", 1)
    assert run(shop, "setup").stdout.startswith("1 thing put right.\nPut right")


def test_the_exit_status_says_no(shop: Workbook) -> None:
    unknown = run(shop, "clear", "nobody")
    assert (unknown.returncode, "never seen" in unknown.stdout) == (1, True)
    assert run(shop, "frobnicate").returncode == 2
    assert run(shop, "release").returncode == 2


def test_every_setting_that_is_wrong_is_named_and_no_secret_shown(shop: Workbook) -> None:
    wrong = run(shop, "audit", API_TOKENS="chef:hush", MODE="test", TIME_ZONE="Toronto")
    assert wrong.returncode == 1
    for sentence in ("API_TOKENS write role:secret", "TIME_ZONE `Toronto` is no time zone"):
        assert sentence in wrong.stderr
    assert "hush" not in wrong.stderr
    assert "TEST_RECIPIENT" in run(shop, "audit", MODE="test").stderr


def test_the_cloud_never_starts_on_a_local_spreadsheet(shop: Workbook) -> None:
    started = run(shop, "audit", K_SERVICE="orders")
    assert started.returncode == 1
    assert "SHEETS_URL is a local address" in started.stderr


def test_serve_serves_the_routes_from_any_folder(shop: Workbook, tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "fulfillment", "serve", "--port", str(port)],
        cwd=tmp_path,
        env={**os.environ, **shop.environment(), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as served:
        try:
            assert answered(f"http://127.0.0.1:{port}/health")["status"] == "ok"
        finally:
            os.killpg(served.pid, signal.SIGKILL)


def answered(url: str) -> dict[str, str]:
    """What a server answers once it has started."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            answer: dict[str, str] = requests.get(url, timeout=5).json()
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return answer
    raise AssertionError("it did not start")


def test_everything_that_is_wrong_with_an_environment_is_told_at_once(workbook: Workbook) -> None:
    assert run(workbook, "check").returncode == 0
    tab = {"sheetId": workbook.sheet_id("Import Keys"), "title": "Imports"}
    workbook.batch({"updateSheetProperties": {"properties": tab, "fields": "title"}})
    checked = run(workbook, "check")
    assert checked.returncode == 1
    assert "WRONG tabs: `Import Keys` was renamed to `Imports`. Run setup." in checked.stdout
    assert "ok    spreadsheet" in checked.stdout
    away = run(workbook, "check", SPREADSHEET_ID="no-such-spreadsheet")
    assert away.stdout.count("share the spreadsheet with the service account") == 3
    assert away.stdout.count("check SPREADSHEET_ID,") == 3
    archive = run(workbook, "check", ARCHIVE_SPREADSHEET_ID="no-such-spreadsheet")
    assert archive.stdout.count("check ARCHIVE_SPREADSHEET_ID,") == 2
    assert "check SPREADSHEET_ID," not in archive.stdout


def test_a_script_reads_what_is_wrong_as_json(workbook: Workbook) -> None:
    good, bad = run(workbook, "check", "--json"), run(workbook, "check", "--json", SPREADSHEET_ID="none")
    unset = run(workbook, "check", "--json", MODE="perhaps")
    assert (good.returncode, bad.returncode, unset.returncode) == (0, 1, 1)
    said = json.loads(good.stdout)
    assert (said["status"], said["message"]) == ("ok", "Everything is as it should be.")
    assert [finding["name"] for finding in said["findings"]] == ["settings", "spreadsheet", "tabs", "books"]
    said = json.loads(bad.stdout)
    assert (said["status"], said["message"]) == ("error", "Wrong: spreadsheet, tabs and books.")
    assert [finding["is_ok"] for finding in said["findings"]] == [True, False, False, False]
    (finding,) = json.loads(unset.stdout)["findings"]
    assert "MODE" in finding["message"]


def test_a_check_of_the_settings_calls_nobody(shop: Workbook) -> None:
    checked = run(shop, "check", "--settings", SPREADSHEET_ID="no-such-spreadsheet")
    assert checked.returncode == 0
    wrong = run(shop, "check", "--settings", TIME_ZONE="Toronto", LOW_STOCK="many")
    assert wrong.returncode == 1
    assert "TIME_ZONE" in wrong.stdout
    assert "LOW_STOCK" in wrong.stdout


def test_a_check_leaves_the_spreadsheet_as_it_was(workbook: Workbook) -> None:
    before = workbook.everything(), workbook.calls()["writes"]
    run(workbook, "check")
    assert (workbook.everything(), workbook.calls()["writes"]) == (before[0], before[1] + 1)
