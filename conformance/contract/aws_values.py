"""What AWS calls its members, and what values such members take: ``specs/aws-values.yaml``.

A value from here is a suggestion: a made-up request starts with it, and nothing rests on it. A
template may speak of a companion, a resource of another service, which a run makes first where it
may.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from conformance.contract.locate import specs_folder
from conformance.contract.yaml_file import read_yaml

FILE = "aws-values.yaml"
EXAMPLES: Mapping[str, str] = {
    "name": "conformance-a0b1c2d3-00001",
    "word": "ca0b1c2d3e4f",
    "uuid": "0a1b2c3d-4e5f-4607-8192-a3b4c5d6e7f8",
    "region": "us-east-1",
    "account": "123456789012",
    "future": "2031-06-01T12:00:00.000Z",
    "farther": "2031-06-02T12:00:00.000Z",
    "now": "2026-06-01T12:00:00.000Z",
}
"""What a run puts in place of a placeholder, as to its form."""
NUMBER = re.compile(r"\$\{(number|now)(\.[\w-]+)?(:\d+)?\}")
"""A template that is a number where what is filled in has digits alone, with a tag or without."""
_MILLISECONDS = "1780315200000"
_TOKEN = re.compile(r"\$\{(\w+)(?:\.([\w-]+))?(?::(\d+))?\}")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_ARN_ENDING = re.compile(r"[-_]?(arns?|ids?)$", re.IGNORECASE)
_LITERAL = re.compile(r"[a-z][a-z0-9-]{2,}")
_COMPANION = "aws"
_STANDS_IN = "conformance"
"""The name of what is not there, in values that stand for a companion's."""

Type = Literal["string", "blob", "integer", "instant", "second"]


class _FileWords(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"
):  # fmt: skip
    """Keys are written with hyphens; a key that is not known is refused."""


class ValueKind(_FileWords, frozen=True):
    """What a value is; ``of`` is a companion, with the place or the template of the value.

    What a companion's answer shows is used where it has the ``form``, a regular expression.
    """

    values: tuple[Any, ...]
    form: str | None = None
    of: str | None = None
    shows: str | None = None
    as_: str | None = field(default=None, name="as")


class MemberRule(_FileWords, frozen=True):
    """Which members take which kinds; ``otherwise`` rules do not count for enumerated values."""

    kind: str | tuple[str, ...]
    name: str | None = None
    inside: str | None = None
    pattern: str | None = None
    service: str | None = None
    type: Type = "string"
    otherwise: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind,) if isinstance(self.kind, str) else self.kind


class Companion(_FileWords, frozen=True):
    """A resource of another service: how it is made and taken away.

    ``named`` is the member of the request that names it, ``id`` the place in the answer of what it
    is deleted by, where that is not its name.
    """

    service: str
    create: str
    delete: str
    delete_with: Mapping[str, Any]
    with_: Mapping[str, Any] = field(default_factory=dict, name="with")
    named: str | None = None
    id: str | None = None


class Account(_FileWords, frozen=True):
    """The request whose answer shows the account."""

    service: str
    operation: str
    shows: str


class AwsValues(_FileWords, frozen=True):
    """The whole file."""

    kinds: Mapping[str, ValueKind]
    members: tuple[MemberRule, ...]
    companions: Mapping[str, Companion]
    account: Account


@cache
def aws_values() -> AwsValues:
    """Read the file. Raises msgspec.ValidationError for words outside the vocabulary."""
    return msgspec.convert(read_yaml(specs_folder() / FILE), AwsValues)


def suggested(
    name: str, inside: str, of_type: Type, pattern: str | None, service: str
) -> tuple[Any, ...]:
    """Templates of values for a member, the likeliest first; its limits are not considered."""
    return _suggested(name, inside, of_type, pattern, service, (None, service))


def special(name: str, inside: str, of_type: Type, service: str) -> tuple[Any, ...]:
    """Templates for a member that only this service names so, even if its values are enumerated."""
    return _suggested(name, inside, of_type, None, service, (service,))


@lru_cache(maxsize=16384)
def _suggested(
    name: str, inside: str, of_type: Type, pattern: str | None, service: str,
    of: tuple[str | None, ...],
) -> tuple[Any, ...]:  # fmt: skip
    found: dict[str, Any] = {}
    plain = _plain(name)
    for rule in _rules_of(of_type):
        if rule.service not in of or not _fits(rule, plain, _plain(inside), pattern):
            continue
        if rule.otherwise and found and not any("${" in one for one in found):
            continue
        for value in _of_rule(rule):
            for one in _spelt(value, name, pattern, service):
                found.setdefault(str(one), one)
    return tuple(found.values())


def example(template: Any, *, named: str = _STANDS_IN) -> Any:
    """A template as a run may fill it; a companion's value has the name ``named`` in it."""
    if not isinstance(template, str) or "${" not in template:
        return template
    text = _TOKEN.sub(partial(_example, named), template)
    return int(text) if NUMBER.fullmatch(template) and text.isdigit() else text


def examples(template: Any) -> tuple[Any, ...]:
    """Examples of a template, with and without a companion where it mentions one."""
    return tuple({str(one): one for one in (
        example(template), example(template, named=EXAMPLES["name"])
    )}.values())  # fmt: skip


def _example(named: str, match: re.Match[str]) -> str:
    name, tag, length = match.groups()
    if name == _COMPANION and tag is not None:
        return str(example(aws_values().kinds[tag].values[0])).replace(_STANDS_IN, named)
    text = _MILLISECONDS if name == "now" and length else EXAMPLES.get(name, match[0])
    return f"{text}{'x' * int(length)}"[: int(length)] if length else text


@cache
def _rules_of(of_type: str) -> tuple[MemberRule, ...]:
    return tuple(rule for rule in aws_values().members if rule.type == of_type)


def _fits(rule: MemberRule, name: str, inside: str, pattern: str | None) -> bool:
    if rule.name is not None and re.fullmatch(rule.name, name) is None:
        return False
    if rule.inside is not None and re.fullmatch(rule.inside, inside) is None:
        return False
    return rule.pattern is None or (
        pattern is not None and re.search(rule.pattern, pattern) is not None
    )


def _of_rule(rule: MemberRule) -> Iterator[Any]:
    """The values of a rule's kinds: all companions first, then what stands in for them."""
    kinds = aws_values().kinds
    for name in rule.kinds:
        if kinds[name].of is not None:
            yield f"${{{_COMPANION}.{name}}}"
    for name in rule.kinds:
        yield from kinds[name].values


def _spelt(value: Any, name: str, pattern: str | None, service: str) -> Iterator[Any]:
    """A template with the service's name and the member's noun filled in."""
    if not isinstance(value, str):
        yield value
        return
    value = value.replace("${service}", service)
    if "${noun}" not in value:
        yield value
        return
    kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", _ARN_ENDING.sub("", name)).lower()
    for noun in dict.fromkeys([*_nouns(pattern), kebab or "resource"]):
        yield value.replace("${noun}", noun)


def _nouns(pattern: str | None) -> Iterator[str]:
    """The literal words in the last part of an ARN's pattern."""
    if pattern is not None:
        yield from _LITERAL.findall(pattern.rpartition("arn")[2].rpartition(":")[2])


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())
