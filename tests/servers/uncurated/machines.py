"""State machines and their versions."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from tests.servers.keys.wire import Members, Refused

from .machine_store import Machine, MachineStore, Version, absent
from .service import Operation, parsed
from .shelf import in_any_order

CONTENT = ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration",
           "encryptionConfiguration")  # fmt: skip
COMPARED = ("definition", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
KINDS = {"Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"}


class Machines:
    """The operations on state machines and versions; `rewritten` says how a text is given back."""

    def __init__(self, store: MachineStore, rewritten: Callable[[str], str]) -> None:
        self.store = store
        self.world = store.world
        self.rewritten = rewritten
        self.operations: dict[str, Operation] = {
            "CreateStateMachine": self.create,
            "DescribeStateMachine": self.describe,
            "UpdateStateMachine": self.update,
            "DeleteStateMachine": self.delete,
            "ListStateMachines": self.machines,
            "ValidateStateMachineDefinition": self.validate,
            "PublishStateMachineVersion": self.publish,
            "ListStateMachineVersions": self.versions,
            "DeleteStateMachineVersion": self.delete_version,
        }

    def nightly(self, name: str, made: float) -> None:
        """One that has long been there."""
        arn = self.world.arn("states", f"stateMachine:{name}")
        role = f"arn:{self.world.partition}:iam::{self.world.account}:role/nightly"
        text = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
        content: Members = {"definition": text, "roleArn": role}
        machine = Machine(arn, name, made, "STANDARD", content, made)
        self.store.machines.put(arn, machine, long_ago=True)
        self.store.tags[arn] = {}

    def create(self, sent: Members) -> Members:
        self.store.check_name(sent["name"])
        self._check(sent)
        self.store.check_tags(sent.get("tags", []))
        arn = self.world.arn("states", f"stateMachine:{sent['name']}")
        kind = sent.get("type", "STANDARD")
        content = {name: sent[name] for name in CONTENT if name in sent}
        known = self.store.machines.get(arn)
        if known is not None and (known.deleting is None or time.time() < known.deleting):
            machine = self._same(known, kind, content)
        else:
            now = time.time()
            machine = Machine(arn, sent["name"], now, kind, content, now)
            self.store.machines.put(arn, machine)
            tags = {tag["key"]: tag.get("value", "") for tag in sent.get("tags", [])}
            self.store.tags[arn] = tags
        answer: Members = {"stateMachineArn": arn, "creationDate": machine.made}
        if sent.get("publish"):
            version = self._published(machine, sent.get("versionDescription"))
            answer["stateMachineVersionArn"] = version.arn
        return answer

    def _same(self, known: Machine, kind: str, content: Members) -> Machine:
        if known.deleting is not None:
            raise Refused("StateMachineDeleting", f"It is being deleted: '{known.arn}'")
        same = all(known.content.get(name) == content.get(name) for name in COMPARED)
        if not same or known.kind != kind:
            raise Refused("StateMachineAlreadyExists", f"It already exists: '{known.arn}'")
        return known

    def _check(self, sent: Members) -> None:
        if "versionDescription" in sent and not sent.get("publish"):
            text = "Version description can only be set when publish is true"
            raise Refused("ValidationException", text)
        if "definition" in sent:
            faults = faults_of(sent["definition"])
            if faults:
                text = f"Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {faults[0]}'"
                raise Refused("InvalidDefinition", text)
        if "roleArn" in sent:
            self.store.check_role(sent["roleArn"])
        self.store.check_key(sent.get("encryptionConfiguration"))
        logging = sent.get("loggingConfiguration", {})
        destinations = logging.get("destinations", [])
        wrong = len(destinations) > 1 or (logging.get("level", "OFF") != "OFF" and not destinations)
        for one in destinations:
            arn = one.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
            right = re.fullmatch(r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:.+:\*", arn)
            wrong = wrong or not right or self.world.on("unreachable")
        if wrong:
            text = "Invalid Logging Configuration: Must specify exactly one Log Destination."
            raise Refused("InvalidLoggingConfiguration", text)

    def describe(self, sent: Members) -> Members:
        arn = sent["stateMachineArn"]
        self.store.check_arn(arn, "stateMachine")
        own, _, number = arn.partition(":stateMachine:")[2].partition(":")
        base = self.world.arn("states", f"stateMachine:{own}")
        known = self.store.machines.get(base)
        if known is not None and known.deleting is not None:
            self.store.machine(base)
        machine = self.store.machines.described(base)
        version = machine.versions.get(arn) if machine and number else None
        if machine is None or not arn.startswith(base) or (number and version is None):
            raise absent(arn)
        brief = sent.get("includedData") == "METADATA_ONLY"
        shown = {
            "stateMachineArn": arn,
            "name": machine.name,
            "status": "ACTIVE" if machine.deleting is None else "DELETING",
            "type": machine.kind,
            "creationDate": version.made if version else machine.made,
            "revisionId": version.revision if version else machine.revision,
            "description": version.description if version else None,
            **self.content(version.content if version else machine.content),
        }
        return {**shown, "definition": "{}"} if brief else shown

    def content(self, content: Members) -> Members:
        """What can be updated, as it is shown."""
        shown = {**content, "definition": self.rewritten(content["definition"])}
        shown["encryptionConfiguration"] = self.store.encryption(
            content.get("encryptionConfiguration")
        )
        logged = content.get("loggingConfiguration", {})
        if logged.get("level", "OFF") == "OFF" and logged and self.world.on("pointless"):
            shown["loggingConfiguration"] = {"level": "OFF"}
        if self.world.on("defaults-shown"):
            logging = {"level": "OFF", "includeExecutionData": False, "destinations": []}
            shown["loggingConfiguration"] = logging | content.get("loggingConfiguration", {})
            tracing = content.get("tracingConfiguration", {})
            shown["tracingConfiguration"] = {"enabled": False} | tracing
        return shown

    def update(self, sent: Members) -> Members:
        machine = self.store.usable(sent["stateMachineArn"])
        if not {*sent} & {*CONTENT}:
            text = "Either the definition, the role ARN, the LoggingConfiguration, ..."
            raise Refused("MissingRequiredParameter", text)
        self._check(sent)
        machine.content = machine.content | {name: sent[name] for name in CONTENT if name in sent}
        machine.revision = str(uuid.uuid4())
        machine.changed = time.time()
        self.store.machines.put(machine.arn, machine)
        answer: Members = {"updateDate": machine.changed, "revisionId": machine.revision}
        if sent.get("publish"):
            version = self._published(machine, sent.get("versionDescription"))
            answer["stateMachineVersionArn"] = version.arn
        return answer

    def delete(self, sent: Members) -> Members:
        arn = sent["stateMachineArn"]
        self.store.check_arn(arn, "stateMachine")
        machine = self.store.machines.get(arn)
        if machine is not None and machine.deleting is None:
            machine.deleting = time.time() + self.world.under_way
            self.store.machines.put(arn, machine)
            if not self.world.under_way:
                self.store.remove(machine)
        return {}

    def machines(self, sent: Members) -> Members:
        found = in_any_order(self.world, self.store.all_machines())
        page, token = self.store.paged(found, sent)
        shown = [
            {"stateMachineArn": one.arn, "name": one.name, "type": one.kind,
             "creationDate": one.made}
            for one in page
        ]  # fmt: skip
        return {"stateMachines": shown, "nextToken": token}

    def validate(self, sent: Members) -> Members:
        faults = faults_of(sent["definition"])
        most = sent.get("maxResults") or 100
        shown = [
            {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": text}
            for text in faults[:most]
        ]
        answer = {"result": "FAIL" if faults else "OK", "diagnostics": shown}
        return answer | ({"truncated": True} if len(faults) > most else {})

    def publish(self, sent: Members) -> Members:
        machine = self.store.usable(sent["stateMachineArn"])
        wanted = sent.get("revisionId")
        if wanted is not None and wanted != (machine.revision or "INITIAL"):
            raise Refused("ConflictException", "This is not the current revision.", 409)
        version = self._published(machine, sent.get("description"))
        return {"stateMachineVersionArn": version.arn, "creationDate": version.made}

    def _published(self, machine: Machine, description: str | None) -> Version:
        for known in machine.versions.values():
            if known.revision == machine.revision:
                return known
        machine.published += 1
        arn = f"{machine.arn}:{machine.published}"
        made = Version(arn, time.time(), machine.revision, machine.content, description)
        machine.versions[arn] = made
        self.store.machines.put(machine.arn, machine)
        return made

    def versions(self, sent: Members) -> Members:
        machine = self.store.machine(sent["stateMachineArn"])
        listed = next((m for m in self.store.all_machines() if m.arn == machine.arn), None)
        found = [*listed.versions.values()][::-1] if listed else []
        page, token = self.store.paged(found, sent)
        shown = [{"stateMachineVersionArn": one.arn, "creationDate": one.made} for one in page]
        return {"stateMachineVersions": shown, "nextToken": token}

    def delete_version(self, sent: Members) -> Members:
        arn = sent["stateMachineVersionArn"]
        self.store.check_arn(arn, "stateMachine")
        base, _, number = arn.rpartition(":")
        if not number.isdigit():
            raise Refused("ValidationException", "This is no ARN of a version.")
        for alias in self.store.aliases:
            if arn in {one["stateMachineVersionArn"] for one in alias.routing}:
                raise Refused("ConflictException", "An alias refers to this version.", 409)
        machine = self.store.machines.get(base)
        if machine is not None and arn in machine.versions:
            del machine.versions[arn]
            self.store.machines.put(base, machine)
        return {}


def faults_of(text: str) -> list[str]:
    """What is wrong with a definition in the Amazon States Language."""
    try:
        value: Any = parsed(text)
    except ValueError:
        return ["This is no JSON."]
    states = value.get("States") if isinstance(value, dict) else None
    if not isinstance(states, dict) or not states:
        return ["The field States is missing or empty."]
    faults = [] if value.get("StartAt") in states else ["StartAt is the name of no state."]
    for name, state in states.items():
        if not isinstance(state, dict) or state.get("Type") not in KINDS:
            faults.append(f"The state {name} has no type that there is.")
            continue
        ends = state["Type"] in {"Succeed", "Fail", "Choice"} or state.get("End") is True
        if not ends and state.get("Next") not in states:
            faults.append(f"Nothing follows on the state {name}.")
    return faults
