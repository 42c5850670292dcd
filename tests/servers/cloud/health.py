"""Route 53: health checks, and tags of zones and checks."""

from __future__ import annotations

import ipaddress
import uuid

from tests.servers.keys.wire import Refused

from .world import Members, Operation, Store, World, operations_of
from .zones import Zones, invalid, limit, marked

MATCHING = {"HTTP_STR_MATCH", "HTTPS_STR_MATCH"}
PORTS = {"HTTP": 80, "HTTP_STR_MATCH": 80, "HTTPS": 443, "HTTPS_STR_MATCH": 443}


class Health:
    """The operations by name."""

    def __init__(self, world: World, zones: Zones) -> None:
        self.world = world
        self.zones = zones
        self.store: Store = zones.checks
        self.used: set[str] = set()
        self.operations: dict[str, Operation] = operations_of("route53", self)

    def _checked(self, config: Members) -> None:
        kind = config["Type"]
        if self.world.on("unchecked"):
            return
        if kind in {"CLOUDWATCH_METRIC", "RECOVERY_CONTROL"}:
            raise invalid("There is no such alarm or control.")
        calculated = kind == "CALCULATED"
        of_others = {"ChildHealthChecks", "HealthThreshold"} & config.keys()
        if calculated and len(of_others) < 2:
            raise invalid("ChildHealthChecks and HealthThreshold must be specified.")
        if not calculated and of_others:
            raise invalid(f"A check of type {kind} has no others.")
        if {"AlarmIdentifier", "InsufficientDataHealthStatus", "RoutingControlArn"} & config.keys():
            raise invalid(f"A check of type {kind} has no alarm and no control.")
        if calculated:
            if any(self.store.get(one) is None for one in config["ChildHealthChecks"]):
                raise invalid("There is no such health check.")
            return
        _check_endpoint(config)

    def _full(self, config: Members) -> Members:
        """Settings with what is not given in them."""
        usual: Members = {"Inverted": False, "Disabled": False}
        if config["Type"] != "CALCULATED":
            usual |= {"RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False}
            usual["EnableSNI"] = config["Type"].startswith("HTTPS")
        if config["Type"] in PORTS:
            usual["Port"] = PORTS[config["Type"]]
        return {**usual, **config}

    def _shown(self, one: Members) -> Members:
        return {key: value for key, value in one.items() if key not in {"given", "tags"}}

    def create_health_check(self, sent: Members) -> Members:
        reference, config = sent["CallerReference"], sent["HealthCheckConfig"]
        self._checked(config)
        for one in self.store.all():
            if one["CallerReference"] == reference and one["given"] == config:
                return self._created(one)
        if reference in self.used:
            text = "A health check has already been created with the specified caller reference."
            raise Refused("HealthCheckAlreadyExists", text, 409)
        self.used.add(reference)
        made = {
            "Id": str(uuid.uuid4()),
            "CallerReference": reference,
            "HealthCheckConfig": self._full(config),
            "HealthCheckVersion": 1,
            "given": config,
        }
        self.store.put(made["Id"], made)
        return self._created(made)

    def _created(self, one: Members) -> Members:
        place = f"https://route53.amazonaws.com/2013-04-01/healthcheck/{one['Id']}"
        return {"HealthCheck": self._shown(one), "Location": place}

    def _check(self, identity: str) -> Members:
        found: Members | None = self.store.get(identity)
        if found is None:
            text = f"A health check with id {identity} does not exist."
            raise Refused("NoSuchHealthCheck", text, 404)
        return found

    def get_health_check(self, sent: Members) -> Members:
        return {"HealthCheck": self._shown(self._check(sent["HealthCheckId"]))}

    def get_health_check_count(self, sent: Members) -> Members:
        return {"HealthCheckCount": len(self.store.listed())}

    def list_health_checks(self, sent: Members) -> Members:
        size = self.zones.size(limit(sent, 100))
        paged = marked(self.store.listed(), sent, size)
        return {"HealthChecks": [self._shown(one) for one in paged.pop("items")], **paged}

    def update_health_check(self, sent: Members) -> Members:
        check = self._check(sent["HealthCheckId"])
        version = check["HealthCheckVersion"]
        if sent.get("HealthCheckVersion", version) != version:
            text = f"The version is {version}."
            raise Refused("HealthCheckVersionMismatch", text, 409)
        own = {"HealthCheckId", "HealthCheckVersion", "ResetElements"}
        given = {key: one for key, one in sent.items() if key not in own}
        config = {**check["HealthCheckConfig"], **given}
        for name in sent.get("ResetElements", []):
            config.pop(name, None)
        self._checked(config)
        changed = {**check, "HealthCheckConfig": config, "HealthCheckVersion": version + 1}
        self.store.put(check["Id"], changed)
        return {"HealthCheck": self._shown(changed)}

    def delete_health_check(self, sent: Members) -> Members:
        check = self._check(sent["HealthCheckId"])
        for one in self.store.all():
            if check["Id"] in one["HealthCheckConfig"].get("ChildHealthChecks", []):
                raise Refused("HealthCheckInUse", "Another health check needs this one.")
        self.store.drop(check["Id"])
        return {}

    def _tagged(self, kind: str, identity: str) -> tuple[Store, Members]:
        if kind == "hostedzone":
            return self.zones.zones, self.zones.zone(identity)
        return self.store, self._check(identity)

    def change_tags_for_resource(self, sent: Members) -> Members:
        store, one = self._tagged(sent["ResourceType"], sent["ResourceId"])
        if "AddTags" not in sent and "RemoveTagKeys" not in sent:
            raise invalid("There is nothing to add or to remove.")
        added = sent.get("AddTags", [])
        tags = {**one.get("tags", {})}
        for key in sent.get("RemoveTagKeys", []):
            tags.pop(key, None)
        for tag in added:
            if not tag.get("Key") or tag["Key"].lower().startswith("aws:"):
                raise invalid("A tag needs a key that is not reserved.")
            tags[tag["Key"]] = tag.get("Value", "")
        if len(tags) > 10:
            raise invalid("A resource has at most 10 tags.")
        store.put(one["Id"], {**one, "tags": tags})
        return {}

    def _set(self, kind: str, identity: str) -> Members:
        tags = self._tagged(kind, identity)[1].get("tags", {})
        found = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {"ResourceType": kind, "ResourceId": identity, "Tags": found}

    def list_tags_for_resource(self, sent: Members) -> Members:
        return {"ResourceTagSet": self._set(sent["ResourceType"], sent["ResourceId"])}

    def list_tags_for_resources(self, sent: Members) -> Members:
        found = [self._set(sent["ResourceType"], one) for one in sent["ResourceIds"]]
        return {"ResourceTagSets": found}


def _check_endpoint(config: Members) -> None:
    kind = config["Type"]
    if "IPAddress" not in config and "FullyQualifiedDomainName" not in config:
        raise invalid("IPAddress or FullyQualifiedDomainName must be specified.")
    if kind == "TCP" and "Port" not in config:
        raise invalid("Port must be specified for TCP.")
    if (kind in MATCHING) is not bool(config.get("SearchString")):
        raise invalid("SearchString must be specified for the types that match, and for no other.")
    if config.get("RequestInterval", 30) not in {10, 30}:
        raise invalid("RequestInterval must be 10 or 30.")
    if "IPAddress" in config and not ipaddress.ip_address(config["IPAddress"]).is_global:
        raise invalid("Reserved addresses cannot be checked.")
    if len(config.get("Regions", range(3))) < 3:
        raise invalid("Three regions are needed.")
