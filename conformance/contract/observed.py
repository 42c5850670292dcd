"""What a document or a recorded answer states of services, where their SDK models do not have it.

A rule of ``specs/observed.yaml`` holds where a contract without an overlay has the operations that
it sends, be it made of a model or of pages. What is disproved there is so in every contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import msgspec

from conformance.contract.levels import Source
from conformance.contract.locate import specs_folder
from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_rules import AnyRule, StepsRule
from conformance.contract.yaml_file import read_yaml

FILE = "observed.yaml"
EMPTY = "empty-for-unknown"
ROLES = frozenset({"create", "read", "update", "list", "delete"})


@cache
def observed_rules() -> Mapping[str, Mapping[str, StepsRule]]:
    """Every rule of the file by its service and its address."""
    stated = read_yaml(specs_folder() / FILE)["services"]
    return msgspec.convert(stated, dict[str, dict[str, StepsRule]])


@cache
def disproved(service: str) -> frozenset[str]:
    """The requirements of a service that a recorded answer of AWS does not keep."""
    stated = read_yaml(specs_folder() / FILE)["disproved"]
    found = msgspec.convert(stated, dict[str, dict[str, Source]])
    return frozenset(f"{service}/{address}" for address in found.get(service, {}))


@cache
def _empty_for_unknown() -> Mapping[str, Mapping[str, str]]:
    stated = read_yaml(specs_folder() / FILE)[EMPTY]
    return msgspec.convert(stated, dict[str, dict[str, str]])


def empty_for_unknown(service: str) -> frozenset[str]:
    """The operations that accept what names nothing, and show nothing of it.

    Their error for what is not there is declared all the same.
    """
    return frozenset(_empty_for_unknown().get(service, {}))


def observed(contract: Contract) -> dict[str, AnyRule]:
    """The rules that hold for a contract."""
    rules = observed_rules().get(contract.service, {})
    known = contract.operations.keys() - contract.setup
    return {
        address: rule
        for address, rule in rules.items()
        if {address.partition("/")[0], *_operations(rule)} <= known
    }


def _operations(rule: StepsRule) -> Iterator[str]:
    for step in rule.every():
        if step.send is not None and step.send not in ROLES:
            yield step.send
