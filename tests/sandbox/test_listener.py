"""What serves every stand-in: connections that end otherwise than they should."""

from __future__ import annotations

import socket
import struct
import threading
from urllib.parse import urlsplit

from sandbox.listener import Handler, Listener
from sandbox.wire import Answer, Request


class Wordy(Listener):
    """Answers at greater length than the other side has room for, once it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.was_asked, self.may_answer = threading.Event(), threading.Event()
        self.handler: Handler | None = None

    def _opened(self) -> Wordy:
        return self

    def answer(self, request: Request) -> Answer:
        self.handler = request.has_left.__self__  # type: ignore[attr-defined]
        self.was_asked.set()
        self.may_answer.wait(10)
        return Answer(200, b"x" * 5_000_000)


def test_a_client_that_leaves_in_the_middle_of_an_answer_leaves_no_socket_behind() -> None:
    before = threading.enumerate()
    with Wordy() as wordy, socket.create_connection(("127.0.0.1", urlsplit(wordy.url).port or 0)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wordy.was_asked.wait(10)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        wordy.may_answer.set()
    for thread in {*threading.enumerate()} - {*before}:
        thread.join(10)
    assert (
        wordy.handler
    )  # held, as by the traceback of what went wrong, which the garbage collector ends some time
    assert wordy.handler.connection.fileno() == -1
