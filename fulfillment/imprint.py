"""A short print of the catalogue as it was published: it tells whether a row of it is gone or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from fulfillment.model import Product, to_json

ROW_LENGTH = 6
"""Characters of one row: of a hundred rows, one that was changed passes for another once in 100,000 times."""

LONGEST = 6_000
"""Characters of rows one by one, a thousand of them: beside the stamps, 30,000 are all that Google allows.
Of a longer catalogue the print only tells that it is not the same."""

WHOLE_LENGTH = 12


def imprint(products: Iterable[Product]) -> str:
    """The print of these rows, in any order."""
    rows = "".join(sorted(map(_print, products)))
    return rows if len(rows) <= LONGEST else f"#{_hashed(rows)[:WHOLE_LENGTH]}"


def as_published(products: Iterable[Product], imprint: str) -> list[Product]:
    """Those of these rows that were published just so; all of them where the print is too short to tell."""
    if imprint.startswith("#"):
        return [*products]
    rows = {imprint[at : at + ROW_LENGTH] for at in range(0, len(imprint), ROW_LENGTH)}
    return [product for product in products if _print(product) in rows]


def _print(product: Product) -> str:
    """Of all that a publication decides: not of the figures, nor of when that was.

    Blanks count for nothing: should Google write a line's end otherwise, the row is still the same.
    """
    texts = (product.sku, product.product, product.category, product.entitlements, product.problem)
    said = [*(" ".join(text.split()) for text in texts), product.fulfillment, product.active]
    return _hashed(to_json(said))[:ROW_LENGTH]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
