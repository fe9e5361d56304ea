"""Number format patterns (`#,##0.00`, `yyyy-mm-dd`, `0%`) applied to one number, in en_US.

The pattern language is Google's: https://developers.google.com/workspace/sheets/api/guides/formats
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from sandbox.serials import from_serial

Token = tuple[str, str]  # (kind, text)

# A double has up to 309 digits before the point and patterns ask for some behind it; the default holds 28.
_EXACT = Context(prec=700, rounding=ROUND_HALF_UP)

_TOKENS = re.compile(
    r"""
    (?P<quoted>"[^"]*"?) | (?P<escaped>\\.) | (?P<space>_.) | (?P<fill>\*.)
  | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]
  | \[(?P<elapsed>h+|m+|s+)\]
  | \[(?P<colour>black|blue|cyan|green|magenta|red|white|yellow|color\d+)\]
  | \[(?P<condition>(?:<=|>=|<>|<|>|=)-?[\d.]+)\]
  | (?P<meridiem>am/pm|a/p|\b[ap]m\b) | (?P<clock>y+|m+|d+|h+|s+) | (?P<exponent>e[+-]0+)
  | (?P<digit>[0#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%) | (?P<text>@) | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_LITERALS = {"quoted", "escaped", "space", "other", "currency", "fill", "colour", "condition"}
_CLOCK = {"clock", "elapsed", "meridiem"}
_COMPARE = re.compile(r"(<=|>=|<>|<|>|=)(.+)")


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
    return any(kind in _CLOCK for kind, _ in sections(pattern)[0])


def render_number(value: float, pattern: str) -> str:
    """The number as the pattern shows it.

    Raises OverflowError for dates outside the years 1 to 9999, InvalidOperation for hundreds of decimals.
    """
    tokens, magnitude = _section_for(value, sections(pattern))
    if any(kind in _CLOCK for kind, _ in tokens):
        return _render_clock(value, tokens)
    if not any(kind in ("digit", "text") for kind, _ in tokens):
        return "".join(_literal(token) for token in tokens)
    return _render_digits(magnitude, tokens)


def render_text(text: str, pattern: str) -> str:
    """The text as the pattern's fourth section, or its only section with an `@`, shows it."""
    parts = sections(pattern)
    tokens = parts[3] if len(parts) > 3 else parts[-1]
    if not any(kind == "text" for kind, _ in tokens):
        return text
    return "".join(text if kind == "text" else _literal((kind, shown)) for kind, shown in tokens)


def round_half_up(value: float, places: int) -> Decimal:
    """The number as it is written in decimal, rounded away from zero at a half, as sheets round."""
    return _to_places(Decimal(repr(float(value))), places)


def _to_places(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), context=_EXACT)


def _section_for(value: float, parts: tuple[tuple[Token, ...], ...]) -> tuple[tuple[Token, ...], float]:
    """The section that shows the number, and the number it shows: a section of its own shows no minus."""
    for tokens in parts[:3]:
        condition = next((text for kind, text in tokens if kind == "condition"), None)
        if condition is not None and _holds(value, condition):
            return tokens, value
    if value < 0 and len(parts) > 1:
        return parts[1], -value
    if value == 0 and len(parts) > 2:
        return parts[2], value
    return parts[0], value


def _holds(value: float, condition: str) -> bool:
    match = _COMPARE.fullmatch(condition)
    assert match is not None
    bound = float(match[2])
    return {
        "<": value < bound,
        ">": value > bound,
        "=": value == bound,
        "<=": value <= bound,
        ">=": value >= bound,
        "<>": value != bound,
    }[match[1]]


def _literal(token: Token) -> str:
    kind, text = token
    if kind == "quoted":
        return text.strip('"')
    if kind == "escaped":
        return text[1:]
    if kind == "space":
        return " "
    # A fill repeats its character to the width of the column, which the API does not know.
    return "" if kind in ("fill", "colour", "condition") else text


def _render_digits(value: float, tokens: tuple[Token, ...]) -> str:
    whole, fraction, scale, grouped = _layout(tokens)
    exponent = 0
    number = Decimal(repr(float(value))).scaleb(scale)
    if any(kind == "exponent" for kind, _ in tokens) and number:
        exponent = number.adjusted()
        number = number.scaleb(-exponent)
        if _to_places(abs(number), fraction) >= 10:
            number, exponent = number.scaleb(-1), exponent + 1
    rounded = _to_places(abs(number), fraction)
    integer, _, decimals = f"{rounded:f}".partition(".")
    shown = _fill(tokens, "" if integer == "0" else integer, decimals, whole, exponent, grouped)
    return f"-{shown}" if value < 0 and rounded else shown


def _layout(tokens: tuple[Token, ...]) -> tuple[int, int, int, bool]:
    """Digit places before and after the point, the power of ten to scale by, and whether thousands group."""
    point = next((i for i, (kind, _) in enumerate(tokens) if kind == "point"), len(tokens))
    places = [i for i, (kind, _) in enumerate(tokens) if kind == "digit"]
    whole = [i for i in places if i < point]
    commas = [i for i, (kind, _) in enumerate(tokens) if kind == "comma"]
    scale = 2 * sum(kind == "percent" for kind, _ in tokens)
    if not whole:
        return 0, len(places), scale, False
    trailing = sum(i > places[-1] or whole[-1] < i < point for i in commas)
    grouped = any(whole[0] < i < whole[-1] for i in commas)
    return len(whole), len(places) - len(whole), scale - 3 * trailing, grouped


def _fill(
    tokens: tuple[Token, ...], integer: str, decimals: str, whole: int, exponent: int, grouped: bool
) -> str:
    """The tokens with their places taken by digits; the first place takes all the digits left over."""
    shown: list[str] = []
    seen = 0
    for kind, text in tokens:
        if kind == "digit" and seen < whole:
            shown.append(_whole_place(text, integer, whole - seen, seen == 0, grouped))
            seen += 1
        elif kind == "digit":
            shown.append(_decimal_place(text, decimals, seen - whole))
            seen += 1
        elif kind == "point":
            shown.append("" if whole == 0 and not decimals else (integer if whole == 0 else "") + ".")
        elif kind == "exponent":
            shown.append(_exponent(text, exponent))
        elif kind == "text":
            shown.append(f"{integer or '0'}" + (f".{decimals}" if decimals else ""))
        elif kind != "comma":
            shown.append(_literal((kind, text)))
    return "".join(shown)


def _whole_place(place: str, integer: str, from_right: int, is_first: bool, grouped: bool) -> str:
    digits = integer[: len(integer) - from_right + 1] if is_first else integer[-from_right:][:1]
    if len(integer) < from_right:
        digits = {"0": "0", "#": "", "?": " "}[place]
    if not grouped or not digits.strip():
        return digits
    places = range(from_right + len(digits) - 1, from_right - 1, -1)
    spaced = [f"{d}," if n > 1 and (n - 1) % 3 == 0 else d for d, n in zip(digits, places, strict=True)]
    return "".join(spaced)


def _decimal_place(place: str, decimals: str, index: int) -> str:
    if place == "0" or decimals[index:].strip("0"):
        return decimals[index]
    return " " if place == "?" else ""


def _exponent(text: str, exponent: int) -> str:
    sign = "-" if exponent < 0 else ("+" if text[1] == "+" else "")
    return f"{text[0]}{sign}{abs(exponent):0{len(text) - 2}d}"


def _render_clock(value: float, tokens: tuple[Token, ...]) -> str:
    places = sum(kind == "digit" for kind, _ in tokens)
    shows_seconds = any(kind in ("clock", "elapsed") and text[0] in "sS" for kind, text in tokens)
    if shows_seconds:
        value = round(value * 86_400, places) / 86_400
    moment = from_serial(value)
    twelve = any(kind == "meridiem" for kind, _ in tokens)
    shown: list[str] = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "clock":
            shown.append(_clock(text, moment, twelve, _means_minutes(tokens, index)))
        elif kind == "elapsed":
            unit = {"h": 1 / 24, "m": 1 / 1440, "s": 1 / 86_400}[text[0].lower()]
            rest = _elapsed(value, unit, tokens, index)
            shown.append(f"{rest:0{len(text)}d}")
        elif kind == "meridiem":
            shown.append(_meridiem(text, moment.hour))
        elif kind == "digit":
            shown.append(_subsecond(tokens, index, moment))
        else:
            shown.append(_literal((kind, text)))
    return "".join(shown)


def _elapsed(value: float, unit_days: float, tokens: tuple[Token, ...], index: int) -> int:
    """Whole units passed; after an elapsed token of a larger unit, only what that one left."""
    seconds = round(value * 86_400 * 1000) / 1000
    unit_s = round(unit_days * 86_400)
    larger = any(kind == "elapsed" for kind, _ in tokens[:index])
    return int((seconds % (unit_s * 60) if larger else seconds) // unit_s)


def _subsecond(tokens: tuple[Token, ...], index: int, moment: datetime) -> str:
    before = 0
    while index - before - 1 >= 0 and tokens[index - before - 1][0] == "digit":
        before += 1
    digits = f"{moment.microsecond:06d}"
    return digits[before] if before < len(digits) else "0"


def _means_minutes(tokens: tuple[Token, ...], index: int) -> bool:
    """An `m` is a minute after an hour or before a second, else a month; a capital `M` is always a month."""
    if tokens[index][1].startswith("M"):
        return False
    clocks = [i for i, (kind, _) in enumerate(tokens) if kind in ("clock", "elapsed")]
    at = clocks.index(index)
    before = tokens[clocks[at - 1]][1][0].lower() if at else ""
    after = tokens[clocks[at + 1]][1][0].lower() if at + 1 < len(clocks) else ""
    return before == "h" or after == "s"


def _clock(text: str, moment: datetime, twelve: bool, minutes: bool) -> str:
    letter, count = text[0].lower(), len(text)
    if letter == "y":
        return f"{moment.year:04d}" if count > 2 else f"{moment.year % 100:02d}"
    if letter == "m" and not minutes and count > 2:
        name = moment.strftime("%B")
        return {3: name[:3], 5: name[:1]}.get(count, name)
    if letter == "d" and count > 2:
        return moment.strftime("%a" if count == 3 else "%A")
    hour = (moment.hour % 12 or 12) if twelve else moment.hour
    month = moment.minute if minutes else moment.month
    number = {"m": month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return f"{number:0{min(count, 2)}d}"


def _meridiem(text: str, hour: int) -> str:
    if text.lower() == "a/p":
        return text[2 if hour >= 12 else 0]
    return "PM" if hour >= 12 else "AM"  # capitals, however the token is written
