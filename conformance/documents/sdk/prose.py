"""What the prose of a model says that no keyword of it does.

Which names a list of filters takes, which member makes a request safe to send again, and which
operations succeed though nothing is there, or though something is there already. Which members may
count for nothing, or only beside others, which updates replace the whole, which lists may lack what
there is, which operations are done only after their answer, and what has to be deleted before what
it is in.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.documents.sdk.models import SdkModel

ABSENT_IS_FINE, AGAIN_IS_FINE = "absent-is-fine", "again-is-fine"
REPLACES, SHOWS_SOME, ENDS_LATER = "replaces", "shows-some", "ends-later"
HELD_BY = "held-by:"
"""Of a deletion, before the operation that makes what has to be deleted first."""
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
_UNKEPT = re.compile(
    r"no longer (use|support|available|valid|in use|need|requir|appl|has)|deprecated"
    r"|\bignore[sd]?\b"
    r"|reserved for (future|internal|aws|amazon)|\b(retired|discontinued|legacy|obsolete|unused)\b"
    r"|(not|n['\u2019]t) (currently |yet )?(used|supported|returned|implemented|stored|shown)"
    r"|do(n['\u2019]t| not) (set|specify|use|provide|include) th|not included in|read-?only"
    r"|automatically (determine|calculat|comput|adjust)|(calculated|computed) (by|from)"
    r"|no effect|write-?only|never (returned|shown)|backwards? compatib"
    r"|^\s*reserved\.?\s*$|only (appl|used|for|when|if)|(applies|applicable|used|meaningful) only"
    r"|initiali[sz]es th(is|e) (flag|setting|value)"
    r"|only (be )?(present|returned|included|displayed|shown|visible|populated)"
    r"|(not|n['\u2019]t) (be )?(present|included|displayed|visible|populated)"
    r" (for|if|in|when|unless)",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(
    r"(?<!contain )(?<!contains )(?<!include )\bonly\b(?! (be )?(contain|begin|start|end|letter"
    r"|include|alphanum|lowercase|ascii|print))"
    r"|\bdepend(s|ing|ent)?\b|\binherit|\boverrid(es|den|ing)\b|\binstead\b|\bone-?time\b"
    r"|\btemporar|\boptional for\b|\beventual"
    r"|\b(either|both|together|conjunction|combination|mutually)\b|\brolls? back\b"
    r"|\b(if|when|where) (any\b|applicable|available|present|it (has|exists|is present)"
    r"|one (is|was|exists|has))"
    r"|\b(required|mandatory|valid|applicable|supported|available|meaningful|relevant|needed)"
    r" (for|in)\b"
    r"|\b(required|mandatory|valid|applicable|appl(y|ies)|supported|available|relevant|meaningful"
    r"|needed|specify|affects|used?)\b[^.]{0,40}\b(if|when|unless)\b"
    r"|\b(null|empty|absent|omitted) (if|when|for|unless)"
    r"|\b(during|for) th(e|is) (\w+ )?(operation|update|creation|request|call)\b",
    re.IGNORECASE,
)
_OF_CHANGE = re.compile(r"updat|modif|change|edit", re.IGNORECASE)
_OF_CREATION = re.compile(r"creat(ed|ion)", re.IGNORECASE)
_OF_SERVICE = re.compile(r"\b(was|were) used to\b|\bthat (\w+ )*[A-Z]\w+ (updated|modified)\b"
                         r"|\b[Ww]hen [A-Z]\w+ (updated|modified)\b.* in (your|the) ")  # fmt: skip
"""Of a time, that it is that of one sort of change, or of what the service does by itself."""
_NOT_ANOTHER = r"(?!(?:new|existing|given|specific|specified|particular|single|previous|valid)\b)"
_CREATES = re.compile(r"(?:Create|Start|Register|Add|Put)(\w+?)(?:Request|Input|Message|Type)?")
_NAMED = re.compile(r"<code>\s*([\w.]+)\s*</code>")
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
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORTEST = 4
_BY_OPERATION = re.compile(r"depend on which (API )?operation", re.IGNORECASE)
"""What a filter's prose says where not all operations take all of its names."""


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
    if any(map(_REPLACES.search, (own, *_of_input(model, about)))):
        found.append(REPLACES)
    if _SHOWS_SOME.search(own):
        found.append(SHOWS_SOME)
    if _ENDS_LATER.search(own):
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
    *first, last = _WORDS.findall(name) or [name]
    stem = re.sub(r"(ies|y)$", "", last)
    last = f"{stem}(y|ies)" if stem != last else f"{last.removesuffix('s')}(e?s)?"
    return "[ -]?".join([*first, last])


def _of_input(model: SdkModel, operation: Mapping[str, Any]) -> Iterator[str]:
    """The prose of the structures that a request consists of."""
    shapes = model.data["shapes"]
    whole = shapes.get(operation.get("input", {}).get("shape"), {})
    inner = [shapes[one["shape"]] for one in whole.get("members", {}).values()]
    for one in (whole, *(one for one in inner if one["type"] == "structure")):
        yield _TAGS.sub("", one.get("documentation", ""))


def unkept(model: SdkModel, owner: str) -> Iterator[str]:
    """The members of a structure that may count for nothing, as the prose or a trait says."""
    for key, about in model.data["shapes"].get(owner, {}).get("members", {}).items():
        if about.get("deprecated") or _UNKEPT.search(_TAGS.sub("", about.get("documentation", ""))):
            yield from _called(key, about)


def conditional(model: SdkModel, owner: str) -> Iterator[str]:
    """The members of a structure that may count beside some of the others only.

    Their prose says so, or it names one of the others, or one of the others names them. So does
    that of a time which is not the one that its name says.
    """
    members = model.data["shapes"].get(owner, {}).get("members", {})
    known = {key.lower(): key for key in members}
    found, of_a_sort = set(), _of_a_sort(owner)
    for key, about in members.items():
        prose = about.get("documentation", "")
        others = {known.get(name.lower(), key) for name in _NAMED.findall(prose)} - {key}
        plain = _TAGS.sub("", prose)
        sort = of_a_sort is not None and of_a_sort.search(plain)
        if others or sort or _CONDITIONAL.search(plain) or _is_of_another_time(key, plain):
            found |= {key, *others}
    for key in found:
        yield from _called(key, members[key])


def _of_a_sort(owner: str) -> re.Pattern[str] | None:
    """What prose says of what counts for one sort alone: ``for a proxy mode firewall``."""
    made = _CREATES.fullmatch(owner)
    if made is None:
        return None
    words = _WORDS.findall(made[1])
    noun = r"[ -]?".join(words)
    qualifier = rf"(?!(?i:{'|'.join(words)})\b)[a-z][\w-]*"
    return re.compile(
        rf"\b(?:for|of|to|in|with) an? {_NOT_ANOTHER}(?:{qualifier} ){{1,2}}(?i:{noun})s?\b"
    )


def _is_of_another_time(name: str, prose: str) -> bool:
    """Whether prose speaks of another time than the name of a member does."""
    if not re.search(r"(at|on|date|time|stamp|modified|updated|created)$", name, re.IGNORECASE):
        return False
    changes, creates = _OF_CHANGE.search(prose), _OF_CREATION.search(prose)
    if _OF_CREATION.search(name) or name.lower().startswith("created"):
        return changes is not None and creates is None
    if _OF_CHANGE.search(name):
        wrong = creates is not None and changes is None
        return wrong or _OF_SERVICE.search(prose) is not None
    return False


def filter_names(model: SdkModel, owner: str) -> Iterator[tuple[str, list[str]]]:
    """The members of a structure that are lists of filters, each with the names in its prose."""
    shapes = model.data["shapes"]
    for key, about in shapes[owner].get("members", {}).items():
        shape = shapes[about["shape"]]
        entry = shapes[shape["member"]["shape"]] if shape["type"] == "list" else {}
        if entry.get("type") != "structure" or not is_filter(entry.get("members", {})):
            continue
        every = (about, *entry["members"].values())
        told = [one.get("documentation", "") for one in every]
        names = [name for one in told for name in _FILTER.findall(one)]
        if names and not any(map(_BY_OPERATION.search, told)):
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
