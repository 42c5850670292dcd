"""What Step Functions keeps, and how requests speak of it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.servers.keys.wire import Members, Refused

from .readings import World
from .shelf import Shelf, paged

T = TypeVar("T")
BAD = re.compile(r'[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]')


@dataclass
class Activity:
    arn: str
    name: str
    made: float
    encryption: Members | None = None


@dataclass
class Version:
    """A version of a state machine, which stays as it is."""

    arn: str
    made: float
    revision: str | None
    content: Members
    description: str | None = None


@dataclass
class Machine:
    """A state machine; `content` is what an update changes."""

    arn: str
    name: str
    made: float
    kind: str
    content: Members
    changed: float
    revision: str | None = None
    published: int = 0
    versions: dict[str, Version] = field(default_factory=dict)
    deleting: float | None = None


@dataclass
class Alias:
    arn: str
    name: str
    machine: str
    made: float
    changed: float
    routing: list[Members]
    description: str | None = None


@dataclass
class Run:
    """An execution. Where it ends by itself, it has done so `ends` seconds after 1970."""

    arn: str
    name: str
    machine: Machine
    content: Members
    input: str
    started: float
    ends: float
    outcome: Members
    revision: str | None = None
    qualifier: Members = field(default_factory=dict)
    stopped: Members | None = None
    trace: str | None = None

    def state(self) -> Members:
        """Its status, and what goes with it."""
        if self.stopped is not None:
            return self.stopped
        if time.time() < self.ends:
            return {"status": "RUNNING"}
        return {**self.outcome, "stopDate": self.ends}


class MachineStore:
    """All that there is, by ARN."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.activities: Shelf[Activity] = Shelf(world)
        self.machines: Shelf[Machine] = Shelf(world)
        self.aliases: Shelf[Alias] = Shelf(world)
        self.runs: Shelf[Run] = Shelf(world)
        self.tags: dict[str, dict[str, str]] = {}

    def check_name(self, name: str) -> None:
        if BAD.search(name):
            raise Refused("InvalidName", f"Invalid Name: '{name}'")

    def check_arn(self, arn: str, *kinds: str) -> None:
        found = re.fullmatch(r"arn:(aws[a-z-]*):states:([a-z0-9-]+):(\d{12}):([^:]+):(.+)", arn)
        if not found or found[4] not in kinds:
            text = "Resource type not valid in this context" if found else "Invalid ARN prefix"
            raise Refused("InvalidArn", f"Invalid Arn: '{text}: {arn}'")

    def check_role(self, arn: str) -> None:
        if not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+", arn):
            raise Refused("InvalidArn", f"Invalid Role Arn: '{arn}'")
        if self.world.on("unreachable"):
            text = "Neither the global service principal nor the regional one can assume the role."
            raise Refused("AccessDeniedException", text)

    def check_tags(self, tags: Sequence[Members]) -> None:
        keys = [tag.get("key") for tag in tags]
        if None in keys or len({*keys}) < len(keys):
            raise Refused("ValidationException", "A tag has a key, and each its own.")
        if len(keys) > 50:
            raise Refused("TooManyTags", "A resource has at most 50 tags.")
        if any(str(key).lower().startswith("aws:") for key in keys):
            raise Refused("ValidationException", "Tags of this name are those of AWS.")

    def check_key(self, encryption: Members | None) -> None:
        """Refuse a wrong way to encrypt."""
        if encryption is None:
            return
        own = encryption["type"] == "CUSTOMER_MANAGED_KMS_KEY"
        code = "InvalidEncryptionConfiguration"
        if own != ("kmsKeyId" in encryption):
            raise Refused(code, "A key where it is the customer's, and only there.")
        if not own and "kmsDataKeyReusePeriodSeconds" in encryption:
            raise Refused(code, "Only keys of customers are reused.")
        if own and self.world.on("unreachable"):
            raise Refused("KmsAccessDeniedException", "The key is not there.")

    def encryption(self, given: Members | None) -> Members | None:
        """How it is shown."""
        if given is None:
            return {"type": "AWS_OWNED_KEY"} if self.world.on("defaults-shown") else None
        if given["type"] == "AWS_OWNED_KEY":
            return given
        seconds = {"kmsDataKeyReusePeriodSeconds": 300} if self.world.on("defaults-shown") else {}
        return {**seconds, **given, "kmsKeyId": self.world.key(given["kmsKeyId"])}

    def machine(self, arn: str) -> Machine:
        """A state machine by its own ARN, without a qualifier."""
        self.check_arn(arn, "stateMachine")
        found = self._alive(self.machines.get(arn))
        if found is None:
            raise absent(arn)
        return found

    def _alive(self, machine: Machine | None) -> Machine | None:
        if machine and machine.deleting is not None and time.time() >= machine.deleting:
            self.remove(machine)
            return None
        return machine

    def usable(self, arn: str) -> Machine:
        """A state machine that is not being deleted."""
        machine = self.machine(arn)
        if machine.deleting is not None:
            raise Refused("StateMachineDeleting", f"State Machine is being deleted: '{arn}'")
        return machine

    def remove(self, machine: Machine) -> None:
        self.machines.pop(machine.arn)
        self.tags.pop(machine.arn, None)
        for alias in self.aliases:
            if alias.machine == machine.arn:
                self.aliases.pop(alias.arn)

    def all_machines(self) -> list[Machine]:
        """What a list shows."""
        for machine in self.machines:
            self._alive(machine)
        return self.machines.listed()

    def paged(
        self, things: Sequence[T], sent: Members, size: int = 100
    ) -> tuple[list[T], str | None]:
        def refuse() -> Any:
            raise Refused("InvalidToken", "Invalid Token: 'Invalid token'")

        return paged(
            self.world, things, sent.get("nextToken"), sent.get("maxResults") or size, refuse
        )


def absent(arn: str) -> Refused:
    return Refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
