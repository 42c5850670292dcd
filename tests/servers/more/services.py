"""ECS: services."""

from __future__ import annotations

from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of
from tests.servers.keys.wire import Refused

from .clusters import NAME, Shelf, checked_tags, invalid
from .tasks import Tasks

HIDDEN = ("cluster", "tags", "clientToken", "role", "since")
UNSHOWN = (
    "serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations",
    "gatewayConnectors", "monitoring", "forceNewDeployment", "service",
)  # fmt: skip


class Services:
    """The operations by name."""

    def __init__(self, shelf: Shelf, tasks: Tasks) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.tasks = tasks
        self.operations: dict[str, Operation] = operations_of("ecs", self)

    def _shown(self, service: Members, include: Any = ("TAGS",)) -> Members:
        shown = {key: one for key, one in service.items() if key not in (*HIDDEN, *UNSHOWN)}
        under = f"{service['cluster']}/{service['serviceName']}"
        state = service["status"]
        if state == "INACTIVE":
            state = self.world.state(service["since"], "DRAINING", state)
        return {
            **shown,
            "serviceArn": self.shelf.arn(f"service/{under}"),
            "clusterArn": self.shelf.arn(f"cluster/{service['cluster']}"),
            "status": state,
            "runningCount": 0,
            "pendingCount": 0,
            "events": [],
            "tags": self.shelf.tags(service["tags"]) if "TAGS" in include else None,
        }

    def _definition(self, sent: Members) -> Members:
        if "taskDefinition" not in sent:
            return {}
        try:
            task = self.tasks.task(sent["taskDefinition"])
        except Refused as refused:
            raise Refused("ClientException", "TaskDefinition not found.") from refused
        if task["status"] != "ACTIVE":
            raise Refused("ClientException", "TaskDefinition is inactive.")
        network = sent.get("networkConfiguration", {}).get("awsvpcConfiguration")
        if task.get("networkMode") == "awsvpc" and not network:
            text = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
            raise invalid(text)
        name = f"{task['family']}:{task['revision']}"
        return {"taskDefinition": self.shelf.arn(f"task-definition/{name}")}

    def _checked(self, sent: Members) -> None:
        if sent.get("desiredCount", 0) < 0:
            raise invalid("The desired count cannot be negative.")
        if "launchType" in sent and "capacityProviderStrategy" in sent:
            raise invalid("A launch type excludes a strategy.")
        if self.world.on("unchecked"):
            return
        if sent.get("launchType") == "FARGATE" and "networkConfiguration" not in sent:
            raise invalid("Network Configuration must be provided for Fargate.")
        if sent.get("loadBalancers") or sent.get("serviceRegistries"):
            raise invalid("There is no such target group or registry.")
        network = sent.get("networkConfiguration", {}).get("awsvpcConfiguration", {"subnets": 1})
        if not network["subnets"]:
            raise invalid("subnets can not be empty.")

    def create_service(self, sent: Members) -> Members:
        cluster = self.shelf.cluster(sent.get("cluster"))["clusterName"]
        name = sent["serviceName"]
        if not NAME.fullmatch(name):
            raise invalid("The name of a service is not valid.")
        self._checked(sent)
        controller = sent.get("deploymentController", {}).get("type", "ECS")
        if "taskDefinition" not in sent and controller != "EXTERNAL":
            raise invalid("taskDefinition can not be blank.")
        known = self.shelf.services.get(f"{cluster}/{name}")
        if known and known["status"] == "ACTIVE":
            raise invalid("Creation of service was not idempotent.")
        usual: Members = {
            "loadBalancers": [],
            "serviceRegistries": [],
            "desiredCount": 0,
            "launchType": "EC2",
            "schedulingStrategy": "REPLICA",
            "placementConstraints": [],
            "placementStrategy": [],
            "enableECSManagedTags": False,
            "enableExecuteCommand": False,
            "propagateTags": "NONE",
        }
        if "capacityProviderStrategy" in sent or controller == "EXTERNAL":
            usual.pop("launchType")
        made = {
            **usual, **sent, **self._definition(sent), "cluster": cluster, "status": "ACTIVE",
            "tags": checked_tags(sent.get("tags", []), {}), "createdAt": self.world.now(),
            "since": self.world.now(),
        }  # fmt: skip
        self.shelf.services.put(f"{cluster}/{name}", made)
        return {"service": self._shown(made)}

    def _service(self, sent: Members) -> tuple[str, Members]:
        cluster = self.shelf.cluster(sent.get("cluster"))["clusterName"]
        name = self.shelf.name(f"service/{cluster}", sent["service"])
        found = self.shelf.services.get(f"{cluster}/{name}")
        if found is None:
            raise Refused("ServiceNotFoundException", "Service not found.")
        return f"{cluster}/{name}", found

    def describe_services(self, sent: Members) -> Members:
        cluster = self.shelf.cluster(sent.get("cluster"))["clusterName"]
        if not 1 <= len(sent["services"]) <= 10:
            raise invalid("From 1 to 10 services.")
        found, failures = [], []
        for given in sent["services"]:
            name = self.shelf.name(f"service/{cluster}", given)
            one = self.shelf.services.described(f"{cluster}/{name}")
            if one is None:
                failures.append(self.shelf.missing(self.shelf.arn(f"service/{cluster}/{name}")))
            else:
                found.append(self._shown(one, sent.get("include", ())))
        return {"services": found, "failures": failures}

    def list_services(self, sent: Members) -> Members:
        cluster = self.shelf.cluster(sent.get("cluster"))["clusterName"]
        found = [
            self._shown(one)["serviceArn"]
            for one in self.shelf.services.listed()
            if one["cluster"] == cluster
            and one["status"] == "ACTIVE"
            and sent.get("launchType") in {None, one.get("launchType")}
            and sent.get("schedulingStrategy") in {None, one["schedulingStrategy"]}
            and sent.get("resourceManagementType") in {None, "CUSTOMER"}
        ]
        size = sent.get("maxResults", 10)
        return self.shelf.paged("serviceArns", found, {**sent, "maxResults": size})

    def update_service(self, sent: Members) -> Members:
        key, service = self._service(sent)
        if service["status"] != "ACTIVE":
            raise Refused("ServiceNotActiveException", "Service was not ACTIVE.")
        self._checked(sent)
        given = {name: one for name, one in sent.items() if name != "cluster"}
        if "capacityProviderStrategy" in given:
            service.pop("launchType", None)
        changed = {**service, **given, **self._definition({**service, **given})}
        self.shelf.services.put(key, changed)
        return {"service": self._shown(changed)}

    def delete_service(self, sent: Members) -> Members:
        key, service = self._service(sent)
        if service["status"] != "ACTIVE":
            raise Refused("ServiceNotFoundException", "Service not found.")
        busy = service["desiredCount"] and service["schedulingStrategy"] == "REPLICA"
        if busy and not sent.get("force"):
            raise invalid("The service cannot be stopped while it is scaled above 0.")
        gone = {**service, "status": "INACTIVE", "desiredCount": 0, "since": self.world.now()}
        self.shelf.services.put(key, gone)
        return {"service": self._shown(gone)}
