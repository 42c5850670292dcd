"""Signature Version 4 from the raw bytes of a request, as AWS describes it; no client's code.

``problem`` gives the first thing that is wrong with a request, or None.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


@dataclass(frozen=True)
class Raw:
    """A request as it arrived: request line and header lines without their line ends."""

    line: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def method(self) -> str:
        return self.line.split(b" ")[0].decode("ascii")

    @property
    def target(self) -> bytes:
        """The path and query, of an absolute target, too."""
        target = self.line.split(b" ")[1]
        return b"/" + target.split(b"/", 3)[3] if target.startswith(b"http") else target

    def values(self, name: str) -> list[str]:
        wanted = name.encode()
        return [value.decode("latin-1") for key, value in self.headers if key.lower() == wanted]


def encoded(data: bytes) -> str:
    return "".join(chr(byte) if byte in PLAIN else f"%{byte:02X}" for byte in data)


def canonical_path(path: bytes) -> str:
    """Normalised, then each segment encoded on top of what is on the wire."""
    kept: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            kept = kept[:-1]
        elif segment not in (b"", b"."):
            kept.append(segment)
    tail = "/" if kept and path.endswith(b"/") else ""
    return "/" + "/".join(map(encoded, kept)) + tail


def canonical_query(query: bytes) -> str:
    pairs = []
    for pair in query.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            pairs.append((encoded(unquote_to_bytes(name)), encoded(unquote_to_bytes(value))))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def problem(raw: Raw, secret: str, scope: tuple[str, str], token: str | None = None) -> str | None:
    """What is wrong with the signature for (region, service); None where it is right."""
    given = raw.values("authorization")
    if len(given) != 1 or not given[0].startswith("AWS4-HMAC-SHA256 "):
        return f"authorization: {given}"
    if not all(f"{name}=" in given[0] for name in ("Credential", "SignedHeaders", "Signature")):
        return f"authorization: {given}"
    parts = dict(part.strip().split("=", 1) for part in given[0].split(" ", 1)[1].split(","))
    names = parts["SignedHeaders"].split(";")
    stamps = raw.values("x-amz-date")
    present = {key.decode().lower() for key, _ in raw.headers}
    must = {"host"} | {n for n in present if n.startswith("x-amz-") or n == "content-type"}
    _, day, region, service, end = parts["Credential"].split("/")
    complaints = {
        "names are not sorted": names != sorted(names),
        f"not signed: {sorted(must - set(names))}": not must <= set(names),
        f"signed, not sent: {sorted(set(names) - present)}": not set(names) <= present,
        f"dates: {stamps}": len(stamps) != 1 or not stamps[0].startswith(day),
        f"scope: {region}/{service}/{end}": (region, service, end) != (*scope, "aws4_request"),
        "the session token is another one": raw.values("x-amz-security-token")
        != ([] if token is None else [token]),
    }
    wrong = next((text for text, is_so in complaints.items() if is_so), None)
    if wrong:
        return wrong
    when = datetime.strptime(stamps[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs((datetime.now(UTC) - when).total_seconds()) > 300:
        return f"dated {when}"
    made = signature(raw, names, stamps[0], day, scope, secret)
    return None if made == parts["Signature"] else f"signature of {raw.line!r}"


def signature(raw: Raw, names: list[str], stamp: str, day: str, scope: tuple[str, str],
              secret: str) -> str:  # fmt: skip
    path, _, query = raw.target.partition(b"?")
    headers = "".join(
        f"{name}:{','.join(' '.join(value.split()) for value in raw.values(name))}\n"
        for name in names
    )
    canonical = "\n".join(
        (
            raw.method,
            canonical_path(path),
            canonical_query(query),
            headers,
            ";".join(names),
            hashlib.sha256(raw.body).hexdigest(),
        )
    )
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    where = "/".join((day, *scope, "aws4_request"))
    key = f"AWS4{secret}".encode()
    for part in where.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{where}\n{digest}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
