"""Characters that people do not see, or take for others: blanks, marks, and letters of other alphabets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

QUOTES = frozenset({'""', "''", "``", "“”", "„“", "„”", "””", "‘’", "‚‘", "«»", "»«"})
"""The pairs that a value may be wrapped in."""

DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
"""What word processors make of a hyphen."""

TYPESET = frozenset("“”„‟‘’‚‛…«»")
"""What word processors make of quotes and dots."""

_UPPER_TWINS = dict(zip("АВЕКМНОРСТУХІЈЅԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSQWABEZHIKMNOPTYX", strict=True))
_LOWER_TWINS = dict(zip("авекмнорстухіјѕԛԝαβεικορτχ", "abekmhopctyxijsqwabeikoptx", strict=True))
# Not among them: letters whose small form looks like another than their capital (ν is Ν, and looks like v).
TWINS = {**_UPPER_TWINS, **_LOWER_TWINS, "ı": "i", "ӏ": "l"}
"""Cyrillic and Greek letters that nobody can tell from a Latin one."""


_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"


def is_unseen(character: str) -> bool:
    """Does it show as nothing? (zero-width blanks, byte-order marks, soft hyphens, directions)"""
    category = unicodedata.category(character)
    return (category in ("Cf", "Cc") and not character.isspace()) or character in _BLANK_LETTERS


def trimmed(text: str) -> str:
    """The text without blanks around it, those included that nobody sees; control characters are none."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    start, end = 0, len(text)
    while start < end and _is_blank(text[start]):
        start += 1
    while end > start and _is_blank(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_blank(character: str) -> bool:
    return character.isspace() or (is_unseen(character) and unicodedata.category(character) != "Cc")


def unquoted(text: str) -> str:
    """The text out of the quotes that it stands in, or behind Excel's apostrophe for text; both trimmed."""
    text = trimmed(text)
    if len(text) >= 2 and text[0] + text[-1] in QUOTES:
        return trimmed(text[1:-1])
    return trimmed(text[1:]) if text[:1] in ("'", "’") and len(text) > 1 else text


def plain(text: str) -> str:
    """The text with every character replaced that is but another shape of a plain one.

    Full-width letters and digits, ligatures, dashes, blanks of any width; what nobody sees is left out; and
    look-alikes, unless the text is a word of their own alphabet. Raises ValueError with the name of a
    character whose plain form is in doubt.
    """
    if text.isascii() and text.isprintable():
        return text
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if not is_unseen(c))
    dashed = "".join("-" if c in DASHES else " " if c.isspace() else _digit(c) for c in seen)
    strangers = list(_strangers(dashed))
    doubtful = [c for c in strangers if c not in TWINS]
    if doubtful and _has_latin(dashed):
        raise ValueError(f"holds {named(doubtful[0])} among Latin letters: type it anew")
    return dashed if doubtful else "".join(TWINS.get(c, c) for c in dashed)


def _digit(character: str) -> str:
    """The ASCII digit that this one means; any other character as it is."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _strangers(text: str) -> Iterator[str]:
    """The letters of other alphabets than the Latin one."""
    return (c for c in text if c in TWINS or (c.isalpha() and not c.isascii() and _alphabet(c) != "LATIN"))


def _alphabet(character: str) -> str:
    return unicodedata.name(character, "?").partition(" ")[0]


def _has_latin(text: str) -> bool:
    return re.search("[A-Za-z]", text) is not None


def suspect(text: str) -> tuple[int, str] | None:
    """Where (from 1 on), and which, is the first character that cannot be what it looks like; None without.

    A word of another alphabet is no suspect, as long as one letter of it shows that it is one.
    """
    if text.isascii() and text.isprintable():
        return None
    strangers = set(_strangers(text))
    is_foreign = any(c not in TWINS for c in strangers) and not _has_latin(text)
    for place, character in enumerate(text, 1):
        if _is_odd(character, after=text[place - 2 : place - 1]) or (
            character in strangers and not is_foreign
        ):
            return place, character
    return None


def _is_odd(character: str, *, after: str) -> bool:
    """Does it look like another character, or like nothing?"""
    if character.isascii():
        return not character.isprintable()
    if character == _JOINER and after and unicodedata.category(after) in ("So", "Sk", "Mn"):
        return False  # it holds an emoji together
    if is_unseen(character) or character.isspace() or character in DASHES or character in TYPESET:
        return True
    shape = unicodedata.normalize("NFKC", character)
    return shape != character and shape.isascii()


_JOINER = "\u200d"
_CONTROLS = {"\t": "a tab", "\n": "a line end", "\r": "a line end"}


def named(character: str) -> str:
    """`CYRILLIC SMALL LETTER ER (U+0440)`."""
    name = unicodedata.name(character, "") or _CONTROLS.get(character, "a control character")
    return f"{name} (U+{ord(character):04X})"
