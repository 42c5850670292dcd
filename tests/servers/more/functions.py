"""CloudFront: functions, which are developed, published and then live."""

from __future__ import annotations

from tests.servers.cloud.world import Members, Operation, Store, operations_of
from tests.servers.keys.wire import Refused

from .distribution import Versions, invalid


class Functions:
    """The operations by name."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self.world = versions.world
        self.store = Store(self.world)
        self.operations: dict[str, Operation] = operations_of("cloudfront", self)

    def _found(self, name: str, stage: str = "DEVELOPMENT", *, seen: bool = False) -> Members:
        found = self.store.found(name, seen=seen)
        if found is None or stage not in found["stages"]:
            raise Refused("NoSuchFunctionExists", "The function does not exist.", 404)
        return dict(found)

    def _summary(self, name: str, stages: Members, stage: str) -> Members:
        one = stages[stage]
        published = stage == "LIVE" or stages.get("LIVE", {}).get("etag") == one["etag"]
        state = "UNPUBLISHED" if not published else "UNASSOCIATED"
        arn = f"arn:{self.world.partition}:cloudfront::{self.world.account}:function/{name}"
        return {
            "Name": name,
            "Status": state,
            "FunctionConfig": one["config"],
            "FunctionMetadata": {
                "FunctionARN": arn,
                "Stage": stage,
                "CreatedTime": one["made"],
                "LastModifiedTime": one["changed"],
            },
        }

    def _checked(self, sent: Members) -> Members:
        config = sent["FunctionConfig"]
        stores = config.get("KeyValueStoreAssociations", {"Quantity": 0})
        if stores["Quantity"] or stores.get("Items"):
            raise invalid("There is no such key value store.")
        if len(config["Comment"]) > 128:
            raise invalid("The comment has at most 128 characters.")
        if len(sent["FunctionCode"]) > 10240:
            raise Refused("FunctionSizeLimitExceeded", "The function is too large.", 413)
        return dict(config)

    def create_function(self, sent: Members) -> Members:
        name, config = sent["Name"], self._checked(sent)
        if self.store.get(name):
            raise Refused("FunctionAlreadyExists", "The function already exists.", 409)
        if self.world.on("quotas") and len(self.store.all()) >= 100:
            raise Refused("TooManyFunctions", "There are 100 functions.")
        now = self.world.now()
        one = {"config": config, "code": sent["FunctionCode"], "made": now, "changed": now,
               "etag": self.versions.etag()}  # fmt: skip
        self.store.put(name, {"name": name, "stages": {"DEVELOPMENT": one}})
        place = f"https://cloudfront.amazonaws.com/2020-05-31/function/{name}"
        return {**self._answer(name, {"DEVELOPMENT": one}, "DEVELOPMENT"), "Location": place}

    def _answer(self, name: str, stages: Members, stage: str) -> Members:
        return {
            "FunctionSummary": self._summary(name, stages, stage),
            "ETag": stages[stage]["etag"],
        }

    def describe_function(self, sent: Members) -> Members:
        stage = sent.get("Stage", "DEVELOPMENT")
        found = self._found(sent["Name"], stage, seen=True)
        return self._answer(found["name"], found["stages"], stage)

    def get_function(self, sent: Members) -> Members:
        stage = sent.get("Stage", "DEVELOPMENT")
        one = self._found(sent["Name"], stage, seen=True)["stages"][stage]
        kind = "application/octet-stream"
        return {"FunctionCode": one["code"], "ETag": one["etag"], "ContentType": kind}

    def list_functions(self, sent: Members) -> Members:
        stage = sent.get("Stage")
        found = [
            self._summary(one["name"], one["stages"], of)
            for one in self.store.listed()
            for of in one["stages"]
            if stage in {None, of}
        ]
        by_key = [
            {"key": f"{one['Name']}/{one['FunctionMetadata']['Stage']}", "one": one}
            for one in found
        ]
        listed = self.versions.listing(by_key, "key", sent, marked=False)
        if listed["Items"]:
            listed["Items"] = [one["one"] for one in listed["Items"]]
        return {"FunctionList": listed}

    def update_function(self, sent: Members) -> Members:
        found = self._found(sent["Name"])
        before = found["stages"]["DEVELOPMENT"]
        self.versions.check(sent, before["etag"])
        after = {**before, "config": self._checked(sent), "code": sent["FunctionCode"],
                 "changed": self.world.now(), "etag": self.versions.etag()}  # fmt: skip
        stages = {**found["stages"], "DEVELOPMENT": after}
        self.store.put(found["name"], {**found, "stages": stages})
        return self._answer(found["name"], stages, "DEVELOPMENT")

    def publish_function(self, sent: Members) -> Members:
        found = self._found(sent["Name"])
        one = found["stages"]["DEVELOPMENT"]
        self.versions.check(sent, one["etag"])
        stages = {**found["stages"], "LIVE": {**one, "changed": self.world.now()}}
        self.store.put(found["name"], {**found, "stages": stages})
        return {"FunctionSummary": self._summary(found["name"], stages, "LIVE")}

    def test_function(self, sent: Members) -> Members:
        stage = sent.get("Stage", "DEVELOPMENT")
        found = self._found(sent["Name"], stage)
        self.versions.check(sent, found["stages"][stage]["etag"])
        if not sent["EventObject"].strip().startswith(b"{"):
            raise invalid("The event is no object.")
        summary = self._summary(found["name"], found["stages"], stage)
        return {"TestResult": {"FunctionSummary": summary, "ComputeUtilization": "12",
                               "FunctionExecutionLogs": [], "FunctionOutput": "{}"}}  # fmt: skip

    def delete_function(self, sent: Members) -> Members:
        found = self._found(sent["Name"])
        self.versions.check(sent, found["stages"]["DEVELOPMENT"]["etag"])
        self.store.drop(found["name"])
        return {}
