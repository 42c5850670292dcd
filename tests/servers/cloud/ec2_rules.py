"""Rules of security groups in EC2: what is valid, and how it is given back."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from tests.servers.keys.wire import Refused

from .ec2 import invalid
from .world import Members

ALLOWED = r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]*"
NUMBERS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
KEYS = ("IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6", "ReferencedGroupId")
EVERYTHING = {"IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0"}


def key(rule: Members) -> tuple[Any, ...]:
    return tuple(rule.get(name) for name in KEYS)


def about(peer: Members) -> Members:
    text = peer.get("Description")
    if text is None:
        return {}
    if len(text) > 255 or not re.fullmatch(ALLOWED, text):
        raise invalid("description", text, f"Valid descriptions are {ALLOWED}")
    return {"Description": text}


def block(text: str | None, version: int) -> str:
    """A block as it is given back: without the bits of hosts."""
    try:
        found = ipaddress.ip_network(text or "", strict=False)
    except ValueError as error:
        raise invalid("cidr", text, "This is not a valid CIDR block.") from error
    if found.version != version or "/" not in str(text):
        raise invalid("cidr", text, "This is not a valid CIDR block.")
    return str(found)


def ports(one: Members) -> Members:
    """The protocol by its name, and the ports that it has."""
    protocol = str(one.get("IpProtocol", "")).lower()
    protocol = NUMBERS.get(protocol, protocol)
    if not protocol:
        raise Refused("MissingParameter", "The request must contain the parameter ipProtocol")
    known = {"-1", *NUMBERS.values()}
    if protocol not in known and not (protocol.isdecimal() and int(protocol) < 256):
        raise invalid("IP protocol", protocol, "Unknown protocol.")
    if protocol not in NUMBERS.values():
        return {"IpProtocol": protocol}
    first, last = one.get("FromPort"), one.get("ToPort")
    if first is None or last is None:
        if protocol in {"icmp", "icmpv6"}:
            return {"IpProtocol": protocol, "FromPort": -1, "ToPort": -1}
        raise Refused("InvalidParameterValue", "Invalid value 'null' for portRange.")
    if protocol in {"tcp", "udp"} and not 0 <= first <= last <= 65535:
        text = f"Invalid value '{first}-{last}' for portRange."
        raise Refused("InvalidParameterValue", text)
    if protocol in {"icmp", "icmpv6"} and not (-1 <= first <= 255 and -1 <= last <= 255):
        raise Refused("InvalidParameterValue", "ICMP code must be from -1 to 255.")
    return {"IpProtocol": protocol, "FromPort": first, "ToPort": last}
