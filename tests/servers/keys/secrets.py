"""The operations of Secrets Manager on one secret."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from .passwords import password
from .policies import checked_policy, is_public, normal
from .secret_lists import SecretLists
from .secret_store import (
    CURRENT,
    DAY,
    Secret,
    SecretStore,
    add_version,
    same_version,
    when,
)
from .wire import Members, Refused, World

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")


def invalid(text: str) -> Refused:
    return Refused("InvalidParameterException", text)


class Secrets:
    """Secrets Manager."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = SecretStore(world)
        lists = SecretLists(self.store)
        self.operations: dict[str, Callable[[Members], Members | None]] = {
            "BatchGetSecretValue": lists.batch,
            "CreateSecret": self.create,
            "DeleteResourcePolicy": self.delete_policy,
            "DeleteSecret": self.delete,
            "DescribeSecret": lists.describe,
            "GetRandomPassword": password,
            "GetResourcePolicy": self.get_policy,
            "GetSecretValue": lists.value,
            "ListSecretVersionIds": lists.versions,
            "ListSecrets": lists.secrets,
            "PutResourcePolicy": self.put_policy,
            "PutSecretValue": self.put,
            "RestoreSecret": self.restore,
            "RotateSecret": self.rotate,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "UpdateSecret": self.update,
            "UpdateSecretVersionStage": self.stage,
        }

    def create(self, sent: Members) -> Members:
        name = sent["Name"]
        if not _NAME.fullmatch(name):
            raise Refused("ValidationException", "Invalid name.")
        if "Type" in sent or "CrossAccountPrimaryARN" in sent:
            raise invalid("No partner or primary secret of this name is known.")
        value = _value(sent)
        token = sent.get("ClientRequestToken") or str(uuid.uuid4())
        there = self.store.named(name)
        if there is not None:
            return self._again(there, token, value)
        tags = _tags(sent.get("Tags", []))
        secret = self.store.make(name, sent.get("Description"), sent.get("KmsKeyId") or None, tags)
        for replica in sent.get("AddReplicaRegions", []):
            if replica["Region"] == self.world.region:
                self.store.drop(secret)
                raise invalid("A secret is not replicated to its own Region.")
            secret.replicas.append({"Region": replica["Region"], "Status": "InProgress"})
        answer = secret.names
        if value is not None:
            answer["VersionId"] = add_version(secret, token, value, [CURRENT]).id
        if secret.replicas:
            answer["ReplicationStatus"] = secret.replicas
        self.store.changed(secret)
        return answer

    def _again(self, secret: Secret, token: str, value: str | bytes | None) -> Members:
        """A name that is taken: only the very request that made it is taken again."""
        if secret.deleted is not None:
            text = "A secret with this name is already scheduled for deletion."
            raise Refused("InvalidRequestException", text)
        if value is not None and token in secret.versions and same_version(secret, token, value):
            return {**secret.names, "VersionId": token}
        raise Refused("ResourceExistsException", f"The secret {secret.name} already exists.")

    def put(self, sent: Members) -> Members:
        value = _value(sent)
        secret = self.store.usable(sent["SecretId"])
        if value is None:
            code = "InvalidRequestException"
            if self.world.on("declared-codes"):
                code = "InvalidParameterException"
            raise Refused(code, "You must provide either SecretString or SecretBinary.")
        token = sent.get("ClientRequestToken") or str(uuid.uuid4())
        version = same_version(secret, token, value)
        if version is None:
            version = add_version(secret, token, value, sent.get("VersionStages", [CURRENT]))
            self.store.changed(secret)
        answer = {**secret.names, "VersionId": token}
        return {**answer, "VersionStages": version.stages[::-1]}

    def update(self, sent: Members) -> Members:
        value = _value(sent)
        if "Type" in sent:
            raise invalid("No partner of this name is known.")
        secret = self.store.usable(sent["SecretId"])
        answer = secret.names
        if value is not None:
            token = sent.get("ClientRequestToken") or str(uuid.uuid4())
            there = self.world.on("declared-codes") and same_version(secret, token, value)
            if token in secret.versions and not there:
                text = "You can't modify an existing version, you can only create a new one."
                raise Refused("ResourceExistsException", text)
            if not there:
                add_version(secret, token, value, [CURRENT])
            answer["VersionId"] = token
        if "Description" in sent:
            secret.description = sent["Description"]
        if "KmsKeyId" in sent:
            secret.key = sent["KmsKeyId"] or None
        self.store.changed(secret)
        return answer

    def stage(self, sent: Members) -> Members:
        secret = self.store.usable(sent["SecretId"])
        label = sent["VersionStage"]
        leaves, goes = sent.get("RemoveFromVersionId"), sent.get("MoveToVersionId")
        if leaves is None and goes is None:
            raise invalid("A version to move the label to, or to remove it from, is needed.")
        for version in (leaves, goes):
            if version is not None and version not in secret.versions:
                text = "Secrets Manager can't find the specified secret version."
                raise Refused("ResourceNotFoundException", text)
        holder = secret.holder(label)
        if holder is not None and holder.id not in {leaves, goes}:
            raise self._other(f"The label {label} is on another version, {holder.id}.")
        if leaves is not None and (holder is None or holder.id != leaves):
            raise self._other(f"The label {label} is not on version {leaves}.")
        if goes is not None:
            if holder is None or holder.id != goes:
                secret.attach(secret.versions[goes], [label])
        elif label == CURRENT:
            raise self._other(f"{CURRENT} can be moved, and not removed.")
        else:
            secret.detach(label)
        self.store.changed(secret)
        return secret.names

    def _other(self, text: str) -> Refused:
        """What an operation refuses without saying with which of its errors."""
        other = self.world.on("declared-codes")
        return Refused("InvalidRequestException", text) if other else invalid(text)

    def delete(self, sent: Members) -> Members:
        days, force = sent.get("RecoveryWindowInDays"), sent.get("ForceDeleteWithoutRecovery")
        if days is not None and force:
            raise invalid("You can't use both a recovery window and no recovery.")
        if days is not None and not 7 <= days <= 30:
            raise invalid("The recovery window is of 7 to 30 days.")
        now = time.time()
        secret = self.store.found(sent["SecretId"])
        if secret is None and force:
            wanted = sent["SecretId"]
            arn = self.world.arn("secretsmanager", f"secret:{wanted}-Xy12Zz")
            arn = wanted if wanted.startswith("arn:") else arn
            name = wanted.rsplit(":", 1)[-1]
            return {"ARN": arn, "Name": name, "DeletionDate": when(now)}
        secret = self.store.usable(sent["SecretId"], deleted=bool(force))
        if secret.replicas:
            text = "A primary secret that has replicas can't be deleted."
            raise Refused("InvalidRequestException", text)
        secret.deleted = now if force else now + (days or 30) * DAY
        if force:
            secret.gone = now + self.world.delay
        self.store.changed(secret)
        return {**secret.names, "DeletionDate": when(secret.deleted)}

    def restore(self, sent: Members) -> Members:
        secret = self.store.usable(sent["SecretId"], deleted=True)
        if secret.gone is not None:
            raise Refused("ResourceNotFoundException", "The secret is being deleted.")
        if secret.deleted is None and self.world.on("declared-codes"):
            raise Refused("InvalidRequestException", "The secret is not scheduled for deletion.")
        secret.deleted = None
        self.store.changed(secret)
        return secret.names

    def rotate(self, sent: Members) -> Members:
        self.store.usable(sent["SecretId"])
        rules = sent.get("RotationRules", {})
        if {"AutomaticallyAfterDays", "ScheduleExpression"} <= rules.keys():
            raise invalid("Either days or a schedule, and not both.")
        function = sent.get("RotationLambdaARN")
        if not function:
            text = "No Lambda rotation function ARN is associated with this secret."
            raise Refused("InvalidRequestException", text)
        if not re.fullmatch(r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:.+", function):
            raise invalid("This is no ARN of a function.")
        raise Refused("ResourceNotFoundException", "The specified Lambda function is not there.")

    def tag(self, sent: Members) -> None:
        tags = _tags(sent["Tags"])
        secret = self.store.usable(sent["SecretId"])
        secret.tags.update(tags)
        self.store.changed(secret)

    def untag(self, sent: Members) -> None:
        secret = self.store.usable(sent["SecretId"])
        for key in sent["TagKeys"]:
            secret.tags.pop(key, None)
        self.store.changed(secret)

    def put_policy(self, sent: Members) -> Members:
        if sent.get("PolicyName", "default") != "default":
            raise invalid("Only the default policy can be attached.")
        secret = self.store.usable(sent["SecretId"])
        policy = checked_policy(sent["ResourcePolicy"], resource=True)
        if sent.get("BlockPublicPolicy") and is_public(policy):
            raise Refused("PublicPolicyException", "The policy grants public access.")
        secret.policy = normal(policy)
        self.store.changed(secret)
        return self._of_policy(secret)

    def get_policy(self, sent: Members) -> Members:
        if sent.get("PolicyName", "default") != "default":
            raise Refused("ResourceNotFoundException", "There is no policy of this name.")
        secret = self.store.usable(sent["SecretId"])
        return {**self._of_policy(secret), "ResourcePolicy": secret.policy}

    def delete_policy(self, sent: Members) -> Members:
        if sent.get("PolicyName", "default") != "default":
            raise invalid("Only the default policy can be deleted.")
        secret = self.store.usable(sent["SecretId"])
        secret.policy = None
        self.store.changed(secret)
        return self._of_policy(secret)

    def _of_policy(self, secret: Secret) -> Members:
        if self.world.on("short-pages"):
            return secret.names
        return {**secret.names, "PolicyName": "default"}


def _value(sent: Members) -> str | bytes | None:
    """The value that a request has, if it has one."""
    if "SecretString" in sent and "SecretBinary" in sent:
        raise invalid("You can't specify both a binary value and a string value.")
    if "SecretBinary" in sent:
        return bytes(sent["SecretBinary"])
    value: str | None = sent.get("SecretString")
    return value


def _tags(sent: list[dict[str, Any]]) -> dict[str, str]:
    if any("Key" not in tag for tag in sent):
        raise invalid("A tag has a key.")
    if any(tag["Key"].lower().startswith("aws:") for tag in sent):
        raise invalid("Keys that begin with aws: are AWS's.")
    tags = {tag["Key"]: tag.get("Value", "") for tag in sent}
    if len(tags) < len(sent) or len(tags) > 50:
        raise invalid("At most 50 tags, each with a key of its own.")
    return tags
