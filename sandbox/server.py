"""The local Google behind its socket.

with Sandbox() as google:
    client = MyClient(endpoint=google.url)
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from pathlib import Path

from sandbox.forwarding import NO_FUNCTION, Function
from sandbox.front import Beside, Front
from sandbox.listener import Listener, Server
from sandbox.shelf import Shelf

# Cells are millions of objects without circles: looking for circles took half the time of a large write.
GC_THRESHOLDS = (100_000, 50, 100)


class Sandbox(Listener):
    """The local Google. With a folder, the next start reads everything back from it.

    Without one everything is in memory, and gone when the object is.
    """

    def __init__(
        self,
        folder: Path | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        function: Function = NO_FUNCTION,
    ) -> None:
        super().__init__(port, host)
        self._folder = folder
        self._function = function
        self.front = Front(Shelf(None), function)

    def _opened(self) -> Front:
        if self._folder:
            self.front = Front(Shelf(self._folder), self._function)
        return self.front

    def _closed(self) -> None:
        if self._folder:
            self.front.shelf.close()


def serve(folder: Path, host: str, port: int, function: Function, stands: Iterable[Beside] = ()) -> None:
    """Serves until interrupted; other services' stands at the same address."""
    front = Front(Shelf(folder), function)
    for stand in stands:
        front.add(stand)
    server = Server((host, port), front)
    # What is loaded by now lives as long as the program: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    bound = server.server_address
    print(f"Local Google Sheets on http://{bound[0]!s}:{bound[1]}, spreadsheets in {folder}", flush=True)
    try:
        server.serve_forever(0.1)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        front.shelf.close()
