"""Edits as a person makes them in the browser; nothing of what the API's clients agree on sees them."""

from __future__ import annotations

from typing import Any

from sandbox.book import Book, Ids, Json
from sandbox.errors import not_built


def edit(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, Any]:
    raise not_built(f"the edit {body.get('edit')}")
