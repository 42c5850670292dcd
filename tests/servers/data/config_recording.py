"""Config: the recorder and the delivery channel."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.servers.cloud.world import Members, Operation, hexadecimal, operations_of
from tests.servers.keys.wire import Refused

from .config import Shelf, checked_tags

NO_RECORDER = "NoSuchConfigurationRecorderException"
NO_CHANNEL = "NoSuchDeliveryChannelException"


class Recording:
    """The operations by name."""

    def __init__(self, shelf: Shelf, bucket: Callable[[str], bool]) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.bucket = bucket
        self.recorders, self.channels = shelf.stores["recorder"], shelf.stores["channel"]
        self.operations: dict[str, Operation] = operations_of("config", self)

    def _group(self, given: Members) -> Members:
        """Which resources are recorded."""
        every, types = given.get("allSupported", False), given.get("resourceTypes", [])
        without = given.get("exclusionByResourceTypes", {}).get("resourceTypes", [])
        way = given.get("recordingStrategy", {}).get("useOnly")
        usual = "ALL_SUPPORTED_RESOURCE_TYPES"
        if not given or (every and not types and not without and way in {None, usual}):
            way = usual
        elif types and not every and not without and way in {None, "INCLUSION_BY_RESOURCE_TYPES"}:
            way = "INCLUSION_BY_RESOURCE_TYPES"
        elif without and not every and not types and way == "EXCLUSION_BY_RESOURCE_TYPES":
            pass
        else:
            text = "The recording group provided is not valid."
            raise Refused("InvalidRecordingGroupException", text)
        if given.get("includeGlobalResourceTypes") and way != usual:
            text = "Global resource types need allSupported."
            raise Refused("InvalidRecordingGroupException", text)
        return {
            "allSupported": way == usual,
            "includeGlobalResourceTypes": given.get("includeGlobalResourceTypes", False),
            "resourceTypes": types,
            "exclusionByResourceTypes": {"resourceTypes": without},
            "recordingStrategy": {"useOnly": way},
        }

    def put_configuration_recorder(self, sent: Members) -> None:
        given = sent["ConfigurationRecorder"]
        name, role = given.get("name", "default"), given.get("roleARN", "")
        known = self.shelf.kept("recorder")
        if known and known[0]["key"] != name:
            text = "Failed to put configuration recorder because the maximum number is reached."
            raise Refused("MaxNumberOfConfigurationRecordersExceededException", text)
        if not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", role):
            raise Refused("InvalidRoleException", "Provided 'roleARN' is invalid or missing.")
        for member in ("servicePrincipal", "connectorArn", "scopeConfiguration"):
            if member in given:
                raise Refused("ValidationException", f"{member} is of service-linked recorders.")
        if given.get("recordingScope", "PAID") != "PAID":
            raise Refused("ValidationException", "The scope is not valid.")
        group = self._group(given.get("recordingGroup", {}))
        mode = given.get("recordingMode", {"recordingFrequency": "CONTINUOUS"})
        had = known[0] if known else None
        identity = f"configuration-recorder/{name}/{hexadecimal(16)}"
        arn = had["arn"] if had else self.shelf.arn(identity)
        if given.get("arn", arn) != arn:
            raise Refused("ValidationException", "The ARN is given by the service.")
        tags = had["tags"] if had else checked_tags(sent.get("Tags", []), {})
        status = had["status"] if had else {"recording": False}
        shown = {"name": name, "arn": arn, "roleARN": role, "recordingGroup": group,
                 "recordingMode": mode, "recordingScope": "PAID"}  # fmt: skip
        one = {"key": name, "arn": arn, "tags": tags, "shown": shown, "status": status}
        self.recorders.put(name, one)

    def _recorders(self, sent: Members) -> list[Members]:
        if "ServicePrincipal" in sent:
            if "ConfigurationRecorderNames" in sent:
                raise Refused("ValidationException", "Names exclude a service principal.")
            return []
        names, arn = sent.get("ConfigurationRecorderNames"), sent.get("Arn")
        if names and arn:
            raise Refused("ValidationException", "Names exclude an ARN.")
        found = self.shelf.named("recorder", names, NO_RECORDER)
        if arn and arn not in {one["arn"] for one in found}:
            raise Refused(NO_RECORDER, "There is no such recorder.")
        return found

    def describe_configuration_recorders(self, sent: Members) -> Members:
        return {"ConfigurationRecorders": [one["shown"] for one in self._recorders(sent)]}

    def describe_configuration_recorder_status(self, sent: Members) -> Members:
        found = [
            {"name": one["key"], "arn": one["arn"], **one["status"]}
            for one in self._recorders(sent)
        ]
        return {"ConfigurationRecordersStatus": found}

    def list_configuration_recorders(self, sent: Members) -> Members:
        found = [
            {"name": one["key"], "arn": one["arn"], "recordingScope": "PAID"}
            for one in self.shelf.listed("recorder")
            if all("PAID" in of.get("filterValue", ["PAID"]) for of in sent.get("Filters", []))
        ]
        refuse = {"ConfigurationRecorderSummaries": found}
        try:
            return self.shelf.paged(*refuse.popitem(), sent, 20, "MaxResults")
        except Refused as refused:
            raise Refused("ValidationException", str(refused)) from refused

    def _switched(self, sent: Members, status: Members) -> None:
        one = self.shelf.get("recorder", sent["ConfigurationRecorderName"], NO_RECORDER)
        self.recorders.put(one["key"], {**one, "status": one["status"] | status})

    def start_configuration_recorder(self, sent: Members) -> None:
        self.shelf.get("recorder", sent["ConfigurationRecorderName"], NO_RECORDER)
        if not self.shelf.kept("channel"):
            text = "Delivery channel is not available to start configuration recorder."
            raise Refused("NoAvailableDeliveryChannelException", text)
        now = self.world.now()
        status = {"recording": True, "lastStartTime": now, "lastStatus": "Pending"}
        self._switched(sent, {**status, "lastStatusChangeTime": now})

    def stop_configuration_recorder(self, sent: Members) -> None:
        now = self.world.now()
        self._switched(sent, {"recording": False, "lastStopTime": now})

    def delete_configuration_recorder(self, sent: Members) -> None:
        one = self.shelf.get("recorder", sent["ConfigurationRecorderName"], NO_RECORDER)
        self.recorders.drop(one["key"])

    def put_delivery_channel(self, sent: Members) -> None:
        given = sent["DeliveryChannel"]
        name, bucket = given.get("name", "default"), given.get("s3BucketName", "")
        known = self.shelf.kept("channel")
        if not self.shelf.kept("recorder"):
            text = "Configuration recorder is not available to put delivery channel."
            raise Refused("NoAvailableConfigurationRecorderException", text)
        if known and known[0]["key"] != name:
            text = "Failed to put delivery channel because the maximum number is reached."
            raise Refused("MaxNumberOfDeliveryChannelsExceededException", text)
        if not bucket or not self.bucket(bucket):
            raise Refused("NoSuchBucketException", f"Cannot find a S3 bucket '{bucket}'.")
        if len(given.get("s3KeyPrefix", "")) > 1024 or "AWSLogs" in given.get("s3KeyPrefix", ""):
            raise Refused("InvalidS3KeyPrefixException", "The s3 key prefix is not valid.")
        if not given.get("s3KmsKeyArn", "arn:aws:kms:").startswith("arn:aws"):
            raise Refused("InvalidS3KmsKeyArnException", "The arn is not valid.")
        if not re.fullmatch(r"arn:aws[a-z-]*:sns:.*", given.get("snsTopicARN", "arn:aws:sns:")):
            raise Refused("InvalidSNSTopicARNException", "The sns topic arn is not valid.")
        shown = {**given, "name": name}
        self.channels.put(name, {"key": name, "shown": shown})

    def describe_delivery_channels(self, sent: Members) -> Members:
        found = self.shelf.named("channel", sent.get("DeliveryChannelNames"), NO_CHANNEL)
        return {"DeliveryChannels": [one["shown"] for one in found]}

    def describe_delivery_channel_status(self, sent: Members) -> Members:
        found = self.shelf.named("channel", sent.get("DeliveryChannelNames"), NO_CHANNEL)
        return {"DeliveryChannelsStatus": [
            {"name": one["key"], "configHistoryDeliveryInfo": {}, "configSnapshotDeliveryInfo": {},
             "configStreamDeliveryInfo": {"lastStatus": "Not_Applicable"}} for one in found
        ]}  # fmt: skip

    def delete_delivery_channel(self, sent: Members) -> None:
        one = self.shelf.get("channel", sent["DeliveryChannelName"], NO_CHANNEL)
        if any(had["status"]["recording"] for had in self.shelf.kept("recorder")):
            text = "Failed to delete last specified delivery channel: the recorder is running."
            raise Refused("LastDeliveryChannelDeleteFailedException", text)
        self.channels.drop(one["key"])
