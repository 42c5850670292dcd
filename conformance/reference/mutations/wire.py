"""Faults in how answers are put on the wire: right contents, wrong form."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from conformance.reference.clock import iso_seconds
from conformance.reference.faults import InjectedFault, Rewrite
from conformance.reference.jsonbody import encoded
from conformance.reference.mutations.wrapping import (
    Change,
    body,
    every,
    failures,
    header,
    members,
    successes,
    values,
)
from conformance.reference.outcome import ERROR_TYPE

_EPOCHS = ("createdDate", "lastUpdatedDate")
_TIMES = ("CreateTime", "UpdateTime", "ExpireTime")
_KEY = ("CreateApiKey", "GetApiKey", "UpdateApiKey")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _with_nulls(member: str, *unset: str) -> Change:
    """Bodies with this member show the others as null where they are not set."""
    return body(
        lambda content: {**dict.fromkeys(unset), **content} if member in content else content
    )


def _without(name: str) -> Change:
    return body(lambda content: {key: one for key, one in content.items() if key != name})


def _as_text(change: Callable[[str], str]) -> Change:
    return lambda answer: (
        replace(answer, body=change(encoded(answer.body))) if answer.body is not None else answer
    )


def _rename(old: str, new: str) -> Change:
    return members(lambda name, value: (new if name == old else name, value))


def _tag_list(tags: Any) -> Any:
    if not isinstance(tags, dict):
        return tags
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def _times(change: Callable[[str], Any]) -> Rewrite:
    return successes(values(_TIMES, change))


def _epochs(change: Callable[[int], Any]) -> Rewrite:
    # A tag may have the name of a date, and any text as its value.
    return successes(
        values(_EPOCHS, lambda value: change(value) if isinstance(value, int) else value)
    )


def _wire(name: str, summary: str, answer: Rewrite) -> InjectedFault:
    return InjectedFault(f"wire:{name}", "wire format", summary, answer=answer)


def _with_part(index: int, text: str) -> Change:
    def changed(arn: str) -> str:
        parts = arn.split(":", 5)
        parts[index] = text
        return ":".join(parts)

    return values(("KeyArn",), changed)


FAULTS = (
    _wire("html-content-type", "Bodies are labelled text/html.",
          every(header("content-type", "text/html"))),
    _wire("no-content-type", "Answers have no Content-Type.", every(header("content-type", None))),
    _wire("null-for-unset", "API Gateway shows unset members as null.",
          successes(_with_nulls("id", "name", "description", "customerId"), *_KEY)),
    _wire("location-null-for-unset", "DescribeKey shows unset members as null.",
          successes(_with_nulls("KeyName", "Description", "ExpireTime"), "DescribeKey")),
    _wire("text-booleans", "enabled is a string.",
          successes(values(("enabled",), lambda flag: str(flag).lower()))),
    _wire("number-booleans", "enabled is 0 or 1.", successes(values(("enabled",), int))),
    _wire("iso-dates", "API Gateway's times are ISO 8601.", _epochs(iso_seconds)),
    _wire("millisecond-epochs", "API Gateway's times are in milliseconds.",
          _epochs(lambda time: time * 1000)),
    _wire("text-epochs", "API Gateway's times are numbers in strings.", _epochs(str)),
    _wire("zero-epochs", "API Gateway's times are all 0.", _epochs(lambda _time: 0)),
    _wire("location-epochs", "Location's times are epoch seconds.",
          _times(lambda text: datetime.fromisoformat(text).timestamp())),
    _wire("location-no-milliseconds", "Location's times lack milliseconds.",
          _times(lambda text: text[:19] + "Z")),
    _wire("location-offset-times", "Location's times end in +00:00.",
          _times(lambda text: text[:-1] + "+00:00")),
    _wire("location-no-zone", "Location's times lack the Z.", _times(lambda text: text[:-1])),
    _wire("location-spaced-times", "Location's times have a space for the T.",
          _times(lambda text: text.replace("T", " "))),
    _wire("items-key", "GetApiKeys lists under items.",
          successes(_rename("item", "items"), "GetApiKeys")),
    _wire("lowercase-entries", "ListKeys lists under entries.",
          successes(_rename("Entries", "entries"), "ListKeys")),
    _wire("snake-case", "API Gateway's members are in snake case.",
          successes(members(lambda name, value: (_CAPITAL.sub("_", name).lower(), value)), *_KEY)),
    _wire("stage-keys-text", "stageKeys is a string.", successes(values(("stageKeys",), ",".join))),
    _wire("stage-keys-null", "stageKeys is null.",
          successes(values(("stageKeys",), lambda _keys: None))),
    _wire("tag-list", "Tags are a list of pairs.", successes(values(("tags", "Tags"), _tag_list))),
    _wire("restrictions-text", "Restrictions are JSON in a string.",
          successes(values(("Restrictions",), encoded))),
    _wire("wrapped", "Bodies are wrapped in a Result.",
          successes(body(lambda content: {"Result": content}))),
    _wire("cut-json", "The last character of every body is missing.",
          successes(_as_text(lambda text: text[:-1]))),
    _wire("byte-order-mark", "Bodies begin with a byte order mark.",
          successes(_as_text(lambda text: f"\ufeff{text}"))),
    _wire("ascii-only", "Characters beyond ASCII become question marks.",
          every(_as_text(lambda text: text.encode("ascii", "replace").decode()))),
    _wire("delete-with-body", "DeleteApiKey answers with an object.",
          successes(lambda answer: replace(answer, body={"deleted": True}), "DeleteApiKey")),
    _wire("bad-arn", "KeyArn is the bare name.",
          successes(values(("KeyArn",), lambda arn: arn.rpartition("/")[2]))),
    _wire("arn-region", "KeyArn has a wrong region.",
          successes(_with_part(3, "eu-west-1"))),
    _wire("arn-partition", "KeyArn has a wrong partition.", successes(_with_part(1, "aws-cn"))),
    _wire("arn-account", "KeyArn of DescribeKey has another account.",
          successes(_with_part(4, "0" * 12), "DescribeKey")),
    _wire("no-error-type", "Errors have no x-amzn-errortype.", failures(header(ERROR_TYPE, None))),
    _wire("empty-errors", "Errors have no body.",
          failures(lambda answer: replace(answer, body=None))),
    _wire("text-errors", "Errors are plain text.",
          failures(lambda answer: header("content-type", "text/plain")(
              replace(answer, body=str(answer.body))))),
    _wire("no-reason", "Location's ValidationException has no reason.",
          failures(_without("reason"))),
    _wire("bad-reason", "Location's ValidationException has an unknown reason.",
          failures(values(("reason",), lambda _reason: "Nonsense"))),
    _wire("no-field-list", "Location's ValidationException has no fieldList.",
          failures(_without("fieldList"))),
)  # fmt: skip
