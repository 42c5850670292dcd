"""How wrong servers read the JSON of a body."""

import json
import re

LONG = 1_000
"""More than this is too deep or too long for a server that crashes."""


def parsed(body: bytes) -> object:
    """The value of a body, None where it is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def is_json(body: bytes) -> bool:
    """Whether a body is JSON, however deep."""
    try:
        json.loads(body)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def is_utf8(body: bytes) -> bool:
    """Whether a body is text."""
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
    try:
        _, end = json.JSONDecoder().raw_decode(text, max(text.find("{"), 0))
    except (ValueError, RecursionError):
        return body
    return text[max(text.find("{"), 0) : end].encode()


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
    """An empty object for any other JSON."""
    value = parsed(body)
    return body if value is None or isinstance(value, dict) else b"{}"


def is_deep(body: bytes) -> bool:
    """Whether the nesting is deeper than a parser may follow."""
    return max(body.count(b"["), body.count(b"{")) > LONG


def text_of(body: bytes) -> str:
    """The JSON of a body with its characters written out."""
    return json.dumps(parsed(body), ensure_ascii=False)


def has_odd_text(body: bytes) -> bool:
    """Whether there is a U+0000 or half a surrogate pair in it."""
    return (
        "\\u0000" in json.dumps(parsed(body))
        or re.search(r"[\ud800-\udfff]", text_of(body)) is not None
    )


def has_null_item(body: bytes) -> bool:
    """Whether a list in it begins with a null."""
    return re.search(rb"\[\s*null", body) is not None


def has_doubled_member(body: bytes) -> bool:
    """Whether an object in it has a member twice."""

    def twice(pairs: list[tuple[str, object]]) -> object:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise KeyError("twice")
        return dict(pairs)

    try:
        json.loads(body, object_pairs_hook=twice)
    except KeyError:
        return True
    except (ValueError, RecursionError):
        return False
    return False
