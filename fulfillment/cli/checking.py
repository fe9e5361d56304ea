"""The command that tells everything that is wrong with an environment."""

from __future__ import annotations

import sys

import click

from fulfillment.app import build_trials
from fulfillment.checks import Finding, findings
from fulfillment.cli.running import cli
from fulfillment.settings import WrongSettings, read_settings


@cli.command()
@click.option("--settings", "settings_alone", is_flag=True, help="Read the settings alone; call nobody.")
@click.option("--send", is_flag=True, help="Send people a message, where nothing else can tell.")
def check(settings_alone: bool, send: bool) -> None:
    """Try the settings, the spreadsheet, and everything else that they name."""
    try:
        settings = read_settings()
    except WrongSettings as wrong:
        _tell(Finding("settings", False, str(wrong)))
        sys.exit(1)
    _tell(Finding("settings", True, "complete, and none contradicts another."))
    found = [] if settings_alone else [*findings(build_trials(settings, sends=send))]
    for finding in found:
        _tell(finding)
    sys.exit(0 if all(finding.is_ok for finding in found) else 1)


def _tell(finding: Finding) -> None:
    mark = click.style("ok   ", fg="green") if finding.is_ok else click.style("WRONG", fg="red")
    click.echo(f"{mark} {finding.name}: {finding.message}")
