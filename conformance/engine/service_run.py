"""What all that decides requirements of one service shares."""

from dataclasses import dataclass

from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract
from conformance.engine.events import Emit
from conformance.engine.recording import verdicts
from conformance.engine.recording.verdicts import VerdictLog
from conformance.engine.request_savings import RequestSavings
from conformance.engine.sending.settling import SETTLE
from conformance.engine.session import Session
from conformance.engine.stops import Stops
from conformance.engine.support import Support
from conformance.engine.support_registry import SupportRegistry
from conformance.plan.authentication import Auth


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a run; ``settle`` are the seconds that a target gets to show changes."""

    draws: int = 5
    seed: int = 0
    auth: Auth = Auth.REPORT
    settle: float = SETTLE


@dataclass(frozen=True, slots=True)
class ServiceRun:
    """One service of one run: what is known of the target, and the verdicts so far."""

    contract: Contract
    session: Session
    settings: Settings
    standings: SupportRegistry
    decisions: VerdictLog
    emit: Emit
    stops: Stops
    savings: RequestSavings

    def without(self, requirement: Requirement, support: Support) -> None:
        """Decide what rests on an operation that does not work."""
        silence = verdicts.silence(requirement, support)
        if silence is not None and support.sent is not None:
            self.decisions.fail(requirement, silence, support.sent)
        else:
            self.decisions.give(requirement, *verdicts.without_support(support))
