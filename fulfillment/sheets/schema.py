"""`sheets_schema.yaml`, read and checked: every tab and column, and the levels."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from fulfillment.model import Levels, Way

ColumnType = Literal["text", "integer", "boolean", "formula"]


class Strict(BaseModel):
    """A part of the schema: a name that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """A column, known by its header. `people`: they type here; `values`: what may stand in it."""

    header: str
    type: ColumnType
    width: int = Field(default=100, description="pixels")
    note: str = ""
    values: tuple[str, ...] = ()
    people: bool = False
    formula: str = ""


class Tab(Strict):
    """A tab and its columns, in the order in which a new one is laid out."""

    title: str
    kind: Literal["people", "view", "ledger", "system"]
    hidden: bool = False
    protected: bool = False
    columns: tuple[Column, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.columns)


class LevelRules(Strict):
    """Level -> ways to serve it, best first, for all providers and for single ones."""

    ways: dict[str, tuple[Way, ...]]
    by_provider: dict[str, dict[str, tuple[Way, ...]]] = {}


class Schema(Strict):
    """The whole file."""

    version: int
    levels: LevelRules
    tabs: tuple[Tab, ...]

    def tab(self, title: str) -> Tab:
        """The tab of this title, which there is."""
        return next(tab for tab in self.tabs if tab.title == title)

    def to_levels(self) -> Levels:
        return Levels(self.levels.ways, self.levels.by_provider)


def read_schema(path: Path) -> Schema:
    """The schema of this file. Raises ValueError (pydantic's, naming the place) where it is wrong."""
    return Schema.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
