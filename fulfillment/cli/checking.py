"""The command that tells everything that is wrong with an environment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from fulfillment.answers import listed
from fulfillment.app import build_trials
from fulfillment.checks import Finding, findings
from fulfillment.cli.running import as_json, cli
from fulfillment.cli.showing import show
from fulfillment.settings import WrongSettings, read_settings


@cli.command()
@click.option("--settings", "settings_alone", is_flag=True, help="Read the settings alone; call nobody.")
@click.option("--send", is_flag=True, help="Send people a message, where nothing else can tell.")
@as_json
def check(settings_alone: bool, send: bool, as_json: bool) -> None:
    """Try the settings, the spreadsheet, and everything else that they name."""
    found = []
    for finding in _found(settings_alone, send):
        found.append(finding)
        if not as_json:  # each as soon as it is known: the shop may take its time
            _tell(finding)
    if as_json:
        show(_said(found), as_json=True)
    sys.exit(0 if all(finding.is_ok for finding in found) else 1)


def _found(settings_alone: bool, send: bool) -> Iterator[Finding]:
    """The settings, and then each thing that they name."""
    try:
        settings = read_settings()
    except WrongSettings as wrong:
        yield Finding("settings", False, str(wrong))
        return
    yield Finding("settings", True, "complete, and none contradicts another.")
    if not settings_alone:
        yield from findings(build_trials(settings, sends=send))


def _said(found: list[Finding]) -> dict[str, object]:
    wrong = [finding.name for finding in found if not finding.is_ok]
    message = f"Wrong: {listed(wrong)}." if wrong else "Everything is as it should be."
    return {"status": "error" if wrong else "ok", "message": message, "findings": [*map(asdict, found)]}


def _tell(finding: Finding) -> None:
    mark = click.style("ok   ", fg="green") if finding.is_ok else click.style("WRONG", fg="red")
    click.echo(f"{mark} {finding.name}: {finding.message}")
