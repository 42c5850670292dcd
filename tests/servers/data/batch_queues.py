"""Batch: job queues."""

from __future__ import annotations

from tests.servers.cloud.world import Members, Operation, operations_of

from .batch import Shelf, checked_tags, wrong


class Queues:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("batch", self)

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
