"""Pages as flat facts, to tell in words what two documents on one thing state differently."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from conformance.documents.model import (
    NUMBERS,
    BaseType,
    DocumentedMember,
    Leaf,
    ListNode,
    Node,
    TypeName,
)
from conformance.documents.page_model import OperationPage, Parameter, StructurePage

TEXT_LIMITS = {"minLength", "maxLength", "pattern"}
NUMBER_LIMITS = {"minimum", "maximum"}

Facts = dict[str, str]
Told = TypeVar("Told", OperationPage, StructurePage)
MAX_NODES = 20_000


def operation_facts(page: OperationPage) -> Facts:
    facts = {"method": page.method, "path": page.path, "status": str(page.status)}
    for name, value in page.literal_query.items():
        facts[f"request query {name}"] = value
    facts.update(_parameters("request", page.parameters))
    facts.update(_parameters("response", page.response_headers))
    for side, content in (("request", page.request), ("response", page.response)):
        members = [*content.members, *([content.payload] if content.payload else [])]
        for member in members:
            facts.update(_member(side, member))
        if content.syntax is not None:
            facts.update(_nested(side, content.syntax.entries))
    for error in page.errors:
        facts[f"error {error.name or '(unnamed)'} {error.status}"] = "listed"
        for name, _ in error.members:
            facts[f"error {error.name} member {name}"] = "listed"
    return facts


def structure_facts(page: StructurePage) -> Facts:
    return {key: value for one in page.members for key, value in _member("member", one).items()}


def differences(earlier: Told, later: Told, facts: Callable[[Told], Facts]) -> Iterator[str]:
    """One line for each fact that only one page states or that they state differently."""
    old, new = facts(earlier), facts(later)
    for key in old | new:
        before, after = old.get(key), new.get(key)
        about = f"{later.name}: {key}"
        if before is None:
            yield f"{about}: only in {later.document}{_value(after)}"
        elif after is None:
            yield f"{about}: only in {earlier.document}{_value(before)}"
        elif before != after:
            yield f"{about}: {before} in {earlier.document}, {after} in {later.document}"


def _value(value: str | None) -> str:
    return "" if value in {None, "listed"} else f" ({value})"


def _parameters(side: str, parameters: Sequence[Parameter]) -> Facts:
    facts: Facts = {}
    for parameter in parameters:
        facts[f"{side} {parameter.member.name} in"] = f"{parameter.where} {parameter.wire}"
        facts.update(_member(side, parameter.member))
    return facts


def _member(side: str, member: DocumentedMember) -> Facts:
    where = f"{side} {member.name}"
    facts = {where: "listed"}
    if member.type is not None:
        facts[f"{where} type"] = type_text(member.type)
    if member.required is not None:
        facts[f"{where} required"] = "yes" if member.required else "no"
    if member.default is not None:
        facts[f"{where} default"] = member.default
    for limit in member.limits:
        part = "" if limit.on.value == "leaf" else f" {limit.on.value}"
        depth = f" {limit.depth + 1}" if limit.depth else ""
        facts[f"{where}{part}{depth} {limit.name}"] = str(limit.value)
    return facts


def _nested(prefix: str, entries: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """The members below the first level of a syntax block."""
    stack = [(f"{prefix} {name}", node) for name, node in entries.items()]
    seen = 0
    while stack and seen < MAX_NODES:
        seen += 1
        where, node = stack.pop()
        if isinstance(node, ListNode):
            if node.item is not None:
                stack.append((f"{where}[]", node.item))
        elif not isinstance(node, Leaf) and node.as_map is None:
            for name, inner in node.entries.items():
                yield f"{where}.{name}", "listed"
                stack.append((f"{where}.{name}", inner))


def type_text(stated: TypeName) -> str:
    """A type in short words: ``list of PatchOperation``."""
    if stated.base in {BaseType.LIST, BaseType.MAP} and stated.element is not None:
        return f"{stated.base.value} of {type_text(stated.element)}"
    return stated.name or stated.base.value


def fits(limit: str, base: BaseType) -> bool:
    """Whether a limit can be one of values of a type."""
    if limit in TEXT_LIMITS:
        return base in {BaseType.STRING, BaseType.BLOB, BaseType.TIMESTAMP, BaseType.JSON}
    if limit in NUMBER_LIMITS:
        return base in NUMBERS
    return base not in {BaseType.STRUCTURE, BaseType.LIST, BaseType.MAP}


def as_type(text: str, base: BaseType) -> bool | int | float | str:
    """A documented value in the type of its member; the text itself where it does not fit."""
    if base is BaseType.BOOLEAN and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    number = int if base in {BaseType.INTEGER, BaseType.LONG} else float
    if base in NUMBERS:
        try:
            return number(text)
        except ValueError:
            return text
    return text
