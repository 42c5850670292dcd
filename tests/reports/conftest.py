"""Fakes and a server that remembers what it was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.serving import Quiet, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Listener:
    url: str
    received: list[Received] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Answers every request with a new id and keeps it."""
    kept = Listener("")

    class Handler(Quiet):
        def answer(self) -> None:
            body = self.body()
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.received.append(Received(self.command, self.path, headers, body))
            text = json.dumps({"id": "new/ id", "items": [{"a!b'": 'q"1'}]}).encode()
            self.reply(200, {}, text)

        do_HEAD = answer

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as kept.url:
        yield kept
