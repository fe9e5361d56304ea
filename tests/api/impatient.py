"""The function as it is deployed, with less patience and fewer files to open, both from the environment."""

from __future__ import annotations

import os
import resource

from fulfillment import arrivals

arrivals.WITHIN_S = float(os.environ["WITHIN_S"])
arrivals.STOPPING_S = arrivals.TAKEN_WITHIN_S = 0.3
FILES = int(os.environ["FILES"])
resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))

from main import handle  # noqa: E402

__all__ = ["handle"]
