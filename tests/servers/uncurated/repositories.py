"""Repositories of a registry, their settings and their tags."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.servers.keys.wire import Members, Refused

from .readings import World
from .service import Operation
from .shelf import Shelf, in_any_order, paged

T = TypeVar("T")


@dataclass
class Image:
    digest: str
    manifest: str
    media_type: str
    pushed: float
    tags: list[str] = field(default_factory=list)


@dataclass
class Repository:
    """A repository with all that is in it."""

    name: str
    made: float
    mutability: str = "MUTABLE"
    exclusions: list[Members] | None = None
    scanning: Members = field(default_factory=lambda: {"scanOnPush": False})
    encryption: Members = field(default_factory=lambda: {"encryptionType": "AES256"})
    tags: dict[str, str] = field(default_factory=dict)
    policy: str | None = None
    lifecycle: str | None = None
    images: dict[str, Image] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)


class Repositories:
    """The operations on repositories; `tag_list` says in which order tags are."""

    def __init__(
        self, world: World, tag_list: Callable[[dict[str, str], str, str], list[Members]]
    ) -> None:
        self.world = world
        self.all: Shelf[Repository] = Shelf(world)
        self._tag_list = tag_list
        self.operations: dict[str, Operation] = {
            "CreateRepository": self.create,
            "DeleteRepository": self.delete,
            "DescribeRepositories": self.describe,
            "PutImageTagMutability": self.mutability,
            "PutImageScanningConfiguration": self.scanning,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.tags,
        }

    def arn(self, name: str) -> str:
        return self.world.arn("ecr", f"repository/{name}")

    def found(self, sent: Members) -> Repository:
        """The repository of a request, which may be of another registry."""
        name, account = sent["repositoryName"], sent.get("registryId", self.world.account)
        found = self.all.get(name) if account == self.world.account else None
        if found is None:
            text = f"The repository with name '{name}' does not exist in registry {account}"
            raise Refused("RepositoryNotFoundException", text)
        return found

    def _own(self, sent: Members) -> None:
        if sent.get("registryId", self.world.account) != self.world.account:
            raise Refused("AccessDeniedException", "Nothing of another registry may be touched.")

    def names(self, one: Repository) -> Members:
        return {"registryId": self.world.account, "repositoryName": one.name}

    def create(self, sent: Members) -> Members:
        self._own(sent)
        name = sent["repositoryName"]
        tags = self._checked(sent.get("tags", []))
        mutability = sent.get("imageTagMutability", "MUTABLE")
        exclusions = self._exclusions(mutability, sent)
        encryption = {"encryptionType": "AES256", **sent.get("encryptionConfiguration", {})}
        if encryption["encryptionType"] == "AES256" and "kmsKey" in encryption:
            raise invalid("encryptionConfiguration", "must have no key for AES256")
        if "kmsKey" in encryption and self.world.on("unreachable"):
            raise Refused("KmsException", "The key is not there.")
        if name in self.all:
            text = f"The repository with name '{name}' already exists in the registry"
            raise Refused("RepositoryAlreadyExistsException", text)
        if encryption["encryptionType"] != "AES256":
            key = encryption.get("kmsKey", "8d5c3e2a-0f6b-4c63-9d43-1f6f0c8b7a10")
            default = self.world.arn("kms", f"key/{key}") if "kmsKey" not in encryption else key
            encryption["kmsKey"] = self.world.key(default)
        made = Repository(
            name, time.time(), mutability, exclusions, encryption=encryption, tags=tags
        )
        made.scanning |= sent.get("imageScanningConfiguration", {})
        self.all.put(name, made)
        return {"repository": self._shown(made)}

    def _shown(self, one: Repository) -> Members:
        suffix = ".cn" if self.world.on("other-partition") else ""
        host = f"{self.world.account}.dkr.ecr.{self.world.region}.amazonaws.com{suffix}"
        return {
            "repositoryArn": self.arn(one.name),
            **self.names(one),
            "repositoryUri": f"{host}/{one.name}",
            "createdAt": one.made,
            "imageTagMutability": one.mutability,
            "imageTagMutabilityExclusionFilters": one.exclusions,
            "imageScanningConfiguration": one.scanning,
            "encryptionConfiguration": one.encryption,
        }

    def delete(self, sent: Members) -> Members:
        one = self.found(sent)
        if one.images and not sent.get("force"):
            text = f"The repository with name '{one.name}' still contains images"
            raise Refused("RepositoryNotEmptyException", text)
        self.all.pop(one.name)
        shown = self._shown(one)
        kept = {"repositoryArn", "registryId", "repositoryName", "repositoryUri", "createdAt",
                "imageTagMutability"}  # fmt: skip
        if not self.world.on("defaults-shown"):
            shown = {name: shown[name] for name in shown if name in kept}
        return {"repository": shown}

    def describe(self, sent: Members) -> Members:
        names = sent.get("repositoryNames")
        if names:
            if {"nextToken", "maxResults"} & sent.keys():
                raise invalid("repositoryNames", "must stand alone, without pages")
            found = [self.found({**sent, "repositoryName": name}) for name in dict.fromkeys(names)]
            shown = [self._shown(one) for one in in_any_order(self.world, found)]
            return {"repositories": shown}
        self._own(sent)
        page, token = self.paged(in_any_order(self.world, self.all.listed()), sent)
        return {"repositories": [self._shown(one) for one in page], "nextToken": token}

    def paged(
        self, things: Sequence[T], sent: Members, size: int = 100
    ) -> tuple[list[T], str | None]:
        def refuse() -> None:
            raise invalid("nextToken", "must be a token")

        return paged(
            self.world, things, sent.get("nextToken"), sent.get("maxResults", size), refuse
        )

    def _exclusions(self, mutability: str, sent: Members) -> list[Members] | None:
        filters: list[Members] | None = sent.get("imageTagMutabilityExclusionFilters")
        if mutability.endswith("_WITH_EXCLUSION") != bool(filters):
            where = "imageTagMutabilityExclusionFilters"
            raise invalid(where, "must be there for a mutability with exclusion, and only then")
        if filters and any(one["filter"].count("*") > 2 for one in filters):
            raise invalid("imageTagMutabilityExclusionFilters", "must have two wildcards at most")
        return filters

    def mutability(self, sent: Members) -> Members:
        one = self.found(sent)
        exclusions = self._exclusions(sent["imageTagMutability"], sent)
        one.mutability, one.exclusions = sent["imageTagMutability"], exclusions
        self.all.put(one.name, one)
        shown = {**self.names(one), "imageTagMutability": one.mutability}
        return shown | {"imageTagMutabilityExclusionFilters": exclusions}

    def scanning(self, sent: Members) -> Members:
        one = self.found(sent)
        one.scanning = {"scanOnPush": False} | sent["imageScanningConfiguration"]
        self.all.put(one.name, one)
        return {**self.names(one), "imageScanningConfiguration": one.scanning}

    def _checked(self, tags: Sequence[Members]) -> dict[str, str]:
        found = {tag["Key"]: tag["Value"] for tag in tags}
        if len(found) > 50:
            raise Refused("TooManyTagsException", "A repository has at most 50 tags.")
        long = any(not 0 < len(key) <= 128 or len(text) > 256 for key, text in found.items())
        reserved = any(key.lower().startswith("aws:") for key in found)
        if long or reserved or len(found) < len(tags):
            raise Refused("InvalidTagParameterException", "A tag is invalid.")
        return found

    def _at(self, arn: str) -> Repository:
        if not arn.startswith("arn:") or ":repository/" not in arn:
            raise invalid("resourceArn", "must be the ARN of a repository")
        name = arn.partition(":repository/")[2]
        if self.arn(name) != arn:
            name = ""
        return self.found({"repositoryName": name})

    def tag(self, sent: Members) -> Members:
        one = self._at(sent["resourceArn"])
        tags = one.tags | self._checked(sent["tags"])
        if len(tags) > 50:
            raise Refused("TooManyTagsException", "A repository has at most 50 tags.")
        one.tags = tags
        self.all.put(one.name, one)
        return {}

    def untag(self, sent: Members) -> Members:
        one = self._at(sent["resourceArn"])
        one.tags = {key: text for key, text in one.tags.items() if key not in sent["tagKeys"]}
        self.all.put(one.name, one)
        return {}

    def tags(self, sent: Members) -> Members:
        return {"tags": self._tag_list(self._at(sent["resourceArn"]).tags, "Key", "Value")}


def invalid(where: str, why: str) -> Refused:
    text = f"Invalid parameter at '{where}' failed to satisfy constraint: '{why}'"
    return Refused("InvalidParameterException", text)
