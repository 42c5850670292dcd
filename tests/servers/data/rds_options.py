"""RDS: option groups, event subscriptions, and what engines there are."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.servers.cloud.world import Members, Operation, operations_of

from .rds import Shelf, checked_tags, fault, invalid
from .rds_groups import ENGINES, Groups, major

OPTIONS = {"MARIADB_AUDIT_PLUGIN": {"mysql", "mariadb"}, "MEMCACHED": {"mysql"}}
CATEGORIES = {
    "db-instance": ("availability", "backup", "creation", "deletion", "failover"),
    "db-cluster": ("creation", "deletion", "failover", "maintenance"),
    "db-parameter-group": ("configuration change",),
    "db-security-group": ("configuration change", "failure"),
    "db-snapshot": ("creation", "deletion", "notification", "restoration"),
    "db-cluster-snapshot": ("backup",),
}
KINDS = {
    "db-instance": ("db", "DBInstanceIdentifier"), "db-cluster": ("cluster", "DBClusterIdentifier"),
    "db-parameter-group": ("pg", "DBParameterGroupName"),
    "db-snapshot": ("snapshot", "DBSnapshotIdentifier"),
    "db-cluster-snapshot": ("cluster-snapshot", "DBClusterSnapshotIdentifier"),
}  # fmt: skip
CLASSES = ("db.t3.medium", "db.t4g.medium", "db.r6g.large", "db.t3.micro", "db.m5.large")


class Options:
    """The operations by name."""

    def __init__(self, shelf: Shelf, groups: Groups) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.groups = groups
        self.operations: dict[str, Operation] = operations_of("rds", self)

    def _made(self, name: str, sent: Members) -> Members:
        return {"OptionGroup": self.shelf.shown("og", self.shelf.keep("og", {
            "OptionGroupName": name, "OptionGroupDescription": sent["OptionGroupDescription"],
            "EngineName": sent["EngineName"], "MajorEngineVersion": sent["MajorEngineVersion"],
            "Options": sent.get("Options", []), "AllowsVpcAndNonVpcInstanceMemberships": True,
            "OptionGroupArn": self.shelf.arn("og", name),
            "_tags": checked_tags(sent.get("Tags", []), {}),
        }))}  # fmt: skip

    def create_option_group(self, sent: Members) -> Members:
        engine, version = sent["EngineName"].lower(), sent["MajorEngineVersion"]
        if engine not in ENGINES or engine.startswith("aurora"):
            raise invalid(f"Invalid DB engine: {engine}")
        if version not in {major(engine, one) for one in ENGINES[engine]}:
            raise invalid(f"Cannot find major version {version} for {engine}")
        if not sent["OptionGroupDescription"]:
            raise invalid("The parameter OptionGroupDescription must be provided.")
        name = self.shelf.free("og", sent["OptionGroupName"])
        self.shelf.within("og", 20, "OptionGroupQuotaExceededFault")
        return self._made(name, {**sent, "EngineName": engine})

    def copy_option_group(self, sent: Members) -> Members:
        source = self.shelf.get("og", sent["SourceOptionGroupIdentifier"])
        name = self.shelf.free("og", sent["TargetOptionGroupIdentifier"])
        text = sent["TargetOptionGroupDescription"]
        tags = sent.get("Tags", [])
        return self._made(name, {**source, "OptionGroupDescription": text, "Tags": tags})

    def describe_option_groups(self, sent: Members) -> Members:
        name, engine = sent.get("OptionGroupName"), sent.get("EngineName")
        sent = {**sent, "EngineName": engine and engine.lower()}
        if name and engine:
            raise invalid("OptionGroupName and EngineName exclude each other.")
        if "MajorEngineVersion" in sent and not engine:
            raise invalid("MajorEngineVersion needs EngineName.")
        of = ("EngineName", "MajorEngineVersion")
        found = [
            one
            for one in self.shelf.described("og", name)
            if all(sent.get(key) in {None, one[key]} for key in of)
        ]
        return self.shelf.paged("OptionGroupsList", found, sent)

    def modify_option_group(self, sent: Members) -> Members:
        group = self.shelf.get("og", sent["OptionGroupName"])
        include, remove = sent.get("OptionsToInclude", []), sent.get("OptionsToRemove", [])
        if not include and not remove:
            raise invalid("OptionsToInclude or OptionsToRemove must be specified.")
        options = {one["OptionName"]: one for one in group["Options"]}
        for one in include:
            if group["EngineName"] not in OPTIONS.get(one["OptionName"], set()):
                raise invalid(f"Invalid option: {one['OptionName']}")
            if one.get("OptionSettings") and not self.world.on("unchecked"):
                raise invalid("There is no such setting.")
            options[one["OptionName"]] = {
                "OptionName": one["OptionName"], "Persistent": False, "Permanent": False,
                "OptionSettings": [],
            } | ({"Port": one["Port"]} if "Port" in one else {})  # fmt: skip
        for name in remove:
            if options.pop(name, None) is None and not self.world.on("lenient"):
                raise invalid(f"The option {name} is not in the group.")
        changed = self.shelf.keep("og", {**group, "Options": [*options.values()]})
        return {"OptionGroup": self.shelf.shown("og", changed)}

    def delete_option_group(self, sent: Members) -> None:
        group = self.shelf.get("og", sent["OptionGroupName"])
        if any(one["_uses"].get("og") == group["OptionGroupName"] for one in self.shelf.all("db")):
            raise fault("InvalidOptionGroupStateFault", "The option group is in use.")
        self.shelf.drop("og", group)

    def describe_db_engine_versions(self, sent: Members) -> Members:
        found = [
            {
                "Engine": engine,
                "EngineVersion": version,
                "MajorEngineVersion": major(engine, version),
                "DBParameterGroupFamily": f"{engine}{major(engine, version)}",
                "DBEngineDescription": engine,
                "DBEngineVersionDescription": f"{engine} {version}",
                "Status": "available",
                "ValidUpgradeTarget": [],
            }
            for engine, versions in ENGINES.items()
            for version in (versions[-1:] if sent.get("DefaultOnly") else versions)
        ]
        of = ("Engine", "EngineVersion", "DBParameterGroupFamily")
        fits = [one for one in found if all(sent.get(key) in {None, one[key]} for key in of)]
        return self.shelf.paged("DBEngineVersions", fits, sent)

    def describe_orderable_db_instance_options(self, sent: Members) -> Members:
        engine = sent["Engine"].lower()
        if engine not in ENGINES:
            raise invalid(f"Invalid DB engine: {engine}")
        found = [
            {"Engine": engine, "EngineVersion": version, "DBInstanceClass": name, "Vpc": True,
             "LicenseModel": "general-public-license", "MultiAZCapable": True,
             "AvailabilityZones": [{"Name": f"{self.world.region}a"}], "StorageType": "gp2"}
            for version in ENGINES[engine] for name in CLASSES
        ]  # fmt: skip
        of = ("EngineVersion", "DBInstanceClass", "LicenseModel")
        fits = [one for one in found if all(sent.get(key) in {None, one[key]} for key in of)]
        return self.shelf.paged("OrderableDBInstanceOptions", fits, sent)

    def describe_event_categories(self, sent: Members) -> Members:
        wanted = sent.get("SourceType")
        if wanted and wanted not in CATEGORIES:
            raise invalid(f"The source type {wanted} is not valid.")
        return {"EventCategoriesMapList": [
            {"SourceType": kind, "EventCategories": [*names]}
            for kind, names in CATEGORIES.items() if wanted in {None, kind}
        ]}  # fmt: skip


class Subscriptions:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("rds", self)

    def _topic(self, arn: str) -> str:
        if not arn.startswith(f"arn:{self.world.partition}:sns:"):
            raise fault("SNSInvalidTopicFault", "Invalid topic")
        if not self.shelf.topics(arn):
            raise fault("SNSTopicArnNotFoundFault", "The topic does not exist.")
        return arn

    def _categories(self, sent: Members, kind: str | None) -> list[str]:
        if kind is not None and kind not in CATEGORIES:
            raise invalid(f"The source type {kind} is not valid.")
        given: list[str] = sent.get("EventCategories", [])
        if given and kind is None:
            raise invalid("Event categories need a source type.")
        if {*given} - {*CATEGORIES.get(kind or "", ())}:
            raise fault("SubscriptionCategoryNotFoundFault", "There is no such category.")
        return given

    def _sources(self, kind: str | None, names: list[str]) -> list[str]:
        if names and kind not in KINDS:
            raise invalid("Source identifiers need a source type.")
        for one in names:
            store, member = KINDS[str(kind)]
            if not any(one.lower() == had[member] for had in self.shelf.all(store)):
                raise fault("SourceNotFoundFault", f"Could not find source: {one}")
        return [one.lower() for one in names]

    def create_event_subscription(self, sent: Members) -> Members:
        name = self.shelf.free("es", sent["SubscriptionName"])
        kind = sent.get("SourceType")
        categories = self._categories(sent, kind)
        sources = self._sources(kind, sent.get("SourceIds", []))
        topic = self._topic(sent["SnsTopicArn"])
        self.shelf.within("es", 20, "EventSubscriptionQuotaExceededFault")
        made = self.shelf.keep("es", {
            "CustomerAwsId": self.world.account, "CustSubscriptionId": name, "SnsTopicArn": topic,
            "SubscriptionCreationTime": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3],
            "SourceType": kind, "SourceIdsList": sources, "EventCategoriesList": categories,
            "Enabled": sent.get("Enabled", True),
            "EventSubscriptionArn": self.shelf.arn("es", name),
            "_tags": checked_tags(sent.get("Tags", []), {}),
        }, "creating", "active")  # fmt: skip
        return {"EventSubscription": self.shelf.shown("es", made, "creating")}

    def describe_event_subscriptions(self, sent: Members) -> Members:
        found = self.shelf.described("es", sent.get("SubscriptionName"))
        return self.shelf.paged("EventSubscriptionsList", found, sent)

    def _changed(self, subscription: Members, **members: object) -> Members:
        kept = self.shelf.keep("es", {**subscription, **members}, "modifying", "active")
        return {"EventSubscription": self.shelf.shown("es", kept, "modifying")}

    def modify_event_subscription(self, sent: Members) -> Members:
        one = self.shelf.get("es", sent["SubscriptionName"])
        kind = sent.get("SourceType", one["SourceType"])
        categories = self._categories(sent, kind)
        if kind != one["SourceType"] and one["SourceIdsList"]:
            raise invalid("The source type cannot change while there are sources.")
        changed: Members = {"SourceType": kind}
        if "EventCategories" in sent or kind != one["SourceType"]:
            changed["EventCategoriesList"] = categories
        if "SnsTopicArn" in sent:
            changed["SnsTopicArn"] = self._topic(sent["SnsTopicArn"])
        return self._changed(one, **changed, Enabled=sent.get("Enabled", one["Enabled"]))

    def add_source_identifier_to_subscription(self, sent: Members) -> Members:
        one = self.shelf.get("es", sent["SubscriptionName"])
        found = self._sources(one["SourceType"], [sent["SourceIdentifier"]])
        had = [source for source in one["SourceIdsList"] if source not in found]
        return self._changed(one, SourceIdsList=[*had, *found])

    def remove_source_identifier_from_subscription(self, sent: Members) -> Members:
        one, source = (
            self.shelf.get("es", sent["SubscriptionName"]),
            sent["SourceIdentifier"].lower(),
        )
        if source not in one["SourceIdsList"]:
            raise fault("SourceNotFoundFault", f"Could not find source: {source}")
        left = [had for had in one["SourceIdsList"] if had != source]
        return self._changed(one, SourceIdsList=left)

    def delete_event_subscription(self, sent: Members) -> Members:
        one = self.shelf.get("es", sent["SubscriptionName"])
        self.shelf.drop("es", one)
        return {"EventSubscription": self.shelf.shown("es", one, "deleting")}
