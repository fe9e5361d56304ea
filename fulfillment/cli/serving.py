"""The command that serves the routes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from fulfillment.cli.running import cli
from fulfillment.settings import read_settings


@cli.command()
@click.option("--port", default=8080, envvar="PORT", show_default=True)
def serve(port: int) -> None:
    """Serve the routes over HTTP, as the cloud does."""
    settings = read_settings()
    os.environ["THREADS"] = str(settings.threads)
    source = Path(__file__).parents[2] / "main.py"
    command = ["functions-framework", "--target=handle", f"--source={source}", f"--port={port}"]
    os.execvp(str(Path(sys.executable).with_name(command[0])), command)
