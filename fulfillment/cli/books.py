"""Commands on the workbook as a whole."""

from __future__ import annotations

import sys

import click

from fulfillment.answers import counted
from fulfillment.app import build_setup
from fulfillment.cli.running import as_json, cli, run
from fulfillment.cli.showing import show
from fulfillment.settings import read_settings
from fulfillment.sheets.setup import Report


@cli.command()
@click.option("--check", is_flag=True, help="Say what is not as it should be, and change nothing.")
@click.option("--adopt", is_flag=True, help="Take over a copied or restored spreadsheet as it stands.")
@as_json
def setup(check: bool, adopt: bool, as_json: bool) -> None:
    """Make the spreadsheet ready, or repair it; repeat it at will."""
    report = build_setup(read_settings())(adopt=adopt, check=check)
    is_no = bool(report.left or (check and report.repairs))
    said = {
        "status": "error" if is_no else "ok",
        "message": _ready_in_words(report, check=check),
        "ready": not is_no,
        "repairs": report.repairs,
        "to_decide": report.left,
    }
    show(said, as_json=as_json)
    sys.exit(1 if is_no else 0)


def _ready_in_words(report: Report, *, check: bool) -> str:
    if report.is_ready:
        return "The spreadsheet is ready."
    done = "to be put right" if check else "put right"
    parts = [f"{counted(len(report.repairs), 'thing')} {done}"] if report.repairs else []
    parts += [f"{counted(len(report.left), 'thing')} for a person to decide"] if report.left else []
    return f"{', '.join(parts)}."


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
@click.option("--accept", is_flag=True, help="Give up the rows that no other ledger tells of.")
@click.option(
    "--check", "--dry-run", "dry_run", is_flag=True, help="Say what would happen, and change nothing."
)
@as_json
def rebuild(accept: bool, dry_run: bool, as_json: bool) -> None:
    """Rebuild: bring missing ledger rows back from the other ledgers."""
    run("rebuild", {"accept": accept, "dry_run": dry_run}, as_json=as_json)


@cli.command()
@as_json
def audit(as_json: bool) -> None:
    """Prove the books; exit status 1 when something is found."""
    run("audit", {}, as_json=as_json)
