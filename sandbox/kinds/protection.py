"""addProtectedRange, updateProtectedRange, deleteProtectedRange."""

from __future__ import annotations

from sandbox.book import Book, Ids, Json, Tab, merged
from sandbox.errors import bad_request, not_built
from sandbox.kinds.asked import holder, new_id, replaced, update_mask
from sandbox.ranges import area_of, without_zero_sheet

# The one account that every caller of the API is; Google lists it among the editors of what it protects.
SERVICE_ACCOUNT = "stand-in@local.iam.gserviceaccount.com"


def add_protection(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("protectedRange", {})
    _check_protection(given)
    range, tab = _protected_range(book, given)
    chosen = new_id(
        book, ids, "protected", "protectedRangeId", given.get("protectedRangeId"), "Protected range"
    )
    kept = _kept_protection(given) | {"range": range}
    entry = {"protectedRangeId": chosen} | kept | {"editors": _with_owner(given.get("editors", {}))}
    book = book.changing(tab.sheet_id, protected=(*tab.protected, entry))
    # The reply names the editors that were asked for; whoever looks later finds the owner among them.
    shown = shown_protection(entry) | {"editors": _filled(given.get("editors", {}))}
    return book, {"protectedRange": shown}


def _check_protection(given: Json) -> None:
    if given.get("warningOnly") and _filled(given.get("editors", {})):
        raise bad_request("ProtectedRange is warningOnly. Editors cannot be set on it.")


def _filled(editors: Json) -> Json:
    return {name: value for name, value in editors.items() if value}


def _with_owner(editors: Json) -> Json:
    users = editors.get("users", [])
    owner = [] if SERVICE_ACCOUNT in users else [SERVICE_ACCOUNT]
    return _filled(editors) | {"users": [*users, *owner]}


def _kept_protection(given: Json) -> Json:
    names = ("description", "warningOnly", "namedRangeId", "unprotectedRanges")
    return {name: given[name] for name in names if given.get(name)}


def _protected_range(book: Book, given: Json) -> tuple[Json, Tab]:
    """The range as it is kept (open sides stay open) and its tab."""
    if "tableId" in given:
        raise not_built("protecting a table")
    named = given.get("namedRangeId")
    if named is not None:
        found = next((n for n in book.named_ranges if n["namedRangeId"] == named), None)
        if found is None:
            raise bad_request(f"No named range with id: {named}")
        return found["range"], book.grid(found["range"].get("sheetId", 0))
    if "range" not in given:
        raise bad_request("A protected range must have a range.")
    area = area_of(book, given["range"], "protectedRange.range")
    for inner in given.get("unprotectedRanges", []):
        area_of(book, inner, "protectedRange.unprotectedRanges")
    return without_zero_sheet(given["range"]), area.tab


def shown_protection(entry: Json) -> Json:
    """A protection as the API shows it to the account that may edit it."""
    editors = entry.get("editors", {})
    rest = {name: value for name, value in entry.items() if name != "editors"}
    return rest | {"requestingUserCanEdit": True, "editors": editors}


def update_protection(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    given = ask.get("protectedRange", {})
    tab, at = _held_protection(book, given.get("protectedRangeId", 0))
    old = tab.protected[at]
    changed = merged(old, given, update_mask("ProtectedRange", ask)) | {
        "protectedRangeId": old["protectedRangeId"]
    }
    if given.get("warningOnly") and "editors" not in given:
        changed.pop("editors", None)
    _check_protection(changed)
    range, new_tab = _protected_range(book, changed)
    if new_tab.sheet_id != tab.sheet_id:
        raise bad_request("A protected range cannot be moved to another sheet.")
    entry = {"protectedRangeId": old["protectedRangeId"]} | _kept_protection(changed)
    entry |= {"range": range, "editors": _with_owner(changed.get("editors", {}))}
    return book.changing(tab.sheet_id, protected=replaced(tab.protected, at, entry)), {}


def delete_protection(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, at = _held_protection(book, ask.get("protectedRangeId", 0))
    return book.changing(tab.sheet_id, protected=replaced(tab.protected, at, None)), {}


def _held_protection(book: Book, wanted: int) -> tuple[Tab, int]:
    found = holder(book, "protected", "protectedRangeId", wanted)
    if found is None:
        raise bad_request(f"No protected range with id: {wanted}")
    return found
