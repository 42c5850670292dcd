"""What a document or a recorded answer states of services, where their SDK models do not have it.

A rule of ``specs/observed.yaml`` holds where a contract without an overlay has the operations that
it sends, be it made of a model or of pages. What is disproved there is so in every contract.
"""

from collections.abc import Iterator, Mapping
from functools import cache

import msgspec

from conformance.contract.levels import Source
from conformance.contract.locate import specs_folder
from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_model import ROLES
from conformance.contract.vocabulary.overlay_rules import AnyRule, StepsRule
from conformance.contract.yaml_file import read_yaml

FILE = "observed.yaml"


class Observed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The whole file; each part by service."""

    services: Mapping[str, Mapping[str, StepsRule]]
    """Rules, by their addresses."""
    disproved: Mapping[str, Mapping[str, Source]]
    empty_for_unknown: Mapping[str, Mapping[str, str]]


@cache
def observations() -> Observed:
    """Read the file. Raises msgspec.ValidationError for words outside the vocabulary."""
    return msgspec.convert(read_yaml(specs_folder() / FILE), Observed)


@cache
def disproved(service: str) -> frozenset[str]:
    """The requirements of a service that a recorded answer of AWS contradicts."""
    found = observations().disproved.get(service, {})
    return frozenset(f"{service}/{address}" for address in found)


def empty_for_unknown(service: str) -> frozenset[str]:
    """The operations that accept an unknown name and show nothing, whatever error they declare."""
    return frozenset(observations().empty_for_unknown.get(service, {}))


def observed(contract: Contract) -> dict[str, AnyRule]:
    rules = observations().services.get(contract.service, {})
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
