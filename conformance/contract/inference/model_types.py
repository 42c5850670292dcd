"""The types and limits of a service's SDK model, for what its pages leave open; none is tested."""

from dataclasses import replace

from conformance.contract.model import Kind, Location, Member, Operation, Shape

DEEPEST = 8
"""Shapes within shapes in which limits are looked for."""


def with_types(own: Operation, known: Operation | None) -> Operation:
    """The operation with the types of its parameters, and with what keeps its values valid.

    Pages state no type for a parameter outside the body, and a structure without a page of its own
    has no limits. Of what the model adds no requirement is made: it only makes better requests.
    """
    if known is None:
        return own
    input_ = {
        name: replace(one, shape=_with_model_shape(one, known.input[name]))
        if name in known.input
        else one
        for name, one in own.input.items()
    }
    # Where a page has lost the names of its errors, or is older, those of the model are right, too.
    errors = {name: replace(one, untested=True) for name, one in known.errors.items()}
    return replace(
        own, input=input_, greedy=own.greedy | known.greedy, errors={**errors, **own.errors},
        usual=known.usual,
    )  # fmt: skip


def _with_model_shape(own: Member, known: Member) -> Shape:
    shape = own.shape
    is_text = own.location in {Location.PATH, Location.QUERY, Location.HEADER}
    if is_text and shape.kind is Kind.STRING and known.shape.kind is not Kind.STRING:
        other = replace(known.shape, constraints={}, source=shape.source, members={})
        shape = replace(other, constraints=shape.constraints, level=shape.level)
    return with_limits(shape, known.shape)


def with_limits(own: Shape, known: Shape, depth: int = 0) -> Shape:
    """A shape with the limits that another one has besides, none of which is tested."""
    if own.kind is Kind.ANY and own.name and known.kind is Kind.STRUCTURE:
        # Only its name is known here.
        return replace(known, source=own.source, level=own.level, untested=True)
    if own.kind is not known.kind or depth > DEEPEST:
        return own
    if own.kind is Kind.STRUCTURE and not own.members:
        # The page of the type is not there.
        return replace(own, members=known.members, union=known.union, untested=True)
    more = {
        name: replace(limit, untested=True)
        for name, limit in known.constraints.items()
        if name not in own.constraints
    }
    element, key = own.element, own.key
    if element is not None and known.element is not None:
        element = with_limits(element, known.element, depth + 1)
    if key is not None and known.key is not None:
        key = with_limits(key, known.key, depth + 1)
    members = {
        name: _member(one, known.members[name], depth + 1) if name in known.members else one
        for name, one in own.members.items()
    }
    return replace(
        own, constraints={**own.constraints, **more}, element=element, key=key, members=members,
        union=own.union or (known.union and own.members.keys() <= known.members.keys()),
    )  # fmt: skip


def _member(own: Member, known: Member, depth: int) -> Member:
    more = known.required and not own.required
    return replace(
        own, shape=with_limits(own.shape, known.shape, depth), required=own.required or more,
        untested=own.untested or more,
    )  # fmt: skip
