"""python -m tests.machine.exploring: the long exploration of the commit protocol, as a table."""

from __future__ import annotations

import gc
import sys

from rich.console import Console
from rich.table import Table

from tests.machine.exploring.exploration import explore
from tests.machine.exploring.scenes import LONG, SHORT


def main() -> int:
    gc.disable()  # what is kept is kept until the end
    table = Table("scene", "states", "steps", "spreadsheets", "runs of the code", "seconds", "bad states")
    bad = []
    for name, scene in {**SHORT, **LONG}.items():
        report = explore(scene)
        figures = (report.states, report.steps, report.books, report.runs)
        found = "none" if report.found is None else "found"
        table.add_row(name, *(f"{figure:,}" for figure in figures), f"{report.seconds:.0f}", found)
        print(f"{name}: {report}", flush=True)
        bad += [report.found] if report.found else []
    Console(width=130).print(table)
    for found in bad:
        print(found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
