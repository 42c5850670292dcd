"""The lifecycles of a service's resources, read off its operations where no overlay states them.

An operation's role shows in the beginning of its name and in its path: what is deleted, read and
updated has a label at the end of its path; what is created and listed has the path before it, or
that of the label itself. Where these agree the role is sure; where only one of them speaks, or two
operations could have it, nobody has it. What is uncertain is left out: no requirement rests on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec.structs import replace

from conformance.contract.levels import Level, Source
from conformance.contract.model import Contract, Kind, Operation, Shape
from conformance.contract.overlay_model import (
    Identifier,
    Listing,
    OperationWords,
    Overlay,
    Page,
    Resource,
    Unique,
)
from conformance.contract.overlay_rules import StepsRule
from conformance.contract.overlay_steps import Step
from conformance.contract.protocols import LIMITS, TOKENS
from conformance.contract.routes import trailing_label

VERBS = {
    "create": ("Create", "Put", "Register", "Add"),
    "read": ("Get", "Describe"),
    "update": ("Update", "Modify", "Put"),
    "list": ("List", "Get", "Describe"),
    "delete": ("Delete", "Remove", "Deregister"),
}
METHODS = {
    "create": {"POST", "PUT"},
    "read": {"GET"},
    "update": {"PATCH", "PUT", "POST"},
    "list": {"GET", "POST"},
    "delete": {"DELETE"},
}
SURE, LIKELY = "sure", "likely"


@dataclass(slots=True)
class Inferred:
    """One kind of resource as an overlay would state it, and how sure each part of it is."""

    name: str
    label: str
    path: str
    resource: Resource = field(default_factory=Resource)
    why: dict[str, str] = field(default_factory=dict)

    def add(self, part: str, sure: str = "", **stated: Any) -> None:
        """State a part of the resource."""
        self.resource = replace(self.resource, **stated)
        if sure:
            self.why[part] = sure


def inferred_overlay(contract: Contract) -> Overlay:
    """What an overlay would say, marked as inferred; the main kind first.

    The main kind is the one that most operations are about and that is part of nothing else.
    """
    found = infer(contract)
    empty = {
        name: OperationWords(empty_object_allowed=True)
        for name, operation in contract.operations.items()
        if operation.content_type is None
    }
    rules = {address: rule for one in found for address, rule in _rules(one)}
    if not found:
        return Overlay(inferred=True, operations=empty)
    main, *others = found
    return Overlay(
        inferred=True,
        operations=empty,
        resource=replace(main.resource, called=main.name),
        resources={one.name: one.resource for one in others},
        rules=rules,
    )


def _rules(one: Inferred) -> Iterator[tuple[str, StepsRule]]:
    """What resources do everywhere, if nothing is delayed: reported, without failing anything."""
    about = one.resource
    if about.not_found is not None:
        gone = (Step(make={}), Step(send="read"), Step(send="delete"),
                Step(send="read", gives="not-found"))  # fmt: skip
        statement = f"a {about.name} that was deleted is not found"
        yield f"{about.delete}/behavior/gone-after-deletion", _rule(statement, gone)
    if about.page is not None:
        steps = (Step(make={}), Step(send="list", entry=True))
        statement = f"a new {about.name} is in the list"
        yield f"{about.list}/behavior/lists-what-was-made", _rule(statement, steps)


def _rule(statement: str, steps: tuple[Step, ...]) -> StepsRule:
    source = Source(observation="inferred from the operations' names, paths and members")
    return StepsRule(
        level=Level.INFORMATIONAL, statement=statement, source=source, steps=steps
    )  # fmt: skip


def infer(contract: Contract) -> list[Inferred]:
    """The kinds whose creation, identifier and deletion are certain, the main one first."""
    kinds = [one for one in _candidates(contract) if _is_whole(one)]
    names = {one.name for one in kinds}
    if len(names) < len(kinds):
        kinds = list({one.name: one for one in kinds}.values())
    known = {one.path: one for one in kinds}
    whole = [one for one in kinds if _add_needs(one, known)]

    def weight(one: Inferred) -> tuple[int, int]:
        about = sum(op.path.startswith(one.path) for op in contract.operations.values())
        return len(one.resource.needs), -about

    return sorted(whole, key=weight)


def _candidates(contract: Contract) -> Iterator[Inferred]:
    """Every path that ends in a label, as a kind, with the roles that are certain."""
    paths = dict.fromkeys(one.path for one in contract.operations.values())
    for path in paths:
        label = trailing_label(path)
        if label is None:
            continue
        parent = label.parent
        one = Inferred("", label.name, path)
        for role in ("delete", "read", "update"):
            _take(one, role, _with(contract, path, role))
        _take(one, "create", [*_with(contract, parent, "create"), *_with(contract, path, "create")])
        _take(one, "list", _with(contract, parent, "list"))
        noun = _noun(one.resource.create or "", "create")
        one.name = re.sub(r"(?<!^)(?=[A-Z])", "-", noun).lower()
        one.add("name", name=one.name.replace("-", " "))
        _identify(contract, one)
        _add_errors(contract, one)
        _add_listing(contract, one)
        yield one


def _with(contract: Contract, path: str, role: str) -> list[Operation]:
    """The operations of a path whose method and name fit a role."""
    return [
        one
        for one in contract.operations.values()
        if one.path.rstrip("/") == path
        and not one.query
        and one.method in METHODS[role]
        and one.name.startswith(VERBS[role])
    ]


def _take(one: Inferred, role: str, candidates: list[Operation]) -> None:
    """Give a role to the only operation that may have it, whose name is about the same thing."""
    taken = {*one.resource.roles().values()}
    free = [operation for operation in candidates if operation.name not in taken]
    best = [
        operation for verb in VERBS[role] for operation in free if operation.name.startswith(verb)
    ]
    first = best[:1] if role in {"create", "update"} else best if len(best) == 1 else []
    for operation in first:
        noun = _noun(one.resource.delete or "", "delete")
        same = not noun or _stem(_noun(operation.name, role)) == _stem(noun)
        if same:
            one.add(role, SURE, **{role: operation.name})


def _noun(name: str, role: str) -> str:
    """What an operation's name says that it is about."""
    for verb in VERBS[role]:
        if name.startswith(verb):
            return name.removeprefix(verb)
    return name


def _stem(noun: str) -> str:
    """A noun without its plural: ``UsagePlans`` and ``UsagePlan`` are one."""
    lower = noun.lower()
    return re.sub(r"ie$", "y", re.sub(r"e?s$", "", lower)) if not lower.endswith("ss") else lower


def _identify(contract: Contract, one: Inferred) -> None:
    """Where a new resource's identifier is: chosen by the request, or shown by the answer."""
    create = contract.operations.get(one.resource.create or "")
    if create is None:
        return
    if one.label in create.input:
        template = _template(create.input[one.label].shape)
        if template is not None:
            unknown = f"${{{template}}}"
            identifier = Identifier(label=one.label, given=one.label, unknown=unknown)
            unique = Unique(member=one.label, template=template)
            one.add("identifier", SURE, identifier=identifier, unique=unique)
        return
    member = _shown(create, one.label)
    if member is not None:
        identifier = Identifier(label=one.label, created=member, unknown="${alnum:10}")
        sure = SURE if member.lower() == _plain(one.label) else LIKELY
        one.add("identifier", sure, identifier=identifier)


def _template(shape: Shape) -> str | None:
    """What makes new names of this shape; None where its limits allow none that is known."""
    if shape.limit("enum") or shape.kind is not Kind.STRING:
        return None
    from conformance.contract.validate import shape_violations

    for template, example in (("name", "conformance-a0b1c2d3-00001"), ("alnum", "a0b1c2d3e4")):
        if not list(shape_violations(shape, example)):
            return template
    return None


def _plain(label: str) -> str:
    return label.replace("_", "").replace("-", "").lower()


def _shown(create: Operation, label: str) -> str | None:
    """The member of the answer that has what the label takes; None where several may."""
    texts = [name for name, one in create.output.items() if one.shape.kind is Kind.STRING]
    wanted = _plain(label)
    exact = [name for name in texts if _plain(name) == wanted]
    ending = re.search(r"(id|arn|name)$", wanted)
    alike = [name for name in texts if ending and _plain(name) == ending[1]]
    plain_id = [name for name in texts if _plain(name) == "id"] if ending is None else []
    chosen = exact or alike or plain_id
    return chosen[0] if len(chosen) == 1 else None


def _is_whole(one: Inferred) -> bool:
    """Whether enough is sure to make one and to take it away again."""
    made = {"create", "delete"} <= one.resource.roles().keys()
    return made and one.resource.identifier is not None


def _add_errors(contract: Contract, one: Inferred) -> None:
    """The error of a read of what is not there, where the page of it declares just one."""
    read = contract.operations.get(one.resource.read or "")
    missing = [error.name for error in read.missing] if read else []
    if read is not None and len(missing) == 1:
        one.add("not-found", SURE, not_found=missing[0], not_found_by=(read.name,))


def _add_listing(contract: Contract, one: Inferred) -> None:
    """Where the list has its entries, and how its pages go on."""
    listing = contract.operations.get(one.resource.list or "")
    identifier = one.resource.identifier
    if listing is None or identifier is None:
        one.add("list", list=None)
        return
    named = (identifier.created, identifier.given, one.label)
    names = {name for name in named if name is not None}
    lists = [
        (name, member.shape.element)
        for name, member in listing.output.items()
        if member.shape.kind is Kind.LIST and member.shape.element is not None
    ]
    fitting = [(name, names & shape.members.keys()) for name, shape in lists]
    sure = [(name, shared) for name, shared in fitting if len(shared) == 1]
    if len(sure) != 1:
        one.add("list", list=None)
        return
    name, shared = sure[0]
    stated = Listing(items=f"{name}[]", id=next(iter(shared)), page=_page(listing))
    one.add("listing", SURE, listing=stated)


def _page(listing: Operation) -> Page | None:
    limit = next((name for name in listing.input if name.lower() in LIMITS), None)
    token = next((name for name in listing.input if name.lower() in TOKENS), None)
    shown = next((name for name in listing.output if name.lower() in TOKENS), None)
    if limit is None or token is None or shown is None:
        return None
    most = listing.input[limit].shape.limit("maximum") or 100
    return Page(page_size=limit, most=most, input_token=token, output_token=shown)


def _add_needs(one: Inferred, known: Mapping[str, Inferred]) -> bool:
    """The kinds that the path leads through; False where one of its labels is of no kind."""
    needs: dict[str, Literal["shared", "fresh"]] = {}
    segments = one.path.split("/")
    for index in range(1, len(segments)):
        before = "/".join(segments[:index])
        if trailing_label(before) is None:
            continue
        if before not in known:
            return False
        needs[known[before].name] = "shared"
    if needs:
        one.add("needs", SURE, needs=needs)
    return True
