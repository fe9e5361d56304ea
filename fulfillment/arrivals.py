"""A request takes a thread once it has arrived whole: idle connections and slow senders hold up nobody.

gunicorn gives each new connection one of its threads, which waits five seconds for the first byte, then as
long as the rest takes: straight to it, 500 idle connections kept an order waiting for 25 seconds, and 140
slow senders for ever. It advises a proxy in front that reads requests first. Here its own worker does so,
in the one loop in which it waits for connections anyway.

This builds on the inside of gunicorn's ThreadWorker, whose version is pinned: `enqueue_req` is called, in the
loop's thread, with each connection that may have something to say.
"""

from __future__ import annotations

import json
import logging
import re
import resource
import selectors
import socket
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from itertools import takewhile
from typing import Any

import gunicorn.config
from gunicorn.workers.gthread import TConn, ThreadWorker

from fulfillment.payloads import error_body
from fulfillment.refusals import MAX_BODY

WITHIN_S = 30.0
"""So long may a request take to arrive: as long as Zapier waits for its answer."""

STOPPING_S = 5.0
"""The same once the worker is told to stop: Google ends it ten seconds later."""

TAKEN_WITHIN_S = 10.0
"""So long may a client take to read its answer, which is a few hundred kB at the most."""

MOST_HEAD = 64 * 2**10
"""Bytes of request line and headers; Google's front end lets no more through."""

MOST_BODY = 2 * MAX_BODY
"""Bytes. What is a little too large is read nevertheless: a sender hears why only after it has sent all."""

MOST_HELD = 128 * 2**20
"""Bytes of unfinished requests together; the function has 1 GiB."""

A_READ = 256 * 2**10

FOR_CONNECTIONS = 0.75
"""The share of the files which the process may have open: the rest is for its own calls."""

_LENGTH = re.compile(
    rb"\r\ncontent-length:[ \t]*(\d{1,4300})[ \t]*\r\n", re.IGNORECASE
)  # as many digits as int takes
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
_SIZE = re.compile(rb"([0-9a-f]+)[ \t]*(;.*)?", re.IGNORECASE)

log = logging.getLogger("fulfillment")


def read_first() -> None:
    """functions-framework, which names no worker and asks for threads, starts gunicorn with this one."""
    gunicorn.config.WorkerClass.default = f"{__name__}.{ReadFirst.__name__}"


class Arrival:
    """What has come of one request so far. It tells when all is there; what it means is gunicorn's to say."""

    def __init__(self, begun: bytes, since: float) -> None:
        """`begun`: what came with the request before it; `since`: when the rest was first waited for."""
        self.data = bytearray()
        self.since = since
        self._head = b""
        self._body_at = 0
        self._chunk_at = 0
        self.add(begun)

    def add(self, more: bytes) -> None:
        """This has come, too."""
        searched = max(0, len(self.data) - 3)
        self.data += more
        if not self._head and (end := self.data.find(b"\r\n\r\n", searched)) >= 0:
            self._head = bytes(self.data[: end + 2])
            self._body_at = self._chunk_at = end + 4

    def is_whole(self) -> bool:
        """Is everything there? A request that gunicorn will refuse by its head, too."""
        if self._head and _CHUNKED.search(self._head):
            return self._are_chunks_whole()
        return bool(self._head) and len(self.data) >= self._body_at + self._length()

    def is_asking_to_go_on(self) -> bool:
        """Does the sender wait for a word before it sends the body?"""
        return len(self.data) == self._body_at and bool(_EXPECTS.search(self._head))

    def excess(self) -> HTTPStatus | None:
        """What is too large about it."""
        if not self._head:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if len(self.data) > MOST_HEAD else None
        size = max(self._length(), len(self.data) - self._body_at)
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if size > MOST_BODY else None

    def _length(self) -> int:
        found = _LENGTH.search(self._head)
        return int(found[1]) if found else 0

    def _are_chunks_whole(self) -> bool:
        """Goes on from the chunk in which it ended the last time."""
        while (end := self.data.find(b"\r\n", self._chunk_at)) >= 0:
            size = _SIZE.fullmatch(self.data, self._chunk_at, end)
            if not size:
                return True  # no chunk at all
            if not int(size[1], 16):
                return self.data.find(b"\r\n\r\n", end) >= 0
            after = end + 2 + int(size[1], 16) + 2
            if after > len(self.data):
                return False
            self._chunk_at = after
        return False


class ReadFirst(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's worker with threads, which read requests that have arrived."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # gunicorn ends a worker that has no file left to accept a connection with, and the orders in it
        self.worker_connections: int = min(self.cfg.worker_connections, _affordable())
        self._arrivals: dict[TConn, Arrival] = {}  # the longest on its way first

    def enqueue_req(self, conn: TConn) -> None:
        """A connection was opened, or goes on: its next request is read here, and then gets a thread."""
        begun = conn.parser.unreader.take_buffered() if conn.initialized else b""
        conn.sock.setblocking(False)
        self._arrivals[conn] = Arrival(begun, time.monotonic())
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read_on, conn))
        self._read_on(conn)

    def _read_on(self, conn: TConn, _: object = None) -> None:
        self._take_in(conn, self._arrivals[conn])
        self._make_room()

    def _take_in(self, conn: TConn, arrival: Arrival) -> None:
        if not arrival.is_whole() and not _received(conn.sock, arrival):
            self._end(conn)  # its sender has left
        elif excess := arrival.excess():
            self._refuse(conn, excess)
        elif arrival.is_whole():
            self._hand_over(conn)
        elif arrival.is_asking_to_go_on():
            _send(conn.sock, b"HTTP/1.1 100 Continue\r\n\r\n")

    def _hand_over(self, conn: TConn) -> None:
        arrival = self._leave(conn)
        conn.init()
        conn.parser.unreader.unread(bytes(arrival.data))
        conn.data_ready = True
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """In a thread: answers the request, which is all there.

        A connection that is not kept ends here: gunicorn would wait in its loop, up to two seconds for each,
        until the other side has closed it too.
        """
        keeps = super().handle(conn)
        if not keeps:
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RDWR)
        return keeps

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """In a thread: the answer is sent, or its client given up, which would hold the thread for ever."""
        conn.sock.settimeout(TAKEN_WITHIN_S)
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            log.warning("an answer was not taken in time")
            return False

    def murder_pending(self) -> None:
        """Called at each turn of the loop: refuses what is late."""
        super().murder_pending()
        for conn in [*self._late(time.monotonic())]:
            self._refuse(conn, HTTPStatus.REQUEST_TIMEOUT)

    def _late(self, now: float) -> Iterable[TConn]:
        """Who takes too long; when the worker stops, also who has not begun."""
        if self.alive:
            return takewhile(lambda conn: now - self._arrivals[conn].since >= WITHIN_S, self._arrivals)
        arrivals = self._arrivals.items()
        return (conn for conn, came in arrivals if now - came.since >= STOPPING_S or not came.data)

    def _make_room(self) -> None:
        """Whoever has been sending for longest gives way, so that the next connection is always accepted."""
        while self._arrivals and (self.nr_conns >= self.worker_connections or self._held() > MOST_HELD):
            self._refuse(next(iter(self._arrivals)), HTTPStatus.REQUEST_TIMEOUT)

    def _held(self) -> int:
        return sum(len(arrival.data) for arrival in self._arrivals.values())

    def _refuse(self, conn: TConn, status: HTTPStatus) -> None:
        """Ends it with a sentence; without one where nothing was asked."""
        if size := len(self._arrivals[conn].data):
            log.warning("a request did not arrive whole: %s after %s bytes", status.value, size)
            _send(conn.sock, _refusal(status))
        self._end(conn)

    def _end(self, conn: TConn) -> None:
        self._leave(conn)
        self.nr_conns -= 1
        conn.close()

    def _leave(self, conn: TConn) -> Arrival:
        self.poller.unregister(conn.sock)
        return self._arrivals.pop(conn)


def _affordable() -> int:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if files == resource.RLIM_INFINITY else int(files * FOR_CONNECTIONS)


def _received(sock: socket.socket, arrival: Arrival) -> bool:
    """Takes what is there. False where nothing will come any more."""
    try:
        more = sock.recv(A_READ)
    except BlockingIOError:
        return True
    except OSError:
        return False
    arrival.add(more)
    return bool(more)


def _send(sock: socket.socket, said: bytes) -> None:
    """A few bytes, which the system takes off our hands; or nobody is there to read them."""
    with suppress(OSError):
        sock.send(said)


SENTENCES = {
    HTTPStatus.REQUEST_TIMEOUT: "The request took too long to arrive. Nothing was done: send it again.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: f"The headers are over {MOST_HEAD // 2**10} kB.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"The body is over {MAX_BODY // 2**20} MB; send less at once.",
}


def _refusal(status: HTTPStatus) -> bytes:
    """The answer to a request that nobody has read; it looks like any other refusal."""
    code = "late" if status == HTTPStatus.REQUEST_TIMEOUT else "too_large"
    body = json.dumps(error_body(code, SENTENCES[status], "", {})).encode()
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
