"""EventBridge: rules and their targets, and events."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of
from tests.servers.keys.wire import Refused

from .buses import Shelf, checked_tags, invalid
from .patterns import checked_event, checked_pattern, matches

RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
CRON = re.compile(r"cron\((\S+ ){5}\S+\)")
WITH_ROLE = {"kinesis", "ecs", "states", "firehose", "ssm", "batch", "codebuild", "codepipeline"}
INPUTS = ("Input", "InputPath", "InputTransformer")
SHOWN = (
    "Name", "Arn", "EventPattern", "ScheduleExpression", "State", "Description", "RoleArn",
    "ManagedBy", "EventBusName",
)  # fmt: skip


class Rules:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("events", self)
        for number in range(3 if self.world.on("populated") else 0):
            self.put_rule({"Name": f"hourly-{number}", "ScheduleExpression": "rate(1 hour)"})

    def _rule(self, name: str, bus: str | None, *, seen: bool = False) -> Members:
        on = self.shelf.bus(bus)["Name"]
        rules = self.shelf.rules
        found: Members | None = rules.found(f"{on}/{name}", seen=seen)
        if found is None:
            raise self.shelf.missing(f"Rule {name} on EventBus {on}")
        return found

    def _own(self, sent: Members, name: str) -> Members:
        """A rule that its owner may change."""
        rule = self._rule(name, sent.get("EventBusName"))
        if "ManagedBy" in rule and not sent.get("Force"):
            raise Refused("ManagedRuleException", "Rule is managed by an AWS service.")
        return rule

    def _keep(self, rule: Members) -> None:
        self.shelf.rules.put(f"{rule['EventBusName']}/{rule['Name']}", rule)

    def put_rule(self, sent: Members) -> Members:
        bus = self.shelf.bus(sent.get("EventBusName"))["Name"]
        schedule, pattern = sent.get("ScheduleExpression"), sent.get("EventPattern")
        if not schedule and not pattern:
            text = "Parameter(s) EventPattern or ScheduleExpression must be specified."
            raise invalid(text)
        if pattern:
            checked_pattern(pattern)
        if schedule and not RATE.fullmatch(schedule) and not CRON.fullmatch(schedule):
            raise invalid("Parameter ScheduleExpression is not valid.")
        if schedule and bus != "default":
            raise invalid("ScheduleExpression is supported only on the default event bus.")
        known = self.shelf.rules.get(f"{bus}/{sent['Name']}")
        if known and "ManagedBy" in known:
            raise Refused("ManagedRuleException", "Rule is managed by an AWS service.")
        if known is None and self.world.on("quotas") and len(self.shelf.rules_on(bus)) >= 300:
            raise Refused("LimitExceededException", "There are 300 rules.")
        under = sent["Name"] if bus == "default" else f"{bus}/{sent['Name']}"
        tags = known["tags"] if known else checked_tags(sent.get("Tags", []), {})
        targets = known["targets"] if known else {}
        own = {"State": "ENABLED", **sent, "EventBusName": bus, "tags": tags, "targets": targets}
        own.pop("Tags", None)
        self._keep({**own, "Arn": self.shelf.arn(f"rule/{under}")})
        return {"RuleArn": self.shelf.arn(f"rule/{under}")}

    def describe_rule(self, sent: Members) -> Members:
        rule = self._rule(sent["Name"], sent.get("EventBusName"), seen=True)
        shown = {name: rule.get(name) for name in SHOWN}
        return {**shown, "CreatedBy": None if self.world.on("terse") else self.world.account}

    def list_rules(self, sent: Members) -> Members:
        bus = self.shelf.bus(sent.get("EventBusName"))["Name"]
        prefix = sent.get("NamePrefix", "")
        rules = [one for one in self.shelf.rules_on(bus, seen=True)
                 if one["Name"].startswith(prefix)]  # fmt: skip
        found = [{name: one.get(name) for name in SHOWN} for one in rules]
        return self.shelf.paged("Rules", found, sent)

    def delete_rule(self, sent: Members) -> Members:
        bus = self.shelf.bus(sent.get("EventBusName"))["Name"]
        if self.shelf.rules.get(f"{bus}/{sent['Name']}") is None:
            return {}
        rule = self._own(sent, sent["Name"])
        if rule["targets"]:
            raise invalid("Rule can't be deleted since it has targets.")
        self.shelf.rules.drop(f"{bus}/{rule['Name']}")
        return {}

    def enable_rule(self, sent: Members) -> Members:
        self._keep({**self._own(sent, sent["Name"]), "State": "ENABLED"})
        return {}

    def disable_rule(self, sent: Members) -> Members:
        self._keep({**self._own(sent, sent["Name"]), "State": "DISABLED"})
        return {}

    def put_targets(self, sent: Members) -> Members:
        rule = self._own(sent, sent["Rule"])
        for target in sent["Targets"]:
            self._check_target(target)
        if len({one["Id"] for one in sent["Targets"]}) < len(sent["Targets"]):
            raise invalid("Multiple targets have the same Id.")
        targets = rule["targets"] | {one["Id"]: one for one in sent["Targets"]}
        if len(targets) > 5:
            text = "The requested resource exceeds the maximum number allowed."
            raise Refused("LimitExceededException", text)
        self._keep({**rule, "targets": targets})
        return {"FailedEntryCount": 0, "FailedEntries": []}

    def _check_target(self, target: Members) -> None:
        parts = target["Arn"].split(":", 5)
        if len(parts) < 6 or parts[0] != "arn" or not all((parts[1], parts[2], parts[5])):
            text = "Provided Arn is not in correct format."
            raise invalid(f"Parameter {target['Arn']} is not valid. Reason: {text}")
        if len([one for one in INPUTS if one in target]) > 1:
            raise invalid("Only one of Input, InputPath, or InputTransformer must be provided.")
        if "Input" in target:
            try:
                json.loads(target["Input"])
            except (ValueError, RecursionError) as error:
                raise invalid(f"JSON syntax error in input for target {target['Id']}") from error
        if self.world.on("unchecked"):
            return
        if "InputPath" in target and not target["InputPath"].startswith("$"):
            raise invalid("Invalid InputPath.")
        if parts[2] in WITH_ROLE and "RoleArn" not in target:
            raise invalid(f"RoleArn is required for target {target['Arn']}.")
        if parts[2] == "ecs" and "EcsParameters" not in target:
            raise invalid("EcsParameters are required for a cluster.")
        fifo = parts[2] == "sqs" and target["Arn"].endswith(".fifo")
        if fifo and not target.get("SqsParameters", {}).get("MessageGroupId"):
            raise invalid("Parameter(s) SqsParameters must be specified for FIFO queues.")

    def remove_targets(self, sent: Members) -> Members:
        rule = self._own(sent, sent["Rule"])
        targets, failed = rule["targets"], []
        for one in sent["Ids"]:
            if targets.pop(one, None) is None and not self.world.on("lenient"):
                text = f"Rule {rule['Name']} does not have a target with id {one}."
                failed.append(
                    {
                        "TargetId": one,
                        "ErrorCode": "ResourceNotFoundException",
                        "ErrorMessage": text,
                    }
                )
        self._keep({**rule, "targets": targets})
        return {"FailedEntryCount": len(failed), "FailedEntries": failed}

    def list_targets_by_rule(self, sent: Members) -> Members:
        rule = self._rule(sent["Rule"], sent.get("EventBusName"), seen=True)
        found = [*rule["targets"].values()]
        found = found[::-1] if self.world.on("other-order") else found
        return self.shelf.paged("Targets", found, sent)

    def list_rule_names_by_target(self, sent: Members) -> Members:
        bus = self.shelf.bus(sent.get("EventBusName"))["Name"]
        found = [
            rule["Name"]
            for rule in self.shelf.rules_on(bus, seen=True)
            if any(one["Arn"] == sent["TargetArn"] for one in rule["targets"].values())
        ]
        return self.shelf.paged("RuleNames", found, sent)

    def test_event_pattern(self, sent: Members) -> Members:
        event = checked_event(sent["Event"])
        return {"Result": matches(checked_pattern(sent["EventPattern"]), event)}

    def put_events(self, sent: Members) -> Members:
        if "EndpointId" in sent:
            raise invalid("There is no such endpoint.")
        found = [self._put(one) for one in sent["Entries"]]
        return {"FailedEntryCount": sum("ErrorCode" in one for one in found), "Entries": found}

    def _put(self, entry: Members) -> Members:
        for name in ("Source", "DetailType", "Detail"):
            if not entry.get(name):
                text = f"Parameter {name} is not valid. Reason: {name} is a required argument."
                return {"ErrorCode": "InvalidArgument", "ErrorMessage": text}
        try:
            fine: Any = isinstance(json.loads(entry["Detail"]), dict)
        except (ValueError, RecursionError):
            fine = False
        if not fine:
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        if entry["Source"].startswith("aws."):
            text = "Not authorized for the source."
            return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": text}
        return {"EventId": str(uuid.uuid4())}
