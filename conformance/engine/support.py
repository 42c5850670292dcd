"""Establishes whether a target has an operation at all.

A target that lacks an operation often answers it as it answers any route it does not know: with a
404 page, a 500, or a validation error. Such an answer proves nothing about requirements, so the
answer to a valid request is compared with the answer to a route that no service has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from conformance import error_identity
from conformance.contract.model import Contract, Operation
from conformance.engine.judge.authentication import is_denied
from conformance.engine.sending.channel import Channel
from conformance.engine.sending.exchange_log import SentProbe
from conformance.record import Obstacle, ObstacleCause
from conformance.transport.exchange import Exchange, FailureKind
from conformance.transport.parsed_response import NOT_JSON, ParsedResponse
from conformance.transport.protocols.registry import of, read
from conformance.transport.protocols.seam import WireRequest

LACKS = (
    "UnknownOperation",
    "UnknownOperationException",
    "NotImplemented",
    "NotImplementedException",
    "NotImplementedError",
    "InvalidAction",
)

TAGGED = "etag"
"""A header of what stores a whole, and not of what sets something about one."""


class SupportStatus(StrEnum):
    """What is known of an operation before its requirements are tested."""

    WORKS = "works"
    LACKING = "lacking"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    EXCLUDED = "excluded"
    SILENT = "silent"
    """A valid request of it gets no answer, or none in time, again and again."""


@dataclass(frozen=True, slots=True)
class Support:
    """An operation's standing, and why it is not one that works."""

    standing: SupportStatus
    why: str = ""
    sent: SentProbe | None = None
    """The request that shows it, where nothing was answered."""
    obstacle: Obstacle | None = None
    """What keeps the operation from being tested."""


def excluded(operation: str) -> str:
    """Why nothing is sent to an operation."""
    return f"{operation} is excluded from this run"


def standing_of(sent: SentProbe, channel: Channel, nonce: str) -> Support:
    """The standing that a valid request's answer shows."""
    answer, operation = sent.answer, sent.probe.operation
    if answer.ok:
        return _answered(sent, channel, nonce)
    if answer.failure is FailureKind.TIMEOUT:
        return silent_of(sent)
    if answer.status is None:
        why = f"no answer to a valid request ({answer.told()})"
        # What the run holds back for safety is nobody's silence.
        kept = answer.failure is FailureKind.WITHHELD
        obstacle = None if kept else Obstacle(ObstacleCause.NO_ANSWER)
        return Support(SupportStatus.UNKNOWN, why, obstacle=obstacle)
    if answer.throttled:
        return Support(
            SupportStatus.UNKNOWN,
            f"throttled: {answer.told()}",
            obstacle=Obstacle(ObstacleCause.SETUP),
        )
    if answer.status == 501 or answer.code in LACKS:
        return Support(SupportStatus.LACKING, f"the target says so: {answer.told()}")
    bare = answer.code is None and operation.method != "HEAD"
    if answer.status in {404, 405} and bare:
        return Support(SupportStatus.LACKING, f"the target has no such route: {answer.told()}")
    if is_denied(answer):
        why = f"the credentials do not allow it: {answer.told()}"
        return Support(SupportStatus.UNKNOWN, why, obstacle=Obstacle(ObstacleCause.SETUP))
    control = _control(sent, channel, nonce)
    if not _is_about_resources(answer, sent) and _signature(answer, sent) == _signature(
        control, sent
    ):
        return Support(
            SupportStatus.LACKING,
            f"the target answers as for a route that does not exist: {answer.told()}",
        )
    return Support(
        SupportStatus.REFUSED,
        f"a valid {operation.name} request gets {answer.told()}; see"
        f" {operation.service}/{operation.name}/status/{operation.status}",
        obstacle=obstacle_of(operation),
    )


def _answered(sent: SentProbe, channel: Channel, nonce: str) -> Support:
    if _passes_over_its_selector(sent, channel, nonce):
        why = f"the target answers as for an unknown query parameter: {sent.answer.told()}"
        return Support(SupportStatus.LACKING, why)
    return Support(SupportStatus.WORKS)


def silent_of(sent: SentProbe) -> Support:
    """The standing of an operation of which a valid request is never answered."""
    operation = sent.probe.operation
    why = f"a valid {operation.name} request gets no answer ({sent.answer.told()}); "
    status = obstacle_of(operation)
    return Support(SupportStatus.SILENT, f"{why}see {status.because}", sent, status)


def obstacle_of(operation: Operation) -> Obstacle:
    """That a valid request of an operation does not succeed."""
    status = f"{operation.service}/{operation.name}/status/{operation.status}"
    return Obstacle(ObstacleCause.SETUP, status)


def obstacle_to(contract: Contract, failed: SentProbe) -> Obstacle | None:
    """Why a resource could not be made; nothing that counts if the request may be invalid."""
    unsure = contract.overlay.inferred and failed.answer.is_refusal
    return None if unsure else obstacle_of(failed.probe.operation)


def answering_for(contract: Contract, sent: SentProbe) -> str | None:
    """Another operation whose members all of an answer are, while this one has none of them."""
    answer, operation = sent.answer, sent.probe.operation
    if answer.ok and not operation.output:
        return _answering_without_selector(contract, sent)
    shown = set(answer.body) if answer.ok and isinstance(answer.body, dict) else set()
    if not shown or not operation.output or shown & operation.output.keys():
        return None
    for other in contract.operations.values():
        if other.method == operation.method and shown <= other.output.keys():
            return other.name
    return None


def _answering_without_selector(contract: Contract, sent: SentProbe) -> str | None:
    """The operation on the path without its selector, as the answer's headers show."""
    operation = sent.probe.operation
    if all(operation.query.values()) or TAGGED not in sent.answer.headers:
        return None
    return next(
        (
            one.name
            for one in contract.operations.values()
            if (one.method, one.path) == (operation.method, operation.path) and not one.query
        ),
        None,
    )


def always_fails(sent: SentProbe, others: Iterator[SentProbe]) -> bool:
    """Whether the same unspecific server error answers every request.

    So do targets answer that find a path in the SDK model and have no code for it. ``others`` are
    other requests of the operation: one that is answered in another way shows that it is there.
    """
    answer = sent.answer
    if not answer.server_error or answer.code is not None or answer.body is not NOT_JSON:
        return False
    seen = [is_alike(sent, one) for one in others]
    return bool(seen) and all(seen)


def is_alike(sent: SentProbe, other: SentProbe) -> bool:
    """Whether two answers come from the same piece of code, as far as can be seen."""
    return _signature(sent.answer, sent) == _signature(other.answer, other)


def _control(sent: SentProbe, channel: Channel, nonce: str) -> ParsedResponse:
    """The answer to the same request on a route that no service has."""
    operation, request = sent.probe.operation, sent.exchange.request
    parts = urlsplit(request.url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    wired = WireRequest(request.method, target, request.body, request.header("content-type"))
    elsewhere = of(operation.protocol).nowhere(wired, nonce)
    return read(channel.send(elsewhere), operation)


def _passes_over_its_selector(sent: SentProbe, channel: Channel, nonce: str) -> bool:
    """True where a read is answered as the operation that is on its path without its selector.

    A parameter without a value, as ``?acl``, tells such operations apart. A target that does not
    know it may answer the other one. Only reads are repeated, for others would change something.
    """
    operation, request = sent.probe.operation, sent.exchange.request
    selectors = [name for name, value in operation.query.items() if not value]
    if operation.method != "GET" or not selectors or not sent.answer.size:
        return False
    parts = urlsplit(request.url)
    query = "&".join(
        f"no-such-selector-{nonce}=" if pair.partition("=")[0] in selectors else pair
        for pair in parts.query.split("&")
    )
    other = channel.send(WireRequest(request.method, f"{parts.path}?{query}", None, None))
    return _bytes_of(other) == _bytes_of(sent.exchange)


def _bytes_of(exchange: Exchange) -> bytes | None:
    """The bytes of a success, without what differs from one answer to the next."""
    response = exchange.response
    if response is None or not 200 <= response.status < 300:
        return None
    return re.sub(rb"[0-9A-Fa-f-]{8,}|\d+", b"#", response.body)


def _is_about_resources(answer: ParsedResponse, sent: SentProbe) -> bool:
    """True where paths are names of resources, and the answer is that none has that name."""
    return (
        of(sent.probe.operation.protocol).paths_name
        and answer.code is not None
        and error_identity.says_missing(answer.code)
    )


def _signature(answer: ParsedResponse, sent: SentProbe) -> tuple[int | None, str | None, str]:
    """What two answers have in common when they come from the same piece of code."""
    if answer.body is NOT_JSON:
        return answer.status, answer.code, answer.content_type.split(";")[0]
    message = re.sub(r"[/'\"]?[\w.%~-]*/[\w./%~-]*", "<path>", answer.message)
    message = re.sub(r"NoSuchOperation[0-9a-z]*", sent.probe.operation.name, message)
    for value in sorted((v for v in sent.values.values() if isinstance(v, str) and v), key=len):
        message = message.replace(value, "<value>")
    return answer.status, answer.code, re.sub(r"[0-9a-f-]{8,}|\d+", "#", message)


def lacks(answer: ParsedResponse) -> bool:
    """True when an answer to a single probe says that this part is not implemented."""
    return answer.status == 501 or answer.code in LACKS
