"""Whether a recorded request is one that the plan would send, names aside."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.model import Contract
from conformance.contract.places import find
from conformance.engine.judge.redacted import has_redaction
from conformance.engine.resources.names import TOKEN
from conformance.plan.planner import is_watched, plan
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.rules import is_single, operations_of

STATE = {"taken", "ID"}
"""Placeholders that only the state of a target can fill: such a probe is never recognised."""
ANY = {
    "name": r"[\w.-]",
    "secret": r"[\w-]",
    "alnum": r"[a-z0-9]",
    "id": r".",
    "region": r"[a-z0-9-]",
}


class Templates:
    """The accepted probes of a service's plan and the probes of its rules, by operation."""

    def __init__(self, contract: Contract, requirements: Sequence[Requirement]) -> None:
        self._contract = contract
        self._probes: dict[tuple[str, frozenset[str] | None], list[Probe]] = {}
        self._unplanned: dict[str, list[Requirement]] = {}
        for one in requirements:
            if is_watched(one) or (one.subject is Subject.RULE and not is_single(one)):
                continue
            # A plan takes time: it is made of the operations that the traffic has.
            for operation in operations_of(contract, one):
                self._unplanned.setdefault(operation.name, []).append(one)

    def _plan(self, operation: str) -> None:
        for one in self._unplanned.pop(operation, ()):
            rule = one.subject is Subject.RULE
            for probe in plan(self._contract, one).probes:
                if probe.form is not None or probe.operation.name != operation:
                    continue  # how it is written is under test, and a recording may not tell
                if (rule or probe.side is Side.ACCEPT) and not _is_unclear(probe):
                    self._probes.setdefault(_key(probe), []).append(probe)

    def matching(
        self, operation: str, values: Mapping[str, Any] | None, raw: bytes | None
    ) -> list[Probe]:
        """The probes that a request is, or that differ from it beside what they are about.

        ``values`` is None where its members are not known.
        """
        self._plan(operation)
        loose = self._probes.get((operation, None), [])
        if values is None or has_redaction(
            [one for one in values.values() if not isinstance(one, str)]
        ):
            return [probe for probe in loose if probe.raw is not None and probe.raw == raw]
        named = self._probes.get((operation, frozenset(values)), [])
        return [probe for probe in (*loose, *named) if _is_it(probe, values, raw)]


def _key(probe: Probe) -> tuple[str, frozenset[str] | None]:
    """Where to look a probe up: by its member names where a request must have the same."""
    loose = probe.raw is not None or (probe.beyond_limits and probe.place is not None)
    return probe.operation.name, None if loose else frozenset(probe.values)


def _is_unclear(probe: Probe) -> bool:
    """True for what its members alone do not make recognisable."""
    if probe.form is not None:
        return True  # how it is written is under test: its members say nothing
    if probe.side is Side.OBSERVE or probe.fault in {Fault.NOT_FOUND, Fault.CONFLICT}:
        return True
    return any(match[1] in STATE for match in TOKEN.finditer(str(probe.values)))


def _is_it(probe: Probe, values: Mapping[str, Any], raw: bytes | None) -> bool:
    """A rule on a value holds whatever else is in the request, one on a patch whatever is set."""
    if probe.raw is not None:
        return probe.raw == raw
    if not probe.beyond_limits or probe.place is None:
        return alike(probe.values, values)
    template, value = list(find(probe.values, probe.place)), list(find(values, probe.place))
    if probe.fault is Fault.PATCH:
        template, value = without(template, "value"), without(value, "value")
    return alike(template, value)


def without(value: Any, name: str) -> Any:
    """A JSON value without the members of a name."""
    if isinstance(value, list):
        return [without(item, name) for item in value]
    if isinstance(value, Mapping):
        return {key: without(item, name) for key, item in value.items() if key != name}
    return value


def alike(template: Any, value: Any) -> bool:
    """Equal as JSON but for the template's placeholders."""
    if isinstance(template, str):
        return isinstance(value, str) and _text_alike(template, value)
    if isinstance(template, Mapping):
        return (
            isinstance(value, Mapping)
            and template.keys() == value.keys()
            and all(alike(item, value[name]) for name, item in template.items())
        )
    if isinstance(template, list | tuple):
        return (
            isinstance(value, list)
            and len(template) == len(value)
            and all(map(alike, template, value))
        )
    return type(template) is type(value) and bool(template == value)


def _text_alike(template: str, value: str) -> bool:
    if "${" not in template:
        return template == value
    if template in {"${future}", "${farther}"}:
        return _is_ahead(value)
    pattern, end = "", 0
    for match in TOKEN.finditer(template):
        pattern += re.escape(template[end : match.start()]) + _token(match)
        end = match.end()
    return re.fullmatch(pattern + re.escape(template[end:]), value, re.DOTALL) is not None


def _token(match: re.Match[str]) -> str:
    name, length = match[1], match[3]
    if name == "long":
        return f"a{{{length or 0}}}"
    return ANY.get(name, r"(?!)") + (f"{{{length}}}" if length else "+")


def _is_ahead(text: str) -> bool:
    """A moment that is ahead of any recording: later than next year."""
    try:
        return datetime.fromisoformat(text).year > datetime.now(UTC).year + 1
    except ValueError:
        return False
