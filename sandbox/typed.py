"""What a text typed into a cell means (USER_ENTERED), in en_US."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.clock_patterns import MONTHS
from sandbox.serials import date_serial, time_serial

NumberFormat = dict[str, str]

_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?(?:(?P<dollar>\$)\s*)?(?P<sign2>[+-])?"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?P<decimals>\.[0-9]*)?(?P<exponent>[eE][+-]?[0-9]{1,3})?"
    r"\s*(?P<percent>%)?(?P<close>\))?"
)
_MONTHS = [name.lower() for name in MONTHS]
_DATES = [
    (re.compile(r"(?P<y>[0-9]{4})(?P<sep>[-/])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"), "yyyy{s}mm{s}dd"),
    (re.compile(r"(?P<m>[0-9]{1,2})(?P<sep>[-/])(?P<d>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4})"), "m{s}d{s}yyyy"),
    (re.compile(r"(?P<m>[0-9]{1,2})(?P<sep>[-/])(?P<d>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{2})"), "m{s}d{s}yy"),
    (re.compile(r"(?P<m>[0-9]{1,2})(?P<sep>[-/])(?P<d>[0-9]{1,2})"), "m{s}d"),
    (re.compile(r"(?P<name>[A-Za-z]{3,9})\.?(?P<sep>) (?P<d>[0-9]{1,2}),? (?P<y>[0-9]{4})"), "{n} d, yyyy"),
    (
        re.compile(r"(?P<d>[0-9]{1,2})(?P<sep>[- ])(?P<name>[A-Za-z]{3,9})(?P=sep)(?P<y>[0-9]{4})"),
        "d{s}{n}{s}yyyy",
    ),
]
_TIME = re.compile(
    r"(?P<h>[0-9]{1,4}):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9](?:\.[0-9]{1,3})?))?(?P<half>\s*[AaPp][Mm])?"
)
_TRUTH = {"TRUE": True, "FALSE": False}


@dataclass(frozen=True, slots=True)
class Entered:
    """What a typed text leaves in a cell: a value or a formula, and the format it brings along, if any."""

    value: str | float | bool | None = None
    formula: str | None = None
    number_format: NumberFormat | None = None


def parse_user_entered(text: str, *, today: date | None = None) -> Entered:
    """What Google makes of the text typed into a cell that has no format.

    A cell formatted as plain text takes every text as it is: that is for the caller to know. Dates without
    a year (`3/4`) need `today`; without it they stay text.
    """
    if text.startswith("'"):
        return Entered(text[1:])
    stripped = text.strip()
    # Only at the very beginning: a blank before the = is the people's way to keep a formula from running.
    if text.startswith("=") and len(stripped) > 1:
        return Entered(formula=text)
    if stripped.upper() in _TRUTH:
        return Entered(_TRUTH[stripped.upper()])
    number = _parse_number(stripped) or _parse_moment(stripped, today)
    if number is not None:
        return number
    # A plus that starts no number starts a formula: "+A1" is "=+A1", and "+x y" shows #ERROR!.
    if text.startswith("+") and len(stripped) > 1:
        return Entered(formula=f"={text}")
    return Entered(text or None)


def _parse_number(text: str) -> Entered | None:
    match = _NUMBER.fullmatch(text)
    if match is None or not _is_number(match):
        return None
    digits = (match["whole"] or "0").replace(",", "") + (match["decimals"] or "") + (match["exponent"] or "")
    number = float(digits)
    if match["percent"]:
        number = float(Decimal(digits.rstrip(".")) / 100)
    if number == float("inf"):
        return None
    negative = bool(match["open"]) or "-" in (match["sign"], match["sign2"])
    return Entered(-number if negative and number else number, None, _number_format(match))


def _is_number(match: re.Match[str]) -> bool:
    has_digits = bool(match["whole"]) or len(match["decimals"] or "") > 1
    closed = bool(match["open"]) == bool(match["close"])
    one_sign = sum(bool(match[group]) for group in ("open", "sign", "sign2")) <= 1
    one_kind = sum(bool(match[group]) for group in ("dollar", "percent", "exponent")) <= 1
    return has_digits and closed and one_sign and one_kind


def _number_format(match: re.Match[str]) -> NumberFormat | None:
    cents = ".00" if len(match["decimals"] or "") > 1 else ""
    if match["percent"]:
        return {"type": "PERCENT", "pattern": f"0{cents}%"}
    if match["dollar"]:
        return {"type": "CURRENCY", "pattern": f'"$"#,##0{cents}'}
    if match["exponent"]:
        return {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if "," in (match["whole"] or ""):
        return {"type": "NUMBER", "pattern": f"#,##0{cents}"}
    return None


def _parse_moment(text: str, today: date | None) -> Entered | None:
    if timed := _parse_time(text):
        serial, pattern = timed
        return Entered(serial, None, {"type": "TIME", "pattern": pattern})
    if dated := _parse_date(text, today):
        return Entered(dated[0], None, {"type": "DATE", "pattern": dated[1]})
    # "2020-01-01T10:00" and times with an offset stay text: only a blank joins a date and a time.
    day, _, rest = text.partition(" ") if text[:1].isdigit() else ("", "", "")
    dated, timed = _parse_date(day, today), _parse_time(rest.strip())
    if not dated or not timed or timed[0] >= 1:
        return None
    return Entered(dated[0] + timed[0], None, {"type": "DATE_TIME", "pattern": f"{dated[1]} {timed[1]}"})


def _parse_date(text: str, today: date | None) -> tuple[float, str] | None:
    for form, pattern in _DATES:
        match = form.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        year = _year(parts.get("y"), today)
        month = _month(parts.get("m"), parts.get("name"))
        if year is None or month is None:
            return None
        try:
            serial = date_serial(date(year, month, int(parts["d"])))
        except ValueError:
            return None
        name = "mmm" if len(parts.get("name") or "") == 3 else "mmmm"
        return serial, _padded(parts, pattern).format(s=parts["sep"], n=name)
    return None


def _year(text: str | None, today: date | None) -> int | None:
    if text is None:
        return None if today is None else today.year
    if len(text) == 2:
        return int(text) + (2000 if int(text) < 30 else 1900)
    return int(text)


def _month(number: str | None, name: str | None) -> int | None:
    if number is not None:
        return int(number)
    lowered = (name or "").lower()
    full = [month for month in _MONTHS if lowered in (month, month[:3])]
    return _MONTHS.index(full[0]) + 1 if full else None


def _padded(parts: dict[str, str | None], pattern: str) -> str:
    """The pattern with two-digit month and day where one of them was typed with a leading zero."""
    typed = [parts.get("m") or "", parts.get("d") or ""]
    if not pattern.startswith("m") or not any(part.startswith("0") for part in typed):
        return pattern
    return pattern.replace("m", "mm").replace("d", "dd")


def _parse_time(text: str) -> tuple[float, str] | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hours, half = int(match["h"]), (match["half"] or "").strip().lower()
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    serial = time_serial(hours, int(match["m"]), float(match["s"] or 0))
    if hours > 23:
        return serial, "[h]:mm:ss"
    pattern = "h:mm:ss" if match["s"] else "h:mm"
    return serial, f"{pattern} am/pm" if half else pattern
