"""The command that finds out how Google behaves, before a shop depends on it."""

from __future__ import annotations

import sys

import click

from fulfillment.app import build_scratch
from fulfillment.cli.running import cli
from fulfillment.settings import id_of, read_settings
from fulfillment.sheets.probes import Seen, probe


@cli.command("probe")
@click.argument("spreadsheet_id")
@click.option("--rounds", default=10, show_default=True, help="How often what may go well by luck is tried.")
def probe_google(spreadsheet_id: str, rounds: int) -> None:
    """Try what is taken for granted of Google, on a scratch spreadsheet (never the shop's)."""
    settings, spreadsheet_id = read_settings(), id_of(spreadsheet_id)
    if spreadsheet_id in (settings.spreadsheet_id, settings.archive_spreadsheet_id):
        raise click.UsageError(
            "That is the shop's own spreadsheet: make an empty one, share it, and name it."
        )
    differs = False
    for seen in probe(build_scratch(settings, spreadsheet_id, rounds=rounds)):
        _tell(seen)
        differs |= seen.needed and not seen.is_as_expected
    sys.exit(1 if differs else 0)


def _tell(seen: Seen) -> None:
    word, color = ("ok   ", "green") if seen.is_as_expected else ("OTHER", "red" if seen.needed else "yellow")
    click.echo(f"{click.style(word, fg=color)} {seen.name}: {seen.message}")
    if seen.advice:
        click.echo(f"      {seen.advice}")
