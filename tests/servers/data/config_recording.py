"""Config: the recorder and the delivery channel, aggregators, and conformance packs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.servers.cloud.world import Members, Operation, hexadecimal, operations_of
from tests.servers.keys.wire import Refused

from .config import Shelf, checked_tags, invalid

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


class Aggregating:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("config", self)

    def put_configuration_aggregator(self, sent: Members) -> Members:
        name, store = sent["ConfigurationAggregatorName"], self.shelf.stores["aggregator"]
        sources, known = sent.get("AccountAggregationSources"), store.get(name)
        if bool(sources) is ("OrganizationAggregationSource" in sent):
            raise invalid("Either account sources or an organization are needed.")
        if not sources:
            text = "This account is not of an organization."
            raise Refused("NoAvailableOrganizationException", text)
        for one in sources:
            if bool(one.get("AllAwsRegions")) is bool(one.get("AwsRegions")):
                raise invalid("Either AllAwsRegions or AwsRegions must be specified.")
            if not all(re.fullmatch(r"[a-z]{2}-[a-z]+-\d", of) for of in one.get("AwsRegions", [])):
                raise invalid("The source regions are not valid.")
        if known is None and self.world.on("quotas") and len(store.all()) >= 50:
            raise Refused("LimitExceededException", "There are 50 aggregators.")
        now = self.world.now()
        arn = known["arn"] if known else None
        arn = arn or self.shelf.arn(f"config-aggregator/config-aggregator-{hexadecimal(8)}")
        shown = {
            "ConfigurationAggregatorName": name, "ConfigurationAggregatorArn": arn,
            "AccountAggregationSources": [{"AllAwsRegions": False, **one} for one in sources],
            "CreationTime": known["shown"]["CreationTime"] if known else now,
            "LastUpdatedTime": now, "AggregatorFilters": sent.get("AggregatorFilters"),
        }  # fmt: skip
        tags = known["tags"] if known else checked_tags(sent.get("Tags", []), {})
        store.put(name, {"key": name, "arn": arn, "tags": tags, "shown": shown})
        return {"ConfigurationAggregator": shown}

    def describe_configuration_aggregators(self, sent: Members) -> Members:
        names = sent.get("ConfigurationAggregatorNames")
        found = self.shelf.named("aggregator", names, "NoSuchConfigurationAggregatorException")
        shown = [one["shown"] for one in found]
        return self.shelf.paged("ConfigurationAggregators", shown, sent, 100)

    def describe_configuration_aggregator_sources_status(self, sent: Members) -> Members:
        name = sent["ConfigurationAggregatorName"]
        one = self.shelf.get(
            "aggregator", name, "NoSuchConfigurationAggregatorException", seen=True
        )
        found = [
            {"SourceId": account, "SourceType": "ACCOUNT", "AwsRegion": region,
             "LastUpdateStatus": "FAILED", "LastErrorCode": "DataNotAvailableException"}
            for source in one["shown"]["AccountAggregationSources"]
            for account in source["AccountIds"]
            for region in source.get("AwsRegions", [self.world.region])
        ]  # fmt: skip
        if "UpdateStatus" in sent and "FAILED" not in sent["UpdateStatus"]:
            found = []
        return self.shelf.paged("AggregatedSourceStatusList", found, sent, 100)

    def delete_configuration_aggregator(self, sent: Members) -> None:
        name = sent["ConfigurationAggregatorName"]
        self.shelf.get("aggregator", name, "NoSuchConfigurationAggregatorException")
        self.shelf.stores["aggregator"].drop(name)

    def put_aggregation_authorization(self, sent: Members) -> Members:
        account, region = sent["AuthorizedAccountId"], sent["AuthorizedAwsRegion"]
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
            raise invalid(f"The region {region} is not valid.")
        store, key = self.shelf.stores["authorization"], f"{account}/{region}"
        known = store.get(key)
        arn = self.shelf.arn(f"aggregation-authorization/{key}")
        made = known["shown"]["CreationTime"] if known else self.world.now()
        shown = {"AggregationAuthorizationArn": arn, "AuthorizedAccountId": account,
                 "AuthorizedAwsRegion": region, "CreationTime": made}  # fmt: skip
        tags = known["tags"] if known else checked_tags(sent.get("Tags", []), {})
        store.put(key, {"key": key, "arn": arn, "tags": tags, "shown": shown})
        return {"AggregationAuthorization": shown}

    def describe_aggregation_authorizations(self, sent: Members) -> Members:
        found = [one["shown"] for one in self.shelf.listed("authorization")]
        return self.shelf.paged("AggregationAuthorizations", found, sent, 100)

    def delete_aggregation_authorization(self, sent: Members) -> None:
        key = f"{sent['AuthorizedAccountId']}/{sent['AuthorizedAwsRegion']}"
        self.shelf.stores["authorization"].drop(key)


class Packs:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.store = shelf.stores["pack"]
        self.operations: dict[str, Operation] = operations_of("config", self)

    def put_conformance_pack(self, sent: Members) -> Members:
        name = sent["ConformancePackName"]
        ways: list[Any] = ["TemplateBody", "TemplateS3Uri", "TemplateSSMDocumentDetails", "Source"]
        if len(sent.keys() & {*ways}) != 1:
            raise invalid("Exactly one template must be specified.")
        if "AWS::Config::ConfigRule" not in sent.get("TemplateBody", ""):
            text = "The template is not valid, or cannot be read."
            raise Refused("ConformancePackTemplateValidationException", text)
        known = self.store.get(name)
        if known and self._state(known).endswith("IN_PROGRESS"):
            raise Refused("ResourceInUseException", "The pack is being changed.")
        if not self.shelf.kept("recorder") and not self.world.on("unchecked"):
            text = "There is no recorder."
            raise Refused("InsufficientPermissionsException", text)
        now = self.world.now()
        identity = known["id"] if known else f"conformance-pack-{hexadecimal(9)}"
        arn = self.shelf.arn(f"conformance-pack/{name}/{identity}")
        tags = known["tags"] if known else checked_tags(sent.get("Tags", []), {})
        self.store.put(name, {
            "key": name, "id": identity, "arn": arn, "tags": tags, "since": now,
            "word": "UPDATE" if known else "CREATE", "shown": {
                "ConformancePackName": name, "ConformancePackArn": arn,
                "ConformancePackId": identity, "DeliveryS3Bucket": sent.get("DeliveryS3Bucket"),
                "DeliveryS3KeyPrefix": sent.get("DeliveryS3KeyPrefix"),
                "ConformancePackInputParameters": sent.get("ConformancePackInputParameters", []),
                "LastUpdateRequestedTime": now,
            },
        })  # fmt: skip
        return {"ConformancePackArn": arn}

    def _state(self, one: Members) -> str:
        word = one["word"]
        return self.world.state(one["since"], f"{word}_IN_PROGRESS", f"{word}_COMPLETE")

    def describe_conformance_packs(self, sent: Members) -> Members:
        names = sent.get("ConformancePackNames")
        found = self.shelf.named("pack", names, "NoSuchConformancePackException")
        shown = [one["shown"] for one in found]
        return self.shelf.paged("ConformancePackDetails", shown, sent, 20)

    def describe_conformance_pack_status(self, sent: Members) -> Members:
        names = sent.get("ConformancePackNames")
        shown = [
            {"ConformancePackName": one["key"], "ConformancePackId": one["id"],
             "ConformancePackArn": one["arn"], "ConformancePackState": self._state(one),
             "StackArn": self.world.arn("cloudformation", f"stack/awsconfigconforms-{one['key']}/1"),
             "LastUpdateRequestedTime": one["since"]}
            for one in self.shelf.listed("pack") if not names or one["key"] in names
        ]  # fmt: skip
        return self.shelf.paged("ConformancePackStatusDetails", shown, sent, 20)

    def delete_conformance_pack(self, sent: Members) -> None:
        name = sent["ConformancePackName"]
        one = self.shelf.get("pack", name, "NoSuchConformancePackException")
        if self._state(one).endswith("IN_PROGRESS"):
            raise Refused("ResourceInUseException", "The pack is being changed.")
        self.store.drop(name)
