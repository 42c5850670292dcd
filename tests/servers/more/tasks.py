"""ECS: definitions of tasks, and capacity providers."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of
from tests.servers.keys.wire import Refused

from .clusters import AWS_PROVIDERS, NAME, Shelf, checked_tags, invalid

FARGATE_CPU = {"256", "512", "1024", "2048", "4096", "8192", "16384"}
DEFAULTS: Members = {"cpu": 0, "portMappings": [], "essential": True, "environment": [],
                     "mountPoints": [], "volumesFrom": [], "systemControls": []}  # fmt: skip


def client(text: str) -> Refused:
    return Refused("ClientException", text)


class Tasks:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.last: dict[str, int] = {}
        self.operations: dict[str, Operation] = operations_of("ecs", self)
        if self.world.on("populated"):
            containers = [{"name": "some", "image": "some", "memory": 64}]
            self.register_task_definition({"family": "busy", "containerDefinitions": containers})

    def _checked(self, sent: Members) -> None:
        fargate = "FARGATE" in sent.get("requiresCompatibilities", ())
        if not NAME.fullmatch(sent["family"]):
            raise client("Family contains invalid characters.")
        if not sent["containerDefinitions"]:
            raise client("Container list cannot be empty.")
        names = [one.get("name", "") for one in sent["containerDefinitions"]]
        for one in sent["containerDefinitions"]:
            for name in ("name", "image"):
                if not one.get(name):
                    raise client(f"Container.{name} should not be null or empty.")
            if not NAME.fullmatch(one["name"]):
                raise client("Invalid container name.")
            if not ({"memory", "memoryReservation"} & one.keys() or "memory" in sent):
                text = "At least one of 'memory' or 'memoryReservation' must be specified."
                raise client(f"Invalid setting for container '{one['name']}'. {text}")
            if one.get("memory", 9999) < 6:
                raise client("Invalid memory setting.")
            self._check_parts(one, names, sent)
        if len({*names}) < len(names):
            raise client("Container names are there once.")
        if not any(one.get("essential", True) for one in sent["containerDefinitions"]):
            raise client("At least one container is essential.")
        if fargate:
            self._check_fargate(sent)

    def _check_parts(self, one: Members, names: list[str], sent: Members) -> None:
        if self.world.on("unchecked"):
            return
        volumes = {volume.get("name") for volume in sent.get("volumes", [])}
        for mount in one.get("mountPoints", []):
            if volumes and mount.get("sourceVolume") not in volumes:
                raise client("Unknown volume.")
        for on in one.get("dependsOn", []):
            if on["containerName"] not in names or on["containerName"] == one["name"]:
                raise client("Unknown container.")
        for port in one.get("portMappings", []):
            if not 0 <= port.get("containerPort", 1) <= 65535:
                raise client("Invalid port.")

    def _check_fargate(self, sent: Members) -> None:
        if sent.get("cpu") not in FARGATE_CPU or not re.fullmatch(r"\d+", sent.get("memory", "")):
            raise client("No Fargate configuration exists for given values.")
        if sent.get("networkMode", "awsvpc") != "awsvpc":
            raise client("Fargate only supports network mode awsvpc.")

    def register_task_definition(self, sent: Members) -> Members:
        self._checked(sent)
        tags = checked_tags(sent.get("tags", []), {})
        family, fargate = sent["family"], "FARGATE" in sent.get("requiresCompatibilities", ())
        revision = self.last[family] = self.last.get(family, 0) + 1
        made: Members = {
            "volumes": [], "placementConstraints": [], **sent, "revision": revision,
            "status": "ACTIVE", "registeredAt": self.world.now(), "tags": tags,
            "compatibilities": ["EC2", "FARGATE"] if fargate else ["EXTERNAL", "EC2"],
            "containerDefinitions": [DEFAULTS | one for one in sent["containerDefinitions"]],
        }  # fmt: skip
        if not self.world.on("terse"):
            made["requiresAttributes"] = [{"name": "com.amazonaws.ecs.capability.some"}]
            made["registeredBy"] = f"arn:{self.world.partition}:iam::{self.world.account}:root"
        self.shelf.tasks.put(f"{family}:{revision}", made)
        return {"taskDefinition": self._shown(made), "tags": self.shelf.tags(tags)}

    def _shown(self, task: Members) -> Members:
        arn = self.shelf.arn(f"task-definition/{task['family']}:{task['revision']}")
        return {
            **{key: one for key, one in task.items() if key != "tags"},
            "taskDefinitionArn": arn,
        }

    def task(self, given: str, *, seen: bool = False) -> Members:
        """A definition by its family, with a revision or the latest that is active."""
        name = self.shelf.name("task-definition", given)
        tasks = self.shelf.tasks
        if ":" in name:
            found = tasks.found(name, seen=seen)
        else:
            known = [
                one for one in tasks.all() if (one["family"], one["status"]) == (name, "ACTIVE")
            ]
            found = max(known, key=lambda one: int(one["revision"]), default=None)
        if found is None:
            raise client("Unable to describe task definition.")
        return dict(found)

    def describe_task_definition(self, sent: Members) -> Members:
        task = self.task(sent["taskDefinition"], seen=True)
        tags = self.shelf.tags(task["tags"]) if "TAGS" in sent.get("include", ()) else None
        return {"taskDefinition": self._shown(task), "tags": tags}

    def list_task_definitions(self, sent: Members) -> Members:
        family, status = sent.get("familyPrefix"), sent.get("status", "ACTIVE")
        found = [
            one for one in self.shelf.tasks.listed()
            if one["status"] == status and family in {None, one["family"]}
        ]  # fmt: skip
        found.sort(key=lambda one: (one["family"], int(one["revision"])))
        if sent.get("sort") == "DESC":
            found.reverse()
        arns = [self._shown(one)["taskDefinitionArn"] for one in found]
        return self.shelf.paged("taskDefinitionArns", arns, sent)

    def list_task_definition_families(self, sent: Members) -> Members:
        status, prefix = sent.get("status", "ALL"), sent.get("familyPrefix", "")
        by_family: dict[str, set[str]] = {}
        for one in self.shelf.tasks.listed():
            by_family.setdefault(one["family"], set()).add(one["status"])
        found = [
            family
            for family, states in by_family.items()
            if family.startswith(prefix)
            and (status == "ALL" or ("ACTIVE" in states) is (status == "ACTIVE"))
        ]
        return self.shelf.paged("families", sorted(found), sent)

    def deregister_task_definition(self, sent: Members) -> Members:
        if ":" not in self.shelf.name("task-definition", sent["taskDefinition"]):
            raise invalid("A revision is required.")
        try:
            task = self.task(sent["taskDefinition"])
        except Refused as refused:
            raise client("The specified task definition does not exist.") from refused
        if task["status"] == "ACTIVE":
            task |= {"status": "INACTIVE", "deregisteredAt": self.world.now()}
            self.shelf.tasks.put(f"{task['family']}:{task['revision']}", task)
        elif task["status"] != "INACTIVE":
            raise invalid("The task definition is being deleted.")
        return {"taskDefinition": self._shown(task)}

    def delete_task_definitions(self, sent: Members) -> Members:
        if not 1 <= len(sent["taskDefinitions"]) <= 10:
            raise invalid("From 1 to 10 task definitions.")
        found, failures = [], []
        for given in sent["taskDefinitions"]:
            name = self.shelf.name("task-definition", given)
            task = self.shelf.tasks.get(name)
            if task is None:
                failures.append(self.shelf.missing(given))
            elif task["status"] == "ACTIVE":
                text = "The specified task definition is still in ACTIVE status."
                failures.append({"arn": given, "reason": text})
            else:
                task |= {"status": "DELETE_IN_PROGRESS", "deleteRequestedAt": self.world.now()}
                self.shelf.tasks.put(name, task)
                found.append(self._shown(task))
        return {"taskDefinitions": found, "failures": failures}

    def create_capacity_provider(self, sent: Members) -> Members:
        name = sent["name"]
        if not NAME.fullmatch(name) or name.lower().startswith(("aws", "ecs", "fargate")):
            raise invalid("The name is not valid.")
        group = sent.get("autoScalingGroupProvider")
        if group is None or "managedInstancesProvider" in sent or "cluster" in sent:
            raise invalid("The autoScalingGroupProvider is required, and nothing else.")
        if ":autoScalingGroup:" not in group["autoScalingGroupArn"]:
            raise invalid("The Auto Scaling group is not valid.")
        known = self.shelf.providers.get(name)
        if known is not None:
            raise invalid("The specified capacity provider already exists.")
        usual = {"managedTerminationProtection": "DISABLED", "managedDraining": "ENABLED"}
        scaling = {"status": "DISABLED", "targetCapacity": 100, "minimumScalingStepSize": 1,
                   "maximumScalingStepSize": 10000, "instanceWarmupPeriod": 300}  # fmt: skip
        full = {**usual, **group, "managedScaling": scaling | group.get("managedScaling", {})}
        scaled = full["managedScaling"]["status"] == "ENABLED" or self.world.on("unchecked")
        if full["managedTerminationProtection"] == "ENABLED" and not scaled:
            raise invalid("Termination protection needs managed scaling.")
        tags = checked_tags(sent.get("tags", []), {})
        made = {"name": name, "status": "ACTIVE", "autoScalingGroupProvider": full, "tags": tags}
        self.shelf.providers.put(name, {**made, "type": "EC2_AUTOSCALING"})
        return {"capacityProvider": self._provider(name, ("TAGS",))}

    def _provider(self, name: str, include: Any) -> Members | None:
        arn = self.shelf.arn(f"capacity-provider/{name}")
        if name in AWS_PROVIDERS:
            return {"name": name, "capacityProviderArn": arn, "status": "ACTIVE", "tags": []}
        found: Members | None = self.shelf.providers.get(name)
        if found is None:
            return None
        tags = self.shelf.tags(found["tags"]) if "TAGS" in include else []
        return {**found, "capacityProviderArn": arn, "tags": tags}

    def describe_capacity_providers(self, sent: Members) -> Members:
        names = [*AWS_PROVIDERS, *(one["name"] for one in self.shelf.providers.listed())]
        asked = sent.get("capacityProviders")
        if asked:
            names = [self.shelf.name("capacity-provider", one) for one in asked]
        shown = {one: self._provider(one, sent.get("include", ())) for one in names}
        found = [one for one in shown.values() if one]
        answer = self.shelf.paged("capacityProviders", found, sent)
        missing = [self.shelf.arn(f"capacity-provider/{one}") for one in names if not shown[one]]
        return {**answer, "failures": [self.shelf.missing(one) for one in missing]}

    def delete_capacity_provider(self, sent: Members) -> Members:
        name = self.shelf.name("capacity-provider", sent["capacityProvider"])
        found = self._provider(name, ())
        if found is None or name in AWS_PROVIDERS:
            raise invalid("The specified capacity provider does not exist.")
        for one in self.shelf.clusters.all():
            if name in one["providers"] and one["status"] == "ACTIVE":
                raise invalid("The capacity provider is in use by a cluster.")
        self.shelf.providers.drop(name)
        state = {"status": "ACTIVE", "updateStatus": "DELETE_IN_PROGRESS"}
        if not self.world.on("passing"):
            state = {"status": "INACTIVE", "updateStatus": "DELETE_COMPLETE"}
        return {"capacityProvider": {**found, **state}}
