"""Commands on the keys in stock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from fulfillment.cli.progress import progress
from fulfillment.cli.running import as_json, cli, dry_run, run
from fulfillment.operations import import_keys as import_keys_of
from fulfillment.payloads import text_of_table
from fulfillment.service import Service


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@dry_run
@as_json
def import_keys(file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import the keys of a CSV FILE, or of the tab Import Keys."""
    given = {} if file is None else {"csv": text_of_table(file.read_bytes())}
    body = {**given, "dry_run": dry_run}
    run("import", body, as_json=as_json, instead=_import_with_progress)


def _import_with_progress(service: Service, body: Mapping[str, object], by: str) -> dict[str, object]:
    """Import Keys, with a bar where a terminal is there."""
    with progress() as watch:
        return import_keys_of(service, body, by, watch)


@cli.command()
@click.option("--batch", default="", help="All keys of this batch; Import History names it.")
@click.option("--code", "codes", multiple=True, help="This key; may be given several times.")
@click.option("--quarantined", is_flag=True, help="Also their seats in quarantine.")
@click.option("--reason", default="")
@dry_run
@as_json
def withdraw(
    batch: str, codes: tuple[str, ...], quarantined: bool, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Withdraw Keys: take seats that were not given out from the stock."""
    body = {"batch": batch, "codes": list(codes), "quarantined": quarantined, "reason": reason}
    run("withdraw", {**body, "dry_run": dry_run}, as_json=as_json)


@cli.command()
@click.argument("codes", nargs=-1, required=True)
@click.option("--reason", default="")
@dry_run
@as_json
def restore(codes: tuple[str, ...], reason: str, dry_run: bool, as_json: bool) -> None:
    """Put quarantined seats of these keys back into stock."""
    run("restore", {"codes": list(codes), "reason": reason, "dry_run": dry_run}, as_json=as_json)


@cli.command()
@as_json
def quarantine(as_json: bool) -> None:
    """List the seats in quarantine."""
    run("quarantine", {}, as_json=as_json)
