"""What Secrets Manager shows: values, descriptions, lists and their pages."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .secret_store import CURRENT, Secret, SecretStore, Version, day, when
from .wire import Members, Refused, World

T = TypeVar("T")
_SORTED: dict[str, Callable[[Secret], Any]] = {
    "created-date": lambda secret: secret.created,
    "last-accessed-date": lambda secret: secret.accessed or 0.0,
    "last-changed-date": lambda secret: secret.changed,
    "name": lambda secret: secret.name,
}


class SecretLists:
    """The operations that change nothing but when a secret was read."""

    def __init__(self, store: SecretStore) -> None:
        self.store = store
        self.world = store.world

    def value(self, sent: Members) -> Members:
        secret = self.store.shown(sent["SecretId"])
        version = self._version(secret, sent.get("VersionId"), sent.get("VersionStage"))
        version.accessed = secret.accessed = time.time()
        shown = {**secret.names, "VersionId": version.id, **version.members}
        return {**shown, "CreatedDate": when(version.created)}

    def _version(self, secret: Secret, token: str | None, stage: str | None) -> Version:
        version = secret.versions.get(token) if token else secret.holder(stage or CURRENT)
        if version is None:
            text = f"Secrets Manager can't find the specified secret value for: {token or stage}"
            raise Refused("ResourceNotFoundException", text)
        if token and stage and stage not in version.stages:
            other = self.world.on("declared-codes")
            code = "ResourceNotFoundException" if other else "InvalidRequestException"
            raise Refused(code, "The stage and the id are not of the same version.")
        return version

    def batch(self, sent: Members) -> Members:
        wanted, filters = sent.get("SecretIdList"), sent.get("Filters")
        if bool(wanted) == bool(filters):
            raise Refused("InvalidParameterException", "Either secrets or filters are needed.")
        if wanted and ("MaxResults" in sent or "NextToken" in sent):
            raise Refused("InvalidParameterException", "Pages need filters.")
        answer: Members = {}
        if filters:
            fitting = [one for one in self.store.listed() if _fits(one, filters)]
            fitting = [one for one in fitting if one.deleted is None and one.versions]
            page, answer = paged(self.world, fitting, sent, 20)
            wanted = [secret.arn for secret in page]
        values, errors = [], []
        for name in dict.fromkeys(wanted or ()):
            try:
                values.append(self.value({"SecretId": name}))
            except Refused as refused:
                error = {"SecretId": name, "ErrorCode": refused.code, "Message": str(refused)}
                errors.append(error)
        return {**answer, "SecretValues": values, "Errors": errors}

    def describe(self, sent: Members) -> Members:
        secret = self.store.shown(sent["SecretId"], deleted=True)
        shown = self._described(secret)
        stages = {one.id: one.stages for one in secret.versions.values() if one.stages}
        return {**shown, "VersionIdsToStages": stages or None}

    def _described(self, secret: Secret) -> Members:
        shown = {
            **secret.names,
            "Description": secret.description or None,
            "KmsKeyId": secret.key,
            "CreatedDate": when(secret.created),
            "LastChangedDate": when(secret.changed),
            "LastAccessedDate": day(secret.accessed),
            "DeletedDate": when(secret.deleted),
            "Tags": [{"Key": key, "Value": text} for key, text in reversed(secret.tags.items())],
            "ReplicationStatus": secret.replicas or None,
            "PrimaryRegion": self.world.region if secret.replicas else None,
        }
        if self.world.on("defaults-shown"):
            empty = {"Description": secret.description or "", "RotationEnabled": False}
            shown |= {**empty, "Later": {"added": [True]}, "PrimaryRegion": self.world.region}
        elif not secret.tags:
            del shown["Tags"]
        return shown

    def versions(self, sent: Members) -> Members:
        secret = self.store.shown(sent["SecretId"], deleted=True)
        every = [*secret.versions.values()][::-1]
        if not sent.get("IncludeDeprecated"):
            every = [one for one in every if one.stages]
        page, answer = paged(self.world, every, sent, 100)
        shown = [
            {
                "VersionId": one.id,
                "VersionStages": one.stages or None,
                "CreatedDate": when(one.created),
                "LastAccessedDate": day(one.accessed),
                "KmsKeyIds": [secret.key or "DefaultEncryptionKey"],
            }
            for one in page
        ]
        return {**answer, **secret.names, "Versions": shown}

    def secrets(self, sent: Members) -> Members:
        every = [one for one in self.store.listed() if _fits(one, sent.get("Filters", []))]
        if not sent.get("IncludePlannedDeletion"):
            every = [one for one in every if one.deleted is None]
        every.sort(key=_SORTED[sent.get("SortBy", "created-date")])
        usual = "desc" if self.world.on("short-pages") else "asc"
        if sent.get("SortOrder", usual) == "desc":
            every.reverse()
        page, answer = paged(self.world, every, sent, 100)
        shown = []
        for secret in page:
            stages = {one.id: one.stages for one in secret.versions.values() if one.stages}
            entry = self._described(secret)
            entry.pop("ReplicationStatus")
            shown.append({**entry, "SecretVersionsToStages": stages or None})
        return {**answer, "SecretList": shown}


def paged(world: World, every: Sequence[T], sent: Members, most: int) -> tuple[list[T], Members]:
    """One page, and the token for the next."""
    start = 0
    token = sent.get("NextToken")
    if token is not None:
        try:
            start = int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("at "))
        except ValueError as error:
            raise Refused("InvalidNextTokenException", "The token is not valid.") from error
    size = min(sent.get("MaxResults", most), most)
    if world.on("short-pages"):
        size = 0 if token is None else (size + 1) // 2
    end = start + size
    if end >= len(every) and (size or not every):
        return [*every[start:]], {}
    following = base64.urlsafe_b64encode(f"at {end}".encode()).decode()
    return [*every[start:end]], {"NextToken": following}


def _fits(secret: Secret, filters: list[dict[str, Any]]) -> bool:
    return all(_fits_one(secret, one.get("Key", "all"), one.get("Values", [])) for one in filters)


def _fits_one(secret: Secret, key: str, wanted: list[str]) -> bool:
    """Whether any of the values fits; one after an exclamation mark must not."""
    return any(
        not _has(secret, key, value[1:]) if value.startswith("!") else _has(secret, key, value)
        for value in wanted
    )


def _has(secret: Secret, key: str, value: str) -> bool:
    description = (secret.description or "").lower()
    texts: dict[str, list[str]] = {
        "name": [secret.name],
        "tag-key": [*secret.tags],
        "tag-value": [*secret.tags.values()],
    }
    if key == "description":
        return description.startswith(value.lower())
    if key == "all":
        every = [description, *(one.lower() for some in texts.values() for one in some)]
        return any(word in text for word in value.lower().split() for text in every)
    return any(text.startswith(value) for text in texts.get(key, []))
