"""What a pasted row means: taken apart, freed of what nobody sees, read as one key, or refused in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from fulfillment.characters import named, plain, suspect, trimmed, unquoted
from fulfillment.model import COMPONENTS, KeyId, Pool

STRAIGHT = ('"', "'", "`")

FIELDS = ("region", "provider", "product_code", "component", "keycode", "seats")
WORDS = ("region", "provider", "product_code", "component", "seats")
"""The fields in which another shape of a character is forgiven. A key code is never changed."""

_SEPARATORS = ("\t", "|", ";", ",")
_BLANKS = re.compile(r"(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.+?)\s+(\S+)", re.DOTALL)
_SEATS = re.compile(r"0*([1-9]\d{0,6})(?:[.,](?:0|00))?")
_SCIENTIFIC = re.compile(r"([1-9])[.,](\d{1,6})[eE]\+?0?([1-6])")
_DAMAGED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,3}|\d[.,]\d+[eE]\d{1,3}")
"""`6.85E+12`: what Excel and Sheets show, and export, of a long number. `1E5` is a code."""
_ERROR = re.compile(
    r"#(?:REF|NAME|N/A|N_A|DIV/0|DIVIDE_BY_ZERO|VALUE|NUM|NULL|NULL_VALUE|ERROR|LOADING)[!?]?"
)
CODE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class PastedRow:
    """A row as a person pasted it; `row` is its number in the tab, the file or the list."""

    row: int
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Paste:
    """Rows as they were pasted. `settled` is the version up to which what was imported has left the tab.

    It is None for rows that came by another way: nobody clears those.
    """

    rows: Sequence[PastedRow]
    settled: int | None = None


class PastedKey(NamedTuple):
    """A key as one row describes it."""

    pool: Pool
    keycode: str
    seats: int
    note: str = ""
    """What was forgiven in the key code's cell, for the operator."""

    @property
    def key(self) -> KeyId:
        return KeyId(self.pool.provider, self.keycode)

    def __repr__(self) -> str:
        return f"PastedKey({self.pool}, {self.seats} seats)"


def read_row(row: PastedRow) -> PastedKey | None:
    """The key of a row, None for a blank row or a header. Raises ValueError with what is wrong, in words.

    The words name a value where it cannot be a key code that slipped into another column.
    """
    pasted = _taken_apart(row.cells)
    cells = _out_of_quotes(pasted)
    if not any(cells.values()) or is_header(cells):
        return None
    if missing := [name for name in FIELDS if not cells[name]]:
        raise ValueError(f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing{_hint(cells)}")
    words = {name: _word(name, cells[name]) for name in WORDS}
    region, provider, product_code = (_one_word(name, words[name]) for name in FIELDS[:3])
    pool = Pool(region, provider, product_code, _component(words["component"]))
    seats = _seats(words["seats"])
    _check_code(cells["keycode"])
    note = "" if cells["keycode"] == pasted["keycode"] else "the quotes around the key code were left out"
    return PastedKey(pool, cells["keycode"], seats, note)


def _out_of_quotes(pasted: Mapping[str, str]) -> dict[str, str]:
    """The fields without the quotes around them.

    A key code may begin or end with a quote of its own: straight ones are left out only where other fields of
    the row stand in quotes too, so that they are plainly the program's that wrote the row.
    """
    cells = {name: unquoted(text) for name, text in pasted.items()}
    code = trimmed(pasted["keycode"])
    is_alone = all(cells[name] == trimmed(pasted[name]) for name in FIELDS if name != "keycode")
    return cells | {"keycode": code} if is_alone and code[:1] in STRAIGHT else cells


def _taken_apart(cells: Mapping[str, str]) -> dict[str, str]:
    texts = {name: trimmed(str(cells.get(name, ""))) for name in FIELDS}
    filled = [text for text in texts.values() if text]
    parts = _parts(filled[0]) if len(filled) == 1 else None
    return dict(zip(FIELDS, map(trimmed, parts), strict=True)) if parts else texts


def _parts(text: str) -> Sequence[str] | None:
    """The six fields of a row in one cell; None where it is none.

    The first separator wins by which a component stands where one should. A row is read from both ends, so
    that a key code may hold whatever separates the fields.
    """
    if re.search(r"[\r\n]", text):
        return None
    splits = [*_splits(text), *_splits(unquoted(text))]
    whole = [parts for parts in splits if all(map(_is_whole, (*parts[:4], parts[5])))]
    likely = [parts for parts in whole if _is_component(parts[3])]
    headers = [parts for parts in whole if is_header(dict(zip(FIELDS, parts, strict=True)))]
    return next(iter([*likely, *headers, *whole]), None)


def _is_whole(part: str) -> bool:
    """Does every quote that opens close again?"""
    return part.count('"') % 2 == 0 and part.count("“") == part.count("”")


def _splits(text: str) -> Iterator[Sequence[str]]:
    """The text as six parts, by each separator that gives as many."""
    for separator in _SEPARATORS:
        parts = text.strip(" " + separator if separator in "\t|" else " ").split(separator)
        if len(parts) >= len(FIELDS):
            code = separator.join(parts[4:-1])
            yield [*map(trimmed, parts[:4]), trimmed(code), trimmed(parts[-1])]
    if match := _BLANKS.fullmatch(text):
        yield match.groups()


def _is_component(text: str) -> bool:
    try:
        return plain(unquoted(text)).lower() in COMPONENTS
    except ValueError:
        return False


def is_header(cells: Mapping[str, str]) -> bool:
    """Does each field hold its own name? (`Product Code` for product_code)"""
    return all(re.sub(r"[\W_]+", "", cells[name].lower()) == name.replace("_", "") for name in FIELDS)


def _hint(cells: Mapping[str, str]) -> str:
    """What may have happened to a row that is all in one cell."""
    text = next((text for text in cells.values() if text), "")
    lines = len(text.splitlines())
    if lines > 1:
        return f": {lines} lines stand in one cell; paste them on the cell, not into it"
    return ""


def _word(name: str, text: str) -> str:
    """A field other than the key code in plain characters. Raises ValueError."""
    try:
        return trimmed(plain(text))
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def _one_word(name: str, text: str) -> str:
    """A region, provider or product code as it is stored. Raises ValueError."""
    if re.search(r"\s", text):
        raise ValueError(f"{name} must be one word, {_found(text)}")
    if name == "provider" and "-" in text:
        raise ValueError(f"provider must not contain a hyphen, {_found(text)}")
    if name != "region" and re.search("[,;]", text):
        raise ValueError(f"{name} must not contain a comma or a semicolon, {_found(text)}")
    return text.upper()


def _component(text: str) -> str:
    if text.lower() not in COMPONENTS:
        raise ValueError(f"component must be combined, content or exam, {_found(text)}")
    return text.lower()


def _seats(text: str) -> int:
    """Seats as people and spreadsheets write them. Raises ValueError.

    `1,000` and `1.000` may be one or a thousand, and `1E+03` anything that was rounded to it: refused.
    """
    if match := _SEATS.fullmatch(text):
        return int(match[1])
    match = _SCIENTIFIC.fullmatch(text)
    if match and len(match[2].rstrip("0")) <= int(match[3]) <= len(match[2]):
        return int((match[1] + match[2])[: int(match[3]) + 1])
    raise ValueError(f"seats must be a whole number above 0, {_found(text)}")


def _check_code(code: str) -> None:
    """Raises ValueError, without quoting it, for a code that cannot be what its provider gave.

    What looks like another character, or like none, is refused rather than imported with a warning: a row
    that stays is seen by somebody who can mend it, a key that was mailed by a customer who cannot.
    """
    if len(code) > CODE_LIMIT or re.search(r"[\x00-\x1f\x7f]", code):
        raise ValueError(f"keycode must be one line of at most {CODE_LIMIT} characters")
    if _DAMAGED.fullmatch(code):
        raise ValueError(
            "keycode is a number that a spreadsheet has shortened, as in 6.85E+12, and its digits are lost: "
            "format the column as text where it comes from, and copy it anew"
        )
    if _ERROR.fullmatch(code):
        raise ValueError("keycode is the error of a formula: format the column as text, and paste it anew")
    if found := suspect(code):
        place, character = found
        raise ValueError(
            f"keycode holds {named(character)}, its character {place} of {len(code)}, which looks like "
            "another or like nothing: copy it anew as plain text, or type that character anew"
        )


def _found(text: str) -> str:
    """The value, unless it could be a key code that stands in the wrong column."""
    if len(text) <= 24 and not any(map(_may_be_code, text.split())):
        return f"found `{text}`"
    return f"found a text of {len(text)} characters"


def _may_be_code(token: str) -> bool:
    if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+?\d+", token):
        return False
    mixed = re.search(r"\d", token) and re.search(r"[^\W\d_]", token)
    return len(token) > 12 or bool(mixed and len(token) >= 4) or bool(re.fullmatch(r"[\d-]{9,}", token))


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
