"""createDeveloperMetadata, updateDeveloperMetadata, deleteDeveloperMetadata; and finding metadata."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sandbox.book import Book, Ids, Json, merged
from sandbox.errors import bad_request, not_built
from sandbox.kinds.asked import update_mask

# Keys and values together, for what stands at the spreadsheet and again for each sheet.
MAX_CHARACTERS = 30_000

PLACES = ("spreadsheet", "sheetId", "dimensionRange")


def create(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Adds metadata. An id that exists is refused: this is the one compare-and-swap that the API has."""
    given = ask.get("developerMetadata", {})
    chosen = given.get("metadataId")
    if chosen is not None and chosen in book.metadata:
        raise bad_request(
            f"Cannot add developer metadata with ID [{chosen}] "
            "because developer metadata with that ID already exists."
        )
    _check(given)
    location = _located(book, given["location"])
    metadata_id = chosen or ids.unless(book.metadata.__contains__)
    entry = {"metadataId": metadata_id, "metadataKey": given["metadataKey"]}
    if given.get("metadataValue"):
        entry["metadataValue"] = given["metadataValue"]
    entry |= {"location": location, "visibility": given["visibility"]}
    return _with(book, metadata_id, entry), {"developerMetadata": entry}


def _check(given: Json) -> None:
    if not given.get("metadataKey"):
        raise bad_request("Developer metadata must always have a key specified.")
    if given.get("visibility", "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED").endswith("UNSPECIFIED"):
        raise bad_request("Developer metadata must always have a visibility specified.")
    if not any(place in given.get("location", {}) for place in PLACES):
        raise bad_request("Developer metadata must always have a location specified.")
    if given.get("metadataId", 1) <= 0:
        raise bad_request("Developer metadata ID must be positive.")


def _located(book: Book, location: Json) -> Json:
    if location.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if "dimensionRange" in location:
        return _on_dimension(book, location["dimensionRange"])
    sheet_id = location.get("sheetId", 0)
    if book.tab(sheet_id) is None:
        raise bad_request(f"No sheet with id: {sheet_id}")
    return {"locationType": "SHEET", "sheetId": sheet_id}


def _on_dimension(book: Book, range: Json) -> Json:
    tab = book.grid(range.get("sheetId", 0))
    start, end = range.get("startIndex", 0), range.get("endIndex", 0)
    if end - start != 1:
        raise bad_request("Developer metadata can only be associated with a single row or column.")
    rows = range.get("dimension") == "ROWS"
    if not 0 <= start < (tab.rows if rows else tab.columns):
        raise bad_request(f"dimensionRange.startIndex[{start}] is outside the sheet.")
    placed = {"sheetId": tab.sheet_id, "dimension": range["dimension"], "startIndex": start, "endIndex": end}
    return {"locationType": "ROW" if rows else "COLUMN", "dimensionRange": placed}


def _with(book: Book, metadata_id: int, entry: Json) -> Book:
    size = book.metadata_size
    old = book.metadata.get(metadata_id)
    if entry["location"].get("spreadsheet"):
        size += characters(entry) - (characters(old) if old and old["location"].get("spreadsheet") else 0)
        total = size
    else:
        sheet_id = sheet_of(entry)
        others = (m for i, m in book.metadata.items() if i != metadata_id and sheet_of(m) == sheet_id)
        total = characters(entry) + sum(characters(m) for m in others)
        size -= characters(old) if old and old["location"].get("spreadsheet") else 0
    if total > MAX_CHARACTERS:
        raise bad_request(
            f"Cannot add developer metadata: the limit of {MAX_CHARACTERS} characters "
            "of developer metadata would be exceeded."
        )
    return replace(book, metadata={**book.metadata, metadata_id: entry}, metadata_size=size)


def characters(entry: Json) -> int:
    """What an entry counts towards the limit."""
    return len(entry["metadataKey"]) + len(entry.get("metadataValue", ""))


def sheet_of(entry: Json) -> int | None:
    """The sheet an entry belongs to; None for one that stands at the spreadsheet."""
    location = entry["location"]
    found = location.get("dimensionRange", location).get("sheetId")
    return None if found is None else int(found)


def update(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    mask = update_mask("DeveloperMetadata", ask)
    changed = []
    for entry in find(book, ask.get("dataFilters", [])):
        updated = merged(entry, ask.get("developerMetadata", {}), mask) | {"metadataId": entry["metadataId"]}
        _check(updated)
        updated["location"] = _located(book, updated["location"])
        book = _with(book, entry["metadataId"], updated)
        changed.append(updated)
    return book, {"developerMetadata": changed} if changed else {}


def delete(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    gone = list(find(book, [ask.get("dataFilter", {})]))
    if not gone:
        return book, {}
    return without(book, {entry["metadataId"] for entry in gone}), {"deletedDeveloperMetadata": gone}


def without(book: Book, metadata_ids: set[int]) -> Book:
    """The book with these entries taken away."""
    kept = dict(book.metadata)
    size = book.metadata_size
    for metadata_id in metadata_ids:
        entry = kept.pop(metadata_id)
        size -= characters(entry) if entry["location"].get("spreadsheet") else 0
    return replace(book, metadata=kept, metadata_size=size)


def find(book: Book, filters: list[Json]) -> list[Json]:
    """The metadata that any of the filters matches, each once."""
    found = {entry["metadataId"]: entry for filter in filters for entry in _matching(book, filter)}
    return list(found.values())


def _matching(book: Book, filter: Json) -> Iterator[Json]:
    lookup = filter.get("developerMetadataLookup")
    if lookup is None:
        raise not_built("finding developer metadata by range")
    if "metadataId" in lookup:
        entry = book.metadata.get(lookup["metadataId"])
        candidates = [entry] if entry else []
    else:
        candidates = list(book.metadata.values())
    return (entry for entry in candidates if _matches(entry, lookup))


def _matches(entry: Json, lookup: Json) -> bool:
    plain = ("metadataKey", "metadataValue", "visibility")
    if any(name in lookup and lookup[name] != entry.get(name) for name in plain):
        return False
    location = entry["location"]
    if lookup.get("locationType", location["locationType"]) != location["locationType"]:
        return False
    wanted = lookup.get("metadataLocation")
    return wanted is None or _at(location, wanted, lookup.get("locationMatchingStrategy", ""))


def _at(location: Json, wanted: Json, strategy: str) -> bool:
    if "dimensionRange" in wanted:
        mine, other = location.get("dimensionRange"), wanted["dimensionRange"]
        same = ("sheetId", "dimension")
        if not mine or any(mine.get(name) != other.get(name, 0) for name in same):
            return False
        return bool(mine["startIndex"] < other["endIndex"] and other.get("startIndex", 0) < mine["endIndex"])
    if "sheetId" in wanted:
        inside = location.get("dimensionRange", {}).get("sheetId") == wanted["sheetId"]
        return location.get("sheetId") == wanted["sheetId"] or (
            strategy == "INTERSECTING_LOCATION" and inside
        )
    return strategy == "INTERSECTING_LOCATION" or bool(location.get("spreadsheet"))
