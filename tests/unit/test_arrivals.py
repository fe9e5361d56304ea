"""A request is whole with its last byte, and not before."""

from __future__ import annotations

from contextlib import suppress

import gunicorn.config
import pytest
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser
from hypothesis import example, given
from hypothesis import strategies as st

from fulfillment.arrivals import MOST_BODY, MOST_HEAD, Arrival

WHOLE = {
    "no body": b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
    "a length": b"POST /orders HTTP/1.1\r\nContent-Length: 5\r\n\r\nab\r\nc",
    "a length in small letters": b"POST /orders HTTP/1.1\r\nHost: x\r\ncontent-length:  3 \r\n\r\n\r\n\r",
    "chunks": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\nA;x=y\r\n0\r\n\r\n67890\r\n0\r\n\r\n",
    "no chunk": b"POST /orders HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
    "trailers": b"POST /orders HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n",
}


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE)
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_: bytes) -> None:
    arrival = Arrival(b"", since=0)
    for position in range(len(request_)):
        assert not arrival.is_whole(), request_[:position]
        arrival.add(request_[position : position + 1])
    assert arrival.is_whole()
    assert arrival.excess() is None


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE)
def test_it_may_come_at_once_and_with_the_next_one(request_: bytes) -> None:
    assert Arrival(request_ + b"GET /health HT", since=0).is_whole()


@pytest.mark.parametrize("size", [b"-5", b"0x1", b"1_0", b"", b"xyz"])
def test_what_is_no_chunk_is_left_to_gunicorn_to_refuse(size: bytes) -> None:
    head = b"POST /orders HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert Arrival(head + size + b"\r\n", since=0).is_whole()


class Waits(Exception):
    """Somebody reads on where nothing is."""


class Gone:
    """A connection of which everything was read."""

    def recv(self, size: int) -> bytes:
        raise Waits


def read_by_gunicorn(data: bytes) -> None:
    """As a thread reads the request, body included; whatever it refuses, it has not waited."""
    settings = gunicorn.config.Config()
    settings.set("limit_request_line", 0)
    parser = RequestParser(settings, Gone(), ("127.0.0.1", 1))
    parser.unreader.unread(data)
    with suppress(ParseException, StopIteration):
        next(parser).body.read()


PIECES = (
    *(b"POST / HTTP/1.1", b"\r\n", b"\r\n\r\n", b"\n", b"\r", b" ", b"Content-Length: ", b"content-length:"),
    *(
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, Chunked",
        b"Host: x",
        b"Expect: 100-continue",
    ),
    *(b"0", b"3", b"a", b"abc", b";x", b"1" * 19, b"f" * 17, b"9" * 4301, b"-", b"\t", b"HTTP/1.0"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.booleans())
@example([b"\r\n\r\n"], False)
@example([b"Content-Length: ", b"1" * 19, b"\r\n\r\n"], True)
@example([b"Content-Length: ", b"9" * 4301, b"\r\n\r\n"], True)
@example([b"Transfer-Encoding: chunked", b"\r\n\r\n", b"f" * 17, b"\r\n"], True)
def test_gunicorn_never_waits_for_more_of_what_is_whole(pieces: list[bytes], begins_well: bool) -> None:
    arrival = Arrival((b"POST / HTTP/1.1\r\n" if begins_well else b"") + b"".join(pieces), since=0)
    if arrival.is_whole() and not arrival.excess():
        read_by_gunicorn(bytes(arrival.data))


def test_too_large_is_known_from_the_length_alone_or_from_what_came() -> None:
    told = Arrival(b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", since=0)
    came = Arrival(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"x" * (MOST_BODY + 1), since=0)
    head = Arrival(b"GET /" + b"x" * MOST_HEAD, since=0)
    assert [arrival.excess() for arrival in (told, came, head)] == [413, 413, 431]


def test_who_waits_for_a_word_before_the_body_is_told_to_go_on_once() -> None:
    arrival = Arrival(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n", since=0)
    assert not arrival.is_whole()
    assert arrival.is_asking_to_go_on()
    arrival.add(b"{")
    assert not arrival.is_whole()
    assert not arrival.is_asking_to_go_on()
