"""ECS: clusters, what runs on them, tags, and the settings of the account."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page, pairs
from tests.servers.keys.wire import Refused

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
AWS_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
INSIGHTS = {"enabled", "disabled", "enhanced"}
SWITCHES = {"enabled", "disabled", "on", "off"}


def invalid(text: str) -> Refused:
    return Refused("InvalidParameterException", text)


class Shelf:
    """What is kept of the service, and what its parts share."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clusters, self.tasks, self.services, self.providers = (Store(world) for _ in range(4))

    def arn(self, resource: str) -> str:
        return self.world.arn("ecs", resource)

    def name(self, kind: str, given: str | None) -> str:
        """A name that may be given as an ARN."""
        text = given or "default"
        return text.removeprefix(self.arn(f"{kind}/"))

    def cluster(self, given: str | None) -> Members:
        """A cluster that is in use, by its name or ARN."""
        found: Members | None = self.clusters.get(self.name("cluster", given))
        if found is None or found["status"] != "ACTIVE":
            raise Refused("ClusterNotFoundException", "Cluster not found.")
        return found

    def paged(self, name: str, items: list[Any], sent: Members) -> Members:
        size = sent.get("maxResults", 100)
        if not 1 <= size <= 100:
            raise invalid("maxResults must be from 1 to 100.")
        refuse = invalid("Invalid token.")
        some_items, token = page(self.world, items, size, sent.get("nextToken"), refuse)
        return {name: some_items, "nextToken": token}

    def tags(self, tags: dict[str, str]) -> list[Any]:
        return pairs(self.world, tags, "key", "value")

    def missing(self, arn: str) -> Members:
        return {"arn": arn, "reason": "MISSING"}


def checked_tags(tags: list[Members], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    if any("key" not in tag or tag["key"].lower().startswith("aws:") for tag in tags):
        raise invalid("Tags have keys, which do not begin with aws:.")
    found = known | {tag["key"]: tag.get("value", "") for tag in tags}
    if len({tag["key"] for tag in tags}) < len(tags) or len(found) > 50:
        raise invalid("At most 50 tags, each key once.")
    return found


class Clusters:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.settings: dict[str, str] = {}
        self.operations: dict[str, Operation] = operations_of("ecs", self)
        for number in range(3 if self.world.on("populated") else 0):
            self.create_cluster({"clusterName": f"busy-{number}"})
        self.create_cluster({})

    def _shown(
        self, cluster: Members, include: Any = ("TAGS", "SETTINGS", "CONFIGURATIONS")
    ) -> Any:
        services = [
            one
            for one in self.shelf.services.all()
            if one["cluster"] == cluster["clusterName"] and one["status"] == "ACTIVE"
        ]
        shown = {
            "clusterArn": self.shelf.arn(f"cluster/{cluster['clusterName']}"),
            "clusterName": cluster["clusterName"],
            "status": cluster["status"],
            "registeredContainerInstancesCount": 0,
            "runningTasksCount": 0,
            "pendingTasksCount": 0,
            "activeServicesCount": len(services),
            "statistics": [],
            "tags": self.shelf.tags(cluster["tags"]) if "TAGS" in include else [],
            "settings": cluster["settings"] if "SETTINGS" in include else [],
            "capacityProviders": cluster["providers"],
            "defaultCapacityProviderStrategy": cluster["strategy"],
            "serviceConnectDefaults": cluster.get("defaults"),
        }
        if "CONFIGURATIONS" in include:
            shown["configuration"] = cluster.get("configuration")
        return shown

    def _settings(self, given: list[Members]) -> list[Members]:
        for one in given:
            if one.get("name") != "containerInsights" or one.get("value") not in INSIGHTS:
                raise invalid("The setting is not valid.")
        return given or [{"name": "containerInsights", "value": "disabled"}]

    def _configuration(self, sent: Members) -> Members:
        given: Members = sent.get("configuration", {})
        execute = given.get("executeCommandConfiguration", {})
        if execute.get("logging") == "OVERRIDE" and not execute.get("logConfiguration"):
            raise invalid("logConfiguration is required with OVERRIDE.")
        if execute.get("logging", "OVERRIDE") != "OVERRIDE" and "logConfiguration" in execute:
            raise invalid("logConfiguration is for OVERRIDE.")
        found = {"configuration": given} if given else {}
        if "serviceConnectDefaults" in sent:
            name = sent["serviceConnectDefaults"]["namespace"]
            arn = name if name.startswith("arn:") else self.world.arn(
                "servicediscovery", f"namespace/ns-{name}")  # fmt: skip
            found["defaults"] = {"namespace": arn}
        return found

    def _providers(self, names: list[str], strategy: list[Members]) -> Members:
        for name in names:
            if name not in AWS_PROVIDERS and self.shelf.providers.get(name) is None:
                raise invalid(f"The specified capacity provider '{name}' was not found.")
        if len(names) > 20 or len({*names}) < len(names):
            raise invalid("At most 20 capacity providers, each once.")
        if any(one["capacityProvider"] not in names for one in strategy):
            raise invalid("The strategy has capacity providers that the cluster has not.")
        if len([one for one in strategy if one.get("base")]) > 1:
            raise invalid("Only one capacity provider has a base.")
        full = [{"weight": 0, "base": 0, **one} for one in strategy]
        return {"providers": names, "strategy": full}

    def create_cluster(self, sent: Members) -> Members:
        name = sent.get("clusterName", "default")
        if not NAME.fullmatch(name):
            raise invalid("The name of a cluster has letters, numbers, hyphens and underscores.")
        names = sent.get("capacityProviders", [])
        strategy = sent.get("defaultCapacityProviderStrategy", [])
        made = {
            "clusterName": name,
            "status": "ACTIVE",
            "tags": checked_tags(sent.get("tags", []), {}),
            "settings": self._settings(sent.get("settings", [])),
            **self._configuration(sent),
            **self._providers(names, strategy),
        }
        known = self.shelf.clusters.get(name)
        if known is not None and known["status"] == "ACTIVE":
            return {"cluster": self._shown(known)}
        self.shelf.clusters.put(name, made)
        return {"cluster": self._shown(made)}

    def describe_clusters(self, sent: Members) -> Members:
        found, failures = [], []
        if len(sent.get("clusters", [])) > 100:
            raise invalid("At most 100 clusters.")
        for given in sent.get("clusters") or ["default"]:
            name = self.shelf.name("cluster", given)
            one = self.shelf.clusters.described(name)
            if one is None:
                failures.append(self.shelf.missing(self.shelf.arn(f"cluster/{name}")))
            else:
                found.append(self._shown(one, sent.get("include", ())))
        return {"clusters": found, "failures": failures}

    def list_clusters(self, sent: Members) -> Members:
        active = [one for one in self.shelf.clusters.listed() if one["status"] == "ACTIVE"]
        found = [self.shelf.arn(f"cluster/{one['clusterName']}") for one in active]
        return self.shelf.paged("clusterArns", found, sent)

    def _changed(self, cluster: Members, **members: Any) -> Members:
        changed = {**cluster, **members}
        self.shelf.clusters.put(cluster["clusterName"], changed)
        return {"cluster": self._shown(changed)}

    def update_cluster(self, sent: Members) -> Members:
        cluster = self.shelf.cluster(sent["cluster"])
        changes = self._configuration(sent)
        if sent.get("settings"):
            changes["settings"] = self._settings(sent["settings"])
        return self._changed(cluster, **changes)

    def update_cluster_settings(self, sent: Members) -> Members:
        if not sent["settings"]:
            raise invalid("There are settings.")
        cluster = self.shelf.cluster(sent["cluster"])
        return self._changed(cluster, settings=self._settings(sent["settings"]))

    def put_cluster_capacity_providers(self, sent: Members) -> Members:
        cluster = self.shelf.cluster(sent["cluster"])
        names, strategy = sent["capacityProviders"], sent["defaultCapacityProviderStrategy"]
        return self._changed(cluster, **self._providers(names, strategy))

    def delete_cluster(self, sent: Members) -> Members:
        """A cluster that is deleted may be seen for a while."""
        cluster = self.shelf.cluster(sent["cluster"])
        name = cluster["clusterName"]
        for one in self.shelf.services.all():
            if one["cluster"] == name and one["status"] == "ACTIVE":
                text = "The Cluster cannot be deleted while Services are active."
                raise Refused("ClusterContainsServicesException", text)
        answer = self._changed(cluster, status="INACTIVE")
        if not self.world.on("lingering"):
            self.shelf.clusters.drop(name)
        return answer

    def _at(self, arn: str, *, seen: bool = False) -> tuple[Store, str, Members]:
        kind, _, key = arn.rpartition(":ecs:")[2].split(":", 2)[-1].partition("/")
        stores = {
            "cluster": self.shelf.clusters, "service": self.shelf.services,
            "task-definition": self.shelf.tasks, "capacity-provider": self.shelf.providers,
        }  # fmt: skip
        if kind not in stores or arn != self.shelf.arn(f"{kind}/{key}"):
            raise invalid("Invalid ARN.")
        store = stores[kind]
        found = store.found(key, seen=seen)
        if found is None or found.get("status") == "INACTIVE":
            code = "ClusterNotFoundException" if kind == "cluster" else "ResourceNotFoundException"
            code = "InvalidParameterException" if seen and kind != "cluster" else code
            raise Refused(code, "The specified resource is not found.")
        return store, key, found

    def tag_resource(self, sent: Members) -> Members:
        store, key, found = self._at(sent["resourceArn"])
        store.put(key, {**found, "tags": checked_tags(sent["tags"], found["tags"])})
        return {}

    def untag_resource(self, sent: Members) -> Members:
        store, key, found = self._at(sent["resourceArn"])
        left = {name: one for name, one in found["tags"].items() if name not in sent["tagKeys"]}
        store.put(key, {**found, "tags": left})
        return {}

    def list_tags_for_resource(self, sent: Members) -> Members:
        return {"tags": self.shelf.tags(self._at(sent["resourceArn"], seen=True)[2]["tags"])}

    def _setting(self, name: str, value: str, sent: Members) -> Members:
        usual = f"arn:{self.world.partition}:iam::{self.world.account}:user/somebody"
        principal = sent.get("principalArn", usual)
        return {"name": name, "value": value, "principalArn": principal, "type": "user"}

    def put_account_setting(self, sent: Members) -> Members:
        name, value = sent["name"], sent["value"]
        allowed = INSIGHTS if name == "containerInsights" else SWITCHES
        if name == "fargateTaskRetirementWaitPeriod":
            allowed = {"0", "7", "14"}
        if name == "defaultLogDriverMode":
            allowed = {"blocking", "non-blocking"}
        if value not in allowed or name == "guardDutyActivate":
            raise invalid("The value of the setting is not valid.")
        self.settings[name] = value
        return {"setting": self._setting(name, value, sent)}

    def delete_account_setting(self, sent: Members) -> Members:
        value = self.settings.pop(sent["name"], "")
        return {"setting": self._setting(sent["name"], value, sent)}

    def list_account_settings(self, sent: Members) -> Members:
        settings = {"containerInsights": "disabled"} if sent.get("effectiveSettings") else {}
        settings |= self.settings
        if "value" in sent and "name" not in sent:
            raise invalid("A value needs a name.")
        found = [
            self._setting(name, value, sent)
            for name, value in settings.items()
            if sent.get("name", name) == name and sent.get("value", value) == value
        ]
        return self.shelf.paged("settings", found, sent)
