"""What the names of operations and members say: verb and noun, and which part identifies.

``DescribeJobQueues`` describes the noun ``JobQueues``; ``vectorBucketName`` is the ``name`` of a
``vector bucket``. Nothing here knows what exists: ``inferring`` and ``binding`` compare, each name
with all others, so that what names say is kept.
"""

import re
from functools import cache
from typing import NamedTuple

CREATE = (
    "Create", "Register", "Put", "Add", "Run", "Import", "Allocate", "Associate", "Attach",
    "Submit", "Start", "Request", "Initiate", "Upload", "Publish", "Set", "Enable", "Grant",
)  # fmt: skip
"""What makes something, the surest first."""
READ = ("Get", "Describe", "Head")
UPDATE = ("Update", "Modify", "Put", "Set", "Patch")
LIST = ("List", "Get", "Describe", "Search")
DELETE = (
    "Delete", "Deregister", "Remove", "Terminate", "Disassociate", "Detach", "Release", "Cancel",
    "Revoke", "Stop", "Abort", "Disable",
)  # fmt: skip
"""What takes it away, the surest first."""
_CHANGES = (
    "Tag",
    "Untag",
    "Reset",
    "Restore",
    "Accept",
    "Reject",
    "Move",
    "Replace",
    "Purge",
    "Write",
)
SHOWS = ("Get", "List", "Describe")
"""The verbs of operations that show what is there, and need no more than its name."""
_LOOKS = (
    *SHOWS, "Head", "Search", "View", "Query", "Lookup",
    "Check", "Estimate", "Preview", "Validate", "Scan", "Select", "Count", "Is", "Synthesize",
    "Detect", "Evaluate", "Render", "Test", "Verify", "Calculate", "Simulate", "Decode",
    "Translate", "Compare", "Predict", "Resolve", "Parse",
)  # fmt: skip
"""The verbs of operations that change nothing, whatever their method is."""
_LOOKS_ALONE = {
    *_LOOKS, "Encrypt", "Decrypt", "Encapsulate", "Decapsulate", "Sign", "Retrieve", "Suggest",
}  # fmt: skip
"""Those that may stand without a noun: with one, some of these change something."""
_NO_LOOKS = (
    "CheckIn", "CheckOut", "DetectStack", "PreviewPortal", "ResolveCase", "TestAlarm",
    "TestConnection", "TestFailover", "TestInvoke", "TestMigration", "TestRepository", "TestType",
    "ValidateAws", "ValidateCloudConnector", "ValidateNotify", "VerifyDestination", "VerifyDomain",
    "VerifyEmail", "VerifyOTP", "VerifyPhone", "VerifyProcurement", "VerifySMS", "VerifySession",
    "VerifySoftwareToken", "VerifyTarget", "VerifyTrust", "VerifyUser",
)  # fmt: skip
"""Operations that change something all the same: SES begins to know an address that it verifies."""
VERBS = {"create": CREATE, "read": READ, "update": UPDATE, "list": LIST, "delete": DELETE}

NAME, ID, ARN, URL, BARE = "name", "id", "arn", "url", ""
_ENDINGS = {
    "id": ID, "ids": ID, "identifier": ID, "identifiers": ID, "name": NAME, "names": NAME,
    "arn": ARN, "arns": ARN, "url": URL,
}  # fmt: skip
NAMING = re.compile(r"(arn|id|name|identifier)$", re.IGNORECASE)
"""Names of members that identify something."""
STATE = re.compile(r"(status|state)$", re.IGNORECASE)
_ADMIN = "Admin"
"""Before the verb: what an administrator does, and not the one whom it is about."""
_WITHIN = ("With", "To", "For", "From", "In", "On")
VERSION = re.compile(r"V\d+$")
"""Of ``CreateClusterV2``: another way to make the same."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class NamePart(NamedTuple):
    """What a member's name says: whose (in lower case, without gaps) and which identifier."""

    of: str
    kind: str


@cache
def split(name: str, verbs: tuple[str, ...]) -> tuple[str, str] | None:
    """An operation's name as verb and noun; None where it begins with none of the verbs."""
    said = name.removeprefix(_ADMIN)
    for verb in verbs:
        rest = said.removeprefix(verb)
        if rest != said and rest[:1].isupper():
            return verb, VERSION.sub("", rest)
    return None


def changes(name: str) -> bool:
    """Whether an operation's name says that something is there, or other, or gone after it."""
    return split(_single(name), (*CREATE, *UPDATE, *DELETE, *_CHANGES)) is not None


def _single(name: str) -> str:
    """An operation's name as that of the operation on one thing."""
    return name.removeprefix("Batch").removeprefix("Transact")


def identifies(member: str) -> bool:
    """Whether a member's name says that it has an identifier or an ARN."""
    return part(member).kind in {ID, ARN}


@cache
def thing(operation: str) -> str:
    """What the name of an operation has after its verb, whatever that is, without gaps."""
    known = split(operation, (*CREATE, *UPDATE, *DELETE, *READ, *LIST, *_CHANGES))
    return plain(known[1] if known else "".join(words(operation)[1:]))


@cache
def is_versioned(name: str) -> bool:
    """Whether a name says that it is another version of an operation."""
    return VERSION.search(name) is not None


def looks_only(name: str) -> bool:
    """Whether an operation's name says that it changes nothing."""
    each = _single(name)
    if each in _LOOKS_ALONE:
        return True
    return split(each, _LOOKS) is not None and not each.startswith(_NO_LOOKS)


def shows_only(name: str) -> bool:
    """Whether it says that the operation shows what is there, and does nothing else."""
    return split(name, SHOWS) is not None


def words(name: str) -> list[str]:
    """The words of a name, in lower case."""
    return [word.lower() for word in _WORDS.findall(name)]


@cache
def plain(name: str) -> str:
    """The name in lower case without anything between its words."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@cache
def part(member: str) -> NamePart:
    """What the name of a member says."""
    parts = words(member)
    ending = _ENDINGS.get(parts[-1]) if parts else None
    if ending is None:
        # ``apiid`` and ``KeyARN`` as well: not every name shows its words.
        text = plain(member)
        tail = next((end for end in _ENDINGS if text.endswith(end) and text != end), None)
        if tail in {"arn", "arns"}:
            return NamePart(text.removesuffix(tail), ARN)
        return NamePart(text, BARE)
    return NamePart("".join(parts[:-1]), ending)


@cache
def noun_forms(noun: str) -> frozenset[str]:
    """A noun as it may stand in another name: with and without its plural."""
    text = plain(noun)
    found = {text}
    if text.endswith("s") and not text.endswith("ss"):
        found.add(text[:-1])
    if text.endswith("es"):
        found.add(text[:-2])
    if text.endswith("ies"):
        found.add(f"{text[:-3]}y")
    return frozenset(found)


@cache
def plurals(noun: str) -> tuple[str, ...]:
    """A noun in the singular and in what may be its plural."""
    text = plain(noun)
    return (text, f"{text[:-1]}ies") if text.endswith("y") else (text,)


def same(one: str, other: str) -> bool:
    """Whether two nouns are one, in the singular or the plural."""
    return not noun_forms(one).isdisjoint(noun_forms(other))


def is_plural(noun: str, of: str) -> bool:
    """Whether a noun is the plural of another."""
    return plain(noun) != plain(of) and plain(of) in noun_forms(noun)


def is_within(noun: str, whole: str) -> bool:
    """Whether a noun speaks of what it is part of: ``TargetWithMaintenanceWindow``."""
    before = noun.removesuffix(whole)
    return before != noun and before.endswith(_WITHIN)


def is_called_after(member: str, noun: str) -> bool:
    """Whether the name of a member is made of that of a noun: a ``Username`` of a user.

    So is the ``WindowTargetId`` of a target with a maintenance window; its ``Id`` alone is not.
    """
    of, whole, own = part(member).of, plain(noun), words(member)[:-1]
    if len(own) > 1 and {*own} <= {*words(noun)}:
        return True
    return bool(of) and (of.startswith(whole) or whole.startswith(of) or whole.endswith(of))


def hyphenated(noun: str) -> str:
    """A noun as the name of a kind: ``VectorBucket`` is ``vector-bucket``."""
    return "-".join(words(noun))
