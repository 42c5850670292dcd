"""That what is enabled and disabled shows a difference, and what is sent twice makes one thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.inference.naming import CREATE, same
from conformance.contract.levels import Level
from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule, SameTokenRule, SwitchedRule

_SWITCHES = (("Enable", "Disable"), ("AdminEnable", "AdminDisable"))


def switch_rules(
    contract: Contract, about: Mapping[str, str | None], kinds: Mapping[str, Resource]
) -> Iterator[tuple[str, AnyRule]]:
    """The rules of every kind that is switched on and off itself, and not something of it."""
    for name, operation in contract.operations.items():
        for on, off in _SWITCHES:
            noun = name.removeprefix(off)
            kind = (
                about.get(name) if noun != name and f"{on}{noun}" in contract.operations else None
            )
            life = kinds.get(kind or "")
            if life is None or kind is None or about.get(f"{on}{noun}") != kind:
                continue
            shown = life.read is not None or life.listing is not None
            if shown and same(noun, kind) and not life.is_of(name):
                yield (
                    f"{name}/behavior/shown",
                    SwitchedRule(
                        level=Level.EXPECTED, source=operation.source, on=f"{on}{noun}", off=name,
                        statement=f"after {name}, a {life.name} does not look the same as after"
                            f" {on}{noun}",
                    ),
                )  # fmt: skip


def token_rules(contract: Contract, kinds: Mapping[str, Resource]) -> Iterator[tuple[str, AnyRule]]:
    """That a creation makes nothing new that comes again with the same token and content."""
    for one in kinds.values():
        create = contract.operations.get(one.create or "")
        place = None if one.identifier is None else one.identifier.created
        if create is None or place is None or not create.name.startswith(CREATE[:2]):
            continue
        for name, member in create.input.items():
            if member.shape.idempotency_token:
                yield (
                    f"{create.name}/behavior/{name}",
                    SameTokenRule(
                        level=Level.EXPECTED, source=member.source, token=name, at=place,
                        statement=f"{create.name} with the same {name} makes nothing new",
                    ),
                )  # fmt: skip
