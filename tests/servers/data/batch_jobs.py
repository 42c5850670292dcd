"""Batch: job definitions with their revisions, and jobs."""

from __future__ import annotations

import re
from uuid import uuid4

from tests.servers.cloud.world import Members, Operation, operations_of

from .batch import NAME, Shelf, checked_tags, wrong

ENDED = {"SUCCEEDED", "FAILED"}


class Jobs:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("batch", self)

    def _container(self, given: Members, fargate: bool) -> Members:
        if not given.get("image"):
            raise wrong("Container image cannot be null or empty.")
        needs = {one["type"]: one["value"] for one in given.get("resourceRequirements", [])}
        if needs.keys() - {"VCPU", "MEMORY", "GPU"} or len(needs) < len(
            given.get("resourceRequirements", [])
        ):
            raise wrong("A resource requirement is not valid.")
        if not all(re.fullmatch(r"\d+(\.\d+)?", one) for one in needs.values()):
            raise wrong("The value of a resource requirement is not valid.")
        if ("vcpus" in given and "VCPU" in needs) or ("memory" in given and "MEMORY" in needs):
            raise wrong("vcpus and memory are given twice.")
        if "VCPU" not in needs and given.get("vcpus", 0) < 1:
            raise wrong("Container vcpus must be greater than 0.")
        if "MEMORY" not in needs and given.get("memory", 0) < 4:
            raise wrong("Container memory must be at least 4 MiB.")
        if fargate and not given.get("executionRoleArn"):
            raise wrong("executionRoleArn is needed for Fargate.")
        self._roles_and_volumes(given, fargate)
        usual: Members = {"command": [], "volumes": [], "environment": [], "mountPoints": [],
                          "ulimits": [], "resourceRequirements": [], "secrets": []}  # fmt: skip
        return usual | given

    def _roles_and_volumes(self, given: Members, fargate: bool) -> None:
        for name in ("executionRoleArn", "jobRoleArn"):
            if name in given and not re.match(r"arn:aws[a-z-]*:iam::\d{12}:role/", given[name]):
                raise wrong(f"{name} is not the ARN of a role.")
        for name in ("fargatePlatformConfiguration", "networkConfiguration", "ephemeralStorage"):
            if not fargate and name in given:
                raise wrong(f"{name} is only applicable to Fargate.")
        volumes = {one.get("name") for one in given.get("volumes", [])}
        for one in given.get("mountPoints", []):
            if one.get("sourceVolume") not in volumes:
                raise wrong("A mount point names a volume that is not there.")

    def _checked(self, sent: Members) -> None:
        if not 1 <= sent.get("retryStrategy", {}).get("attempts", 1) <= 10:
            raise wrong("attempts must be between 1 and 10.")
        if sent.get("timeout", {}).get("attemptDurationSeconds", 60) < 60:
            raise wrong("attemptDurationSeconds must be at least 60.")
        for name in ("schedulingPriority", "schedulingPriorityOverride"):
            if not 0 <= sent.get(name, 0) <= 9999:
                raise wrong(f"{name} must be between 0 and 9999.")
        for name in ("consumableResourceProperties", "consumableResourcePropertiesOverride"):
            for one in sent.get(name, {}).get("consumableResourceList", []):
                self.shelf.must("resource", one.get("consumableResource", ""))
        rules = sent.get("retryStrategy", {}).get("evaluateOnExit", [])
        if len(rules) > 5 or (rules and "attempts" not in sent["retryStrategy"]):
            raise wrong("evaluateOnExit has up to 5 rules, with attempts.")
        for one in rules:
            if one["action"].upper() not in {"RETRY", "EXIT"}:
                raise wrong("The action is RETRY or EXIT.")

    def register_job_definition(self, sent: Members) -> Members:
        name = sent["jobDefinitionName"]
        if not NAME.fullmatch(name):
            raise wrong("jobDefinitionName is not valid.")
        platforms = sent.get("platformCapabilities", ["EC2"])
        if len(platforms) != 1 or platforms[0] == "MANAGED_INSTANCES":
            raise wrong("platformCapabilities has one value.")
        if sent["type"] == "multinode":
            raise wrong("nodeProperties of a job of type multinode are not supported here.")
        for member in ("nodeProperties", "eksProperties", "ecsProperties"):
            if member in sent:
                raise wrong(f"{member} cannot be given with containerProperties.")
        if "containerProperties" not in sent:
            raise wrong("containerProperties cannot be null for a job of type container.")
        container = self._container(sent["containerProperties"], platforms == ["FARGATE"])
        self._checked(sent)
        had = [one for one in self.shelf.all("definition") if one["name"] == name]
        revision = max([one["shown"]["revision"] for one in had], default=0) + 1
        key = f"{name}:{revision}"
        shown = {
            "parameters": {}, **{one: of for one, of in sent.items() if one != "tags"},
            "jobDefinitionArn": self.shelf.arn("definition", key), "revision": revision,
            "status": "ACTIVE", "containerProperties": container,
            "containerOrchestrationType": "ECS", "platformCapabilities": platforms,
        }  # fmt: skip
        tags = checked_tags(sent.get("tags", {}), {})
        self.shelf.put("definition", {"key": key, "name": name, "shown": shown, "tags": tags})
        of = ("jobDefinitionName", "jobDefinitionArn", "revision")
        return {one: shown[one] for one in of}

    def describe_job_definitions(self, sent: Members) -> Members:
        named, state = sent.get("jobDefinitions"), sent.get("status")
        found = self.shelf.listed("definition")
        if named:
            keys = {self.shelf.key("definition", one) for one in named}
            found = [one for one in found if {one["key"], one["name"]} & keys]
        if "jobDefinitionName" in sent:
            found = [one for one in found if one["name"] == sent["jobDefinitionName"]]
        shown = [
            {**one["shown"], "tags": one["tags"]}
            for one in found
            if state in {None, one["shown"]["status"]}
        ]
        return self.shelf.paged("jobDefinitions", shown, sent)

    def _active(self, given: str) -> Members | None:
        """A definition by its revision, or the newest of its name."""
        key = self.shelf.key("definition", given)
        if ":" in key:
            return self.shelf.get("definition", key)
        had = [one for one in self.shelf.all("definition") if one["name"] == key]
        active = [one for one in had if one["shown"]["status"] == "ACTIVE"]
        return max(active, key=lambda one: int(one["shown"]["revision"]), default=None)

    def deregister_job_definition(self, sent: Members) -> Members:
        given = sent["jobDefinition"]
        if ":" not in self.shelf.key("definition", given):
            raise wrong("jobDefinition must have a revision.")
        one = self._active(given)
        if one is None:
            return self.shelf.absent(given)
        self.shelf.put("definition", {**one, "shown": {**one["shown"], "status": "INACTIVE"}})
        return {}

    def submit_job(self, sent: Members) -> Members:
        if not NAME.fullmatch(sent["jobName"]):
            raise wrong("jobName is not valid.")
        queue = self.shelf.must("queue", sent["jobQueue"])
        if queue["shown"]["state"] != "ENABLED" or self.shelf.status(queue) != "VALID":
            raise wrong("The job queue is not enabled, or not valid.")
        definition = self._active(sent["jobDefinition"])
        if definition is None or definition["shown"]["status"] != "ACTIVE":
            raise wrong(f"JobDefinition {sent['jobDefinition']} does not exist or is not active.")
        self._checked(sent)
        fair = queue["shown"]["schedulingPolicyArn"]
        if bool(fair) is not ("shareIdentifier" in sent):
            raise wrong("A share identifier is for queues with a scheduling policy.")
        if "schedulingPriorityOverride" in sent and not fair:
            raise wrong("schedulingPriorityOverride is for queues with a scheduling policy.")
        size = sent.get("arrayProperties", {}).get("size")
        if size is not None and not 2 <= size <= 10000:
            raise wrong("The size of an array is between 2 and 10000.")
        if {"nodeOverrides", "eksPropertiesOverride", "ecsPropertiesOverride"} & sent.keys():
            raise wrong("The override does not fit the job definition.")
        if len(sent.get("dependsOn", [])) > 20:
            raise wrong("A job depends on at most 20 jobs.")
        for one in sent.get("dependsOn", []):
            if "jobId" not in one:
                raise wrong("A dependency needs a job.")
            self.shelf.must("job", one["jobId"])
        return self._submitted(sent, queue, definition, size)

    def _submitted(
        self, sent: Members, queue: Members, definition: Members, size: int | None
    ) -> Members:
        identity = str(uuid4())
        kept = definition["shown"]
        over = sent.get("containerOverrides", {})
        own = ("environment", "command", "vcpus", "memory", "resourceRequirements")
        container = {
            **kept["containerProperties"],
            **{one: over[one] for one in own if one in over},
        }
        shown = {
            "jobId": identity, "jobArn": self.shelf.arn("job", identity),
            "jobName": sent["jobName"],
            "jobQueue": queue["shown"]["jobQueueArn"], "jobDefinition": kept["jobDefinitionArn"],
            "createdAt": int(self.world.now() * 1000), "attempts": [], "container": container,
            "dependsOn": sent.get("dependsOn", []), "isCancelled": False, "isTerminated": False,
            "parameters": kept["parameters"] | sent.get("parameters", {}),
            "retryStrategy": sent.get("retryStrategy", kept.get("retryStrategy")),
            "timeout": sent.get("timeout", kept.get("timeout")),
            "shareIdentifier": sent.get("shareIdentifier"), "platformCapabilities": ["EC2"],
            "propagateTags": sent.get("propagateTags", kept.get("propagateTags", False)),
            "arrayProperties": {"size": size} if size else None,
        }  # fmt: skip
        tags = checked_tags(sent.get("tags", {}), {})
        made = {"key": identity, "shown": shown, "tags": tags}
        self.shelf.put("job", made, "SUBMITTED", "RUNNABLE")
        return {one: shown[one] for one in ("jobArn", "jobName", "jobId")}

    def describe_jobs(self, sent: Members) -> Members:
        if not 1 <= len(sent["jobs"]) <= 100:
            raise wrong("jobs has from 1 to 100 jobs.")
        return {"jobs": [
            {**one["shown"], "status": self.shelf.status(one), "tags": one["tags"]}
            for one in self.shelf.described("job", sent["jobs"])
        ]}  # fmt: skip

    def list_jobs(self, sent: Members) -> Members:
        ways = ("jobQueue", "arrayJobId", "multiNodeJobId")
        if len([one for one in ways if one in sent]) != 1:
            raise wrong("Exactly one of jobQueue, arrayJobId and multiNodeJobId is needed.")
        if "jobQueue" not in sent:
            self.shelf.must("job", str(sent.get("arrayJobId") or sent.get("multiNodeJobId")))
            return self.shelf.paged("jobSummaryList", [], sent)
        arn = self.shelf.must("queue", sent["jobQueue"])["shown"]["jobQueueArn"]
        found = [one for one in self.shelf.listed("job") if one["shown"]["jobQueue"] == arn]
        for given in sent.get("filters", []):
            if given.get("name") not in {"JOB_NAME", "JOB_DEFINITION", "BEFORE_CREATED_AT",
                                         "AFTER_CREATED_AT", "SHARE_IDENTIFIER"}:  # fmt: skip
                raise wrong("There is no such filter.")
            starts = tuple(one.lower().removesuffix("*") for one in given.get("values", []))
            if given["name"] == "JOB_NAME":
                found = [one for one in found if one["shown"]["jobName"].lower().startswith(starts)]
        wanted = None if sent.get("filters") else sent.get("jobStatus", "RUNNING")
        of = ("jobId", "jobArn", "jobName", "createdAt", "jobDefinition", "shareIdentifier")
        shown = [
            {**{name: one["shown"][name] for name in of}, "status": self.shelf.status(one)}
            for one in found
            if wanted in {None, self.shelf.status(one)}
        ]
        return self.shelf.paged("jobSummaryList", shown, sent)

    def _ended(self, given: str, reason: str, mark: str) -> None:
        one = self.shelf.get("job", given)
        if one is None or self.shelf.status(one) in ENDED:
            return
        now = int(self.world.now() * 1000)
        shown = {**one["shown"], "statusReason": reason, mark: True, "stoppedAt": now}
        self.shelf.put("job", {**one, "shown": shown}, "FAILED", "FAILED")

    def cancel_job(self, sent: Members) -> Members:
        if not sent["reason"]:
            raise wrong("reason cannot be empty.")
        self._ended(sent["jobId"], sent["reason"], "isCancelled")
        return {}

    def terminate_job(self, sent: Members) -> Members:
        if not sent["reason"]:
            raise wrong("reason cannot be empty.")
        self._ended(sent["jobId"], sent["reason"], "isTerminated")
        return {}
