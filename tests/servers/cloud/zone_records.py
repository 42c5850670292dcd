"""Names and records of Route 53: what is valid, and how it is given back."""

from __future__ import annotations

import ipaddress
import re

from tests.servers.keys.wire import Refused

from .world import Members, Store

POLICIES = ("Weight", "Region", "GeoLocation", "Failover", "MultiValueAnswer",
            "CidrRoutingConfig", "GeoProximityLocation")  # fmt: skip


def _bad(text: str) -> Refused:
    return Refused("InvalidChangeBatch", text)


def normal_name(text: str) -> str | None:
    """A name in lower case, with its last dot; what is unusual in it as octal numbers."""
    name = text if text.endswith(".") else f"{text}."
    if name == ".":
        return name
    labels = name[:-1].split(".")
    if len(name) > 256 or not all(0 < len(one) <= 63 for one in labels):
        return None
    if not name.isascii() or not name.isprintable():
        return None
    plain = re.compile(r"[a-z0-9_\-.]")
    lower = name.lower()
    return "".join(one if plain.match(one) else f"\\{ord(one):03o}" for one in lower)


def order(name: str) -> list[str]:
    """What names are sorted by: their labels from the last one on."""
    return name.rstrip(".").split(".")[::-1]


def key_of(record: Members) -> str:
    return f"{record['Name']} {record['Type']} {record.get('SetIdentifier', '')}"


def _check_policies(given: Members) -> None:
    if ("AliasTarget" in given) is ("ResourceRecords" in given):
        raise _bad("Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]]")
    if ("TTL" in given) is not ("ResourceRecords" in given):
        raise _bad("A record has a TTL, and an alias has none.")
    policies = [one for one in POLICIES if one in given]
    if len(policies) > 1 or bool(policies) is not ("SetIdentifier" in given):
        raise _bad("A record with SetIdentifier has one routing policy, and no other has one.")
    if {"GeoProximityLocation", "CidrRoutingConfig"} & {*policies}:
        raise _bad("There is no such collection or location.")
    if given.get("GeoLocation", {"x": 1}) == {}:
        raise _bad("A location is needed.")
    if "TrafficPolicyInstanceId" in given:
        raise _bad("TrafficPolicyInstanceId cannot be set.")


def checked_record(zone: str, given: Members, checks: Store) -> Members:
    """A record as it is kept; Refused where it is none of this zone."""
    name = normal_name(given["Name"])
    if name is None or not (name == zone or name.endswith(f".{zone}")):
        raise _bad(f"RRSet with DNS name {given['Name']} is not permitted in zone {zone}")
    _check_policies(given)
    if "HealthCheckId" in given and checks.get(given["HealthCheckId"]) is None:
        raise Refused("NoSuchHealthCheck", "There is no such health check.", 404)
    if "AliasTarget" in given:
        raise _bad("Tried to create an alias that targets a name that was not found.")
    if given["Type"] == "CNAME" and name == zone:
        raise _bad("RRSet of type CNAME is not permitted at apex in zone")
    if given["Type"] == "SOA" and name != zone:
        raise _bad("A SOA record is of the apex.")
    values = [one["Value"] for one in given["ResourceRecords"]]
    if len({*values}) < len(values):
        raise _bad("Duplicate resource record.")
    if given["Type"] in {"CNAME", "SOA"} and len(values) > 1:
        raise _bad("Only one value is allowed.")
    if not all(_fits(given["Type"], one) for one in values):
        raise _bad(f"Invalid Resource Record: FATAL problem: a value is no {given['Type']}")
    return {**given, "Name": name}


QUOTED = r'"([^"\\]|\\.){0,255}"( "([^"\\]|\\.){0,255}")*'
HOST = r"[^\s\"]{1,255}"
VALUES = {
    "CNAME": HOST,
    "NS": HOST,
    "PTR": HOST,
    "MX": rf"\d{{1,5}}\s+{HOST}",
    "SRV": rf"\d{{1,5}}\s+\d{{1,5}}\s+\d{{1,5}}\s+{HOST}",
    "TXT": QUOTED,
    "SPF": QUOTED,
    "CAA": rf"\d{{1,3}}\s+[a-z]+\s+{QUOTED}",
    "SOA": r"\S+\s+\S+(\s+\d+){5}",
}


def _fits(kind: str, value: str) -> bool:
    if kind in {"A", "AAAA"}:
        try:
            return ipaddress.ip_address(value).version == (4 if kind == "A" else 6)
        except ValueError:
            return False
    return re.fullmatch(VALUES.get(kind, r"\S+(\s+\S+)+"), value) is not None
