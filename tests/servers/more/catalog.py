"""Glue: databases and tables of the catalog, functions in it, and tags."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page
from tests.servers.keys.wire import Refused

TABLE_TYPES = {"EXTERNAL_TABLE", "VIRTUAL_VIEW", "MANAGED_TABLE", "GOVERNED"}


def invalid(text: str) -> Refused:
    return Refused("InvalidInputException", text)


def missing(what: str) -> Refused:
    return Refused("EntityNotFoundException", f"{what} not found.")


class Catalog:
    """The operations by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.databases, self.tables, self.functions = (Store(world) for _ in range(3))
        self.operations: dict[str, Operation] = operations_of("glue", self)
        for number in range(3 if world.on("populated") else 0):
            self.create_database({"DatabaseInput": {"Name": f"busy{number}"}})

    def _folded(self, name: str) -> str:
        """A name as Hive has it."""
        return name.lower()

    def _check_catalog(self, sent: Members) -> None:
        if sent.get("CatalogId", self.world.account) != self.world.account:
            raise missing("Catalog")

    def _database(self, sent: Members, name: str, *, seen: bool = False) -> Members:
        self._check_catalog(sent)
        key, store = self._folded(name), self.databases
        found: Members | None = store.found(key, seen=seen)
        if found is None:
            raise missing(f"Database {name}")
        return found

    def _paged(self, name: str, items: list[Any], sent: Members) -> Members:
        refuse = invalid("The token is not valid.")
        size = sent.get("MaxResults", 100)
        some_items, token = page(self.world, items, size, sent.get("NextToken"), refuse)
        return {name: some_items, "NextToken": token}

    def _arn(self, resource: str) -> str:
        return self.world.arn("glue", resource)

    def create_database(self, sent: Members) -> Members:
        self._check_catalog(sent)
        given = sent["DatabaseInput"]
        name = self._folded(given["Name"])
        if self.databases.get(name):
            raise Refused("AlreadyExistsException", "Database already exists.")
        if "FederatedDatabase" in given:
            raise missing("Connection")
        if self.world.on("quotas") and len(self.databases.all()) >= 10000:
            raise Refused("ResourceNumberLimitExceededException", "There are too many.")
        tags = sent.get("Tags", {})
        made = {**given, "Name": name, "CreateTime": self.world.now(), "tags": tags}
        self.databases.put(name, made)
        return {}

    def _shown(self, database: Members) -> Members:
        shown = {key: one for key, one in database.items() if key != "tags"}
        usual: Members = {"CatalogId": self.world.account}
        if self.world.on("defaults-shown"):
            principal = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
            usual["CreateTableDefaultPermissions"] = [
                {"Principal": principal, "Permissions": ["ALL"]}
            ]
        return usual | shown

    def get_database(self, sent: Members) -> Members:
        return {"Database": self._shown(self._database(sent, sent["Name"], seen=True))}

    def get_databases(self, sent: Members) -> Members:
        self._check_catalog(sent)
        found = [self._shown(one) for one in self.databases.listed()]
        if sent.get("ResourceShareType") in {"FOREIGN", "FEDERATED"}:
            found = []
        if sent.get("AttributesToGet") == ["NAME"] and not self.world.on("lenient"):
            found = [{"Name": one["Name"]} for one in found]
        return self._paged("DatabaseList", found, sent)

    def update_database(self, sent: Members) -> Members:
        found = self._database(sent, sent["Name"])
        given = sent["DatabaseInput"]
        if self._folded(given["Name"]) != found["Name"]:
            raise invalid("A database cannot be renamed.")
        kept = {key: found[key] for key in ("Name", "CreateTime", "tags")}
        self.databases.put(found["Name"], {**given, **kept})
        return {}

    def delete_database(self, sent: Members) -> Members:
        found = self._database(sent, sent["Name"])
        for store in (self.tables, self.functions):
            for one in store.all():
                if one["DatabaseName"] == found["Name"]:
                    store.drop(f"{found['Name']}/{one[self._called(store)]}")
        self.databases.drop(found["Name"])
        return {}

    def _called(self, store: Store) -> str:
        return "Name" if store is self.tables else "FunctionName"

    def _checked(self, given: Members) -> Members:
        storage = given.get("StorageDescriptor", {})
        columns = [one["Name"].lower() for one in storage.get("Columns", [])]
        keys = [one["Name"].lower() for one in given.get("PartitionKeys", [])]
        if len({*columns, *keys}) < len(columns) + len(keys):
            raise invalid("Columns are there once.")
        if "SchemaReference" in storage or "FederatedTable" in given:
            raise missing("Schema")
        known = given.get("TableType", "EXTERNAL_TABLE") in TABLE_TYPES
        if not known and not self.world.on("unchecked"):
            raise invalid("The type of the table is unknown.")
        if "ViewDefinition" in given:
            raise invalid("Views are defined by their engines.")
        full: Members = {"Retention": 0, **given, "Name": self._folded(given["Name"])}
        if "StorageDescriptor" in given and self.world.on("defaults-shown"):
            usual: Members = {"Compressed": False, "NumberOfBuckets": 0, "SortColumns": [],
                              "StoredAsSubDirectories": False}  # fmt: skip
            full["StorageDescriptor"] = usual | storage
        return full

    def create_table(self, sent: Members) -> Members:
        database = self._database(sent, sent["DatabaseName"])["Name"]
        if "TableInput" not in sent or "OpenTableFormatInput" in sent:
            raise invalid("A table has a TableInput.")
        given = sent["TableInput"]
        if "PartitionIndexes" in sent:
            names = {one["Name"] for one in given.get("PartitionKeys", [])}
            if any({*one["Keys"]} - names for one in sent["PartitionIndexes"]):
                raise invalid("An index has keys of partitions.")
        full = self._checked(given)
        key = f"{database}/{full['Name']}"
        if self.tables.get(key):
            raise Refused("AlreadyExistsException", "Table already exists.")
        now = self.world.now()
        made = {**full, "DatabaseName": database, "CreateTime": now, "UpdateTime": now,
                "VersionId": "0", "CatalogId": self.world.account}  # fmt: skip
        if not self.world.on("terse"):
            made |= {"IsRegisteredWithLakeFormation": False, "CreatedBy": self._caller}
        self.tables.put(key, made)
        return {}

    @property
    def _caller(self) -> str:
        return f"arn:{self.world.partition}:iam::{self.world.account}:user/somebody"

    def _table(self, sent: Members, name: str, *, seen: bool = False) -> Members:
        database = self._database(sent, sent["DatabaseName"])["Name"]
        key = f"{database}/{self._folded(name)}"
        found: Members | None = self.tables.found(key, seen=seen)
        if found is None:
            raise missing(f"Table {name}")
        return found

    def get_table(self, sent: Members) -> Members:
        return {"Table": self._table(sent, sent["Name"], seen=True)}

    def get_tables(self, sent: Members) -> Members:
        database = self._database(sent, sent["DatabaseName"])["Name"]
        found = [one for one in self.tables.listed() if one["DatabaseName"] == database]
        if sent.get("Expression"):
            try:
                pattern = re.compile(sent["Expression"].lower().replace("*", ".*"))
            except re.error as error:
                raise invalid("The expression is not valid.") from error
            found = [one for one in found if pattern.fullmatch(one["Name"])]
        return self._paged("TableList", found, sent)

    def update_table(self, sent: Members) -> Members:
        if "TableInput" not in sent or "UpdateOpenTableFormatInput" in sent:
            raise invalid("A table has a TableInput.")
        found = self._table(sent, sent["TableInput"]["Name"])
        if sent.get("VersionId", found["VersionId"]) != found["VersionId"]:
            text = "Update table failed due to a concurrent modification."
            raise Refused("ConcurrentModificationException", text)
        own = ("DatabaseName", "CreateTime", "CatalogId", "CreatedBy",
               "IsRegisteredWithLakeFormation")  # fmt: skip
        kept = {name: found[name] for name in own if name in found}
        version = int(found["VersionId"]) + (not sent.get("SkipArchive"))
        changed = {"UpdateTime": self.world.now(), "VersionId": str(version)}
        full = self._checked(sent["TableInput"])
        self.tables.put(f"{found['DatabaseName']}/{found['Name']}", {**full, **kept, **changed})
        return {}

    def delete_table(self, sent: Members) -> Members:
        found = self._table(sent, sent["Name"])
        self.tables.drop(f"{found['DatabaseName']}/{found['Name']}")
        return {}

    def batch_delete_table(self, sent: Members) -> Members:
        self._database(sent, sent["DatabaseName"])
        errors = []
        for name in sent["TablesToDelete"]:
            try:
                self.delete_table({**sent, "Name": name})
            except Refused as refused:
                detail = {"ErrorCode": refused.code, "ErrorMessage": str(refused)}
                errors.append({"TableName": name, "ErrorDetail": detail})
        return {"Errors": errors}

    def create_user_defined_function(self, sent: Members) -> Members:
        database = self._database(sent, sent["DatabaseName"])["Name"]
        given = sent["FunctionInput"]
        if "FunctionName" not in given:
            raise invalid("A function has a name.")
        name = self._folded(given["FunctionName"])
        if self.functions.get(f"{database}/{name}"):
            raise Refused("AlreadyExistsException", "Function already exists.")
        self._keep_function(database, {**given, "FunctionName": name}, self.world.now())
        return {}

    def _keep_function(self, database: str, given: Members, made: float) -> None:
        full = {**given, "DatabaseName": database, "CreateTime": made}
        self.functions.put(f"{database}/{given['FunctionName']}", full)

    def _function(self, sent: Members, *, seen: bool = False) -> Members:
        database = self._database(sent, sent["DatabaseName"])["Name"]
        key, store = f"{database}/{self._folded(sent['FunctionName'])}", self.functions
        found: Members | None = store.found(key, seen=seen)
        if found is None:
            raise missing("Function")
        return found

    def get_user_defined_function(self, sent: Members) -> Members:
        found = self._function(sent, seen=True)
        return {"UserDefinedFunction": {**found, "CatalogId": self.world.account}}

    def get_user_defined_functions(self, sent: Members) -> Members:
        self._check_catalog(sent)
        of = None
        if "DatabaseName" in sent:
            of = self._database(sent, sent["DatabaseName"])["Name"]
        pattern = re.escape(sent["Pattern"].lower()).replace(r"\*", ".*").replace(r"\|", "|")
        found = [
            one for one in self.functions.listed()
            if of in {None, one["DatabaseName"]} and re.fullmatch(pattern, one["FunctionName"])
            and sent.get("FunctionType") in {None, one.get("FunctionType")}
        ]  # fmt: skip
        return self._paged("UserDefinedFunctions", found, sent)

    def update_user_defined_function(self, sent: Members) -> Members:
        found = self._function(sent)
        given = sent["FunctionInput"]
        name = self._folded(given.get("FunctionName", found["FunctionName"]))
        if name != found["FunctionName"]:
            raise invalid("A function cannot be renamed.")
        full = {**given, "FunctionName": name}
        self._keep_function(found["DatabaseName"], full, found["CreateTime"])
        return {}

    def delete_user_defined_function(self, sent: Members) -> Members:
        found = self._function(sent)
        self.functions.drop(f"{found['DatabaseName']}/{found['FunctionName']}")
        return {}

    def _tagged(self, arn: str, *, seen: bool = False) -> Members:
        name = arn.rpartition("database/")[2]
        if arn != self._arn(f"database/{name}"):
            raise missing("Resource") if arn.startswith("arn:") else invalid("This is no ARN.")
        return self._database({}, name, seen=seen)

    def tag_resource(self, sent: Members) -> Members:
        found = self._tagged(sent["ResourceArn"])
        tags = found["tags"] | sent["TagsToAdd"]
        if len(tags) > 50 or any(key.lower().startswith("aws:") for key in tags):
            raise invalid("At most 50 tags, none of them AWS's.")
        self.databases.put(found["Name"], {**found, "tags": tags})
        return {}

    def untag_resource(self, sent: Members) -> Members:
        found = self._tagged(sent["ResourceArn"])
        gone = sent["TagsToRemove"]
        left = {key: one for key, one in found["tags"].items() if key not in gone}
        self.databases.put(found["Name"], {**found, "tags": left})
        return {}

    def get_tags(self, sent: Members) -> Members:
        return {"Tags": self._tagged(sent["ResourceArn"], seen=True)["tags"]}
