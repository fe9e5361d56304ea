"""An order goes through while others keep connections open, send or read slowly, or do not leave."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
import requests

from fulfillment.refusals import MAX_BODY
from tests.local import TOKENS, Function, Workbook, codes, posted

IMPATIENT = Path(__file__).with_name("impatient.py")

AT_ONCE_S = 15
"""An order alone takes some hundredths; held up by what stands here, half a minute or for ever."""


@pytest.fixture(scope="module")
def shop(google: str) -> Workbook:
    shop = Workbook(google)
    shop.stock("NASM CPT combined EX-1 2000")
    shop.sell(CPT="NASM-CPT-FULL")
    return shop


def request_of(body: bytes, *headers: str, path: str = "/orders") -> bytes:
    """A post as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {TOKENS['zap']}"]
    lines += ["Content-Type: application/json", *(headers or (f"Content-Length: {len(body)}",)), "", ""]
    return "\r\n".join(lines).encode() + body


def order_request(order_id: str) -> bytes:
    return request_of(json.dumps(posted(order_id)).encode())


@contextmanager
def crowd(function: Function, *begun: bytes) -> Iterator[list[socket.socket]]:
    """Connections that have sent so much of a request each."""
    with ExitStack() as stack:
        connections = []
        for text in begun:
            address = ("127.0.0.1", function.port)
            connections.append(stack.enter_context(socket.create_connection(address, timeout=60)))
            connections[-1].sendall(text)
        yield connections


def is_waiting(connection: socket.socket) -> bool:
    """Is it open, with no answer yet?"""
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b"?"  # neither an end nor an answer is the question
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(60)


def answer_on(connection: socket.socket) -> tuple[int, Any]:
    response = HTTPResponse(connection)
    response.begin()
    return response.status, json.loads(response.read())


def order_at_once(function: Function, order_id: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {TOKENS['zap']}"}
    url = f"{function.url}/orders"
    answer = requests.post(url, json=posted(order_id), headers=headers, timeout=AT_ONCE_S)
    print(f"{order_id}: {answer.elapsed.total_seconds():.2f} s")
    said: dict[str, Any] = answer.json()
    return said


def test_an_order_goes_through_while_five_hundred_connections_say_nothing(function: Function) -> None:
    with crowd(function, *[b""] * 500) as idle:
        assert order_at_once(function, "idle")["status"] == "fulfilled"
        assert all(is_waiting(connection) for connection in idle)


@pytest.mark.parametrize("where", ["headers", "bodies"])
def test_an_order_goes_through_while_senders_trickle_and_theirs_do_afterwards(
    function: Function, where: str
) -> None:
    texts = [order_request(f"{where}-{n}") for n in range(140)]
    cuts = [
        text.index(b"\r\n\r\n") + (-n % 40 if where == "headers" else 4 + n % 40)
        for n, text in enumerate(texts)
    ]
    with crowd(function, *(text[:cut] for text, cut in zip(texts, cuts, strict=True))) as slow:
        assert order_at_once(function, f"{where}-now")["status"] == "fulfilled"
        assert all(is_waiting(connection) for connection in slow)
        for connection, text, cut in zip(slow, texts, cuts, strict=True):
            connection.sendall(text[cut:])
        answers = [answer_on(connection) for connection in slow]
    assert {status for status, _ in answers} == {200}
    assert [said["order_id"] for _, said in answers] == [f"{where}-{n}" for n in range(140)]


@pytest.mark.parametrize(
    "asked", [b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"?\r\n\r\n"]
)
def test_who_does_not_leave_after_the_answer_holds_up_nobody(function: Function, asked: bytes) -> None:
    with crowd(function, *[asked] * 40) as lingering:
        assert order_at_once(function, f"lingering-{len(asked)}")["status"] == "fulfilled"
        assert all(b"HTTP/1.1" in connection.recv(4096) for connection in lingering)


def test_what_never_arrives_whole_is_refused_with_a_sentence(shop: Workbook) -> None:
    begun = order_request("late")[:-1]
    with Function(shop, IMPATIENT, WITHIN_S="0.3", FILES="1024") as function:
        with crowd(function, begun, b"") as (late, silent):
            status, said = answer_on(late)
            assert silent.recv(1) == b""
        assert order_at_once(function, "in time")["status"] == "fulfilled"
    assert (status, said["reason"], said["keys"]) == (408, "late", [])
    assert "send it again" in said["message"]


def test_who_does_not_read_the_answers_holds_up_nobody(shop: Workbook) -> None:
    asked = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 150  # 12 MB, more than a connection takes
    with (
        Function(shop, IMPATIENT, WITHIN_S="60", FILES="1024", THREADS="2") as function,
        crowd(function, asked, asked),
    ):
        for _ in range(150):
            assert requests.get(f"{function.url}/health", timeout=AT_ONCE_S).status_code == 200
        assert order_at_once(function, "while nobody reads")["status"] == "fulfilled"


def test_a_function_that_is_told_to_stop_waits_for_no_slow_sender(shop: Workbook) -> None:
    with (
        Function(shop, IMPATIENT, WITHIN_S="600", FILES="1024") as function,
        crowd(function, order_request("begun")[:-1], b"") as (late, silent),
    ):
        assert order_at_once(function, "before it stops")["status"] == "fulfilled"
        function.process.terminate()
        assert answer_on(late)[0] == 408
        assert silent.recv(1) == b""
        assert function.process.wait(timeout=AT_ONCE_S) == 0


def test_the_longest_on_its_way_gives_way_where_no_other_could_come_in(shop: Workbook) -> None:
    with (
        Function(shop, IMPATIENT, WITHIN_S="60", FILES="220") as function,
        crowd(function, *[b""] * 300) as idle,
    ):
        assert order_at_once(function, "through the crowd")["status"] == "fulfilled"
        assert idle[0].recv(1) == b""
        assert all(is_waiting(connection) for connection in idle[-100:])
        function.kill()
        assert b"Too many open files" not in function.printed()


@pytest.mark.parametrize("size", [200, 4_096, 65_536, 65_537, 1_000_000, MAX_BODY, MAX_BODY + 1])
@pytest.mark.parametrize("way", ["whole", "chunks"])
def test_a_body_of_every_size_up_to_the_limit_is_read(function: Function, size: int, way: str) -> None:
    body = b'{"order_id": "an order without lines", "note": "' + b"x" * (size - 50) + b'"}'
    pieces = (body[n : n + 50_000] for n in range(0, size, 50_000))
    headers = {"Authorization": f"Bearer {TOKENS['zap']}", "Content-Type": "application/json"}
    data = body if way == "whole" else pieces
    answer = requests.post(f"{function.url}/orders", data=data, headers=headers, timeout=60)
    assert len(body) == size
    assert (answer.status_code, answer.json()["reason"]) == (
        (413, "too_large") if size > MAX_BODY else (422, "invalid_fields")
    )


def test_two_orders_sent_in_one_go_get_an_answer_each(function: Function) -> None:
    with crowd(function, order_request("first") + order_request("second")) as (connection,):
        answers = [answer_on(connection) for _ in range(2)]
    assert [said["order_id"] for _, said in answers] == ["first", "second"]
    assert [len(codes(said["keys"])) for _, said in answers] == [1, 1]


def test_who_asks_before_it_sends_the_body_is_told_to_go_on(function: Function) -> None:
    body = json.dumps(posted("asking")).encode()
    head = request_of(b"", f"Content-Length: {len(body)}", "Expect: 100-continue")
    with crowd(function, head) as (connection,):
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        status, said = answer_on(connection)
    assert (status, said["status"]) == (200, "fulfilled")
