"""What a refusal says and suggests: listed values, one of a pattern, resources of the run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.inference.identities import template
from conformance.contract.inference.naming import ARN, part, plain
from conformance.contract.model import Kind, Operation, Shape
from conformance.contract.places import canonical
from conformance.contract.validate import is_valid
from conformance.error_identity import is_missing, says_taken
from conformance.plan.generation import strings, values
from conformance.plan.generation.suggestions import suggestions
from conformance.plan.valid_requests.optional_members import Refer, complete_value, is_structured

OTHERS = 3
"""Other values that are tried of one member."""
LISTED = re.compile(
    r"(?:enum value set:?|one of(?: the following)?(?: values| options)?:?"
    r"(?!\s+(?:these|those|them|the|your|its)\b)|valid values?(?: are| is)?:?"
    r"|allowed values?(?: are| is)?:?"
    r"|supported values?(?: are| is)?:?|possible values?(?: are| is)?:?|expected:?)"
    r"[\s\"'`]*[\[({]?(?P<list>[^\])}]+)",
    re.IGNORECASE,
)
PATTERN = re.compile(
    r"(?:regular expression )?pattern:?\s*[\"'`]?(?P<pattern>[^\s\"'`]+)", re.IGNORECASE
)
STARTS = re.compile(r"(?:start|begin)s? with:? [\"'`]?(?P<prefix>[\w:/.-]+)", re.IGNORECASE)
COUNT = re.compile(
    r"(?:minimum of|at least|no (?:less|fewer) than|more than|minimum:?) (?P<least>\d+|two|three)\b"
    r"|(?P<said>two|three|\b[23]) or more"
    r"|\b(?:exactly|to|be|have|has|contain|requires?|needs?|specify|provide)"
    r" (?P<just>two|three|[2-5]) (?:[a-z]+ )?[a-z]+s\b",
    re.IGNORECASE,
)
WORDS_OF_NUMBERS = {"two": 2, "three": 3}
LONGEST = 5
"""Entries that a list is given because a refusal asks for so many."""
MANY = 30_000
"""So many numbers are enough for one run."""
SHORTEST = 4
"""Letters that a word has at least which says what a member names."""
SERVER_ERROR = 500
MADE_UP_ARN = re.compile(r"arn:|\$\{aws\.(?P<of>[\w-]+)-arn\}")
"""An ARN of nothing, or that of what another service has."""
NAMES = re.compile(r"(names?|ids?|identifiers?|s)$")
"""What the name of a member has after the noun of what it names."""


@dataclass(frozen=True, slots=True)
class RefusalText:
    """What an answer said: its status, its error code and its message."""

    status: int
    code: str
    message: str
    kinds: Mapping[str, str | None] = field(default_factory=dict)
    """The kinds of resources that the service has, of which members may speak: each with the
    placeholder for its ARN, where it has one."""

    own: str | None = None
    """The placeholder for the ARN of what the operation is about, where it has one."""

    about: str = ""
    """The name of the operation."""

    kind: str | None = None
    """The kind that the operation is about, unless it makes one."""

    @property
    def is_not_found(self) -> bool:
        """Whether something that the request speaks of is not there."""
        return is_missing(self.status, self.code)

    @property
    def is_broken(self) -> bool:
        """Whether the target broke at the request."""
        return self.status >= SERVER_ERROR

    def spoken_of(self) -> list[str]:
        """The kinds that the message or the code names, then the operation, most special first."""
        kinds = sorted(self.kinds, key=len, reverse=True)
        said = f"{plain(self.message)} {plain(self.code)}"
        first = [kind for kind in kinds if plain(kind) in said]
        more = [kind for kind in kinds if plain(kind) in plain(self.about)]
        return list(dict.fromkeys([*first, *more]))


def likely(shape: Shape, refusal: RefusalText) -> Iterator[Any]:
    """Values of a shape, those that the refusal itself lists first."""
    found = [*_stated(shape, refusal), *values_of_kinds(shape, refusal), *_others(shape)]
    seen: set[str] = set()
    for value in found:
        text = canonical(value)
        if text not in seen and len(seen) < OTHERS:
            seen.add(text)
            yield value


def _stated(shape: Shape, refusal: RefusalText) -> Iterator[Any]:
    """What nothing has yet, what the message lists, a number in it, or a match of its pattern."""
    if says_taken(f"{refusal.code} {refusal.message}"):
        yield from _new(shape)
    if shape.kind is Kind.INTEGER:
        numbers = (int(digits) for digits in re.findall(r"\b\d{1,9}\b", refusal.message))
        yield from (one for one in numbers if is_valid(shape, one))
    if shape.kind is not Kind.STRING:
        return
    listed = LISTED.search(refusal.message)
    if listed is not None:
        for word in re.split(r"[\s,|'\"]+(?:or\s+|and\s+)?", listed["list"].strip()):
            if word and is_valid(shape, word.rstrip(".")):
                yield word.rstrip(".")
                break
    starts = STARTS.search(refusal.message)
    if starts is not None:
        begun = starts["prefix"].rstrip(".")
        yield f"{begun}{'-' if begun[-1:].isalnum() else ''}${{word:8}}"
    shown = PATTERN.search(refusal.message)
    if shown is not None and strings.pattern_error(shown["pattern"]) is None:
        pattern = shown["pattern"]
        value = strings.of_length(pattern, strings.shortest(pattern, 1))
        if value:
            yield value


def _new(shape: Shape) -> Iterator[str]:
    """What no other request has, for a number or a text that is taken."""
    if shape.kind is Kind.INTEGER:
        most = shape.limit("maximum")
        yield "${number}" if most is None or most > MANY else f"${{number:{most}}}"
    made = template(shape)
    if made is not None:
        yield f"${{{made}}}"


def values_of_kinds(shape: Shape, refusal: RefusalText) -> Iterator[Any]:
    """What a resource of the run is named by, where the member is called as its kind is.

    Of an ARN also where the refusal speaks of the kind.
    """
    if shape.kind is Kind.LIST and shape.element is not None:
        yield from ([one] for one in values_of_kinds(shape.element, refusal))
    if shape.kind is not Kind.STRING or shape.called is None:
        return
    said = part(shape.called.name)
    noun = said.of if said.kind == ARN else NAMES.sub("", plain(shape.called.name))
    named = [kind for kind in refusal.kinds if plain(kind) == noun]
    sorts = [kind for kind in refusal.kinds if _is_sort_of(kind, noun)]
    ends = [kind for kind in refusal.kinds if len(noun) > SHORTEST and plain(kind).endswith(noun)]
    spoken = [kind for kind in refusal.spoken_of() if noun and plain(kind).endswith(noun)]
    named = named or sorted(sorts, key=len) or spoken or (ends if len(ends) == 1 else [])
    if said.kind == ARN and not said.of and refusal.own is not None:
        yield refusal.own
    if said.kind == ARN:
        known = (refusal.kinds[kind] for kind in [*named, *refusal.spoken_of()])
        yield from (one for one in known if one is not None)
    else:
        # A bare name is that of what is not found, as the answer calls it.
        spoken = [] if noun or not refusal.is_not_found else refusal.spoken_of()
        # Of what the operation is about, the one that is meant: another one would do it as well.
        own = (f"${{id.{kind}}}" if kind != refusal.kind else "${id}" for kind in [*named, *spoken])
        yield from own


def arns_of_what_lacks(
    operation: Operation, request: Mapping[str, Any], refusal: RefusalText
) -> Iterator[dict[str, Any]]:
    """The request with an ARN of the run's for a made-up one that no kind is called after.

    It is of the kinds of which the refusal says that one is not there, or where a server breaks of
    those of which the operation declares it: ``Source`` of what copies an instance.
    """
    kinds = refusal.spoken_of() if refusal.is_not_found else []
    if refusal.is_broken:
        errors = plain("".join(one.name for one in operation.missing))
        kinds = [kind for kind in refusal.kinds if plain(kind) in errors]
    known = [arn for kind in kinds if (arn := refusal.kinds[kind]) is not None]
    for name, value in request.items():
        made_up, noun = MADE_UP_ARN.match(str(value)), part(name).of
        if made_up is None or noun in map(plain, refusal.kinds):
            continue
        if not (made_up["of"] and noun.endswith(plain(made_up["of"]))):
            yield from ({**request, name: arn} for arn in known)


def named_by(kinds: Mapping[str, str | None]) -> Refer:
    """What a member is given that is called as one of these kinds is; None for any other."""
    nothing = RefusalText(0, "", "", kinds)
    return lambda shape: next(values_of_kinds(shape, nothing), None)


def _is_sort_of(kind: str, noun: str) -> bool:
    """Whether a noun ends as a kind is called, or as what it is a sort of: a location in S3."""
    general = kind.partition("-")[0]
    return any(len(one) > SHORTEST and noun.endswith(one) for one in (plain(kind), general))


def _others(shape: Shape) -> Iterator[Any]:
    yield from suggestions(shape)
    yield values.sample(shape)
    yield values.sample(shape, 1)
    if is_structured(shape):
        yield complete_value(shape, 2)


def lengthened(shape: Shape, given: list[Any], refusal: RefusalText) -> Iterator[list[Any]]:
    """A list with as many entries as a refusal asks for at least, each another one."""
    found = COUNT.search(refusal.message)
    if found is None or shape.kind is not Kind.LIST or shape.element is None:
        return
    text = (found["least"] or found["said"] or found["just"]).lower()
    count = WORDS_OF_NUMBERS.get(text) or int(text)
    count += found[0].lower().startswith("more than")
    for value in given:
        if isinstance(value, list) and len(value) < count <= LONGEST:
            yield [*value, *values.items(shape, count)[len(value) :]]


def in_capitals(shape: Shape, given: list[Any]) -> Iterator[str]:
    """Words as constants are written, or in small letters: prose writes them as names."""
    shown = [one for one in given if isinstance(one, str) and one.isalpha()]
    words = [way for one in shown for way in (one.upper(), one.lower())]
    yield from (one for one in words if is_valid(shape, one))
