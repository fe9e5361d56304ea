"""What holds people back, and not the API: protections, and validations that refuse."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.a1 import column_letters
from sandbox.book import Book, Json, Tab
from sandbox.conditions import Place, is_met, rule_corner
from sandbox.errors import Refusal, bad_request
from sandbox.kinds.looks import overlaps
from sandbox.ranges import Area

# Who edits when the request does not say: someone that no protection names.
SOMEONE = "person@example.com"

# In the words of the page, which are not quite those of the API.
PROTECTED_TEXT = (
    "You're trying to edit a protected cell or object. "
    "Please contact the spreadsheet owner to remove protection if you need to edit."
)
WARNING_TEXT = "You're trying to edit part of this sheet that shouldn't be changed accidentally. Edit anyway?"
WARNS = 409


def check_may_edit(area: Area, body: Json) -> None:
    """Refused where a protection covers part of the area and the person is not one of its editors.

    One that only warns refuses nobody, but those who say that they have not been warned (`"warned": false`).
    """
    person = body.get("person", SOMEONE)
    over = [entry for entry in area.tab.protected if _protects(entry, area)]
    if any(not entry.get("warningOnly") and person not in _editors(entry) for entry in over):
        raise bad_request(PROTECTED_TEXT)
    if body.get("warned", True) is False and any(entry.get("warningOnly") for entry in over):
        raise Refusal(WARNS, WARNING_TEXT)


def _protects(entry: Json, area: Area) -> bool:
    open_to_all = [_area(area.tab, range) for range in entry.get("unprotectedRanges", [])]
    return overlaps(area, _area(area.tab, entry["range"])) and not any(_covers(o, area) for o in open_to_all)


def _editors(entry: Json) -> list[str]:
    users: list[str] = entry.get("editors", {}).get("users", [])
    return users


def _area(tab: Tab, range: Json) -> Area:
    top, left = range.get("startRowIndex", 0), range.get("startColumnIndex", 0)
    return Area(tab, top, left, range.get("endRowIndex", tab.rows), range.get("endColumnIndex", tab.columns))


def _covers(outer: Area, inner: Area) -> bool:
    rows = outer.top <= inner.top and inner.bottom <= outer.bottom
    return rows and outer.left <= inner.left and inner.right <= outer.right


def check_valid(book: Book, area: Area) -> None:
    """Refused where a cell of the area holds what its strict validation does not allow; empty ones may."""
    for row, column, rule in _strict_rules(area):
        place = Place(book, area.tab, row, column, *rule_corner(area.tab, rule, row, column))
        if not is_met(rule["condition"], place):
            raise bad_request(_violation(rule, f"{column_letters(column)}{row + 1}"))


def _strict_rules(area: Area) -> Iterator[tuple[int, int, Json]]:
    """The cells of the area that hold something under a strict rule, each with its rule."""
    tab = area.tab
    for row in range(area.top, area.bottom):
        values, dress = tab.values.row(row), tab.dress.row(row)
        for column in range(area.left, min(area.right, len(values), len(dress))):
            rule = (dress[column] or {}).get("dataValidation")
            if rule and rule.get("strict") and values[column] is not None:
                yield row, column, rule


def _violation(rule: Json, cell: str) -> str:
    text = f"The data you entered in cell {cell} violates the data validation rules set on this cell."
    if rule["condition"].get("type") != "ONE_OF_LIST":
        return text
    words = [str(value.get("userEnteredValue", "")) for value in rule["condition"].get("values", [])]
    return f"{text} Please enter one of the following values: {', '.join(words)}."
