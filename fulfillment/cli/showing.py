"""How an answer is shown: tables and colours where a terminal is there, plain lines where not."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence

import click

from fulfillment.cli.tables import cell, table

HEADINGS = {
    "changes": "What changes:",
    "warnings": "To be looked at:",
    "problems": "Problems:",
    "breaches": "Found:",
    "story": "What happened:",
    "keys": "Keys:",
    "holds": "It then holds:",
    "old": "Replaced:",
    "new": "By:",
    "shortages": "Short of:",
    "skipped": "To be served by hand:",
    "rows": "",
    "held": "Orders that hold others of their seats:",
    "seats": "In quarantine:",
    "rebuilt": "Rows that come back:",
    "given_up": "Rows given up:",
    "left": "Rows that cannot be rebuilt:",
    "orders": "",
    "low": "Low, the worst first:",
    "stock": "Seats free in each pool, before and after:",
    "waiting": "Waiting orders that can be served whole, with since when and how many seats, oldest first:",
    "repairs": "Put right, or to be put right:",
    "to_decide": "For a person to decide:",
}
"""The lists of an answer that are shown, in this order, and what stands above each."""

SHOWN = {
    "keys": ("unit", "sku", "title", "entitlements", "component", "keycode", "event"),
    "holds": ("unit", "sku", "title", "entitlements", "component", "keycode"),
    "old": ("unit", "sku", "title", "entitlements", "component", "keycode"),
    "new": ("unit", "sku", "title", "entitlements", "component", "keycode"),
    "low": ("level", "message"),
}
"""Of lists whose entries say more than that: the columns shown."""


def show(said: Mapping[str, object], *, as_json: bool) -> None:
    """The answer on stdout: the whole as JSON, or its message and lists for people."""
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2, default=str))
        return
    is_no = said.get("status") in ("error", "failed")
    click.echo(click.style(str(said["message"]), fg="red") if is_no else said["message"])
    for name, heading in HEADINGS.items():
        entries = said.get(name)
        if isinstance(entries, list | tuple):
            _list(name, heading, [entry for entry in entries if not _is_plain_success(entry)])
    if following := said.get("next"):
        click.echo(f"{click.style('Next:', bold=True)} {following}")


def _list(name: str, heading: str, entries: Sequence[object]) -> None:
    """One list of the answer, under its heading."""
    if not entries:
        return
    if heading:
        click.echo(heading)
    rows = [_shown(name, entry) for entry in entries if isinstance(entry, Mapping)]
    if rows and sys.stdout.isatty():
        lines = list(table(rows, width=shutil.get_terminal_size().columns - 2))
    else:
        lines = ["  ".join(filter(None, map(cell, row.values()))) for row in rows]
    lines += [cell(entry) for entry in entries if not isinstance(entry, Mapping)]
    for line in lines:
        click.echo(f"  {line}")


def _shown(name: str, entry: Mapping[str, object]) -> Mapping[str, object]:
    wanted = SHOWN.get(name)
    return {key: entry[key] for key in wanted if key in entry} if wanted else entry


def _is_plain_success(entry: object) -> bool:
    """Is it a row that was imported, without more to be said of it? There may be thousands."""
    if not isinstance(entry, Mapping) or entry.get("result") != "imported":
        return False
    return not {"(", ","}.intersection(str(entry["message"]))
