"""The kinds of rules that an overlay or a protocol states: one class for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from conformance.contract.vocabulary.overlay_list_rules import (
    DefaultPageRule,
    FilteredRule,
    LastPageRule,
    NamedFilterRule,
    NarrowedRule,
    PagingAfterDeletionRule,
    PagingRule,
    PrefixRule,
    SortedRule,
)
from conformance.contract.vocabulary.overlay_steps import (
    FirstRequest,
    MemberUpdate,
    Refusals,
    Rule,
    Step,
    Template,
    WireForm,
)

FaultName = Literal[
    "limit", "enum", "type", "required", "patch", "syntax", "route", "not-found", "conflict"
]


class WatchedRule(Rule, frozen=True):
    """What is watched in every answer: no operation is needed for it."""


class SingleRule(Rule, frozen=True):
    """What the rules of single requests have in common."""

    operations: tuple[str, ...] = ()
    with_: Template | UnsetType = field(default=UNSET, name="with")
    note: str | None = None
    place: str | None = None
    values: tuple[Any, ...] = ()
    requests: tuple[Template, ...] = ()
    forms: tuple[WireForm, ...] = ()
    tolerated: tuple[str, ...] = ()
    shown: Template = field(default_factory=dict)


class RefusedRule(SingleRule, frozen=True, tag="refused"):
    """Each value or request is refused as its fault is."""

    fault: FaultName = "limit"
    message: str | None = None


class AcceptedRule(SingleRule, frozen=True, tag="accepted"):
    """Each value or request is accepted, and the answer shows what ``shown`` says."""


class ObservedRule(SingleRule, frozen=True, tag="observed"):
    """Each is sent, and only a server error counts."""


class RawRule(SingleRule, frozen=True, tag="raw", kw_only=True):
    """Texts, bytes or nested values as the body, as they stand."""

    side: Literal["accept", "reject", "observe"]
    fault: FaultName = "limit"
    bodies: tuple[str, ...] | Mapping[str, tuple[str, ...]] = ()
    bytes: tuple[str, ...] | Mapping[str, tuple[str, ...]] = ()
    nested: int | None = None
    message: str | None = None


class OneConnectionRule(Rule, frozen=True, tag="one-connection"):
    """After each of the first requests the resource is read over the same connection."""

    first: tuple[FirstRequest, ...]
    pipelined: bool = False
    operations: tuple[str, ...] = ()


class StepsRule(Rule, frozen=True, tag="steps"):
    """Steps in order, once for each value of ``for-each``; those of ``before`` once, first."""

    steps: tuple[Step, ...]
    before: tuple[Step, ...] = ()
    for_each: tuple[Any, ...] = (None,)

    def every(self) -> tuple[Step, ...]:
        return (*self.before, *self.steps)

    def longest_pause(self) -> float:
        return max((step.pause or 0.0 for step in self.every()), default=0.0)


class AdvancesRule(Rule, frozen=True, tag="advances"):
    """A member is later after an update a second on."""

    member: str
    with_: Template = field(default_factory=dict, name="with")


class SameTokenRule(Rule, frozen=True, tag="same-token"):
    """A creation that is sent again with the same ``token`` makes nothing new."""

    token: str
    at: str


class GoneRule(Rule, frozen=True, tag="gone-after-deletion"):
    """What was deleted is not read just as before."""


class SwitchedRule(Rule, frozen=True, tag="switched"):
    """A resource shows another state after the operation ``off`` than after ``on``."""

    on: str
    off: str


class HeldRule(Rule, frozen=True, tag="held"):
    """A deletion is refused while there is one of the kind ``by`` in what is to be deleted."""

    by: str


class EffectRule(Rule, frozen=True, tag="takes-effect"):
    """One of a kind shows something else at a place after a change, and after it was undone."""

    on: str
    of: str
    by: str
    at: str
    off: str | None = None
    member: str | None = None
    with_: Template = field(default_factory=dict, name="with")


class ReflectedRule(Rule, frozen=True, tag="reflected"):
    """A reader answers otherwise after a change, and after it was undone; ``by`` says where.

    With ``member``, that is something else which the change names; with ``state``, a state.
    """

    on: str
    off: str
    of: str
    by: Mapping[str, str]
    member: str | None = None
    state: bool = False


class ErrorBodyRule(WatchedRule, frozen=True, tag="error-body"):
    """A refusal's body is an object with a text in one of ``members``."""

    members: tuple[str, ...]
    content_type: str | None = None


class ErrorMembersRule(WatchedRule, frozen=True, tag="error-members"):
    """A refusal with the code ``error`` has each of ``members``."""

    error: str
    members: Mapping[str, Any]


class AuthenticatesRule(Rule, frozen=True, tag="authenticates"):
    """The one finding where every wrongly signed request is served."""

    kinds: tuple[str, ...]
    operations: tuple[str, ...] = ()


class SignatureRule(Rule, frozen=True, tag="signature"):
    """Requests that are signed wrongly in one way."""

    kinds: tuple[str, ...]
    gives: Literal["refused", "any"] = "refused"
    refusals: Refusals = ()
    operations: tuple[str, ...] = ()


class ErrorCodeRule(WatchedRule, frozen=True, tag="error-code"):
    """A refusal names its error somewhere."""


class ErrorCodesAgreeRule(WatchedRule, frozen=True, tag="error-codes-agree"):
    """A refusal names the same error everywhere."""


class ResponseHeaderRule(WatchedRule, frozen=True, tag="response-header"):
    """Every answer has the header; with ``errors``, every refusal with a declared error."""

    header: str
    errors: bool = False


class ParallelRule(Rule, frozen=True):
    """What the rules of parallel updates have in common."""

    with_: Template = field(name="with")
    member: str


class ParallelOneRule(ParallelRule, frozen=True, tag="parallel-one"):
    """Updates of one resource at the same time."""


class ParallelManyRule(ParallelRule, frozen=True, tag="parallel-many"):
    """Updates of several resources at the same time."""


class RobustRule(Rule, frozen=True, tag="robust"):
    """Requests that are odd in one way: only a server error counts, or all are refused."""

    odd: str
    side: Literal["observe", "reject"] = "observe"
    operations: tuple[str, ...] = ()


class UnknownIdentifierRule(Rule, frozen=True, tag="unknown-identifier"):
    """An identifier that nothing has is refused, as the operation's errors say."""


class TakenIdentifierRule(Rule, frozen=True, tag="taken-identifier"):
    """A creation with an identifier that is taken is refused, as its errors say."""

    with_: Template = field(default_factory=dict, name="with")


class StillAnswersRule(WatchedRule, frozen=True, tag="still-answers"):
    """A list or a read answers after each odd change that was accepted."""


class ArnsRule(WatchedRule, frozen=True, tag="arns"):
    """ARNs in answers are of the region, partition and account of the run."""


class AnswersEachRule(Rule, frozen=True, tag="answers-each"):
    """Each entry of a batch is answered for, and once."""


class ParallelMembersRule(Rule, frozen=True, tag="parallel-members"):
    """Updates of different members of one resource at the same time."""

    updates: tuple[MemberUpdate, ...]
    make: Template = field(default_factory=dict)


class SuccessFormRule(WatchedRule, frozen=True, tag="success-form"):
    """The body of a success is of the form that its protocol has."""


class NullMembersRule(WatchedRule, frozen=True, tag="null-members"):
    """What an answer has nothing to say of is left out of it, not null."""


class MemberNamesRule(WatchedRule, frozen=True, tag="member-names"):
    """Members of answers are named letter for letter."""


class ErrorFormRule(WatchedRule, frozen=True, tag="error-form"):
    """The body of an error is of the form that its protocol has."""


class ErrorStatusRule(WatchedRule, frozen=True, tag="error-status"):
    """What names an error has the status of one."""


class ContentCodingRule(WatchedRule, frozen=True, tag="content-coding"):
    """A body is not compressed, as nothing asks for that."""


class RandomSequencesRule(Rule, frozen=True, tag="random-sequences"):
    """The sequences of ``model``."""


AnyRule = (
    RefusedRule | AcceptedRule | ObservedRule | RawRule | OneConnectionRule | StepsRule
    | AdvancesRule | FilteredRule | GoneRule | PagingRule | PrefixRule | LastPageRule
    | DefaultPageRule | ErrorBodyRule | SwitchedRule | EffectRule | ReflectedRule
    | NamedFilterRule | NarrowedRule | SortedRule | SameTokenRule | HeldRule
    | ErrorMembersRule | AuthenticatesRule | SignatureRule | ErrorCodeRule | ErrorCodesAgreeRule
    | ResponseHeaderRule | NullMembersRule | MemberNamesRule | ParallelOneRule | ParallelManyRule
    | PagingAfterDeletionRule | RobustRule | UnknownIdentifierRule | TakenIdentifierRule
    | StillAnswersRule | ArnsRule | AnswersEachRule | ParallelMembersRule | SuccessFormRule
    | ErrorFormRule | ErrorStatusRule | ContentCodingRule | RandomSequencesRule
)  # fmt: skip
