"""The exchanges of a run record: requests as they were sent, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec


class Role(StrEnum):
    """What an exchange was sent for."""

    SETUP = "setup"
    PROBE = "probe"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class RecordedSigning:
    """The SigV4 scope of a signed request: service name (``geo``) and region.

    ``fault`` names the way in which it was signed wrongly on purpose; None where it was not.
    """

    service: str
    region: str
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        return {"service": self.service, "region": self.region} | known(fault=self.fault)


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it was sent; ``url`` is absolute and percent-encoded as on the wire.

    ``body`` is the text of a UTF-8 body, ``body_base64`` holds any other bytes; both are None
    where there was no body. ``signing`` is None where the request was not signed.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    body_base64: str | None = None
    signing: RecordedSigning | None = None

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        head = {"method": self.method, "url": self.url, "headers": dict(self.headers)}
        signing = {} if self.signing is None else {"signing": self.signing.as_json()}
        return head | _body(self.body, self.body_base64) | signing


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """A response as it was received; bodies as in ``RecordedRequest``."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    body_base64: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        head = {"status": self.status, "headers": dict(self.headers)}
        return head | _body(self.body, self.body_base64)


class Use(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """``value`` appears in this request and came from an earlier answer.

    ``source`` is the index of that exchange in the evidence (``from`` in the record), ``pointer``
    the JSON pointer of the value in its response body.
    """

    value: str
    source: int
    pointer: str


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """One request and its answer (None where none came), what was expected and what was seen.

    Exchanges of one ``connection`` number, 0 aside, went over one connection; with ``pipelined``
    all their requests were sent before the first answer was read.
    """

    request: RecordedRequest
    response: RecordedResponse | None
    expected: str = ""
    seen: str = ""
    role: Role = Role.PROBE
    seconds: float | None = None
    uses: tuple[Use, ...] = ()
    pause: float | None = None
    """Seconds that passed, on purpose, before it was sent."""
    connection: int = 0
    pipelined: bool = False

    def as_json(self) -> dict[str, Any]:
        """The record's form."""
        made: dict[str, Any] = {
            "role": str(self.role),
            "request": self.request.as_json(),
            "response": None if self.response is None else self.response.as_json(),
            "expected": self.expected,
            "seen": self.seen,
        }
        uses = [msgspec.to_builtins(use) for use in self.uses]
        return made | known(
            seconds=self.seconds,
            uses=uses or None,
            pause=self.pause,
            connection=self.connection or None,
            pipelined=self.pipelined or None,
        )


def _body(text: str | None, base64: str | None) -> dict[str, Any]:
    return {"body": text} if base64 is None else {"body_base64": base64}


def known(**fields: Any) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}
