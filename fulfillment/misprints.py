"""What an operator may have meant: entitlements that cannot be right, and the nearest one that can."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from fulfillment.answers import listed
from fulfillment.characters import named, suspect, trimmed
from fulfillment.model import Entitlement, Levels, Pool

NEAR = 0.72
"""How alike two entitlements must be (difflib's ratio): `NASM-CPT` is, to NASM-CPT-FULL."""

HINTS = 40
"""How many a catalogue gets: each may take 9 ms among the entitlements of 300 pools (measured)."""


def near(text: str, known: Iterable[str]) -> str:
    """` (did you mean ...?)` with the known word most like this one; empty where none is like it."""
    found = get_close_matches(text, list(known), n=1, cutoff=NEAR)
    return f" (did you mean `{found[0]}`?)" if found else ""


@dataclass(frozen=True, slots=True)
class Known:
    """The entitlements that can be served: every level of every pool that ever had keys, by region."""

    levels: Levels
    region: str
    """Where orders that name none are served."""
    by_region: dict[str, set[str]]
    _hints: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, pools: Iterable[Pool], levels: Levels, region: str) -> Known:
        components: dict[tuple[str, str, str], set[str]] = {}
        for pool in pools:
            components.setdefault(pool[:3], set()).add(pool.component)
        by_region: dict[str, set[str]] = {}
        for (where, provider, code), there in components.items():
            found = by_region.setdefault(where, set())
            for level in {*levels.names(), *levels.by_provider.get(provider, ())}:
                entitlement = Entitlement(provider, code, level)
                if any(there.issuperset(way) for way in levels.ways_of(entitlement)):
                    found.add(str(entitlement))
        return cls(levels, region, by_region)

    def problem_of(self, cell: str) -> str:
        """Everything in a cell that is no entitlement, in words; empty where all of it is."""
        parts = [trimmed(part) for part in cell.split(",") if trimmed(part)]
        return "; ".join(filter(None, map(self._problem, parts)))

    def _problem(self, text: str) -> str:
        if (found := suspect(text)) and not re.search(r"\s", found[1]):
            place, character = found
            return f"`{text}` holds {named(character)}, its character {place}: type it anew{self._near(text)}"
        try:
            entitlement = Entitlement.parse(text)
        except ValueError as error:
            several = ", several separated by commas" if re.search(r"[;\n|]", text) else ""
            return f"{error}{several}{self._near(text)}"
        if self.levels.ways_of(entitlement):
            return ""
        return (
            f"`{entitlement}` ends in `{entitlement.level}`, and the levels are {listed(self.levels.names())}"
            f"{self._near_level(entitlement) or self._near(str(entitlement))}"
        )

    def _near_level(self, entitlement: Entitlement) -> str:
        levels = get_close_matches(entitlement.level, self.levels.names(), n=1)
        meant = [f"{entitlement.provider}-{entitlement.product_code}-{level}" for level in levels]
        return f" (did you mean `{meant[0]}`?)" if meant else ""

    def _near(self, text: str) -> str:
        word = re.sub(r"\s+", "-", text.upper())
        if word not in self._hints and len(self._hints) < HINTS:
            self._hints[word] = near(word, self.by_region.get(self.region, ()))
        return self._hints.get(word, "")

    def without_keys(self, entitlement: Entitlement) -> str:
        """That no key of it ever came, and what may have been meant; empty where there was one."""
        text = str(entitlement)
        if text in self.by_region.get(self.region, ()):
            return ""
        elsewhere = sorted(region for region, there in self.by_region.items() if text in there)
        hint = f" (there are keys in {listed(elsewhere)})" if elsewhere else self._near(text)
        return f"{text} never had a key in {self.region}{hint}."


def alike(skus: Iterable[str]) -> Iterator[list[str]]:
    """The SKUs that people take for one another: they differ in letter case or blanks alone."""
    by_shape: dict[str, list[str]] = {}
    for sku in skus:
        by_shape.setdefault(re.sub(r"\s+", "", sku).casefold(), []).append(sku)
    return (same for same in by_shape.values() if len(same) > 1)
