"""Commands on the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment.cli.progress import progress
from fulfillment.cli.running import as_json, cli, dry_run, run
from fulfillment.operations import pull as pull_of
from fulfillment.operations.shop import PATIENCE_S
from fulfillment.service import Service


@cli.command()
@as_json
def pull(as_json: bool) -> None:
    """Sync from Shopify: bring NPTA Catalogue up to what the shop sells."""
    run("pull", {}, as_json=as_json, instead=_pull_with_progress)


def _pull_with_progress(service: Service, body: Mapping[str, object], by: str) -> dict[str, object]:
    """Sync from Shopify, with a bar where a terminal is there, and time for a large shop."""
    with progress() as watch:
        return pull_of(service, body, by, watch, PATIENCE_S)


@cli.command()
@dry_run
@as_json
def publish(dry_run: bool, as_json: bool) -> None:
    """Sync Catalogue: check NPTA Catalogue and publish it."""
    run("publish", {"dry_run": dry_run}, as_json=as_json)
