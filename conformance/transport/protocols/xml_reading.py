"""XML as members: read by their shapes, and kept as it stands where it is not of the shape.

So the judge can say what is wrong: an element that is no number stays its text, a list whose
items have other names stays the elements that are there.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from conformance.contract.model import Kind, Member, Shape
from conformance.contract.texts import BOOLEANS
from conformance.transport.body_forms import form_of
from conformance.transport.exchange import Response
from conformance.transport.parsed_response import NOT_JSON
from conformance.transport.protocols.seam import ReadBody

WHOLE = re.compile(r"[+-]?\d{1,400}")
NUMBERS = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?|NaN|-?Infinity")
UNSPEAKABLE = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2\d|3[01]));"
)
"""Control characters that XML cannot have, as they are and as references."""
DEEPEST = 400
"""Levels of elements that are looked at: no answer of a service comes near it."""


def parse(body: bytes) -> ET.Element | None:
    """The root of a document; None where it is no XML, or XML that declares what it means.

    S3 documents that a name with a character that XML cannot have makes an answer that no parser
    takes: such characters are no fault of the form.
    """
    if b"<!" in body[:200] and re.search(rb"<!(DOCTYPE|ENTITY)", body, re.IGNORECASE):
        return None
    root = _root(body)
    if root is None and UNSPEAKABLE.search(body):
        root = _root(UNSPEAKABLE.sub(b"?", body))
    return root if root is not None and _depth(root) <= DEEPEST else None


def _root(body: bytes) -> ET.Element | None:
    try:
        return ET.fromstring(body)  # noqa: S314 - what declares entities is refused before
    except (ET.ParseError, ValueError, LookupError):
        return None


def _depth(root: ET.Element) -> int:
    depth, level = 0, [root]
    while level and depth <= DEEPEST:
        depth, level = depth + 1, [inner for one in level for inner in one]
    return depth


@lru_cache(maxsize=4096)
def local(tag: str) -> str:
    """The name of an element or an attribute without its namespace."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def children(element: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in element if local(one.tag) == name]


def read_members(members: Mapping[str, Member], element: ET.Element) -> dict[str, Any]:
    """The members of an element; unknown children stay under their own names."""
    found: dict[str, Any] = {}
    given: defaultdict[str, list[ET.Element]] = defaultdict(list)
    for one in element:
        given[local(one.tag)].append(one)
    known = set()
    attributes = {local(key): text for key, text in element.attrib.items()}
    for name, member in members.items():
        names = member.shape.names
        tag = names.name or name
        known.add(tag)
        if names.attribute:
            if local(tag) in attributes:
                found[name] = scalar(member.shape, attributes[local(tag)])
        elif tag in given:
            found[name] = _value(member.shape, given[tag])
        elif member.shape.kind is Kind.LIST and not names.wrapped and member.required:
            found[name] = []  # items without an element around them: none is no element
    for tag, elements in given.items():
        if tag not in known:
            found.setdefault(tag, plain(elements[0]))
    return found


def read_value(shape: Shape, element: ET.Element) -> Any:
    return _value(shape, [element])


def without_empty(value: Any) -> Any:
    """A value without the empty lists among its members."""
    if isinstance(value, list):
        return [without_empty(item) for item in value]
    if isinstance(value, dict):
        return {name: without_empty(item) for name, item in value.items() if item != []}
    return value


def _value(shape: Shape, elements: list[ET.Element]) -> Any:
    first, wrapped = elements[0], shape.names.wrapped
    if shape.kind is Kind.LIST and shape.element is not None:
        items = children(first, shape.element.names.name or "member") if wrapped else elements
        if wrapped and (len(items) < len(first) or not items):
            return _empty(first, [])
        return [_value(shape.element, [one]) for one in items]
    if shape.kind is Kind.MAP:
        entries = children(first, "entry") if wrapped else elements
        return _entries(shape, first, entries) if entries or not wrapped else _empty(first, {})
    if shape.kind is Kind.STRUCTURE:
        text = (first.text or "").strip()
        return text if text and not len(first) else read_members(shape.members, first)
    if shape.kind is Kind.ANY or len(first):
        return plain(first)
    return scalar(shape, first.text or "")


def _empty(element: ET.Element, usual: Any) -> Any:
    """The usual value of an element without entries, else what is in it."""
    return usual if not len(element) and not (element.text or "").strip() else plain(element)


def _entries(shape: Shape, element: ET.Element, entries: list[ET.Element]) -> Any:
    key_name, value_name = entry_names(shape)
    value = shape.element
    found: dict[str, Any] = {}
    for one in entries:
        keys, values = children(one, key_name), children(one, value_name)
        if not keys:
            return plain(element) or one.text or ""
        found[keys[0].text or ""] = _value(value, values) if value and values else None
    return found


def entry_names(shape: Shape) -> tuple[str, str]:
    """What the key and the value of an entry of a map are called."""
    key = shape.key.names.name if shape.key else None
    value = shape.element.names.name if shape.element else None
    return key or "key", value or "value"


def scalar(shape: Shape, text: str) -> Any:
    """The value of a text; the text itself where it stands for none of that type."""
    kind = shape.wire if shape.kind is Kind.TIMESTAMP and shape.wire else shape.kind
    if kind is Kind.BOOLEAN:
        return BOOLEANS.get(text.strip(), text)
    if kind is Kind.INTEGER:
        return int(text) if WHOLE.fullmatch(text.strip()) else text
    if kind is Kind.NUMBER:
        return float(text) if NUMBERS.fullmatch(text.strip()) else text
    return text


def plain(element: ET.Element) -> Any:
    """An element of unknown type: its text, or its children by name."""
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for one in element:
        name, value = local(one.tag), plain(one)
        if name in found:
            before = found[name]
            value = [*before, value] if isinstance(before, list) else [before, value]
        found[name] = value
    return found


# -- Errors --------------------------------------------------------------------------------------


def read_root(
    response: Response, places: tuple[tuple[str, ...], ...], errors: Collection[str]
) -> ReadBody | ET.Element:
    """The root of what succeeded; else its error, or what is wrong with its form.

    ``errors`` are the names that the root of an error has, whatever its status.
    """
    root = parse(response.body)
    if root is None:
        return _not_xml(response)
    error = _read_error(root, places)
    if response.status >= 300:
        return error or ReadBody({}, form=f"XML without an error: {local(root.tag)}")
    return error if error is not None and local(root.tag) in errors else root


def _read_error(root: ET.Element, places: tuple[tuple[str, ...], ...]) -> ReadBody | None:
    """The error of an answer, where it has one; its form is wrong where it stands elsewhere.

    ``places`` are the names from the root to the error, each way that is right.
    """
    error = next((one for one in root.iter() if local(one.tag) == "Error"), None)
    if error is None:
        return None
    code, way = _text(error, "Code"), _way(root, error)
    wanted = " or ".join("/".join(place) for place in places)
    form = "" if way in places else f"XML with its error in {'/'.join(way)} instead of {wanted}"
    message = _text(error, "Message") or _text(error, "message")
    return ReadBody(plain(error), (code,) if code else (), message, form, is_error=True)


def _text(element: ET.Element, name: str) -> str:
    return next((one.text or "" for one in children(element, name)), "").strip()


def _way(element: ET.Element, wanted: ET.Element) -> tuple[str, ...]:
    name = local(element.tag)
    if element is wanted:
        return (name,)
    for one in element:
        inner = _way(one, wanted)
        if inner:
            return (name, *inner)
    return ()


def _not_xml(response: Response) -> ReadBody:
    """An answer whose body is no XML, or empty."""
    if not response.body:
        return ReadBody(NOT_JSON)
    form = form_of(response)
    if form == "XML":
        form = "malformed XML"
    elif form != "HTML" and not form.startswith("encoded"):
        form = "JSON" if response.body.lstrip()[:1] in {b"{", b"["} else "no XML"
    return ReadBody(NOT_JSON, form=form)
