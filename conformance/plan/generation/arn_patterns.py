"""ARNs for a documented pattern: the usual partition, region and account before its own ending."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.plan.generation import strings

PARTS = 6
LITERAL = re.compile(r"[a-z0-9-]+")
WHERE = ("${region}:${account}", ":${account}", ":", "${region}:")
"""Region and account: global services state neither, or the account alone."""
OPEN, CLOSED = "([{", ")]}"


def arns_of(pattern: str, service: str) -> Iterator[str]:
    """Templates of ARNs that may match; none for a pattern that is of no ARN."""
    start = pattern.find("arn")
    parts = list(_parts(pattern[start:])) if start >= 0 else []
    if len(parts) < PARTS:
        return
    ending = ":".join(parts[PARTS - 1 :])
    if strings.pattern_error(ending) is not None:
        return
    text = strings.of_length(ending, strings.shortest(ending, 1))
    stated = parts[2] if LITERAL.fullmatch(parts[2]) else service
    if text:
        yield from (f"arn:aws:{stated}:{where}:{text}" for where in WHERE)


def _parts(text: str) -> Iterator[str]:
    """What stands between the colons that are outside of every bracket, up to where it ends."""
    depth, part, escaped = 0, "", False
    for char in text:
        if escaped or char == "\\":
            escaped = not escaped
        elif char in OPEN:
            depth += 1
        elif char in CLOSED:
            depth -= 1
        if depth < 0 or (depth == 0 and not escaped and char in "|$"):
            break
        if char == ":" and depth == 0:
            yield part
            part = ""
        else:
            part += char
    yield part
