"""Route 53: hosted zones, their records, and changes."""

from __future__ import annotations

import re
import string
from typing import Any

from tests.servers.keys.wire import Refused

from .world import Members, Operation, Store, World, operations_of, some
from .zone_records import checked_record, key_of, normal_name, order

LETTERS = string.ascii_uppercase + string.digits
SERVERS = [f"ns-{number}.awsdns-{number % 64:02d}.{end}" for number, end in
           ((2048, "com"), (2049, "net"), (2050, "org"), (2051, "co.uk"))]  # fmt: skip


def invalid(text: str) -> Refused:
    return Refused("InvalidInput", text)


def limit(sent: Members, most: int) -> int:
    """How many items are asked for; those beyond the most that there are count as the most."""
    text = sent.get("MaxItems", str(most))
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise invalid("maxitems is no number of items.")
    return min(int(text), most)


class Zones:
    """The operations by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zones = Store(world)
        self.changes = Store(world)
        self.checks: Store = Store(world)
        self.operations: dict[str, Operation] = operations_of("route53", self)
        for number in range(3 if world.on("populated") else 0):
            self.create_hosted_zone(
                {"Name": f"some{number}.example", "CallerReference": str(number)}
            )

    def _change(self, comment: str | None = None) -> Members:
        made: Members = {"Id": f"/change/C{some(LETTERS, 20)}", "SubmittedAt": self.world.now()}
        self.changes.put(made["Id"], {**made, "Comment": comment})
        return self._info({**made, "Comment": comment})

    def _info(self, change: Members) -> Members:
        status = self.world.state(change["SubmittedAt"], "PENDING", "INSYNC")
        return {**change, "Status": status}

    def get_change(self, sent: Members) -> Members:
        found = self.changes.get(f"/change/{self._bare(sent['Id'], 'change')}")
        if found is None:
            raise Refused("NoSuchChange", f"Could not find resource with ID: {sent['Id']}", 404)
        return {"ChangeInfo": self._info(found)}

    def _bare(self, identity: str, kind: str) -> str:
        """An id without its kind, which some clients leave in it."""
        return identity if self.world.on("bare-ids") else identity.removeprefix(f"/{kind}/")

    def zone(self, identity: str) -> Members:
        found: Members | None = self.zones.get(self._bare(identity, "hostedzone"))
        if found is None:
            text = f"No hosted zone found with ID: {identity}"
            raise Refused("NoSuchHostedZone", text, 404)
        return found

    def create_hosted_zone(self, sent: Members) -> Members:
        name = normal_name(sent["Name"])
        if name is None or name == ".":
            raise Refused("InvalidDomainName", "The domain name is not valid.")
        if "VPC" in sent:
            raise Refused("InvalidVPCId", "The VPC does not exist.")
        config = {"PrivateZone": False, **sent.get("HostedZoneConfig", {})}
        if config["PrivateZone"]:
            raise invalid("A private hosted zone needs a VPC.")
        if "DelegationSetId" in sent:
            raise Refused("NoSuchDelegationSet", "There is no such delegation set.")
        if any(one["CallerReference"] == sent["CallerReference"] for one in self.zones.all()):
            text = "A hosted zone has already been created with the specified caller reference."
            raise Refused("HostedZoneAlreadyExists", text, 409)
        identity = f"Z{some(LETTERS, 19)}"
        ns = {"Type": "NS", "TTL": 172800, "ResourceRecords": [{"Value": f"{s}."} for s in SERVERS]}
        start = f"{SERVERS[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
        soa = {"Type": "SOA", "TTL": 900, "ResourceRecords": [{"Value": start}]}
        made = {
            "Id": identity,
            "Name": name,
            "CallerReference": sent["CallerReference"],
            "Config": config,
            "records": {key_of(one): one for one in ({**ns, "Name": name}, {**soa, "Name": name})},
        }
        self.zones.put(identity, made)
        return {
            "HostedZone": self._shown(made),
            "ChangeInfo": self._change(),
            "DelegationSet": {"NameServers": SERVERS},
            "Location": f"https://route53.amazonaws.com/2013-04-01/hostedzone/{identity}",
        }

    def _shown(self, zone: Members) -> Members:
        found = {key: zone[key] for key in ("Name", "CallerReference", "Config")}
        found["Id"] = f"/hostedzone/{zone['Id']}"
        found["ResourceRecordSetCount"] = len(zone["records"])
        return found

    def get_hosted_zone(self, sent: Members) -> Members:
        zone = self.zone(sent["Id"])
        return {"HostedZone": self._shown(zone), "DelegationSet": {"NameServers": SERVERS}}

    def get_hosted_zone_count(self, sent: Members) -> Members:
        return {"HostedZoneCount": len(self.zones.listed())}

    def size(self, size: int) -> int:
        return max(1, size // 2) if self.world.on("short-pages") else size

    def list_hosted_zones(self, sent: Members) -> Members:
        found = self.zones.listed()
        if "DelegationSetId" in sent:
            raise Refused("NoSuchDelegationSet", "There is no such delegation set.")
        if "HostedZoneType" in sent:
            found = [one for one in found if one["Config"]["PrivateZone"]]
        paged = marked(found, sent, self.size(limit(sent, 100)))
        items = paged.pop("items")
        return {"HostedZones": [self._shown(one) for one in items], **paged}

    def list_hosted_zones_by_name(self, sent: Members) -> Members:
        size = limit(sent, 100)
        first = normal_name(sent.get("DNSName", "."))
        if first is None:
            raise Refused("InvalidDomainName", "The domain name is not valid.")
        if "HostedZoneId" in sent and "DNSName" not in sent:
            raise invalid("hostedzoneid needs dnsname.")
        start = (order(first), sent.get("HostedZoneId", ""))
        zones = sorted(self.zones.listed(), key=lambda one: (order(one["Name"]), one["Id"]))
        left = [one for one in zones if (order(one["Name"]), one["Id"]) >= start]
        size = self.size(size)
        found: Members = {
            "HostedZones": [self._shown(one) for one in left[:size]],
            "IsTruncated": len(left) > size,
            "MaxItems": str(limit(sent, 100)),
            "DNSName": sent.get("DNSName"),
            "HostedZoneId": sent.get("HostedZoneId"),
        }
        if len(left) > size:
            found |= {"NextDNSName": left[size]["Name"], "NextHostedZoneId": left[size]["Id"]}
        return found

    def update_hosted_zone_comment(self, sent: Members) -> Members:
        zone = self.zone(sent["Id"])
        config = {**zone["Config"], "Comment": sent.get("Comment")}
        zone["Config"] = {key: one for key, one in config.items() if one is not None}
        self.zones.put(zone["Id"], zone)
        return {"HostedZone": self._shown(zone)}

    def delete_hosted_zone(self, sent: Members) -> Members:
        zone = self.zone(sent["Id"])
        if len(zone["records"]) > 2:
            text = "The specified hosted zone contains non-required resource record sets."
            raise Refused("HostedZoneNotEmpty", text)
        self.zones.drop(zone["Id"])
        return {"ChangeInfo": self._change()}

    def change_resource_record_sets(self, sent: Members) -> Members:
        zone = self.zone(sent["HostedZoneId"])
        for one in sent["ChangeBatch"]["Changes"]:
            self._apply(zone, one["Action"], one["ResourceRecordSet"])
        self.zones.put(zone["Id"], zone)
        return {"ChangeInfo": self._change(sent["ChangeBatch"].get("Comment"))}

    def _apply(self, zone: Members, action: str, given: Members) -> None:
        if self.world.on("unchecked"):
            record = {**given, "Name": normal_name(given["Name"]) or given["Name"]}
        else:
            record = checked_record(zone["Name"], given, self.checks)
        records, key = zone["records"], key_of(record)
        apex = record["Name"] == zone["Name"] and record["Type"] in {"NS", "SOA"}
        if action == "DELETE":
            if records.get(key) != record:
                text = f"Tried to delete resource record set {key} but it was not found"
                raise Refused("InvalidChangeBatch", text)
            if apex:
                raise Refused("InvalidChangeBatch", "A zone needs its NS and SOA records.")
            del records[key]
            return
        if action == "CREATE" and key in records:
            text = f"Tried to create resource record set {key} but it already exists"
            raise Refused("InvalidChangeBatch", text)
        same = [one for one in records.values() if one["Name"] == record["Name"]]
        others = [one for one in same if key_of(one) != key]
        if any("CNAME" in {one["Type"], record["Type"]} for one in others):
            text = "A CNAME record is not permitted beside other records."
            raise Refused("InvalidChangeBatch", text)
        records[key] = record

    def list_resource_record_sets(self, sent: Members) -> Members:
        zone = self.zone(sent["HostedZoneId"])
        size = limit(sent, 300)
        seen = self.zones.seen(zone["Id"]) or zone
        if "StartRecordType" in sent and "StartRecordName" not in sent:
            raise invalid("type needs name.")
        name = normal_name(sent.get("StartRecordName", "."))
        if name is None:
            raise invalid("The name is not valid.")
        start = (
            order(name),
            sent.get("StartRecordType", ""),
            sent.get("StartRecordIdentifier", ""),
        )
        found = sorted(seen["records"].values(), key=_place)
        left: list[Any] = [one for one in found if _place(one) >= start]
        size = self.size(size)
        answer: Members = {
            "ResourceRecordSets": left[:size],
            "IsTruncated": len(left) > size,
            "MaxItems": str(limit(sent, 300)),
        }
        if len(left) > size:
            following = left[size]
            answer |= {"NextRecordName": following["Name"], "NextRecordType": following["Type"]}
            answer["NextRecordIdentifier"] = following.get("SetIdentifier")
        return answer


def _place(record: Members) -> tuple[Any, ...]:
    return (order(record["Name"]), record["Type"], record.get("SetIdentifier", ""))


def marked(items: list[Members], sent: Members, size: int) -> Members:
    """A page of items that the id of the next one leads to."""
    marker = sent.get("Marker")
    ids = [one["Id"] for one in items]
    if marker is not None and marker not in ids:
        raise invalid("The marker is not valid.")
    start = ids.index(marker) if marker is not None else 0
    following = ids[start + size : start + size + 1]
    return {
        "items": items[start : start + size],
        "Marker": marker,
        "IsTruncated": bool(following),
        "NextMarker": following[0] if following else None,
        "MaxItems": sent.get("MaxItems", "100"),
    }
