"""What the body of an error must be, whatever the error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.model import Contract, Operation
from conformance.judge.answer import Answer
from conformance.judge.findings import Finding
from conformance.judge.redacted import Redacted

BODY = "error-body"
"""The overlay's rule kind that is watched in every refusal: ``members`` of which one is a text,
and the ``content-type`` where that is known."""

MEMBERS = "error-members"
"""Watched in every refusal with the code ``error``: each of ``members`` is there, one of the
texts that are given for it, or a list where none is."""


def observe_error(contract: Contract, operation: Operation, answer: Answer) -> Iterator[Finding]:
    """Whether a refusal that names an error of the operation has the body that errors have."""
    if answer.code not in operation.errors or answer.status is None or answer.status >= 500:
        return
    for address, rule in contract.facts.get("rules", {}).items():
        name = f"{contract.service}/{address}"
        if rule["rule"] == BODY:
            yield _body(name, rule, answer)
        elif rule["rule"] == MEMBERS and rule["error"] == answer.code:
            yield _members(name, rule["members"], answer)


def _body(name: str, rule: Mapping[str, Any], answer: Answer) -> Finding:
    body = answer.body
    if not isinstance(body, dict):
        return Finding(name, False, "a JSON object as the body", _kind(answer))
    if not any(isinstance(body.get(member), str) for member in rule["members"]):
        wanted = " or ".join(rule["members"])
        return Finding(name, False, f"a text in {wanted}", _named(body))
    return _labelled(name, rule.get("content-type"), answer)


def _members(name: str, wanted: Mapping[str, list[str]], answer: Answer) -> Finding:
    body = answer.body if isinstance(answer.body, dict) else {}
    for member, texts in wanted.items():
        expected = f"{member}: {' or '.join(texts) or 'a list'}"
        if member not in body:
            return Finding(name, False, expected, _named(body))
        value = body[member]
        if isinstance(value, Redacted):
            continue
        if not (value in texts if texts else isinstance(value, list)):
            return Finding(name, False, expected, f"{member}: {value!r:.60}")
    return Finding(name, True, "", "")


def _named(body: Mapping[str, Any]) -> str:
    return f"members {', '.join(body) or 'none'}"


def _labelled(name: str, wanted: str | None, answer: Answer) -> Finding:
    media = answer.content_type.split(";", 1)[0].strip().lower()
    held = wanted is None or media == wanted
    return Finding(name, held, f"labelled {wanted}", answer.content_type or "no content type")


def _kind(answer: Answer) -> str:
    if answer.size == 0:
        return "no body"
    return f"{answer.size} bytes of {answer.content_type or 'something else'}"
