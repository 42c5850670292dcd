"""Kinesis: what its parts share, and the operations on whole streams."""

from __future__ import annotations

from typing import Any

from tests.servers.cloud.world import Members, Operation, Store, World, operations_of, page
from tests.servers.keys.wire import Refused

HASHES = 2**128
FIRST = 49600000000000000000000000000000000000000000000000000000
METRICS = (
    "IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords",
    "WriteProvisionedThroughputExceeded", "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
)  # fmt: skip


def invalid(text: str) -> Refused:
    return Refused("InvalidArgumentException", text)


class Shelf:
    """What is kept of the service, and what its parts share."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.streams, self.consumers = Store(world), Store(world)
        self.records: dict[str, list[Members]] = {}

    def arn(self, name: str) -> str:
        return self.world.arn("kinesis", f"stream/{name}")

    def missing(self, name: str) -> Refused:
        text = f"Stream {name} under account {self.world.account} not found."
        return Refused("ResourceNotFoundException", text)

    def busy(self, name: str) -> Refused:
        text = f"Stream {name} under account {self.world.account} is not ACTIVE."
        return Refused("ResourceInUseException", text)

    def name(self, sent: Members) -> str:
        """The name of the stream that a request is about."""
        name, arn = sent.get("StreamName"), sent.get("StreamARN")
        if arn is None:
            if name is None:
                raise invalid("Either StreamName or StreamARN should be provided.")
            return str(name)
        of = str(arn.partition(":stream/")[2])
        if name not in {None, of}:
            raise invalid("StreamName and StreamARN are of different streams.")
        if arn != self.arn(of):
            raise self.missing(of)
        return of

    def state(self, stream: Members) -> str:
        if "gone" in stream:
            return "DELETING"
        if self.world.state(stream["made"], "CREATING", "ACTIVE") == "CREATING":
            return "CREATING"
        return self.world.state(stream.get("changed", 0.0), "UPDATING", "ACTIVE")

    def there(self, name: str, *, seen: bool = False) -> Members:
        found: Members | None = self.streams.found(name, seen=seen)
        if found is None or self.over(found):
            raise self.missing(name)
        return found

    def over(self, stream: Members) -> bool:
        """Whether nothing is left of what was deleted."""
        delay = 1.0 if self.world.on("lingering") else 0.0
        return bool(self.world.now() >= stream.get("gone", 1e12) + delay)

    def active(self, sent: Members) -> Members:
        """A stream that may be changed now."""
        found = self.there(self.name(sent))
        if self.state(found) != "ACTIVE":
            raise self.busy(found["name"])
        return found

    def change(self, stream: Members, **changes: Any) -> Members:
        changed = {**stream, **changes}
        self.streams.put(stream["name"], changed)
        return changed

    def shards(self, count: int) -> list[Members]:
        return [self.shard(at, HASHES * at // count, HASHES * (at + 1) // count - 1)
                for at in range(count)]  # fmt: skip

    def shard(self, number: int, first: int, last: int, *parents: str) -> Members:
        made: Members = {
            "ShardId": f"shardId-{number:012d}",
            "HashKeyRange": {"StartingHashKey": str(first), "EndingHashKey": str(last)},
            "SequenceNumberRange": {"StartingSequenceNumber": str(FIRST + number)},
        }
        made |= dict(zip(("ParentShardId", "AdjacentParentShardId"), parents, strict=False))
        return made

    def open(self, stream: Members) -> list[Members]:
        ending = "EndingSequenceNumber"
        return [one for one in stream["shards"] if ending not in one["SequenceNumberRange"]]


def checked_tags(tags: dict[str, str], known: dict[str, str]) -> dict[str, str]:
    """What is known, with these."""
    if any(key.lower().startswith("aws:") for key in tags):
        raise invalid("Tag keys that begin with aws: are reserved.")
    found = known | tags
    if len(found) > 50:
        raise invalid("A given stream cannot have more than 50 tags associated with it.")
    return found


class Streams:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("kinesis", self)
        for number in range(3 if self.world.on("populated") else 0):
            self.create_stream({"StreamName": f"clicks-{number}", "ShardCount": 2})

    def create_stream(self, sent: Members) -> None:
        name = sent["StreamName"]
        mode = sent.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED")
        if mode == "ON_DEMAND" and "ShardCount" in sent:
            raise Refused("ValidationException", "ShardCount is not for ON_DEMAND streams.")
        if mode == "PROVISIONED" and "ShardCount" not in sent:
            raise Refused("ValidationException", "ShardCount must be specified if provisioned.")
        if mode == "PROVISIONED" and "WarmThroughputMiBps" in sent:
            raise invalid("Warm throughput is for ON_DEMAND streams.")
        tags = checked_tags(sent.get("Tags", {}), {})
        known = self.shelf.streams.get(name)
        if known and not self.shelf.over(known):
            text = f"Stream {name} under account {self.world.account} already exists."
            raise Refused("ResourceInUseException", text)
        there = [one for one in self.shelf.streams.all() if "gone" not in one]
        count = sent.get("ShardCount", 4)
        most = 10 if self.world.on("quotas") else 500
        if count + sum(len(self.shelf.open(one)) for one in there) > most:
            text = f"This request would exceed the shard limit for the account: {most}."
            raise Refused("LimitExceededException", text)
        if mode == "ON_DEMAND" and sum(one["mode"] == mode for one in there) >= 50:
            raise Refused("LimitExceededException", "There are 50 on-demand streams.")
        self.shelf.streams.put(name, {
            "name": name, "made": self.world.now(), "mode": mode, "tags": tags, "metrics": [],
            "shards": self.shelf.shards(count), "retention": 24, "encryption": "NONE",
            "size": sent.get("MaxRecordSizeInKiB", 1024), "policy": None,
            "warm": sent.get("WarmThroughputMiBps", 4), "count": count,
            "spread": sent.get("RecordDistributionStrategy", "USER_PARTITION_KEY"),
        })  # fmt: skip

    def delete_stream(self, sent: Members) -> None:
        stream = self.shelf.there(self.shelf.name(sent))
        if self.shelf.state(stream) not in {"ACTIVE", "UPDATING"}:
            raise self.shelf.busy(stream["name"])
        arn = self.shelf.arn(stream["name"])
        consumers = [one for one in self.shelf.consumers.all() if one["stream"] == arn]
        if consumers and not sent.get("EnforceConsumerDeletion"):
            text = f"Stream {stream['name']} has {len(consumers)} registered consumers."
            raise Refused("ResourceInUseException", text)
        for one in consumers:
            self.shelf.consumers.drop(one["arn"])
        for shard in stream["shards"]:
            self.shelf.records.pop(f"{stream['name']}/{shard['ShardId']}", None)
        self.shelf.change(stream, gone=self.world.now())

    def _common(self, stream: Members) -> Members:
        return {
            "StreamName": stream["name"],
            "StreamARN": self.shelf.arn(stream["name"]),
            "StreamStatus": self.shelf.state(stream),
            "StreamModeDetails": {"StreamMode": stream["mode"]},
            "RetentionPeriodHours": stream["retention"],
            "StreamCreationTimestamp": stream["made"],
            "EnhancedMonitoring": [{"ShardLevelMetrics": stream["metrics"]}],
            "EncryptionType": stream["encryption"],
            "KeyId": stream.get("key"),
        }

    def describe_stream(self, sent: Members) -> Members:
        stream = self.shelf.there(self.shelf.name(sent), seen=True)
        shown = self._common(stream)
        shards = [] if shown["StreamStatus"] == "CREATING" else stream["shards"]
        left = [one for one in shards if one["ShardId"] > sent.get("ExclusiveStartShardId", "")]
        size = sent.get("Limit", 100)
        more = len(left) > size
        return {"StreamDescription": {**shown, "Shards": left[:size], "HasMoreShards": more}}

    def describe_stream_summary(self, sent: Members) -> Members:
        stream = self.shelf.there(self.shelf.name(sent), seen=True)
        arn = self.shelf.arn(stream["name"])
        shown = self._common(stream)
        creating = shown["StreamStatus"] == "CREATING"
        shown["OpenShardCount"] = 0 if creating else len(self.shelf.open(stream))
        shown["ConsumerCount"] = sum(one["stream"] == arn for one in self.shelf.consumers.listed())
        shown["MaxRecordSizeInKiB"] = stream["size"]
        if stream["mode"] == "ON_DEMAND":
            warm = stream["warm"]
            shown["WarmThroughput"] = {"TargetMiBps": warm, "CurrentMiBps": warm}
        return {"StreamDescriptionSummary": shown}

    def list_streams(self, sent: Members) -> Members:
        after = sent.get("ExclusiveStartStreamName")
        if after is not None and "NextToken" in sent:
            raise invalid("NextToken and ExclusiveStartStreamName exclude each other.")
        there = [one for one in self.shelf.streams.listed() if not self.shelf.over(one)]
        found = sorted(there, key=lambda one: str(one["name"]))
        found = [one for one in found if one["name"] > (after or "")]
        refuse = Refused("ExpiredNextTokenException", "The token is not valid.")
        shown, token = page(
            self.world, found, sent.get("Limit", 100), sent.get("NextToken"), refuse
        )
        names = ("StreamName", "StreamARN", "StreamStatus", "StreamModeDetails",
                 "StreamCreationTimestamp")  # fmt: skip
        summaries = [{name: self._common(one)[name] for name in names} for one in shown]
        return {
            "StreamNames": [one["name"] for one in shown],
            "HasMoreStreams": token is not None,
            "NextToken": token,
            "StreamSummaries": summaries,
        }

    def describe_limits(self, sent: Members) -> Members:
        there = [one for one in self.shelf.streams.listed() if "gone" not in one]
        on_demand = [one for one in there if one["mode"] == "ON_DEMAND"]
        return {
            "ShardLimit": 10 if self.world.on("quotas") else 500,
            "OpenShardCount": sum(len(self.shelf.open(one)) for one in there),
            "OnDemandStreamCount": len(on_demand),
            "OnDemandStreamCountLimit": 50,
        }

    def describe_account_settings(self, sent: Members) -> Members:
        return {"MinimumThroughputBillingCommitment": {"Status": "DISABLED"}}

    def _tag(self, sent: Members, tags: dict[str, str], gone: list[str]) -> None:
        stream = self.shelf.active(sent)
        left = checked_tags(tags, stream["tags"])
        self.shelf.change(stream, tags={key: left[key] for key in left if key not in gone})

    def add_tags_to_stream(self, sent: Members) -> None:
        self._tag(sent, sent["Tags"], [])

    def remove_tags_from_stream(self, sent: Members) -> None:
        self._tag(sent, {}, sent["TagKeys"])

    def list_tags_for_stream(self, sent: Members) -> Members:
        tags = self.shelf.there(self.shelf.name(sent), seen=True)["tags"]
        start = sent.get("ExclusiveStartTagKey", "")
        left = [{"Key": key, "Value": tags[key]} for key in sorted(tags) if key > start]
        size = sent.get("Limit", 50)
        return {"Tags": left[:size], "HasMoreTags": len(left) > size}
