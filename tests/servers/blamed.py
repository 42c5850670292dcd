"""What a run blames on a server that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import conformance
from tests.servers.testbed.sockets import serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.testbed.sockets import Answer

UNSURE = (
    "without an overlay, the tool does not know whether the request is valid",
    "to a request with a name that is not taken, too",
)


def blamed(
    journal: Path,
    answer: Answer,
    service: str,
    requirements: tuple[str, ...] = (),
    region: str = "us-east-1",
    *,
    undecided: bool = False,
    but: tuple[str, ...] = (),
) -> list[str]:
    """Failures at a gate level, and errors; and what is undecided, but for some reasons."""
    with serving(answer) as url:
        result = conformance.run(
            url, services=service, requirements=requirements, profile="quick", seed=1, auth="off",
            region=region, timeout=60.0, journal_folder=journal,
        )  # fmt: skip
    assert result.exit_code == 0, result.problem
    assert any(line.verdict == "passed" for line in result.verdicts)
    return [
        f"{line.requirement}: {line.reason}"
        for line in result.verdicts
        if line.verdict == "error"
        or (line.verdict == "failed" and line.level != "informational")
        or (
            undecided
            and line.verdict == "inconclusive"
            and not line.reason.endswith(UNSURE)
            and not line.reason.startswith(but)
        )
    ]
