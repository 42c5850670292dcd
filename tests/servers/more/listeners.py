"""Elastic Load Balancing: listeners and their rules."""

from __future__ import annotations

from typing import Any

from tests.servers.cloud.world import Members, Operation, hexadecimal, operations_of
from tests.servers.keys.wire import Refused

from .balancers import Shelf, checked_tags, invalid

PROTOCOLS = {
    "application": {"HTTP", "HTTPS"}, "gateway": {"GENEVE"},
    "network": {"TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"},
}  # fmt: skip
CONFIGS = {"redirect": "RedirectConfig", "fixed-response": "FixedResponseConfig"}
FIELDS = {
    "path-pattern": "PathPatternConfig", "host-header": "HostHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig", "source-ip": "SourceIpConfig",
}  # fmt: skip
REDIRECT = {"Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}",
            "Query": "#{query}"}  # fmt: skip


class Listeners:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("elbv2", self)

    def _actions(self, actions: list[Members], balancer: str) -> list[Members]:
        """Actions as they are shown: what a request leaves out has its default."""
        if not actions:
            raise invalid("An action must be specified")
        kind = self.shelf.get("loadbalancer", balancer)["type"]
        return [self._action(one, kind, balancer) for one in actions]

    def _action(self, action: Members, kind: str, balancer: str) -> Members:
        name = action["Type"]
        if name in CONFIGS:
            if CONFIGS[name] not in action or kind != "application":
                raise invalid(f"A '{name}' action needs {CONFIGS[name]}")
            if name == "redirect":
                target = REDIRECT | action["RedirectConfig"]
                if {key: target[key] for key in REDIRECT} == REDIRECT:
                    text = "The redirect would loop"
                    raise Refused("InvalidLoadBalancerAction", text)
                return {**action, "RedirectConfig": target}
            return action
        if name != "forward":
            raise Refused("InvalidLoadBalancerAction", "The action needs an HTTPS listener")
        return self._forward(action, kind, balancer)

    def _forward(self, action: Members, kind: str, balancer: str) -> Members:
        one = action.get("TargetGroupArn")
        config = action.get("ForwardConfig", {})
        groups = config.get("TargetGroups") or ([{"TargetGroupArn": one}] if one else [])
        if not groups:
            raise invalid("A target group must be specified")
        for group in groups:
            found = self.shelf.get("targetgroup", group.get("TargetGroupArn", ""))
            protocol = found["settings"].get("Protocol", "HTTP")
            if protocol not in PROTOCOLS[kind]:
                text = "The protocols of target group and load balancer are incompatible"
                raise Refused("InvalidConfigurationRequest", text)
            others = {
                listener["balancer"]
                for of in ("listener", "listener-rule")
                for listener in self.shelf.all(of)
                if found["arn"] in listener["groups"]
            } - {balancer}
            if others:
                text = "The target group is associated with another load balancer"
                raise Refused("TargetGroupAssociationLimit", text)
        if one and [group["TargetGroupArn"] for group in groups] != [one]:
            raise invalid("The target groups differ")
        sticky = {"Enabled": False} | config.get("TargetGroupStickinessConfig", {})
        full = [{"Weight": 1, **group} for group in groups]
        shown = {**action, "ForwardConfig": {"TargetGroups": full}}
        if kind == "application":
            shown["ForwardConfig"]["TargetGroupStickinessConfig"] = sticky
        return shown if len(full) > 1 else {**shown, "TargetGroupArn": full[0]["TargetGroupArn"]}

    def _groups(self, actions: list[Members]) -> list[str]:
        return [
            group["TargetGroupArn"]
            for one in actions
            for group in one.get("ForwardConfig", {}).get("TargetGroups", [])
        ]

    def _checked(self, sent: Members, balancer: Members, own: str | None = None) -> None:
        protocol, kind = sent.get("Protocol"), balancer["type"]
        if protocol is None or "Port" not in sent:
            raise invalid("A Port and a Protocol must be specified")
        if protocol not in PROTOCOLS[kind]:
            raise Refused("UnsupportedProtocol", "The load balancer does not support the protocol")
        if protocol in {"HTTPS", "TLS"}:
            if not sent.get("Certificates"):
                raise invalid("A certificate must be specified for HTTPS listeners")
            raise Refused("CertificateNotFound", "The certificate does not exist")
        secure = {"Certificates", "SslPolicy", "AlpnPolicy", "MutualAuthentication"} & sent.keys()
        if secure and not self.world.on("unchecked"):
            raise invalid("Certificates and policies are for secure listeners")
        for one in self.shelf.all("listener"):
            same = (one["balancer"], one["port"]) == (balancer["arn"], sent["Port"])
            if same and one["arn"] != own:
                text = "A listener already exists on this port for this load balancer"
                raise Refused("DuplicateListener", text)

    def create_listener(self, sent: Members) -> Members:
        balancer = self.shelf.get("loadbalancer", sent["LoadBalancerArn"])
        self._checked(sent, balancer)
        actions = self._actions(sent["DefaultActions"], balancer["arn"])
        under = balancer["arn"].partition("loadbalancer/")[2]
        made = {
            "kind": "listener", "arn": self.shelf.arn(f"listener/{under}/{hexadecimal(16)}"),
            "name": "", "balancer": balancer["arn"], "port": sent["Port"],
            "protocol": sent["Protocol"], "actions": actions, "groups": self._groups(actions),
            "tags": checked_tags(sent.get("Tags", []), {}),
        }  # fmt: skip
        self.shelf.keep(made)
        self._keep_rule(made, "default", [], actions, {})
        return {"Listeners": [self._shown(made)]}

    def _shown(self, one: Members) -> Members:
        return {
            "ListenerArn": one["arn"],
            "LoadBalancerArn": one["balancer"],
            "Port": one["port"],
            "Protocol": one["protocol"],
            "DefaultActions": one["actions"],
        }

    def describe_listeners(self, sent: Members) -> Members:
        of, arns = sent.get("LoadBalancerArn"), sent.get("ListenerArns", [])
        if bool(of) is bool(arns):
            raise invalid("You must specify either ListenerArns or a LoadBalancerArn")
        if of:
            self.shelf.get("loadbalancer", of)
        found, marker = self.shelf.described("listener", sent, arns)
        shown = [self._shown(one) for one in found if of in {None, one["balancer"]}]
        return {"Listeners": shown, "NextMarker": marker}

    def modify_listener(self, sent: Members) -> Members:
        known = self.shelf.get("listener", sent["ListenerArn"])
        balancer = self.shelf.get("loadbalancer", known["balancer"])
        after = {"Protocol": known["protocol"], "Port": known["port"], **sent}
        self._checked(after, balancer, known["arn"])
        changed = {**known, "port": after["Port"], "protocol": after["Protocol"]}
        if "DefaultActions" in sent:
            changed["actions"] = self._actions(sent["DefaultActions"], balancer["arn"])
            changed["groups"] = self._groups(changed["actions"])
            for one in self._rules(known["arn"]):
                if one["priority"] == "default":
                    actions = {"actions": changed["actions"], "groups": changed["groups"]}
                    self.shelf.keep({**one, **actions})
        return {"Listeners": [self._shown(self.shelf.keep(changed))]}

    def delete_listener(self, sent: Members) -> Members:
        listener = self.shelf.get("listener", sent["ListenerArn"])
        for one in self._rules(listener["arn"]):
            self.shelf.store.drop(one["arn"])
        self.shelf.store.drop(listener["arn"])
        return {}

    def _rules(self, listener: str) -> list[Members]:
        return [one for one in self.shelf.all("listener-rule") if one["listener"] == listener]

    def _keep_rule(
        self, listener: Members, priority: str, conditions: Any, actions: Any, tags: Any
    ) -> Members:
        under = listener["arn"].partition("listener/")[2]
        arn = self.shelf.arn(f"listener-rule/{under}/{hexadecimal(16)}")
        return self.shelf.keep({
            "kind": "listener-rule", "arn": arn, "name": "", "listener": listener["arn"],
            "balancer": listener["balancer"], "priority": priority, "conditions": conditions,
            "actions": actions, "groups": self._groups(actions), "tags": tags,
        })  # fmt: skip

    def _condition(self, one: Members) -> Members:
        """A condition as it is shown: with the values in both places where it has two."""
        config = FIELDS.get(one.get("Field", ""))
        if config is None:
            raise invalid("The condition field is not valid")
        values = one.get("Values") or one.get(config, {}).get("Values", [])
        if not values:
            raise invalid("A condition value must be specified")
        if "Values" in one and config in one:
            raise invalid("Values and a config exclude each other")
        shown: Members = {"Field": one["Field"], config: {"Values": values}}
        return (
            {**shown, "Values": values} if one["Field"].endswith(("pattern", "header")) else shown
        )

    def create_rule(self, sent: Members) -> Members:
        listener = self.shelf.get("listener", sent["ListenerArn"])
        if not sent["Conditions"] or "Transforms" in sent:
            raise invalid("A condition must be specified")
        conditions = [self._condition(one) for one in sent["Conditions"]]
        actions = self._actions(sent["Actions"], listener["balancer"])
        priority = str(sent["Priority"])
        if any(one["priority"] == priority for one in self._rules(listener["arn"])):
            raise Refused("PriorityInUse", f"Priority '{priority}' is currently in use")
        tags = checked_tags(sent.get("Tags", []), {})
        return {
            "Rules": [self._rule(self._keep_rule(listener, priority, conditions, actions, tags))]
        }

    def _rule(self, one: Members) -> Members:
        return {
            "RuleArn": one["arn"],
            "Priority": one["priority"],
            "Conditions": one["conditions"],
            "Actions": one["actions"],
            "IsDefault": one["priority"] == "default",
        }

    def describe_rules(self, sent: Members) -> Members:
        of, arns = sent.get("ListenerArn"), sent.get("RuleArns", [])
        if bool(of) is bool(arns):
            raise invalid("You must specify either RuleArns or a ListenerArn")
        if of:
            self.shelf.get("listener", of)
        found, marker = self.shelf.described("listener-rule", sent, arns)
        shown = [self._rule(one) for one in found if of in {None, one["listener"]}]
        return {"Rules": shown, "NextMarker": marker}

    def modify_rule(self, sent: Members) -> Members:
        rule = self.shelf.get("listener-rule", sent["RuleArn"])
        if rule["priority"] == "default":
            raise Refused("OperationNotPermitted", "Default rule cannot be modified")
        if "Conditions" in sent:
            rule["conditions"] = [self._condition(one) for one in sent["Conditions"]]
        if "Actions" in sent:
            rule["actions"] = self._actions(sent["Actions"], rule["balancer"])
            rule["groups"] = self._groups(rule["actions"])
        return {"Rules": [self._rule(self.shelf.keep(rule))]}

    def delete_rule(self, sent: Members) -> Members:
        rule = self.shelf.get("listener-rule", sent["RuleArn"])
        if rule["priority"] == "default":
            raise Refused("OperationNotPermitted", "Default rule cannot be deleted")
        self.shelf.store.drop(rule["arn"])
        return {}
