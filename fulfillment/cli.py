"""The operations at a terminal: same rules and same answers as the routes.

Exit status 0: done; 1: the answer is no; 2: the command was not understood.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from fulfillment.app import build_service, build_setup
from fulfillment.errors import FulfillmentError, Refused
from fulfillment.operations import OPERATIONS
from fulfillment.operations import import_keys as import_keys_of
from fulfillment.payloads import answer_body, read_body, read_order, text_of_table
from fulfillment.service import Service
from fulfillment.settings import WrongSettings, read_settings

as_json = click.option("--json", "as_json", is_flag=True, help="The whole answer, as JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Order fulfilment out of a Google spreadsheet, against whatever the environment names."""


def main() -> None:
    """Runs the command of this process, and ends it."""
    try:
        cli()
    except (FulfillmentError, WrongSettings) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def _who() -> str:
    return f"{getpass.getuser()} (terminal)"


Run = Callable[[Service, Mapping[str, object], str], dict[str, object]]


def _run(name: str, body: Mapping[str, object], *, as_json: bool, run: Run | None = None) -> None:
    operation = OPERATIONS[name]
    try:
        said = (run or operation.run)(build_service(read_settings()), body, _who())
    except Refused as no:
        said = {"status": "error", "reason": no.code, "message": str(no), **operation.nothing}
    _show(said, as_json=as_json)
    sys.exit(0 if said["status"] == "ok" else 1)


def _show(said: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    click.echo(said["message"])
    for name in ("warnings", "problems", "breaches", "story", "rows", "held", "seats", *HEADINGS):
        entries = said.get(name, [])
        told = entries if isinstance(entries, list) else []
        lines = [_line(entry) for entry in told if not _is_plain_success(entry)]
        if lines and name in HEADINGS:
            click.echo(HEADINGS[name])
        for line in lines:
            click.echo(f"  {line}")
    if following := said.get("next"):
        click.echo(f"Next: {following}")


HEADINGS = {
    "stock": "Seats free in each pool, before and after:",
    "waiting": "Waiting orders that can be served whole, with since when and how many seats, oldest first:",
}


def _is_plain_success(entry: object) -> bool:
    """Is it a row that was imported, without more to be said of it? There may be thousands."""
    if not isinstance(entry, dict) or entry.get("result") != "imported":
        return False
    return not {"(", ","}.intersection(str(entry["message"]))


def _line(entry: object) -> str:
    return "  ".join(str(value) for value in entry.values()) if isinstance(entry, dict) else str(entry)


@cli.command()
@click.option("--check", is_flag=True, help="Say what is not as it should be, and change nothing.")
@click.option("--adopt", is_flag=True, help="Take over a copied or restored spreadsheet as it stands.")
def setup(check: bool, adopt: bool) -> None:
    """Make the spreadsheet ready, or repair it; repeat it at will."""
    report = build_setup(read_settings())(adopt=adopt, check=check)
    _list("To be put right:" if check else "Put right:", report.repairs)
    _list("For a person to decide:", report.left)
    if report.is_ready:
        click.echo("The spreadsheet is ready.")
    sys.exit(1 if report.left or (check and report.repairs) else 0)


def _list(heading: str, sentences: Sequence[str]) -> None:
    if sentences:
        click.echo("\n".join([heading, *(f"  {sentence}" for sentence in sentences)]))


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@as_json
def import_keys(file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import the keys of a CSV FILE, or of the tab Import Keys."""
    given = {} if file is None else {"csv": text_of_table(file.read_bytes())}
    body = {**given, "dry_run": dry_run}
    _run("import", body, as_json=as_json, run=_import_with_progress)


def _import_with_progress(service: Service, body: Mapping[str, object], by: str) -> dict[str, object]:
    """Import Keys, with a bar where a terminal is there."""
    if not sys.stderr.isatty():
        return import_keys_of(service, body, by)
    with click.progressbar(length=1, file=sys.stderr, item_show_func=str) as bar:

        def watch(done: int, of: int, doing: str) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos, doing)
            bar.render_progress()

        return import_keys_of(service, body, by, watch)


@cli.command()
@click.option("--dry-run", is_flag=True, help="Say what would be published, and change nothing.")
@as_json
def publish(dry_run: bool, as_json: bool) -> None:
    """Sync Catalogue: check NPTA Catalogue and publish it."""
    _run("publish", {"dry_run": dry_run}, as_json=as_json)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def fulfil(file: Path) -> None:
    """Serve the order in a JSON FILE, as the Zap posts it."""
    order = read_order(read_body(file.read_bytes(), "application/json"))
    reply = build_service(read_settings()).fulfil(order, by=_who())
    click.echo(json.dumps(answer_body(reply, ""), ensure_ascii=False, indent=2))
    sys.exit(1 if reply.answer.outcome == "failed" else 0)


@cli.command()
@click.argument("order_id")
@as_json
def status(order_id: str, as_json: bool) -> None:
    """Tell the story of an order."""
    _run("status", {"order_id": order_id}, as_json=as_json)


@cli.command()
@click.argument("order_id")
@click.option("--sku", default="", help="Only the keys of this SKU.")
@click.option("--units", default="", help="Only these pieces, for example 1.1,1.2.")
@click.option("--quarantine", is_flag=True, help="Keep the seats out of stock: the key may have been used.")
@click.option("--reason", default="")
@as_json
def release(order_id: str, sku: str, units: str, quarantine: bool, reason: str, as_json: bool) -> None:
    """Release Keys: give the seats of an order back to stock."""
    body = {"order_id": order_id, "sku": sku, "units": units, "quarantine": quarantine, "reason": reason}
    _run("release", body, as_json=as_json)


@cli.command()
@click.argument("order_id")
@as_json
def clear(order_id: str, as_json: bool) -> None:
    """Clear Order Cache: forget the answer, not the keys."""
    _run("clear", {"order_id": order_id}, as_json=as_json)


@cli.command()
@click.argument("order_id")
@click.argument("keycode")
@as_json
def replace(order_id: str, keycode: str, as_json: bool) -> None:
    """Replace key: give the order another key for this one."""
    _run("replace", {"order_id": order_id, "keycode": keycode}, as_json=as_json)


@cli.command()
@click.option("--batch", default="", help="All keys of this batch; Import History names it.")
@click.option("--code", "codes", multiple=True, help="This key; may be given several times.")
@click.option("--quarantined", is_flag=True, help="Also their seats in quarantine.")
@click.option("--reason", default="")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@as_json
def withdraw(
    batch: str, codes: tuple[str, ...], quarantined: bool, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Withdraw Keys: take seats that were not given out from the stock."""
    body = {"batch": batch, "codes": list(codes), "quarantined": quarantined, "reason": reason}
    _run("withdraw", {**body, "dry_run": dry_run}, as_json=as_json)


@cli.command()
@click.argument("codes", nargs=-1, required=True)
@click.option("--reason", default="")
@as_json
def restore(codes: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Put quarantined seats of these keys back into stock."""
    _run("restore", {"codes": list(codes), "reason": reason}, as_json=as_json)


@cli.command()
@as_json
def quarantine(as_json: bool) -> None:
    """List the seats in quarantine."""
    _run("quarantine", {}, as_json=as_json)


@cli.command()
@as_json
def refresh(as_json: bool) -> None:
    """Refresh Inventory: read everything, rebuild the views."""
    _run("refresh", {}, as_json=as_json)


@cli.command()
@as_json
def archive(as_json: bool) -> None:
    """Archive: move settled history to the second spreadsheet."""
    _run("archive", {}, as_json=as_json)


@cli.command()
@as_json
def audit(as_json: bool) -> None:
    """Prove the books; exit status 1 when something is found."""
    _run("audit", {}, as_json=as_json)


@cli.command()
@click.option("--port", default=8080, envvar="PORT", show_default=True)
def serve(port: int) -> None:
    """Serve the routes over HTTP, as the cloud does."""
    settings = read_settings()
    os.environ["THREADS"] = str(settings.threads)
    source = Path(__file__).parent.parent / "main.py"
    command = ["functions-framework", "--target=handle", f"--source={source}", f"--port={port}"]
    os.execvp(str(Path(sys.executable).with_name(command[0])), command)
