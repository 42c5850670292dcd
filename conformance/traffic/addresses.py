"""Addresses as recordings hold them: hosts may be hidden, and then they are no addresses at all."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance.engine.judge.redacted import is_redacted

HIDDEN = "REDACTED"
"""Stands for every host that a recording hides: one that every reader of an address can read."""
PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?//([^/?#]*)([^#]*)")
PORT = re.compile(r":[^:\]]*$")
NAME = re.compile(r"[\w.:%-]*|\[[0-9A-Fa-f:.]+\]")
"""Any other host is a placeholder: ``{host}``, ``$HOST``, ``[FILTERED]``."""
REGION = re.compile(r"(?:fips-)?[a-z]{2,4}(?:-[a-z]+)+-\d+(?:-fips)?")
SUFFIX = re.compile(
    r"(?:^|\.)(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|api\.amazonwebservices\.(?:com\.cn|eu)|"
    r"c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$"
)
"""Domains under which the partitions of AWS have their endpoints, with and without IPv6."""
VARIANT = re.compile(rf"-(?:fips|accelerate|({REGION.pattern}))$")
"""What may stand behind a service's name: S3 has hosts of its first days, `s3-eu-west-1`."""
DUAL = "dualstack"
LOOPBACK = re.compile(r"(?:^|\.)localhost(?:\.localstack\.cloud)?$")
NEAR = re.compile(
    r"host\.docker\.internal|[\w-]+|::1|(?:127|10|172|192\.168)\.[\d.]+|"
    r"[\w.-]+\.(?:local|localdomain|internal|test)"
)
"""Private hosts: this machine, a container's name, a private address."""


@dataclass(frozen=True, slots=True)
class Host:
    """What a host's name says: whether it is AWS's or near, and whose service it names."""

    name: str
    aws: bool = False
    near: bool = False
    hidden: bool = False
    service: str = ""
    """The service that the name is one of, as it signs; empty where it names none."""
    region: str = ""
    label: str = ""
    """What stands in front of the service's name."""


def readable(url: str) -> str:
    """The address with a hidden or unreadable authority replaced by one that can be read."""
    match = PARTS.fullmatch(url)
    if match is None:
        first, slash, rest = url.partition("/")
        # Without a scheme: `<host>/apikeys`. What is hidden as a whole has no path to go by.
        return f"https://{HIDDEN}/{rest}" if slash and first and is_redacted(first) else url
    scheme, authority, rest = match[1] or "https", match[2], match[3]
    named = PORT.sub("", authority.rsplit("@", 1)[-1])
    is_hidden = is_redacted(named) or not NAME.fullmatch(named)
    if named and is_hidden and SUFFIX.search(named.lower()) is None:
        return f"{scheme}://{HIDDEN}{rest}"
    return f"{scheme}://{_safe(authority)}{rest}"


def _safe(authority: str) -> str:
    """The authority, without a port that is none."""
    try:
        parts = urlsplit(f"//{authority}")
        port, host = parts.port, parts.hostname
    except ValueError:
        left = PORT.sub("", authority)
        return left if re.fullmatch(r"[\w.@:%-]+|\[[0-9A-Fa-f:.]+\]", left) else HIDDEN
    return authority if host or port is None else ""


def host_of(name: str) -> Host:
    """What is known of a host by its name."""
    name = name.lower().rstrip(".")
    if not name:
        return Host("")
    suffix = SUFFIX.search(name)
    if suffix is not None:
        service, region, label = _named(name[: suffix.start()].split("."))
        if is_redacted(service):
            return Host(name, hidden=True, region=region)
        return Host(name, aws=True, service=service, region=region, label=label)
    if is_redacted(name):
        return Host(name, hidden=True)
    here = LOOPBACK.search(name)
    if here is not None:
        service, region, label = _named([part for part in name[: here.start()].split(".") if part])
        return Host(name, near=not service, service=service, region=region, label=label)
    return Host(name, near=NEAR.fullmatch(name) is not None)


def _named(labels: list[str]) -> tuple[str, str, str]:
    """Service, region and what is in front: ``[vpce-x.]apigateway[-fips].us-east-1[.vpce]``."""
    if labels and labels[-1] == "vpce":
        labels = labels[:-1]
    region = ""
    if labels and (REGION.fullmatch(labels[-1]) or is_redacted(labels[-1])):
        region = labels[-1] if REGION.fullmatch(labels[-1]) else ""
        region = region.removeprefix("fips-").removesuffix("-fips")
        labels = labels[:-1]
    if len(labels) > 1 and labels[-1] == DUAL:
        labels = labels[:-1]
    if not labels:
        return "", region, ""
    variant = VARIANT.search(labels[-1])
    service = labels[-1][: variant.start()] if variant else labels[-1]
    region = region or (variant and variant[1]) or ""
    return service, region, ".".join(labels[:-1])
