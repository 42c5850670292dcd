"""What has been seen of each requirement so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.engine.judge.findings import Finding
from conformance.engine.sending.exchange_log import SentProbe
from conformance.plan.probes import Side


@dataclass(slots=True)
class CaseCounts:
    """Cases that held, by side, and the first that was watched to break."""

    accept: int = 0
    reject: int = 0
    seconds: float = 0.0
    requests: int = 0
    decided: bool = False
    broken: tuple[Finding, SentProbe] | None = None

    def count(self, side: Side, times: int = 1) -> None:
        """One case held on this side, or several."""
        if side is Side.REJECT:
            self.reject += times
        else:
            self.accept += times

    def shown(self, side: Side) -> bool:
        """True when the side was observed at least once."""
        return bool(self.reject if side is Side.REJECT else self.accept)


@dataclass(slots=True)
class PendingFailures:
    """Watched requirements that broke and wait to be confirmed, oldest first."""

    waiting: list[tuple[Finding, SentProbe]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def add(self, finding: Finding, sent: SentProbe) -> None:
        """Remember the first break of a requirement."""
        if finding.requirement not in self.known:
            self.known.add(finding.requirement)
            self.waiting.append((finding, sent))

    def forget(self, finding: Finding) -> None:
        """What did not come again may be suspected anew."""
        self.known.discard(finding.requirement)

    def take(self) -> list[tuple[Finding, SentProbe]]:
        """All that wait now."""
        taken, self.waiting = self.waiting, []
        return taken
