"""Commands on the catalogue."""

from __future__ import annotations

import click

from fulfillment.cli.running import as_json, cli, run


@cli.command()
@click.option("--dry-run", is_flag=True, help="Say what would be published, and change nothing.")
@as_json
def publish(dry_run: bool, as_json: bool) -> None:
    """Sync Catalogue: check NPTA Catalogue and publish it."""
    run("publish", {"dry_run": dry_run}, as_json=as_json)
