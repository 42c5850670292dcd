"""Step Functions: which operations it has; activities and tags."""

from __future__ import annotations

import time

from tests.servers.keys.wire import Members, Refused

from .machine_aliases import MachineAliases
from .machine_runs import MachineRuns
from .machine_store import Activity, MachineStore
from .machines import Machines
from .readings import World
from .service import Service
from .shelf import in_any_order


class Workflows(Service):
    """The operations on activities and tags, and those of the other parts."""

    name = "stepfunctions"
    target = "AWSStepFunctions"
    version = "1.0"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.store = MachineStore(world)
        machines = Machines(self.store, self.rewritten)
        self.operations = {
            "CreateActivity": self.create,
            "DeleteActivity": self.delete,
            "DescribeActivity": self.describe,
            "ListActivities": self.activities,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.tags,
            **machines.operations,
            **MachineRuns(self.store).operations,
            **MachineAliases(self.store).operations,
        }
        for number in range(105 if world.on("populated") else 0):
            name = f"nightly-{number:03}"
            arn = world.arn("states", f"activity:{name}")
            self.store.activities.put(arn, Activity(arn, name, 1.6e9 + number), long_ago=True)
            machines.nightly(name, 1.6e9 + number)

    def invalid(self, operation: str, why: str) -> str:
        del operation
        if self.world.on("other-codes"):
            if "at 'name'" in why:
                return "InvalidName"
            if "Arn'" in why:
                return "InvalidArn"
        return "ValidationException"

    def create(self, sent: Members) -> Members:
        self.store.check_name(sent["name"])
        self.store.check_tags(sent.get("tags", []))
        self.store.check_key(sent.get("encryptionConfiguration"))
        arn = self.world.arn("states", f"activity:{sent['name']}")
        known = self.store.activities.get(arn)
        if known is None:
            known = Activity(arn, sent["name"], time.time(), sent.get("encryptionConfiguration"))
            self.store.activities.put(arn, known)
            self.store.tags[arn] = {
                tag["key"]: tag.get("value", "") for tag in sent.get("tags", [])
            }
        elif known.encryption != sent.get("encryptionConfiguration"):
            raise Refused("ActivityAlreadyExists", f"Activity Already Exists: '{arn}'")
        return {"activityArn": arn, "creationDate": known.made}

    def delete(self, sent: Members) -> Members:
        self.store.check_arn(sent["activityArn"], "activity")
        self.store.activities.pop(sent["activityArn"])
        self.store.tags.pop(sent["activityArn"], None)
        return {}

    def describe(self, sent: Members) -> Members:
        arn = sent["activityArn"]
        self.store.check_arn(arn, "activity")
        found = self.store.activities.described(arn)
        if found is None:
            raise Refused("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
        return {**self._listed(found), "encryptionConfiguration": self._encryption(found)}

    def _encryption(self, activity: Activity) -> Members | None:
        return self.store.encryption(activity.encryption)

    def _listed(self, one: Activity) -> Members:
        return {"activityArn": one.arn, "name": one.name, "creationDate": one.made}

    def activities(self, sent: Members) -> Members:
        found = in_any_order(self.world, self.store.activities.listed())
        page, token = self.store.paged(found, sent)
        return {"activities": [self._listed(one) for one in page], "nextToken": token}

    def tag(self, sent: Members) -> Members:
        tags = self._tags_at(sent["resourceArn"])
        self.store.check_tags(sent["tags"])
        wanted = tags | {tag["key"]: tag.get("value", "") for tag in sent["tags"]}
        if len(wanted) > 50:
            raise Refused("TooManyTags", "A resource has at most 50 tags.")
        self.store.tags[sent["resourceArn"]] = wanted
        return {}

    def untag(self, sent: Members) -> Members:
        tags = self._tags_at(sent["resourceArn"])
        for key in sent["tagKeys"]:
            tags.pop(key, None)
        return {}

    def tags(self, sent: Members) -> Members:
        tags = self._tags_at(sent["resourceArn"])
        return {"tags": self.tag_list(tags, "key", "value")}

    def _tags_at(self, arn: str) -> dict[str, str]:
        self.store.check_arn(arn, "activity", "stateMachine")
        if arn not in self.store.tags:
            raise Refused("ResourceNotFound", f"Resource not found: '{arn}'")
        return self.store.tags[arn]
