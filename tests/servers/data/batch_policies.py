"""Batch: scheduling policies, consumable resources, and tags."""

from __future__ import annotations

import re

from tests.servers.cloud.world import Members, Operation, operations_of

from .batch import Shelf, checked_tags, wrong


class Policies:
    """The operations by name."""

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
            "consumableResourceName": name,
            "consumableResourceArn": self.shelf.arn("resource", name),
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
