"""Zaps as somebody has them set up: read from the tables of a page that says what to type where.

### Zap 1: each paid order

| step | field | what to type |
|---|---|---|
| 1. Shopify: New Paid Order | | |
| 2. Webhooks by Zapier: POST | URL | `https://YOUR-FUNCTION/orders` |
| | Data: `order_id` | `{{1.id}}` |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

HEADING = re.compile(r"^### (Zap \d+: .+)$", re.MULTILINE)

STEP = re.compile(r"(\d+)\. (.+)")


@dataclass(slots=True)
class Step:
    """One step: what it does, and what was typed into its fields."""

    number: int
    app: str
    fields: dict[str, str] = field(default_factory=dict)

    def group(self, name: str) -> dict[str, str]:
        """The rows of a field that has several: `Data: order_id` is one of `Data`."""
        start = f"{name}: "
        return {key.removeprefix(start): value for key, value in self.fields.items() if key.startswith(start)}


@dataclass(frozen=True, slots=True)
class Zap:
    """A Zap, its trigger first."""

    title: str
    steps: tuple[Step, ...]

    @property
    def trigger(self) -> str:
        return self.steps[0].app


def read_zaps(page: str) -> tuple[Zap, ...]:
    """The Zaps that a page describes, below headings `### Zap 1: ...`."""
    _, *parts = HEADING.split(page)
    return tuple(Zap(title, tuple(_steps(text))) for title, text in zip(parts[::2], parts[1::2], strict=True))


def _steps(text: str) -> Iterator[Step]:
    """The steps of the first table in a text."""
    step: Step | None = None
    for first, name, value in _rows(text):
        if named := STEP.fullmatch(first):
            if step:
                yield step
            step = Step(int(named[1]), named[2])
        if step and name:
            step.fields[name] = value
    if step:
        yield step


def _rows(text: str) -> Iterator[list[str]]:
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("|---"):
            break
    for line in lines:
        if not line.startswith("|"):
            return
        yield [_typed(cell) for cell in line.strip().strip("|").split("|")][:3]


def _typed(cell: str) -> str:
    """What is to be typed, without the marks that show it as code on the page."""
    return cell.strip().replace("`", "")
