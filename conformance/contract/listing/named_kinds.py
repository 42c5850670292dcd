"""Which kinds of resources a request names by which members, whatever kind it is about.

What exists once for each of another kind has the identifier of that: a boundary of a user is named
by the user's name, and so is the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.model import Contract, Kind, Operation
from conformance.contract.places import with_texts

_TOKEN = re.compile(r"\$\{(id|made)(?:\.([\w.-]+))?\}")


class NamedKinds:
    """The kinds that the requests of one service name."""

    def __init__(self, contract: Contract) -> None:
        self._contract, self._kinds = contract, contract.overlay.kinds()
        self._parents = dict(self._of_parents())

    def _of_parents(self) -> Iterator[tuple[str, str]]:
        """The kinds that have the identifier of what they are part of, each with that kind."""
        for kind, one in self._kinds.items():
            given = None if one.identifier is None else one.identifier.given
            text = self._binds(one.create or "").get(given or "")
            found = _TOKEN.fullmatch(text) if isinstance(text, str) else None
            if found is not None and found[1] == "id" and found[2] in self._kinds:
                yield kind, found[2]

    def _binds(self, operation: str) -> Mapping[str, Any]:
        return self._contract.overlay.words_of(operation).binds

    def of(self, operation: Operation) -> dict[str, str]:
        """The members that name a resource of the run, each with its kind."""
        found = {}
        for name, value in self._binds(operation.name).items():
            text = value[0] if isinstance(value, list) and len(value) == 1 else value
            match = _TOKEN.fullmatch(text) if isinstance(text, str) else None
            kind = None if match is None else self._kind(operation, match)[0]
            if kind in self._kinds and name in operation.input:
                found[name] = kind
        return found

    def _kind(self, operation: Operation, match: re.Match[str]) -> tuple[str, str]:
        """The kind that a placeholder speaks of, and the member of it."""
        word, kind, member = match[1], match[2] or "", ""
        if word == "made":
            kind, _, member = kind.rpartition(".")
        kind = kind or self._contract.overlay.words_of(operation.name).resource or ""
        return (self._parents.get(kind, kind) if word == "id" else kind), member

    def needs(self, kind: str) -> frozenset[str]:
        """What one of a kind is made of, and what that is made of."""
        own = self._kinds[kind].needs if kind in self._kinds else {}
        return frozenset(own) | frozenset(one for of in own for one in self.needs(of))

    def about(self, operation: Operation) -> str | None:
        """The kind that a request is about: the one that is made of all others that it names."""
        kinds = {*self.of(operation).values()}
        whole = [one for one in kinds if kinds - {one} <= self.needs(one)]
        return whole[0] if len(whole) == 1 else None

    def seen_from(self, kind: str, operation: Operation, value: Any) -> Any:
        """A template of an operation as one of a kind has it: its own identifier is ``${id}``."""

        def put(match: re.Match[str]) -> str:
            of, member = self._kind(operation, match)
            rest = [match[1], *([] if of == kind else [of]), *([member] if member else [])]
            return f"${{{'.'.join(rest)}}}"

        return with_texts(value, lambda text: _TOKEN.sub(put, text))

    def lists(self, operation: Operation, kind: str) -> bool:
        """Whether the entries of a list show which one of a kind each is."""
        one = self._kinds[kind]
        place = None if one.identifier is None else one.identifier.created
        named = {one.label, place.rpartition(".")[2] if place else None} - {None}
        return any(
            name in named and member.shape.kind is Kind.STRING
            for listed in operation.output.values() if listed.shape.element is not None
            for name, member in listed.shape.element.members.items()
        )  # fmt: skip
