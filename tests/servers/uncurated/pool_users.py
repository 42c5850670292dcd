"""Users of a pool, and which groups they are in."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

from tests.servers.keys.wire import Members, Refused

from .pool_store import Pool, PoolStore, User, invalid
from .service import Operation

FILTER = re.compile(r'\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*')
SEARCHED = {
    "username", "email", "phone_number", "name", "given_name", "family_name", "preferred_username",
    "cognito:user_status", "status", "sub",
}  # fmt: skip


class PoolUsers:
    """The operations of administrators on users."""

    def __init__(self, store: PoolStore) -> None:
        self.store = store
        self.operations: dict[str, Operation] = {
            "AdminCreateUser": self.create,
            "AdminGetUser": self.get,
            "AdminDeleteUser": self.delete,
            "AdminEnableUser": self.enable,
            "AdminDisableUser": self.disable,
            "AdminUpdateUserAttributes": self.update,
            "AdminDeleteUserAttributes": self.forget,
            "AdminSetUserPassword": self.password,
            "ListUsers": self.users,
            "AdminAddUserToGroup": self.join,
            "AdminRemoveUserFromGroup": self.leave,
            "AdminListGroupsForUser": self.groups,
            "ListUsersInGroup": self.of_group,
        }

    def create(self, sent: Members) -> Members:
        pool = self.store.pool(sent)
        name = self.store.called(sent["Username"])
        attributes = self._attributes(pool, sent.get("UserAttributes", []))
        if "TemporaryPassword" in sent:
            self._check(pool, sent["TemporaryPassword"])
        if sent.get("MessageAction") == "RESEND":
            return {"User": self._shown(self.store.user(pool, sent))}
        if name in pool.users:
            raise Refused("UsernameExistsException", "User account already exists")
        if "UsernameAttributes" in pool.settings and "@" not in name:
            raise invalid("Username should be an email.")
        now, sub = time.time(), str(uuid.uuid4())
        user = User(name, now, now, {"sub": sub, **attributes}, "FORCE_CHANGE_PASSWORD")
        pool.users[name] = user
        self.store.pools.put(pool.id, pool)
        return {"User": self._shown(user)}

    def _attributes(self, pool: Pool, given: list[Members]) -> dict[str, str]:
        found = {}
        for one in given:
            name, value = one["Name"], one.get("Value", "")
            if name not in pool.schema:
                text = "Attributes did not conform to the schema:"
                raise invalid(f"{text} {name}: Attribute does not exist in the schema.")
            if not pool.schema[name].get("Mutable", True):
                raise invalid(f"Cannot modify an immutable attribute: {name}")
            if name == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
                raise invalid("Invalid email address format.")
            if name == "phone_number" and not re.fullmatch(r"\+\d{5,15}", value):
                raise invalid("Invalid phone number format.")
            found[name] = value
        return found

    def _check(self, pool: Pool, password: str) -> None:
        policy = pool.settings["Policies"]["PasswordPolicy"]
        needed = {
            "RequireUppercase": r"[A-Z]", "RequireLowercase": r"[a-z]",
            "RequireNumbers": r"\d", "RequireSymbols": r"[^A-Za-z0-9]",
        }  # fmt: skip
        short = len(password) < policy["MinimumLength"]
        if short or any(policy[one] and not re.search(needed[one], password) for one in needed):
            text = "Password did not conform with policy"
            raise Refused("InvalidPasswordException", text)

    def _shown(self, user: User, only: list[str] | None = None) -> Members:
        attributes = [
            {"Name": name, "Value": value}
            for name, value in user.attributes.items()
            if only is None or name in only
        ]
        return {
            "Username": user.name,
            "Attributes": attributes,
            "UserCreateDate": user.made,
            "UserLastModifiedDate": user.changed,
            "Enabled": user.enabled,
            "UserStatus": user.status,
        }

    def get(self, sent: Members) -> Members:
        shown = self._shown(self.store.user(self.store.pool(sent), sent))
        return {"UserAttributes": shown.pop("Attributes"), **shown}

    def delete(self, sent: Members) -> None:
        pool = self.store.pool(sent)
        del pool.users[self.store.user(pool, sent).name]
        self.store.pools.put(pool.id, pool)

    def _changed(self, sent: Members, change: Callable[[Pool, User], None]) -> Members:
        pool = self.store.pool(sent)
        user = self.store.user(pool, sent)
        change(pool, user)
        user.changed = time.time()
        self.store.pools.put(pool.id, pool)
        return {}

    def enable(self, sent: Members) -> Members:
        return self._changed(sent, lambda _, user: setattr(user, "enabled", True))

    def disable(self, sent: Members) -> Members:
        return self._changed(sent, lambda _, user: setattr(user, "enabled", False))

    def update(self, sent: Members) -> Members:
        def change(pool: Pool, user: User) -> None:
            user.attributes |= self._attributes(pool, sent["UserAttributes"])

        return self._changed(sent, change)

    def forget(self, sent: Members) -> Members:
        def change(pool: Pool, user: User) -> None:
            for name in sent["UserAttributeNames"]:
                if name not in pool.schema:
                    raise invalid(f"{name}: Attribute does not exist in the schema.")
                if pool.schema[name].get("Required"):
                    raise invalid(f"Cannot delete a required attribute: {name}")
                user.attributes.pop(name, None)

        return self._changed(sent, change)

    def password(self, sent: Members) -> Members:
        def change(pool: Pool, user: User) -> None:
            self._check(pool, sent["Password"])
            user.status = "CONFIRMED" if sent.get("Permanent") else "FORCE_CHANGE_PASSWORD"

        return self._changed(sent, change)

    def users(self, sent: Members) -> Members:
        fits = _filter(sent.get("Filter", ""))
        only = sent.get("AttributesToGet")
        pool = self.store.seen(sent)
        unknown = {*(only or ())} - self.store.pool(sent).schema.keys()
        if unknown:
            raise invalid("One or more requested attributes do not exist in user pool.")
        found = [user for user in pool.users.values() if fits(user)]
        page, token = self.store.paged(found, sent, "Limit", "PaginationToken")
        return {"Users": [self._shown(user, only) for user in page], "PaginationToken": token}

    def join(self, sent: Members) -> None:
        def change(pool: Pool, user: User) -> None:
            self.store.group(pool, sent["GroupName"])
            user.groups = [*dict.fromkeys([*user.groups, sent["GroupName"]])]

        self._changed(sent, change)

    def leave(self, sent: Members) -> None:
        def change(pool: Pool, user: User) -> None:
            self.store.group(pool, sent["GroupName"])
            user.groups = [name for name in user.groups if name != sent["GroupName"]]

        self._changed(sent, change)

    def groups(self, sent: Members) -> Members:
        user = self.store.user(self.store.pool(sent), sent)
        seen = self.store.seen(sent)
        names = seen.users[user.name].groups if user.name in seen.users else []
        groups = [seen.groups[name] for name in names if name in seen.groups]
        page, token = self.store.paged(groups, sent, "Limit")
        return {"Groups": page, "NextToken": token}

    def of_group(self, sent: Members) -> Members:
        self.store.group(self.store.pool(sent), sent["GroupName"])
        users = self.store.seen(sent).users.values()
        found = [user for user in users if sent["GroupName"] in user.groups]
        page, token = self.store.paged(found, sent, "Limit")
        return {"Users": [self._shown(user) for user in page], "NextToken": token}


def _filter(text: str) -> Callable[[User], bool]:
    """Whether a user is one of those that a filter asks for."""
    if not text.strip():
        return lambda _: True
    found = FILTER.fullmatch(text)
    if not found or found[1] not in SEARCHED:
        raise invalid("Error while parsing filter.")
    name, sign, wanted = found[1], found[2], found[3].replace('\\"', '"')

    def fits(user: User) -> bool:
        known = {"username": user.name, "cognito:user_status": user.status}
        known["status"] = "Enabled" if user.enabled else "Disabled"
        value = known.get(name, user.attributes.get(name))
        return value is not None and (value.startswith(wanted) if sign == "^=" else value == wanted)

    return fits
