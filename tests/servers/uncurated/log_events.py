"""Streams of log groups, and the events in them."""

from __future__ import annotations

import time
import uuid

from tests.servers.keys.wire import Members, Refused

from .log_patterns import matching
from .log_store import Event, Group, LogStore, Stream, invalid, millis, missing
from .service import Operation

HOUR = 3_600_000


class LogEvents:
    """The operations on streams and events."""

    def __init__(self, store: LogStore) -> None:
        self.store = store
        self.operations: dict[str, Operation] = {
            "CreateLogStream": self.create,
            "DeleteLogStream": self.delete,
            "DescribeLogStreams": self.describe,
            "PutLogEvents": self.put,
            "GetLogEvents": self.get,
            "FilterLogEvents": self.filter,
        }

    def _stream(self, group: Group, name: str) -> Stream:
        stream = group.streams.get(name)
        if stream is None:
            raise missing("The specified log stream does not exist.")
        return stream

    def create(self, sent: Members) -> None:
        group = self.store.group(sent)
        name = sent["logStreamName"]
        if name in group.streams:
            text = "The specified log stream already exists"
            raise Refused("ResourceAlreadyExistsException", text)
        group.streams[name] = Stream(name, time.time())
        self.store.groups.put(group.name, group)

    def delete(self, sent: Members) -> None:
        group = self.store.group(sent)
        del group.streams[self._stream(group, sent["logStreamName"]).name]
        self.store.groups.put(group.name, group)

    def describe(self, sent: Members) -> Members:
        by_time = sent.get("orderBy") == "LastEventTime"
        if by_time and "logStreamNamePrefix" in sent:
            raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        name = self.store.asked(sent).name
        listed = {group.name: group for group in self.store.groups.listed()}
        streams = [*listed[name].streams.values()] if name in listed else []
        prefix = sent.get("logStreamNamePrefix", "")
        found = [one for one in streams if one.name.startswith(prefix)]
        found.sort(key=lambda one: one.name)
        if by_time:
            found.sort(key=lambda one: max((event.at for event in one.events), default=0))
        if sent.get("descending"):
            found.reverse()
        page, token = self.store.paged(found, sent)
        return {"logStreams": [self._shown(name, one) for one in page], "nextToken": token}

    def _shown(self, group: str, stream: Stream) -> Members:
        shown: Members = {
            "logStreamName": stream.name,
            "creationTime": millis(stream.made),
            "arn": f"{self.store.arn(group)}:log-stream:{stream.name}",
            "storedBytes": 0,
        }
        if stream.events:
            times = [event.at for event in stream.events]
            shown |= {"firstEventTimestamp": min(times), "lastEventTimestamp": max(times)}
            shown["lastIngestionTime"] = max(event.taken for event in stream.events)
            shown["uploadSequenceToken"] = f"{len(stream.events):056}"
        return shown

    def put(self, sent: Members) -> Members:
        events = sent["logEvents"]
        times = [one["timestamp"] for one in events]
        if times != sorted(times):
            raise invalid(
                "Log events in a single PutLogEvents request must be in chronological order."
            )
        if sum(len(one["message"].encode()) + 26 for one in events) > 1_048_576:
            raise invalid("Upload too large: at most 1048576 bytes in one request.")
        now = millis(time.time())
        oldest, newest = now - 14 * 24 * HOUR, now + 2 * HOUR
        right = [at for at in times if oldest <= at <= newest]
        if right and right[-1] - right[0] > 24 * HOUR:
            raise invalid(
                "The batch of log events in a single request cannot span more than 24 hours."
            )
        group = self.store.group(sent)
        stream = self._stream(group, sent["logStreamName"])
        for one in events:
            if oldest <= one["timestamp"] <= newest:
                made = Event(one["timestamp"], one["message"], now, uuid.uuid4().hex)
                stream.events.append(made)
        self.store.groups.put(group.name, group)
        answer: Members = {"nextSequenceToken": f"{len(stream.events):056}"}
        rejected = self._rejected(times, oldest, newest)
        return answer | {"rejectedLogEventsInfo": rejected} if rejected else answer

    def _rejected(self, times: list[int], oldest: int, newest: int) -> Members:
        rejected = {}
        if times[0] < oldest:
            rejected["tooOldLogEventEndIndex"] = sum(at < oldest for at in times)
        if times[-1] > newest:
            rejected["tooNewLogEventStartIndex"] = sum(at <= newest for at in times)
        return rejected

    def get(self, sent: Members) -> Members:
        stream = self._stream(self.store.asked(sent), sent["logStreamName"])
        start, end = sent.get("startTime", 0), sent.get("endTime", 1 << 62)
        if start > end:
            raise invalid("startTime is after endTime.")
        found = [one for one in self._seen(stream) if start <= one.at < end]
        found.sort(key=lambda one: one.at)
        size = min(sent.get("limit", 10_000), 10_000)
        where = self._where(sent, len(found), size)
        page = found[max(where, 0) : max(where, 0) + size]
        return {
            "events": [
                {"timestamp": one.at, "message": one.message, "ingestionTime": one.taken}
                for one in page
            ],
            "nextForwardToken": f"f/{max(where, 0) + len(page):056}",
            "nextBackwardToken": f"b/{max(where, 0):056}",
        }

    def _where(self, sent: Members, count: int, size: int) -> int:
        token = sent.get("nextToken")
        if token is None:
            return 0 if sent.get("startFromHead") else max(0, count - size)
        direction, _, number = token.partition("/")
        if direction not in {"f", "b"} or not number.isdigit() or len(number) != 56:
            raise invalid("The specified nextToken is invalid.")
        return int(number) if direction == "f" else max(0, int(number) - size)

    def _seen(self, stream: Stream) -> list[Event]:
        seen = millis(time.time() - self.store.world.behind)
        return [one for one in stream.events if one.taken <= seen]

    def filter(self, sent: Members) -> Members:
        names, prefix = sent.get("logStreamNames"), sent.get("logStreamNamePrefix")
        if names and prefix:
            raise invalid("Either logStreamNames or logStreamNamePrefix.")
        fits = matching(sent.get("filterPattern", ""))
        group = self.store.asked(sent)
        streams = [self._stream(group, name) for name in dict.fromkeys(names or ())]
        start, end = sent.get("startTime", 0), sent.get("endTime", 1 << 62)
        if start > end:
            raise invalid("startTime is after endTime.")
        found = [
            (stream.name, one)
            for stream in streams or group.streams.values()
            if stream.name.startswith(prefix or "")
            for one in self._seen(stream)
            if start <= one.at <= end and fits(one.message)
        ]
        found.sort(key=lambda one: one[1].at)
        if not sent.get("startFromHead", True):
            found.reverse()
        page, token = self.store.paged(found, sent, 10_000)
        return {
            "events": [
                {"logStreamName": name, "timestamp": one.at, "message": one.message,
                 "ingestionTime": one.taken, "eventId": one.id}
                for name, one in page
            ],
            "searchedLogStreams": [],
            "nextToken": token,
        }  # fmt: skip
