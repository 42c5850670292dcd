"""Policies in JSON: whether one is well formed, and how it is given back."""

from __future__ import annotations

import json
from typing import Any

from .wire import Refused

Policy = dict[str, Any]


def checked_policy(text: str, *, resource: bool) -> Policy:
    """The policy, or MalformedPolicyDocumentException."""
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise _malformed("This is no JSON.") from error
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise _malformed("A policy has statements.")
    if policy.get("Version", "2012-10-17") not in {"2012-10-17", "2008-10-17"}:
        raise _malformed("The version of the language is unknown.")
    for statement in statements:
        _check(statement, resource=resource)
    return dict(policy)


def _check(statement: Any, *, resource: bool) -> None:
    if not isinstance(statement, dict) or statement.get("Effect") not in {"Allow", "Deny"}:
        raise _malformed("A statement allows or denies.")
    if not {"Principal", "NotPrincipal"} & statement.keys():
        raise _malformed("A statement has a principal.")
    if not {"Action", "NotAction"} & statement.keys():
        raise _malformed("A statement has actions.")
    if resource and not {"Resource", "NotResource"} & statement.keys():
        raise _malformed("A statement has resources.")


def is_public(policy: Policy) -> bool:
    """Whether it allows everyone something."""
    statements = policy["Statement"]
    for one in statements if isinstance(statements, list) else [statements]:
        principal = one.get("Principal")
        everyone = principal == "*" or (isinstance(principal, dict) and _anyone(principal))
        if one["Effect"] == "Allow" and everyone and "Condition" not in one:
            return True
    return False


def _anyone(principal: Policy) -> bool:
    return "*" in {name for some in principal.values() for name in _listed(some)}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def normal(policy: Policy) -> str:
    """The same policy, written in another way than it was sent."""
    return json.dumps(policy, indent=1, sort_keys=True)


def _malformed(text: str) -> Refused:
    return Refused("MalformedPolicyDocumentException", text)


def checked_session_policy(text: str) -> Policy:
    """A policy of an identity, which names no principal."""
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise _malformed("This is no JSON.") from error
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if not isinstance(statements, list | dict):
        raise _malformed("A policy has statements.")
    for one in _listed(statements):
        if not isinstance(one, dict) or one.get("Effect") not in {"Allow", "Deny"}:
            raise _malformed("A statement allows or denies.")
    return dict(policy)
