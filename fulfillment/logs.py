"""The log: one JSON line for each thing that happens, as Cloud Logging reads it.

Lines name orders, counts, times and kinds; never a key code, an address, or what somebody typed.
"""

from __future__ import annotations

import logging
import re
import sys

from pythonjsonlogger.json import JsonFormatter

TRACE = "logging.googleapis.com/trace"
"""By this field Cloud Logging shows the lines of one request together."""

_TRACE_HEADER = re.compile(r"([0-9a-f]{32})(/|$)")


def start_logging() -> None:
    """The lines of this package go to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        JsonFormatter(["levelname", "message"], rename_fields={"levelname": "severity"}, timestamp="time")
    )
    log = logging.getLogger("fulfillment")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)


def trace_of(header: str, project: str) -> dict[str, str]:
    """The field that a line needs to be shown with its request; nothing without a trace or a project."""
    found = _TRACE_HEADER.match(header)
    return {TRACE: f"projects/{project}/traces/{found[1]}"} if found and project else {}
