"""MediaStore: containers, which take a while to come and to go, and what is set on them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.servers.keys.policies import checked_policy
from tests.servers.keys.wire import Members, Refused

from .readings import World
from .service import Service, parsed
from .shelf import Shelf, in_any_order, paged


@dataclass
class Container:
    name: str
    made: float
    active: float
    """When it is ready."""
    logs: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    """Its policies, by the member that shows them."""
    gone: float | None = None


class Media(Service):
    """All operations of the service."""

    name = "mediastore"
    target = "MediaStore_20170901"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.all: Shelf[Container] = Shelf(world)
        self.operations = {
            "CreateContainer": self.create,
            "DescribeContainer": self.describe,
            "DeleteContainer": self.delete,
            "ListContainers": self.containers,
            "StartAccessLogging": partial(self._logging, True),
            "StopAccessLogging": partial(self._logging, False),
            "PutContainerPolicy": self.put_policy,
            "PutCorsPolicy": self.put_cors,
            "PutLifecyclePolicy": self.put_lifecycle,
            "PutMetricPolicy": self.put_metric,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.tags,
        }
        for noun, member, error in (
            ("Container", "Policy", "PolicyNotFoundException"),
            ("Cors", "CorsPolicy", "CorsPolicyNotFoundException"),
            ("Lifecycle", "LifecyclePolicy", "PolicyNotFoundException"),
            ("Metric", "MetricPolicy", "PolicyNotFoundException"),
        ):
            self.operations[f"Get{noun}Policy"] = partial(self._get, member, error)
            self.operations[f"Delete{noun}Policy"] = partial(self._drop, member, error)
        for number in range(105 if world.on("populated") else 0):
            name = f"nightly-{number:03}"
            self.all.put(name, Container(name, 1.6e9 + number, 1.6e9 + number), long_ago=True)

    def invalid(self, operation: str, why: str) -> str:
        del operation, why
        return "ValidationException"

    def arn(self, name: str) -> str:
        return self.world.arn("mediastore", f"container/{name}")

    def _alive(self, name: str) -> Container | None:
        one = self.all.get(name)
        if one is not None and one.gone is not None and time.time() >= one.gone:
            self.all.pop(name)
            return None
        return one

    def _found(self, name: str, *, used: bool = True) -> Container:
        """A container by its name; to be used it has to be ready."""
        one = self._alive(name)
        if one is None:
            raise Refused("ContainerNotFoundException", f"The container {name} was not found.")
        if used and (one.gone is not None or time.time() < one.active):
            raise Refused("ContainerInUseException", f"The container {name} is being updated.")
        return one

    def create(self, sent: Members) -> Members:
        name, now = sent["ContainerName"], time.time()
        if self._alive(name) is not None:
            raise Refused("ContainerInUseException", f"The container {name} already exists.")
        tags = self._checked(sent.get("Tags", []), {})
        made = Container(name, now, now + self.world.under_way, tags=tags)
        self.all.put(name, made)
        return {"Container": self._shown(made)}

    def _shown(self, one: Container) -> Members:
        status = "ACTIVE" if time.time() >= one.active else "CREATING"
        shown: Members = {
            "Name": one.name,
            "ARN": self.arn(one.name),
            "CreationTime": one.made,
            "Status": status if one.gone is None else "DELETING",
            "AccessLoggingEnabled": one.logs,
        }
        if status == "ACTIVE":
            host = f"{one.made:.0f}.data.mediastore.{self.world.region}.amazonaws.com"
            shown["Endpoint"] = f"https://{host}"
        return shown

    def describe(self, sent: Members) -> Members:
        if "ContainerName" not in sent:
            raise Refused("ValidationException", "A container has a name.")
        return {"Container": self._shown(self._found(sent["ContainerName"], used=False))}

    def delete(self, sent: Members) -> Members:
        one = self._found(sent["ContainerName"])
        one.gone = time.time() + self.world.under_way
        self.all.put(one.name, one)
        self._alive(one.name)
        return {}

    def containers(self, sent: Members) -> Members:
        def refuse() -> None:
            raise Refused("ValidationException", "The token is none.")

        for one in self.all:
            self._alive(one.name)
        found = in_any_order(self.world, self.all.listed())
        size = sent.get("MaxResults", 100)
        page, token = paged(self.world, found, sent.get("NextToken"), size, refuse)
        return {"Containers": [self._shown(one) for one in page], "NextToken": token}

    def _logging(self, on: bool, sent: Members) -> Members:
        one = self._found(sent["ContainerName"])
        one.logs = on
        self.all.put(one.name, one)
        return {}

    def _put(self, sent: Members, member: str, value: Any) -> Members:
        one = self._found(sent["ContainerName"])
        one.texts[member] = value
        self.all.put(one.name, one)
        return {}

    def _get(self, member: str, error: str, sent: Members) -> Members:
        one = self._found(sent["ContainerName"])
        if member not in one.texts:
            raise Refused(error, "The policy was not found.")
        return {member: one.texts[member]}

    def _drop(self, member: str, error: str, sent: Members) -> Members:
        self._get(member, error, sent)
        one = self._found(sent["ContainerName"])
        del one.texts[member]
        return {}

    def put_policy(self, sent: Members) -> Members:
        try:
            checked_policy(sent["Policy"], resource=True)
        except Refused as refused:
            raise Refused("ValidationException", "The policy is malformed.") from refused
        return self._put(sent, "Policy", self.rewritten(sent["Policy"]))

    def put_cors(self, sent: Members) -> Members:
        for rule in sent["CorsPolicy"]:
            wild = [text for text in rule["AllowedOrigins"] if text.count("*") > 1]
            if wild or "AllowedMethods" not in rule:
                raise Refused("ValidationException", "A rule has methods, and one * an origin.")
        return self._put(sent, "CorsPolicy", sent["CorsPolicy"])

    def put_lifecycle(self, sent: Members) -> Members:
        try:
            rules = parsed(sent["LifecyclePolicy"])["rules"]
        except (ValueError, TypeError, KeyError) as error:
            raise Refused("ValidationException", "The policy is no JSON with rules.") from error
        if not isinstance(rules, list) or not rules:
            raise Refused("ValidationException", "There are rules.")
        return self._put(sent, "LifecyclePolicy", self.rewritten(sent["LifecyclePolicy"]))

    def put_metric(self, sent: Members) -> Members:
        policy = sent["MetricPolicy"]
        names = [one["ObjectGroupName"] for one in policy.get("MetricPolicyRules", [])]
        if len(names) > 5:
            raise Refused("LimitExceededException", "A policy has at most five rules.")
        if len({*names}) < len(names):
            raise Refused("ValidationException", "A group is there once.")
        return self._put(sent, "MetricPolicy", policy)

    def _checked(self, tags: list[Members], known: dict[str, str]) -> dict[str, str]:
        found = known | {tag["Key"]: tag.get("Value", "") for tag in tags}
        if len(found) > 50 or any(key.lower().startswith("aws:") for key in found):
            raise Refused("ValidationException", "At most 50 tags, none of them AWS's.")
        return found

    def _at(self, arn: str) -> Container:
        name = arn.rpartition("/")[2]
        return self._found(name if self.arn(name) == arn else "")

    def tag(self, sent: Members) -> Members:
        one = self._at(sent["Resource"])
        one.tags = self._checked(sent["Tags"], one.tags)
        return {}

    def untag(self, sent: Members) -> Members:
        one = self._at(sent["Resource"])
        one.tags = {key: text for key, text in one.tags.items() if key not in sent["TagKeys"]}
        return {}

    def tags(self, sent: Members) -> Members:
        return {"Tags": self.tag_list(self._at(sent["Resource"]).tags, "Key", "Value")}
