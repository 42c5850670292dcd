"""EventBridge: event buses, what others may do with them, and the tags of buses and rules."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page, pairs
from tests.servers.keys.wire import Refused

MANAGED_BY = "prod.vhs.events.aws.internal"


def invalid(text: str) -> Refused:
    return Refused("ValidationException", text)


class Shelf:
    """What is kept of the service, and what its parts share."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.buses, self.rules, self.archives = (Store(world) for _ in range(3))

    def bus(self, given: str | None, *, seen: bool = False) -> Members:
        """A bus by its name or ARN."""
        name = (given or "default").rpartition("event-bus/")[2]
        if given and given.startswith("arn:") and given != self.arn(f"event-bus/{name}"):
            raise self.missing(f"Event bus {name}")
        found: Members | None = self.buses.found(name, seen=seen)
        if found is None:
            raise self.missing(f"Event bus {name}")
        return found

    def missing(self, what: str) -> Refused:
        return Refused("ResourceNotFoundException", f"{what} does not exist.")

    def arn(self, resource: str) -> str:
        return self.world.arn("events", resource)

    def paged(self, name: str, items: list[Any], sent: Members) -> Members:
        refuse = invalid("The token is invalid.")
        size = sent.get("Limit") or 100
        some_items, token = page(self.world, items, size, sent.get("NextToken"), refuse)
        return {name: some_items, "NextToken": token}

    def rules_on(self, bus: str, *, seen: bool = False) -> list[Members]:
        rules = self.rules.listed() if seen else self.rules.all()
        return [one for one in rules if one["EventBusName"] == bus]


def checked_tags(tags: list[Members], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise invalid("Tag keys that begin with aws: are reserved.")
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise invalid("Tag keys are there once.")
    found = known | {tag["Key"]: tag["Value"] for tag in tags}
    if len(found) > 50:
        raise Refused("LimitExceededException", "A resource has at most 50 tags.")
    return found


class Buses:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self._keep("default", {"made": 1.6e9})
        self.operations: dict[str, Operation] = operations_of("events", self)
        for number in range(3 if self.world.on("populated") else 0):
            self.create_event_bus({"Name": f"busy-{number}"})

    def _keep(self, name: str, bus: Members) -> Members:
        now = self.world.now()
        kept = {"made": now, "tags": {}, "statements": {}, **bus, "Name": name, "changed": now}
        self.shelf.buses.put(name, kept)
        return kept

    def _shown(self, bus: Members, *names: str) -> Members:
        shown = {
            **bus,
            "Arn": self.shelf.arn(f"event-bus/{bus['Name']}"),
            "CreationTime": bus["made"],
            "LastModifiedTime": bus["changed"],
        }
        if bus["statements"]:
            policy = {"Version": "2012-10-17", "Statement": [*bus["statements"].values()]}
            shown["Policy"] = json.dumps(policy, indent=1 if self.world.on("reserialised") else 0)
        return {name: shown.get(name) for name in names}

    def _checked(self, sent: Members) -> Members:
        if "DeadLetterConfig" in sent and not self.world.on("unchecked"):
            arn = sent["DeadLetterConfig"].get("Arn", "")
            if arn.split(":")[2:3] != ["sqs"]:
                raise invalid("The queue for dead letters has the ARN of a queue of SQS.")
        return {
            name: sent[name]
            for name in ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")
            if name in sent
        }

    def create_event_bus(self, sent: Members) -> Members:
        name = sent["Name"]
        if "EventSourceName" in sent or name.startswith("aws."):
            raise self.shelf.missing(f"Event source {sent.get('EventSourceName', name)}")
        if "/" in name:
            raise invalid("Only the names of partner event buses have a slash.")
        if self.shelf.buses.get(name):
            text = f"Event bus {name} already exists."
            raise Refused("ResourceAlreadyExistsException", text)
        if self.world.on("quotas") and len(self.shelf.buses.all()) >= 100:
            raise Refused("LimitExceededException", "There are 100 event buses.")
        settings = self._checked(sent)
        made = self._keep(name, {**settings, "tags": checked_tags(sent.get("Tags", []), {})})
        shown = self._shown(made, "Arn", *settings)
        return {"EventBusArn": shown.pop("Arn"), **shown}

    def describe_event_bus(self, sent: Members) -> Members:
        bus = self.shelf.bus(sent.get("Name"), seen=True)
        times = () if self.world.on("terse") else ("CreationTime", "LastModifiedTime")
        settings = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")
        return self._shown(bus, "Name", "Arn", "Policy", *settings, *times)

    def list_event_buses(self, sent: Members) -> Members:
        names = ("Name", "Arn", "Description", "Policy", "CreationTime", "LastModifiedTime")
        prefix = sent.get("NamePrefix", "")
        found = [one for one in self.shelf.buses.listed() if one["Name"].startswith(prefix)]
        return self.shelf.paged("EventBuses", [self._shown(one, *names) for one in found], sent)

    def update_event_bus(self, sent: Members) -> Members:
        bus = self.shelf.bus(sent.get("Name"))
        settings = self._checked(sent)
        kept = self._keep(bus["Name"], {**bus, **settings})
        return self._shown(kept, "Name", "Arn", *settings)

    def delete_event_bus(self, sent: Members) -> Members:
        name = sent["Name"]
        if name == "default":
            raise invalid("Cannot delete event bus default.")
        if self.shelf.rules_on(name):
            raise invalid(f"Event bus {name} can't be deleted since it has rules.")
        self.shelf.buses.drop(name)
        return {}

    def put_permission(self, sent: Members) -> Members:
        bus = self.shelf.bus(sent.get("EventBusName"))
        own = {"Action", "Principal", "StatementId", "Condition"} & sent.keys()
        if "Policy" in sent:
            if own:
                raise invalid("Policy excludes the other parameters.")
            statements = self._parsed(sent["Policy"], bus)
        else:
            if not {"Action", "Principal", "StatementId"} <= own:
                raise invalid("Action, Principal and StatementId are required without Policy.")
            statements = bus["statements"] | {sent["StatementId"]: self._statement(sent, bus)}
        if len(json.dumps([*statements.values()])) > 10240:
            raise Refused("PolicyLengthExceededException", "The policy is too long.")
        self._keep(bus["Name"], {**bus, "statements": statements})
        return {}

    def _statement(self, sent: Members, bus: Members) -> Members:
        if sent["Action"] != "events:PutEvents":
            raise invalid("Provided value in parameter 'action' is not supported.")
        one, condition = sent["Principal"], sent.get("Condition")
        account = {"AWS": f"arn:{self.world.partition}:iam::{one}:root"}
        made = {
            "Sid": sent["StatementId"],
            "Effect": "Allow",
            "Principal": "*" if one == "*" else account,
            "Action": sent["Action"],
            "Resource": self.shelf.arn(f"event-bus/{bus['Name']}"),
        }
        if condition:
            if (condition["Type"], condition["Key"]) != ("StringEquals", "aws:PrincipalOrgID"):
                raise invalid("The condition is about aws:PrincipalOrgID.")
            made["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
        return made

    def _parsed(self, text: str, bus: Members) -> dict[str, Any]:
        try:
            given = json.loads(text)["Statement"]
            given = given if isinstance(given, list) else [given]
            return {str(one.get("Sid", number)): dict(one) for number, one in enumerate(given)}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise invalid("The policy is malformed.") from error

    def remove_permission(self, sent: Members) -> Members:
        bus = self.shelf.bus(sent.get("EventBusName"))
        if sent.get("RemoveAllPermissions"):
            self._keep(bus["Name"], {**bus, "statements": {}})
            return {}
        if "StatementId" not in sent:
            raise invalid("Parameter StatementId must be specified.")
        statements = bus["statements"]
        if statements.pop(sent["StatementId"], None) is None:
            raise Refused(
                "ResourceNotFoundException", "Statement with the provided id does not exist."
            )
        self._keep(bus["Name"], {**bus, "statements": statements})
        return {}

    def _tagged(self, arn: str, *, seen: bool = False) -> tuple[Store, str, Members]:
        kind, _, name = arn.rpartition(":")[2].partition("/")
        store = {"event-bus": self.shelf.buses, "rule": self.shelf.rules}.get(kind)
        if store is None or arn != self.shelf.arn(f"{kind}/{name}"):
            raise invalid(f"Parameter {arn} is not valid. Reason: Provided Arn is not valid.")
        key = name if kind == "event-bus" or "/" in name else f"default/{name}"
        found = store.found(key, seen=seen)
        if found is None:
            raise self.shelf.missing(f"{kind} {name}")
        return store, key, found

    def tag_resource(self, sent: Members) -> Members:
        store, key, found = self._tagged(sent["ResourceARN"])
        store.put(key, {**found, "tags": checked_tags(sent["Tags"], found["tags"])})
        return {}

    def untag_resource(self, sent: Members) -> Members:
        store, key, found = self._tagged(sent["ResourceARN"])
        left = {name: one for name, one in found["tags"].items() if name not in sent["TagKeys"]}
        store.put(key, {**found, "tags": left})
        return {}

    def list_tags_for_resource(self, sent: Members) -> Members:
        return {"Tags": pairs(self.world, self._tagged(sent["ResourceARN"], seen=True)[2]["tags"])}
