"""The members a section lists: which lines belong to which name."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from conformance.documents.constraints import read_member
from conformance.documents.lines import ENTRY_NAME, IDENTIFIER, DocumentLine, LineKind, name_in
from conformance.documents.model import Document, DocumentedMember, Rendering
from conformance.documents.problems import Contradiction
from conformance.documents.sections import DocumentOutline, DocumentSection

# Bold words of Markdown pages that begin a remark, not a member.
CALLOUTS = {"Note", "Notes", "Important", "Warning", "Tip", "Caution", "Example", "Examples"}
# Bold words that are in italics too: a remark.
EMPHASIS = re.compile(r"_.+_")
LOST_GAP = 2


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """A name and the lines below it; ``name`` is None where only a gap was left of it."""

    name: str | None
    start: DocumentLine
    lines: tuple[DocumentLine, ...]


def entries(
    page: DocumentOutline, section: DocumentSection, known: AbstractSet[str]
) -> list[MemberEntry]:
    """The entries of a section; ``known`` are the names that may stand in it."""
    is_start = _plain_name if page.rendering is Rendering.PLAIN else _is_name
    lines = section.lines
    starts = [index for index in range(len(lines)) if is_start(lines, index, known)]
    return [
        MemberEntry(name_in(lines[start].text), lines[start], tuple(lines[start + 1 : end]))
        for start, end in pairwise([*starts, len(lines)])
    ]


def typed_entries(page: DocumentOutline, section: DocumentSection) -> list[MemberEntry]:
    """The entries of a list that no syntax block names: each member has a ``Type:`` line.

    A name without one is a heading inside of the description above it.
    """
    found: list[MemberEntry] = []
    for entry in entries(page, section, set()):
        last = found[-1] if found else None
        ends = ("Type:", "Required:")
        if last is None or any(line.text.startswith(ends) for line in last.lines):
            found.append(entry)
        else:
            found[-1] = replace(last, lines=(*last.lines, entry.start, *entry.lines))
    return found


def nameless(section: DocumentSection) -> list[MemberEntry]:
    """The entries of a section whose names are gone: each begins after a gap of blank lines."""
    groups: list[list[DocumentLine]] = [[]]
    gap = 0
    for line in section.lines:
        if line.kind is LineKind.BLANK:
            gap += 1
            continue
        if gap >= LOST_GAP:
            groups.append([])
        groups[-1].append(line)
        gap = 0
    return [MemberEntry(None, group[0], tuple(group)) for group in groups[1:] if group]


def listed(
    page: DocumentOutline, section: DocumentSection, known: AbstractSet[str]
) -> list[DocumentedMember]:
    """The members a section lists. Raises Contradiction where a name stands twice."""
    found = entries(page, section, known) if known else typed_entries(page, section)
    return read_entries(page.document, section, found)


def read_entries(
    document: Document, section: DocumentSection, found: Sequence[MemberEntry]
) -> list[DocumentedMember]:
    """Members of entries that have names."""
    members: dict[str, DocumentedMember] = {}
    for entry in found:
        name = entry.name or ""
        if name in members:
            expected = f"{name!r} once in {section.title!r}"
            raise Contradiction(document.shown, entry.start.number, expected, "it again")
        members[name] = read_member(document, section.title, name, entry.start, entry.lines)
    return list(members.values())


def _is_name(lines: Sequence[DocumentLine], index: int, known: AbstractSet[str]) -> bool:
    line = lines[index]
    if line.kind is not LineKind.NAME or EMPHASIS.fullmatch(line.text):
        return False
    if index and lines[index - 1].kind is LineKind.TEXT and lines[index - 1].raw.startswith("**"):
        return False  # the second line of a remark in bold
    return line.text in known or line.text not in CALLOUTS or _states_type(lines, index)


def _states_type(lines: Sequence[DocumentLine], index: int) -> bool:
    """Whether a member's type follows before the next name, and not in the middle of a member."""
    before = [line.text for line in lines[:index] if line.kind is LineKind.TEXT]
    if before and not before[-1].startswith("Required:"):
        return False
    below = takewhile(lambda line: line.kind is not LineKind.NAME, lines[index + 1 :])
    return any(line.text.startswith("Type:") for line in below)


def _plain_name(lines: Sequence[DocumentLine], index: int, known: AbstractSet[str]) -> bool:
    """A paragraph of one word is a name, unless it is the description of the name before."""
    line = lines[index]
    if line.kind is not LineKind.TEXT or name_in(line.text) is None:
        return False
    alone = all(
        not 0 <= near < len(lines)
        or lines[near].kind is LineKind.BLANK
        or ENTRY_NAME.fullmatch(lines[near].text)
        for near in (index - 1, index + 1)
    )
    if not alone or line.text in known:
        return alone
    before = next((one for one in reversed(lines[:index]) if one.kind is LineKind.TEXT), None)
    return before is None or not IDENTIFIER.fullmatch(before.text)
