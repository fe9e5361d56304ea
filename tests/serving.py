"""Something that answers requests, on a port of its own for as long as a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.listener import Answering, Listener


class Alone(Listener):
    """Nothing but what answers."""

    def __init__(self, answering: Answering) -> None:
        super().__init__()
        self._answering = answering

    def _opened(self) -> Answering:
        return self._answering


@contextmanager
def serving(answering: Answering) -> Iterator[str]:
    """Its address."""
    with Alone(answering) as alone:
        yield alone.url
