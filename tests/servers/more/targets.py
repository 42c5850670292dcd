"""Elastic Load Balancing: target groups and the targets in them."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from tests.servers.cloud.world import Members, Operation, hexadecimal, operations_of, pairs
from tests.servers.keys.wire import Refused

from .balancers import NAME, Shelf, checked_attributes, checked_tags, invalid

HTTP = {"HTTP", "HTTPS"}
ATTRIBUTES: dict[str, str] = {
    "deregistration_delay.timeout_seconds": "300", "stickiness.enabled": "false",
    "stickiness.type": "lb_cookie", "stickiness.lb_cookie.duration_seconds": "86400",
    "slow_start.duration_seconds": "0",
}  # fmt: skip
CODES = re.compile(r"\d{3}([,-]\d{3})*")
CHECKS = (
    "HealthCheckProtocol", "HealthCheckPort", "HealthCheckPath", "HealthCheckEnabled",
    "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "HealthyThresholdCount",
    "UnhealthyThresholdCount", "Matcher",
)  # fmt: skip
OWN = ("Protocol", "Port", "VpcId", "TargetType", "ProtocolVersion", "IpAddressType")


class Targets:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("elbv2", self)
        for number in range(3 if self.world.on("populated") else 0):
            self.create_target_group({"Name": f"busy-{number}", "TargetType": "lambda"})

    def _balancers(self, arn: str) -> list[str]:
        """The load balancers that send something to a group."""
        found = {
            one["balancer"]
            for kind in ("listener", "listener-rule")
            for one in self.shelf.all(kind)
            if arn in one["groups"]
        }
        return sorted(found)

    def _shown(self, group: Members) -> Members:
        shown = {name: group["settings"].get(name) for name in (*OWN, *CHECKS)}
        return {
            **shown,
            "TargetGroupArn": group["arn"],
            "TargetGroupName": group["name"],
            "LoadBalancerArns": self._balancers(group["arn"]),
        }

    def _usual(self, sent: Members, kind: str) -> Members:
        """The settings of health checks that a request leaves out."""
        protocol = sent.get("Protocol", "HTTP")
        http = protocol in HTTP or kind == "lambda"
        check = sent.get("HealthCheckProtocol", "HTTP" if protocol in HTTP else "TCP")
        usual: Members = {
            "HealthCheckEnabled": kind != "lambda",
            "HealthCheckIntervalSeconds": 35 if kind == "lambda" else 30,
            "HealthCheckTimeoutSeconds": 30 if kind == "lambda" else 5 if http else 10,
            "HealthyThresholdCount": 5,
            "UnhealthyThresholdCount": 2,
        }
        if kind != "lambda":
            usual |= {"HealthCheckProtocol": check, "HealthCheckPort": "traffic-port"}
            usual["IpAddressType"] = "ipv4"
        if check in HTTP or kind == "lambda":
            usual |= {"HealthCheckPath": "/", "Matcher": {"HttpCode": "200"}}
        if protocol in HTTP and kind != "lambda":
            usual["ProtocolVersion"] = "HTTP1"
        return usual

    def _checked(self, settings: Members) -> Members:
        interval, timeout = (
            settings[f"HealthCheck{one}Seconds"] for one in ("Interval", "Timeout")
        )
        if self.world.on("unchecked"):
            return settings
        if timeout >= interval:
            raise invalid("Health check interval must be greater than the timeout.")
        code = settings.get("Matcher", {}).get("HttpCode", "200")
        if not CODES.fullmatch(code):
            raise invalid(f"Health check matcher HTTP code '{code}' is not valid")
        port = settings.get("HealthCheckPort", "traffic-port")
        if port != "traffic-port" and not (port.isdecimal() and 1 <= int(port) <= 65535):
            raise invalid(f"Health check port '{port}' is not valid")
        if not settings.get("HealthCheckPath", "/").startswith("/"):
            raise invalid("Health check path must begin with a '/'")
        if settings.get("HealthCheckProtocol") in {"UDP", "TCP_UDP", "TLS", "GENEVE"}:
            raise invalid("The protocol is not supported for health checks")
        if settings.get("HealthCheckProtocol") == "TCP" and settings.get("Protocol") in HTTP:
            raise invalid("The protocol is not supported for health checks")
        return settings

    def create_target_group(self, sent: Members) -> Members:
        name, kind = sent["Name"], sent.get("TargetType", "instance")
        if not NAME.fullmatch(name):
            raise invalid("The target group name is not valid")
        own = {"Protocol", "Port", "VpcId"} & sent.keys()
        if kind == "lambda" and own:
            raise invalid("Protocol, port and VPC cannot be specified for Lambda functions")
        if kind != "lambda" and len(own) < 3:
            raise invalid("A Port, a Protocol and a VpcId must be specified")
        if kind != "lambda" and self.shelf.network.store.get(sent["VpcId"]) is None:
            raise invalid(f"The VPC ID '{sent['VpcId']}' is not found")
        if kind == "alb" and sent["Protocol"] != "TCP":
            raise invalid("The protocol is TCP for load balancers as targets")
        if sent.get("ProtocolVersion") not in {None, "HTTP1", "HTTP2", "GRPC"}:
            raise invalid("The protocol version is not supported")
        given = {key: one for key, one in sent.items() if key not in {"Name", "Tags"}}
        settings = self._checked({**self._usual(sent, kind), **given, "TargetType": kind})
        tags = checked_tags(sent.get("Tags", []), {})
        for one in self.shelf.all("targetgroup"):
            if one["name"] == name:
                if one["settings"] == settings:
                    return {"TargetGroups": [self._shown(one)]}
                text = "A target group with the same name exists, but with different settings"
                raise Refused("DuplicateTargetGroupName", text)
        made = {
            "kind": "targetgroup", "arn": self.shelf.arn(f"targetgroup/{name}/{hexadecimal(16)}"),
            "name": name, "settings": settings, "tags": tags, "targets": {},
            "attributes": ATTRIBUTES,
        }  # fmt: skip
        return {"TargetGroups": [self._shown(self.shelf.keep(made))]}

    def describe_target_groups(self, sent: Members) -> Members:
        arns, names = sent.get("TargetGroupArns", []), sent.get("Names", [])
        of = sent.get("LoadBalancerArn")
        if len([one for one in (arns, names, of) if one]) > 1:
            raise invalid("Names, ARNs and a load balancer exclude each other")
        if of:
            self.shelf.get("loadbalancer", of)
        found, marker = self.shelf.described("targetgroup", sent, arns, names)
        found = [one for one in found if not of or of in self._balancers(one["arn"])]
        return {"TargetGroups": [self._shown(one) for one in found], "NextMarker": marker}

    def modify_target_group(self, sent: Members) -> Members:
        group = self.shelf.get("targetgroup", sent["TargetGroupArn"])
        given = {name: sent[name] for name in CHECKS if name in sent}
        if given.get("HealthCheckEnabled") is False and group["settings"]["TargetType"] != "lambda":
            raise Refused("InvalidConfigurationRequest", "Health checks must stay enabled")
        settings = self._checked({**group["settings"], **given})
        return {"TargetGroups": [self._shown(self.shelf.keep({**group, "settings": settings}))]}

    def delete_target_group(self, sent: Members) -> Members:
        arn = sent["TargetGroupArn"]
        if self.world.on("lenient") and self.shelf.store.get(arn) is None:
            return {}
        self.shelf.get("targetgroup", arn)
        if self._balancers(arn):
            text = f"Target group '{arn}' is currently in use by a listener or a rule"
            raise Refused("ResourceInUse", text)
        self.shelf.store.drop(arn)
        return {}

    def modify_target_group_attributes(self, sent: Members) -> Members:
        group = self.shelf.get("targetgroup", sent["TargetGroupArn"])
        found = checked_attributes(sent["Attributes"], group["attributes"])
        self.shelf.keep({**group, "attributes": found})
        return {"Attributes": pairs(self.world, found)}

    def describe_target_group_attributes(self, sent: Members) -> Members:
        group = self.shelf.get("targetgroup", sent["TargetGroupArn"], seen=True)
        return {"Attributes": pairs(self.world, group["attributes"])}

    def _key(self, group: Members, target: Members) -> str:
        port = target.get("Port", group["settings"].get("Port"))
        return f"{target['Id']}:{port}" if port else str(target["Id"])

    def _check_target(self, kind: str, identity: str) -> None:
        if kind == "ip":
            try:
                fine = ipaddress.ip_address(identity).is_private
            except ValueError as error:
                raise invalid(f"'{identity}' is not a valid IP address") from error
            if not fine and not self.world.on("unchecked"):
                raise invalid(f"The IP address '{identity}' is not within a valid range")
        elif kind == "lambda":
            if not identity.startswith("arn:") or ":lambda:" not in identity:
                raise invalid(f"'{identity}' is not a valid ARN of a function")
        elif kind == "alb" or not self.world.on("unchecked"):
            raise Refused("InvalidTarget", f"The following targets do not exist: '{identity}'")

    def register_targets(self, sent: Members) -> Members:
        group = self.shelf.get("targetgroup", sent["TargetGroupArn"])
        kind = group["settings"]["TargetType"]
        if not sent["Targets"]:
            raise invalid("At least one target must be specified")
        targets = dict(group["targets"])
        for one in sent["Targets"]:
            self._check_target(kind, one["Id"])
            full = one if kind == "lambda" else {"Port": group["settings"]["Port"], **one}
            targets[self._key(group, one)] = {**full, "since": self.world.now()}
        if kind == "lambda" and len(targets) > 1:
            raise Refused("TooManyTargets", "A group has one function")
        self.shelf.keep({**group, "targets": targets})
        return {}

    def deregister_targets(self, sent: Members) -> Members:
        group = self.shelf.get("targetgroup", sent["TargetGroupArn"])
        if not sent["Targets"]:
            raise invalid("At least one target must be specified")
        for one in sent["Targets"]:
            key = self._key(group, one)
            known = group["targets"].pop(key, None)
            if known and self.world.on("lingering") and self._balancers(group["arn"]):
                group["targets"][key] = {**known, "left": self.world.now()}
        self.shelf.keep(group)
        return {}

    def describe_target_health(self, sent: Members) -> Members:
        group = self.shelf.get("targetgroup", sent["TargetGroupArn"], seen=True)
        used = bool(self._balancers(group["arn"]))
        asked = {self._key(group, one): one for one in sent.get("Targets", [])}
        found = []
        for key, one in group["targets"].items():
            if (not asked or key in asked) and self.world.now() < one.get("left", 1e12) + 3:
                found.append(self._health(group, one, used=used))
        for key, one in asked.items():
            if key not in group["targets"]:
                health = {"State": "unused", "Reason": "Target.NotRegistered"}
                found.append({"Target": one, "TargetHealth": health})
        return {"TargetHealthDescriptions": found}

    def _health(self, group: Members, one: Members, *, used: bool) -> Members:
        state, reason = "unused", "Target.NotInUse"
        if used and "left" in one:
            state, reason = "draining", "Target.DeregistrationInProgress"
        elif used and self.world.state(one["since"], "initial", "unhealthy") == "initial":
            state, reason = "initial", "Elb.RegistrationInProgress"
        elif used:
            state, reason = "unhealthy", "Target.Timeout"
        target: Any = {key: of for key, of in one.items() if key not in {"since", "left"}}
        shown = {"Target": target, "TargetHealth": {"State": state, "Reason": reason}}
        if "Port" in one:
            port = group["settings"]["HealthCheckPort"]
            shown["HealthCheckPort"] = str(one["Port"]) if port == "traffic-port" else port
        return shown
