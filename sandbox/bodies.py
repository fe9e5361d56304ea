"""Bodies of requests as they come over the wire: of a length that is named, or in chunks."""

from __future__ import annotations

from collections.abc import Mapping
from io import BufferedIOBase

from sandbox.errors import Refusal, bad_request

# Larger than any request that makes sense here; Google has no such limit but advises 2 MB.
MAX_BODY = 64 * 1024 * 1024

# A line that names the length of a chunk, or a trailer after the last.
MAX_LINE = 4096


class Broken(Exception):
    """The client left in the middle of its request."""


def read_body(headers: Mapping[str, str], stream: BufferedIOBase) -> bytes:
    """The whole body; refused when it is too large or its length makes no sense."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunked(stream)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise bad_request("Invalid Content-Length.")
    return _exactly(stream, _allowed(int(length)))


def _allowed(length: int) -> int:
    if length > MAX_BODY:
        raise Refusal(413, "Request payload size exceeds the limit.")
    return length


def _exactly(stream: BufferedIOBase, length: int) -> bytes:
    body = stream.read(length)
    if len(body) != length:
        raise Broken
    return body


def _chunked(stream: BufferedIOBase) -> bytes:
    body = b""
    while length := _chunk_length(stream.readline(MAX_LINE)):
        _allowed(len(body) + length)
        body += _exactly(stream, length)
        stream.readline(MAX_LINE)
    while stream.readline(MAX_LINE).strip():
        pass  # trailers say nothing here
    return body


def _chunk_length(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    try:
        length = int(digits, 16)
    except ValueError:
        length = -1
    if length < 0:
        raise bad_request("Invalid chunk length.")
    return length
