"""What goes wrong with Google in a run: every fault of the local Google's plan, drawn and put in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import cycle

from tests.local import Workbook

COMMIT, LOOK, READ = "spreadsheets.batchUpdate", "spreadsheets.get", "spreadsheets.values.batchGet"

STALE_S = 1.0

BOTH = {
    "500": 0.02, "503": 0.02, "429": 0.015, "html-502": 0.015, "reset": 0.02, "reset-midway": 0.01,
    "stall:0.7": 0.015,
}  # fmt: skip
WRITES = {"apply-then-drop": 0.03, "apply-then-503": 0.03, "apply-late:0.9": 0.02}
READS = {f"stale-read:{STALE_S:g}": 0.04, "torn-read": 0.04}
"""How often each call of Google suffers what: nearly one in five."""

RIVALRY = ("stall:0.6", "stall:1.2", "apply-late:1.5")
"""Holds one commit up, so that the other writers commit in between."""


class Faults:
    """The plan of one run."""

    def __init__(self, workbook: Workbook, *, seed: int, too_late_s: float, share: float = 1.0) -> None:
        """`too_late_s` is longer than any caller waits: such a commit lands when nobody hopes for it."""
        self._workbook = workbook
        self._seed, self._share = seed, share
        self._too_late = f"apply-late:{too_late_s:g}"
        self._rivals = cycle([*RIVALRY, self._too_late, *RIVALRY * 3])

    def begin(self) -> None:
        for method, own in ((COMMIT, WRITES), (LOOK, READS), (READ, READS)):
            rates = {text: rate * self._share for text, rate in {**BOTH, **own}.items()}
            self._workbook.draw_faults(method, rates, self._seed)

    def put_rival_between(self) -> None:
        """The next commit waits on its way: whoever looks and commits meanwhile comes first."""
        self._workbook.fail(COMMIT, next(self._rivals))

    def spent(self) -> Counter[str]:
        """How many calls suffered what so far."""
        return Counter(self._workbook.faults()["spent"])

    def kinds(self) -> list[str]:
        """Everything that is to be proved spent."""
        return [*{**BOTH, **WRITES, **READS}, *RIVALRY, self._too_late]

    def put(self, kinds: Iterable[str]) -> None:
        """These happen to the next calls."""
        for kind in kinds:
            self._workbook.fail(LOOK if kind in READS else COMMIT, kind)

    def missing(self, spent: Counter[str]) -> list[str]:
        """What is still to happen."""
        return [kind for kind in self.kinds() if not spent[kind]]
