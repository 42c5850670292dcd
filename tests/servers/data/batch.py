"""Batch: compute environments, job queues, scheduling policies, consumable resources, tags."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from tests.servers.cloud.ec2 import Shelf as Network
from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page
from tests.servers.keys.wire import Refused

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)
PATHS = {"environment": "compute-environment", "queue": "job-queue", "policy": "scheduling-policy",
         "resource": "consumable-resource", "definition": "job-definition", "job": "job"}  # fmt: skip


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
    """Compute environments, job queues and tags: the operations by name."""

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
        usual = {"minvCpus": 0, "desiredvCpus": low, "allocationStrategy": "BEST_FIT"}
        return usual | given

    def create_compute_environment(self, sent: Members) -> Members:
        name = self.shelf.free("environment", sent["computeEnvironmentName"])
        managed, given = sent["type"] == "MANAGED", sent.get("computeResources")
        if managed is (given is None):
            raise wrong("computeResources are for managed environments, which need them.")
        if managed and "unmanagedvCpus" in sent:
            raise wrong("unmanagedvCpus is only for UNMANAGED environments.")
        if "eksConfiguration" in sent:
            raise wrong("The EKS cluster does not exist.")
        if "serviceRole" in sent and not re.match(r"arn:aws[a-z-]*:iam::", sent["serviceRole"]):
            if not re.fullmatch(r"[\w+=,.@/-]+", sent["serviceRole"]):
                raise wrong("The service role is not valid.")
        resources = self._resources(given) if given is not None else None
        if self.world.on("quotas") and len(self.shelf.all("environment")) >= 50:
            raise wrong("There are 50 compute environments.")
        role = "role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
        role_arn = f"arn:{self.world.partition}:iam::{self.world.account}:{role}"
        cluster = f"cluster/AWSBatch-{name}-{uuid4()}"
        shown = {
            "computeEnvironmentName": name, "computeEnvironmentArn": self.shelf.arn("environment", name),
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

    def _order(self, given: list[Members]) -> list[Members]:
        """The environments of a queue, which have to be there and be ready."""
        if not 1 <= len(given) <= 3:
            raise wrong("computeEnvironmentOrder has from 1 to 3 environments.")
        found, kinds = [], set()
        for one in given:
            environment = self.shelf.must("environment", one["computeEnvironment"])
            if self.shelf.status(environment) != "VALID":
                raise wrong(f"{one['computeEnvironment']} is not valid.")
            resources = environment["shown"]["computeResources"] or {"type": "EC2"}
            kinds.add(resources["type"].startswith("FARGATE"))
            arn = environment["shown"]["computeEnvironmentArn"]
            found.append({"order": one["order"], "computeEnvironment": arn})
        if len({one["order"] for one in found}) < len(found) or len(kinds) > 1:
            raise wrong("The order of the environments is not valid.")
        return sorted(found, key=lambda one: one["order"])

    def _checked(self, sent: Members) -> None:
        if not 0 <= sent.get("priority", 0) <= 1000:
            raise wrong("priority must be between 0 and 1000.")
        if "schedulingPolicyArn" in sent:
            self.shelf.must("policy", sent["schedulingPolicyArn"])
        for one in sent.get("jobStateTimeLimitActions", []):
            if not 600 <= one["maxTimeSeconds"] <= 86400 or not one["reason"]:
                raise wrong("maxTimeSeconds must be between 600 and 86400.")

    def create_job_queue(self, sent: Members) -> Members:
        name = self.shelf.free("queue", sent["jobQueueName"])
        if sent.get("serviceEnvironmentOrder") or sent.get("jobQueueType", "ECS") not in {
            "ECS", "ECS_FARGATE",
        }:  # fmt: skip
            raise wrong("The type of the queue is not that of its environments.")
        order = self._order(sent.get("computeEnvironmentOrder", []))
        self._checked(sent)
        shown = {
            "jobQueueName": name, "jobQueueArn": self.shelf.arn("queue", name),
            "state": sent.get("state", "ENABLED"), "statusReason": "JobQueue Healthy",
            "priority": sent["priority"], "computeEnvironmentOrder": order,
            "schedulingPolicyArn": sent.get("schedulingPolicyArn"), "jobQueueType": "ECS",
            "jobStateTimeLimitActions": sent.get("jobStateTimeLimitActions", []),
            "serviceEnvironmentOrder": [],
        }  # fmt: skip
        tags = checked_tags(sent.get("tags", {}), {})
        self.shelf.put("queue", {"key": name, "shown": shown, "tags": tags}, "CREATING")
        return {"jobQueueName": name, "jobQueueArn": shown["jobQueueArn"]}

    def describe_job_queues(self, sent: Members) -> Members:
        found = [
            {**one["shown"], "status": self.shelf.status(one), "tags": one["tags"]}
            for one in self.shelf.described("queue", sent.get("jobQueues"))
        ]
        return self.shelf.paged("jobQueues", found, sent)

    def update_job_queue(self, sent: Members) -> Members:
        one = self.shelf.must("queue", sent["jobQueue"])
        if self.shelf.status(one) != "VALID":
            raise wrong("Cannot update, resource is being modified.")
        if "schedulingPolicyArn" in sent and one["shown"]["schedulingPolicyArn"] is None:
            raise wrong("A queue without a scheduling policy cannot get one.")
        self._checked(sent)
        shown = dict(one["shown"])
        if sent.get("serviceEnvironmentOrder"):
            raise wrong("The queue is of compute environments.")
        if "computeEnvironmentOrder" in sent:
            shown["computeEnvironmentOrder"] = self._order(sent["computeEnvironmentOrder"])
        for name in ("state", "priority", "schedulingPolicyArn", "jobStateTimeLimitActions"):
            if name in sent:
                shown[name] = sent[name]
        self.shelf.put("queue", {**one, "shown": shown}, "UPDATING")
        return {key: shown[key] for key in ("jobQueueName", "jobQueueArn")}

    def delete_job_queue(self, sent: Members) -> Members:
        one = self.shelf.get("queue", sent["jobQueue"])
        if one is None or "gone" in one:
            return self.shelf.absent(sent["jobQueue"])
        if one["shown"]["state"] != "DISABLED":
            raise wrong("Cannot delete, JobQueue is not disabled.")
        if self.shelf.status(one) != "VALID":
            raise wrong("Cannot delete, resource is being modified.")
        self.shelf.drop("queue", one)
        return {}


class Policies:
    """Scheduling policies, consumable resources and tags: the operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("batch", self)

    def _fair(self, given: Members) -> Members:
        if not 0 <= given.get("shareDecaySeconds", 0) <= 604800:
            raise wrong("shareDecaySeconds must be between 0 and 604800.")
        if not 0 <= given.get("computeReservation", 0) <= 99:
            raise wrong("computeReservation must be between 0 and 99.")
        for one in given.get("shareDistribution", []):
            if not re.fullmatch(
                r"[A-Za-z0-9]{1,254}\*?|[A-Za-z0-9]{1,255}", one["shareIdentifier"]
            ):
                raise wrong("The share identifier is not valid.")
            if not 0.0001 <= one.get("weightFactor", 1.0) <= 999.9999:
                raise wrong("weightFactor must be between 0.0001 and 999.9999.")
        shares = [{"weightFactor": 1.0, **one} for one in given.get("shareDistribution", [])]
        return {
            "shareDecaySeconds": 0,
            "computeReservation": 0,
            **given,
            "shareDistribution": shares,
        }

    def create_scheduling_policy(self, sent: Members) -> Members:
        name = self.shelf.free("policy", sent["name"])
        if "quotaSharePolicy" in sent and "fairsharePolicy" in sent:
            raise wrong("Only one policy may be given.")
        shown = {"name": name, "arn": self.shelf.arn("policy", name)}
        if "quotaSharePolicy" in sent:
            kept: Members = {"quotaSharePolicy": sent["quotaSharePolicy"]}
        else:
            kept = {"fairsharePolicy": self._fair(sent.get("fairsharePolicy", {}))}
        tags = checked_tags(sent.get("tags", {}), {})
        self.shelf.put("policy", {"key": name, "shown": {**shown, **kept}, "tags": tags}, "VALID")
        return shown

    def describe_scheduling_policies(self, sent: Members) -> Members:
        if not 1 <= len(sent["arns"]) <= 100:
            raise wrong("arns has from 1 to 100 ARNs.")
        found = [
            {**one["shown"], "tags": one["tags"]}
            for one in self.shelf.described("policy", sent["arns"])
        ]
        return {"schedulingPolicies": found}

    def list_scheduling_policies(self, sent: Members) -> Members:
        found = [{"arn": one["shown"]["arn"]} for one in self.shelf.listed("policy")]
        return self.shelf.paged("schedulingPolicies", found, sent)

    def update_scheduling_policy(self, sent: Members) -> Members:
        one = self.shelf.must("policy", sent["arn"])
        shown = dict(one["shown"])
        if "quotaSharePolicy" in sent and "fairsharePolicy" in shown:
            raise wrong("The kind of a policy cannot be changed.")
        if "fairsharePolicy" in sent:
            if "quotaSharePolicy" in shown:
                raise wrong("The kind of a policy cannot be changed.")
            shown["fairsharePolicy"] = self._fair(sent["fairsharePolicy"])
        self.shelf.put("policy", {**one, "shown": shown})
        return {}

    def delete_scheduling_policy(self, sent: Members) -> Members:
        one = self.shelf.get("policy", sent["arn"])
        if one is None or "gone" in one:
            return self.shelf.absent(sent["arn"])
        for queue in self.shelf.all("queue"):
            if queue["shown"]["schedulingPolicyArn"] == one["shown"]["arn"]:
                raise wrong("Cannot delete, the policy is used by a job queue.")
        self.shelf.drop("policy", one)
        return {}

    def create_consumable_resource(self, sent: Members) -> Members:
        name = self.shelf.free("resource", sent["consumableResourceName"])
        kind = sent.get("resourceType", "REPLENISHABLE")
        if kind not in {"REPLENISHABLE", "NON_REPLENISHABLE"} or sent.get("totalQuantity", 0) < 0:
            raise wrong("The type or the quantity is not valid.")
        shown = {
            "consumableResourceName": name, "consumableResourceArn": self.shelf.arn("resource", name),
            "totalQuantity": sent.get("totalQuantity", 0), "resourceType": kind,
            "createdAt": int(self.world.now() * 1000),
        }  # fmt: skip
        tags = checked_tags(sent.get("tags", {}), {})
        self.shelf.put("resource", {"key": name, "shown": shown, "tags": tags})
        return {key: shown[key] for key in ("consumableResourceName", "consumableResourceArn")}

    def describe_consumable_resource(self, sent: Members) -> Members:
        one = self.shelf.get("resource", sent["consumableResource"], seen=True)
        if one is None:
            raise wrong(f"{sent['consumableResource']} does not exist.")
        count = one["shown"]["totalQuantity"]
        return {**one["shown"], "inUseQuantity": 0, "availableQuantity": count, "tags": one["tags"]}

    def list_consumable_resources(self, sent: Members) -> Members:
        found = self.shelf.listed("resource")
        for given in sent.get("filters", []):
            if given.get("name") != "CONSUMABLE_RESOURCE_NAME":
                raise wrong("There is no such filter.")
            starts = tuple(one.lower().removesuffix("*") for one in given.get("values", []))
            found = [one for one in found if one["key"].lower().startswith(starts)]
        shown = [{**one["shown"], "inUseQuantity": 0} for one in found]
        for one in shown:
            del one["createdAt"]
        return self.shelf.paged("consumableResources", shown, sent)

    def update_consumable_resource(self, sent: Members) -> Members:
        one = self.shelf.must("resource", sent["consumableResource"])
        shown, count = dict(one["shown"]), sent.get("quantity", 0)
        way = sent.get("operation", "SET")
        changes = {"SET": count, "ADD": shown["totalQuantity"] + count,
                   "REMOVE": shown["totalQuantity"] - count}  # fmt: skip
        if way not in changes or changes[way] < 0 or count < 0 or "quantity" not in sent:
            raise wrong("The operation or the quantity is not valid.")
        shown["totalQuantity"] = changes[way]
        self.shelf.put("resource", {**one, "shown": shown})
        return {key: of for key, of in shown.items() if key not in {"createdAt", "resourceType"}}

    def delete_consumable_resource(self, sent: Members) -> Members:
        one = self.shelf.get("resource", sent["consumableResource"])
        if one is None:
            return self.shelf.absent(sent["consumableResource"])
        self.shelf.stores["resource"].drop(one["key"])
        return {}

    def tag_resource(self, sent: Members) -> Members:
        kind, one = self.shelf.tagged(sent["resourceArn"])
        self.shelf.put(kind, {**one, "tags": checked_tags(sent["tags"], one["tags"])})
        return {}

    def untag_resource(self, sent: Members) -> Members:
        kind, one = self.shelf.tagged(sent["resourceArn"])
        left = {name: text for name, text in one["tags"].items() if name not in sent["tagKeys"]}
        self.shelf.put(kind, {**one, "tags": left})
        return {}

    def list_tags_for_resource(self, sent: Members) -> Members:
        return {"tags": self.shelf.tagged(sent["resourceArn"], seen=True)[1]["tags"]}
