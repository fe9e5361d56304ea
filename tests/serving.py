"""Something that answers requests, on a port of its own for as long as a test wants it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.server import Answering, Server


@contextmanager
def serving(answering: Answering) -> Iterator[str]:
    """Its address."""
    server = Server(("127.0.0.1", 0), answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.close_connections()
        server.server_close()
