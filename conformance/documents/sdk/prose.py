"""What the prose of a model says that no keyword of it does.

Which names a list of filters takes, which member makes a request safe to send again, and which
operations succeed though nothing is there, or though something is there already.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.documents.sdk.models import SdkModel

ABSENT_IS_FINE, AGAIN_IS_FINE = "absent-is-fine", "again-is-fine"
_FILTER = re.compile(
    r"<li>\s*(?:<p>)?\s*<code>\s*([a-zA-Z][\w.-]{1,63})\s*</code>\s*(?:-|:|\u2013|\u2014)"
)
_TAGS = re.compile(r"<[^>]*>")
_ABSENT = re.compile(
    r"idempoten|(not|n['\u2019]t) (be )?(exist|found)|no longer exists|no effect|succe(ss|ed)"
    r"|already (been )?(deleted|removed)|no (error|exception)|without (an )?error|more than once"
    r"|multiple times",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"idempoten|multiple times|more than once|calls? succeed|if .{0,60}already exists"
    r"|same (name|settings|parameter|attrib|config|value|token|content|request)"
    r"|existing \w+ .{0,40}return|overwrit|replace|only if|differ|retr(y|ied)",
    re.IGNORECASE,
)


def said_of(model: SdkModel, operation: str) -> list[str]:
    """What the prose of an operation, or of its errors, allows or may be read to allow."""
    about = model.data["operations"][operation]
    shapes = model.data["shapes"]
    own = _TAGS.sub("", about.get("documentation", ""))
    errors = " ".join(
        _TAGS.sub("", shapes[one["shape"]].get("documentation", ""))
        for one in about.get("errors", ()) if "xist" in one["shape"] or "uplicate" in one["shape"]
    )  # fmt: skip
    found = []
    if about.get("idempotent") or _ABSENT.search(own):
        found.append(ABSENT_IS_FINE)
    if about.get("idempotent") or _AGAIN.search(own) or _AGAIN.search(errors):
        found.append(AGAIN_IS_FINE)
    return found


def filter_names(model: SdkModel, owner: str) -> Iterator[tuple[str, list[str]]]:
    """The members of a structure that are lists of filters, each with the names in its prose."""
    shapes = model.data["shapes"]
    for key, about in shapes[owner].get("members", {}).items():
        shape = shapes[about["shape"]]
        entry = shapes[shape["member"]["shape"]] if shape["type"] == "list" else {}
        if entry.get("type") != "structure" or not is_filter(entry.get("members", {})):
            continue
        every = (about, *entry["members"].values())
        names = [name for one in every for name in _FILTER.findall(one.get("documentation", ""))]
        if names:
            yield from ((one, list(dict.fromkeys(names))) for one in _called(key, about))


def is_filter(members: Mapping[str, Any]) -> bool:
    """Whether a structure is a filter: a name and the values that are looked for."""
    return {name.lower() for name in members} in ({"name", "values"}, {"key", "values"})


_UNUSED = re.compile(r"not used|no effect|reserved for|not (currently )?support", re.IGNORECASE)
"""What the prose of a token says that counts for nothing."""


def tokens(model: SdkModel, owner: str) -> list[str]:
    """The members of a structure that make a request safe to send again, as its prose says."""
    return [
        one
        for key, about in model.data["shapes"][owner].get("members", {}).items()
        for one in _called(key, about)
        if about.get("idempotencyToken")
        and "idempoten" in about.get("documentation", "")
        and not _UNUSED.search(about["documentation"])
    ]


def _called(key: str, about: Mapping[str, Any]) -> set[str]:
    """What a member may be called in a spec: in some protocols that is its key."""
    return {key, about.get("locationName", key)}
