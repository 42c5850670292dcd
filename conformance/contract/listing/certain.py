"""Where another value than the given one is wrong, whatever the kind of resource is.

What may follow later, from elsewhere in the request, or from what an account demands, is not.
"""

import re
from collections.abc import Iterator

from conformance.contract.inference.naming import STATE, plain
from conformance.contract.member_roles import names_it
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import texts
from conformance.documents.sdk.prose import ENDS_LATER

_LATER = re.compile(
    r"pending|latest\w*update|apply.?immediately|changeset"
    r"|(version|revision)(id|s|number|name)?$",
    re.IGNORECASE,
)
"""Names of members that tell of changes to come, or of versions that are changed one by one."""
_LOCK = "revisionid"
WORK = re.compile(r"(job|task|operation|update|workflow|execution|run)id$", re.IGNORECASE)
"""Names of members of answers that name the work that is still to be done."""
_GOES_ON = re.compile(rf"(stat(e|us)|progress|phase|starttime)$|{WORK.pattern}", re.IGNORECASE)
"""Names of members of what an update is answered with where it goes on by itself."""
_OWN = re.compile(r"\$\{(id|ID|made\.[\w-]+)\}")
"""A placeholder of the very resource that an operation is about."""
_ENGINE = re.compile(r"engine(name|type)?$", re.IGNORECASE)
"""Names of members that say what runs there: which settings count for it, only prose tells."""
_DEMANDED = re.compile(r"encrypt", re.IGNORECASE)
"""Names of flags that an account may demand, whatever a request says."""
_NAMES_ONE = re.compile(r"(arn|id|identifier)s?$", re.IGNORECASE)
ONCE = re.compile(
    r"dry.?run|force|confirm|skip|overwrite|replace|validat|source|content|body|code|file|data$"
    r"|^(restore|clone|seed|bootstrap|initial|preload)|storage.?location$"
    r"|(arn|id|key|version|alias)s?$",
    re.IGNORECASE,
)
"""Names of what is asked for once, or is taken in another form."""
_SORT = re.compile(
    r"(^|[a-z])(type|engine|protocol|mode|kind|platform|provider|runtime)(name)?$",
    re.IGNORECASE,
)
"""Names of members by which the others of a request count, or do not."""
_ON_DEMAND = re.compile(
    r"^(include|with|show|expand|return|view|projection|detail|fields?$|attributes?($|name|toget))",
    re.IGNORECASE,
)
"""Names of members by which a read is asked to show more, or less."""
_ELSEWHERE = re.compile(r"tag|document|template|metadata|definition|permission|owner|account|role",
                        re.IGNORECASE)  # fmt: skip
"""Names of what other operations show, or other rules are about."""
_VERB = re.compile(r"^[A-Z][a-z]+")
WRAPS = re.compile(
    r"(response|info|information|summary|details?|config|configuration|metadata|description"
    r"|properties|settings|options|output|data|record|attributes?|specification)$"
)
"""Endings of names that say nothing of what is in there."""
_SHORTEST = 3
SEARCH = "Search"
"""The verb of what shows an index, which follows later."""
_WANTED = re.compile(r"desired|target", re.IGNORECASE)
"""Words of states that nothing but a request sets."""
_PLAIN = {Kind.STRING, Kind.BOOLEAN, Kind.INTEGER, Kind.NUMBER}


def is_right(contract: Contract, operation: Operation, role: str, member: Member) -> bool:
    """Whether an operation sets that member of what was made."""
    named = role == "create" or is_named_by(contract, operation, member)
    return named and (role == "create" or _is_set_by(contract, operation, member))


def is_named_by(contract: Contract, operation: Operation, member: Member) -> bool:
    """Whether an update names what was made, whatever its other members are taken from."""
    binds = contract.overlay.words_of(operation.name).binds
    own = any(map(_OWN.search, texts([*binds.values()])))
    return own and names_it(operation, {*binds, member.name})


def _is_set_by(contract: Contract, operation: Operation, member: Member) -> bool:
    """Whether an update is of the resource or of that member of it, by its name.

    An answer within a workload has notes of its own, and so has a second generation of a kind.
    """
    about = contract.overlay.words_of(operation.name).resource or ""
    kind = plain(contract.overlay.kinds().get(about, contract.overlay.main).name or "")
    thing, name = plain(_VERB.sub("", operation.name)), plain(member.name)
    if not kind or name in thing or thing in {kind, f"{kind}s"}:
        return True
    rest = WRAPS.sub("", thing.removeprefix(kind))
    own = thing.startswith(kind) and rest in {"", "name", "content"}
    return own or (len(rest) >= _SHORTEST and rest in name)


def is_sure(operation: Operation, read: Operation, member: Member, shown: Shape, role: str) -> bool:
    """Whether another value than the given one is wrong, whatever the kind of resource is."""
    listed = member.shape.kind is Kind.BOOLEAN or bool(member.shape.limit("enum"))
    if role == "create":
        if STATE.search(member.name) or _DEMANDED.search(member.name):
            return False
        open_ = any(map(_ENGINE.search, operation.input)) or _follows(operation, member)
        sure = listed and not open_ and member.name not in _pending(read)
        return sure or (not listed and is_shown(operation, read, member, shown))
    plain_value = member.shape.kind in _PLAIN and not _NAMES_ONE.search(member.name)
    same = member.shape.limit("enum") == shown.limit("enum") or _WANTED.search(member.name)
    goes_on = STATE.search(member.name) and not same
    return plain_value and not goes_on and not is_later(operation, read)


def is_shown(operation: Operation, read: Operation, member: Member, shown: Shape) -> bool:
    """Whether a plain value, or a list of them, cannot be missing where a resource is shown."""
    own = member.shape.element if member.shape.kind is Kind.LIST else member.shape
    return own is not None and own.kind in _PLAIN and is_part(operation, read, member, shown)


def is_part(operation: Operation, read: Operation, member: Member, shown: Shape) -> bool:
    """Whether a member is of whatever sort of resource there is, and there whenever that is shown.

    What a request may leave out may count for one sort of the whole alone.
    """
    other = any(one.search(member.name) for one in (ONCE, _ELSEWHERE, _DEMANDED, STATE))
    if other or member.name in _pending(read) or is_conditional(member, shown):
        return False
    asked = any(map(_ON_DEMAND.search, read.input))
    return not asked and (member.required or not has_sorts(operation))


def is_conditional(member: Member, shown: Shape) -> bool:
    """Whether the prose of a request or of an answer says that a value may not count."""
    return not member.required and (member.shape.conditional or shown.conditional)


def has_sorts(operation: Operation) -> bool:
    """Whether a request says of which sort the whole is: what counts follows from that."""
    return any(map(is_sort, operation.input.values()))


def is_sort(member: Member) -> bool:
    """Whether a member says of which sort something is."""
    return member.shape.kind is Kind.STRING and _SORT.search(member.name) is not None


def is_later(operation: Operation, read: Operation) -> bool:
    """Whether what an update asks for may be shown later, or of one version of the whole alone."""
    shown, told = _names(read), _names(operation)
    names = {*operation.input, *told, *read.input, *shown}
    if read.name.startswith(SEARCH) or ENDS_LATER in (operation.said or ()):
        return True
    later = any(_LATER.search(name) and name.lower() != _LOCK for name in names)
    return later or any(map(_GOES_ON.search, told - shown))


def _names(operation: Operation) -> set[str]:
    """The members of an answer, and of the structures in it."""
    return {one.name for one in _outer(operation)}


def _outer(operation: Operation) -> Iterator[Member]:
    for one in operation.output.values():
        yield one
        yield from (one.shape.element or one.shape).members.values()


def _pending(read: Operation) -> set[str]:
    """What an answer has among what is to come, too: at first it may be there alone."""
    return {
        name
        for one in _outer(read) if "pending" in one.name.lower()
        for name in (one.shape.element or one.shape).members
    }  # fmt: skip


def _follows(operation: Operation, member: Member) -> bool:
    """Whether a sort may follow from what else is given: that of a target from its configuration.

    A value that was made up may be of another sort than that.
    """
    of = plain(member.name).removesuffix("type")
    return of not in {"", plain(member.name)} and any(
        one.shape.kind is Kind.STRUCTURE and plain(name).startswith(of)
        for name, one in operation.input.items()
    )
