"""Emulators that the tool starts by name, as data, and how to tell those apart that run already."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class KnownTarget:
    """A server of a Python package.

    It is run as ``python -m MODULE`` of our own environment where ``package`` is installed there,
    else of the environment that the program ``script`` on the PATH belongs to. ``{port}`` and
    ``{folder}`` in ``env`` are a free port and an empty folder. It is there as soon as a GET of
    ``ready`` gets any answer. ``wait`` are the seconds that this may take.
    """

    name: str
    module: str
    script: str
    distributions: tuple[str, ...]
    """Where its version is looked up; the first that is installed counts."""
    install: str
    ready: str
    env: dict[str, str] = field(default_factory=dict)
    wait: float = 60.0


_MINISTACK = KnownTarget(
    "ministack",
    module="ministack",
    script="ministack",
    distributions=("ministack",),
    install="pip install ministack",
    ready="/_ministack/health",
    env={"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "{port}"},
)
_LOCALSTACK = KnownTarget(
    "localstack",
    module="localstack.runtime.main",
    script="localstack",
    distributions=("localstack-core", "localstack"),
    install="pip install 'localstack-core[runtime]'",
    ready="/_localstack/health",
    env={
        "GATEWAY_LISTEN": "127.0.0.1:{port}",
        "FILESYSTEM_ROOT": "{folder}",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DNS_ADDRESS": "0",
    },
    wait=180.0,
)
STARTED = {one.name: one for one in (_MINISTACK, _LOCALSTACK)}

KNOWN = ("reference", "moto", *STARTED)
"""Every name that `conformance run` starts something for."""


@dataclass(frozen=True, slots=True)
class Product:
    """``path`` is answered with 200 and a body in which ``holds`` is found.

    ``version`` names the member of a JSON body that tells it.
    """

    name: str
    path: str
    holds: str
    version: str | None = None


PRODUCTS = (
    Product("ministack", "/_ministack/health", r'"services"', "version"),
    Product("LocalStack", "/_localstack/health", r'"services"', "version"),
    Product("moto", "/moto-api/", r"(?i)<title>\s*moto\b"),
)
"""In this order: some answer on the page of another, too, for its users' sake."""


def paths() -> tuple[str, ...]:
    return tuple(one.path for one in PRODUCTS)


def guessed(answers: Iterable[tuple[str, int, bytes]]) -> str:
    """The product, with its version, by the path, status and body of each page; "" for none."""
    by_path = {path: (status, body) for path, status, body in answers}
    for product in PRODUCTS:
        status, body = by_path.get(product.path, (0, b""))
        text = body.decode("utf-8", "replace")
        if status == 200 and re.search(product.holds, text):
            return " ".join(part for part in (product.name, _version(product, text)) if part)
    return ""


def _version(product: Product, text: str) -> str:
    if product.version is None:
        return ""
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    found = body.get(product.version) if isinstance(body, dict) else None
    return found if isinstance(found, str) and len(found) < 40 else ""
