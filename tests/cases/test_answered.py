"""Limits of operations that only what comes before makes reachable: an answer, or the only one."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from conformance.contract.on_demand import folder_of

QUICK = ("--profile", "quick", "--seed", "3")
MOST = {"GetRecords": ("Limit", 10_000), "Decrypt": ("GrantTokens", 10)}
REFUSED = {"GetRecords": "InvalidArgumentException", "Decrypt": "ValidationException"}


def limiting(beyond):
    """A case that refuses what is over a limit by more than ``beyond``, as the service does."""

    def request(method, path, headers, body, upstream):
        target = next((text for name, text in headers if name.lower() == "x-amz-target"), "")
        operation = target.rpartition(".")[2]
        name, most = MOST.get(operation, ("", 0))
        try:
            given = json.loads(body or b"{}").get(name) if name else None
        except (ValueError, AttributeError):
            given = None
        size = len(given) if isinstance(given, list) else given
        if isinstance(size, int) and size > most + beyond:
            told = {"__type": REFUSED[operation], "message": f"{name} is at most {most}"}
            kind = [("Content-Type", "application/x-amz-json-1.1")]
            return 400, kind, json.dumps(told).encode()
        return method, path, headers, body

    return SimpleNamespace(request=request, answer=lambda *_: None)


@pytest.fixture
def derived(tmp_path):
    """A folder of contracts in which a service with an overlay has none."""

    def of(service):
        specs = tmp_path / "specs"
        specs.mkdir()
        (specs / service).symlink_to(folder_of(service), target_is_directory=True)
        return ("--specs", str(specs))

    return of


@pytest.mark.parametrize(
    ("service", "limit", "first"),
    [
        ("kinesis", "GetRecords/request/Limit/maximum", "GetShardIterator"),
        ("kms", "Decrypt/request/GrantTokens/maxItems", "Encrypt"),
    ],
)
@pytest.mark.parametrize("beyond", [0, 1], ids=["right", "one too many is accepted"])
def test_a_limit_behind_an_answer_is_tested(
    moto_port, proxied, run, derived, service, limit, first, beyond
):
    url, asked = proxied(limiting(beyond), moto_port), f"{service}/{limit}"
    specs = derived(service) if service == "kms" else ()

    found = run(url, "--service", service, *specs, *QUICK, "--requirement", asked)

    assert found.verdict(asked) == ("failed" if beyond else "passed")
    setup = [one["request"] for one in found.verdicts[asked].get("evidence", ())[:-1]]
    assert bool(setup) == bool(beyond)
    assert not beyond or any(first in str(one["headers"]) for one in setup)


def test_what_there_may_be_one_of_is_used_on(run):
    """A directory is registered once, and its registration shows nothing of it."""
    asked = "workspaces/ModifyWorkspaceCreationProperties/request/WorkspaceCreationProperties"
    limits = (f"{asked}/required", f"{asked}/type")

    pytest.importorskip("moto")

    found = run("moto", "--service", "workspaces", *QUICK, "--requirement", f"{asked}/*")

    # Both are wrong there: that is seen of what there is.
    assert [found.verdict(one) for one in limits] == ["failed", "failed"]
