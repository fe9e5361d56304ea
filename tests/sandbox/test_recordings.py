"""Recorded conversations of gspread with Google, held again with the local one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
RECORDINGS = (ROOT / os.environ.get("RECORDINGS", "../shared/recordings")).resolve()
REPLAY = RECORDINGS.parent / "tools" / "replay_recordings.py"

pytestmark = pytest.mark.skipif(not REPLAY.exists(), reason="the recordings are not here")

EXCHANGES, WHOLE = 0.95, 0.85


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def test_the_recorded_conversations_go_as_they_went_with_google(fresh: Sandbox, tmp_path: Path) -> None:
    report = tmp_path / "disagreements.json"
    command = [sys.executable, str(REPLAY), "--base", fresh.url, "--json", str(report), str(RECORDINGS)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout
    counts = re.search(r"(\d+) of (\d+) exchanges agree; (\d+) of (\d+) recordings agree whole", said)
    assert counts, said
    agree, exchanges, whole, recordings = map(int, counts.groups())
    assert agree / exchanges >= EXCHANGES, said
    assert whole / recordings >= WHOLE, said
    named = (ROOT / "docs" / "sandbox.md").read_text()
    differ = {item["recording"] for item in json.loads(report.read_text())}
    assert [name for name in sorted(differ) if name.removesuffix(".json") not in named] == []
