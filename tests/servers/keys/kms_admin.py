"""The operations of KMS that manage keys."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from .kms_specs import SYMMETRIC, usages
from .kms_store import Key, KmsStore, Lagging, Rotation, at_most, checked, default_policy, paged
from .policies import checked_policy
from .wire import Members, Moment, Refused

DAY = 86400


def invalid(text: str) -> Refused:
    return Refused("ValidationException", text)


class KmsAdmin:
    """Keys: making, describing, states, rotation, policies, tags."""

    def __init__(self, store: KmsStore) -> None:
        self.store = store
        self.world = store.world
        self.operations: dict[str, Callable[[Members], Members | None]] = {
            "CancelKeyDeletion": self.cancel,
            "CreateKey": self.create,
            "DescribeKey": self.describe,
            "DisableKey": lambda sent: self._turn(sent, on=False),
            "DisableKeyRotation": lambda sent: self._period(sent, None),
            "EnableKey": lambda sent: self._turn(sent, on=True),
            "EnableKeyRotation": lambda s: self._period(s, s.get("RotationPeriodInDays", 365)),
            "GetKeyPolicy": self.get_policy,
            "GetKeyRotationStatus": self.rotation,
            "ListKeyPolicies": self.policies,
            "ListKeyRotations": self.rotations,
            "ListKeys": self.keys,
            "ListResourceTags": self.tags,
            "PutKeyPolicy": self.put_policy,
            "RotateKeyOnDemand": self.rotate,
            "ScheduleKeyDeletion": self.schedule,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "UpdateKeyDescription": self.redescribe,
        }

    def create(self, sent: Members) -> Members:
        if "KeySpec" in sent and "CustomerMasterKeySpec" in sent:
            raise invalid("KeySpec and CustomerMasterKeySpec are the same.")
        spec = sent.get("KeySpec") or sent.get("CustomerMasterKeySpec") or SYMMETRIC
        origin = sent.get("Origin", "AWS_KMS")
        able = usages(spec)
        if not able:
            raise Refused("UnsupportedOperationException", f"{spec} is not offered here.")
        usage = sent.get("KeyUsage", "ENCRYPT_DECRYPT")
        if usage not in able or ("KeyUsage" not in sent and spec != SYMMETRIC):
            raise invalid(f"The usage {usage} does not go with {spec}.")
        if "CustomKeyStoreId" in sent:
            raise Refused("CustomKeyStoreNotFoundException", "There is no such key store.")
        if origin in {"AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"} or "XksKeyId" in sent:
            raise invalid("A key store is needed.")
        policy = default_policy(self.world)
        if "Policy" in sent:
            policy = self._policy(sent)
        key = self.store.make(
            spec,
            usage,
            sent.get("Description", ""),
            policy=policy,
            origin=origin,
            state="PendingImport" if origin == "EXTERNAL" else "Enabled",
            multi=sent.get("MultiRegion", False),
            tags=Lagging(self.world, _tags(sent.get("Tags", []), {})),
        )
        return {"KeyMetadata": key.metadata(self.world)}

    def describe(self, sent: Members) -> Members:
        return {"KeyMetadata": self.store.used(sent["KeyId"]).metadata(self.world)}

    def _turn(self, sent: Members, *, on: bool) -> None:
        key = self.store.own(sent["KeyId"])
        if key.state == "PendingImport":
            raise Refused("KMSInvalidStateException", f"{key.arn} is pending import.")
        checked(key, enabled=False)
        key.state = "Enabled" if on else "Disabled"
        key.enabled.set(on)

    def schedule(self, sent: Members) -> Members:
        days = sent.get("PendingWindowInDays", 30)
        if not 7 <= days <= 30:
            raise invalid("The waiting period is of 7 to 30 days.")
        key = checked(self.store.own(sent["KeyId"]), enabled=False)
        key.state, key.window = "PendingDeletion", days
        key.enabled.set(False)
        key.deletion = time.time() + days * DAY
        answer = {"KeyId": key.arn, "DeletionDate": Moment(key.deletion)}
        return {**answer, "KeyState": key.state, "PendingWindowInDays": days}

    def cancel(self, sent: Members) -> Members:
        key = self.store.own(sent["KeyId"])
        if key.state != "PendingDeletion":
            raise Refused("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
        key.state = "Disabled" if key.materials else "PendingImport"
        key.deletion = None
        key.enabled = Lagging(self.world, False)
        return {"KeyId": key.arn}

    def redescribe(self, sent: Members) -> None:
        key = checked(self.store.own(sent["KeyId"]), enabled=False)
        key.description = sent["Description"]

    def _rotating(self, sent: Members) -> Key:
        key = self.store.key(sent["KeyId"])
        if key.spec != SYMMETRIC or key.origin != "AWS_KMS":
            raise Refused("UnsupportedOperationException", f"{key.arn} is not rotated.")
        return key

    def _period(self, sent: Members, days: int | None) -> None:
        checked(self._rotating(sent))
        key = self.store.own(sent["KeyId"])
        key.period, key.rotates_from = days, time.time()

    def rotation(self, sent: Members) -> Members:
        key = checked(self._rotating(sent), enabled=False)
        answer: Members = {"KeyId": key.arn, "KeyRotationEnabled": key.period is not None}
        if key.period is not None:
            answer["RotationPeriodInDays"] = key.period
            answer["NextRotationDate"] = Moment(key.rotates_from + key.period * DAY)
        running = [one for one in key.rotations if one.done > time.time()]
        if running:
            answer["OnDemandRotationStartDate"] = Moment(running[-1].started)
        return answer

    def rotate(self, sent: Members) -> Members:
        key = checked(self._rotating(sent))
        self.store.own(sent["KeyId"])
        now = time.time()
        if any(one.done > now for one in key.rotations):
            raise Refused("ConflictException", "A rotation is in progress.")
        if len(key.rotations) >= 25:
            raise Refused("LimitExceededException", "25 rotations on demand are allowed.")
        key.renew()
        key.rotations.append(Rotation(now, now + self.world.delay))
        return {"KeyId": key.arn}

    def rotations(self, sent: Members) -> Members:
        key = checked(self._rotating(sent), enabled=False)
        shown: list[Members] = []
        for name, one in zip(key.names[1:], key.rotations, strict=True):
            if one.done <= time.time():
                dates = {"RotationDate": Moment(one.done), "RotationType": "ON_DEMAND"}
                shown.append({"KeyId": key.arn, "KeyMaterialId": name, **dates})
        if sent.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL":
            shown.insert(0, {"KeyId": key.arn, "KeyMaterialId": key.names[0]})
        return paged(self.world, "Rotations", shown[::-1], sent, 100)

    def get_policy(self, sent: Members) -> Members:
        key = self.store.key(sent["KeyId"])
        if sent.get("PolicyName", "default") != "default":
            raise Refused("NotFoundException", "No such policy exists.")
        return {"Policy": key.policy, "PolicyName": "default"}

    def put_policy(self, sent: Members) -> None:
        key = self.store.own(sent["KeyId"])
        if sent.get("PolicyName", "default") != "default":
            raise Refused("NotFoundException", "No such policy exists.")
        key.policy = self._policy(sent)

    def _policy(self, sent: Members) -> str:
        policy = checked_policy(sent["Policy"], resource=False)
        allowed = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
        actions = json.dumps([one.get("Action", "") for one in allowed])
        manages = any(name in actions for name in ("kms:*", "kms:Put*", "kms:PutKeyPolicy", '"*"'))
        if not manages and not sent.get("BypassPolicyLockoutSafetyCheck"):
            text = "The new key policy will not allow you to update the key policy in the future."
            raise Refused("MalformedPolicyDocumentException", text)
        return json.dumps(policy, indent=2)

    def policies(self, sent: Members) -> Members:
        self.store.key(sent["KeyId"])
        return paged(self.world, "PolicyNames", ["default"], sent, 100)

    def keys(self, sent: Members) -> Members:
        seen = [*self.store.keys.seen.values()]
        if "SELF" not in sent.get("ResourceOwners", ["SELF"]):
            seen = []
        return paged(
            self.world, "Keys", [{"KeyId": one.id, "KeyArn": one.arn} for one in seen], sent, 100
        )

    def tags(self, sent: Members) -> Members:
        at_most(sent, 50)
        tags = self.store.key(sent["KeyId"]).tags.seen
        shown = [{"TagKey": key, "TagValue": value} for key, value in reversed(tags.items())]
        return paged(self.world, "Tags", shown, sent, 50)

    def tag(self, sent: Members) -> None:
        key = checked(self.store.own(sent["KeyId"]), enabled=False)
        key.tags.set(_tags(sent["Tags"], key.tags.now))

    def untag(self, sent: Members) -> None:
        key = checked(self.store.own(sent["KeyId"]), enabled=False)
        left = {name: text for name, text in key.tags.now.items() if name not in sent["TagKeys"]}
        key.tags.set(left)


def _tags(sent: list[Members], known: dict[str, str]) -> dict[str, str]:
    names = [tag["TagKey"] for tag in sent]
    if len({*names}) < len(names) or any(name.lower().startswith("aws:") for name in names):
        raise Refused("TagException", "Each key once, and none of AWS.")
    tags = {**known, **{tag["TagKey"]: tag["TagValue"] for tag in sent}}
    if len(tags) > 50:
        raise Refused("LimitExceededException", "At most 50 tags.")
    return tags
