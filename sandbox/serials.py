"""Dates and times as spreadsheets count them: days since 30 December 1899, the time as a fraction."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

EPOCH = datetime(1899, 12, 30)
_DAY_S = 86_400


def date_serial(day: date) -> float:
    """The serial number of a date; of a datetime, the date and the time of day as it stands on the clock."""
    if isinstance(day, datetime):
        return (day.replace(tzinfo=None) - EPOCH) / timedelta(days=1)
    return float((day - EPOCH.date()).days)


def time_serial(hours: int, minutes: int, seconds: float = 0.0) -> float:
    """The part of a day that has passed (more than 1 for a duration of more than 24 hours)."""
    return (hours * 3600 + minutes * 60 + seconds) / _DAY_S


def from_serial(serial: float) -> datetime:
    """The moment that the serial number names, to the millisecond.

    Raises OverflowError outside the years 1 to 9999.
    """
    # A third of a day is no exact binary fraction: without rounding, 8:00:00 would read 7:59:59.999.
    return EPOCH + timedelta(milliseconds=round(serial * _DAY_S * 1000))


def from_year_month_day(year: int, month: int, day: int) -> float:
    """The serial of a date whose month and day may run over, as the DATE function allows.

    Raises ValueError or OverflowError outside the years 1 to 9999.
    """
    years, month0 = divmod(month - 1, 12)
    first = datetime.combine(date(year + years, month0 + 1, 1), time())
    return date_serial(first + timedelta(days=day - 1))
