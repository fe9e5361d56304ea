"""Commands on the shop: its stock, and what it looked like."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from fulfillment.cli.running import as_json, cli, dry_run, run
from fulfillment.operations import OPERATIONS, shop
from fulfillment.service import Service

confirm = click.option("--confirm", metavar="CODE", default="", help="The code of what you have looked at.")


@cli.command()
@dry_run
@confirm
@click.option("--fix", is_flag=True, help="Have the shop count and stock what it does not yet.")
@as_json
def push(dry_run: bool, confirm: str, fix: bool, as_json: bool) -> None:
    """Give the shop the stock that the tabs say."""
    body = {"dry_run": dry_run, "confirm": confirm, "fix": fix}
    run("push", body, as_json=as_json, instead=partial(shop.push, patience_s=shop.PATIENCE_S))


@cli.command()
@click.option("--since", default="", help="A day or a time, like 2026-12-01; else LIVE_SINCE.")
@as_json
def reconcile(since: str, as_json: bool) -> None:
    """Compare the shop's orders with ours; exit status 1 when one needs a person."""
    patiently = partial(shop.reconcile, patience_s=shop.PATIENCE_S)
    run("reconcile", {"since": since}, as_json=as_json, instead=patiently)


@cli.command()
@click.argument("order_id")
@as_json
def mark(order_id: str, as_json: bool) -> None:
    """Mark what was served of an order as fulfilled in the shop."""
    run("mark", {"order_id": order_id}, as_json=as_json)


@cli.command()
@click.option(
    "--file", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else named by the time."
)
@as_json
def snapshot(file: Path | None, as_json: bool) -> None:
    """Keep what the shop looks like, in a tab and in a file."""

    def filed(service: Service, body: Mapping[str, object], by: str) -> dict[str, object]:
        said = OPERATIONS["snapshot"].run(service, body, by)
        record = str(said.pop("record"))
        path = file or Path(f"{str(said['tab']).replace(' ', '-').lower()}.json")
        path.write_text(record, encoding="utf-8")
        return {
            **said,
            "message": f"{said['message']} They are in the file {path} as well.",
            "file": str(path),
        }

    run("snapshot", {}, as_json=as_json, instead=filed)


@cli.command("restore-levels")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@confirm
@as_json
def restore_levels(file: Path | None, confirm: str, as_json: bool) -> None:
    """Put a snapshot's stock back: that of a FILE, or of the newest tab. Shown first."""
    record = file.read_text(encoding="utf-8") if file else ""
    run("restore-levels", {"record": record, "confirm": confirm}, as_json=as_json)
