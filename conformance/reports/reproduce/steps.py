"""What a script must do for a list of exchanges: what to send, what to keep of each answer."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote

from conformance.record import RecordedExchange, RecordedRequest, RecordedSigning, Role
from conformance.record.redaction import fill_redactions
from conformance.reports.reproduce.quoting import Part, cut

NOT_SO = "deliberately signed wrongly ({fault}): only `conformance replay` can send it"


class Keys(StrEnum):
    """Whose keys a script signs with."""

    OWN = "own"
    NOBODYS = "nobody's"
    WRONG_SECRET = "wrong secret"  # noqa: S105 - a word
    WITHOUT_TOKEN = "without token"  # noqa: S105 - a word


@dataclass(frozen=True, slots=True)
class Signature:
    """How to sign a step: ``signing`` None for unsigned, ``note`` where no script can."""

    signing: RecordedSigning | None = None
    keys: Keys = Keys.OWN
    header: tuple[str, str] | None = None
    """One more header."""
    note: str = ""


def signature(signing: RecordedSigning | None) -> Signature:
    """How a script signs a request that was signed like this."""
    if signing is None or signing.fault is None:
        return Signature(signing)
    plain = replace(signing, fault=None)
    known = {
        "unsigned": Signature(),
        "cut-header": Signature(header=("Authorization", _cut(plain))),
        "header-without-pairs": Signature(
            header=("Authorization", "AWS4-HMAC-SHA256 Credential")
        ),
        "unknown-key": Signature(plain, Keys.NOBODYS),
        "wrong-secret": Signature(plain, Keys.WRONG_SECRET),
        "no-region": Signature(replace(plain, region="xx-nowhere-1")),
        "other-service": Signature(replace(plain, service="sts")),
        "without-token": Signature(plain, Keys.WITHOUT_TOKEN),
    }  # fmt: skip
    return known.get(signing.fault, Signature(note=NOT_SO.format(fault=signing.fault)))


def _cut(signing: RecordedSigning) -> str:
    scope = f"{signing.region}/{signing.service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential=AKIACONFORMANCE22222/20260101/{scope}"


# What the sender sets itself, and what a signature made anew replaces.
_OWN = {
    "host",
    "connection",
    "content-length",
    "accept-encoding",
    "user-agent",
    "transfer-encoding",
    "expect",
}
_OUR_NAMES = {"user-agent", "USER-AGENT"}
"""As this tool writes them only where the case of names is under test."""
_SIGNATURE = {"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"}


class ValueEncoding(StrEnum):
    """How a value is written where it is used."""

    PLAIN = "plain"
    URL = "url"
    JSON = "json"

    def of(self, value: str) -> str:
        if self is ValueEncoding.URL:
            return quote(value, safe="")
        return json.dumps(value)[1:-1] if self is ValueEncoding.JSON else value


@dataclass(frozen=True, slots=True)
class Capture:
    """Variable ``name`` is what ``keys`` (member names and indexes) lead to in an answer."""

    name: str
    keys: tuple[str | int, ...]
    form: ValueEncoding


@dataclass(frozen=True, slots=True)
class ReproductionStep:
    """One request to send after ``pause`` seconds; a body that is not UTF-8 stays bytes."""

    number: int
    role: Role
    method: str
    url: tuple[Part, ...]
    headers: tuple[tuple[str, tuple[Part, ...]], ...]
    body: tuple[Part, ...] | bytes | None
    signature: Signature
    captures: tuple[Capture, ...]
    pause: float = 0.0


def reproduction_steps(evidence: Sequence[RecordedExchange]) -> tuple[ReproductionStep, ...]:
    """The exchanges as steps, in sending order, values from earlier answers as variables."""
    wanted = _Wanted(evidence)
    names = [wanted.variables(exchange) for exchange in evidence]
    return tuple(
        _step(number, exchange, variables, wanted.of(number - 1))
        for number, (exchange, variables) in enumerate(zip(evidence, names, strict=True), 1)
    )


class _Wanted:
    """The values that later requests take from earlier answers, each under one name."""

    def __init__(self, evidence: Sequence[RecordedExchange]) -> None:
        self._evidence = evidence
        self._names: dict[tuple[int, str, ValueEncoding], str] = {}

    def variables(self, exchange: RecordedExchange) -> dict[str, str]:
        """The texts to replace in this request, each with its variable."""
        found: dict[str, str] = {}
        text = "\n".join(_texts(exchange.request))
        for use in exchange.uses:
            for form in ValueEncoding:
                written = form.of(use.value)
                # Where the identifier is a secret, too, its mark stands for it.
                sent = fill_redactions(written)
                if written and sent not in found and written in text:
                    found[sent] = self._name(use.source, use.pointer, form)
        return found

    def of(self, index: int) -> tuple[Capture, ...]:
        """What to keep of the answer of the exchange with this index."""
        return tuple(
            Capture(name, _keys(pointer, self._evidence[index]), form)
            for (source, pointer, form), name in self._names.items()
            if source == index
        )

    def _name(self, source: int, pointer: str, form: ValueEncoding) -> str:
        key = (source, pointer, form)
        if key not in self._names:
            last = re.sub(r"\W+", "_", pointer.rpartition("/")[2], flags=re.ASCII).strip("_")
            stem = f"{last if last[:1].isalpha() else 'value'}_{source + 1}"
            taken = sum(name.startswith(stem) for name in self._names.values())
            self._names[key] = f"{stem}_{taken + 1}" if taken else stem
        return self._names[key]


def unsupported_reason(evidence: Sequence[RecordedExchange]) -> str:
    """Why no script can send the exchanges as they were sent; "" where one can."""
    if any(exchange.connection for exchange in evidence):
        return "the requests must share one connection"
    for exchange in evidence:
        if exchange.request.cut is not None:
            return f"the record has only the beginning of a request body ({exchange.request.cut})"
        if _OUR_NAMES & exchange.request.headers.keys():
            return "the case of all header names matters"
        text = "\n".join(_texts(exchange.request))
        for use in exchange.uses:
            if not any(form.of(use.value) in text for form in ValueEncoding):
                return "an identifier from an earlier answer is encoded in an unusual way"
    return ""


def unsupported_comment(why: str, evidence: Sequence[RecordedExchange]) -> str:
    """The comment that replaces a script that cannot be written."""
    if any(exchange.request.cut for exchange in evidence):
        return f"# No script: {why}."
    return f"# No script: {why}. `conformance replay RECORD REQUIREMENT` sends it again."


def _texts(request: RecordedRequest) -> Iterable[str]:
    return (request.url, request.body or "", *request.headers.values())


def _step(
    number: int,
    exchange: RecordedExchange,
    variables: Mapping[str, str],
    captures: tuple[Capture, ...],
) -> ReproductionStep:
    request = exchange.request
    signed = signature(request.signing)
    return ReproductionStep(
        number=number,
        role=exchange.role,
        method=request.method,
        url=cut(request.url, variables),
        headers=tuple((name, cut(value, variables)) for name, value in _headers(request, signed)),
        body=_body(request, variables),
        signature=signed,
        captures=captures,
        pause=round(exchange.pause or 0.0, 3),
    )


def _headers(request: RecordedRequest, signed: Signature) -> Iterator[tuple[str, str]]:
    dropped = _OWN | _SIGNATURE if request.signing else _OWN
    for name, text in request.headers.items():
        if name.lower() not in dropped or is_chunking(name, text):
            yield name, text
    if signed.header is not None:
        yield signed.header


def is_chunking(name: str, text: str) -> bool:
    return name.lower() == "transfer-encoding" and text.lower() == "chunked"


def _body(
    request: RecordedRequest, variables: Mapping[str, str]
) -> tuple[Part, ...] | bytes | None:
    if request.body_base64 is not None:
        try:
            return base64.b64decode(request.body_base64)
        except binascii.Error:
            return b""
    return None if request.body is None else cut(request.body, variables)


def _keys(pointer: str, exchange: RecordedExchange) -> tuple[str | int, ...]:
    """The keys of a JSON pointer; a number is an index where the answer has an array."""
    try:
        value: object = json.loads((exchange.response and exchange.response.body) or "")
    except (ValueError, RecursionError):
        value = None
    keys: list[str | int] = []
    for written in pointer.split("/")[1:]:
        name = written.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and re.fullmatch("[0-9]+", name):
            keys.append(int(name))
            value = value[int(name)] if int(name) < len(value) else None
        else:
            keys.append(name)
            value = value.get(name) if isinstance(value, dict) else None
    return tuple(keys)
