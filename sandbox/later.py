"""A stand that is made when it is first asked, so that the local Google starts without waiting for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from sandbox.front import Beside
from sandbox.panes import Entry
from sandbox.wire import Answer, Request


class Later:
    """Serves what begins with one of the places; `make` brings the stand."""

    def __init__(self, title: str, places: tuple[str, ...], make: Callable[[], Beside]) -> None:
        self.title = title
        self._places = places
        self._make = make
        self._guard = threading.Lock()
        self._made: Beside | None = None

    def serves(self, path: str) -> bool:
        return path.startswith(self._places)

    def answer(self, request: Request) -> Answer:
        return self._stand().answer(request)

    def entries(self) -> Iterable[Entry]:
        return self._stand().entries()

    def _stand(self) -> Beside:
        with self._guard:
            if self._made is None:
                self._made = self._make()
            return self._made
