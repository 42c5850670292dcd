"""What the prose of operations says that no keyword of a model does.

Which succeed though nothing is there, or though something is there already, which updates replace
the whole, which lists may lack what there is, which operations are done only after their answer,
and what has to be deleted before what it is in.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.documents.sdk.models import SdkModel

ABSENT_IS_FINE, AGAIN_IS_FINE = "absent-is-fine", "again-is-fine"
REPLACES, SHOWS_SOME, ENDS_LATER = "replaces", "shows-some", "ends-later"
HELD_BY = "held-by:"
"""Of a deletion, before the operation that makes what has to be deleted first."""
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
_REPLACES = re.compile(
    r"overwrit|null values|\b(the|an|your) (entire|whole|complete|full)\b|completely replac"
    r"|replac(e|es|ing) (all|any|the (current|existing|entire|previous|whole))"
    r"|(not|n['\u2019]t) (provide|specify|include|supply|set)[^.]*\b(default|remove|delete|reset"
    r"|null|clear)|(omit|left out|leave out|unspecified)[^.]*\b(default|remove|delete|reset|clear)",
    re.IGNORECASE,
)
_SHOWS_SOME = re.compile(
    r"eventual|propagat|recently|few (seconds|minutes)|\b(returns?|lists?|shows?) only\b"
    r"|only (returns?|lists?|shows?|the latest)|\b(active|running|shared)\b|default filter"
    r"|does(n['\u2019]t| not) (return|list|show|include)|(been|were|are) deleted"
    r"|deleted \w+ (are|remain)|still (be )?(appear|includ|list|show|visible)|(last|past) \d+",
    re.IGNORECASE,
)

_ENDS_LATER = re.compile(
    r"\basynchronous|after some time|track the (progress|status)|\benters? the \w+ state\b"
    r"|\bschedul(e|es|ed|ing) (\w+ ){0,5}(be deleted|for deletion|the deletion)\b"
    r"|\btakes? (effect )?(up to|within) (\w+ )?(seconds|minutes)|initiate an? \w+ deployment",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(r"\borphaned\b|\bassociations\b|^Those\b|\bis detached\b", re.IGNORECASE)
"""What tells of the time of something else that the operation touches."""
_DEMANDS = re.compile(
    r"\bmust (first|not|be (deleted|removed|empty)|delete|remove|detach|deregister|disassociate)"
    r"|\b(need|have|has) to\b|\bbefore\b|\bcontain zero|\b(deletion|request) fails"
    r"|\bcan(not| ?not|['\u2019]t) (first )?(be )?(delet|remov|contain|associat)",
    re.IGNORECASE,
)
_LEAVES_OPEN = re.compile(
    r"\bshould\b|recommend|\bconsider|best practice|\bopt to\b|\bmight\b|on your behalf"
    r"|\byou can (?!delete|remove|not)|\bafter\b|\bstat(e|us)\b|\b(is|are) being \w+ed\b"
    r"|\b(active|running|pending|progress|currently|deployed|published)\b",
    re.IGNORECASE,
)
"""What advises, tells of the time after the deletion, or depends on the state of something."""
_OF_PARTS = re.compile(r"\b(references?|uses?) (any of )?its [\w -]+", re.IGNORECASE)
"""Before the name of what is in the whole: something else holds it there."""
_OPTIONAL = re.compile(r"\boptional", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!])\s+")
_MAKES = ("Create", "Put", "Upload", "Register", "Enable")
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORTEST = 4


def plain_prose(about: Mapping[str, Any]) -> str:
    """What a node of a model says of itself, without markup."""
    return _TAGS.sub("", about.get("documentation", ""))


def said_of(model: SdkModel, operation: str) -> list[str]:
    """What the prose of an operation, or of its errors, allows or may be read to allow."""
    about = model.data["operations"][operation]
    shapes = model.data["shapes"]
    own = plain_prose(about)
    errors = " ".join(
        plain_prose(shapes[one["shape"]])
        for one in about.get("errors", ()) if "xist" in one["shape"] or "uplicate" in one["shape"]
    )  # fmt: skip
    found = []
    if about.get("idempotent") or _ABSENT.search(own):
        found.append(ABSENT_IS_FINE)
    if about.get("idempotent") or _AGAIN.search(own) or _AGAIN.search(errors):
        found.append(AGAIN_IS_FINE)
    if any(map(_REPLACES.search, (own, *_of_input(model, about)))):
        found.append(REPLACES)
    if _SHOWS_SOME.search(own):
        found.append(SHOWS_SOME)
    deletes = operation.removeprefix("Batch").startswith("Delete")
    about_it = [
        one for one in _SENTENCES.split(own) if not (deletes and _OF_OTHERS.search(one))
    ]  # fmt: skip
    if any(map(_ENDS_LATER.search, about_it)):
        found.append(ENDS_LATER)
    return found + [f"{HELD_BY}{one}" for one in _held_by(model, operation, own)]


def _held_by(model: SdkModel, deletion: str, prose: str) -> Iterator[str]:
    """The operations that make what a deletion's prose calls an obstacle to it."""
    whole = deletion.removeprefix("Delete")
    said = [
        _OF_PARTS.sub("", one) for one in _SENTENCES.split(_OPTIONAL.split(prose)[0])
        if _DEMANDS.search(one) and not _LEAVES_OPEN.search(one)
    ]  # fmt: skip
    if whole == deletion or not said:
        return
    text = " ".join(said)
    nouns = {make: _made(make) for make in model.data["operations"]} | {deletion: whole}
    # An image pipeline is no image: the longest noun goes first, and takes its words away.
    for make in sorted(nouns, key=lambda one: -len(nouns[one])):
        noun = nouns[make]
        if noun in {"", whole}:
            text = re.sub(rf"\b{_noun(noun)}\b", "", text, flags=re.IGNORECASE) if noun else text
            continue
        short = noun.removeprefix(whole)
        names = [noun, *([short] if len(short) >= _SHORTEST else [])]
        spoken = "|".join([f"Delete{noun}", *map(_noun, names)])
        # "Instances that have components": not every one of them.
        spoken = rf"\b({spoken})\b(?! that (have|has|are)\b)"
        text, found = re.subn(spoken, "", text, flags=re.IGNORECASE)
        if found:
            yield make


def _made(operation: str) -> str:
    """What an operation makes; nothing for any other."""
    found = (operation.removeprefix(verb) for verb in _MAKES if operation.startswith(verb))
    return next(found, "")


def _noun(name: str) -> str:
    """An expression for the words of a noun, in the singular or the plural."""
    *first, last = WORDS.findall(name) or [name]
    stem = re.sub(r"(ies|y)$", "", last)
    last = f"{stem}(y|ies)" if stem != last else f"{last.removesuffix('s')}(e?s)?"
    return "[ -]?".join([*first, last])


def _of_input(model: SdkModel, operation: Mapping[str, Any]) -> Iterator[str]:
    """The prose of the structures that a request consists of."""
    shapes = model.data["shapes"]
    whole = shapes.get(operation.get("input", {}).get("shape"), {})
    inner = [shapes[one["shape"]] for one in whole.get("members", {}).values()]
    for one in (whole, *(one for one in inner if one["type"] == "structure")):
        yield plain_prose(one)
