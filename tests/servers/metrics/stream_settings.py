"""Kinesis: the settings of streams, and what may be done with them."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.cloud.world import Members, Operation, Store, operations_of, pairs
from tests.servers.keys.wire import Refused

from .streams import FIRST, HASHES, METRICS, Shelf, checked_tags, invalid


def _short(hours: int, known: int) -> str:
    asked = f"Requested retention period ({hours} hours)"
    return f"{asked} can not be shorter than existing retention period ({known} hours)."


def _long(hours: int, known: int) -> str:
    asked = f"Requested retention period ({hours} hours)"
    return f"{asked} can not be longer than existing retention period ({known} hours)."


class Settings:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("kinesis", self)

    def _keep(self, sent: Members, hours: int) -> None:
        self.shelf.change(self.shelf.active(sent), retention=hours, changed=self.world.now())

    def increase_stream_retention_period(self, sent: Members) -> None:
        stream, hours = self.shelf.active(sent), sent["RetentionPeriodHours"]
        if hours < stream["retention"]:
            raise invalid(_short(hours, stream["retention"]))
        if hours > 8760:
            raise invalid("Maximum allowed retention period is 8760 hours.")
        self._keep(sent, hours)

    def decrease_stream_retention_period(self, sent: Members) -> None:
        stream, hours = self.shelf.active(sent), sent["RetentionPeriodHours"]
        if hours < 24:
            raise invalid("Minimum allowed retention period is 24 hours.")
        if hours > stream["retention"]:
            raise invalid(_long(hours, stream["retention"]))
        self._keep(sent, hours)

    def _metrics(self, sent: Members, *, wanted: bool) -> Members:
        stream = self.shelf.active(sent)
        named = METRICS if "ALL" in sent["ShardLevelMetrics"] else sent["ShardLevelMetrics"]
        before = stream["metrics"]
        kept = [one for one in METRICS if one in before or one in named]
        after = kept if wanted else [one for one in before if one not in named]
        self.shelf.change(stream, metrics=after, changed=self.world.now())
        return {
            "StreamName": stream["name"],
            "StreamARN": self.shelf.arn(stream["name"]),
            "CurrentShardLevelMetrics": before,
            "DesiredShardLevelMetrics": after,
        }

    def enable_enhanced_monitoring(self, sent: Members) -> Members:
        return self._metrics(sent, wanted=True)

    def disable_enhanced_monitoring(self, sent: Members) -> Members:
        return self._metrics(sent, wanted=False)

    def start_stream_encryption(self, sent: Members) -> None:
        stream = self.shelf.active(sent)
        if sent["EncryptionType"] != "KMS":
            raise invalid("Encryption type must be KMS.")
        key = sent["KeyId"]
        if key.startswith("arn:") and ":kms:" not in key:
            raise invalid("The key is not a key of KMS.")
        self.shelf.change(stream, encryption="KMS", key=key, changed=self.world.now())

    def stop_stream_encryption(self, sent: Members) -> None:
        stream = self.shelf.active(sent)
        if sent["EncryptionType"] != "KMS":
            raise invalid("Encryption type must be KMS.")
        self.shelf.change(stream, encryption="NONE", key=None, changed=self.world.now())

    def update_stream_mode(self, sent: Members) -> None:
        stream, mode = self.shelf.active(sent), sent["StreamModeDetails"]["StreamMode"]
        if mode == stream["mode"]:
            raise invalid(f"The stream is already in the mode {mode}.")
        if mode == "PROVISIONED" and "WarmThroughputMiBps" in sent:
            raise invalid("Warm throughput is for ON_DEMAND streams.")
        changes = {"warm": sent.get("WarmThroughputMiBps", 4), "changed": self.world.now()}
        self.shelf.change(stream, mode=mode, **changes)

    def update_max_record_size(self, sent: Members) -> None:
        stream = self.shelf.active(sent)
        changes = {"size": sent["MaxRecordSizeInKiB"], "changed": self.world.now()}
        self.shelf.change(stream, **changes)

    def update_stream_warm_throughput(self, sent: Members) -> Members:
        stream = self.shelf.active(sent)
        if stream["mode"] != "ON_DEMAND":
            raise Refused("ValidationException", "Warm throughput is for ON_DEMAND streams.")
        before, warm = stream["warm"], sent["WarmThroughputMiBps"]
        self.shelf.change(stream, warm=warm, changed=self.world.now())
        return {
            "StreamARN": self.shelf.arn(stream["name"]),
            "StreamName": stream["name"],
            "WarmThroughput": {"TargetMiBps": warm, "CurrentMiBps": before},
        }

    def _provisioned(self, sent: Members) -> Members:
        stream = self.shelf.active(sent)
        if stream["mode"] != "PROVISIONED":
            text = "Request is invalid. Resharding is not supported for ON_DEMAND streams."
            raise Refused("ValidationException", text)
        return stream

    def _reshard(self, stream: Members, gone: list[Members], new: list[Members]) -> None:
        for shard in gone:
            ends = str(FIRST + 10**12 + stream["count"])
            shard["SequenceNumberRange"]["EndingSequenceNumber"] = ends
        kept = {one["ShardId"]: one for one in [*stream["shards"], *gone, *new]}
        count = stream["count"] + len(new)
        changes = {"shards": [*kept.values()], "count": count, "changed": self.world.now()}
        self.shelf.change(stream, **changes)

    def update_shard_count(self, sent: Members) -> Members:
        stream, target = self._provisioned(sent), sent["TargetShardCount"]
        there = self.shelf.open(stream)
        current = len(there)
        if target > 2 * current or target < current / 2:
            raise invalid(f"Cannot go from {current} to {target} shards in one step.")
        if target > 500:
            raise Refused("LimitExceededException", "The limit of shards would be exceeded.")
        new = [
            self.shelf.shard(
                stream["count"] + at,
                HASHES * at // target,
                HASHES * (at + 1) // target - 1,
                there[at * current // target]["ShardId"],
            )
            for at in range(target)
        ]
        self._reshard(stream, there, new)
        return {
            "StreamName": stream["name"],
            "StreamARN": self.shelf.arn(stream["name"]),
            "CurrentShardCount": current,
            "TargetShardCount": target,
        }

    def _shard(self, stream: Members, identity: str) -> Members:
        found = [one for one in stream["shards"] if one["ShardId"] == identity]
        if not found:
            text = f"Could not find shard {identity} in stream {stream['name']}"
            raise Refused("ResourceNotFoundException", text)
        if found[0] not in self.shelf.open(stream):
            raise invalid(f"Shard {identity} has already been merged or split.")
        return dict(found[0])

    def split_shard(self, sent: Members) -> None:
        stream = self._provisioned(sent)
        shard, key = self._shard(stream, sent["ShardToSplit"]), int(sent["NewStartingHashKey"])
        first, last = (int(one) for one in shard["HashKeyRange"].values())
        if not first + 1 < key < last:
            raise invalid(f"NewStartingHashKey {key} is not within the range of the shard.")
        parent, count = shard["ShardId"], stream["count"]
        lower = self.shelf.shard(count, first, key - 1, parent)
        self._reshard(stream, [shard], [lower, self.shelf.shard(count + 1, key, last, parent)])

    def merge_shards(self, sent: Members) -> None:
        stream = self._provisioned(sent)
        one = self._shard(stream, sent["ShardToMerge"])
        other = self._shard(stream, sent["AdjacentShardToMerge"])
        low, high = sorted((one, other), key=lambda of: int(of["HashKeyRange"]["StartingHashKey"]))
        end, start = low["HashKeyRange"]["EndingHashKey"], high["HashKeyRange"]["StartingHashKey"]
        if int(end) + 1 != int(start):
            raise invalid("The shards are not adjacent.")
        first = int(low["HashKeyRange"]["StartingHashKey"])
        last = int(high["HashKeyRange"]["EndingHashKey"])
        new = self.shelf.shard(stream["count"], first, last, one["ShardId"], other["ShardId"])
        self._reshard(stream, [one, other], [new])

    def _resource(self, arn: str, *, seen: bool = False) -> tuple[Store, str, Members]:
        """A stream or a consumer by its ARN."""
        if "/consumer/" in arn:
            found = self.shelf.consumers.found(arn, seen=seen)
            if found is None:
                raise Refused("ResourceNotFoundException", f"Consumer {arn} not found.")
            return self.shelf.consumers, arn, found
        if ":stream/" not in arn:
            raise Refused("ResourceNotFoundException", f"{arn} not found.")
        name = self.shelf.name({"StreamARN": arn})
        return self.shelf.streams, name, self.shelf.there(name, seen=seen)

    def tag_resource(self, sent: Members) -> None:
        store, key, found = self._resource(sent["ResourceARN"])
        store.put(key, {**found, "tags": checked_tags(sent["Tags"], found["tags"])})

    def untag_resource(self, sent: Members) -> None:
        store, key, found = self._resource(sent["ResourceARN"])
        left = {name: of for name, of in found["tags"].items() if name not in sent["TagKeys"]}
        store.put(key, {**found, "tags": left})

    def list_tags_for_resource(self, sent: Members) -> Members:
        found = self._resource(sent["ResourceARN"], seen=True)[2]
        return {"Tags": pairs(self.world, found["tags"])}

    def put_resource_policy(self, sent: Members) -> None:
        store, key, found = self._resource(sent["ResourceARN"])
        policy = parsed(sent["Policy"])
        self._check(policy, sent["ResourceARN"])
        store.put(key, {**found, "policy": sent["Policy"]})

    def _check(self, policy: Any, arn: str) -> None:
        statements = policy.get("Statement") if isinstance(policy, dict) else None
        statements = [statements] if isinstance(statements, dict) else statements
        if not isinstance(statements, list) or not statements:
            raise invalid("Policy is not valid.")
        for one in statements:
            if not isinstance(one, dict) or one.get("Effect") not in {"Allow", "Deny"}:
                raise invalid("Policy is not valid.")
            if not {"Principal", "Action", "Resource"} <= one.keys():
                raise invalid("Policy is not valid.")
            if not self.world.on("unchecked") and one["Resource"] not in (arn, [arn]):
                raise invalid("The policy is about another resource.")

    def get_resource_policy(self, sent: Members) -> Members:
        policy = self._resource(sent["ResourceARN"], seen=True)[2]["policy"] or "{}"
        if self.world.on("reserialised"):
            policy = json.dumps(json.loads(policy), indent=1)
        return {"Policy": policy}

    def delete_resource_policy(self, sent: Members) -> None:
        store, key, found = self._resource(sent["ResourceARN"])
        if found["policy"] is None and not self.world.on("lenient"):
            raise Refused("ResourceNotFoundException", "No resource policy found.")
        store.put(key, {**found, "policy": None})


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid("Policy is not JSON.") from error
