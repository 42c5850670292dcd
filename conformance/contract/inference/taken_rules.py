"""What a model says of identifiers that are taken: a second creation does not succeed.

For services without an overlay. A creation that chooses its own identifier, and that declares an
error for one that exists, is sent twice, the second time with another content where there may be
one, as to repeat a request may be fine: unless there is no word of that in the prose, and no token.
Then any conflict that is declared will do, where the name that is chosen is what reads go by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conformance.contract.inference.identities import is_described_beside
from conformance.contract.inference.naming import NAME, NAMING, part, plain, words
from conformance.contract.levels import Level
from conformance.contract.model import Contract, DeclaredError, Kind, Location, Operation
from conformance.contract.validate import is_valid
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule, TakenIdentifierRule
from conformance.documents.sdk.prose import AGAIN_IS_FINE
from conformance.error_identity import CONFLICT, says_conflict, says_exists, says_missing

ANYTHING = frozenset(
    [
        "already",
        "exist",
        "exists",
        "duplicate",
        "resource",
        "entity",
        "item",
        "record",
        "name",
        "id",
        "exception",
        "fault",
        "error",
    ]
)
"""Words of errors that say nothing of what it is that is there."""
_CREATES = "Create"
CONTENT = "conformance"
_UPSERTS = ("Put", "Add", "Set", "Enable", "Initiate")
"""Verbs of creations that may well be repeated: what is taken there may be something else."""
_HARMLESS = re.compile(r"description|comment|displayname|title|(key|s3)prefix$", re.IGNORECASE)
_PASSES = re.compile(r"concurrent|modif|progress|retry|limit|state", re.IGNORECASE)
"""Words of errors of what is over in a moment, or of something else than what is there."""
_TOKEN = re.compile(r"token|request_?id|reference|idempot", re.IGNORECASE)


def taken_errors(operation: Operation) -> list[DeclaredError]:
    """The errors that say that something of that name is there already."""
    said = [one for one in operation.errors.values() if _says_taken(one.name, operation)]
    return said or [
        one
        for one in operation.errors.values()
        if one.status == CONFLICT or says_conflict(one.name)
    ]


def _says_taken(error: str, operation: Operation) -> bool:
    """Whether an error is of what the operation makes, by the words of both: not of its tags."""
    if not says_exists(error) or says_missing(error):
        return False
    own = words(operation.name)
    left = [word for word in words(error) if word not in ANYTHING]
    # ``Username`` is one word of names, and of a user.
    left += [word.removesuffix("name") for word in left if len(word) > len("name")]
    return not left or any(word in own or operation.service.startswith(word) for word in left)


def taken_rules(contract: Contract, kinds: tuple[Resource, ...]) -> Iterator[tuple[str, AnyRule]]:
    for one in kinds:
        operation = contract.operations.get(one.create or "")
        given = one.identifier is not None and one.identifier.given is not None
        chosen = given or (one.unique is not None and contract.overlay.inferred)
        if operation is None or not chosen or operation.method == "PUT":
            continue
        errors = taken_errors(operation)
        if not errors:
            continue
        other = _other_content(operation, one)
        alone = _has_identity_alone(operation, one)
        again = operation.said is not None and AGAIN_IS_FINE not in operation.said
        again = again and operation.name.startswith(_CREATES)
        again = again and (one.read is not None or one.listing is not None)
        again = again and not any(one.shape.idempotency_token or _TOKEN.search(name)
                                  for name, one in operation.input.items())  # fmt: skip
        exists = any(says_exists(error.name) for error in errors)
        sure = (bool(other) or alone or again) and exists
        harmless = bool(other) and all(map(is_harmless, other))
        sure = sure or (again and harmless and _is_named_by_request(operation, one))
        sure = sure and not operation.name.startswith(_UPSERTS)
        sure = sure and not is_described_beside(operation, one)
        yield (
            f"{operation.name}/behavior/taken-identifier",
            TakenIdentifierRule(
                level=Level.EXPECTED if sure else Level.INFORMATIONAL,
                statement=f"{operation.name} refuses an identifier that is already taken",
                source=errors[0].source,
                with_=other,
            ),
        )


def is_harmless(name: str) -> bool:
    """Whether no service finds a text wrong before it finds that an identifier is taken."""
    return _HARMLESS.search(name) is not None


def _is_named_by_request(operation: Operation, resource: Resource) -> bool:
    """Whether a creation gives the very name that reads go by, and has an error for conflicts.

    Then two of one name cannot be told apart; what only goes on at the same time is no conflict.
    """
    identifier = resource.identifier
    given = None if identifier is None else identifier.given
    if identifier is None or given is None or plain(given) != plain(identifier.label or ""):
        return False
    own = part(given).kind == NAME and part(given).of in {"", plain(resource.name or "")}
    taken = (one.name for one in taken_errors(operation))
    return own and any(says_conflict(one) and not _PASSES.search(one) for one in taken)


def _has_identity_alone(operation: Operation, resource: Resource) -> bool:
    """Whether a request names the new one and what it is in, and nothing else.

    What it repeats is just the same then, and that is what the error is of.
    """
    identifier = resource.identifier
    given = None if identifier is None else identifier.given
    named = [one for one in operation.input.values() if one.name != given]
    alone = all(one.required and NAMING.search(one.name) for one in named)
    return given is not None and bool(named and resource.needs) and alone


def _other_content(operation: Operation, resource: Resource) -> dict[str, Any]:
    """A member that a creation may leave out: with it, it is no repetition of one without it."""
    identifier = resource.identifier
    named = None if identifier is None else identifier.given or resource.unique_member
    free = [
        name
        for name, one in operation.input.items()
        if one.location is Location.BODY
        and not one.required
        and name != named
        and one.shape.kind is Kind.STRING
        and not re.search(r"token|arn|id$", name, re.IGNORECASE)
        and is_valid(one.shape, CONTENT)
    ]
    free.sort(key=lambda name: not is_harmless(name))
    return {free[0]: CONTENT} if free else {}
