"""Access keys of IAM."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from tests.servers.keys.wire import Refused

from .world import Members, Operation, Store, operations_of, some

if TYPE_CHECKING:
    from .iam import Iam

BASE32 = string.ascii_uppercase + "234567"


class AccessKeys:
    """The operations by name."""

    def __init__(self, iam: Iam) -> None:
        self.iam = iam
        self.store = Store(iam.world)
        self.operations: dict[str, Operation] = operations_of("iam", self)

    def keep(self, key: Members) -> None:
        self.store.put(key["AccessKeyId"], key)

    def of(self, user: str) -> list[Members]:
        return [one for one in self.store.all() if one["UserName"] == user]

    def _owner(self, sent: Members) -> str:
        name = str(sent.get("UserName", self.iam.caller["UserName"]))
        return str(self.iam.entity("User", name)["UserName"])

    def create_access_key(self, sent: Members) -> Members:
        owner = self._owner(sent)
        if len(self.of(owner)) > 1:
            raise Refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409)
        made: Members = {
            "UserName": owner,
            "AccessKeyId": "AKIA" + some(BASE32, 16),
            "Status": "Active",
            "CreateDate": self.iam.world.now(),
        }
        self.store.put(made["AccessKeyId"], made)
        secret = some(string.ascii_letters + string.digits + "/+", 40)
        return {"AccessKey": {**made, "SecretAccessKey": secret}}

    def _key(self, sent: Members) -> Members:
        owner, known = self._owner(sent), self.store.get(sent["AccessKeyId"])
        if known is None or known["UserName"] != owner:
            text = f"The Access Key with id {sent['AccessKeyId']} cannot be found."
            raise Refused("NoSuchEntity", text, 404)
        found: Members = known
        return found

    def update_access_key(self, sent: Members) -> None:
        key = self._key(sent)
        if sent["Status"] == "Expired":
            raise Refused("InvalidInput", "A key cannot be set to Expired.")
        self.store.put(key["AccessKeyId"], {**key, "Status": sent["Status"]})

    def delete_access_key(self, sent: Members) -> None:
        self.store.drop(self._key(sent)["AccessKeyId"])

    def list_access_keys(self, sent: Members) -> Members:
        owner = self._owner(sent)
        found = [one for one in self.store.listed() if one["UserName"] == owner]
        return self.iam.paged("AccessKeyMetadata", found, sent)
