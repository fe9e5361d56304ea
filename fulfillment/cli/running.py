"""The command line itself, how a command runs an operation, and how its answer is shown."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Mapping

import click

from fulfillment.app import build_service
from fulfillment.cli.showing import show
from fulfillment.errors import Refused
from fulfillment.operations import OPERATIONS
from fulfillment.service import Service
from fulfillment.settings import read_settings

dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
as_json = click.option("--json", "as_json", is_flag=True, help="The whole answer, as JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Order fulfilment out of a Google spreadsheet, against whatever the environment names."""
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


def who() -> str:
    """By whom a command was given, for the ledgers."""
    return f"{getpass.getuser()} (terminal)"


Run = Callable[[Service, Mapping[str, object], str], dict[str, object]]


def run(name: str, body: Mapping[str, object], *, as_json: bool, instead: Run | None = None) -> None:
    """Shows what the operation answers, and ends the process: 0, or 1 where the answer is no."""
    operation = OPERATIONS[name]
    try:
        said = (instead or operation.run)(build_service(read_settings()), body, who())
    except Refused as no:
        said = {"status": "error", "reason": no.code, "message": str(no), **operation.nothing}
    show(said, as_json=as_json)
    sys.exit(0 if said["status"] == "ok" else 1)
