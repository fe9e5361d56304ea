"""Commands on the catalogue."""

from __future__ import annotations

from fulfillment.cli.running import as_json, cli, dry_run, run


@cli.command()
@dry_run
@as_json
def publish(dry_run: bool, as_json: bool) -> None:
    """Sync Catalogue: check NPTA Catalogue and publish it."""
    run("publish", {"dry_run": dry_run}, as_json=as_json)
