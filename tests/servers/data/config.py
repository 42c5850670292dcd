"""Config: what its parts share, rules, stored queries, retention, and tags."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from tests.servers.cloud.world import (
    Members,
    Operation,
    Store,
    World,
    hexadecimal,
    operations_of,
    page,
    pairs,
)
from tests.servers.keys.wire import Refused

MANAGED = {
    "S3_BUCKET_VERSIONING_ENABLED", "REQUIRED_TAGS", "IAM_PASSWORD_POLICY", "ENCRYPTED_VOLUMES",
    "ACCESS_KEYS_ROTATED", "CLOUD_TRAIL_ENABLED", "EC2_INSTANCES_IN_VPC",
    "ROOT_ACCOUNT_MFA_ENABLED",
}  # fmt: skip
PERIODIC = {"IAM_PASSWORD_POLICY", "ACCESS_KEYS_ROTATED", "CLOUD_TRAIL_ENABLED",
            "ROOT_ACCOUNT_MFA_ENABLED"}  # fmt: skip


def invalid(text: str) -> Refused:
    return Refused("InvalidParameterValueException", text)


def checked_tags(tags: list[Members], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    if any("Key" not in tag or tag["Key"].lower().startswith("aws:") for tag in tags):
        raise Refused("ValidationException", "Tag keys are there, and do not begin with aws:.")
    found = known | {tag["Key"]: tag.get("Value", "") for tag in tags}
    if len(found) > 50:
        raise Refused("TooManyTagsException", "A resource has at most 50 tags.")
    return found


class Shelf:
    """What is kept, by kind and name."""

    def __init__(self, world: World) -> None:
        self.world = world
        kinds = ("rule", "recorder", "channel", "aggregator", "authorization", "pack", "query",
                 "retention")  # fmt: skip
        self.stores = {kind: Store(world) for kind in kinds}

    def arn(self, resource: str) -> str:
        return self.world.arn("config", resource)

    def get(self, kind: str, name: str, code: str, *, seen: bool = False) -> Members:
        found: Members | None = self.stores[kind].found(name, seen=seen)
        if found is None or self.world.now() > found.get("gone", self.world.now()):
            raise Refused(code, f"The {kind} '{name}' does not exist.")
        return found

    def listed(self, kind: str) -> list[Members]:
        now = self.world.now()
        return [one for one in self.stores[kind].listed() if now <= one.get("gone", now)]

    def kept(self, kind: str) -> list[Members]:
        now = self.world.now()
        return [one for one in self.stores[kind].all() if now <= one.get("gone", now)]

    def named(self, kind: str, names: list[str] | None, code: str) -> list[Members]:
        """What is there, or what is named."""
        if not names:
            return self.listed(kind)
        return [self.get(kind, name, code, seen=True) for name in dict.fromkeys(names)]

    def paged(
        self, name: str, items: list[Any], sent: Members, size: int, limit: str = "Limit"
    ) -> Members:
        refuse = Refused("InvalidNextTokenException", "The nextToken is not valid.")
        count = sent.get(limit) or size
        some, token = page(self.world, items, count, sent.get("NextToken"), refuse)
        return {name: some, "NextToken": token}

    def owner(self, arn: str, *, seen: bool = False) -> tuple[str, str, Members]:
        """What has tags, by its ARN."""
        for kind, store in self.stores.items():
            for one in store.listed() if seen and self.world.on("lagging") else store.all():
                if one.get("arn") == arn:
                    return kind, one["key"], one
        if not arn.startswith(self.world.arn("config", "")):
            raise Refused("ValidationException", f"The ARN {arn} is not valid.")
        raise Refused("ResourceNotFoundException", f"ResourceArn '{arn}' does not exist.")


class Rules:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.store = shelf.stores["rule"]
        self.operations: dict[str, Operation] = operations_of("config", self)

    def _source(self, rule: Members) -> None:
        source = rule["Source"]
        owner, name = source["Owner"], source.get("SourceIdentifier", "")
        if owner == "AWS":
            if name not in MANAGED:
                raise invalid(f"The sourceIdentifier {name} is invalid.")
            if source.get("SourceDetails"):
                raise invalid("SourceDetails should be null/empty if the owner is AWS.")
            frequency = rule.get("MaximumExecutionFrequency")
            if frequency and name not in PERIODIC and not self.world.on("unchecked"):
                raise invalid("MaximumExecutionFrequency is not allowed without a schedule.")
            return
        if owner == "CUSTOM_LAMBDA":
            if not name.startswith(f"arn:{self.world.partition}:lambda:"):
                raise invalid("The sourceIdentifier is not the ARN of a function.")
            raise Refused("InsufficientPermissionsException", "The function cannot be invoked.")
        details = source.get("CustomPolicyDetails")
        if not details or name or not source.get("SourceDetails"):
            raise invalid("CustomPolicyDetails and SourceDetails are needed for CUSTOM_POLICY.")
        if details["PolicyRuntime"] != "guard-2.x.x" or "rule" not in details["PolicyText"]:
            raise invalid("The policy is not valid.")

    def put_config_rule(self, sent: Members) -> None:
        rule = sent["ConfigRule"]
        name = rule.get("ConfigRuleName")
        if name is None:
            known = [
                one
                for one in self.shelf.kept("rule")
                if rule.get("ConfigRuleArn") == one["arn"] or rule.get("ConfigRuleId") == one["id"]
            ]
            if not known:
                raise invalid("ConfigRuleName, ConfigRuleArn or ConfigRuleId is needed.")
            name = known[0]["key"]
        found = self.store.get(name)
        if found and self.world.now() > found.get("gone", self.world.now()):
            found = None
        if not self.shelf.kept("recorder"):
            text = "Configuration recorder is not available to put config rule."
            raise Refused("NoAvailableConfigurationRecorderException", text)
        if found is None and {"ConfigRuleArn", "ConfigRuleId"} & rule.keys():
            raise invalid("ConfigRuleArn and ConfigRuleId must be empty for a new rule.")
        if rule.get("ConfigRuleState", "ACTIVE") != "ACTIVE" or "CreatedBy" in rule:
            raise invalid("ConfigRuleState must be ACTIVE, and CreatedBy empty.")
        if found and "gone" in found:
            raise Refused("ResourceInUseException", "The rule is being deleted.")
        self._source(rule)
        self._settings(rule)
        if found is None and self.world.on("quotas") and len(self.shelf.kept("rule")) >= 150:
            raise Refused("MaxNumberOfConfigRulesExceededException", "There are 150 rules.")
        identity = found["id"] if found else f"config-rule-{hexadecimal(6)}"
        given = {key: one for key, one in rule.items() if not key.startswith("ConfigRule")}
        tags = found["tags"] if found else checked_tags(sent.get("Tags", []), {})
        self.store.put(name, {
            "key": name, "id": identity, "arn": self.shelf.arn(f"config-rule/{identity}"),
            "tags": tags, "rule": given, "since": self.world.now(),
        })  # fmt: skip

    def _settings(self, rule: Members) -> None:
        try:
            found = json.loads(rule.get("InputParameters", "{}"))
        except ValueError as error:
            raise invalid("The input parameters are not valid JSON.") from error
        if not isinstance(found, dict):
            raise invalid("The input parameters are no object.")
        scope = rule.get("Scope", {})
        if "TagValue" in scope and "TagKey" not in scope:
            raise invalid("A tag value needs a tag key.")
        types = scope.get("ComplianceResourceTypes", [])
        if "ComplianceResourceId" in scope and len(types) != 1:
            raise invalid("A resource id needs one resource type.")
        if "TagKey" in scope and types:
            raise invalid("The scope is of tags or of resources.")
        if not all(one.startswith("AWS::") for one in types):
            raise invalid("There is no such resource type.")

    def _shown(self, one: Members) -> Members:
        state = "DELETING" if "gone" in one else "ACTIVE"
        usual = {"EvaluationModes": [{"Mode": "DETECTIVE"}]}
        shown: Members = usual | one["rule"] | {
            "ConfigRuleName": one["key"], "ConfigRuleArn": one["arn"], "ConfigRuleId": one["id"],
            "ConfigRuleState": self.world.state(one["since"], "EVALUATING", state),
        }  # fmt: skip
        return shown

    def describe_config_rules(self, sent: Members) -> Members:
        names, mode = sent.get("ConfigRuleNames"), sent.get("Filters", {}).get("EvaluationMode")
        found = self.shelf.named("rule", names, "NoSuchConfigRuleException")
        shown = [self._shown(one) for one in found]
        if mode:
            shown = [one for one in shown if {"Mode": mode} in one["EvaluationModes"]]
        return self.shelf.paged("ConfigRules", shown, sent, 25)

    def describe_config_rule_evaluation_status(self, sent: Members) -> Members:
        names = sent.get("ConfigRuleNames")
        shown = [
            {"ConfigRuleName": one["key"], "ConfigRuleArn": one["arn"], "ConfigRuleId": one["id"],
             "FirstActivatedTime": one["since"], "FirstEvaluationStarted": False}
            for one in self.shelf.named("rule", names, "NoSuchConfigRuleException")
        ]  # fmt: skip
        return self.shelf.paged("ConfigRulesEvaluationStatus", shown, sent, 50)

    def start_config_rules_evaluation(self, sent: Members) -> Members:
        for name in sent.get("ConfigRuleNames", []):
            self.shelf.get("rule", name, "NoSuchConfigRuleException")
        return {}

    def delete_config_rule(self, sent: Members) -> None:
        rule = self.shelf.get("rule", sent["ConfigRuleName"], "NoSuchConfigRuleException")
        if "gone" in rule:
            raise Refused("ResourceInUseException", "The rule is being deleted.")
        if self.world.on("lingering"):
            self.store.put(rule["key"], {**rule, "gone": self.world.now() + 1.5})
        else:
            self.store.drop(rule["key"])


class Queries:
    """Stored queries, retention and tags: the operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("config", self)

    def put_stored_query(self, sent: Members) -> Members:
        query, store = sent["StoredQuery"], self.shelf.stores["query"]
        name, text = query["QueryName"], query.get("Expression", "")
        if not text.strip().lower().startswith("select "):
            raise Refused("ValidationException", "The expression is not valid.")
        known = store.get(name)
        if known is None and {"QueryId", "QueryArn"} & query.keys():
            raise Refused("ValidationException", "The id and the ARN are given by the service.")
        identity = known["id"] if known else f"query-{str(uuid4())[:18]}"
        tags = known["tags"] if known else checked_tags(sent.get("Tags", []), {})
        arn = self.shelf.arn(f"stored-query/{name}/{identity}")
        store.put(name, {
            "key": name, "id": identity, "arn": arn, "tags": tags, "Expression": text,
            "Description": query.get("Description"),
        })  # fmt: skip
        return {"QueryArn": arn}

    def _query(self, one: Members) -> Members:
        return {
            "QueryId": one["id"],
            "QueryArn": one["arn"],
            "QueryName": one["key"],
            "Description": one["Description"],
        }

    def get_stored_query(self, sent: Members) -> Members:
        one = self.shelf.get("query", sent["QueryName"], "ResourceNotFoundException", seen=True)
        return {"StoredQuery": {**self._query(one), "Expression": one["Expression"]}}

    def list_stored_queries(self, sent: Members) -> Members:
        found = [self._query(one) for one in self.shelf.listed("query")]
        return self.shelf.paged("StoredQueryMetadata", found, sent, 100, "MaxResults")

    def delete_stored_query(self, sent: Members) -> Members:
        self.shelf.get("query", sent["QueryName"], "ResourceNotFoundException")
        self.shelf.stores["query"].drop(sent["QueryName"])
        return {}

    def put_retention_configuration(self, sent: Members) -> Members:
        shown = {"Name": "default", "RetentionPeriodInDays": sent["RetentionPeriodInDays"]}
        self.shelf.stores["retention"].put("default", shown)
        return {"RetentionConfiguration": shown}

    def describe_retention_configurations(self, sent: Members) -> Members:
        names = sent.get("RetentionConfigurationNames")
        found = self.shelf.named("retention", names, "NoSuchRetentionConfigurationException")
        return self.shelf.paged("RetentionConfigurations", found, sent, 20)

    def delete_retention_configuration(self, sent: Members) -> None:
        name = sent["RetentionConfigurationName"]
        self.shelf.get("retention", name, "NoSuchRetentionConfigurationException")
        self.shelf.stores["retention"].drop(name)

    def tag_resource(self, sent: Members) -> None:
        kind, key, one = self.shelf.owner(sent["ResourceArn"])
        self.shelf.stores[kind].put(key, {**one, "tags": checked_tags(sent["Tags"], one["tags"])})

    def untag_resource(self, sent: Members) -> None:
        kind, key, one = self.shelf.owner(sent["ResourceArn"])
        left = {name: text for name, text in one["tags"].items() if name not in sent["TagKeys"]}
        self.shelf.stores[kind].put(key, {**one, "tags": left})

    def list_tags_for_resource(self, sent: Members) -> Members:
        one = self.shelf.owner(sent["ResourceArn"], seen=True)[2]
        return self.shelf.paged("Tags", pairs(self.world, one["tags"]), sent, 50)
