"""What any answer shows, whatever the probe wanted: statuses, labels, members, error statuses."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.contract.inference.naming import shows_only
from conformance.contract.listing import statements
from conformance.contract.model import Contract, Kind, Operation, Shape
from conformance.contract.places import Place, show
from conformance.contract.protocols import NAMES, NULLS, protocol_facts
from conformance.contract.walk import ShapeCheck, ValueWalker, misspelt
from conformance.engine.judge.errors import observe_rules
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.redacted import Redacted
from conformance.transport.exchange import FailureKind
from conformance.transport.parsed_response import NOT_JSON, ParsedResponse

ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
"""The service chooses the precision of timestamps where no overlay states it."""
EARLIEST, LATEST = 946_684_800, 253_402_300_800
"""The years 2000 and 10000 in seconds: a number outside them is not seconds since 1970, but for
example milliseconds."""
OK, NO_CONTENT = 200, 204
NEVER = 0
"""Services write it for what has not been yet: recorded of ECR and OpenSearch."""
_WALKER = ValueWalker(is_hidden=lambda value: isinstance(value, Redacted))
FORMER = "x-amzn-query-error"
"""The header with the name that an error has in the query protocol, of services that spoke it."""


def observe(contract: Contract, operation: Operation, answer: ParsedResponse) -> Iterator[Finding]:
    prefix = f"{operation.service}/{operation.name}"
    if answer.throttled or answer.failure in {FailureKind.REFUSED, FailureKind.WITHHELD}:
        return  # this operation did not answer: throttling, no target, or no request
    answered = answer.status is not None and not answer.server_error
    yield Finding(
        f"{prefix}/status/no-5xx", answered, "an answer that is not a server error", answer.told()
    )
    yield from observe_rules(contract, operation, answer)
    if answer.ok:
        yield from _success(contract, operation, answer, prefix)
    else:
        yield from _refusal(operation, answer, prefix)


def has_status(contract: Contract, operation: Operation, answer: ParsedResponse) -> bool:
    """Whether a success has the status of its operation.

    200 is the default of models, written or not, and AWS was seen to answer some of these with
    others: never what only looks, nor without a body what has something to show. Where an overlay
    says what a service does, that is an answer without a body alone.
    """
    if answer.status == operation.status:
        return True
    is_default = operation.status == OK and operation.status_source.model is not None
    if not is_default or shows_only(operation.name):
        return False
    bare = answer.status == NO_CONTENT
    usual = not operation.output if bare else contract.overlay.inferred
    return usual and answer.status in protocol_facts(contract.protocol).successes


def _refusal(operation: Operation, answer: ParsedResponse, prefix: str) -> Iterator[Finding]:
    if answer.code in operation.errors:
        error = operation.errors[answer.code or ""]
        declared = error.status
        plain = protocol_facts(operation.protocol).refused_with if 400 <= declared < 500 else ()
        # What spoke the query protocol before has the statuses of that, which no JSON model states.
        moved = answer.is_refusal and FORMER in answer.headers and error.source.model is not None
        held = answer.status in (declared, *plain) or not declared or moved
        yield Finding(
            f"{prefix}/error/{answer.code}", held,
            f"status {declared}", f"status {answer.status}",
        )  # fmt: skip


def _success(
    contract: Contract, operation: Operation, answer: ParsedResponse, prefix: str
) -> Iterator[Finding]:
    yield Finding(
        f"{prefix}/status/{operation.status}", has_status(contract, operation, answer),
        f"status {operation.status}", f"status {answer.status}",
    )  # fmt: skip
    if operation.content_type is None:
        yield from _empty(contract, operation, answer, prefix)
        return
    media = answer.content_type.split(";", 1)[0].strip().lower()
    # Without an overlay, a body that is not there has no label to get wrong.
    labelled = answer.size > 0 or not contract.overlay.inferred
    if labelled and not operation.content_type_given:
        yield Finding(
            f"{prefix}/response/content-type", media == operation.content_type,
            operation.content_type, answer.content_type or "no content type",
        )  # fmt: skip
    if isinstance(answer.body, dict):
        yield from _members(contract, operation, answer.body)
    elif not protocol_facts(operation.protocol).textual:
        seen = "a body that is not JSON" if answer.body is NOT_JSON else "JSON, but not an object"
        for name, member in operation.output.items():
            if member.required:
                yield Finding(f"{prefix}/response/{name}/required", False, f"{name} in it", seen)


def _empty(
    contract: Contract, operation: Operation, answer: ParsedResponse, prefix: str
) -> Iterator[Finding]:
    allowed = contract.overlay.words_of(operation.name).empty_object_allowed
    # Members may be added to a model: those of an answer that has none in it are passed over.
    modelled = contract.overlay.inferred or operation.status_source.model is not None
    newer = modelled and isinstance(answer.body, dict)
    held = answer.size == 0 or newer or (allowed and answer.body == {})
    yield Finding(f"{prefix}/response/body/empty", held, "no body", f"{answer.size} bytes")


def _members(
    contract: Contract, operation: Operation, values: Mapping[str, Any]
) -> Iterator[Finding]:
    """What members hold and break; in answers a union may have any number of members."""
    prefix = f"{operation.service}/{operation.name}/response"
    nulls = NULLS in contract.overlay.rules
    finely = contract.overlay.inferred or protocol_facts(contract.protocol).textual
    null = ""
    held: Counter[tuple[Place, str]] = Counter()
    for one in _WALKER.members(operation.output, values):
        if one.keyword == "union":
            continue
        if one.held:
            held[one.place, one.keyword] += 1
        elif nulls and one.value is None and one.keyword == "type":
            null = null or show(one.place)
        else:
            yield _broken(one, show(one.place), _address(prefix, one.place))
        if one.keyword == "type" and one.held and one.shape.kind is Kind.TIMESTAMP:
            yield _format(one, _address(prefix, one.place), finely=finely)
    for (place, keyword), times in held.items():
        yield Finding(f"{_address(prefix, place)}/{keyword}", True, times=times)
    if NAMES in contract.overlay.rules:
        odd = misspelt(operation.output, values)
        seen = f"{odd} in the answer to {operation.name}"
        yield Finding(
            f"{operation.service}/{NAMES}", odd is None, "members with their exact names", seen
        )
    if nulls:
        seen = f"{null} in the answer to {operation.name} is null"
        yield Finding(f"{operation.service}/{NULLS}", not null, "no null", seen)


@lru_cache(maxsize=4096)
def _address(prefix: str, place: Place) -> str:
    """How the ids of a place begin; cached, as a list shows the same places many times."""
    return f"{prefix}/{show(place)}"


def _broken(one: ShapeCheck, place: str, where: str) -> Finding:
    """The finding of a broken check, in words that are made only then."""
    if one.keyword == "required":
        return Finding(f"{where}/required", False, f"{place} in the answer", "absent")
    if one.keyword == "type":
        kind = one.shape.wire or one.shape.kind
        return Finding(f"{where}/type", False, f"{place} is of type {kind}", _shown(one.value))
    limit = f"{place} meets {one.keyword} {one.shape.limit(one.keyword)}"
    return Finding(f"{where}/{one.keyword}", False, limit, _shown(one.value))


def _format(one: ShapeCheck, where: str, *, finely: bool) -> Finding:
    if _well_formed(one.shape, one.value, finely=finely):
        return Finding(f"{where}/format", True)
    wanted = statements.instant(one.shape)
    return Finding(f"{where}/format", False, wanted, _shown(one.value))


def _well_formed(shape: Shape, value: Any, *, finely: bool) -> bool:
    if isinstance(value, str):
        return (DATE_TIME if finely else ISO_8601).fullmatch(value) is not None
    if value == NEVER:
        return finely
    return EARLIEST <= value < LATEST and (float(value).is_integer() or not shape.whole)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:160]}... ({len(text)} characters)"
