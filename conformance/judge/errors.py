"""What the body of an error must be, whatever the error."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Contract, Operation
from conformance.judge.answer import Answer
from conformance.judge.findings import Finding

RULE = "error-body"
"""The overlay's rule kind that is watched in every refusal: ``members`` of which one is a text,
and the ``content-type`` where that is known."""


def observe_error(contract: Contract, operation: Operation, answer: Answer) -> Iterator[Finding]:
    """Whether a refusal that names an error of the operation has the body that errors have."""
    if answer.code not in operation.errors or answer.status is None or answer.status >= 500:
        return
    for address, rule in contract.facts.get("rules", {}).items():
        if rule["rule"] != RULE:
            continue
        name = f"{contract.service}/{address}"
        body = answer.body
        if not isinstance(body, dict):
            yield Finding(name, False, "a JSON object as the body", _kind(answer))
        elif not any(isinstance(body.get(member), str) for member in rule["members"]):
            wanted = " or ".join(rule["members"])
            yield Finding(
                name, False, f"a text in {wanted}", f"members {', '.join(body) or 'none'}"
            )
        else:
            yield _labelled(name, rule.get("content-type"), answer)


def _labelled(name: str, wanted: str | None, answer: Answer) -> Finding:
    media = answer.content_type.split(";", 1)[0].strip().lower()
    held = wanted is None or media == wanted
    return Finding(name, held, f"labelled {wanted}", answer.content_type or "no content type")


def _kind(answer: Answer) -> str:
    if answer.size == 0:
        return "no body"
    return f"{answer.size} bytes of {answer.content_type or 'something else'}"
