"""python -m demo.rehearsal: plays a day, and tells what it came to. Exit status 1: something was lost."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from demo.processes import Trouble
from demo.rehearsal.day import a_day
from demo.rehearsal.play import Player
from demo.rehearsal.report import report
from demo.rehearsal.stage import DayClock, a_stage


@click.command()
@click.option("--orders", default=300, show_default=True, help="Orders of the day.")
@click.option("--minutes", default=6.0, show_default=True, help="How long the day takes here.")
@click.option("--patience", default=420.0, show_default=True, help="Seconds for what is left at its end.")
@click.option("--seed", default=1, show_default=True, help="The same seed is the same day.")
def main(orders: int, minutes: float, patience: float, seed: int) -> None:
    """Play a day of a shop: orders, imports, refunds, replays, and an hour's outage of each service."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            is_ok = _played(Path(folder), orders, minutes, patience, seed)
    except Trouble as trouble:
        raise click.ClickException(str(trouble)) from None
    sys.exit(0 if is_ok else 1)


def _played(folder: Path, orders: int, minutes: float, patience_s: float, seed: int) -> bool:
    clock = DayClock(minutes)
    click.echo("Setting the stage: Google, Shopify, Slack, the Zap, and the function ...")
    with a_stage(folder, clock) as stage:
        skus = [row[0] for row in stage.sample.catalogue.rows if row[4] or row[5] == "EXTERNAL"]
        clock.begin()
        player = Player(stage, clock, click.echo)
        played = player.play(a_day(skus, orders=orders, seed=seed), patience_s=patience_s)
        stage.end_quotas()
        lines = report(stage, played)
    click.echo("\nThe day:")
    for line in lines:
        mark = click.style("  ", reset=True) if line.is_ok else click.style("! ", fg="red")
        click.echo(f"{mark}{line.name:38} {line.said}")
    return all(line.is_ok for line in lines)


if __name__ == "__main__":
    main()
