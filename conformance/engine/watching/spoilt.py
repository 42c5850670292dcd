"""What wrong acceptances left behind on the target: no reader is blamed for showing it.

That a value beyond its limits was taken is the failure. Where it is met again, in a list, in a
read, in tags, or as part of an ARN, it says nothing about the operation that shows it.
"""

import hashlib
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from conformance.contract.inference.naming import words
from conformance.contract.places import ITEM, KEY, VALUE, Place, find
from conformance.contract.validate import violations
from conformance.engine.judge.redacted import Redacted
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.probes import Fault, Side
from conformance.transport.body_forms import ENDLESS
from conformance.transport.parsed_response import ParsedResponse

UNKNOWN = Redacted("hidden")
TELLING = 20
"""Characters from which on a text inside another one is surely the one that was sent."""
DIGESTED = 80
"""Of longer texts no more than a digest is kept."""
LONGEST = 2000
"""So much of the beginning of a text is looked for inside other ones."""
MOST_TEXTS = 200
"""So many of them are looked for inside other texts."""
SHORTEST_WORD = 3
"""Letters of a word that two members have in common."""
NEWEST = 8
"""A creation is among the last so many that were made."""
COMMON = (None, "", "true", "false")
"""What a server may show anyway: that it was also sent says nothing."""


@dataclass(slots=True)
class Spoilt:
    """The values that a target should have refused and took, by the member that had them."""

    _values: dict[str, set[str]] = field(default_factory=dict)
    _akin: dict[str, set[str]] = field(default_factory=dict)
    """Of values of a wrong type, the words of the members that had them."""
    _texts: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_TEXTS))
    _resources: set[str] = field(default_factory=set)
    _endless: bool = False
    """A number without an end was taken: what shows it cannot be JSON."""
    _common: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Keyed by the resource that has it: what any other may show without being changed."""
    _null: bool = False
    """A null was taken: among the entries of a list, whatever it is called, it may be that."""

    def note(self, sent: SentProbe, made: Sequence[RunResource]) -> None:
        """Remember what a faulty request that was accepted has brought in, and made."""
        members = _members(sent)
        places = _places(sent, members)
        self._endless = self._endless or sent.is_endless
        about = {one.id for one in made[-NEWEST:] if one.created is sent} if places else set()
        self._resources |= about
        if sent.resource is not None:
            about.add(sent.resource.id)
        for place in places:
            for value in find(members, place):
                self._add(place, value, about)
                if sent.probe.fault is Fault.TYPE and _is_brief(value):
                    self._akin.setdefault(_canonical(value), set()).update(_words(_name(place)))

    def _add(self, place: Place, value: Any, about: set[str]) -> None:
        name = _name(place)
        self._null = self._null or value is None
        if isinstance(value, bool) or value in COMMON:
            for one in about:
                self._common.setdefault(one, set()).add((name, _canonical(value)))
            return
        self._values.setdefault(name, set()).add(_canonical(value))
        if isinstance(value, str) and len(value) >= TELLING:
            self._texts.append(value[:LONGEST])

    def is_unreadable(self, answer: ParsedResponse) -> bool:
        """True where an answer is no JSON by nothing but a number that was wrongly taken."""
        return self._endless and answer.ok and answer.form == ENDLESS

    def hide(self, answer: ParsedResponse, about: str = "") -> ParsedResponse:
        """The answer without wrongly taken values and resources; ``about`` was requested."""
        known = self._values or self._resources or self._common or self._null
        if not (known and answer.ok and isinstance(answer.body, dict)):
            return answer
        common = self._common.get(about, set())
        return replace(answer, body=self._hidden(answer.body, "", common))

    def _hidden(self, value: Any, name: str, common: set[tuple[str, str]], above: str = "") -> Any:
        """Without what is known of a member, or of the map (``above``) that has it as an entry."""
        if isinstance(value, dict) and self._common:
            # An entry of a list: what is common elsewhere was brought into this one.
            own = [self._common.get(one, ()) for one in value.values() if isinstance(one, str)]
            common = common.union(*own)
        names = (name, above) if above else (name,)
        if any(self._is_known(one, value) for one in names) or (
            common and any((one, _canonical(value)) in common for one in names)
        ):
            return UNKNOWN
        if isinstance(value, list):
            return [
                UNKNOWN
                if self._is_entry(item) or (item is None and self._null)
                else self._hidden(item, name, common, above)
                for item in value
            ]
        if isinstance(value, dict):
            return {
                Redacted(key) if self._is_known(name, key) else key: self._hidden(
                    item, key, common, name
                )
                for key, item in value.items()
            }
        return value

    def _is_entry(self, item: Any) -> bool:
        """True for an entry that has the identifier of what a faulty request made."""
        shown = item.values() if isinstance(item, dict) else [item]
        return any(isinstance(one, str) and one in self._resources for one in shown)

    def _is_known(self, name: str, value: Any) -> bool:
        long = isinstance(value, str) and len(value) >= TELLING
        if long and any(text in value for text in self._texts):
            return True
        known = self._values.get(name)
        if known is not None and _canonical(value) in known:
            return True
        akin = self._akin.get(_canonical(value), ()) if _is_brief(value) else ()
        return not _words(name).isdisjoint(akin)


def _name(place: Place) -> str:
    """The member that a place is in."""
    return next((one for one in reversed(place) if one not in {ITEM, KEY, VALUE}), "")


def _is_brief(value: Any) -> bool:
    """Whether a value of a wrong type is no text; a similar member may show it."""
    if isinstance(value, list | dict):
        return len(value) <= 1
    return isinstance(value, int | float) and not isinstance(value, bool)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in words(name) if len(word) >= SHORTEST_WORD)


def _places(sent: SentProbe, members: dict[str, Any]) -> tuple[Place, ...]:
    """Where a request is not valid."""
    places = dict.fromkeys(
        one.place for one in violations(dict(sent.probe.operation.input), members)
    )
    odd = sent.probe.side is Side.REJECT or sent.has_odd_value
    if odd and sent.probe.place is not None:
        places[sent.probe.place] = None
    return tuple(places)


def _members(sent: SentProbe) -> dict[str, Any]:
    """The members of a request; of a body that was written by hand, what it says."""
    if sent.probe.raw is None:
        return dict(sent.values)
    try:
        body = json.loads(sent.probe.raw)
    except (ValueError, RecursionError):
        return {}
    return dict(body) if isinstance(body, Mapping) else {}


def _canonical(value: Any) -> str:
    # By far most are texts, and nothing else begins with a quote.
    text = f'"{value}' if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return (
        text
        if len(text) <= DIGESTED
        else hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    )
