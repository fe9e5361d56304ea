"""One value from a stranger, read as text: trimmed, bounded, and never a guess."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from fulfillment.characters import trimmed
from fulfillment.errors import InvalidFields

T = TypeVar("T")

NAME_LIMIT = 500
"""Characters of a name, an e-mail address or a reason; the longest valid address has 254."""

# Lone surrogates cannot be written as UTF-8 at all.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_LONGEST_NUMBER_BITS = 4_000
"""Python refuses to print integers of more than 4,300 digits; this is some 1,200."""


class WrongValue(ValueError):
    """A value that cannot be taken; its text is a sentence for whoever sent it, and never holds a secret."""


class Problems:
    """Everything that is wrong with a request, by field; the first sentence about a field stays."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def note(self, name: str, sentence: str) -> None:
        self._found.setdefault(name, sentence)

    def reading(self, name: str, read: Callable[[], T], otherwise: T, where: str = "") -> T:
        """What `read` gives; where it raises WrongValue, the problem is noted and `otherwise` comes back."""
        try:
            return read()
        except WrongValue as problem:
            self.note(name, f"{where}{problem}")
            return otherwise

    def refuse(self) -> None:
        """Raises InvalidFields if anything was noted."""
        if self._found:
            raise InvalidFields(self._found)


def is_blank(value: object) -> bool:
    """Was nothing said? (null, or text of blanks alone)"""
    return value is None or (isinstance(value, str) and not trimmed(value))


def shown(value: object) -> str:
    """The value as a message may quote it: one line, at most 40 characters. Never for key codes."""
    text = _UNPRINTABLE.sub("?", value[:200] if isinstance(value, str) else repr_of(value))
    return f"`{text[:39]}…`" if len(text) > 40 else f"`{text}`"


def repr_of(value: object) -> str:
    """A value that is not text, in JSON's words."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int():
            return str(value) if value.bit_length() < _LONGEST_NUMBER_BITS else "a very long number"
        case float() | Decimal():
            return str(value)
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def exact_text(value: object, limit: int) -> str:
    """An id, a SKU or a code, trimmed and otherwise untouched; null is "".

    Raises WrongValue, also for control characters; without quoting the value, for it may be a key code.
    """
    text = undamaged_text(value, limit)
    if _UNPRINTABLE.search(text):
        raise WrongValue("It contains control characters; send it as plain text on one line.")
    return text


def undamaged_text(value: object, limit: int) -> str:
    """A text, or a number that still has all its digits; trimmed. Raises WrongValue, without quoting it."""
    # 1e5 and 6855909900591.0 are numbers whose digits somebody's software has already touched: the id that
    # was meant cannot be told from them, and another spelling would be another order.
    if isinstance(value, float | Decimal):
        raise WrongValue("It came as a number with a fraction or exponent; send it as text, in quotes.")
    return _bounded(_text(value), limit)


def one_line(value: object, limit: int = NAME_LIMIT) -> str:
    """A name, a title or a remark, trimmed; control characters in it become blanks, null is "".

    Raises WrongValue where it is no text, or longer than `limit`: a cut text is wrong and looks right.
    """
    return _bounded(trimmed(_UNPRINTABLE.sub(" ", _text(value))), limit)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return trimmed(value)
        case bool():
            raise WrongValue("It must be text, not true or false.")
        case int() if value.bit_length() < _LONGEST_NUMBER_BITS:
            return str(value)
        case int():
            raise WrongValue("It is a number of more than a thousand digits.")
        case float() | Decimal():
            return str(value)
        case _:
            raise WrongValue(f"It must be text, not {repr_of(value)}.")


def _bounded(text: str, limit: int) -> str:
    if len(text) > limit:
        raise WrongValue(f"It has {len(text):,} characters; at most {limit:,} are possible.")
    return text
