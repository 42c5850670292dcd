"""How to tell emulators apart: a page that each has, and what stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


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
    """The pages to ask for, in order."""
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
