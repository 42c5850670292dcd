"""What holds for every service of a protocol: one file of rules, bound to its operations.

The file is ``specs/protocols/NAME.yaml``. It has three kinds of rules: of the service as a whole,
of each operation, and of each operation that shows resources. ``roles`` says which operations of
the main lifecycle a rule is sent to, ``takes`` what an operation must have for the rule to have
any meaning. An overlay may change any key of a rule at its address, or switch it ``off``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, field

from conformance.contract.inference.naming import shows_only
from conformance.contract.levels import Level
from conformance.contract.locate import specs_folder
from conformance.contract.member_roles import TAKES
from conformance.contract.model import Contract, Kind, Operation, ProtocolName
from conformance.contract.vocabulary.overlay_rules import AnyRule, WatchedRule
from conformance.contract.vocabulary.overlay_steps import Refusals
from conformance.contract.yaml_file import read_yaml

WATCHED = frozenset(str(one.__struct_config__.tag) for one in WatchedRule.__subclasses__())
"""Kinds of rules that are watched in every answer."""
SIMPLE = "simple"
"""The role of an operation that only looks and needs nothing: a valid request is certain."""
BINDING = ("roles", "takes")
"""Keys of the protocol's file that say which operations a rule is for."""
NEEDS_LIFECYCLE = {"one-connection"}
NAMES = "protocol/member-names"
NULLS = "protocol/nulls-in-answers"
"""Where this rule holds, it alone reports null members, once for the service."""
ANSWERED = {"protocol": "HTTP semantics, RFC 9110, 15.6: a 5xx is the server's own failure"}

Rule = Mapping[str, Any]
Rules = dict[str, Rule]


class ProtocolFacts(Struct, frozen=True, rename="kebab"):
    """What a protocol decides beside its rules.

    ``malformed`` are the refusals of a faulty member that the protocol itself has; ``textual``:
    every value is text on the wire, so that few can be of a wrong type; ``levels`` are those of
    what a model alone states, by subject, and by subject and keyword or location. ``refused_with``
    are statuses that refusals may have whatever other one a model has for their error.
    ``successes`` are right, too, where a model has the default status 200. ``bare_errors`` are
    services whose errors in XML have no element around them. ``converts`` are the JSON types that
    AWS reads as a value of another type, by that type.
    """

    malformed: Refusals
    textual: bool = False
    levels: Mapping[str, Level] = field(default_factory=dict)
    refused_with: tuple[int, ...] = ()
    successes: tuple[int, ...] = field(default=(), name="unstated-successes")
    bare_errors: frozenset[str] = frozenset()
    converts: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)


@cache
def protocol_facts(protocol: ProtocolName) -> ProtocolFacts:
    return msgspec.convert(_read(protocol), ProtocolFacts)


def with_protocol(contract: Contract, changes: Mapping[str, Rule] | None = None) -> Contract:
    """The contract with its protocol's rules, as the overlay's ``changes`` leave them."""
    stated, own, written = _read(contract.protocol), contract.overlay.rules, changes or {}
    bound: Rules = {
        **{f"protocol/{name}": rule for name, rule in _of_service(contract, stated["rules"])},
        **_of_operations(contract, stated["operations"]),
        **_of_showing(contract, stated["showing"]),
    }
    merged: Rules = {name: {**rule, **written.get(name, {})} for name, rule in bound.items()}
    rules = {name: _typed(rule) for name, rule in merged.items() if _is_on(rule)}
    off = {name for name, rule in written.items() if not _is_on(rule)}
    rules |= {name: rule for name, rule in own.items() if name not in bound and name not in off}
    refusals = msgspec.convert(stated["refusals"], dict[str, Refusals])
    overlay = msgspec.structs.replace(
        contract.overlay, rules=rules, refusals={**refusals, **contract.overlay.refusals}
    )
    return replace(contract, overlay=overlay)


def _typed(rule: Rule) -> AnyRule:
    """A rule is converted once: those of many operations differ by their statement alone."""
    stated = _unbound(rule)
    made = _converted(msgspec.json.encode({**stated, "statement": ""}))
    return msgspec.structs.replace(made, statement=rule["statement"])


@cache
def _converted(rule: bytes) -> AnyRule:
    made: AnyRule = msgspec.json.decode(rule, type=AnyRule)
    return made


def _unbound(rule: Rule) -> Rule:
    """A rule without what binds it to operations."""
    return {key: value for key, value in rule.items() if key not in BINDING}


def stated_rule(address: str) -> Rule | None:
    """The protocol's rule that an overlay changes at this address, without its binding."""
    head, _, name = address.partition("/")
    stated = _read(ProtocolName.REST_JSON_1)
    if head == "protocol":
        rule = stated["rules"].get(name)
        return None if rule is None else _unbound(rule)
    section, _, name = name.partition("/")
    if section == "robustness" and name in stated["operations"]:
        return _robust(name, stated["operations"][name])
    return stated["showing"].get(name) if section == "behavior" else None


@cache
def _read(protocol: ProtocolName) -> dict[str, Any]:
    """A protocol's file; one that is ``like`` another states the differences, null for absences."""
    stated = read_yaml(specs_folder() / "protocols" / f"{protocol}.yaml")
    if "like" not in stated:
        return stated
    return _over(_read(ProtocolName(stated["like"])), stated)


def _over(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _over(base[key], value) if both else value
    return {key: value for key, value in merged.items() if value is not None}


def _is_on(rule: Rule) -> bool:
    """Whether a rule is complete, and no overlay switches it off."""
    return "off" not in rule and "rule" in rule


# -- Of the service ------------------------------------------------------------------------------


def _of_service(contract: Contract, stated: Mapping[str, Rule]) -> Iterator[tuple[str, Rule]]:
    for name, rule in stated.items():
        if rule["rule"] in WATCHED:
            if any(map(TAKES[rule.get("takes", "")], contract.operations.values())):
                yield name, rule
            continue
        about = _operations(contract, rule["roles"], rule.get("takes", ""))
        if about and not (rule["rule"] in NEEDS_LIFECYCLE and not _has_lifecycle(contract)):
            yield name, {**rule, "operations": about}


def _has_lifecycle(contract: Contract) -> bool:
    roles = contract.overlay.main.roles()
    return {"create", "read"} <= roles.keys() and not contract.setup & {*roles.values()}


def _operations(contract: Contract, roles: list[str], takes: str) -> list[str]:
    """The operations that have these roles and take what the rule is about."""
    fits = TAKES[takes]
    found = [
        operation.name
        for role in roles
        if (operation := _playing(contract, role, fits)) is not None and fits(operation)
    ]
    return list(dict.fromkeys(found))


def _playing(contract: Contract, role: str, fits: Callable[[Operation], bool]) -> Operation | None:
    """The main resource's operation of a role; for updates and reads, else a similar one."""
    if role == SIMPLE:
        return next((one for one in contract.operations.values() if _is_simple(one)), None)
    main = contract.overlay.main
    name = main.roles().get(role, "")
    if name in contract.operations and name not in contract.setup:
        return contract.operations[name]
    others = [one for one in contract.tested if fits(one)]
    if role == "update":
        created = contract.operations.get(main.create or "")
        writing = [one for one in others if one.method in {"PUT", "PATCH", "POST"}]
        return next(iter(([created] if created in writing else []) + writing), None)
    if role == "read":
        return next((one for one in others if one.method == "GET" and TAKES["label"](one)), None)
    return None


def _is_simple(operation: Operation) -> bool:
    """Whether an operation only reads, requires nothing, and takes something."""
    needs = any(one.required for one in operation.input.values())
    return shows_only(operation.name) and not needs and bool(operation.input)


# -- Of each operation ---------------------------------------------------------------------------


def _of_operations(contract: Contract, stated: Mapping[str, Rule]) -> Rules:
    return {
        f"{operation.name}/robustness/{name}": {
            **_robust(name, rule),
            "statement": f"{operation.name}: {rule['statement']}",
        }
        for operation in contract.operations.values()
        for name, rule in stated.items()
        if TAKES[rule.get("takes", "")](operation)
    }


def _robust(name: str, rule: Rule) -> Rule:
    usual = {"rule": "robust", "odd": name, "level": "expected", "source": ANSWERED}
    return {**usual, **_unbound(rule)}


def _of_showing(contract: Contract, stated: Mapping[str, Rule]) -> Rules:
    kinds = [contract.overlay.main, *contract.overlay.resources.values()]
    names = [name for one in kinds for name in (one.list, one.read) if name is not None]
    return {
        f"{operation}/behavior/{name}": rule
        for operation in names
        if operation in contract.operations
        for name, rule in stated.items()
    }
