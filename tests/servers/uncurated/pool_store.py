"""What user pools are made of, and how requests speak of them."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.servers.keys.wire import Members, Refused

from .readings import World
from .shelf import Shelf, in_any_order, paged

T = TypeVar("T")
STANDARD = (
    "sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
    "profile", "picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo",
    "locale", "phone_number", "phone_number_verified", "address", "updated_at", "identities",
)  # fmt: skip


def _standard() -> dict[str, Members]:
    kinds = {
        "email_verified": "Boolean",
        "phone_number_verified": "Boolean",
        "updated_at": "Number",
    }
    return {
        name: {
            "Name": name,
            "AttributeDataType": kinds.get(name, "String"),
            "DeveloperOnlyAttribute": False,
            "Mutable": name != "sub",
            "Required": name == "sub",
        }
        for name in STANDARD
    }


@dataclass
class User:
    name: str
    made: float
    changed: float
    attributes: dict[str, str]
    status: str
    enabled: bool = True
    groups: list[str] = field(default_factory=list)


@dataclass
class Pool:
    """A pool with all that is in it."""

    id: str
    name: str
    made: float
    changed: float
    settings: Members = field(default_factory=dict)
    schema: dict[str, Members] = field(default_factory=_standard)
    tags: dict[str, str] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Members] = field(default_factory=dict)
    clients: dict[str, Members] = field(default_factory=dict)
    servers: dict[str, Members] = field(default_factory=dict)


class PoolStore:
    """All pools."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pools: Shelf[Pool] = Shelf(world)

    def new_id(self) -> str:
        return f"{self.world.region}_{random_text(string.ascii_letters + string.digits, 9)}"

    def arn(self, pool: str) -> str:
        return self.world.arn("cognito-idp", f"userpool/{pool}")

    def pool(self, sent: Members) -> Pool:
        found = self.pools.get(sent["UserPoolId"])
        if found is None:
            text = f"User pool {sent['UserPoolId']} does not exist."
            raise Refused("ResourceNotFoundException", text)
        return found

    def seen(self, sent: Members) -> Pool:
        """A pool as lists show it."""
        own = self.pool(sent)
        return next((one for one in self.pools.listed() if one.id == own.id), Pool("", "", 0, 0))

    def group(self, pool: Pool, name: str) -> Members:
        if name not in pool.groups:
            raise Refused("ResourceNotFoundException", "Group not found.")
        return pool.groups[name]

    def user(self, pool: Pool, sent: Members) -> User:
        name = self.called(sent["Username"])
        found = pool.users.get(name)
        by_alias = (
            user
            for user in pool.users.values()
            if name in {user.attributes.get("sub"), user.attributes.get("email")}
        )
        found = found or next(by_alias, None)
        if found is None:
            raise Refused("UserNotFoundException", "User does not exist.")
        return found

    def called(self, name: str) -> str:
        """The name of a user as it is kept."""
        return name.lower() if self.world.on("normalized") else name

    def paged(
        self, things: Sequence[T], sent: Members, size: str, token: str = "NextToken"
    ) -> tuple[list[T], str | None]:
        def refuse() -> None:
            raise invalid("Invalid pagination token")

        listed = in_any_order(self.world, [*things])
        return paged(self.world, listed, sent.get(token), sent.get(size) or 60, refuse)


def random_text(letters: str, length: int) -> str:
    return "".join(random.choices(letters, k=length))


def name_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def invalid(why: str) -> Refused:
    return Refused("InvalidParameterException", why)
