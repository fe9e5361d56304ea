"""The command line itself, how a command runs an operation, and how its answer is shown."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Mapping

import click

from fulfillment.app import build_service
from fulfillment.errors import Refused
from fulfillment.operations import OPERATIONS
from fulfillment.service import Service
from fulfillment.settings import read_settings

dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
as_json = click.option("--json", "as_json", is_flag=True, help="The whole answer, as JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Order fulfilment out of a Google spreadsheet, against whatever the environment names."""


def who() -> str:
    """By whom a command was given, for the ledgers."""
    return f"{getpass.getuser()} (terminal)"


Run = Callable[[Service, Mapping[str, object], str], dict[str, object]]

HEADINGS = {
    "low": "Low, the worst first:",
    "stock": "Seats free in each pool, before and after:",
    "waiting": "Waiting orders that can be served whole, with since when and how many seats, oldest first:",
}


def run(name: str, body: Mapping[str, object], *, as_json: bool, instead: Run | None = None) -> None:
    operation = OPERATIONS[name]
    try:
        said = (instead or operation.run)(build_service(read_settings()), body, who())
    except Refused as no:
        said = {"status": "error", "reason": no.code, "message": str(no), **operation.nothing}
    _show(said, as_json=as_json)
    sys.exit(0 if said["status"] == "ok" else 1)


def _show(said: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    click.echo(said["message"])
    for name in (
        "changes",
        "warnings",
        "problems",
        "breaches",
        "story",
        "rows",
        "held",
        "seats",
        "orders",
        *HEADINGS,
    ):
        entries = said.get(name, [])
        told = entries if isinstance(entries, list) else []
        lines = [_line(entry) for entry in told if not _is_plain_success(entry)]
        if lines and name in HEADINGS:
            click.echo(HEADINGS[name])
        for line in lines:
            click.echo(f"  {line}")
    if following := said.get("next"):
        click.echo(f"Next: {following}")


def _is_plain_success(entry: object) -> bool:
    """Is it a row that was imported, without more to be said of it? There may be thousands."""
    if not isinstance(entry, dict) or entry.get("result") != "imported":
        return False
    return not {"(", ","}.intersection(str(entry["message"]))


def _line(entry: object) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    if "message" in entry and "level" in entry:
        return str(entry["message"])
    return "  ".join(str(value) for value in entry.values() if isinstance(value, str | int))
