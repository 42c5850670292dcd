"""An incremental HTTP/1.1 request parser that refuses what it does not fully understand.

Being strict is the point: a request whose length is ambiguous (two lengths, a length and a
transfer coding, folded or malformed headers, a bare line feed) must never be answered as if it
were something else. RFC 9112 is the measure.
"""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from conformance.reference.http.message import HttpRequest

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST_LINE = re.compile(rf"({_NAME}) ([\x21-\x7e]+) HTTP/(1\.[01])")
_HEADER_LINES = re.compile(rf"(?:{_NAME}:[^\x00-\x08\x0a-\x1f\x7f]*(?:\r\n|\Z))*+")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?")
_LENGTH = re.compile(r"[0-9]{1,15}")
_SINGLE = frozenset({"host", "content-length", "content-type", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Sizes in bytes beyond which a request is refused."""

    head: int = 65_536
    headers: int = 100
    target: int = 16_384
    body: int = 16 * 1024 * 1024
    chunk_line: int = 1_024


class MalformedMessage(Exception):
    """A request that cannot be answered with anything but this status; the connection ends."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class _Head(NamedTuple):
    """A request whose body is still to come, and how that is framed."""

    request: HttpRequest
    length: int
    chunked: bool
    wants_continue: bool


class RequestParser:
    """Bytes in by ``feed``, complete requests out by ``next_request``."""

    def __init__(self, limits: HttpLimits | None = None) -> None:
        self._limits = limits or HttpLimits()
        self._buffer = bytearray()
        self._head: _Head | None = None
        self._scanned = 0
        self._body = bytearray()
        self._continue = False
        self._trailers = False
        self._trailer_bytes = 0

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def wants_continue(self) -> bool:
        """Whether to send ``100 Continue`` now; true at most once a request."""
        wanted, self._continue = self._continue, False
        return wanted

    def next_request(self) -> HttpRequest | None:
        """The next complete request, or None until more bytes come. Raises MalformedMessage."""
        head = self._head or self._read_head()
        if head is None:
            return None
        body = self._read_chunks() if head.chunked else self._read_length(head.length)
        if body is None:
            return None
        self._head, self._continue = None, False
        return replace(head.request, body=body)

    def _read_head(self) -> _Head | None:
        buffer = self._buffer
        while self._scanned == 0 and buffer[:2] == b"\r\n":
            del buffer[:2]  # RFC 9112 2.2: an empty line before a request is ignored
        end = buffer.find(b"\r\n\r\n", self._scanned)
        if end < 0 and b"\n" in buffer and b"\r\n" not in buffer:
            raise MalformedMessage(400, "Lines must end with CR LF.")
        if (end if end >= 0 else len(buffer)) > self._limits.head:
            raise MalformedMessage(431, "Request header fields too large.")
        if end < 0:
            self._scanned = max(0, len(buffer) - 3)
            return None
        text = bytes(buffer[:end]).decode("latin-1")
        del buffer[: end + 4]
        self._scanned = 0
        head = _parse_head(text, self._limits)
        self._head = head
        pending = head.chunked or len(buffer) < head.length
        self._continue = head.wants_continue and pending
        return head

    def _read_length(self, length: int) -> bytes | None:
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _read_chunks(self) -> bytes | None:
        while not self._trailers:
            size = self._chunk_size()
            if size is None:
                return None
            if not size:
                self._trailers = True
        if not self._skip_trailers():
            return None
        body = bytes(self._body)
        self._body.clear()
        self._trailers, self._trailer_bytes = False, 0
        return body

    def _chunk_size(self) -> int | None:
        """Take one whole chunk into the body: its size, or None until it is complete."""
        buffer = self._buffer
        end = buffer.find(b"\r\n", 0, self._limits.chunk_line)
        if end < 0 and len(buffer) < self._limits.chunk_line and b"\n" not in buffer:
            return None
        match = _CHUNK_LINE.fullmatch(buffer, 0, end) if end >= 0 else None
        if match is None:
            raise MalformedMessage(400, "Malformed chunk size.")
        start, size = end + 2, int(match[1], 16)
        if len(self._body) + size > self._limits.body:
            raise MalformedMessage(413, "The request entity is too large.")
        if size == 0:
            del buffer[:start]
            return 0
        if len(buffer) < start + size + 2:
            return None
        if buffer[start + size : start + size + 2] != b"\r\n":
            raise MalformedMessage(400, "A chunk must end with CR LF.")
        self._body += buffer[start : start + size]
        del buffer[: start + size + 2]
        return size

    def _skip_trailers(self) -> bool:
        buffer = self._buffer
        while (end := buffer.find(b"\r\n")) >= 0:
            line = bytes(buffer[:end]).decode("latin-1")
            del buffer[: end + 2]
            if not line:
                return True
            self._trailer_bytes += end
            if _HEADER_LINES.fullmatch(line) is None or self._trailer_bytes > self._limits.head:
                raise MalformedMessage(400, "Malformed trailer.")
        if len(buffer) > self._limits.head:
            raise MalformedMessage(431, "Request header fields too large.")
        return False


def _parse_head(text: str, limits: HttpLimits) -> _Head:
    line, _, rest = text.partition("\r\n")
    match = _REQUEST_LINE.fullmatch(line)
    if match is None and re.fullmatch(r"HTTP/[02-9]\.?[0-9]?", line.rpartition(" ")[2]):
        raise MalformedMessage(505, "HTTP version not supported.")
    if match is None:
        raise MalformedMessage(400, "Malformed request line.")
    method, target, version = match.groups()
    if len(target) > limits.target:
        raise MalformedMessage(414, "The request target is too long.")
    headers = _parse_headers(rest, limits)
    if version == "1.1" and not headers.get("host"):
        raise MalformedMessage(400, "A Host header is required.")
    chunked, length = _framing(headers, limits)
    keep_alive = _keeps_alive(version, headers.get("connection", ""))
    request = HttpRequest(method, *_split_target(target), headers, b"", keep_alive)
    return _Head(request, length, chunked, _expectation(headers.get("expect", ""), version))


def _parse_headers(text: str, limits: HttpLimits) -> dict[str, str]:
    if _HEADER_LINES.fullmatch(text) is None:
        raise MalformedMessage(400, "Malformed header field.")
    lines = text.split("\r\n") if text else []
    if len(lines) > limits.headers:
        raise MalformedMessage(431, "Too many request header fields.")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        if name not in headers:
            headers[name] = value
        elif name in _SINGLE:
            raise MalformedMessage(400, f"Repeated {name} header field.")
        else:
            headers[name] += ", " + value
    return headers


def _split_target(target: str) -> tuple[str, str]:
    """Path and query of origin-form, absolute-form or ``*``; a fragment is malformed."""
    if "#" in target:
        raise MalformedMessage(400, "Malformed request target.")
    if target.startswith(("http://", "https://")):
        _, _, rest = target.partition("://")[2].partition("/")
        target = "/" + rest
    elif target != "*" and not target.startswith("/"):
        raise MalformedMessage(400, "Malformed request target.")
    path, _, query = target.partition("?")
    return path, query


def _framing(headers: dict[str, str], limits: HttpLimits) -> tuple[bool, int]:
    """Whether the body is chunked, and its length otherwise."""
    coding = headers.get("transfer-encoding")
    length = headers.get("content-length")
    if coding is not None:
        if length is not None:
            raise MalformedMessage(400, "Content-Length together with Transfer-Encoding.")
        if coding.lower() != "chunked":
            raise MalformedMessage(501, "Transfer coding not implemented.")
        return True, 0
    if length is None:
        return False, 0
    if _LENGTH.fullmatch(length) is None:
        raise MalformedMessage(400, "Malformed Content-Length.")
    if int(length) > limits.body:
        raise MalformedMessage(413, "The request entity is too large.")
    return False, int(length)


def _keeps_alive(version: str, connection: str) -> bool:
    options = {part.strip() for part in connection.lower().split(",")}
    if version == "1.0":
        return "keep-alive" in options
    return "close" not in options


def _expectation(expect: str, version: str) -> bool:
    if not expect or version == "1.0":
        return False
    if expect.lower() != "100-continue":
        raise MalformedMessage(417, "Expectation not supported.")
    return True
