"""Commands on the workbook as a whole."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from fulfillment.app import build_setup
from fulfillment.cli.running import as_json, cli, run
from fulfillment.settings import read_settings


@cli.command()
@click.option("--check", is_flag=True, help="Say what is not as it should be, and change nothing.")
@click.option("--adopt", is_flag=True, help="Take over a copied or restored spreadsheet as it stands.")
def setup(check: bool, adopt: bool) -> None:
    """Make the spreadsheet ready, or repair it; repeat it at will."""
    report = build_setup(read_settings())(adopt=adopt, check=check)
    _list("To be put right:" if check else "Put right:", report.repairs)
    _list("For a person to decide:", report.left)
    if report.is_ready:
        click.echo("The spreadsheet is ready.")
    sys.exit(1 if report.left or (check and report.repairs) else 0)


def _list(heading: str, sentences: Sequence[str]) -> None:
    if sentences:
        click.echo("\n".join([heading, *(f"  {sentence}" for sentence in sentences)]))


@cli.command()
@as_json
def refresh(as_json: bool) -> None:
    """Refresh Inventory: read everything, rebuild the views."""
    run("refresh", {}, as_json=as_json)


@cli.command()
@as_json
def send(as_json: bool) -> None:
    """Send the messages that are due."""
    run("send", {}, as_json=as_json)


@cli.command()
@as_json
def archive(as_json: bool) -> None:
    """Archive: move settled history to the second spreadsheet."""
    run("archive", {}, as_json=as_json)


@cli.command()
@as_json
def audit(as_json: bool) -> None:
    """Prove the books; exit status 1 when something is found."""
    run("audit", {}, as_json=as_json)
