"""What is deployed, which is what .gcloudignore lets through, serves orders with requirements.txt alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local import ROOT, Function, Workbook, posted

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]  # all packages of the function are installed anew

IDLE_MB = 256
"""Master and worker together, once an order was served."""

FOR_US_ALONE = {"tests", "sandbox", "demo", "benchmarks", "rich", "pytest", "schemathesis", "hypothesis"}

SELDOM_NEEDED = {"openapi_pydantic", "fulfillment.openapi", "fulfillment.cli", "fulfillment.sheets.probes"}
"""What only some requests, or commands, want: the first order does not wait for it."""


class Deployed:
    """The function's folder, and a Python that has what requirements.txt names."""

    def __init__(self, place: Path) -> None:
        self.folder, self.python = place / "source", place / "venv" / "bin" / "python"
        for name in let_through(place):
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "venv"], check=True)
        pip = [sys.executable, "-m", "pip", f"--python={self.python}", "install", "--no-compile", "--quiet"]
        done = subprocess.run(
            [*pip, "-r", self.folder / "requirements.txt"], capture_output=True, check=False
        )
        if done.returncode:  # make has installed the same file: what is wrong with it has stopped there
            pytest.skip("The packages cannot be fetched anew here.")

    def run(self, code: str, **environment: str) -> str:
        """What a program prints that begins in the function's folder."""
        known = {"PATH": os.environ["PATH"], **environment}
        done = subprocess.run(
            [self.python, "-c", code],
            cwd=self.folder,
            env=known,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def let_through(place: Path) -> list[str]:
    """The files that .gcloudignore, which has git's syntax, does not keep here."""
    subprocess.run(["git", "init", "--quiet", "--bare", place / "empty"], check=True)
    listing = ["ls-files", "-z", "--others", "--exclude-from=.gcloudignore"]
    git = ["git", f"--git-dir={place / 'empty'}", f"--work-tree={ROOT}", *listing]
    done = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    return Deployed(tmp_path_factory.mktemp("deployed"))


def megabytes_of(group: int) -> float:
    """The memory of a process group, what its processes share counted once."""
    kilobytes = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(process.name)) == group:
                rollup = (process / "smaps_rollup").read_text()
                kilobytes += int(re.findall(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)[0])
        except (ProcessLookupError, PermissionError, FileNotFoundError):
            continue
    return kilobytes / 1024


def test_it_serves_an_order_and_is_small(deployed: Deployed, workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    entry = deployed.folder / "main.py"
    with Function(workbook, entry, python=deployed.python, PYTHONPATH=str(deployed.folder)) as function:
        answer = function.post("/orders", posted("1"), role="zap").json()
        assert (answer["status"], answer["key_count"]) == ("fulfilled", 1)
        assert function.get("/openapi.json").json()["openapi"].startswith("3.1")
        idle = megabytes_of(function.process.pid)
    print(f"{idle:.0f} MB")
    assert 20 < idle < IDLE_MB


def test_it_starts_with_nothing_that_is_ours_or_seldom_needed(deployed: Deployed, workbook: Workbook) -> None:
    code = "import sys, main; print(*sys.modules)"
    loaded = set(deployed.run(code, **workbook.environment()).split())
    assert {"main", "fulfillment.service", "gspread"} <= loaded
    assert loaded & (FOR_US_ALONE | SELDOM_NEEDED) == set()


def test_nothing_but_the_function_is_let_through(deployed: Deployed) -> None:
    found = {path.name for path in deployed.folder.iterdir()} - {"__pycache__"}
    assert found == {"main.py", "requirements.txt", "sheets_schema.yaml", "fulfillment"}
    kinds = {path.suffix for path in deployed.folder.rglob("*") if path.is_file()} - {".pyc"}
    assert kinds <= {".py", ".txt", ".yaml", ".graphql", ".html"}
