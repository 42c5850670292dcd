"""Values that a model's own descriptions write as code: better than what a pattern alone allows.

Of such texts only those count that keep every limit of the member. Names at the top of a request
are left alone: what is new must have a name that nothing has.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from conformance.contract.model import Kind, Operation, Shape
from conformance.contract.validate import is_valid
from conformance.documents.sdk.models import SdkModel

CODE = re.compile(r"<code>([^<>\s]{1,200})</code>")
MOST, DEEPEST = 3, 6
Written = Mapping[str, tuple[str, ...]]


def written_values(model: SdkModel) -> Written:
    """The texts in the descriptions of members, by the member's name."""
    found: dict[str, dict[str, None]] = {}
    for shape in model.data["shapes"].values():
        for name, member in shape.get("members", {}).items():
            texts = CODE.findall(member.get("documentation", ""))
            found.setdefault(member.get("locationName", name), {}).update(dict.fromkeys(texts))
    return {name: tuple(texts) for name, texts in found.items() if texts}


def with_written(operation: Operation, written: Written) -> Operation:
    """The operation with such values as examples, inside its structures and lists."""
    input_ = {
        name: replace(one, shape=_inside(one.shape, name, written, 0))
        for name, one in operation.input.items()
    }
    return replace(operation, input=input_)


def _inside(shape: Shape, name: str, written: Written, depth: int) -> Shape:
    if shape.examples or depth > DEEPEST:
        return shape
    if shape.kind is Kind.STRING and depth and shape.limit("pattern"):
        fitting = [one for one in written.get(name, ()) if is_valid(shape, one)]
        return replace(shape, examples=tuple(fitting[:MOST]))
    if shape.element is not None:
        return replace(shape, element=_inside(shape.element, name, written, depth + 1))
    members = {
        inner: replace(one, shape=_inside(one.shape, inner, written, depth + 1))
        for inner, one in shape.members.items()
    }
    return replace(shape, members=members) if members else shape
