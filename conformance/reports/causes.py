"""Groups failures by their likely cause, so that one mend is seen to settle many of them.

Failures share a cause when the target answered alike (status, error code, the message without its
particulars), or, where it answered with success, when the same kind of statement is broken.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from conformance import error_identity
from conformance.contract.levels import Level
from conformance.record import Record, RecordedRequest, RecordedResponse, VerdictLine, fails_gate
from conformance.reports.facts import (
    Failure,
    deciding,
    error_code,
    failures,
    grouped,
    json_object,
)
from conformance.reports.text import one_line

Signature = tuple[str, ...]

_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_WEIGHT = {Level.REQUIRED: 4, Level.EXPECTED: 3, Level.STRICT: 2, Level.INFORMATIONAL: 1}
_GATE_FACTOR = 1000
_TITLE = re.compile(r"<title>\s*([^<]{1,200}?)\s*</title>", re.IGNORECASE)
_SUCCESS = re.compile(r"\D{0,20}2\d\d\b")
_ACCEPTED = {
    "maxLength": "Accepts values longer than maxLength",
    "minLength": "Accepts values shorter than minLength",
    "maximum": "Accepts numbers above the maximum",
    "minimum": "Accepts numbers below the minimum",
    "maxItems": "Accepts lists longer than maxItems",
    "minItems": "Accepts lists shorter than minItems",
    "maxProperties": "Accepts maps larger than maxProperties",
    "minProperties": "Accepts maps smaller than minProperties",
    "pattern": "Accepts values that do not match the pattern",
    "enum": "Accepts values outside the enumeration",
    "type": "Accepts values of the wrong type",
    "required": "Accepts requests without a required member",
}
_ANSWERS = {
    "type": "Answers show members with the wrong type, or null",
    "format": "Answers write timestamps in the wrong format",
    "required": "Answers leave out members that must be there",
    "content-type": "Answers have the wrong content type",
    "empty": "Answers have a body where there must be none",
}
ANYTHING = "*/*"
"""What requests of protocols without JSON accept."""
_XML = re.compile(r"\s*<(\?xml|[A-Za-z])")
_PAGE = re.compile(r"\s*<(!doctype|html|head|body)\b", re.IGNORECASE)
# What differs between two answers of one cause: quoted text, paths, ids, numbers.
_PARTICULAR = re.compile(
    r"\"[^\"]*\"|'[^']*'|`[^`]*`|\b[a-z]+://\S+|(?:/[\w.~%-]+){2,}"
    r"|\b(?=\w*\d)[\w-]{6,}\b|\b\d+(?:\.\d+)?\b"
)


@dataclass(frozen=True, slots=True)
class FailureCause:
    """Failures that one mend may settle; ``lines`` worst first, ``gating`` of them gate."""

    signature: Signature
    title: str
    lines: tuple[VerdictLine, ...]
    gating: int

    @property
    def level(self) -> Level:
        return self.lines[0].level

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.operation or line.service for line in self.lines))


def causes(record: Record) -> tuple[FailureCause, ...]:
    """The failures of a record by likely cause, the gravest cause first."""
    strict = record.run.strict
    found = []
    for key, lines in grouped(failures(record), signature).items():
        gating = sum(fails_gate(line, strict=strict) for line in lines)
        found.append(FailureCause(key, cause_title(key, lines), tuple(lines), gating))
    return tuple(sorted(found, key=lambda cause: -_consequence(cause, strict=strict)))


def signature(line: Failure) -> Signature:
    """A key that failures with one cause share."""
    exchange = deciding(line)
    if exchange is None:
        return ("statement", *_kind(line))
    if exchange.response is None:
        return ("silence", skeleton(exchange.seen))
    response = exchange.response
    if form := _form(response, exchange.request):
        return ("form", form)
    if response.status >= _CLIENT_ERROR:
        message = skeleton(_error_message(response))
        return ("answer", str(response.status), error_code(response), message)
    return ("statement", *_kind(line))


def _form(response: RecordedResponse, request: RecordedRequest) -> str:
    """A title for an answer whose form is wrong, else empty."""
    body, is_error = response.body or "", response.status >= _CLIENT_ERROR
    what = "Errors" if is_error else "Answers"
    if not is_error and error_identity.HEADER in map(str.lower, response.headers):
        return f"Errors have status {response.status}"
    if body.startswith("\ufeff"):
        return f"{what} begin with a byte order mark"
    if _XML.match(body) and not _PAGE.match(body) and not _expects_xml(request):
        return f"{what} are XML instead of JSON"
    return f"{what} have text after the JSON" if _is_followed(body) else ""


def _expects_xml(request: RecordedRequest) -> bool:
    """Whether a request is of a protocol whose answers are XML: its headers say so."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get("content-type", "")
    return "form-urlencoded" in given or "xml" in given or headers.get("accept") == ANYTHING


def _is_followed(body: str) -> bool:
    if not body.lstrip().startswith("{"):
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(body.lstrip())
    except (ValueError, RecursionError):
        return False
    return bool(body.lstrip()[end:].strip())


def skeleton(message: str) -> str:
    """The message without quoted text, paths, ids and numbers, in one line."""
    return one_line(_PARTICULAR.sub("…", message[:600]), 100).removeprefix("… ")


def _kind(line: Failure) -> tuple[str, str, str]:
    """Section, keyword and side, as far as known: ``("request", "maxLength", "reject")``."""
    parts = line.requirement.split("/")
    tail = parts[2:] if line.operation else parts[1:]
    section = tail[0] if tail else ""
    exchange = deciding(line)
    allowed = exchange is not None and _SUCCESS.match(exchange.expected) is not None
    return section, tail[-1] if len(tail) > 1 else "", "accept" if allowed else "reject"


def cause_title(key: Signature, lines: Sequence[Failure]) -> str:
    """A title for failures with this signature; the worst is first in ``lines``."""
    if key[0] == "silence":
        said = key[1].removeprefix("no answer").lstrip(" :,")
        return f"No answer: {said}" if said else "No answer"
    if key[0] == "form":
        return key[1]
    if key[0] == "answer":
        return _answer_title(*key[1:])
    if len(lines) == 1:
        return one_line(f"Does not hold: {lines[0].statement}")
    return _statement_title(*key[1:])


def _answer_title(status: str, code: str, message: str) -> str:
    verb = "Fails with" if int(status) >= _SERVER_ERROR else "Answers"
    name = " ".join(part for part in (verb, status, one_line(code, 80)) if part)
    return f"{name}: {message}" if message else name


def _statement_title(section: str, how: str, side: str) -> str:
    how = one_line(how, 80)
    if section == "request" and side == "reject":
        return _ACCEPTED.get(how, f"Accepts values that {how} forbids")
    if section == "patch" and side == "reject":
        return f"Accepts the patch operation '{how}' where the documents do not support it"
    if section == "response" and how in _ANSWERS:
        return _ANSWERS[how]
    titles = {
        "request": f"Rejects or changes values that {how} allows",
        "response": f"Answers violate {how}",
        "error": f"Does not answer with {how} where it should",
        "status": f"Does not answer a valid request with status {how}",
        "patch": f"The patch operation '{how}' does not work as documented",
        "behavior": f"Behaves differently: {how.replace('-', ' ')}",
        "protocol": f"Protocol: {how.replace('-', ' ')}",
        "auth": f"Authentication: {how.replace('-', ' ')}",
    }
    return titles.get(section, one_line(f"{section} {how}".strip()) or "Other failures")


def _consequence(cause: FailureCause, *, strict: bool) -> int:
    """The weight of a cause: gating failures outweigh all others, and worse levels weigh more."""
    return sum(
        _WEIGHT[line.level] * (_GATE_FACTOR if fails_gate(line, strict=strict) else 1)
        for line in cause.lines
    )


def _error_message(response: RecordedResponse) -> str:
    """The message of an error body, the title of a page, or the beginning of any other body."""
    body = json_object(response.body)
    for key in ("message", "Message", "errorMessage"):
        if isinstance(body.get(key), str):
            return str(body[key])
    page = _TITLE.search((response.body or "")[:2000])
    return "" if body else page[1] if page else (response.body or "")[:300]
