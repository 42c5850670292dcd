"""What the overlay's watched rules say of every answer: how errors look, what is in the head."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.model import MEMBER_MEDIA, Contract, Operation
from conformance.contract.protocols import protocol_facts
from conformance.contract.vocabulary.overlay_rules import (
    ContentCodingRule,
    ErrorBodyRule,
    ErrorCodeRule,
    ErrorCodesAgreeRule,
    ErrorFormRule,
    ErrorMembersRule,
    ErrorStatusRule,
    ResponseHeaderRule,
    Rule,
    SuccessFormRule,
)
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.redacted import Redacted
from conformance.error_identity import is_same
from conformance.identity_cache import identity_cache
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import of

ErrorCheck = Callable[[str, Any, Operation, ParsedResponse], Finding | None]

BODY, MEMBERS, CODE, CODES = "error-body", "error-members", "error-code", "error-codes-agree"
HEADER = "response-header"
ERROR_FORM, SUCCESS_FORM, ERROR_STATUS = "error-form", "success-form", "error-status"
FORMS = frozenset({ERROR_FORM, SUCCESS_FORM, ERROR_STATUS})
IN_REFUSALS = frozenset({BODY, MEMBERS, CODE, CODES, ERROR_FORM})
"""The kinds of which refusals alone show something."""
OF_HTTP = frozenset({408, 411, 413, 414, 431})
"""Statuses by which whatever takes a message in refuses it, whatever operation it is for."""
OF_TRANSFER = frozenset({"date", "connection", "content-length", "transfer-encoding"})
"""Headers that have come with an answer as it was sent."""


KEPT = 8
"""Contracts of which the rules that are watched are kept."""


def observe_rules(
    contract: Contract, operation: Operation, answer: ParsedResponse
) -> Iterator[Finding]:
    """What an answer holds or breaks of the rules that are watched."""
    if answer.status is None or answer.status >= 500:
        return
    findings = (watch(name, rule, operation, answer) for watch, name, rule in _watched(contract))
    yield from filter(None, findings)


@identity_cache(KEPT)
def _watched(contract: Contract) -> list[tuple[ErrorCheck, str, Rule]]:
    """The watched rules of a contract, cached, as every answer is held to them."""
    return [
        (WATCHED[type(rule)], f"{contract.service}/{address}", rule)
        for address, rule in contract.overlay.rules.items()
        if type(rule) in WATCHED
    ]


def _body(
    name: str, rule: ErrorBodyRule, operation: Operation, answer: ParsedResponse
) -> Finding | None:
    """Whether the body of a declared error has the members that errors have."""
    if answer.code not in operation.errors:
        return None
    body = answer.body
    if not isinstance(body, dict):
        return Finding(name, False, "a JSON object as the body", _kind(answer))
    if not any(isinstance(body.get(member), str) for member in rule.members):
        wanted = " or ".join(rule.members)
        return Finding(name, False, f"a string in {wanted}", _named(body))
    return _labelled(name, rule.content_type, answer)


def _members(
    name: str, rule: ErrorMembersRule, operation: Operation, answer: ParsedResponse
) -> Finding | None:
    """Whether an error has its members, in the pages' case or capitalized, with known texts."""
    if answer.code not in operation.errors or answer.code != rule.error:
        return None
    body = answer.body if isinstance(answer.body, dict) else {}
    for member, texts in rule.members.items():
        expected = f"{member}: {' or '.join(texts) or 'a list'}"
        names = (member, member[:1].upper() + member[1:])
        found = next((one for one in names if one in body), None)
        if found is None:
            return Finding(name, False, expected, _named(body))
        value = body[found]
        if isinstance(value, Redacted):
            continue
        if not (value in texts if texts else isinstance(value, list)):
            return Finding(name, False, expected, f"{member}: {value!r:.60}")
    return Finding(name, True)


def _named(body: Mapping[str, Any]) -> str:
    return f"members {', '.join(body) or 'none'}"


def _labelled(name: str, wanted: str | None, answer: ParsedResponse) -> Finding:
    media = answer.content_type.split(";", 1)[0].strip().lower()
    held = wanted is None or media == wanted
    return Finding(name, held, f"labelled {wanted}", answer.content_type or "no content type")


def _kind(answer: ParsedResponse) -> str:
    if answer.size == 0:
        return "no body"
    return f"{answer.size} bytes of {answer.content_type or 'something else'}"


def _code(name: str, _rule: Rule, operation: Operation, answer: ParsedResponse) -> Finding | None:
    """Whether a refusal names its error; an answer to HEAD has no place for that."""
    held = answer.code is not None
    if not answer.is_refusal or (answer.status in OF_HTTP and not held):
        return None
    unreadable = protocol_facts(operation.protocol).textual and bool(answer.form)
    if (operation.method == "HEAD" or unreadable) and not held:
        return None  # what cannot be read is described by its form
    expected = f"the error name in {of(operation.protocol).names_errors}"
    return Finding(name, held, expected, answer.told())


def _codes(name: str, _rule: Rule, _operation: Operation, answer: ParsedResponse) -> Finding | None:
    """Whether all places that name the error agree."""
    if not answer.is_refusal or not answer.codes:
        return None
    held = all(is_same(answer.codes[0], name) for name in answer.codes[1:])
    return Finding(name, held, "the same error name everywhere", " and ".join(answer.codes))


def _header(
    name: str, rule: ResponseHeaderRule, operation: Operation, answer: ParsedResponse
) -> Finding | None:
    """Whether a header is there; errors count only if they are declared and recorded in full."""
    declared = answer.is_refusal and answer.code in operation.errors
    if rule.errors and not (declared and answer.headers & OF_TRANSFER):
        return None
    held = rule.header in answer.headers
    return Finding(name, held, f"a header {rule.header}", "none")


def _error_form(
    name: str, _rule: Rule, operation: Operation, answer: ParsedResponse
) -> Finding | None:
    """Whether the body of a refusal, if any, has the form of its protocol."""
    if not answer.is_refusal or not answer.size or answer.status in OF_HTTP:
        return None
    return _of_form(name, operation, answer)


def _success_form(
    name: str, _rule: Rule, operation: Operation, answer: ParsedResponse
) -> Finding | None:
    """Whether the body of a success has the form of its protocol, where it has members."""
    if not answer.ok or not answer.size or operation.content_type not in MEMBER_MEDIA:
        return None
    return _of_form(name, operation, answer)


def _of_form(name: str, operation: Operation, answer: ParsedResponse) -> Finding:
    wanted = f"{of(operation.protocol).body_format}, and nothing else, as the body"
    seen = f"a body that is {answer.form}, with {answer.content_type or 'no content type'}"
    return Finding(name, not answer.form, wanted, seen)


def _error_status(
    name: str, _rule: Rule, operation: Operation, answer: ParsedResponse
) -> Finding | None:
    """Whether an answer that names an error has an error's status."""
    body = answer.body if isinstance(answer.body, dict) else {}
    named = "x-amzn-errortype" in answer.headers or (
        isinstance(body.get("__type"), str) and "__type" not in operation.output
    )
    named = named or (answer.ok and bool(answer.codes))
    if not named:
        return None
    seen = f"an error with status {answer.status}"
    return Finding(name, not answer.ok, "a status of 400 or more", seen)


def _coding(
    name: str, _rule: Rule, _operation: Operation, answer: ParsedResponse
) -> Finding | None:
    """Whether the body came without a content coding."""
    if not answer.size:
        return None
    return Finding(name, not answer.unasked, "an uncompressed body", answer.unasked)


WATCHED: Mapping[type[Rule], ErrorCheck] = {
    ErrorBodyRule: _body,
    ErrorMembersRule: _members,
    ErrorCodeRule: _code,
    ErrorCodesAgreeRule: _codes,
    ResponseHeaderRule: _header,
    ErrorFormRule: _error_form,
    SuccessFormRule: _success_form,
    ErrorStatusRule: _error_status,
    ContentCodingRule: _coding,
}
"""The kinds of rules that are watched in every answer."""
