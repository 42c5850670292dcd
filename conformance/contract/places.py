"""Addresses inside a request or response: ``Restrictions.AllowActions[]``, ``Tags.{key}``.

A place is a tuple of segments: member names, ``[]`` for any item of a list, ``{key}`` and
``{value}`` for the keys and values of a map. Values are plain JSON values (dict, list, ...).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Place = tuple[str, ...]

ITEM = "[]"
KEY = "{key}"
VALUE = "{value}"
OTHERS = re.compile(r"\$\{(?:id|ID|taken)\.([\w-]+)\}|\$\{made\.([\w-]+)\.[\w-]+\}")
"""A placeholder of another kind's."""


class Absent:
    """The value of a member that is not there."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


def show(place: Place) -> str:
    """The place as it stands in requirement ids."""
    text = ""
    for segment in place:
        text += segment if segment == ITEM or not text else f".{segment}"
    return text


def parse(text: str) -> Place:
    return tuple(part for piece in text.split(".") for part in _split_items(piece))


def _split_items(piece: str) -> Iterator[str]:
    depth = (len(piece) - len(piece.rstrip(ITEM))) // len(ITEM)
    name = piece[: len(piece) - depth * len(ITEM)]
    if name:
        yield name
    yield from [ITEM] * depth


def find(value: Any, place: Place) -> Iterator[Any]:
    """Every value at a place; a missing or null member on the way gives nothing."""
    if not place:
        yield value
        return
    for inner in _inside(value, place[0]):
        yield from find(inner, place[1:])


def _inside(value: Any, segment: str) -> list[Any]:
    if segment == ITEM:
        return value if isinstance(value, list) else []
    if not isinstance(value, dict):
        return []
    if segment == KEY:
        return list(value)
    if segment == VALUE:
        return list(value.values())
    return [value[segment]] if segment in value else []


def texts(value: Any) -> Iterator[str]:
    """Every text of a value, the names of its members too, in order."""
    found: list[str] = []
    _gather(value, found)
    return iter(found)


def _gather(value: Any, found: list[str]) -> None:
    # Into one list, and with dict before Mapping: it is done several times for every request.
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, list | tuple):
        for item in value:
            _gather(item, found)
    elif isinstance(value, dict | Mapping):
        for name, item in value.items():
            _gather(name, found)
            _gather(item, found)


def canonical(value: Any) -> str:
    """A text that is the same for equal values, in whatever order their members are."""
    return json.dumps(value, sort_keys=True, default=str)


def with_texts(value: Any, change: Callable[[str], Any]) -> Any:
    """The value with each text in it changed, except the names in its maps."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [with_texts(item, change) for item in value]
    if isinstance(value, Mapping):
        return {name: with_texts(item, change) for name, item in value.items()}
    return value


def named_kinds(value: Any) -> Iterator[str]:
    """The other kinds that a template speaks of, in order."""
    for text in texts(value):
        yield from (one or other for one, other in OTHERS.findall(text))


def put(value: Any, place: Place, new: Any) -> Any:
    """A copy of ``value`` with ``new`` at the place; ABSENT removes the member.

    An ``[]`` segment addresses the first item (made if the list is empty or missing); ``{key}``
    and ``{value}`` replace the map by one entry.
    """
    if not place:
        return new
    head, rest = place[0], place[1:]
    if head == ITEM:
        items = list(value) if isinstance(value, list) and value else [None]
        return [put(items[0], rest, new), *items[1:]]
    if head == KEY:
        entries = value if isinstance(value, dict) and value else {"": "v"}
        return {new: next(iter(entries.values()))}
    if head == VALUE:
        entries = value if isinstance(value, dict) and value else {"k": None}
        name = next(iter(entries))
        return {name: put(entries[name], rest, new)}
    return _put_member(value if isinstance(value, dict) else {}, head, rest, new)


def _put_member(value: dict[str, Any], head: str, rest: Place, new: Any) -> dict[str, Any]:
    copy = dict(value)
    inner = put(copy.get(head), rest, new)
    if inner is ABSENT:
        copy.pop(head, None)
    else:
        copy[head] = inner
    return copy
