"""HTTP on a socket: one thread for each connection, kept alive, on loopback unless told otherwise."""

from __future__ import annotations

import select
import socket
import struct
import sys
import threading
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Protocol, Self

from sandbox.bodies import Broken, read_body
from sandbox.errors import INTERNAL_TEXT, Refusal
from sandbox.visitors import check_visitor
from sandbox.wire import Answer, Request, refused

# Connections that wait to be accepted: a test may open a hundred at once.
BACKLOG = 256


class Answering(Protocol):
    """Whatever stands behind the socket."""

    def answer(self, request: Request) -> Answer:
        """The answer to any request."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "ESF"
    sys_version = ""
    # Headers and body go out in one piece; without this the second small packet waits for an acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def _handle(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = read_body(headers, self.rfile)
        except Refusal as refusal:
            self._refuse(refusal.code, refusal.message)
            return
        except Broken:
            self.close_connection = True
            return
        # Titles that a client sends without quoting arrive as bytes that the library has read as Latin-1.
        target = self.path.encode("latin-1", "replace").decode("utf-8", "replace")
        path, _, query = target.partition("?")
        is_local = ip_address(self.client_address[0]).is_loopback
        request = Request(self.command, path, query, headers, body, self._has_left, is_local)
        try:
            check_visitor(request)
            answer = self.server.front.answer(request)
        except Refusal as refusal:
            answer = refused(refusal)
        except Exception:  # noqa: BLE001  the one place where a mistake of ours is answered, as Google would
            traceback.print_exc(file=sys.stderr)
            answer = refused(Refusal(500, INTERNAL_TEXT))
        self._send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _handle

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no proper HTTP, or a verb that nobody knows, is refused in Google's shape as well."""
        self._refuse(405 if code == 501 else code, message or "Bad request.")

    def _refuse(self, status: int, text: str) -> None:
        self.close_connection = True
        self._send(Answer(status, refused(Refusal(400, text)).body))

    def _has_left(self) -> bool:
        poll = select.poll()  # select() knows no descriptor above 1,023
        poll.register(self.connection, select.POLLIN)
        try:
            return bool(poll.poll(0)) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def _send(self, answer: Answer) -> None:
        if answer.cut == "before":
            self._reset()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        half = len(answer.body) // 2 if answer.cut else len(answer.body)
        self.wfile.write(answer.body[:half])
        self.wfile.flush()
        if answer.cut:
            self._reset()

    def _reset(self) -> None:
        """Breaks the connection off, so that the client sees a reset and not an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def handle(self) -> None:
        with suppress(OSError):  # the client left, or we broke the connection off
            super().handle()

    def finish(self) -> None:
        """Lets go of both ends, also where one fails: the socket stays open as long as either is."""
        for end in (self.wfile, self.rfile):
            with suppress(OSError, ValueError):  # nothing is left to flush into
                end.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the counts tell what was called."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = BACKLOG
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], front: Answering) -> None:
        self.front = front
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Ends what clients keep open, so that nothing of this server answers any more."""
        with self._guard:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):  # it has ended by itself
                connection.shutdown(socket.SHUT_RDWR)


class Listener:
    """Something with a socket of its own, served in a thread; started and stopped as often as wanted."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def _opened(self) -> Answering:
        """What stands behind the socket from now on."""
        raise NotImplementedError

    def _closed(self) -> None:
        """Nobody is answered any more."""

    def start(self) -> Self:
        """Serves; the same port again after a stop, so that clients find it."""
        front = self._opened()
        try:
            self._server = Server(self._address, front)
        except OSError:
            self._closed()
            raise
        self._address = (self._address[0], self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answers nobody any more; what is to stay is there at the next start."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()
        self._server.server_close()
        self._server = None
        self._closed()

    @property
    def url(self) -> str:
        host, port = self._address
        return f"http://{host}:{port}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
