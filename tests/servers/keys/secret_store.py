"""Secrets and their versions, and how they are found."""

from __future__ import annotations

import random
import string
import time
import uuid
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from .wire import Members, Moment, Refused, World

DAY = 86400
CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"


@dataclass
class Version:
    """One value of a secret, and the staging labels on it."""

    id: str
    value: str | bytes
    created: float
    stages: list[str] = field(default_factory=list)
    accessed: float | None = None

    @property
    def members(self) -> Members:
        name = "SecretString" if isinstance(self.value, str) else "SecretBinary"
        return {name: self.value, "VersionStages": [*self.stages]}


@dataclass
class Secret:
    """A secret: what describes it, and its versions by id, oldest first."""

    arn: str
    name: str
    description: str | None
    key: str | None
    created: float
    changed: float
    tags: dict[str, str] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    replicas: list[dict[str, Any]] = field(default_factory=list)
    accessed: float | None = None
    deleted: float | None = None
    gone: float | None = None
    policy: str | None = None

    @property
    def names(self) -> Members:
        return {"ARN": self.arn, "Name": self.name}

    def holder(self, stage: str) -> Version | None:
        """The version that a label is on."""
        return next((one for one in self.versions.values() if stage in one.stages), None)

    def attach(self, version: Version, stages: list[str]) -> None:
        """Put labels on a version: each is taken from the one that it was on."""
        current = self.holder(CURRENT)
        for stage in stages:
            self.detach(stage)
            version.stages.append(stage)
        if CURRENT in stages and current is not None and current is not version:
            self.detach(PREVIOUS)
            current.stages.append(PREVIOUS)

    def detach(self, stage: str) -> None:
        holder = self.holder(stage)
        if holder is not None:
            holder.stages.remove(stage)


class SecretStore:
    """All secrets of an account in a region."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_arn: dict[str, Secret] = {}
        self._journal: list[tuple[float, str, Secret | None]] = []
        self._listed: dict[str, Secret] = {}
        if world.on("populated"):
            for number in range(23):
                secret = self.make(f"already/there-{number:02}", "made before", None, {})
                secret.created -= 40 * DAY
                add_version(secret, str(uuid.uuid4()), b"\x00\x01", [CURRENT])
                self.changed(secret)

    def make(
        self, name: str, description: str | None, key: str | None, tags: dict[str, str]
    ) -> Secret:
        suffix = "".join(random.choices(string.ascii_letters + string.digits, k=6))
        now = time.time()
        arn = self.world.arn("secretsmanager", f"secret:{name}-{suffix}")
        secret = Secret(arn, name, description, key, now, now, tags)
        self.by_arn[arn] = secret
        return secret

    def changed(self, secret: Secret) -> None:
        """Note a change, which lists may show later."""
        secret.changed = time.time()
        self._journal.append((secret.changed, secret.arn, deepcopy(secret)))

    def drop(self, secret: Secret) -> None:
        self.by_arn.pop(secret.arn)
        self._journal.append((time.time(), secret.arn, None))

    def named(self, name: str) -> Secret | None:
        self._purge()
        return next((one for one in self.by_arn.values() if one.name == name), None)

    def found(self, wanted: str) -> Secret | None:
        """A secret by its name, its ARN, or its ARN without the random end."""
        self._purge()
        if wanted in self.by_arn:
            return self.by_arn[wanted]
        return next(
            (one for one in self.by_arn.values() if wanted in {one.name, one.arn[:-7]}), None
        )

    def usable(self, wanted: str, *, deleted: bool = False) -> Secret:
        """A secret that is there and, unless that does not matter, is not to be deleted."""
        secret = self.found(wanted)
        if secret is None:
            text = "Secrets Manager can't find the specified secret."
            raise Refused("ResourceNotFoundException", text)
        if secret.deleted is not None and not deleted:
            text = "You can't perform this operation on a secret that is marked for deletion."
            raise Refused("InvalidRequestException", text)
        return secret

    def shown(self, wanted: str, *, deleted: bool = False) -> Secret:
        """The same as reads show it by now."""
        secret = self.usable(wanted, deleted=True)
        seen = {one.arn: one for one in self.listed()} if self.world.delay else {}
        secret = seen.get(secret.arn, secret)
        if secret.deleted is not None and not deleted:
            text = "You can't perform this operation on a secret that is marked for deletion."
            raise Refused("InvalidRequestException", text)
        return secret

    def listed(self) -> Iterator[Secret]:
        """What lists show by now."""
        self._purge()
        until = time.time() - self.world.delay
        while self._journal and self._journal[0][0] <= until:
            _, arn, secret = self._journal.pop(0)
            if secret is None:
                self._listed.pop(arn, None)
            else:
                self._listed[arn] = secret
        yield from self._listed.values()

    def _purge(self) -> None:
        now = time.time()
        for secret in [*self.by_arn.values()]:
            if secret.gone is not None and secret.gone <= now:
                self.drop(secret)


def add_version(secret: Secret, token: str, value: str | bytes, stages: list[str]) -> Version:
    """A new version with these labels; the first of a secret is always the current one."""
    version = Version(token, value, time.time())
    first = not secret.versions
    secret.versions[token] = version
    secret.attach(version, [*dict.fromkeys([*stages, CURRENT] if first else stages)])
    return version


def same_version(secret: Secret, token: str, value: str | bytes) -> Version | None:
    """The version with this id, if its value is the same; Refused if another value is under it."""
    version = secret.versions.get(token)
    if version is not None and version.value != value:
        text = "You can't modify an existing version, you can only create a new one."
        raise Refused("ResourceExistsException", text)
    return version


def day(moment: float | None) -> Moment | None:
    """The day of a point in time."""
    return None if moment is None else Moment(moment - moment % DAY)


def when(moment: float | None) -> Moment | None:
    return None if moment is None else Moment(moment)
