"""Tables for a terminal: columns side by side, long texts folded, colours for what is good or bad."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

import click

GAP = "  "
NARROWEST = 16
"""A column is not folded to less than this; a terminal that is narrower still breaks the lines itself."""

GOOD = ("ok", "live", "imported", "fulfilled", "assigned", "delivered")
FAIR = ("low", "duplicate", "skipped", "released", "quarantined", "cleared")
BAD = ("critical", "out", "refused", "failed", "error")
PAINT = {**dict.fromkeys(GOOD, "green"), **dict.fromkeys(FAIR, "yellow"), **dict.fromkeys(BAD, "red")}

Entry = Mapping[str, object]


def columns_of(entries: Sequence[Entry]) -> list[str]:
    """The names under which these entries hold something that a cell can show, and not only blanks."""
    names = dict.fromkeys(name for entry in entries for name in entry)
    return [name for name in names if any(cell(entry.get(name)) for entry in entries)]


def cell(value: object) -> str:
    """A value as one line of printable text; what is made of parts is none."""
    if value is None or isinstance(value, list | tuple | dict):
        return ""
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return "".join(c if c.isprintable() else " " for c in text)


def table(entries: Sequence[Entry], *, width: int) -> Iterator[str]:
    """A header and a row for each entry, not wider than the terminal as far as that can be."""
    names = columns_of(entries)
    rows = [[cell(entry.get(name)) for name in names] for entry in entries]
    widths = _fitted([max(map(len, texts)) for texts in zip(names, *rows, strict=True)], width)
    yield from (click.style(line, bold=True) for line in _row(names, widths))
    for row in rows:
        yield from _row(row, widths, paint=True)


def _fitted(widths: list[int], width: int) -> list[int]:
    """The same widths, the widest made narrower until all fit."""
    fitted = list(widths)
    while sum(fitted) + len(GAP) * (len(fitted) - 1) > width and max(fitted) > NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _row(texts: Sequence[str], widths: Sequence[int], *, paint: bool = False) -> Iterator[str]:
    """The lines of one row: each text folded into its column."""
    folded = [_folded(text, width) for text, width in zip(texts, widths, strict=True)]
    for line in zip_longest(*folded, fillvalue=""):
        cells = (_painted(text, width, paint) for text, width in zip(line, widths, strict=True))
        yield GAP.join(cells).rstrip()


def _folded(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]  # entitlements stay in one piece


def _painted(text: str, width: int, paint: bool) -> str:
    padded = text.ljust(width)
    color = PAINT.get(text) if paint else None
    return click.style(padded, fg=color) if color else padded
