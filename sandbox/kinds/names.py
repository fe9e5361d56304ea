"""addNamedRange, updateNamedRange, deleteNamedRange."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.a1 import parse_range
from sandbox.book import Book, Ids, Json, merged
from sandbox.errors import bad_request
from sandbox.kinds.asked import replaced, update_mask
from sandbox.ranges import area_of, grid_range_of

NAME = re.compile(r"[^\W\d]\w{0,249}")


def add_name(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("namedRange", {})
    taken = {n["namedRangeId"] for n in book.named_ranges}
    chosen = given.get("namedRangeId") or str(ids.unless(lambda drawn: str(drawn) in taken))
    if chosen in taken:
        raise bad_request(
            f"Cannot add named range with id: {chosen}, a named range with that id already exists."
        )
    entry = {"namedRangeId": chosen, "name": given.get("name", ""), "range": _named_area(book, given)}
    _check_name(book, entry, "add")
    return replace(book, named_ranges=(*book.named_ranges, entry)), {"namedRange": entry}


def _named_area(book: Book, given: Json) -> Json:
    if "range" not in given:
        raise bad_request("A named range must have a range.")
    return grid_range_of(area_of(book, given["range"], "namedRange.range"))


def _check_name(book: Book, entry: Json, verb: str) -> None:
    name = entry["name"]
    if not NAME.fullmatch(name) or name.upper() in ("TRUE", "FALSE") or _is_cell(name):
        raise bad_request(f"Invalid name for a named range: {name}")
    others = (n for n in book.named_ranges if n["namedRangeId"] != entry["namedRangeId"])
    if any(other["name"].casefold() == name.casefold() for other in others):
        raise bad_request(
            f"Cannot {verb} named range with name: {name}, a named range with that name already exists."
        )


def _is_cell(name: str) -> bool:
    return parse_range(name).sheet is None


def update_name(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("namedRange", {})
    at = _held_name(book, given.get("namedRangeId", ""))
    old = book.named_ranges[at]
    changed = merged(old, given, update_mask("NamedRange", ask)) | {"namedRangeId": old["namedRangeId"]}
    changed |= {"range": _named_area(book, changed)}
    changed.setdefault("name", "")
    _check_name(book, changed, "update")
    return replace(book, named_ranges=replaced(book.named_ranges, at, changed)), {}


def delete_name(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    at = _held_name(book, ask.get("namedRangeId", ""))
    return replace(book, named_ranges=replaced(book.named_ranges, at, None)), {}


def _held_name(book: Book, wanted: str) -> int:
    found = next((n for n, entry in enumerate(book.named_ranges) if entry["namedRangeId"] == wanted), None)
    if found is None:
        raise bad_request(f"No named range with id: {wanted}")
    return found
