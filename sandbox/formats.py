"""How a value is shown (FORMATTED_VALUE), in en_US; what a typed text means stands in `typed`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sandbox.cell_errors import Error
from sandbox.pattern_tokens import is_clock
from sandbox.patterns import render_number, render_text, round_half_up
from sandbox.typed import Entered, NumberFormat, parse_user_entered

__all__ = [
    "Entered",
    "NumberFormat",
    "Value",
    "full_precision",
    "general",
    "is_date_format",
    "parse_user_entered",
    "pattern_of",
    "render",
]

Value = str | float | bool | None | Error

# What the API's NumberFormatType shows where a format names no pattern.
DEFAULT_PATTERNS = {
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": '"$"#,##0.00',
    "DATE": "m/d/yyyy",
    "TIME": "h:mm:ss am/pm",
    "DATE_TIME": "m/d/yyyy h:mm:ss",
    "SCIENTIFIC": "0.00E+00",
    "TEXT": "@",
}
_CLOCK_TYPES = {"DATE", "TIME", "DATE_TIME"}


def render(value: Value, number_format: NumberFormat | None) -> str:
    """The value as the cell shows it."""
    if value is None:
        return ""
    if isinstance(value, Error):
        return value.code
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    pattern = pattern_of(number_format)
    if isinstance(value, str):
        return render_text(value, pattern) if "@" in pattern else value
    return _render_number(float(value), pattern)


def pattern_of(number_format: NumberFormat | None) -> str:
    """The format's pattern, or its type's default, or "" for the automatic format."""
    if not number_format:
        return ""
    return number_format.get("pattern") or DEFAULT_PATTERNS.get(number_format.get("type", ""), "")


def is_date_format(number_format: NumberFormat | None) -> bool:
    """True when numbers in this format are dates or times (FORMATTED_STRING then gives them as text)."""
    if not number_format:
        return False
    kind, pattern = number_format.get("type", ""), number_format.get("pattern", "")
    return kind in _CLOCK_TYPES or (kind != "TEXT" and bool(pattern) and is_clock(pattern))


def general(value: float) -> str:
    """The number in the automatic format: whole up to 15 digits, else 10 digits, else an exponent."""
    size = abs(value)
    if value == int(value) and size < 1e15:
        return str(int(value))
    if size >= 1e15 or size < 1e-4:
        return _exponential(value, 6)
    places = 9 - Decimal(repr(size)).adjusted()
    return _trimmed(f"{round_half_up(value, max(places, 0)):f}")


def full_precision(value: float) -> str:
    """The number as formulas turn it into text: up to 15 digits."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if abs(value) >= 1e15 or abs(value) < 1e-4:
        return _exponential(value, 15)
    return _trimmed(f"{round_half_up(value, 14 - Decimal(repr(abs(value))).adjusted()):f}")


def _render_number(value: float, pattern: str) -> str:
    if pattern in ("", "@") or pattern.lower() == "general":
        return general(value)
    try:
        return render_number(value, pattern)
    except (OverflowError, InvalidOperation):
        return general(value)  # a "date" ten thousand years away, or hundreds of decimals


def _exponential(value: float, digits: int) -> str:
    mantissa, _, exponent = f"{value:.{digits - 1}E}".partition("E")
    return f"{_trimmed(mantissa)}E{exponent}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
