"""Right servers of KMS, Secrets Manager and STS, in every reading: nothing about them is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import conformance
from conformance.plan.sequences.assertions import assert_at_most
from conformance.plan.sequences.steps import RuleBroken
from tests.sampling import sampled
from tests.servers.testbed.sockets import serving

pytest.importorskip("cryptography", reason="comes with the extra moto")

from tests.servers.keys.edge import KeyServer
from tests.servers.keys.wire import READINGS

WRONG = {"failed", "inconclusive"}
SERVICES = ["secretsmanager", "kms", "sts"]


def wrong(tmp_path: Path, service: str, *readings: str, of: tuple[str, ...] = ()) -> list[str]:
    """What a run, of some requirements or of all, blames on a server with these readings."""
    with serving(KeyServer(readings).answer) as url:
        result = conformance.run(
            url,
            services=service,
            requirements=of,
            profile="quick",
            seed=1,
            auth="off",
            timeout=60.0,
            region=KeyServer(readings).world.region,
            journal_folder=tmp_path,
        )
    assert result.exit_code == 0, result.problem
    passed = [line for line in result.verdicts if line.verdict == "passed"]
    assert len(passed) > (0 if of else len(result.verdicts) / 2)
    return [
        f"{line.requirement}: {line.reason}"
        for line in result.verdicts
        if line.verdict == "error" or (line.verdict in WRONG and line.level != "informational")
    ]


@pytest.mark.parametrize("service", sampled(SERVICES, "sts"))
def test_a_right_server_is_called_right(tmp_path: Path, service: str) -> None:
    assert wrong(tmp_path, service) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("service", SERVICES)
def test_so_is_one_that_reads_the_documents_otherwise(
    tmp_path: Path, service: str, reading: str
) -> None:
    assert wrong(tmp_path, service, reading) == []


@pytest.mark.parametrize(
    ("service", "reading", "of"),
    [
        # What a key does after it was disabled may be late, whatever the operation is.
        ("kms", "late", ("kms/GenerateMac/behavior/states", "kms/ReEncrypt/behavior/states")),
        ("kms", "short-pages", ("kms/List*/behavior/pages",)),
        ("kms", "declared-codes", ("kms/*/error/DryRunOperationException", "kms/Encrypt/*/dry*")),
        # A key that a request before it disabled says nothing of the next request.
        ("kms", "populated", ("kms/DisableKey*/request/KeyId/*",)),
    ],
)
def test_these_are_no_failures(
    tmp_path: Path, service: str, reading: str, of: tuple[str, ...]
) -> None:
    assert wrong(tmp_path, service, reading, of=of) == []


def test_a_page_may_be_shorter_and_not_longer_than_was_asked_for() -> None:
    for keys in ([], ["a"]):
        assert_at_most("Keys[]", 1, {"Keys": keys})
    with pytest.raises(RuleBroken, match=r"at most 1 at Keys\[\]"):
        assert_at_most("Keys[]", 1, {"Keys": ["a", "b"]})


def test_a_reading_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="no-such-reading"):
        KeyServer(["no-such-reading"])
