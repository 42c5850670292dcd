"""Bodies and forms of the protocol's rules, spelled out for one operation.

A body is written with ``${body}``, that of the operation's valid request, and pieces of it, which
its protocol knows; a form with ``path: ${path}`` and with ``label`` in place of the last label's
text.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.contract.member_roles import TEXT
from conformance.contract.model import Contract, Kind, Location, Operation, Shape
from conformance.contract.places import Place
from conformance.contract.protocols import protocol_facts
from conformance.contract.routes import PathTemplate
from conformance.contract.texts import from_texts
from conformance.contract.validate import violations
from conformance.contract.vocabulary.overlay_steps import WireForm
from conformance.contract.walk import is_of_kind
from conformance.plan.generation import values
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.transport.exchange import Request
from conformance.transport.protocols.json_text import encode, text
from conformance.transport.protocols.registry import members_of, of, wire
from conformance.transport.protocols.seam import WireVariant, form

WORD = re.compile(r"\$\{(body(?:\.[a-z]+)?)\}")
SELECTORS = ("Action", "Version")
"""Parameters that say which operation is meant: words of a body, in lower case."""
NO_MEMBER = {"body.first", "body.apostrophes", "body.escaped", "body.inside", "body.half"}
"""Words that mean nothing of an empty object."""


def spelled_body(contract: Contract, operation: Operation, written: str) -> bytes | None:
    """A body with its words replaced; None where the operation's body lacks what they speak of."""
    for name in SELECTORS:
        written = written.replace(f"${{{name.lower()}}}", operation.selectors.get(name, ""))
    words = WORD.findall(written)
    if not words:
        return written.encode()
    members = plain(contract, operation)
    if not members and NO_MEMBER.intersection(words):
        return None
    protocol = of(operation.protocol)
    usual = wire(operation, valid_request(contract, operation)).body or b""
    spelt = {word: protocol.spelled(word, members, usual) for word in words}
    parts = WORD.split(written)
    # Of what is split, every other part is a word.
    return b"".join(spelt[part] if index % 2 else part.encode() for index, part in enumerate(parts))


def plain(contract: Contract, operation: Operation) -> dict[str, Any]:
    """The JSON body of a valid request; where that is empty, with a member that may be given."""
    body = {
        name: value
        for name, value in valid_request(contract, operation).items()
        if name in operation.input and operation.input[name].location is Location.BODY
    }
    if body:
        return body
    stateful = contract.overlay.words_of(operation.name).stateful
    simple = {Kind.STRING, Kind.INTEGER, Kind.BOOLEAN}
    for name, one in operation.input.items():
        if one.location is Location.BODY and one.shape.kind in simple and name not in stateful:
            return {name: values.sample(one.shape)}
    return {}


def spelled_form(contract: Contract, operation: Operation, written: WireForm) -> WireVariant | None:
    """The form of a request; None where it is not what the rule means it to be.

    That is of a rule about what the service lacks a path or a method that it has after all.
    """
    if written.label is not None:
        path = _relabelled(contract, operation, written.label)
        return None if path is None else replace(form(written), path=path)
    target = next(iter(operation.selectors.values()), "")
    headers = tuple(
        (name, None if text is None else text.replace("${target}", target))
        for name, text in form(written).headers
    )
    path = written.path.replace("${path}", operation.path)
    return replace(form(written), path=path, headers=headers)


def _relabelled(contract: Contract, operation: Operation, label: str) -> str | None:
    """The path with another text for its last label; the other labels are filled as usual."""
    name = last_label(operation)
    if name is None:
        return None
    usual = text(valid_request(contract, operation).get(name, ""))
    for spelt in (f"{{{name}}}", f"{{{name}+}}"):
        if spelt in operation.path:
            return operation.path.replace(spelt, label.replace("${label}", usual))
    return None


def last_label(operation: Operation) -> str | None:
    """The label that stands last in the path."""
    names = [one.name for one in operation.input.values() if one.location is Location.PATH]
    return max(names, key=lambda name: operation.path.rfind(f"{{{name}"), default=None)


def is_elsewhere(contract: Contract, operation: Operation, written: WireVariant) -> bool:
    """True when no operation has the method and path of this form: such a request names nothing.

    Encoded slashes are no slashes; placeholders are texts without any.
    """
    if any(name in operation.selectors for name, _ in written.headers):
        return True
    path = re.sub(r"\$?\{[^}]*\}", "x", written.path or operation.path).rstrip("/")
    method = written.method or operation.method
    return not any(
        one.method == method
        and PathTemplate(one.path.rstrip("/"), one.greedy).match(path) is not None
        for one in contract.operations.values()
    )


def respelt(raw: bytes, before: Any, after: Any) -> bytes:
    """A body with the texts of a template replaced by what they were filled with.

    So that a body that is written out names what the members of the request name.
    """
    for template, filled in _pairs(before, after):
        raw = raw.replace(_inner(template), _inner(filled))
    return raw


def _inner(written: str) -> bytes:
    return encode(written)[1:-1]


def _pairs(before: Any, after: Any) -> list[tuple[str, str]]:
    if isinstance(before, str) and isinstance(after, str):
        return [(before, after)] if "${" in before else []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        shared = [name for name in before if name in after]
        return [pair for name in shared for pair in _pairs(before[name], after[name])]
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return [pair for two in zip(before, after, strict=False) for pair in _pairs(*two)]
    return []


def is_serializable(probe: Probe) -> bool:
    """Whether the bytes of a probe's request break the limits that its members break, and no other.

    What is written out in full, and what is only watched, needs nothing.
    """
    written = probe.raw is not None or probe.form is not None or probe.beyond_limits
    if (
        written
        or probe.side is Side.OBSERVE
        or not protocol_facts(probe.operation.protocol).textual
    ):
        return True
    given, members = dict(probe.values), dict(probe.operation.input)
    wired = wire(probe.operation, given)
    headers = tuple((name, value) for name, value in wired.headers if value is not None)
    request = Request(wired.method, f"http://localhost{wired.target}", headers, wired.body)
    carried = set(violations(members, members_of(probe.operation, request)))
    return carried == set(violations(members, given))


def is_label(operation: Operation, place: Place) -> bool:
    """Whether a place is a part of the path."""
    return operation.input[place[0]].location is Location.PATH


def can_serialize(operation: Operation, place: Place, value: Any) -> bool:
    """Whether a value arrives as it is.

    A label that is empty, a dot segment or has a slash changes the route: not a limit probe.
    """
    location = operation.input[place[0]].location
    if location is Location.QUERY and value in ([], {}):
        return False  # nothing of it travels
    if location is Location.HEADER and isinstance(value, str):
        # What HTTP has no header for, cuts off or reads as several.
        whole = value.isascii() and value.isprintable() and value == value.strip()
        return whole and not (len(place) > 1 and "," in value)
    if not is_label(operation, place) or not isinstance(value, str):
        return True
    return bool(value.strip(".")) and not set(value) & set("/%\\\n")


def reads_as_right(operation: Operation, place: Place, shape: Shape, value: Any) -> bool:
    """True where nothing of a value's JSON type travels, and the text that does is a right one.

    In a query ``[1]`` is ``1``, and ``"true"`` is ``true``.
    """
    if len(place) > 1 or operation.input[place[0]].location not in TEXT:
        return False
    many = value if isinstance(value, list) else [value]
    return is_of_kind(shape, from_texts(shape, [text(one) for one in many]))


def is_doubtful(
    contract: Contract, operation: Operation, place: Place, case: values.BoundaryValue
) -> bool:
    """What nothing but a model forbids, and a server may rightly read as allowed.

    An empty parameter or header may be read as none, and so may an empty list where everything is
    text; a word in other case may be the same word.
    """
    if not contract.overlay.inferred:
        return False
    located = operation.input[place[0]].location in {Location.QUERY, Location.HEADER}
    textual = protocol_facts(operation.protocol).textual
    may_be_none = (located and case.value == "") or (textual and case.value in ([], {}))
    return may_be_none or case.note == values.OTHER_CASE
