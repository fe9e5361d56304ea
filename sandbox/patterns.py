"""Number format patterns (`#,##0.00`, `yyyy-mm-dd`, `0%`) applied to one number, in en_US.

The pattern language is Google's: https://developers.google.com/workspace/sheets/api/guides/formats
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from sandbox.clock_patterns import render_clock
from sandbox.pattern_tokens import Token, literal, sections, shows_clock

# A double has up to 309 digits before the point and patterns ask for some behind it; the default holds 28.
_EXACT = Context(prec=700, rounding=ROUND_HALF_UP)

_COMPARE = re.compile(r"(<=|>=|<>|<|>|=)(.+)")


def render_number(value: float, pattern: str) -> str:
    """The number as the pattern shows it.

    Raises OverflowError for dates outside the years 1 to 9999, InvalidOperation for hundreds of decimals.
    """
    tokens, magnitude = _section_for(value, sections(pattern))
    if shows_clock(tokens):
        return render_clock(value, tokens)
    if not any(kind in ("digit", "text") for kind, _ in tokens):
        return "".join(literal(token) for token in tokens)
    return _render_digits(magnitude, tokens)


def render_text(text: str, pattern: str) -> str:
    """The text as the pattern's fourth section, or its only section with an `@`, shows it."""
    parts = sections(pattern)
    tokens = parts[3] if len(parts) > 3 else parts[-1]
    if not any(kind == "text" for kind, _ in tokens):
        return text
    return "".join(text if kind == "text" else literal((kind, shown)) for kind, shown in tokens)


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
            shown.append(literal((kind, text)))
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
