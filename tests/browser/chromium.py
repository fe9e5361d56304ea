"""Debian's chromium, and how it is started."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import ViewportSize

CHROMIUM = Path("/usr/bin/chromium")

# Everything that would look for the world outside is off; there is no graphics card, and no user to protect.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SCREEN: ViewportSize = {"width": 1900, "height": 1000}
"""Wide enough for every column of the catalogue beside the panel."""
