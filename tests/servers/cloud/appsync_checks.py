"""What AppSync demands of nested settings beyond the model, and what it fills into them."""

from __future__ import annotations

import re

from tests.servers.keys.wire import Refused

from .world import Members

NEEDED = {
    "AMAZON_COGNITO_USER_POOLS": "userPoolConfig",
    "OPENID_CONNECT": "openIDConnectConfig",
    "AWS_LAMBDA": "lambdaAuthorizerConfig",
}
REGION = r"[a-z]{2}(-[a-z]+)+-\d"
LAMBDA = rf"arn:aws[a-z-]*:lambda:{REGION}:\d{{12}}:function:[\w-]{{1,64}}(:[\w$-]+)?"
ROLE = r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+"


def _bad(text: str) -> Refused:
    return Refused("BadRequestException", text)


def checked_auth(settings: Members, pool: str = "userPoolConfig") -> None:
    """Refused where a provider lacks its settings, or they are none of AWS."""
    kind = settings.get("authenticationType", settings.get("authType"))
    needed = {**NEEDED, "AMAZON_COGNITO_USER_POOLS": pool}.get(str(kind))
    if kind is None or (needed and needed not in settings):
        raise _bad(f"{needed or 'authenticationType'} is needed for {kind}.")
    users = settings.get(pool)
    if users and not re.fullmatch(REGION, users["awsRegion"]):
        raise _bad("awsRegion is no region.")
    issuer = settings.get("openIDConnectConfig", {}).get("issuer", "https://x")
    if not re.fullmatch(r"https?://[^\s/]+.*", issuer):
        raise _bad("The issuer is no address.")
    uri = settings.get("lambdaAuthorizerConfig", {}).get("authorizerUri")
    if uri is not None and not re.fullmatch(LAMBDA, uri, re.ASCII):
        raise _bad("authorizerUri is no ARN of a function.")


def checked_log(settings: Members | None, name: str) -> None:
    if settings is not None and not re.fullmatch(ROLE, settings[name], re.ASCII):
        raise _bad(f"{name} is no ARN of a role.")


FILLED: dict[str, Members] = {
    "logConfig": {"excludeVerboseContent": False},
    "openIDConnectConfig": {"iatTTL": 0, "authTTL": 0},
    "lambdaAuthorizerConfig": {"authorizerResultTtlInSeconds": 300},
    "userPoolConfig": {"appIdClientRegex": ""},
    "dynamodbConfig": {"useCallerCredentials": False, "versioned": False},
    "syncConfig": {"conflictHandler": "NONE", "conflictDetection": "NONE"},
}


def with_defaults(settings: Members) -> Members:
    """Settings with what was not given in them."""
    found = {**settings}
    for name, defaults in FILLED.items():
        if isinstance(found.get(name), dict):
            found[name] = {**defaults, **found[name]}
    name = "additionalAuthenticationProviders"
    if name in found:
        found[name] = [with_defaults(one) for one in found[name]]
    return found
