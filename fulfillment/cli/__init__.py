"""The operations at a terminal: same rules and same answers as the routes.

Exit status 0: done; 1: the answer is no; 2: the command was not understood.
"""

import sys

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
from fulfillment.errors import FulfillmentError
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
    """Runs the command of this process, and ends it."""
    try:
        cli()
    except (FulfillmentError, WrongSettings) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
