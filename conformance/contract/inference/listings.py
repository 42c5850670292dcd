"""The lists of a kind: where each has its entries, what names one there, and how its pages go on.

What a creation shows within a structure (the ``Id`` of a ``UserPool``) an entry shows under the
same name. A kind may have several lists: ``ListLogGroups`` and ``DescribeLogGroups``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.contract.inference.naming import LIST, is_plural, plain, split
from conformance.contract.inference.nouns import Noun
from conformance.contract.member_roles import FOLLOWING, LIMITS, TOKENS
from conformance.contract.model import Contract, Kind, Operation, Shape
from conformance.contract.vocabulary.overlay_model import Identifier, Listing, Page

_OF_ITSELF = ("List", "Search")
"""The verbs of lists that may be called as what they list is, in the singular."""


def lists_of(contract: Contract, noun: Noun) -> Iterator[Operation]:
    """The operations whose names say that they list a noun."""
    for one in contract.operations.values():
        verb, of = split(one.name, LIST) or ("", "")
        itself = verb in _OF_ITSELF and plain(of) == plain(noun.name)
        if is_plural(of, noun.name) or itself:
            yield one


def listings(noun: Noun, known: Identifier, others: Iterable[Operation]) -> dict[str, Listing]:
    """Where its list and the others have their entries, as far as that is certain."""
    found = {}
    for one in (*([] if noun.listing is None else [noun.listing]), *others):
        stated = _listing(one, known)
        if stated is not None:
            found[one.name] = stated
    return found


def _listing(operation: Operation, known: Identifier) -> Listing | None:
    """The one list of the answer whose entries have the identifier once."""
    lists = {
        name: one.shape.element
        for name, one in operation.output.items()
        if one.shape.kind is Kind.LIST and one.shape.element is not None
    }
    place = known.created or known.given or ""
    inner = place.rpartition(".")[2].removesuffix("[]")
    for names in ((known.created, known.given, known.label), (inner,)):
        fitting = [(name, _named(shape, names)) for name, shape in lists.items()]
        sure = [(name, shown[0]) for name, shown in fitting if len(shown) == 1]
        if len(sure) == 1:
            ((name, member),) = sure
            return Listing(items=f"{name}[]", id=member, page=_page(operation))
    return None


def _named(entry: Shape, names: tuple[str | None, ...]) -> list[str]:
    return [
        name for name, one in entry.members.items()
        if name in names and one.shape.kind is Kind.STRING
    ]  # fmt: skip


def _page(listing: Operation) -> Page | None:
    limit = next((name for name in listing.input if name.lower() in LIMITS), None)
    token = next((name for name in listing.input if name.lower() in TOKENS), None)
    shown = {name.lower(): name for name in listing.output}
    following = next((shown[name] for name in FOLLOWING if name in shown), None)
    if limit is None or token is None or following is None:
        return None
    most = listing.input[limit].shape.limit("maximum") or 100
    return Page(page_size=limit, most=most, input_token=token, output_token=following)
