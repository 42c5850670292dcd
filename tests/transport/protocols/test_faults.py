"""Each single fault of a protocol is found, by the requirement that it breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

import conformance
from conformance.record import Verdict
from tests.sampling import one_in
from tests.transport.protocols.server import serving
from tests.transport.protocols.things import write_specs

JSON, QUERY, EC2, XML, CBOR = (
    "aws-json-1.0", "aws-query", "ec2-query", "rest-xml", "rpc-v2-cbor",
)  # fmt: skip
OF_MEMBERS = {
    "size-unchecked": "CreateThing/request/Size/maximum",
    "name-optional": "CreateThing/request/Name/required",
    "other-code": "GetThing/error/ThingNotFound",
    "taken-names": "CreateThing/error/ThingAlreadyExists",
    "no-code": "protocol/error-code",
}
"""Faults that have nothing to do with a protocol, and are found in each."""
OF_JSON = {
    "any-size": "CreateThing/request/Size/type",
    "media": "GetThing/response/content-type",
    "any-target": "protocol/unknown-operation",
    "any-body": "protocol/malformed-json",
    "error-as-success": "protocol/error-status",
    "xml-errors": "protocol/error-is-json",
    "trailing": "protocol/success-is-json",
    "size-as-text": "GetThing/response/Thing.Size/type",
    "lost-member": "GetThing/response/Thing.Active/required",
    "odd-instant": "GetThing/response/Thing.CreatedAt/type",
}
OF_FORMS = {
    "any-action": "protocol/unknown-action",
    "error-as-success": "protocol/error-status",
    "other-envelope": "protocol/error-is-xml",
    "json-errors": "protocol/error-is-xml",
    "other-root": "protocol/success-is-xml",
    "broken-xml": "protocol/success-is-xml",
    "other-items": "CreateThing/response/Thing.Kinds/type",
    "other-booleans": "GetThing/response/Thing.Active/type",
    "size-as-text": "GetThing/response/Thing.Size/type",
    "lost-member": "GetThing/response/Thing.Active/required",
}
FAULTS: dict[str, dict[str, str]] = {
    JSON: OF_MEMBERS | OF_JSON,
    QUERY: OF_MEMBERS | OF_FORMS | {"no-wrapper": "GetThing/response/Thing/required"},
    EC2: OF_MEMBERS | OF_FORMS,
    XML: OF_MEMBERS
    | {
        "any-body": "protocol/malformed-xml",
        "other-envelope": "protocol/error-is-xml",
        "json-errors": "protocol/error-is-xml",
        "broken-xml": "protocol/success-is-xml",
        "other-items": "CreateThing/response/Thing.Kinds/type",
        "other-booleans": "GetThing/response/Thing.Active/type",
        "size-as-text": "GetThing/response/Thing.Size/type",
        "lost-member": "GetThing/response/Thing.Active/required",
    },
    CBOR: OF_MEMBERS
    | {
        "any-body": "protocol/malformed-cbor",
        "any-route": "protocol/unknown-operation",
        "json-errors": "protocol/error-is-cbor",
        "no-protocol": "protocol/answers-say-protocol",
        "size-as-text": "GetThing/response/Thing.Size/type",
        "lost-member": "GetThing/response/Thing.Active/required",
        "untagged-instant": "GetThing/response/Thing.CreatedAt/type",
    },
}
CASES = [(protocol, fault) for protocol, faults in FAULTS.items() for fault in faults]


@pytest.mark.parametrize(("protocol", "fault"), one_in(2, CASES))
def test_a_fault_is_found_by_what_it_breaks(protocol: str, fault: str, tmp_path: Path) -> None:
    broken = f"things/{FAULTS[protocol][fault]}"
    specs = write_specs(tmp_path / "specs", protocol)
    # What every answer shows needs some answers, a refusal and a success of each operation.
    beside = ["things/*/status/*", "things/*/error/*", "things/CreateThing/request/Kinds/*"]
    with serving(protocol, fault) as url:
        found = conformance.run(
            url, specs=specs, services=["things"], requirements=[broken, *beside],
            profile="quick", seed=7, journal_folder=tmp_path / "journals",
        )  # fmt: skip
    failed = {one.requirement for one in found.verdicts if one.verdict is Verdict.FAILED}
    assert broken in failed
    # What a model alone says of an answer's members is told, and fails no gate.
    told_only = "/response/" in broken and broken.endswith("/required")
    assert found.exit_code == (0 if told_only else 1)
