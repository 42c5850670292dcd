"""Config: aggregators and conformance packs."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.cloud.world import Members, Operation, hexadecimal, operations_of
from tests.servers.keys.wire import Refused

from .config import Shelf, checked_tags, invalid


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
             "StackArn": self.world.arn("cloudformation", f"stack/conforms-{one['key']}/1"),
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
