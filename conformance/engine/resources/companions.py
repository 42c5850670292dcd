"""Resources of other services that made-up requests speak of: a role, a bucket, a subnet.

They are made when the first request needs one, where the run may make them, kept for its rest, and
deleted at its end. Where none can be made, a value of the right form stands for it. What they are
and how they are made is data: ``specs/aws-values.yaml``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from conformance.contract.aws_values import AwsValues, Companion, aws_values
from conformance.contract.places import find, parse, with_texts
from conformance.engine.journal import Journal
from conformance.engine.resources.names import Names, Say, fill
from conformance.engine.resources.sdk_calls import SdkCaller
from conformance.error_identity import says_missing
from conformance.transport.aws import partition_of
from conformance.transport.credentials import DEFAULT_REGION

USUAL_PARTITION = "aws"
USUAL_ACCOUNT = "123456789012"
"""The account where no target can say it."""
OWNER = "companion/"
"""What a journal has in place of a service, with the name of the companion after it."""
ACCOUNT = re.compile(r"\d{12}")
NAME = 26


@dataclass(frozen=True, slots=True)
class MadeCompanion:
    """What was made: what it is deleted by, its name, and what the answer showed."""

    id: str
    named: str
    shown: Mapping[str, Any]


class Companions:
    """Those of one run on one target; without a ``caller`` none is made."""

    def __init__(
        self,
        names: Names,
        region: str,
        caller: SdkCaller | None = None,
        journal: Journal | None = None,
    ) -> None:
        self._names, self._region = names, region
        self._caller, self._journal = caller, journal
        self._made: dict[str, MadeCompanion | None] = {}
        self._values: dict[str, str] = {}
        self._account = ""
        self.trouble: list[str] = []
        """Why some could not be made, as sentences."""

    def values(self) -> dict[str, Say]:
        """The placeholders for values of every kind that has a companion: ``aws.KIND``."""
        kinds = aws_values().kinds.items()
        return {f"aws.{name}": partial(self._say, name) for name, one in kinds if one.of}

    def in_partition(self, template: Any) -> Any:
        """A template whose ARNs are of the partition that the region of the run is in."""
        if self._partition == USUAL_PARTITION:
            return template
        own = f"arn:{self._partition}:"
        return with_texts(template, lambda text: text.replace(f"arn:{USUAL_PARTITION}:", own))

    @cached_property
    def _partition(self) -> str:
        usual = self._region == DEFAULT_REGION
        return USUAL_PARTITION if usual else partition_of(self._region) or USUAL_PARTITION

    def account(self) -> str:
        """The account that the target says the credentials are of."""
        if not self._account:
            about, shown = aws_values().account, None
            if self._caller is not None:
                answer = self._caller.call(about.service, about.operation, {})
                shown = next(find(dict(answer.members or {}), parse(about.shows)), None)
            known = isinstance(shown, str) and ACCOUNT.fullmatch(shown) is not None
            self._account = str(shown) if known else USUAL_ACCOUNT
        return self._account

    def made(self) -> list[str]:
        """The names of those that were made."""
        return [name for name, one in self._made.items() if one is not None]

    def created_by(self, service: str) -> Iterator[tuple[str, str]]:
        """Those of one service that were made: what makes each, and what it is deleted by."""
        for name, made in self._made.items():
            about = aws_values().companions[name]
            if made is not None and about.service == service:
                yield about.create, made.id

    def clean_up(self) -> list[str]:
        """Delete them, the newest first; gives what could not be deleted."""
        left = []
        for name in reversed(self.made()):
            made = self._made.pop(name)
            if made is not None and not self.delete(name, made.id):
                left.append(f"{name} {made.id}")
        self._values.clear()
        return left

    def sweep(self) -> tuple[int, list[str]]:
        """Delete what a journal has left, creations under way too; gives how many, and failures."""
        state = None if self._journal is None else self._journal.state
        if state is None or self._journal is None:
            return 0, []
        for creation in [one for one in state.open.values() if one.service.startswith(OWNER)]:
            if creation.named and aws_values().companions[_name(creation.service)].id is None:
                self._journal.made(creation.number, creation.service, [creation.named])
        deleted, left = 0, []
        for (owner, identifier), there in reversed(list(state.made.items())):
            if not there or not owner.startswith(OWNER):
                continue
            if self.delete(_name(owner), identifier):
                deleted += 1
            else:
                left.append(f"{_name(owner)} {identifier}")
        return deleted, left

    def delete(self, name: str, identifier: str) -> bool:
        """Delete one by what names it; True when it is gone."""
        about = aws_values().companions[name]
        if self._caller is None:
            return False
        members = fill(about.delete_with, {"id": lambda _: identifier})
        answer = self._caller.call(about.service, about.delete, members)
        # A tested operation may have deleted it.
        gone = answer.members is not None or says_missing(answer.code)
        if gone and self._journal is not None:
            self._journal.gone(f"{OWNER}{name}", identifier)
        return gone

    def _say(self, kind: str, _: int | None) -> str:
        if kind not in self._values:
            self._values[kind] = self._value(aws_values(), kind)
        return self._values[kind]

    def _value(self, known: AwsValues, kind: str) -> str:
        about = known.kinds[kind]
        made = None if about.of is None else self._companion(about.of)
        if made is None:
            return str(self._filled(about.values[0]))
        if about.as_ is not None:
            own = {"named": lambda _: made.named, "id": lambda _: made.id}
            return str(self._filled(fill(about.as_, own)))
        shown = next(find(dict(made.shown), parse(about.shows or "")), None)
        if isinstance(shown, str) and re.fullmatch(about.form or ".+", shown):
            return shown
        return str(self._filled(about.values[0]))

    def _filled(self, template: Any) -> Any:
        lookup: dict[str, Say] = {
            "name": lambda length: self._names.new(length or NAME),
            "word": lambda length: self._names.word(length or NAME),
            "region": lambda _: self._region,
            "account": lambda _: self.account(),
            **self.values(),
        }
        return fill(self.in_partition(template), lookup)

    def _companion(self, name: str) -> MadeCompanion | None:
        if name not in self._made:
            self._made[name] = None  # one that needs itself is not made
            made = self._make(name, aws_values().companions[name])
            del self._made[name]  # in the order of making: what it is made of comes before it
            self._made[name] = made
        return self._made[name]

    def _make(self, name: str, about: Companion) -> MadeCompanion | None:
        if self._caller is None:
            return None
        members = self._filled(about.with_)
        named = str(members[about.named]) if about.named is not None else ""
        owner, journal, number = f"{OWNER}{name}", self._journal, 0
        if journal is not None:
            number = journal.creating(owner, about.create, named or None, tagged=False)
        answer = self._caller.call(about.service, about.create, members)
        if answer.members is None:
            if journal is not None and not answer.sent:
                journal.settled(number)
            self.trouble.append(f"the tool could not create a {name} first: {answer.told}")
            return None
        shown = dict(answer.members)
        place = None if about.id is None else next(find(shown, parse(about.id)), None)
        identifier = place if isinstance(place, str) else named
        if not identifier:
            return None  # made, but nobody knows under which name: the journal keeps it open
        if journal is not None:
            journal.made(number, owner, [identifier])
        return MadeCompanion(identifier, named, shown)


def _name(owner: str) -> str:
    return owner.removeprefix(OWNER)
