"""How wrong servers read the JSON of a body."""

import json
import re
from contextlib import suppress

LONG = 1_000
"""More than this is too deep or too long for a server that crashes."""


def parsed(body: bytes) -> object:
    """The value of a body, None where it is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def lenient(body: bytes) -> bytes:
    """What a relaxed parser takes for JSON, as JSON."""
    text = body.decode("utf-8", "replace").replace("\f", " ").replace("NaN", '"NaN"')
    text = re.sub(r"//[^\n]*\n|/\*.*?\*/", "", text) if "comment" in text else text
    text = re.sub(r",\s*([\]}])", r"\1", text.replace("'", '"'))
    return text.encode() if parsed(text.encode()) is not None else body


def first_value(body: bytes) -> bytes:
    """The first JSON object, whatever stands around it."""
    text = body.decode("utf-8", "replace")
    start = max(text.find("{"), 0)
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return body
    return text[start:end].encode()


def completed(body: bytes) -> bytes:
    """A body that ends too early is ended."""
    for end in (b"}", b"]}", b"}]}", b'"}'):
        if not is_json(body) and parsed(body + end) is not None:
            return body + end
    return b"{}" if body in {b"{", b"[1,"} else body


def unescaped(body: bytes) -> bytes:
    r"""``\u`` in member names is not understood."""
    return re.sub(rb'\\u00([0-9a-f]{2})(?=[^"]*"\s*:)', rb"u00\1", body)


def as_object(body: bytes) -> bytes:
    value = parsed(body)
    return body if value is None or isinstance(value, dict) else b"{}"


def is_deep(body: bytes) -> bool:
    return max(body.count(b"["), body.count(b"{")) > LONG


def has_odd_text(body: bytes) -> bool:
    """Whether there is a U+0000 or half a surrogate pair in it."""
    text = json.dumps(parsed(body), ensure_ascii=False)
    return re.search(r"\\u0000|[\ud800-\udfff]", text) is not None


def has_null_item(body: bytes) -> bool:
    return re.search(rb"\[\s*null", body) is not None


def has_doubled_member(body: bytes) -> bool:
    doubled: list[bool] = []

    def note(pairs: list[tuple[str, object]]) -> object:
        doubled.append(len(dict(pairs)) < len(pairs))
        return dict(pairs)

    with suppress(ValueError, RecursionError):
        json.loads(body, object_pairs_hook=note)
    return any(doubled)
