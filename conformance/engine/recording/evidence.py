"""Exchanges as they go into the record: masked, with what was expected and what was seen."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from urllib.parse import quote, unquote

from conformance import record
from conformance.contract.places import texts
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.record.redaction import fold
from conformance.transport.exchange import Exchange

HIDDEN = {"authorization", "x-amz-security-token", "x-amz-date"}
"""Headers that a signature needs and that stay secret (the date is useless without it)."""

QUERY_SIGNATURE = re.compile(r"[?&]X-Amz-Algorithm=.*")
"""A presigned URL ends with what vouches for it."""

LONGEST_BODY, LONGEST_REQUEST = 65_536, 1_048_576
"""So many characters of an answer are evidence: what matters of a longer one is told in words. A
request is to be sent again, so that of one only what no person sends is cut."""
LEAST_HANDED = 16
"""Characters of a text that stands in an answer and in a later request, and is no mere word."""
DEEPEST = 12
"""Levels of an answer in which such a text is looked for: an odd request may be shown again."""
LONGEST = 8
"""How many of the updates before a probe the evidence keeps, at most."""


@dataclass(frozen=True, slots=True)
class EvidenceStep:
    """A request; for the deciding one with what was expected and seen. ``pause`` goes before it."""

    sent: SentProbe
    role: record.Role
    expected: str = ""
    seen: str = ""
    pause: float = 0.0


def as_evidence(
    steps: Sequence[EvidenceStep], masker: Masker, signing: record.RecordedSigning | None
) -> tuple[record.RecordedExchange, ...]:
    """The steps in sending order, each saying which earlier answer its identifiers come from."""
    return tuple(
        _exchange(step, _uses(step, steps[:index]), masker, signing)
        for index, step in enumerate(steps)
    )


def with_setup(
    sent: SentProbe, expected: str, seen: str, listed: RunResource | None = None
) -> list[EvidenceStep]:
    """A probe after the requests that made its resource, or ``listed`` for a list's answer."""
    resource = sent.resource or listed
    behind = [*_behind(sent), *(_chain(resource) if resource is not None else [])]
    made = list({id(one.created): one for one in behind if one.created is not sent}.values())
    # Whoever sends them again has to wait for what took its time.
    pauses = [0.0, *(round(one.ready_after, 1) for one in made)]
    setup = [one.created for one in made]
    if resource is not None:
        setup += [one for one in resource.history if one is not sent][-LONGEST:]
    pauses += [0.0] * (len(setup) - len(made))
    *before, last = pauses
    steps = [
        EvidenceStep(one, record.Role.SETUP, pause=pause)
        for one, pause in zip(setup, before, strict=True)
    ]
    return [*steps, EvidenceStep(sent, record.Role.PROBE, expected, seen, last)]


def _chain(resource: RunResource) -> list[RunResource]:
    """A resource after those that it is made of."""
    return [*_behind(resource.created), resource]


def _behind(sent: SentProbe) -> list[RunResource]:
    """The resources that a request needed, each after those that it is made of."""
    direct = [*sent.parents.values(), *([sent.resource] if sent.resource is not None else [])]
    needed = [one for first in direct if first.created is not sent for one in _chain(first)]
    return list({id(one): one for one in needed}.values())


def _uses(step: EvidenceStep, earlier: Sequence[EvidenceStep]) -> tuple[record.Use, ...]:
    """Texts of this request that came from earlier answers: identifiers, and what is handed on."""
    found: dict[str, record.Use] = {}
    request = step.sent.exchange.request
    # Labels may be percent-encoded, once or twice: what they say is what counts.
    urls = (request.url, unquote(request.url), unquote(unquote(request.url)))
    said = "\n".join(urls).encode("utf-8", "surrogatepass") + (request.body or b"")
    for resource in _behind(step.sent):
        named = resource.id.encode(errors="surrogatepass")
        spelt = {named, quote(named, safe="-._~").encode()}
        if not any(text in said for text in spelt):
            continue
        for index, before in enumerate(earlier):
            if before.sent is resource.created:
                pointer = _pointer(before.sent.answer.body, resource.id)
                chosen = resource.id in before.sent.values.values()
                if pointer and not chosen:
                    found[resource.id] = record.Use(resource.id, index, pointer)
                break
    handed = _handed(step, earlier)
    return (*found.values(), *(one for one in handed if one.value not in found))


def _handed(step: EvidenceStep, earlier: Sequence[EvidenceStep]) -> Iterator[record.Use]:
    """What steps of a rule hand on besides: a handle, a version, the token of a page."""
    for text in dict.fromkeys(texts(step.sent.values)):
        for index, before in enumerate(earlier if len(text) >= LEAST_HANDED else ()):
            if text in texts(before.sent.values):
                break  # it was chosen, and not given
            pointer = _pointer(before.sent.answer.body, text)
            if pointer:
                yield record.Use(text, index, pointer)
                break


def _pointer(body: Any, value: str, depth: int = DEEPEST) -> str:
    """Where an answer has a text: at its top, else the first place deeper in it."""
    inner: Iterable[tuple[object, Any]] = body.items() if isinstance(body, dict) else ()
    inner = enumerate(body) if isinstance(body, list) else inner
    places = {name: item for name, item in inner if "/" not in str(name)}
    own = (f"/{name}" for name, item in places.items() if item == value)
    below = ((name, _pointer(item, value, depth - 1)) for name, item in places.items() if depth)
    return next(chain(own, (f"/{name}{at}" for name, at in below if at)), "")


def _exchange(
    step: EvidenceStep,
    uses: tuple[record.Use, ...],
    masker: Masker,
    signing: record.RecordedSigning | None,
) -> record.RecordedExchange:
    exchange, form = step.sent.exchange, step.sent.probe.form
    if signing is not None and step.sent.sign_incorrectly:
        signing = replace(signing, fault=step.sent.sign_incorrectly)
    return record.RecordedExchange(
        request=_request(exchange, masker, signing),
        response=_response(exchange, masker),
        expected=masker.mask(step.expected),
        seen=masker.mask(step.seen),
        role=step.role,
        seconds=round(exchange.seconds, 4),
        uses=tuple(record.Use(masker.mask(one.value), one.source, one.pointer) for one in uses),
        pause=step.pause or None,
        connection=form.connection if form else 0,
        pipelined=form.pipelined if form else False,
    )


def _request(
    exchange: Exchange, masker: Masker, signing: record.RecordedSigning | None
) -> record.RecordedRequest:
    request = exchange.request
    headers = {
        name: masker.mask(value) for name, value in request.headers if name.lower() not in HIDDEN
    }
    text, encoded, cut = _body(request.body, masker, LONGEST_REQUEST)
    url = masker.mask(QUERY_SIGNATURE.sub("", request.url))
    return record.RecordedRequest(request.method, url, headers, text, encoded, signing, cut)


def _response(exchange: Exchange, masker: Masker) -> record.RecordedResponse | None:
    if exchange.response is None:
        return None
    headers = {name: masker.mask(value) for name, value in exchange.response.headers}
    text, encoded, cut = _body(exchange.response.body or None, masker, LONGEST_BODY)
    return record.RecordedResponse(exchange.response.status, headers, text, encoded, cut)


def _body(
    body: bytes | None, masker: Masker, most: int
) -> tuple[str | None, str | None, record.CutBody | None]:
    """A body as text, else in base64, of no more than so many characters, and how it was cut."""
    if body is None:
        return None, None, None
    # Masked before it is cut: of a secret at the end nothing would be known any more.
    try:
        text = masker.mask(body.decode())
    except UnicodeDecodeError:
        masked = masker.mask_bytes(body)
        return None, base64.b64encode(masked[:most]).decode(), _cut(body, masked, most)
    shown = fold(text) if len(text) > LONGEST_BODY else text
    if len(shown) <= most:
        return shown, None, None
    return shown[:most], None, _cut(body, text.encode(), most)


def _cut(body: bytes, masked: bytes, most: int) -> record.CutBody | None:
    if len(masked) <= most:
        return None
    return record.CutBody(len(body), hashlib.sha256(masked).hexdigest())
