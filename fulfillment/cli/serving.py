"""The commands that serve the routes, and that rehearse a day on local stand-ins."""

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


@cli.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def rehearse(options: tuple[str, ...]) -> None:
    """Play a day of a shop on this machine, and tell what it came to; --help shows the options."""
    root = Path(__file__).parents[2]
    if not (root / "demo" / "rehearsal").is_dir():
        raise click.UsageError("A rehearsal needs the whole repository, with its stand-ins: run it there.")
    os.chdir(root)
    os.execv(sys.executable, [sys.executable, "-m", "demo.rehearsal", *options])
