"""What stands for the placeholders of a template: new names, moments, and what a resource is."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from conformance.engine.resources.companions import Companions
from conformance.engine.resources.names import (
    ANSWERED,
    MADE,
    TAGGED,
    USUAL,
    Names,
    Say,
    far_future,
    fill,
    present,
    token_texts,
)
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.probes import Probe
from conformance.plan.valid_requests.resources import is_about_own

VERSIONS = re.compile(r"token|version|revision|etag", re.IGNORECASE)
"""The names of what an update changes of a resource, and the next update has to name."""
PAST = "2001-01-01T00:00:00.000Z"

UNKNOWN = "unknown."
"""What a placeholder of an unknown identifier begins with; its kind follows."""
ASKED = re.compile(r"\$\{made\.(?:([\w-]+)\.)?([\w-]+)\}")
"""A placeholder of what a resource shows: its kind, where it is not the own one, and the member."""


class Placeholders:
    """Fills the templates of one run; the masker learns every new secret."""

    def __init__(
        self, names: Names, masker: Masker, region: str, companions: Companions | None = None
    ) -> None:
        self._names, self._masker, self._region = names, masker, region
        self.companions = Companions(names, region) if companions is None else companions
        self.latest: Callable[[str], str] = lambda _: ""
        """The identifier of the last resource of a kind that was made."""

    def fill(self, value: Any, resource: RunResource | None = None) -> Any:
        """A value with its placeholders filled for a resource, and for all that it is made of."""
        return self.fill_for(value, resource, resource.parents if resource is not None else {})

    def fill_for(
        self, value: Any, resource: RunResource | None, parents: Mapping[str, RunResource]
    ) -> Any:
        """A value with its placeholders filled; ``parents`` are those of other kinds, by kind."""
        return fill(self.companions.in_partition(value), _Lookup(self, resource, parents))

    def tag(self, value: Any, tagged: dict[str, str]) -> Any:
        """A value with its tagged placeholders filled, the same tag by the same text."""
        if TAGGED.search(token_texts(value)) is None:
            return value
        return fill(value, _Lookup(self, None, {}), tagged)

    @cached_property
    def usual(self) -> Mapping[str, Say]:
        """The placeholders that stand for the same whatever a request is about."""
        return {
            "name": lambda length: self._names.new(length or 26),
            "secret": lambda length: self._secret(length or 40),
            "word": lambda length: self._names.word(length or USUAL),
            "alnum": lambda length: self._names.unknown(length or 10),
            "uuid": lambda _: self._names.uuid(),
            "number": self._names.number,
            "account": lambda _: self.companions.account(),
            "long": lambda length: "a" * (length or 0),
            "region": lambda _: self._region,
            "future": lambda _: far_future(),
            "farther": lambda _: far_future(2),
            "past": lambda _: PAST,
            "now": present,
            **self.companions.values(),
        }

    def unlike(self, kind: str) -> str:
        """An identifier that nothing has, of the form of those that resources of a kind have."""
        return self._names.unlike(self.latest(kind)) or self._names.unknown(10)

    def _secret(self, length: int) -> str:
        """A new value, which is a secret wherever it is put: in a list that is imported, say."""
        value = self._names.secret(length)
        self._masker.learn(value)
        return value

    def identity(self, resource: RunResource) -> dict[str, Say]:
        """The placeholders of one resource."""
        return {
            "id": lambda _: resource.id,
            "taken": lambda _: resource.unique,
            "ID": lambda _: self._in_other_case(resource.id),
        }

    def _in_other_case(self, identifier: str) -> str:
        """Another identifier with the same letters; an unknown one where there are none."""
        swapped = identifier.swapcase()
        return swapped if swapped != identifier else self._names.unknown(10)


class _Lookup:
    """The placeholders of one request; what resources show is looked up when it is asked for."""

    def __init__(
        self,
        of: Placeholders,
        resource: RunResource | None,
        parents: Mapping[str, RunResource],
    ) -> None:
        self._of, self._resource, self._parents = of, resource, parents

    def get(self, name: str) -> Say | None:
        if name.startswith(UNKNOWN):
            return lambda _: self._of.unlike(name.removeprefix(UNKNOWN))
        usual = self._of.usual.get(name)
        if usual is not None:
            return usual
        word, _, kind = name.partition(".")
        if word == ANSWERED and kind:
            return self._answered(name)
        if word == MADE:
            text = self._shown.get(kind)
            return None if text is None else lambda _: text
        resource = self._parents.get(kind) if kind else self._resource
        return None if resource is None else self._of.identity(resource).get(word)

    def _answered(self, name: str) -> Say | None:
        """``${answer.NAME}``, or what the request of that answer had: ``${answer.NAME.MEMBER}``."""
        one, of = self._parents.get(name), ""
        if one is not None:
            text: str | None = one.id
        else:
            name, _, of = name.rpartition(".")
            text = placeholder_facts(self._parents[name]).get(of) if name in self._parents else None
        return None if text is None else lambda _: text

    @cached_property
    def _shown(self) -> Mapping[str, str]:
        """``${made.MEMBER}``, ``${made.KIND.MEMBER}``: see ``placeholder_facts``."""
        found = {} if self._resource is None else placeholder_facts(self._resource)
        for kind, parent in self._parents.items():
            found.update(
                {f"{kind}.{name}": text for name, text in placeholder_facts(parent).items()}
            )
        return found


def needs_resource(probe: Probe) -> bool:
    """True when a probe's template speaks of a resource that must be there."""
    return is_about_own(token_texts(probe.values))


def placeholder_facts(resource: RunResource) -> dict[str, str]:
    """The texts that the creation of a resource shows: its answer, else its request.

    Of an answer that is one structure around the rest, those inside. What a read showed comes
    last: it says what the creation does not.
    """
    created: SentProbe | None = resource.created  # the model of random sequences has none
    if created is None:
        return {}
    found: dict[str, str] = {}
    for source in (resource.seen, created.values, created.answer.members):
        found.update(_texts(source))
    if resource.history:
        shown = _texts(resource.seen)
        found.update({name: text for name, text in shown if VERSIONS.search(name)})
    return found


def _texts(value: Any, depth: int = 3) -> Iterator[tuple[str, str]]:
    """The texts and numbers of an answer by name, the outermost and unlisted last."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, Mapping):
        return
    inside = value.values() if depth else ()
    for inner in sorted(inside, key=lambda one: not isinstance(one, list)):
        yield from _texts(inner, depth - 1)
    for name, text in value.items():
        if isinstance(text, str | int) and not isinstance(text, bool):
            yield name, str(text)


def unknown_facts(value: Any, kind: str | None, resource: RunResource) -> bool:
    """Whether a template needs what its resource, perhaps just updated, has not shown yet."""
    asked = [name for of, name in ASKED.findall(token_texts(value)) if (of or None) == kind]
    changed = bool(resource.history) and resource.seen is None
    if changed and any(VERSIONS.search(name) for name in asked):
        return True
    return bool(asked) and not {*asked} <= placeholder_facts(resource).keys()
