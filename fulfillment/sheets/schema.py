"""`sheets_schema.yaml`, read and checked: every tab and column, and the levels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from fulfillment.model import Levels, Limits, Policy, Way

ColumnType = Literal["text", "integer", "boolean", "formula"]


class Strict(BaseModel):
    """A part of the schema: a name that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """A column, known by its header. `people`: they type here; `values`: what may stand in it.

    `whole_above_zero`: what they type here is to be a whole number above 0.
    """

    header: str
    type: ColumnType
    width: int = Field(default=100, description="pixels")
    note: str = ""
    values: tuple[str, ...] = ()
    people: bool = False
    formula: str = ""
    whole_above_zero: bool = False


class Tint(Strict):
    """A colour for cells of a row, by what stands in its column `when`.

    One of `equals`, `begins`, or a number: above `above`, at most `at_most` (`LOW_STOCK` is the setting).
    """

    color: Literal["red", "amber", "green", "grey"]
    columns: tuple[str, ...]
    when: str
    equals: str = ""
    begins: str = ""
    above: int | None = None
    at_most: int | Literal["LOW_STOCK"] = 0


class Tab(Strict):
    """A tab and its columns, in the order in which a new one is laid out."""

    title: str
    kind: Literal["people", "view", "ledger", "system"]
    hidden: bool = False
    protected: bool = False
    columns: tuple[Column, ...]
    tints: tuple[Tint, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.columns)


class LevelRules(Strict):
    """Level -> ways to serve it, best first, for all providers and for single ones."""

    ways: dict[str, tuple[Way, ...]]
    by_provider: dict[str, dict[str, tuple[Way, ...]]] = {}


class OwnLevels(Strict):
    """When stock of one product or pool is low, and critical; in pieces of a product, in seats of a pool."""

    low: int = Field(ge=0)
    critical: int = Field(ge=0)


class StockLevels(Strict):
    """Levels besides LOW_STOCK and CRITICAL_STOCK: of products by SKU, of pools by PROVIDER-PRODUCT_CODE."""

    products: dict[str, OwnLevels] = {}
    pools: dict[str, OwnLevels] = {}


class Dashboard(Strict):
    """The tab with the charts, in front of all others: nothing but formulas over our tabs."""

    title: str
    pools: int = Field(description="rows of Key Inventory that it looks at")
    shown: int = Field(description="pools that the charts show, those that run out first")
    days: int = Field(description="the pace is that of so many days")


class Schema(Strict):
    """The whole file."""

    version: int
    levels: LevelRules
    tabs: tuple[Tab, ...]
    dashboard: Dashboard
    stock: StockLevels = StockLevels()

    def tab(self, title: str) -> Tab:
        """The tab of this title, which there is."""
        return next(tab for tab in self.tabs if tab.title == title)

    def to_levels(self) -> Levels:
        return Levels(self.levels.ways, self.levels.by_provider)

    def completed(self, policy: Policy) -> Policy:
        """The policy of the settings, with what the shop chose here."""
        products, pools = self.stock.products, self.stock.pools
        return replace(
            policy,
            product_limits={sku: Limits(own.low, own.critical) for sku, own in products.items()},
            pool_limits={name: Limits(own.low, own.critical) for name, own in pools.items()},
            pace_days=self.dashboard.days,
        )


def read_schema(path: Path) -> Schema:
    """The schema of this file. Raises ValueError (pydantic's, naming the place) where it is wrong."""
    return Schema.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
