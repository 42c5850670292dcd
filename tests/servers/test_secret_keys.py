"""Right servers of KMS, Secrets Manager and STS, in every reading: nothing about them is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import conformance
from tests.servers.testbed.sockets import serving

pytest.importorskip("cryptography", reason="comes with the extra moto")

from tests.servers.keys.edge import KeyServer
from tests.servers.keys.wire import READINGS

WRONG = {"failed", "inconclusive"}
SERVICES = ["secretsmanager", "kms", "sts"]


def wrong(tmp_path: Path, service: str, *readings: str, seed: int = 1) -> list[str]:
    """What a run blames on a server with these readings."""
    with serving(KeyServer(readings).answer) as url:
        result = conformance.run(
            url,
            services=service,
            profile="quick",
            seed=seed,
            auth="off",
            timeout=60.0,
            region=KeyServer(readings).world.region,
            journal_folder=tmp_path,
        )
    assert result.exit_code == 0, result.problem
    passed = [line for line in result.verdicts if line.verdict == "passed"]
    assert len(passed) > len(result.verdicts) / 2
    return [
        f"{line.requirement}: {line.reason}"
        for line in result.verdicts
        if line.verdict == "error" or (line.verdict in WRONG and line.level != "informational")
    ]


@pytest.mark.real_time
@pytest.mark.parametrize("service", SERVICES)
def test_a_right_server_is_called_right(tmp_path: Path, service: str) -> None:
    assert wrong(tmp_path, service) == []


@pytest.mark.real_time
@pytest.mark.exhaustive
@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("service", SERVICES)
def test_so_is_one_that_reads_the_documents_otherwise(
    tmp_path: Path, service: str, reading: str
) -> None:
    assert wrong(tmp_path, service, reading) == []


def test_a_reading_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="no-such-reading"):
        KeyServer(["no-such-reading"])
