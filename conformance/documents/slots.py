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
        """The parts of the query that are no parameters."""
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
        names = marked or ([segment] if segment else [])
        slots += [
            SyntaxSlot(
                ParameterLocation.PATH,
                name.rstrip("+"),
                name.rstrip("+"),
                bool(marked),
                greedy=bool(marked) and name.endswith("+"),
            )
            for name in names
        ]
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
    """Give every listed name its slot.

    Raises Contradiction where the request line has a name in several places.
    """
    found: dict[str, SyntaxSlot] = {}
    dropped: list[SyntaxSlot] = []
    notes = []
    missing = []
    for name in names:
        slot = _of(page, section, slots, name)
        if slot is None:
            missing.append(name)
            notes.append(unplaced(name))
        elif slot.is_open:
            dropped.append(slot)
            notes.append(f"parameter {name}: left out, because it has no name in the query")
        else:
            found[name] = slot
    rest = [slot for slot in slots if not any(slot is one for one in (*found.values(), *dropped))]
    unlisted = tuple(slot for slot in rest if slot.where is ParameterLocation.PATH and slot.marked)
    unknown = [
        slot for slot in rest if slot.where is not ParameterLocation.PATH and _is_placeholder(slot)
    ]
    notes += [f"parameter {slot.name}: left out: in no list on the page" for slot in unknown]
    return Chosen(found, _once(unlisted), (*dropped, *unknown), tuple(notes), frozenset(missing))


def unplaced(name: str) -> str:
    """The note on a parameter that a page lists and does not place."""
    return f"parameter {name}: left out, because the request line does not have it"


def _once(slots: Sequence[SyntaxSlot]) -> tuple[SyntaxSlot, ...]:
    return tuple({slot.name: slot for slot in slots}.values())


def _is_placeholder(slot: SyntaxSlot) -> bool:
    """Whether a piece that no list names is one all the same: a query with the word of its key."""
    named_alike = slot.name.replace("_", "").lower() == slot.wire.replace("-", "").lower()
    return slot.marked or (
        slot.where is ParameterLocation.QUERY and bool(slot.name) and named_alike
    )


def _of(
    page: DocumentOutline, section: DocumentSection, slots: Sequence[SyntaxSlot], name: str
) -> SyntaxSlot | None:
    for same in _candidates(slots, name):
        kept = _without_literals(same)
        if len(kept) > 1:
            raise Contradiction(
                page.document.shown,
                section.line,
                f"the listed parameter {name!r} once in the request line",
                f"it {len(kept)} times",
            )
        if kept:
            return kept[0]
    return None


def _candidates(slots: Sequence[SyntaxSlot], name: str) -> Iterator[list[SyntaxSlot]]:
    """Slots by placeholder, else by the name on the wire: exactly, else but for its case."""
    yield [slot for slot in slots if slot.name == name]
    outside = [
        slot for slot in slots if slot.where is not ParameterLocation.PATH and _may_vary(slot)
    ]
    yield [slot for slot in outside if slot.wire == name]
    yield [slot for slot in outside if slot.wire.lower() == name.lower()]


def _may_vary(slot: SyntaxSlot) -> bool:
    """Whether a header or a query part can be a member: a media type is written out."""
    return "/" not in slot.name


def _without_literals(same: list[SyntaxSlot]) -> list[SyntaxSlot]:
    """Without the path segments that only have the name of a label: the label comes after them."""
    if len(same) < 2 or any(slot.where is not ParameterLocation.PATH for slot in same):
        return same
    return [slot for slot in same if slot.marked][:1] or same[-1:]


def wired(slot: SyntaxSlot) -> SyntaxSlot:
    """The slot under the name that its parameter has on the wire."""
    return replace(slot, wire=slot.name) if slot.where is ParameterLocation.PATH else slot


def template(target: str, labels: set[str]) -> str:
    """The path with its labels in braces."""
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
