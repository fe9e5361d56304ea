"""Commands on one order."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fulfillment.app import build_service
from fulfillment.cli.running import as_json, cli, dry_run, run, who
from fulfillment.cli.showing import show
from fulfillment.payloads import answer_body, read_body, read_order
from fulfillment.settings import read_settings


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def fulfil(file: Path, as_json: bool) -> None:
    """Serve the order in a JSON FILE, as the Zap posts it."""
    order = read_order(read_body(file.read_bytes(), "application/json"))
    reply = build_service(read_settings()).fulfil(order, by=who())
    show(answer_body(reply, ""), as_json=as_json)
    sys.exit(1 if reply.answer.outcome == "failed" else 0)


@cli.command()
@click.argument("order_id")
@as_json
def status(order_id: str, as_json: bool) -> None:
    """Tell the story of an order."""
    run("status", {"order_id": order_id}, as_json=as_json)


@cli.command()
@click.argument("order_id")
@click.option("--sku", default="", help="Only the keys of this SKU.")
@click.option("--units", default="", help="Only these pieces, for example 1.1,1.2.")
@click.option("--quarantine", is_flag=True, help="Keep the seats out of stock: the key may have been used.")
@click.option("--reason", default="")
@dry_run
@as_json
def release(
    order_id: str, sku: str, units: str, quarantine: bool, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Release Keys: give the seats of an order back to stock."""
    what = {"order_id": order_id, "sku": sku, "units": units, "quarantine": quarantine}
    run("release", {**what, "reason": reason, "dry_run": dry_run}, as_json=as_json)


@cli.command()
@click.argument("order_id")
@as_json
def clear(order_id: str, as_json: bool) -> None:
    """Clear Order Cache: forget the answer, not the keys."""
    run("clear", {"order_id": order_id}, as_json=as_json)


@cli.command()
@click.argument("order_id")
@click.argument("keycode")
@dry_run
@as_json
def replace(order_id: str, keycode: str, dry_run: bool, as_json: bool) -> None:
    """Replace key: give the order another key for this one."""
    run("replace", {"order_id": order_id, "keycode": keycode, "dry_run": dry_run}, as_json=as_json)


@cli.command()
@click.argument("order_id")
@click.option("--for-real", is_flag=True, help="To the customer, where it went to the test recipient.")
@as_json
def resend(order_id: str, for_real: bool, as_json: bool) -> None:
    """Have the keys of an order mailed again."""
    run("resend", {"order_id": order_id, "for_real": for_real}, as_json=as_json)


@cli.command()
@click.argument("order_id")
@dry_run
@as_json
def forget(order_id: str, dry_run: bool, as_json: bool) -> None:
    """Blank name and address of an order's customer in the workbook."""
    run("forget", {"order_id": order_id, "dry_run": dry_run}, as_json=as_json)


@cli.command("retry-waiting")
@click.option("--dry-run", is_flag=True, help="Say which, and change nothing.")
@as_json
def retry_waiting(dry_run: bool, as_json: bool) -> None:
    """Serve the waiting orders that the stock serves whole."""
    run("retry-waiting", {"dry_run": dry_run}, as_json=as_json)


@cli.command("test-orders")
@as_json
def test_orders(as_json: bool) -> None:
    """List the orders that were answered while MODE was test: none of them reached its customer."""
    run("test-orders", {}, as_json=as_json)
