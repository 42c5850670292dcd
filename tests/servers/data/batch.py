"""Batch: what its parts share, and compute environments."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from tests.servers.cloud.ec2 import Shelf as Network
from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page
from tests.servers.keys.wire import Refused

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)
PATHS = {"environment": "compute-environment", "queue": "job-queue", "policy": "scheduling-policy",
         "resource": "consumable-resource", "definition": "job-definition",
         "job": "job"}  # fmt: skip


def wrong(text: str) -> Refused:
    return Refused("ClientException", f"Error executing request, Exception : {text}")


def checked_tags(tags: dict[str, str], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    if any(name.lower().startswith("aws:") for name in tags):
        raise wrong("Tag keys cannot start with aws:")
    found = known | tags
    if len(found) > 50:
        raise wrong("A resource has at most 50 tags.")
    return found


class Shelf:
    """What is kept, by kind and key."""

    def __init__(self, world: World, network: Network) -> None:
        self.world = world
        self.network = network
        self.stores = {kind: Store(world) for kind in PATHS}

    def arn(self, kind: str, key: str) -> str:
        return self.world.arn("batch", f"{PATHS[kind]}/{key}")

    def key(self, kind: str, given: str) -> str:
        """A name, or the one in an ARN."""
        return given.removeprefix(self.arn(kind, ""))

    def alive(self, one: Members | None) -> Members | None:
        now = self.world.now()
        return None if one is None or now > one.get("gone", now) else one

    def get(self, kind: str, given: str, *, seen: bool = False) -> Members | None:
        return self.alive(self.stores[kind].found(self.key(kind, given), seen=seen))

    def must(self, kind: str, given: str) -> Members:
        found = self.get(kind, given)
        if found is None or "gone" in found:
            raise wrong(f"{given} does not exist.")
        return found

    def free(self, kind: str, name: str) -> str:
        if not NAME.fullmatch(name):
            raise wrong(f"The name {name!r} is not valid: letters, digits, hyphens, underscores.")
        if self.get(kind, name) is not None:
            raise wrong("Object already exists")
        return name

    def all(self, kind: str) -> list[Members]:
        return [one for one in self.stores[kind].all() if self.alive(one)]

    def listed(self, kind: str) -> list[Members]:
        return [one for one in self.stores[kind].listed() if self.alive(one)]

    def described(self, kind: str, names: list[str] | None) -> list[Members]:
        """What is there, or what there is of the named."""
        if not names:
            return self.listed(kind)
        found = [self.get(kind, name, seen=True) for name in dict.fromkeys(names)]
        return [one for one in found if one is not None]

    def put(self, kind: str, one: Members, passing: str = "", lasting: str = "VALID") -> Members:
        if passing:
            one = {**one, "state": (self.world.now(), passing, lasting)}
        self.stores[kind].put(one["key"], one)
        return one

    def status(self, one: Members) -> str:
        return "DELETING" if "gone" in one else self.world.state(*one["state"])

    def drop(self, kind: str, one: Members) -> None:
        if self.world.on("lingering"):
            self.stores[kind].put(one["key"], {**one, "gone": self.world.now() + 1.5})
        else:
            self.stores[kind].drop(one["key"])

    def absent(self, given: str) -> Members:
        """What is not there is deleted already, or wrong."""
        if self.world.on("other-codes"):
            raise wrong(f"{given} does not exist.")
        return {}

    def paged(self, name: str, items: list[Any], sent: Members) -> Members:
        refuse = wrong("The nextToken is not valid.")
        size = sent.get("maxResults", 100)
        if size > 100 or size < 1:
            raise wrong("maxResults must be between 1 and 100.")
        some, token = page(self.world, items, size, sent.get("nextToken"), refuse)
        return {name: some, "nextToken": token}

    def tagged(self, arn: str, *, seen: bool = False) -> tuple[str, Members]:
        for kind in PATHS:
            if arn.startswith(self.arn(kind, "")):
                found = self.get(kind, arn, seen=seen)
                if found is not None:
                    return kind, found
        raise wrong(f"resourceArn {arn} is not the ARN of a resource.")


class Environments:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("batch", self)

    def _resources(self, given: Members) -> Members:
        fargate = given["type"].startswith("FARGATE")
        if given["type"] == "ECS_MANAGED_INSTANCES":
            raise wrong("Managed instances are not available.")
        if given["maxvCpus"] < 1:
            raise wrong("maxvCpus must be greater than 0.")
        if not given.get("subnets"):
            raise wrong("subnets cannot be null or empty.")
        for one in given["subnets"]:
            if self.shelf.network.store.get(one) is None:
                raise wrong(f"The subnet ID '{one}' does not exist")
        for one in given.get("securityGroupIds", []):
            if self.shelf.network.store.get(one) is None:
                raise wrong(f"The security group '{one}' does not exist")
        of_machines = ("instanceTypes", "instanceRole", "minvCpus", "desiredvCpus", "imageId",
                       "allocationStrategy", "ec2KeyPair", "bidPercentage", "placementGroup",
                       "launchTemplate", "ec2Configuration", "tags", "spotIamFleetRole",
                       "scalingPolicy")  # fmt: skip
        if fargate:
            if not given.get("securityGroupIds"):
                raise wrong("securityGroupIds cannot be null or empty for Fargate.")
            if any(name in given for name in of_machines):
                raise wrong("A member is not applicable to Fargate.")
            return given
        if "managedInstancesProvider" in given or "capacityTags" in given:
            raise wrong("A member is of managed instances.")
        if not given.get("instanceTypes") or not given.get("instanceRole"):
            raise wrong("instanceTypes and instanceRole cannot be null or empty.")
        low = given.get("minvCpus", 0)
        self._machines(given)
        usual = {"minvCpus": 0, "desiredvCpus": low, "allocationStrategy": "BEST_FIT"}
        return usual | given

    def _machines(self, given: Members) -> None:
        low, high = given.get("minvCpus", 0), given["maxvCpus"]
        if not 0 <= low <= given.get("desiredvCpus", low) <= high:
            raise wrong("desiredvCpus should be between minvCpus and maxvCpus.")
        if given.get("launchTemplate") or given.get("ec2KeyPair"):
            raise wrong("The launch template or the key pair does not exist.")
        strategy = given.get("allocationStrategy", "BEST_FIT")
        if strategy.startswith("SPOT") and given["type"] != "SPOT":
            raise wrong("The allocation strategy is of Spot.")
        if "bidPercentage" in given and given["type"] != "SPOT":
            raise wrong("bidPercentage is only applicable to SPOT.")

    def create_compute_environment(self, sent: Members) -> Members:
        name = self.shelf.free("environment", sent["computeEnvironmentName"])
        managed, given = sent["type"] == "MANAGED", sent.get("computeResources")
        if managed is (given is None):
            raise wrong("computeResources are for managed environments, which need them.")
        if managed and "unmanagedvCpus" in sent:
            raise wrong("unmanagedvCpus is only for UNMANAGED environments.")
        if "eksConfiguration" in sent:
            raise wrong("The EKS cluster does not exist.")
        role = sent.get("serviceRole", "role")
        if not re.fullmatch(r"(arn:aws[a-z-]*:iam::\d{12}:role/)?[\w+=,.@/-]+", role):
            raise wrong("The service role is not valid.")
        resources = self._resources(given) if given is not None else None
        if self.world.on("quotas") and len(self.shelf.all("environment")) >= 50:
            raise wrong("There are 50 compute environments.")
        role = "role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
        role_arn = f"arn:{self.world.partition}:iam::{self.world.account}:{role}"
        cluster = f"cluster/AWSBatch-{name}-{uuid4()}"
        shown = {
            "computeEnvironmentName": name,
            "computeEnvironmentArn": self.shelf.arn("environment", name),
            "ecsClusterArn": self.world.arn("ecs", cluster), "type": sent["type"],
            "state": sent.get("state", "ENABLED"), "statusReason": "ComputeEnvironment Healthy",
            "computeResources": resources, "serviceRole": sent.get("serviceRole", role_arn),
            "unmanagedvCpus": sent.get("unmanagedvCpus"), "containerOrchestrationType": "ECS",
            "uuid": str(uuid4()), "context": sent.get("context"),
            "ecsSettings": sent.get("ecsSettings"),
        }  # fmt: skip
        tags = checked_tags(sent.get("tags", {}), {})
        self.shelf.put("environment", {"key": name, "shown": shown, "tags": tags}, "CREATING")
        return {key: shown[key] for key in ("computeEnvironmentName", "computeEnvironmentArn")}

    def describe_compute_environments(self, sent: Members) -> Members:
        found = [
            {**one["shown"], "status": self.shelf.status(one), "tags": one["tags"]}
            for one in self.shelf.described("environment", sent.get("computeEnvironments"))
        ]
        return self.shelf.paged("computeEnvironments", found, sent)

    def update_compute_environment(self, sent: Members) -> Members:
        one = self.shelf.must("environment", sent["computeEnvironment"])
        if self.shelf.status(one) != "VALID":
            raise wrong("Cannot update, resource is being modified.")
        shown = dict(one["shown"])
        given = sent.get("computeResources")
        if given is not None:
            if shown["type"] == "UNMANAGED":
                raise wrong("computeResources are for managed environments.")
            kept = {**shown["computeResources"], **given}
            if given.get("type", kept["type"]) != shown["computeResources"]["type"]:
                raise wrong("The type cannot be changed.")
            kept.pop("updateToLatestImageVersion", None)
            if kept["type"].startswith("FARGATE"):
                kept = {
                    key: of for key, of in kept.items() if key not in {"minvCpus", "desiredvCpus"}
                }
            shown["computeResources"] = self._resources(kept)
        if "unmanagedvCpus" in sent and shown["type"] == "MANAGED":
            raise wrong("unmanagedvCpus is only for UNMANAGED environments.")
        if "eksConfiguration" in sent:
            raise wrong("The environment has no EKS cluster.")
        for name in ("state", "unmanagedvCpus", "serviceRole", "updatePolicy", "context",
                     "ecsSettings"):  # fmt: skip
            if name in sent:
                shown[name] = sent[name]
        self.shelf.put("environment", {**one, "shown": shown}, "UPDATING")
        return {key: shown[key] for key in ("computeEnvironmentName", "computeEnvironmentArn")}

    def delete_compute_environment(self, sent: Members) -> Members:
        one = self.shelf.get("environment", sent["computeEnvironment"])
        if one is None or "gone" in one:
            return self.shelf.absent(sent["computeEnvironment"])
        if one["shown"]["state"] != "DISABLED":
            raise wrong("Cannot delete, compute environment is not disabled.")
        if self.shelf.status(one) != "VALID":
            raise wrong("Cannot delete, resource is being modified.")
        arn = one["shown"]["computeEnvironmentArn"]
        for queue in self.shelf.all("queue"):
            if arn in [
                of["computeEnvironment"] for of in queue["shown"]["computeEnvironmentOrder"]
            ]:
                raise wrong("Cannot delete, found existing JobQueue relationship.")
        self.shelf.drop("environment", one)
        return {}
