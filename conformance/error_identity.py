"""What an error answer says by its names and its message: not there, taken, full, denied, again.

One reading for the whole program: what is sent again, judged, tried next and reported goes by the
same words. ``says_...`` looks at a name or a message, ``is_...`` at an answer.
"""

import re
from collections.abc import Callable
from typing import Any

HEADER = "x-amzn-errortype"
_TOO_MANY = 429

_THROTTLING = frozenset({
    "BandwidthLimitExceeded", "EC2ThrottledException", "ProvisionedThroughputExceededException",
    "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
    "Throttling", "ThrottledException", "ThrottlingException", "TooManyRequestsException",
})  # fmt: skip
"""Errors that mean throttling whatever the service, as the AWS SDKs' retry modes list them.

Not LimitExceededException: with 429 the status says so already, and with 400 most services mean a
limit that no waiting lifts.
"""
_THROTTLING_STATUSES = frozenset({400, 503, 509})
"""Statuses under which such a name may come; 429 needs none."""

_PASSING = frozenset({
    "ConcurrentModificationException", "PriorRequestNotComplete", "RequestTimeout",
    "RequestTimeoutException", "TransactionInProgressException",
})  # fmt: skip
"""Errors that another request under way explains, or a moment's trouble."""
_PASSING_STATUSES = frozenset({400, 408, 409})

NOT_FOUND, CONFLICT = 404, 409
_UNAVAILABLE = 503
_MISSING = re.compile(
    r"no ?such|not ?(be )?(found|exist)|n.t (be )?(found|exist)|non ?existent",
    re.IGNORECASE,
)
_UNPREPARED = re.compile(
    r"not ?(be )?(in ?use|enabled|associated|attached|configured|registered)"
    r"|n.t (be )?(enabled|attached|associated)|must first|not (a )?member"
    r"|required before|\bno matching\b|n[o.']t (set|in)\b|n[o.']t (contain|have) any"
    r"|\bno \w+ (is )?(defined|configured|attached)"
    r"|\bunknown (?!operation|parameter)[a-z]+\b",
    re.IGNORECASE,
)
# A user of an ``AdminUser`` is in no use.
_TAKEN = re.compile(r"(?i:already|\bin use\b|duplicate|conflict|\btaken\b)|InUse")
_ASKS = re.compile(
    r"\b(again|retry|retries|concurrent\w*|simultaneous\w*|in progress|busy"
    r"|another (request|update|operation)|being (created|updated|modified|deleted))\b",
    re.IGNORECASE,
)
"""What a conflict says that will be over in a moment."""


def names(header: str | None, body: Any) -> tuple[str, ...]:
    """Every name that an error is given: by the header, by ``__type`` and by ``code``.

    ``body`` is the parsed JSON. A name is cut at ``:`` and after ``#``. The first one counts.
    """
    members = (body.get(name) for name in ("__type", "code")) if isinstance(body, dict) else ()
    bare = (bare_name(name) for name in (header, *members) if isinstance(name, str))
    return tuple(filter(None, bare))


def bare_name(text: str) -> str:
    """The name alone of ``namespace#Name:http://...``."""
    return text.partition(":")[0].rpartition("#")[2].strip()


def is_same(one: str, other: str) -> bool:
    """Whether two names are of one error: a short form of a name is no other name.

    AWS services write the modelled name in the header and a short one in the body, and the SDKs go
    by the header.
    """
    return _stem(one) == _stem(other)


def _stem(name: str) -> str:
    letters = "".join(filter(str.isalnum, name)).lower()
    return re.sub(r"(?<=.)(exception|error|fault)$", "", letters)


def _words(text: str) -> str:
    """A name with its words apart; in a message, words with underscores are what members may be."""
    return text if " " in text else text.replace("_", " ")


def says_missing(text: str) -> bool:
    """Whether the name or the message of an error says that something is not there."""
    return _MISSING.search(_words(text)) is not None


def is_missing(status: int | None, code: str | None) -> bool:
    """Whether an error says, by its status or by its name, that something is not there."""
    return status == NOT_FOUND or says_missing(code or "")


def says_unprepared(text: str) -> bool:
    """Whether it says that something is not there, or is there and not set up for the request."""
    return says_missing(text) or _UNPREPARED.search(text) is not None


def says_taken(text: str) -> bool:
    """Whether the name or the message of an error says that something is taken, or in use."""
    return _TAKEN.search(_words(text)) is not None


def _named(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> Callable[[str], bool]:
    """Whether the name of an error has a pattern in it."""
    search = re.compile(pattern, flags).search
    return lambda name: search(name) is not None


says_exists = _named(r"AlreadyExist|Exists|Duplicate")
"""There is one of that name: not that it is in use."""
says_conflict = _named(r"Conflict|InUse|IN_?USE")
"""Something is in use, whatever its name."""
says_state = _named(r"Disabled|(Invalid|Illegal|Incorrect|Wrong)\w*Stat(e|us)")
"""Something is in a state that does not allow it."""
says_invalid = _named(r"^(Invalid|Malformed|Missing|BadRequest)|Validation")
"""A request, or a part of it, is not valid."""
says_repeated = _named(r"Idempot|ButModified", re.IGNORECASE)
"""A creation came before, with other content: AWS Glue has an error for that, and one for a name
that is taken."""
says_full = _named(
    r"(Limit|Quota|Capacity|Maximum)s?_?(Exceeded|Reached)|Exceeds?(Limit|Quota)|TooMany(?!Requests)",
    re.IGNORECASE,
)
"""There may be no more of what was requested."""
says_denied = _named(r"Access_?Denied|Not_?Authorized|Unauthorized|Forbidden", re.IGNORECASE)
"""The caller may not do that, or not to that."""


def is_throttling(status: int | None, code: str | None) -> bool:
    """Whether an answer says no more than that requests come too fast."""
    return status == _TOO_MANY or (status in _THROTTLING_STATUSES and code in _THROTTLING)


def is_passing(
    status: int | None, code: str | None, message: str, *, retry_after: bool = False
) -> bool:
    """Whether an answer says that the same request may succeed in a moment.

    That is a 503, any other server error that says when to come back, and a conflict with another
    request. Who answers so every time still has not answered: unlike throttling it is judged then.
    """
    if status is None:
        return False
    if status == _UNAVAILABLE or (retry_after and status >= 500):
        return True
    if status in _PASSING_STATUSES and code in _PASSING:
        return True
    return status == CONFLICT and _ASKS.search(message) is not None
