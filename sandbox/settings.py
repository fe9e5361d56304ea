"""What can be switched while it runs: quotas, latency, appends that lose rows, the limit of cells."""

from __future__ import annotations

from sandbox.book import Json
from sandbox.errors import bad_request
from sandbox.latency import NONE, Fixed, Latency, latency
from sandbox.live import Limits
from sandbox.quota import Quotas

SWITCHES = ("quotas", "lossy_append", "cell_limit")
NAMES = {*SWITCHES, "latency"}


class Settings:
    """The settings as they stand."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.quotas = Quotas()
        self.latency: Latency = NONE
        self.lossy_append = True
        """Whether overlapping values.append calls can lose rows, as is reported of Google."""

    def change(self, asked: Json) -> None:
        """Takes over the settings that are named; checked whole before any of it is taken."""
        if unknown := asked.keys() - NAMES:
            raise bad_request(f"No such setting: {min(unknown)}. There are {', '.join(sorted(NAMES))}.")
        for name in SWITCHES:
            if name in asked and not isinstance(asked[name], bool):
                raise bad_request(f"{name} must be true or false.")
        chosen = latency(asked["latency"]) if "latency" in asked else self.latency
        self.latency = chosen
        if "quotas" in asked:
            self.quotas.switch(asked["quotas"])
        self.lossy_append = asked.get("lossy_append", self.lossy_append)
        self._limits.cells = asked.get("cell_limit", self._limits.cells)

    def shown(self) -> Json:
        times = self.latency
        if isinstance(times, Fixed):
            ms = {"read_ms": times.read_s * 1000, "write_ms": times.write_s * 1000}
            shown: object = ms if times != NONE else None
        else:
            shown = "recorded"
        switches = {"quotas": self.quotas.on, "lossy_append": self.lossy_append}
        return switches | {"cell_limit": self._limits.cells, "latency": shown}
