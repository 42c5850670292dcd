"""KMS keys, aliases and grants, and how they are found."""

from __future__ import annotations

import os
import re
import time
import uuid
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .kms_specs import SYMMETRIC, material, usages
from .wire import Members, Moment, Refused, World

T = TypeVar("T")
_AWS = ("alias/aws/s3", "alias/aws/ebs", "alias/aws/secretsmanager")


class Lagging(Generic[T]):
    """A value whose changes are seen everywhere only some time later."""

    def __init__(self, world: World, value: T) -> None:
        self.now = value
        self._delay = world.delay
        self._past: list[tuple[float, T]] = [(0.0, value)]

    def set(self, value: T) -> None:
        self.now = value
        self._past.append((time.time(), value))

    @property
    def seen(self) -> T:
        until = time.time() - self._delay
        return [value for at, value in self._past if at <= until][-1]


@dataclass
class Grant:
    """A grant: what was asked for, and what lists say of it."""

    id: str
    tokens: list[str]
    asked: Members
    shown: Members


@dataclass
class Rotation:
    """A rotation on demand, and when it is done."""

    started: float
    done: float


@dataclass
class Key:
    """A KMS key with all its material, newest last."""

    id: str
    arn: str
    spec: str
    usage: str
    description: str
    policy: str
    state: str
    origin: str
    multi: bool
    created: float
    tags: Lagging[dict[str, str]]
    grants: Lagging[dict[str, Grant]]
    enabled: Lagging[bool]
    manager: str = "CUSTOMER"
    materials: list[Any] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rotations: list[Rotation] = field(default_factory=list)
    period: int | None = None
    rotates_from: float = 0.0
    deletion: float | None = None
    window: int = 30
    caller: str = ""

    @property
    def algorithms(self) -> list[str]:
        return usages(self.spec)[self.usage][1]

    def renew(self) -> None:
        self.materials.append(material(self.spec))
        self.names.append(os.urandom(32).hex())

    def metadata(self, world: World) -> Members:
        """What DescribeKey shows."""
        shown: Members = {
            "AWSAccountId": world.account,
            "KeyId": self.id,
            "Arn": self.arn,
            "CreationDate": Moment(self.created),
            "Enabled": self.state == "Enabled",
            "Description": self.description,
            "KeyUsage": self.usage,
            "KeyState": self.state,
            "Origin": self.origin,
            "KeyManager": self.manager,
            "CustomerMasterKeySpec": self.spec if "EDWARDS" not in self.spec else None,
            "KeySpec": self.spec,
            "MultiRegion": self.multi,
            usages(self.spec)[self.usage][0]: self.algorithms[::-1],
        }
        if self.deletion is not None:
            shown["DeletionDate"] = Moment(self.deletion)
        if self.multi:
            primary = {"Arn": self.arn, "Region": world.region}
            config = {"MultiRegionKeyType": "PRIMARY", "PrimaryKey": primary, "ReplicaKeys": []}
            shown["MultiRegionConfiguration"] = config
        if self.spec == SYMMETRIC and self.names and not world.on("short-pages"):
            shown["CurrentKeyMaterialId"] = self.names[-1]
        if world.on("defaults-shown"):
            shown["AddedLater"] = {"Later": [1]}
        return shown


class KmsStore:
    """All keys of an account in a region."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys: Lagging[dict[str, Key]] = Lagging(world, {})
        self.aliases: Lagging[dict[str, Members]] = Lagging(world, {})
        if world.on("populated"):
            for _ in range(130):
                self.make(SYMMETRIC, "ENCRYPT_DECRYPT", "made before")
            self.managed(_AWS[0])
            predefined = {name: self.alias(name, None) for name in _AWS[1:]}
            self.aliases.set({**predefined, **self.aliases.now})

    def make(self, spec: str, usage: str, description: str, **given: Any) -> Key:
        """A new key."""
        world = self.world
        name = f"mrk-{uuid.uuid4().hex}" if given.get("multi") else str(uuid.uuid4())
        defaults: Members = {
            "policy": default_policy(world),
            "state": "Enabled",
            "origin": "AWS_KMS",
            "multi": False,
            "tags": Lagging(world, {}),
            "grants": Lagging(world, {}),
            "enabled": Lagging(world, True),
            "created": time.time(),
        }
        arn = world.arn("kms", f"key/{name}")
        key = Key(name, arn, spec, usage, description, **{**defaults, **given})
        if key.state == "Enabled":
            key.renew()
        self.keys.set({**self.keys.now, name: key})
        return key

    def managed(self, alias: str) -> Key:
        """The key of an AWS service, made when it is first asked for."""
        known = self.aliases.now.get(alias, {}).get("TargetKeyId")
        if known:
            return self.keys.now[known]
        key = self.make(SYMMETRIC, "ENCRYPT_DECRYPT", "of AWS", manager="AWS")
        self.aliases.set({**self.aliases.now, alias: self.alias(alias, key)})
        return key

    def alias(self, name: str, key: Key | None) -> Members:
        now = Moment(time.time())
        shown: Members = {"AliasName": name, "AliasArn": self.world.arn("kms", name)}
        if key is not None:
            shown |= {"TargetKeyId": key.id, "CreationDate": now, "LastUpdatedDate": now}
        return shown

    def used(self, wanted: str) -> Key:
        """A key by its id or ARN, or by the name or ARN of an alias."""
        name = self._here(wanted)
        if not name.startswith("alias/"):
            return self.key(wanted)
        if name in _AWS:
            return self.managed(name)
        target = self.aliases.seen.get(name, {}).get("TargetKeyId")
        if target is None:
            raise Refused("NotFoundException", f"Alias {self.world.arn('kms', name)} is not found.")
        return self.keys.now[target]

    def key(self, wanted: str) -> Key:
        """A key by its id or ARN alone."""
        name = self._here(wanted).removeprefix("key/")
        key = self.keys.now.get(name)
        if key is None:
            raise Refused("NotFoundException", f"Key '{self.world.arn('kms', 'key/' + name)}'")
        return key

    def own(self, wanted: str) -> Key:
        """A key that the customer may change."""
        key = self.key(wanted)
        if key.manager == "AWS":
            raise Refused("AccessDeniedException", "The key policy of AWS does not allow this.")
        return key

    def _here(self, wanted: str) -> str:
        if not wanted.startswith("arn:"):
            return wanted
        start = self.world.arn("kms", "")
        if not re.fullmatch(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+", wanted):
            raise Refused("InvalidArnException", f"Invalid arn {wanted}")
        if not wanted.startswith(start):
            raise Refused("NotFoundException", f"Invalid arn {wanted}")
        return wanted.removeprefix(start)


def checked(key: Key, *, enabled: bool = True, pending: bool = False) -> Key:
    """The key, if its state allows what is asked."""
    if key.state == "PendingDeletion" and not pending:
        raise Refused("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.state == "PendingImport" and enabled:
        raise Refused("KMSInvalidStateException", f"{key.arn} is pending import.")
    if key.state == "Disabled" and enabled:
        raise Refused("DisabledException", f"{key.arn} is disabled.")
    return key


def default_policy(world: World) -> str:
    root = world.arn("iam", "root").replace(f":{world.region}:", "::")
    statement = '{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"kms:*","Resource":"*"}'
    return '{"Version":"2012-10-17","Statement":[%s]}' % (statement % root)


def at_most(sent: Members, most: int) -> None:
    """Refuse a page size beyond what the prose of the operation allows."""
    if sent.get("Limit", 1) > most:
        raise Refused("ValidationException", f"At most {most} are listed.")


def paged(world: World, member: str, every: Sequence[Any], sent: Members, usual: int) -> Members:
    """One page, and the marker of the next."""
    marker, start = sent.get("Marker"), 0
    if marker is not None:
        try:
            start = int(b64decode(marker, validate=True).decode().removeprefix("from "))
        except ValueError as error:
            raise Refused("InvalidMarkerException", "The marker is not valid.") from error
    size = sent.get("Limit", usual)
    end = start + ((size + 1) // 2 if world.on("short-pages") else size)
    answer: Members = {member: [*every[start:end]], "Truncated": end < len(every)}
    if end < len(every):
        answer["NextMarker"] = b64encode(f"from {end}".encode()).decode()
    return answer
