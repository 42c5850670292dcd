"""Reads the ``x-conformance`` of a merged spec into an Overlay, and says what is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from enum import EnumType
from typing import Any, get_args

import msgspec
from msgspec import Struct

from conformance.contract.overlays.overlay_faults import OverlayFault, Way, suggestion
from conformance.contract.protocols import stated_rule
from conformance.contract.vocabulary import overlay_model as words
from conformance.contract.vocabulary.overlay_rules import AnyRule

ROOT = "x-conformance"
OFF = "off"
"""In a rule that changes one of the protocol's: it does not hold here, for this reason."""
# Mappings whose values are read one by one: their keys are then part of the message.
_BY_NAME: Mapping[str, Any] = {
    "resources": words.Resource,
    "operations": words.OperationWords,
    "rules": AnyRule,
}
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>.*?)`")
_INVALID = re.compile(r"Invalid (?:enum )?value '(?P<value>.*?)'")
_PLACE = re.compile(r" - at (?P<key>`key` in )?`\$(?P<place>.*?)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def read_overlay(stated: Mapping[str, Any]) -> words.Overlay:
    """The typed overlay, with changed rules in full. Raises msgspec.ValidationError."""
    rules = {name: _whole_rule(name, rule) for name, rule in stated.get("rules", {}).items()}
    return msgspec.convert({**stated, "rules": rules}, words.Overlay)


def value_faults(stated: Any) -> Iterator[OverlayFault]:
    """Unknown and missing keys, unknown kinds, values of another type."""
    if not isinstance(stated, Mapping):
        yield OverlayFault((ROOT,), "is not a mapping", "see the vocabulary of the overlays")
        return
    for key, value in stated.items():
        if key not in _BY_NAME:
            yield from _converted({key: value}, words.Overlay, (ROOT,))
    for key, wanted in _BY_NAME.items():
        named = stated.get(key, {})
        if not isinstance(named, Mapping):
            yield OverlayFault((ROOT, key), f"`{key}` is not a mapping", "write NAME: {...}")
            continue
        for name, value in named.items():
            at = (ROOT, key, str(name))
            yield from _converted(_whole_rule(name, value) if key == "rules" else value, wanted, at)


def _whole_rule(address: str, rule: Any) -> Any:
    """A change to one of the protocol's rules, merged over that rule."""
    stated = stated_rule(address)
    if stated is None or not isinstance(rule, Mapping):
        return rule
    return {**stated, **{key: value for key, value in rule.items() if key != OFF}}


def overlay_schema() -> dict[str, Any]:
    """The JSON Schema of ``x-conformance``; a rule without a kind changes one of the protocol's."""
    schema = msgspec.json.schema(words.Overlay)
    rules = schema["$defs"]["Overlay"]["properties"]["rules"]
    change = {"type": "object", "not": {"required": ["rule"]}}
    rules["additionalProperties"] = {"anyOf": [rules["additionalProperties"], change]}
    return schema


def _converted(value: Any, wanted: Any, at: Way) -> Iterator[OverlayFault]:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        yield _told(str(error), wanted, value, at)


def _told(text: str, wanted: Any, value: Any, at: Way) -> OverlayFault:
    place = _PLACE.search(text)
    steps = _STEP.findall(place["place"] if place else "")
    inner = tuple(name or int(number) for name, number in steps)
    what, way = _PLACE.sub("", text), (*at, *inner)
    if place and place["key"]:
        hint = "YAML reads on, off, yes and no as booleans; quote the key"
        return OverlayFault(way, "a key is not a string", hint)
    unknown, invalid = _UNKNOWN.search(what), _INVALID.search(what)
    if unknown:
        key = unknown["key"]
        hint = suggestion(key, _keys(wanted, value, inner))
        return OverlayFault((*way, key), f"unknown key `{key}`", hint)
    if invalid:
        known = [*RULES] if inner[-1:] == ("rule",) else _choices(wanted, value, inner)
        what = f"unknown value {invalid['value']!r}"
        return OverlayFault(way, what, suggestion(invalid["value"], known))
    return OverlayFault(way, _plain(what), "see the vocabulary of the overlays")


def _plain(text: str) -> str:
    """A message of msgspec in the terms of YAML."""
    text = re.sub(r"Object missing required field `(.*?)`", r"`\1` is missing", text)
    return text.replace("Expected `object`", "expected a mapping").replace("Expected", "expected")


RULES: Mapping[str, type[Struct]] = {
    str(one.__struct_config__.tag): one for one in get_args(AnyRule)
}
"""The kinds of rules, by name."""


def _at(wanted: Any, value: Any, inner: Way) -> type[Struct] | None:
    """The class of a place within a value, if known."""
    if wanted is AnyRule:
        kind = value.get("rule") if isinstance(value, Mapping) else None
        wanted = RULES.get(str(kind))
    for step in inner:
        if isinstance(step, int):
            continue
        if not (isinstance(wanted, type) and issubclass(wanted, Struct)):
            return None
        wanted = next(_classes(_fields(wanted).get(step)), None)
    return wanted if isinstance(wanted, type) and issubclass(wanted, Struct) else None


def _classes(hint: Any) -> Iterator[type[Struct]]:
    """The vocabulary's classes within a type hint."""
    if isinstance(hint, type) and issubclass(hint, Struct):
        yield hint
    for part in get_args(hint):
        yield from _classes(part)


def _keys(wanted: Any, value: Any, inner: Way) -> list[str]:
    found = _at(wanted, value, inner)
    if found is None:
        return []
    tag = found.__struct_config__.tag_field
    return [*([tag] if tag else []), *_fields(found)]


def _choices(wanted: Any, value: Any, inner: Way) -> list[str]:
    """The values that a field may have, if enumerated."""
    names = [step for step in inner if isinstance(step, str)]
    found = _at(wanted, value, tuple(names[:-1]))
    if found is None or not names:
        return []
    return [str(one) for one in _literals(_fields(found).get(names[-1]))]


def _fields(kind: type[Struct]) -> dict[str, Any]:
    """The types of a class's fields, by key."""
    return {one.encode_name: one.type for one in msgspec.structs.fields(kind)}


def _literals(hint: Any) -> Iterator[Any]:
    for part in [*get_args(hint), *(hint if isinstance(hint, EnumType) else ())]:
        if isinstance(part, str | int):
            yield part
        else:
            yield from _literals(part)
