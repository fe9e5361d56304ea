"""What an order asks for: its lines read against the published catalogue and what it held before."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from fulfillment.answers import unit_order
from fulfillment.model import (
    REASONS,
    Assignment,
    Entitlement,
    Item,
    ItemKind,
    Levels,
    LineItem,
    Product,
    Shortage,
    parse_entitlements,
)
from fulfillment.workbook import OrderFile

SKIPPED: tuple[ItemKind, ...] = ("external", "no sku")


@dataclass(frozen=True, slots=True)
class Want:
    """New pieces of one line, each of which needs a seat of every entitlement."""

    line: int
    sku: str
    count: int
    entitlements: tuple[Entitlement, ...]


@dataclass(slots=True)
class Asked:
    """One order read: its items, the seats it wants, and everything that is wrong with it."""

    items: list[Item] = field(default_factory=list)
    wants: list[Want] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """reason -> sentences."""
    warnings: list[str] = field(default_factory=list)
    shortages: list[Shortage] = field(default_factory=list)

    def demands(self) -> dict[Entitlement, int]:
        """How many of each entitlement, in line order."""
        total: Counter[Entitlement] = Counter()
        for want in self.wants:
            for entitlement in want.entitlements:
                total[entitlement] += want.count
        return dict(total)

    def of_kind(self, *kinds: ItemKind) -> list[Item]:
        """The items of these kinds, in line order."""
        return [item for item in self.items if item.kind in kinds]

    @property
    def reason(self) -> str:
        """The reason of failure that counts; empty when nothing is wrong."""
        return next((reason for reason in REASONS if reason in self.problems), "")


@dataclass(slots=True)
class Pieces:
    """The pieces that an order held or lost before, matched by SKU to its new lines."""

    file: OrderFile
    held: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    gone: Counter[str] = field(default_factory=Counter)
    used: set[str] = field(default_factory=set)
    """Units that a new piece cannot have."""
    asked: set[str] = field(default_factory=set)
    """Units that hold seats and that the new lines ask for."""

    def __post_init__(self) -> None:
        pieces = {unit: sku for row in self.file.holdings for unit, sku in row.pieces}
        for unit in sorted(pieces, key=unit_order):
            self.held[pieces[unit]].append(unit)
        self.gone.update(self.file.gone.values())
        self.used = {*pieces, *self.file.gone}

    def claim(self, sku: str, quantity: int) -> tuple[int, int, int]:
        """(how many pieces hold their seats, how many stay released, how many are new) of a line."""
        held = self.held.get(sku, deque())
        kept = [held.popleft() for _ in range(min(quantity, len(held)))]
        self.asked.update(kept)
        released = min(quantity - len(kept), self.gone[sku])
        self.gone[sku] -= released
        return len(kept), released, quantity - len(kept) - released

    def new_units(self, line: int) -> Iterator[str]:
        """Units for the new pieces of a line, in order, without end."""
        number = 0
        while True:
            number += 1
            unit = f"{line}.{number}"
            if unit not in self.used:
                yield unit

    def split(self) -> tuple[list[Assignment], list[Assignment]]:
        """The seats held that the new lines ask for, and those that they do not."""
        rows = sorted(self.file.holdings, key=lambda row: unit_order(row.unit))
        asked = [row for row in rows if self.asked.intersection(row.units)]
        return asked, [row for row in rows if not self.asked.intersection(row.units)]


def read_lines(
    lines: Iterable[LineItem], catalogue: Mapping[str, Product], pieces: Pieces, levels: Levels
) -> Asked:
    """What these lines ask for. Lines of quantity 0 are ignored, but keep their number."""
    asked = Asked()
    for number, line in enumerate(lines, 1):
        if line.quantity:
            _read_line(asked, number, line, catalogue, pieces, levels)
    if not asked.items:
        asked.problems["no_items"].append("It has no line with a quantity above 0.")
    return asked


def _read_line(
    asked: Asked,
    number: int,
    line: LineItem,
    catalogue: Mapping[str, Product],
    pieces: Pieces,
    levels: Levels,
) -> None:
    item = partial(Item, line.sku, line.quantity)
    if not line.sku:
        asked.items.append(item(line.title, "no sku"))
        title = f" ({line.title})" if line.title else ""
        asked.warnings.append(f"Line {number}{title} has no SKU and was skipped.")
        return
    product = catalogue.get(line.sku)
    title = line.title or (product.product if product else "")
    held, released, new = pieces.claim(line.sku, line.quantity)
    if released:
        asked.warnings.append(
            f"{released} of {line.quantity} {line.sku} stay released: no key is given again."
        )
    if product and product.is_external and not held:
        asked.items.append(item(title, "external"))
        return
    asked.items.append(item(title, "auto"))
    if new:
        _want(asked, number, line.sku, new, product, catalogue, levels)


def _want(
    asked: Asked,
    number: int,
    sku: str,
    count: int,
    product: Product | None,
    catalogue: Mapping[str, Product],
    levels: Levels,
) -> None:
    """New pieces of a product: what they need, or what is wrong with it."""
    if product is None:
        asked.problems["unknown_sku"].append(f"SKU `{sku}` is not in the catalogue{_near(sku, catalogue)}.")
        return
    try:
        entitlements = parse_entitlements(product.entitlements)
        _check_levels(entitlements, levels)
    except ValueError as error:
        asked.problems["bad_entitlements"].append(f"{sku}: {error}.")
        return
    if not entitlements:
        asked.problems["no_entitlements"].append(f"{sku} has no entitlements: set them, then Sync Catalogue.")
        return
    if not product.active:
        asked.warnings.append(f"{sku} is not active in the shop; it was paid for, so it is served.")
    asked.wants.append(Want(number, sku, count, entitlements))


def _check_levels(entitlements: Iterable[Entitlement], levels: Levels) -> None:
    for entitlement in entitlements:
        if not levels.ways_of(entitlement):
            known = ", ".join(levels.names())
            raise ValueError(f"`{entitlement}` has no level that is known (levels are {known})")


def _near(sku: str, catalogue: Mapping[str, Product]) -> str:
    """A hint at a SKU that was likely meant; a hint only, nothing is ever served by it."""
    folded = {known.casefold(): known for known in catalogue}
    near = difflib.get_close_matches(sku.casefold(), folded, n=1, cutoff=0.75)
    return f" (did you mean `{folded[near[0]]}`? SKUs must match exactly)" if near else ""
