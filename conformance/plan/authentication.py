"""What is tested about signatures: the overlay's rules ``authenticates`` and ``signature``.

They are one group. ``authenticates`` is its one finding for a target that takes any signature;
only where a target looks at signatures do the ``signature`` rules say anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from conformance.contract.levels import Level
from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract, Operation
from conformance.contract.vocabulary.overlay_rules import AuthenticatesRule, SignatureRule
from conformance.contract.vocabulary.overlay_steps import Refusals

FINDING, SIGNATURE = "authenticates", "signature"
KINDS = frozenset({FINDING, SIGNATURE})


class Auth(StrEnum):
    """What a target must do about signatures: nothing, only report, or check them."""

    OFF = "off"
    REPORT = "report"
    REQUIRE = "require"


class Gives(StrEnum):
    """What must come back: a right refusal, or anything but a server error."""

    REFUSED = "refused"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """One rule of the group, typed."""

    requirement: Requirement
    kinds: tuple[str, ...]
    gives: Gives
    refusals: Refusals
    operations: tuple[Operation, ...]

    @property
    def is_finding(self) -> bool:
        """The one finding of the group."""
        return self.requirement.keyword == FINDING


def is_authentication(requirement: Requirement) -> bool:
    """True for what belongs to the group."""
    return requirement.keyword in KINDS


def levelled(requirements: Sequence[Requirement], auth: Auth) -> list[Requirement]:
    """The requirements; the group is informational where signatures need not be checked."""
    return [
        replace(one, level=Level.INFORMATIONAL)
        if is_authentication(one) and auth is not Auth.REQUIRE
        else one
        for one in requirements
    ]


def signature_rule(contract: Contract, requirement: Requirement) -> SignatureCheck:
    """The rule that a requirement of the group stands for."""
    rule = requirement.rule
    if not isinstance(rule, AuthenticatesRule | SignatureRule):
        raise TypeError(f"{requirement.id} is not about signatures")
    main = contract.overlay.main
    names = rule.operations or [name for name in (main.list, main.update) if name is not None]
    return SignatureCheck(
        requirement,
        rule.kinds,
        Gives(rule.gives) if isinstance(rule, SignatureRule) else Gives.REFUSED,
        rule.refusals if isinstance(rule, SignatureRule) else (),
        tuple(contract.operations[name] for name in names),
    )
