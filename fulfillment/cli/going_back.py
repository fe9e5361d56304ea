"""The command that takes the service back: nothing is deleted, and going live again works as before."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click

from fulfillment.app import build_service
from fulfillment.cli.running import cli, who
from fulfillment.errors import FulfillmentError
from fulfillment.model import Assignment
from fulfillment.operations.going_live import PATIENCE_S, unserved, what_was_given
from fulfillment.record import ShopRecord
from fulfillment.service import Service
from fulfillment.settings import read_settings

ROOT = Path(__file__).parents[2]

COLUMNS = ("order_name", "region", "provider", "product_code", "component", "keycode")

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

LEFT = """Then, by hand:
  Turn the Zap off, so that no order comes here.
  Set SHOPIFY_PUSH=off in deploy.env, and run ./deploy.sh.
  Strike the keys that were given out from the old app's list, and serve the orders above there.
To go live again, follow go-live: nothing was deleted."""


@cli.command()
@click.option(
    "--keys", "file", metavar="FILE", default="", help="Where to write the keys; - shows them here."
)
@click.option("--snapshot", type=A_FILE, help="The file of a snapshot; else the newest tab.")
@click.option("--env", type=A_FILE, help="The settings of deploy.sh, to pause the scheduler's jobs.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def rollback(file: str, snapshot: Path | None, env: Path | None, yes: bool) -> None:
    """Stop pushes and schedule, put the shop's stock back, and list keys given out and orders unserved."""
    if file not in ("", "-") and Path(file).exists():
        raise click.UsageError(f"{file} is there already: name a new file for the keys.")
    settings = read_settings()
    service = build_service(settings)
    record = ShopRecord.from_json(snapshot.read_text(encoding="utf-8")) if snapshot else None
    shown = service.storefront.restore(record, patience_s=PATIENCE_S)
    click.echo(f"The shop's stock as the snapshot has it: {shown.message}")
    for move in shown.push.moves:
        click.echo(f"  {move.sku}  {move.product}  {move.was} -> {move.to}")
    if not yes:
        click.confirm("Stop pushes and the scheduler's jobs, and put this stock back?", abort=True)
    since = settings.is_live_since
    done = [
        _done("The scheduler", lambda: _pause(env)),
        _done("Pushes", lambda: _close(service)),
        _done("Stock", lambda: _restore(service, record, shown.push.code)),
        _done("Keys", lambda: _keys(service.given_out(), file)),
        _done("Unserved", lambda: _unserved(service, since)),
    ]
    click.echo(LEFT)
    sys.exit(0 if all(done) else 1)


def _done(what: str, do: Callable[[], str]) -> bool:
    """Does one thing, and says what came of it; what fails keeps nothing else from being done."""
    try:
        click.echo(f"{what}: {do()}")
    except (FulfillmentError, OSError, subprocess.CalledProcessError) as error:
        click.echo(f"{what}: NOT DONE. {error}")
        return False
    return True


def _pause(env: Path | None) -> str:
    if env is None:
        return "run ./deploy.sh --pause where deploy.env is (or name it here: --env deploy.env)."
    command = [str(ROOT / "deploy.sh"), "--pause", "--env", os.path.relpath(env, ROOT)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return "its jobs are paused."


def _close(service: Service) -> str:
    service.storefront.close()
    return "stopped; an instance that runs hears of it within a minute."


def _restore(service: Service, record: ShopRecord | None, code: str) -> str:
    """Puts back what was shown, and looks whether somebody pushed or bought meanwhile."""
    done = service.storefront.restore(record, code=code, patience_s=PATIENCE_S)
    left = len(service.storefront.restore(record, patience_s=PATIENCE_S).push.moves)
    again = (
        f" {left} differ again, by what was sold or pushed meanwhile: look at restore-levels." if left else ""
    )
    return f"{len(done.done)} products are as they were.{again}"


def _keys(rows: Sequence[Assignment], file: str) -> str:
    said = what_was_given(len(rows), len({row.order_id for row in rows}))
    if not rows or not file:
        how = "" if not rows else " To have the keys, to be struck from the old app: --keys FILE."
        return said + how
    with _opened(file) as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
    return said if file == "-" else f"{said} They stand in {file}, which you alone can read."


@contextmanager
def _opened(file: str) -> Iterator[TextIO]:
    """A new file that its owner alone can read, or the terminal."""
    if file == "-":
        yield sys.stdout
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        yield out


def _unserved(service: Service, since: datetime | None) -> str:
    orders = unserved(service.storefront.reconcile(since, by=who(), patience_s=PATIENCE_S))
    return "\n  ".join([f"{len(orders)} paid orders got nothing.", *orders])
