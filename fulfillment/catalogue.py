"""The catalogue: what people typed is checked and published, and how many of a product can be sold now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fulfillment.answers import Plan, listed, when
from fulfillment.errors import NotPossible
from fulfillment.imprint import as_published, imprint
from fulfillment.misprints import Known, alike, near
from fulfillment.model import Policy, Product, parse_entitlements
from fulfillment.pools import stock_after
from fulfillment.publication import Change, changes_of
from fulfillment.workbook import Changes, Snapshot

FULFILLMENTS = ("AUTO", "EXTERNAL")
TRUE = ("TRUE", "YES", "1", "")
"""How `active` may be written; a row that somebody added by hand and left blank counts as active."""
FALSE = ("FALSE", "NO", "0")


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A row of NPTA Catalogue as it was read; `row` is where it stood then, for messages only."""

    row: int
    sku: str
    product: str = ""
    category: str = ""
    entitlements: str = ""
    fulfillment: str = ""
    active: str = ""
    provider: str = ""

    @property
    def is_blank(self) -> bool:
        return not any((self.sku, self.product, self.category, self.entitlements, self.fulfillment))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one product, in words."""

    sku: str
    message: str


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: how many products are live, and all that an operator should know."""

    published: int
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    unpublished: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


def plan_publish(
    snapshot: Snapshot, rows: Sequence[CatalogueRow], *, policy: Policy, now: datetime
) -> Plan[Published]:
    """Every row checked and published; a row that cannot be read keeps its former published state."""
    rows = [row for row in rows if not row.is_blank]
    if snapshot.catalogue and not any(row.sku for row in rows):
        raise NotPossible("NPTA Catalogue has no product left. Nothing was published, and all stay live.")
    nameless = [Problem("", f"Row {row.row} has no SKU.") for row in rows if not row.sku]
    by_sku = _by_sku(rows)
    known = Known.of(snapshot.pools.queues, policy.levels, policy.default_region)
    products = _products(by_sku, snapshot, known, now)
    gone = tuple(sku for sku in snapshot.catalogue if sku not in by_sku)
    stock = stock_after(snapshot.pools, (), ())
    result = Published(
        published=sum(not product.problem for product in products),
        warnings=(
            *_warnings(products, snapshot.catalogue, known),
            *_alike(by_sku, gone),
            *_unpublished_in_words(gone),
        ),
        problems=(*nameless, *(Problem(p.sku, p.problem) for p in products if p.problem)),
        unpublished=gone,
        changes=changes_of(snapshot.catalogue, products, stock=stock, policy=policy),
    )
    changed = snapshot.catalogue_gap or [*products] != [*snapshot.catalogue.values()]
    return Plan(result, Changes(catalogue=products) if changed else Changes())


def plan_restored(
    snapshot: Snapshot, rows: Sequence[CatalogueRow], *, policy: Policy, now: datetime
) -> tuple[Product, ...]:
    """The catalogue as it was published, made of what is left of it and of the rows that people have.

    Empty where that does not give what is on record: people have changed their rows since, or there is none.
    """
    known = Known.of(snapshot.pools.queues, policy.levels, policy.default_region)
    typed = as_published(_products(_by_sku(rows), snapshot, known, now), snapshot.imprint)
    products = tuple({**{product.sku: product for product in typed}, **snapshot.catalogue}.values())
    return products if snapshot.imprint and imprint(products) == snapshot.imprint else ()


def _by_sku(rows: Sequence[CatalogueRow]) -> dict[str, list[CatalogueRow]]:
    found: dict[str, list[CatalogueRow]] = {}
    for row in rows:
        if row.sku:
            found.setdefault(row.sku, []).append(row)
    return found


def _products(
    by_sku: Mapping[str, Sequence[CatalogueRow]], snapshot: Snapshot, known: Known, now: datetime
) -> tuple[Product, ...]:
    """Each product as it is published from its rows."""
    return tuple(_published(rows, snapshot.catalogue.get(sku), known, now) for sku, rows in by_sku.items())


def _unpublished_in_words(gone: Sequence[str]) -> Iterator[str]:
    if gone:
        yield f"No longer published, as the catalogue has no row for it: {listed(gone)}."


def _published(rows: Sequence[CatalogueRow], former: Product | None, known: Known, now: datetime) -> Product:
    """The product as it is published from its rows; unchanged, down to its time, where nothing changed."""
    problem = _problem(rows, known)
    if not problem:
        product = _read(rows[0], when(now))
    elif former is not None and not _is_unreadable(former):
        product = replace(former, problem=f"{problem} It stays as published before.")
    else:
        product = replace(_unreadable(rows), problem=problem, published_at=when(now))
    if former is not None and _same(product, former):
        return replace(former, problem=product.problem)
    return replace(product, published_at=when(now))


def _same(product: Product, former: Product) -> bool:
    ignored = {"published_at": "", "version": 0, "available": None}
    return replace(product, **ignored) == replace(former, **ignored)  # type: ignore[arg-type]


def _problem(rows: Sequence[CatalogueRow], known: Known) -> str:
    """Everything that is wrong with a product's row, or that it has several; empty where nothing is."""
    if len(rows) > 1:
        return f"The SKU stands in rows {listed([str(row.row) for row in rows])}: keep one of them."
    row = rows[0]
    wrong = [_fulfillment_problem(row.fulfillment), known.problem_of(row.entitlements)]
    if row.active.upper() not in TRUE + FALSE:
        wrong.append(f"active must be TRUE or FALSE, found `{row.active}`")
    found = "; ".join(filter(None, wrong))
    return f"Row {row.row}: {found}." if found else ""


def _fulfillment_problem(typed: str) -> str:
    if typed.upper() in FULFILLMENTS:
        return ""
    found = f"found `{typed}`{near(typed.upper(), FULFILLMENTS)}" if typed else "and the cell is empty"
    return f"fulfillment must be AUTO or EXTERNAL, {found}"


def _read(row: CatalogueRow, at: str) -> Product:
    return Product(
        sku=row.sku,
        product=row.product,
        category=row.category,
        active=row.active.upper() in TRUE,
        entitlements=",".join(map(str, parse_entitlements(row.entitlements))),
        fulfillment=row.fulfillment.upper(),
        published_at=at,
    )


def _unreadable(rows: Sequence[CatalogueRow]) -> Product:
    """A product that orders fail on, with what people typed, until its rows are put right.

    The entitlements of several rows are joined by a slash with blanks, which no entitlement can be read from.
    """
    typed = " / ".join(row.entitlements or "(none)" for row in rows)
    entitlements = typed if len(rows) > 1 or _cannot_be_read(typed) else f"(row not readable) {typed}"
    return Product(rows[0].sku, rows[0].product, rows[0].category, entitlements=entitlements)


def _cannot_be_read(entitlements: str) -> bool:
    try:
        parse_entitlements(entitlements)
    except ValueError:
        return True
    return False


def _is_unreadable(product: Product) -> bool:
    return bool(product.problem) and _cannot_be_read(product.entitlements)


def _warnings(products: Sequence[Product], former: Mapping[str, Product], known: Known) -> Iterator[str]:
    for product in products:
        if product.problem or product.is_external:
            continue
        entitlements = parse_entitlements(product.entitlements)
        if not entitlements:
            old = former[product.sku].entitlements if product.sku in former else ""
            emptied = f" any more (before: {old})" if old else ""
            yield f"{product.sku} is AUTO and has no entitlements{emptied}: its orders fail until then."
        for entitlement in dict.fromkeys(entitlements):
            if warning := known.without_keys(entitlement):
                yield f"{product.sku}: {warning}"


def _alike(skus: Collection[str], gone: Collection[str]) -> Iterator[str]:
    """A warning for SKUs that people take for one another; an order has to name one of them exactly."""
    for same in alike([*skus, *gone]):
        here, lost = [sku for sku in same if sku in skus], [sku for sku in same if sku not in skus]
        if lost:
            yield (
                f"{_quoted(lost)} was published, and the catalogue has {_quoted(here)} now: a SKU must be as "
                "the shop has it, blanks and letter case included."
            )
        elif len({sku.casefold() for sku in here}) < len(here):
            yield f"{listed(here)} differ in letter case alone: `available` is shown for the first only."
        else:
            yield f"{_quoted(here)} differ in blanks alone: is that one product?"


def _quoted(skus: Sequence[str]) -> str:
    return listed([f"`{sku}`" for sku in skus])
