"""What the page shows beside the workbook: one pane for each stand-in that has something to tell.

A stand-in adds a pane with a function that lists its entries; the page asks for them while it is open.

    front.panes.add("Slack", slack.entries)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field

from sandbox.book import Json

MOST_ENTRIES = 200
"""The newest of a pane; more nobody reads."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that arrived: plain text throughout, also where it looks like HTML."""

    at: str
    """ISO 8601 with offset."""
    title: str
    text: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class Panes:
    """The panes, in the order in which they were added."""

    def __init__(self) -> None:
        self._panes: dict[str, Callable[[], Iterable[Entry]]] = {}

    def add(self, title: str, entries: Callable[[], Iterable[Entry]]) -> None:
        """A pane under this title from now on; `entries` gives the oldest first."""
        self._panes[title] = entries

    def shown(self) -> Json:
        """`{"panes": [{"title", "count", "entries"}]}`, each pane's newest entry first."""
        return {"panes": [_shown(title, list(entries())) for title, entries in self._panes.items()]}


def _shown(title: str, entries: list[Entry]) -> Json:
    newest = entries[: -MOST_ENTRIES - 1 : -1]
    return {"title": title, "count": len(entries), "entries": [asdict(entry) for entry in newest]}
