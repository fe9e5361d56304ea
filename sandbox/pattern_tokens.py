"""Number format patterns cut into their tokens.

The pattern language is Google's: https://developers.google.com/workspace/sheets/api/guides/formats
"""

from __future__ import annotations

import re
from functools import lru_cache

Token = tuple[str, str]  # (kind, text)

_TOKENS = re.compile(
    r"""
    (?P<quoted>"[^"]*"?) | (?P<escaped>\\.) | (?P<space>_.) | (?P<fill>\*.)
  | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]
  | \[(?P<elapsed>h+|m+|s+)\]
  | \[(?P<colour>black|blue|cyan|green|magenta|red|white|yellow|color\d+)\]
  | \[(?P<condition>(?:<=|>=|<>|<|>|=)-?\d+(?:\.\d+)?)\]
  | (?P<meridiem>am/pm|a/p|\b[ap]m\b) | (?P<clock>y+|m+|d+|h+|s+) | (?P<exponent>e[+-]0+)
  | (?P<digit>[0#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%) | (?P<text>@) | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CLOCK = {"clock", "elapsed", "meridiem"}


@lru_cache(maxsize=1024)
def sections(pattern: str) -> tuple[tuple[Token, ...], ...]:
    """The pattern's sections (positive; negative; zero; text), each as its tokens."""
    parts: list[list[Token]] = [[]]
    for match in _TOKENS.finditer(pattern):
        kind, text = match.lastgroup or "other", match[match.lastgroup or 0]
        if (kind, text) == ("other", ";"):
            parts.append([])
        else:
            parts[-1].append((kind, text))
    return tuple(tuple(part) for part in parts)


def is_clock(pattern: str) -> bool:
    """True when the pattern shows a date, a time or a duration."""
    return shows_clock(sections(pattern)[0])


def shows_clock(tokens: tuple[Token, ...]) -> bool:
    """True when a section shows a date, a time or a duration."""
    return any(kind in _CLOCK for kind, _ in tokens)


def literal(token: Token) -> str:
    """What a token that stands for itself shows."""
    kind, text = token
    if kind == "quoted":
        return text.strip('"')
    if kind == "escaped":
        return text[1:]
    if kind == "space":
        return " "
    # A fill repeats its character to the width of the column, which the API does not know.
    return "" if kind in ("fill", "colour", "condition") else text
