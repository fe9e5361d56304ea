"""How far a long command is, where a terminal is there to show it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from fulfillment.importing import Watch, unwatched


@contextmanager
def progress() -> Iterator[Watch]:
    """A bar on stderr for as long as the work takes; nothing where no terminal is there."""
    if not sys.stderr.isatty():
        yield unwatched
        return
    with click.progressbar(length=1, file=sys.stderr, item_show_func=str) as bar:

        def watch(done: int, of: int, doing: str) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos, doing)
            bar.render_progress()

        yield watch
