"""What the rules of an overlay name must be there."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.contract.model import Operation
from conformance.contract.overlays.overlay_faults import OverlayFault, Way
from conformance.contract.overlays.overlay_names import (
    Members,
    OverlayNames,
    has_place,
    not_here,
)
from conformance.contract.places import parse
from conformance.contract.protocols import stated_rule
from conformance.contract.vocabulary.overlay_rules import OneConnectionRule, SingleRule, StepsRule
from conformance.contract.vocabulary.overlay_steps import Step

SECTIONS = ("auth", "behavior", "protocol")
"""Sections of rules that are about no single operation."""
SIGNATURE_FAULTS = (
    "unsigned", "cut-header", "header-without-pairs", "unknown-key", "wrong-secret",
    "altered-signature", "other-body", "expired", "future", "no-region", "other-service",
    "foreign-token", "without-token", "presigned", "presigned-altered",
)  # fmt: skip
"""The ways to sign wrongly that `transport.bad_signatures` knows; a test keeps the two the same."""


class RuleReferences(OverlayNames):
    """Names in the rules of one overlay."""

    def faults(self, address: str, rule: Any, at: Way) -> Iterator[OverlayFault]:
        head = address.partition("/")[0]
        if head not in SECTIONS and head not in self.contract.operations:
            yield not_here("operation", head, {*SECTIONS, *self.contract.operations}, at)
            return
        yield from self._names(rule, at)
        if isinstance(rule, SingleRule):
            yield from self._single(rule, self.named(head), at)
        elif isinstance(rule, StepsRule):
            for key, steps in (("before", rule.before), ("steps", rule.steps)):
                for number, step in enumerate(steps):
                    yield from self._step(step, head, (*at, key, number))
        elif isinstance(rule, OneConnectionRule):
            for number, first in enumerate(rule.first):
                yield from self.sent(first.send, head, (*at, "first", number, "send"))

    def _names(self, rule: Any, at: Way) -> Iterator[OverlayFault]:
        """Check what several kinds of rules name."""
        for name in getattr(rule, "operations", ()):
            yield from self.is_operation(name, (*at, "operations"))
        for kind in getattr(rule, "kinds", ()):
            if kind not in SIGNATURE_FAULTS:
                yield not_here("way to sign wrongly", kind, SIGNATURE_FAULTS, (*at, "kinds"))

    def _single(
        self, rule: SingleRule, operation: Operation | None, at: Way
    ) -> Iterator[OverlayFault]:
        named = [self.contract.operations[one] for one in rule.operations if self.named(one)]
        about = named or ([operation] if operation else [])
        if not about and stated_rule(str(at[-1])) is None:
            yield OverlayFault(
                (*at, "operations"), "the rule has no operation", "name `operations`"
            )
        for number, request in enumerate(rule.requests):
            yield from self.placeholders(request, (*at, "requests", number))
        if isinstance(rule.with_, Mapping):
            yield from self.placeholders(rule.with_, (*at, "with"))
        if rule.place is not None:
            for one in about:
                yield from has_place(one.input, rule.place, (*at, "place"))
        for place in rule.shown:
            for one in about:
                yield from has_place(one.output, place, (*at, "shown", place))

    def _step(self, step: Step, head: str, at: Way) -> Iterator[OverlayFault]:
        for number, one in enumerate(step.together):
            yield from self._step(one, head, (*at, "together", number))
        if step.send is not None:
            yield from self.sent(step.send, head, (*at, "send"))
        operation = self._of_step(step, head)
        if operation is None:
            return
        given = step.with_ if step.send is not None else step.make
        key = "with" if step.send is not None else "make"
        if isinstance(given, Mapping):
            yield from self.template(given, operation.input, (*at, key))
        shown = operation.output if not step.entry else self.entry(head)
        if shown is None or step.gives == "refused":
            return  # what a refusal tells is no member of the answer
        for name in step.except_:
            if not self._answered_anywhere(name):
                yield not_here("member", name, shown, (*at, "except"))
        headers = () if step.entry else (*operation.headers, operation.payload)
        yield from self._places(step, shown, headers, at)

    def _places(
        self, step: Step, shown: Members, headers: Iterable[str | None], at: Way
    ) -> Iterator[OverlayFault]:
        for key, place in step.looked_at():
            first = next(iter(parse(place)), "")
            # What only other operations answer is a member that this one may have to hide.
            if key == "hides" and first not in shown and self._answered_anywhere(first):
                continue
            if place and "${" not in place and first not in headers:
                yield from has_place(shown, place, (*at, key, place))

    def _answered_anywhere(self, name: str) -> bool:
        return any(name in one.output for one in self.contract.operations.values())

    def _of_step(self, step: Step, head: str) -> Operation | None:
        """The operation whose answer a step checks."""
        if step.together or step.pause is not None:
            return None
        roles = self.roles(head)
        return self.named(roles.get(step.send or "create") or step.send)
