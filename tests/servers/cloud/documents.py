"""Policy documents of IAM: whether one is well formed, and how it is given back."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from tests.servers.keys.wire import Refused

from .world import World


def checked(text: str, *, trust: bool) -> None:
    """Refused where the text is no policy of an identity, or none of trust."""
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed("This policy contains invalid Json") from error
    if not isinstance(policy, dict) or policy.keys() - {"Version", "Id", "Statement"}:
        raise _malformed("Syntax errors in policy.")
    if policy.get("Version", "2012-10-17") not in {"2012-10-17", "2008-10-17"}:
        raise _malformed("The policy must contain a valid version string")
    statements = _listed(policy.get("Statement", []))
    if not statements:
        raise _malformed("Syntax errors in policy.")
    for one in statements:
        _check(one, trust=trust)


def _check(one: Any, *, trust: bool) -> None:
    if not isinstance(one, dict) or one.get("Effect") not in {"Allow", "Deny"}:
        raise _malformed("Missing required field Effect")
    if not {"Action", "NotAction"} & one.keys():
        raise _malformed("Missing required field Action")
    if trust and not {"Principal", "NotPrincipal"} & one.keys():
        raise _malformed("Missing required field Principal")
    if trust and {"Resource", "NotResource"} & one.keys():
        raise _malformed("Has prohibited field Resource")
    if not trust and not {"Resource", "NotResource"} & one.keys():
        raise _malformed("Policy statement must contain resources.")
    if not trust and {"Principal", "NotPrincipal"} & one.keys():
        raise _malformed("Policy document should not specify a principal.")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def shown(world: World, text: str) -> str:
    """A document as answers have it: percent-encoded."""
    if world.on("reserialised"):
        return quote(json.dumps(json.loads(text), sort_keys=True, indent=2), safe="-_.~")
    return quote(text, safe="")


def _malformed(text: str) -> Refused:
    return Refused("MalformedPolicyDocument", text)
