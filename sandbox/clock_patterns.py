"""Dates, times and durations as number format patterns show them, in en_US."""

from __future__ import annotations

from datetime import datetime

from sandbox.pattern_tokens import Token, literal
from sandbox.serials import from_serial

# Not from the calendar module: its names follow the machine's locale.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNIT_S = {"h": 3600, "m": 60, "s": 1}


def render_clock(value: float, tokens: tuple[Token, ...]) -> str:
    """The serial number as the tokens show it. Raises OverflowError outside the years 1 to 9999."""
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
            shown.append(_elapsed(value, tokens, index))
        elif kind == "meridiem":
            shown.append(_meridiem(text, moment.hour))
        elif kind == "digit":
            shown.append(_subsecond(tokens, index, moment))
        else:
            shown.append(literal((kind, text)))
    return "".join(shown)


def _elapsed(value: float, tokens: tuple[Token, ...], index: int) -> str:
    """Whole units passed; after an elapsed token of a larger unit, only what that one left."""
    text = tokens[index][1]
    unit_s = _UNIT_S[text[0].lower()]
    seconds = round(value * 86_400, 3)
    is_rest = any(kind == "elapsed" for kind, _ in tokens[:index])
    passed = int((seconds % (unit_s * 60) if is_rest else seconds) // unit_s)
    return f"{passed:0{len(text)}d}"


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
        name = MONTHS[moment.month - 1]
        return {3: name[:3], 5: name[:1]}.get(count, name)
    if letter == "d" and count > 2:
        day = WEEKDAYS[moment.weekday()]
        return day[:3] if count == 3 else day
    hour = (moment.hour % 12 or 12) if twelve else moment.hour
    month = moment.minute if minutes else moment.month
    number = {"m": month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return f"{number:0{min(count, 2)}d}"


def _meridiem(text: str, hour: int) -> str:
    if text.lower() == "a/p":
        return text[2 if hour >= 12 else 0]
    return "PM" if hour >= 12 else "AM"  # capitals, however the token is written
