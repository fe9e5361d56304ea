"""The sample: a catalogue, keys and orders, as `sample.yaml` has them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("sample.yaml")


class Part(BaseModel):
    """A part of the file; a word that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Table(Part):
    """Rows as they are typed into a tab, below these headers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Line(Part):
    """One line of an order; a tip has no SKU."""

    sku: str
    quantity: int


class SampleOrder(Part):
    """An order, what it gets, and what it is there to show."""

    order_id: str
    order_name: str
    customer_name: str
    email: str
    region: str = ""
    lines: tuple[Line, ...]
    outcome: str
    reason: str = ""
    replayed: bool = False
    then: Literal["", "restock", "refund"] = ""
    ends: str = ""
    shows: str


class Sample(Part):
    """All of it."""

    version: int
    catalogue: Table
    keys: Table
    keys_later: Table
    orders: tuple[SampleOrder, ...]


def read_sample(file: Path = FILE) -> Sample:
    """The sample in a file."""
    return Sample.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
