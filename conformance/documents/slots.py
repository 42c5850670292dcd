"""Which pieces of a request line or of its headers are the listed parameters.

A page lists a parameter by the placeholder's word or by the name that goes over the wire. What the
list and the line do not agree on is left out by itself: the operation stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.documents.page_model import ParameterLocation
from conformance.documents.problems import Contradiction
from conformance.documents.sections import DocumentOutline, DocumentSection
from conformance.documents.syntax import PLACEHOLDER, Head


@dataclass(frozen=True, slots=True)
class SyntaxSlot:
    """A piece of the request line or a header that may be a placeholder.

    ``name`` is the placeholder's word; ``marked`` where braces say that it is one.
    """

    where: ParameterLocation
    wire: str
    name: str
    marked: bool
    greedy: bool = False
    """A label whose slashes are not percent-encoded: it is written with a plus."""

    @property
    def is_open(self) -> bool:
        """A word of the query without a value: it stands for parameters of any name."""
        return self.where is ParameterLocation.QUERY and not self.name


@dataclass(frozen=True, slots=True)
class Chosen:
    """What became of the slots: listed names with theirs, unlisted labels, what is left out."""

    slots: dict[str, SyntaxSlot]
    unlisted: tuple[SyntaxSlot, ...] = ()
    dropped: tuple[SyntaxSlot, ...] = ()
    notes: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    """Listed names that have no slot."""

    @property
    def labels(self) -> set[str]:
        """The words of the path that are labels."""
        found = (*self.slots.values(), *self.unlisted)
        return {slot.name for slot in found if slot.where is ParameterLocation.PATH}

    def literal_query(self, slots: Sequence[SyntaxSlot]) -> dict[str, str]:
        taken = [*self.slots.values(), *self.dropped]
        return {
            slot.wire: slot.name
            for slot in slots
            if slot.where is ParameterLocation.QUERY and not any(slot is one for one in taken)
        }


def slots_of(head: Head) -> list[SyntaxSlot]:
    """Every piece that may be a placeholder, in order."""
    path, _, query = head.start[1].partition("?")
    slots = []
    for segment in path.split("/"):
        marked = PLACEHOLDER.findall(segment)
        for name in marked or ([segment] if segment else []):
            plain, greedy = name.rstrip("+"), bool(marked) and name.endswith("+")
            slots.append(SyntaxSlot(ParameterLocation.PATH, plain, plain, bool(marked), greedy))
    for pair in filter(None, query.split("&")):
        wire, _, value = pair.partition("=")
        slots.append(_slot(ParameterLocation.QUERY, PLACEHOLDER.sub(r"\1", wire), value))
    slots += [_slot(ParameterLocation.HEADER, name, value) for name, value, _ in head.headers]
    return slots


def _slot(where: ParameterLocation, wire: str, value: str) -> SyntaxSlot:
    marked = PLACEHOLDER.fullmatch(value)
    return SyntaxSlot(where, wire, marked[1] if marked else value, marked is not None)


def choose(
    page: DocumentOutline,
    section: DocumentSection,
    slots: Sequence[SyntaxSlot],
    names: Sequence[str],
) -> Chosen:
    """Give every listed name its slot. Raises Contradiction where it has several."""
    found: dict[str, SyntaxSlot] = {}
    dropped: list[SyntaxSlot] = []
    notes = []
    missing = []
    for name in names:
        same = next(filter(None, map(_without_literals, _candidates(slots, name))), [])
        if len(same) > 1:
            expected = f"the listed parameter {name!r} once in the request line"
            times = f"it {len(same)} times"
            raise Contradiction(page.document.shown, section.line, expected, times)
        if not same:
            missing.append(name)
            notes.append(unplaced(name))
        elif same[0].is_open:
            dropped += same
            notes.append(f"parameter {name}: left out, because it has no name in the query")
        else:
            found[name] = same[0]
    rest = [slot for slot in slots if not any(slot is one for one in (*found.values(), *dropped))]
    unlisted = {
        slot.name: slot for slot in rest if slot.where is ParameterLocation.PATH and slot.marked
    }
    unknown = [
        slot for slot in rest if slot.where is not ParameterLocation.PATH and _is_placeholder(slot)
    ]
    notes += [f"parameter {slot.name}: left out: in no list on the page" for slot in unknown]
    left = (*dropped, *unknown)
    return Chosen(found, tuple(unlisted.values()), left, tuple(notes), frozenset(missing))


def unplaced(name: str) -> str:
    return f"parameter {name}: left out, because the request line does not have it"


def _is_placeholder(slot: SyntaxSlot) -> bool:
    """Whether an unlisted piece is a placeholder all the same: a query value named like its key."""
    named_alike = slot.name.replace("_", "").lower() == slot.wire.replace("-", "").lower()
    return slot.marked or (
        slot.where is ParameterLocation.QUERY and bool(slot.name) and named_alike
    )


def _candidates(slots: Sequence[SyntaxSlot], name: str) -> Iterator[list[SyntaxSlot]]:
    """Slots by placeholder, else by wire name, else by wire name ignoring case."""
    yield [slot for slot in slots if slot.name == name]
    # A media type is written out: such a header is no member.
    outside = [
        slot for slot in slots if slot.where is not ParameterLocation.PATH and "/" not in slot.name
    ]
    yield [slot for slot in outside if slot.wire == name]
    yield [slot for slot in outside if slot.wire.lower() == name.lower()]


def _without_literals(same: list[SyntaxSlot]) -> list[SyntaxSlot]:
    """Drop path segments that merely share a label's name: the label is the last of them."""
    if len(same) < 2 or any(slot.where is not ParameterLocation.PATH for slot in same):
        return same
    return [slot for slot in same if slot.marked][:1] or same[-1:]


def wired(slot: SyntaxSlot) -> SyntaxSlot:
    """The slot under the name that its parameter has on the wire."""
    return replace(slot, wire=slot.name) if slot.where is ParameterLocation.PATH else slot


def template(target: str, labels: set[str]) -> str:
    path = target.partition("?")[0]
    found = {match[1].rstrip("+") for match in PLACEHOLDER.finditer(path)}
    marked = PLACEHOLDER.sub(lambda match: "{" + match[1].rstrip("+") + "}", path)
    segments = marked.split("/")
    for name in labels - found:
        # A segment may have the name of the label after it: the last one is the label.
        at = [i for i, segment in enumerate(segments) if segment.rstrip("+") == name]
        if at:
            segments[at[-1]] = f"{{{name}}}"
    return "/".join(segments).replace("}+", "}")
