"""That what can be enabled and disabled shows a difference: ``DisableRule`` of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.inference.naming import same
from conformance.contract.levels import Level
from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule, SwitchedRule

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
