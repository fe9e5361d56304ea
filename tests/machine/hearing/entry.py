"""The function in a hurry, by a clock that a run puts forward: what is due in hours is due at once.

The file that SHIFT_FILE names says by how many seconds the clock is ahead.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fulfillment import app
from fulfillment.settings import Settings
from tests.machine.taken_out import put

SHIFT_FILE = Path(os.environ["SHIFT_FILE"])


def shifted_clock(settings: Settings) -> Callable[[], datetime]:
    """The time in the zone of the settings, so many seconds ahead."""
    zone = ZoneInfo(settings.time_zone)
    return lambda: datetime.now(zone) + timedelta(seconds=float(SHIFT_FILE.read_text()))


put(app, "build_clock", shifted_clock)

from tests.machine.chaos.entry import handle  # noqa: E402, F401  the entry point, in a hurry
