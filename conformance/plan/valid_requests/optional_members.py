"""Requests with more in them than what is required: all at the top, then all that these hold."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from conformance.contract.inference.naming import plain
from conformance.contract.inference.protection import PROTECTS
from conformance.contract.member_roles import LIMITS, TOKENS
from conformance.contract.model import Kind, Operation, Shape
from conformance.plan.generation import values

Request = dict[str, Any]
Refer = Callable[[Shape], Any]
"""What a member of a shape has that names something of the run; None where it names nothing."""

DEEPEST = 4
NEW = re.compile(r"\$\{name\}")
UNLESS = re.compile(
    r"\b(?:unless|or)\b[^.]{0,40}?[\"'` ](?P<flag>[A-Za-z]\w+)[\"'`]?"
    r" (?:is |was |be |to )?(?:specified|provided|given|set|true)\b",
    re.IGNORECASE,
)
"""What spares a request a member: a switch that says so."""
NOT_ADDED = frozenset({*LIMITS, *TOKENS, "dryrun"})
"""Members that change what a request asks for, by name without separators."""


def to_nothing(_: Shape) -> Any:
    """Of a member that names nothing of the run."""
    return None


def with_optional_members(
    operation: Operation, request: Request, refer: Refer = to_nothing
) -> Iterator[Request]:
    """The request with every member at its top, then with all that these may hold.

    ``refer`` gives what a member has that names something of the run.
    """
    own = {name: found for name, one in operation.input.items()
           if name not in request and (found := refer(one.shape)) is not None}  # fmt: skip
    missing = [name for name in operation.input if name not in request and is_free(operation, name)]
    yield joined(
        {
            **request,
            **{name: values.sample(operation.input[name].shape) for name in missing},
            **{name: own[name] for name in missing if name in own},
        }
    )
    yield joined(
        {
            name: request[name]
            if name in request and not is_structured(operation.input[name].shape)
            else own.get(name) or complete_value(operation.input[name].shape)
            for name in operation.input
            if name in request or is_free(operation, name)
        }
    )


def spared(operation: Operation, request: Request, message: str) -> Iterator[Request]:
    """The request with the switch on that makes another member needless.

    A deletion needs the name of a last copy unless that is skipped: the copy would stay behind.
    """
    for found in UNLESS.finditer(message):
        for name, member in operation.input.items():
            if plain(name) == plain(found["flag"]) and member.shape.kind is Kind.BOOLEAN:
                yield {**request, name: True}


def joined(request: Request) -> Request:
    """The request with one new name wherever members inside it are called alike.

    The attributes of a key are those that are defined, and a rule speaks of a listed origin. So it
    is with a name at the top that a structure there has, too.
    """
    named = Counter(_new_names(request))
    outside = {
        name: f"${{name.{name.replace('_', '-')}}}"
        for name, value in request.items()
        if isinstance(value, str) and NEW.fullmatch(value)
        if any(isinstance(one, dict) and one.get(name) == value for one in request.values())
    }
    often = {name for name, count in named.items() if count > 1} | outside.keys()
    return {name: _with_tags(value, often) for name, value in request.items()} | outside


def _new_names(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _new_names(item, depth)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if depth and isinstance(inner, str) and NEW.fullmatch(inner):
                yield name
            yield from _new_names(inner, depth + 1)


def _with_tags(value: Any, often: set[str]) -> Any:
    if isinstance(value, list):
        return [_with_tags(item, often) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"${{name.{name.replace('_', '-')}}}"
        if name in often and isinstance(inner, str) and NEW.fullmatch(inner)
        else _with_tags(inner, often)
        for name, inner in value.items()
    }


def complete_value(shape: Shape, depth: int = DEEPEST) -> Any:
    """A value with every member that it may hold, of a union one."""
    if shape.examples or depth == 0 or shape.union:
        return values.sample(shape)
    if shape.kind is Kind.STRUCTURE and shape.members:
        return {
            name: complete_value(one.shape, depth - 1)
            for name, one in shape.members.items()
            if one.shape.kind is not Kind.ANY and (depth > 1 or one.required)
        }
    if shape.kind is Kind.MAP and shape.key is not None and shape.element is not None:
        keys = shape.key.limit("enum") or values.entries(shape, 1)
        most = shape.limit("maxProperties") or len(keys)
        return {key: complete_value(shape.element, depth - 1) for key in list(keys)[:most]}
    if shape.kind is Kind.LIST and shape.element is not None and shape.element.members:
        count = max(1, shape.limit("minItems") or 1)
        return [complete_value(shape.element, depth - 1) for _ in range(count)]
    return values.sample(shape)


def plainer(operation: Operation, request: Request) -> Iterator[Request]:
    """The request with a structure of which nothing is required, without what is structured in it.

    What excludes what is seldom said where it breaks the target.
    """
    for name, value in request.items():
        shape = operation.input[name].shape if name in operation.input else None
        if shape is None or not isinstance(value, dict) or not shape.members:
            continue
        inner = {
            one: text
            for one, text in value.items()
            if one in shape.members and not is_structured(shape.members[one].shape)
            if PROTECTS.fullmatch(one) is None
        }
        if not any(one.required for one in shape.members.values()) and inner != value:
            yield {**request, name: inner}


def is_structured(shape: Shape) -> bool:
    """Whether values of a shape have members, or keys that are listed."""
    if shape.key is not None and shape.key.limit("enum"):
        return True
    inner = shape.element if shape.element is not None else shape
    return bool(inner.members)


def is_free(operation: Operation, name: str) -> bool:
    """Whether a member may be added without changing what the request asks for."""
    plain = name.lower().replace("-", "").replace("_", "")
    return plain not in NOT_ADDED and (operation.input[name].shape.kind is not Kind.ANY)
