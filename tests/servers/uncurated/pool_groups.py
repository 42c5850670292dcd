"""Groups of a pool, and its resource servers."""

from __future__ import annotations

import time

from tests.servers.keys.wire import Members, Refused

from .pool_store import PoolStore, invalid
from .service import Operation

SERVER = ("UserPoolId", "Identifier", "Name", "Scopes")


class PoolGroups:
    """The operations on both."""

    def __init__(self, store: PoolStore) -> None:
        self.store = store
        self.operations: dict[str, Operation] = {
            "CreateGroup": self.create,
            "GetGroup": self.get,
            "UpdateGroup": self.update,
            "DeleteGroup": self.delete,
            "ListGroups": self.groups,
            "CreateResourceServer": self.create_server,
            "DescribeResourceServer": self.describe_server,
            "UpdateResourceServer": self.update_server,
            "DeleteResourceServer": self.delete_server,
            "ListResourceServers": self.servers,
        }

    def create(self, sent: Members) -> Members:
        pool = self.store.pool(sent)
        if sent["GroupName"] in pool.groups:
            raise Refused("GroupExistsException", "A group with the name already exists.")
        if "RoleArn" in sent and ":role/" not in sent["RoleArn"]:
            raise invalid("This is no ARN of a role.")
        now = time.time()
        group = {**self._trimmed(sent), "CreationDate": now, "LastModifiedDate": now}
        pool.groups[sent["GroupName"]] = group
        self.store.pools.put(pool.id, pool)
        return {"Group": group}

    def _trimmed(self, sent: Members) -> Members:
        if "Description" not in sent or not self.store.world.on("normalized"):
            return sent
        return {**sent, "Description": sent["Description"].strip()}

    def get(self, sent: Members) -> Members:
        return {"Group": self.store.group(self.store.pool(sent), sent["GroupName"])}

    def update(self, sent: Members) -> Members:
        pool = self.store.pool(sent)
        if "RoleArn" in sent and ":role/" not in sent["RoleArn"]:
            raise invalid("This is no ARN of a role.")
        group = {**self.store.group(pool, sent["GroupName"]), **self._trimmed(sent)}
        group["LastModifiedDate"] = time.time()
        pool.groups[sent["GroupName"]] = group
        self.store.pools.put(pool.id, pool)
        return {"Group": group}

    def delete(self, sent: Members) -> None:
        pool = self.store.pool(sent)
        self.store.group(pool, sent["GroupName"])
        del pool.groups[sent["GroupName"]]
        for user in pool.users.values():
            user.groups = [name for name in user.groups if name != sent["GroupName"]]
        self.store.pools.put(pool.id, pool)

    def groups(self, sent: Members) -> Members:
        page, token = self.store.paged([*self.store.seen(sent).groups.values()], sent, "Limit")
        return {"Groups": page, "NextToken": token}

    def create_server(self, sent: Members) -> Members:
        pool = self.store.pool(sent)
        if sent["Identifier"] in pool.servers:
            raise invalid(f"{sent['Identifier']} already exists in user pool {pool.id}.")
        return {"ResourceServer": self._kept(sent)}

    def _kept(self, sent: Members) -> Members:
        pool = self.store.pool(sent)
        scopes = [one["ScopeName"] for one in sent.get("Scopes", [])]
        if len({*scopes}) < len(scopes):
            raise invalid("A scope is there once.")
        kept = {name: sent[name] for name in SERVER if name in sent}
        if self.store.world.on("defaults-shown"):
            kept = {"Scopes": [], **kept}
        pool.servers[sent["Identifier"]] = kept
        self.store.pools.put(pool.id, pool)
        return kept

    def _server(self, sent: Members) -> Members:
        pool = self.store.pool(sent)
        if sent["Identifier"] not in pool.servers:
            text = f"Resource server {sent['Identifier']} does not exist."
            raise Refused("ResourceNotFoundException", text)
        return pool.servers[sent["Identifier"]]

    def describe_server(self, sent: Members) -> Members:
        return {"ResourceServer": self._server(sent)}

    def update_server(self, sent: Members) -> Members:
        self._server(sent)
        return {"ResourceServer": self._kept(sent)}

    def delete_server(self, sent: Members) -> None:
        self._server(sent)
        pool = self.store.pool(sent)
        del pool.servers[sent["Identifier"]]
        self.store.pools.put(pool.id, pool)

    def servers(self, sent: Members) -> Members:
        servers = [*self.store.seen(sent).servers.values()]
        page, token = self.store.paged(servers, sent, "MaxResults")
        return {"ResourceServers": page, "NextToken": token}
