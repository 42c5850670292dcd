"""What the prose of members says that no keyword of a model does.

Which names a list of filters takes, and which member makes a request safe to send again. Which
members may count for nothing, or only beside others, and which never change.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.documents.sdk.models import SdkModel
from conformance.documents.sdk.prose import WORDS, plain_prose

_FILTER = re.compile(
    r"<li>\s*(?:<p>)?\s*<code>\s*([a-zA-Z][\w.-]{1,63})\s*</code>\s*(?:-|:|\u2013|\u2014)"
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
_FIXED = re.compile(
    r"(can(no|n?['\u2019])t|can not) (be |then be |later )?(chang|modif|updat|alter)\w*"
    r"(?![^.]* (while|when|if|same|from|to|until|unless)\b)"
)
_HAVE_PARTS = {"structure", "list", "map"}
_UPDATES = re.compile(r"^(Update|Modify)(?=[A-Z])")
_BY_OPERATION = re.compile(r"depend on which (API )?operation", re.IGNORECASE)
"""What a filter's prose says where not all operations take all of its names."""
_UNUSED = re.compile(r"not used|no effect|reserved for|not (currently )?support", re.IGNORECASE)
"""What the prose of a token says that counts for nothing."""


def unkept(model: SdkModel, owner: str) -> Iterator[str]:
    """The members of a structure that may count for nothing, as the prose or a trait says."""
    for key, about in model.data["shapes"].get(owner, {}).get("members", {}).items():
        if about.get("deprecated") or _UNKEPT.search(plain_prose(about)):
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
        named = _NAMED.findall(about.get("documentation", ""))
        others = {known.get(name.lower(), key) for name in named} - {key}
        plain = plain_prose(about)
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
    words = WORDS.findall(made[1])
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
    if _OF_CREATION.search(name):
        return changes is not None and creates is None
    if _OF_CHANGE.search(name):
        wrong = creates is not None and changes is None
        return wrong or _OF_SERVICE.search(prose) is not None
    return False


def fixed(model: SdkModel, operation: str) -> Iterator[str]:
    """The members of an update that prose says never change: it may ignore another value."""
    made = _UPDATES.sub("", operation)
    if made == operation:
        return
    requests = [operation, *(f"{verb}{made}" for verb in ("Create", "Register", "Put"))]
    own, *others = [_members_of(model, one) for one in requests]
    for key, about in own.items():
        if model.data["shapes"][about["shape"]]["type"] in _HAVE_PARTS:
            continue
        told = (about, *(one.get(key, {}) for one in others))
        if any(_FIXED.search(plain_prose(one)) for one in told):
            yield from _called(key, about)


def _members_of(model: SdkModel, operation: str) -> Mapping[str, Any]:
    """The members of the request of an operation; none where there is no such operation."""
    owner = model.data["operations"].get(operation, {}).get("input", {}).get("shape")
    members: Mapping[str, Any] = model.data["shapes"].get(owner, {}).get("members", {})
    return members


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
