"""The seats given out lately, day by day: the pace at which stock runs out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from fulfillment.model import Assignment, Pool

KEPT = timedelta(days=60)
"""Days further behind the newest one are forgotten; nobody asks for a pace of more than some weeks."""


class Sales:
    """The rows of Assignments that gave a seat, by their day; moves forward by them.

    Replacements, and seats that came back since, were given out as well: so the Dashboard counts them. Rows
    are only kept, and counted when somebody asks: a cold start brings hundreds of thousands.
    """

    __slots__ = ("_by_day", "_oldest")

    def __init__(self) -> None:
        self._by_day: dict[str, list[Assignment]] = {}
        self._oldest = ""

    def advance(self, rows: Iterable[Assignment]) -> None:
        """These rows stand in the ledger now."""
        by_day = self._by_day
        for row in rows:
            if row.event == "assigned":
                day = row.at[:10]
                if day in by_day:
                    by_day[day].append(row)
                elif day >= self._oldest:
                    self._begin(day, row)

    def retire(self, rows: Iterable[Assignment]) -> None:
        """These rows have left the ledger."""
        gone: dict[str, set[int]] = {}
        for row in rows:
            if row.at[:10] in self._by_day:
                gone.setdefault(row.at[:10], set()).add(row.no)
        for day, numbers in gone.items():
            self._by_day[day] = [row for row in self._by_day[day] if row.no not in numbers]

    def _begin(self, day: str, first: Assignment) -> None:
        try:
            oldest = (date.fromisoformat(day) - KEPT).isoformat()
        except ValueError:  # a time that a person overtyped; the audit has its own word on it
            return
        self._by_day[day] = [first]
        self._oldest = max(self._oldest, oldest)
        for old in [each for each in self._by_day if each < self._oldest]:
            del self._by_day[old]

    def given(self, *, today: date, days: int) -> Counter[Pool]:
        """Seats given out of each pool in the last so many days, today included."""
        since = (today - timedelta(days=days - 1)).isoformat()
        lately = (rows for day, rows in self._by_day.items() if day >= since)
        return Counter(row.pool for rows in lately for row in rows)
