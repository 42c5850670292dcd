"""CloudWatch: the states of alarms, their deletion, and tags."""

from __future__ import annotations

import json
import re

from tests.servers.cloud.world import Members, Operation, operations_of, pairs
from tests.servers.keys.wire import Refused

from .alarms import TAGGED, Alarms, Shelf, bad_value, checked_tags, invalid


class AlarmStates:
    """The operations by name."""

    def __init__(self, shelf: Shelf, alarms: Alarms) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.alarms = alarms
        self.operations: dict[str, Operation] = operations_of("cloudwatch", self)

    def delete_alarms(self, sent: Members) -> None:
        names = sent["AlarmNames"]
        for name in names:
            if self.shelf.get("alarm", name) is None and not self.world.on("lenient"):
                raise Refused("ResourceNotFound", f"Alarm {name} does not exist.")
        for one in self.shelf.all("alarm"):
            rule = one.get("AlarmRule", "")
            of = [name for name in names if re.search(rf'[("]{re.escape(name)}[)"]', rule)]
            if of and one["name"] not in names:
                raise invalid(f"Cannot delete {of[0]}: {one['name']} depends on it.")
        for name in names:
            self.shelf.drop("alarm", name)

    def set_alarm_state(self, sent: Members) -> None:
        name = sent["AlarmName"]
        one = self.shelf.get("alarm", name)
        if one is None:
            raise Refused("ResourceNotFound", f"Alarm {name} does not exist.")
        data = sent.get("StateReasonData")
        if data is not None:
            try:
                json.loads(data)
            except (ValueError, RecursionError) as error:
                raise Refused("InvalidFormatFault", "StateReasonData is not JSON.") from error
        now = self.world.now()
        changed = {**one, "StateValue": sent["StateValue"], "StateReason": sent["StateReason"],
                   "StateReasonData": data, "StateUpdatedTimestamp": now}  # fmt: skip
        if one["StateValue"] != sent["StateValue"]:
            changed["StateTransitionedTimestamp"] = now
        self.shelf.put("alarm", name, changed)
        self.alarms.noted(name, one["type"], "StateUpdate", "Alarm updated")

    def _switch(self, names: list[str], *, on: bool) -> None:
        for name in names:
            one = self.shelf.get("alarm", name)
            if one is not None:
                self.shelf.put("alarm", name, {**one, "ActionsEnabled": on})

    def enable_alarm_actions(self, sent: Members) -> None:
        self._switch(sent["AlarmNames"], on=True)

    def disable_alarm_actions(self, sent: Members) -> None:
        self._switch(sent["AlarmNames"], on=False)

    def _tagged(self, arn: str, *, seen: bool = False) -> Members:
        for kind, before in {**TAGGED, "dashboard": "dashboard/"}.items():
            name = arn.partition(f":{before}")[2]
            if name and arn == self.shelf.arn(kind, name):
                found = self.shelf.get(kind, name, seen=seen)
                if found is not None:
                    return found
        if not arn.startswith("arn:") or len(arn.split(":")) < 6:
            raise bad_value("Invalid ARN.")
        raise Refused("ResourceNotFoundException", f"{arn} does not exist.")

    def tag_resource(self, sent: Members) -> None:
        one = self._tagged(sent["ResourceARN"])
        tags = checked_tags(sent["Tags"], one["tags"])
        self.shelf.put(one["kind"], one["name"], {**one, "tags": tags})

    def untag_resource(self, sent: Members) -> None:
        one = self._tagged(sent["ResourceARN"])
        left = {key: of for key, of in one["tags"].items() if key not in sent["TagKeys"]}
        self.shelf.put(one["kind"], one["name"], {**one, "tags": left})

    def list_tags_for_resource(self, sent: Members) -> Members:
        return {"Tags": pairs(self.world, self._tagged(sent["ResourceARN"], seen=True)["tags"])}
