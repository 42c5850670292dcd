"""Kinesis: records, shards and consumers."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tests.servers.cloud.world import Members, Operation, operations_of, page
from tests.servers.keys.wire import Refused

from .streams import FIRST, Shelf, checked_tags, invalid

NUMBERED = {"AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"}


def _covers(hashes: Members, at: int) -> bool:
    return int(hashes["StartingHashKey"]) <= at <= int(hashes["EndingHashKey"])


class Records:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.last = FIRST + 10**6
        self.operations: dict[str, Operation] = operations_of("kinesis", self)

    def _writable(self, sent: Members) -> Members:
        stream = self.shelf.there(self.shelf.name(sent))
        if self.shelf.state(stream) not in {"ACTIVE", "UPDATING"}:
            raise self.shelf.missing(stream["name"])
        return stream

    def _put(self, stream: Members, sent: Members) -> Members:
        if "PartitionKey" not in sent and stream["spread"] != "AUTO":
            raise invalid("The parameter PartitionKey is required for this stream.")
        data, key = sent["Data"], sent.get("PartitionKey", str(self.last))
        if len(data) + len(key.encode("utf-8", "replace")) > stream["size"] * 1024:
            raise invalid("The record is too large.")
        octets = key.encode("utf-8", "replace")
        digest = int(hashlib.md5(octets, usedforsecurity=False).hexdigest(), 16)
        at = int(sent.get("ExplicitHashKey", digest))
        found = [one for one in self.shelf.open(stream) if _covers(one["HashKeyRange"], at)]
        if not found:
            raise invalid("ExplicitHashKey is not within the range of hashes.")
        shard = found[0]["ShardId"]
        self.last += 1
        record = {
            "SequenceNumber": str(self.last),
            "ApproximateArrivalTimestamp": self.world.now(),
            "Data": base64.b64encode(data).decode(),
            "PartitionKey": key,
            "EncryptionType": stream["encryption"],
        }
        self.shelf.records.setdefault(f"{stream['name']}/{shard}", []).append(record)
        return {"ShardId": shard, "SequenceNumber": str(self.last)}

    def put_record(self, sent: Members) -> Members:
        stream = self._writable(sent)
        if sent.get("DryRun"):
            raise Refused("DryRunOperationException", "The request would have succeeded.")
        return {**self._put(stream, sent), "EncryptionType": stream["encryption"]}

    def put_records(self, sent: Members) -> Members:
        stream = self._writable(sent)
        if sent.get("DryRun"):
            raise Refused("DryRunOperationException", "The request would have succeeded.")
        put = [self._put(stream, one) for one in sent["Records"]]
        return {"FailedRecordCount": 0, "Records": put, "EncryptionType": stream["encryption"]}

    def get_shard_iterator(self, sent: Members) -> Members:
        stream = self._writable(sent)
        kind, number = sent["ShardIteratorType"], sent.get("StartingSequenceNumber")
        if sent["ShardId"] not in [one["ShardId"] for one in stream["shards"]]:
            text = f"Shard {sent['ShardId']} in stream {stream['name']} does not exist"
            raise Refused("ResourceNotFoundException", text)
        if kind in NUMBERED and number is None:
            raise invalid(f"Request specified {kind} and no StartingSequenceNumber.")
        if kind == "AT_TIMESTAMP" and "Timestamp" not in sent:
            raise invalid("Request specified AT_TIMESTAMP and no Timestamp.")
        if kind in NUMBERED and int(number or 0) < FIRST:
            raise invalid(f"StartingSequenceNumber {number} is invalid.")
        if kind == "AT_TIMESTAMP" and sent["Timestamp"] > self.world.now() + 1:
            raise invalid("The timestamp is in the future.")
        start = {
            "TRIM_HORIZON": 0,
            "LATEST": self.last + 1,
            "AT_SEQUENCE_NUMBER": int(number or 0),
            "AFTER_SEQUENCE_NUMBER": int(number or 0) + 1,
            "AT_TIMESTAMP": 0,
        }[kind]
        since = sent.get("Timestamp", 0.0) if kind == "AT_TIMESTAMP" else 0.0
        return {"ShardIterator": self._iterator(stream["name"], sent["ShardId"], start, since)}

    def _iterator(self, name: str, shard: str, start: int, since: float) -> str:
        text = json.dumps([name, shard, str(start), since])
        return base64.b64encode(text.encode()).decode()

    def _at(self, iterator: str) -> tuple[str, str, int, float]:
        try:
            name, shard, start, since = json.loads(base64.b64decode(iterator, validate=True))
            return str(name), str(shard), int(start), float(since)
        except (ValueError, TypeError) as error:
            raise invalid("Invalid ShardIterator.") from error

    def get_records(self, sent: Members) -> Members:
        name, shard, start, since = self._at(sent["ShardIterator"])
        arn = sent.get("StreamARN")
        if arn is not None and arn != self.shelf.arn(name):
            raise invalid("StreamARN is of another stream.")
        self._writable({"StreamName": name})
        there = [
            one
            for one in self.shelf.records.get(f"{name}/{shard}", [])
            if int(one["SequenceNumber"]) >= start and one["ApproximateArrivalTimestamp"] >= since
        ]
        if self.world.on("lagging"):
            before = self.world.now() - 1
            there = [one for one in there if one["ApproximateArrivalTimestamp"] <= before]
        got = there[: sent.get("Limit", 10000)]
        after = int(got[-1]["SequenceNumber"]) + 1 if got else start
        return {
            "Records": got,
            "NextShardIterator": self._iterator(name, shard, after, since),
            "MillisBehindLatest": 0,
        }

    def list_shards(self, sent: Members) -> Members:
        token = sent.get("NextToken")
        if token is not None:
            if {"StreamName", "StreamARN"} & sent.keys():
                raise invalid("NextToken and StreamName cannot be provided together.")
            name, _, token = token.rpartition("!")
            sent = {**sent, "StreamName": name}
        stream = self._seen(sent)
        after = sent.get("ExclusiveStartShardId", "")
        found = [one for one in stream["shards"] if one["ShardId"] > after]
        if sent.get("ShardFilter", {}).get("Type") in {"AT_LATEST", "FROM_TRIM_HORIZON"}:
            latest = sent["ShardFilter"]["Type"] == "AT_LATEST"
            found = self.shelf.open(stream) if latest else found
        refuse = Refused("ExpiredNextTokenException", "The token is not valid.")
        shown, more = page(self.world, found, sent.get("MaxResults", 1000), token, refuse)
        return {"Shards": shown, "NextToken": more and f"{stream['name']}!{more}"}

    def _seen(self, sent: Members) -> Members:
        stream = self.shelf.there(self.shelf.name(sent), seen=True)
        if self.shelf.state(stream) not in {"ACTIVE", "UPDATING"}:
            raise self.shelf.busy(stream["name"])
        return stream

    def register_stream_consumer(self, sent: Members) -> Members:
        stream, name = self.shelf.active(sent), sent["ConsumerName"]
        arn = self.shelf.arn(stream["name"])
        there = [one for one in self.shelf.consumers.all() if one["stream"] == arn]
        if any(one["name"] == name for one in there):
            raise Refused("ResourceInUseException", f"Consumer {name} already exists.")
        if len(there) >= 20:
            raise Refused("LimitExceededException", "A stream has at most 20 consumers.")
        now = self.world.now()
        made = {
            "name": name, "stream": arn, "made": now, "arn": f"{arn}/consumer/{name}:{int(now)}",
            "tags": checked_tags(sent.get("Tags", {}), {}), "policy": None,
        }  # fmt: skip
        self.shelf.consumers.put(made["arn"], made)
        return {"Consumer": self._consumer(made)}

    def _consumer(self, one: Members) -> Members:
        return {
            "ConsumerName": one["name"],
            "ConsumerARN": one["arn"],
            "ConsumerStatus": self.world.state(one["made"], "CREATING", "ACTIVE"),
            "ConsumerCreationTimestamp": one["made"],
        }

    def _registered(self, sent: Members, *, seen: bool = False) -> Members:
        if "ConsumerARN" in sent:
            found = self.shelf.consumers.found(sent["ConsumerARN"], seen=seen)
        elif {"ConsumerName", "StreamARN"} <= sent.keys():
            listed = self.shelf.consumers.listed() if seen else self.shelf.consumers.all()
            wanted = (sent["StreamARN"], sent["ConsumerName"])
            found = next((one for one in listed if (one["stream"], one["name"]) == wanted), None)
        else:
            raise invalid("Either ConsumerARN or StreamARN and ConsumerName must be specified.")
        if found is None:
            raise Refused("ResourceNotFoundException", "Consumer not found.")
        return dict(found)

    def deregister_stream_consumer(self, sent: Members) -> None:
        self.shelf.consumers.drop(self._registered(sent)["arn"])

    def describe_stream_consumer(self, sent: Members) -> Members:
        found = self._registered(sent, seen=True)
        return {"ConsumerDescription": {**self._consumer(found), "StreamARN": found["stream"]}}

    def list_stream_consumers(self, sent: Members) -> Members:
        stream = self._seen({"StreamARN": sent["StreamARN"]})
        arn = self.shelf.arn(stream["name"])
        found: list[Any] = [one for one in self.shelf.consumers.listed() if one["stream"] == arn]
        refuse = Refused("ExpiredNextTokenException", "The token is not valid.")
        size = sent.get("MaxResults", 100)
        shown, token = page(self.world, found, size, sent.get("NextToken"), refuse)
        return {"Consumers": [self._consumer(one) for one in shown], "NextToken": token}
