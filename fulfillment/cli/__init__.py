"""The operations at a terminal: same rules and same answers as the routes.

Exit status 0: done; 1: the answer is no; 2: the command was not understood.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from fulfillment.cli import (
    books,
    catalogue,
    checking,
    going_back,
    going_live,
    keys,
    orders,
    probing,
    serving,
    shop,
)
from fulfillment.cli.running import cli
from fulfillment.cli.showing import show
from fulfillment.errors import FulfillmentError
from fulfillment.refusals import refusal_of
from fulfillment.settings import WrongSettings

__all__ = [
    "books",
    "catalogue",
    "checking",
    "cli",
    "going_back",
    "going_live",
    "keys",
    "main",
    "orders",
    "probing",
    "serving",
    "shop",
]


def main() -> None:
    """Runs the command of this process, and ends it; with `--json` whatever goes wrong is JSON as well."""
    if "--json" in sys.argv[1:]:
        sys.exit(_in_json())
    try:
        cli()
    except (FulfillmentError, WrongSettings) as error:
        click.echo(click.style(str(error), fg="red"), err=True)
        sys.exit(1)


def _in_json() -> int:
    """The exit status, once the answer or an error is printed."""
    try:
        return cli(standalone_mode=False) or 0
    except FulfillmentError as error:
        refusal = refusal_of(error)
        show(_error(refusal.code, refusal.message, refusal.fields), as_json=True)
    except WrongSettings as error:
        show(_error("settings", str(error)), as_json=True)
    except click.ClickException as error:
        show(_error("usage", error.format_message()), as_json=True)
        return error.exit_code
    except click.Abort:
        show(_error("interrupted", "It was interrupted."), as_json=True)
    return 1


def _error(reason: str, message: str, fields: Mapping[str, str] | None = None) -> dict[str, object]:
    return {"status": "error", "reason": reason, "message": message, "fields": dict(fields or {})}
