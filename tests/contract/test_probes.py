"""The probes: on the local Google all is as we take it for granted; what is otherwise is told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import requests
from google.auth.credentials import AnonymousCredentials

from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.probes import PROBES, Probe, probe
from fulfillment.sheets.scratch import Scratch, create, write
from tests.local import ROOT, Workbook


@pytest.fixture
def sheet_id(google: str) -> str:
    created = requests.post(f"{google}/v4/spreadsheets", json={}, timeout=10).json()
    found: str = created["spreadsheetId"]
    return found


@pytest.fixture
def scratch(google: str, sheet_id: str) -> Scratch:
    def connect() -> SheetsClient:
        return SheetsClient(sheet_id, AnonymousCredentials(), google)  # type: ignore[no-untyped-call]

    return Scratch(connect, rounds=2, pause=lambda seconds: None)


def state(google: str, sheet_id: str) -> object:
    mask = {"fields": "sheets.properties,developerMetadata"}
    return requests.get(f"{google}/v4/spreadsheets/{sheet_id}", params=mask, timeout=10).json()


def test_every_probe_is_as_expected_on_the_local_google_and_leaves_nothing(
    google: str, sheet_id: str, scratch: Scratch
) -> None:
    before = state(google, sheet_id)
    seen = [*probe(scratch)]
    assert [each.name for each in seen if not each.is_as_expected] == []
    assert len(seen) == len(PROBES)
    assert state(google, sheet_id) == before


def named(name: str) -> list[Probe]:
    return [each for each in PROBES if name in each.name]


@pytest.mark.parametrize("name", ["one comes first", "whole or not"])
def test_a_google_that_takes_every_id_is_told_not_to_go_live(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("fulfillment.sheets.probes.create", lambda id_: create(scratch.new_id()))
    (seen,) = probe(scratch, named(name))
    assert not seen.is_as_expected
    assert "Do not go live" in seen.advice


def test_a_google_that_loses_rows_is_told_not_to_go_live(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fulfillment.sheets.probes.append", lambda *texts: write(3, 1))
    (seen,) = probe(scratch, named("all land"))
    assert "Of 40 rows appended at the same time 1 are there" in seen.message


def test_the_shops_own_spreadsheet_is_never_a_scratch(workbook: Workbook) -> None:
    command = [sys.executable, "-m", "fulfillment", "probe", workbook.id]
    environment = {**os.environ, **workbook.environment()}
    refused = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 2
    assert "That is the shop's own spreadsheet" in refused.stderr
