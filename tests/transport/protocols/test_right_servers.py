"""A right server of each protocol has no failure, and most of what is stated is shown of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import conformance
from conformance.record import Verdict
from tests.sampling import one_in
from tests.transport.protocols.server import serving
from tests.transport.protocols.things import PROTOCOLS, write_specs


@pytest.mark.parametrize(
    ("protocol", "ways"),
    one_in(2, [("aws-json-1.1", ("slow",)), *((one, ()) for one in PROTOCOLS)]),
)
def test_a_right_server_has_no_failure(
    protocol: str, ways: tuple[str, ...], tmp_path: Path
) -> None:
    """Slow: what is made is in the making for a while, and cannot be deleted before that ends."""
    specs = write_specs(tmp_path / "specs", protocol)
    with serving(protocol, *ways) as url:
        found = conformance.run(
            url, specs=specs, services=["things"], profile="quick", seed=7,
            journal_folder=tmp_path / "journals",
        )  # fmt: skip
    told = [
        f"{one.requirement}: {one.verdict}: {one.reason}"
        for one in found.verdicts
        if one.verdict in {Verdict.FAILED, Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.UNSUPPORTED}
        and not one.requirement.endswith("/request-id")
        and not one.requirement.endswith("/authenticates")
    ]
    assert not told
    shown = sum(one.verdict is Verdict.PASSED for one in found.verdicts)
    assert shown > 0.75 * len(found.verdicts)
