"""A request is whole with its last byte, and not before."""

from __future__ import annotations

import pytest

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
