"""Nothing is demanded that AWS is known not to do."""

from __future__ import annotations

import pytest

from conformance.contract.inference.identity_rules import identity_rules
from conformance.contract.levels import Level
from conformance.contract.observed import empty_for_unknown
from conformance.engine.judge.refusal import judge_probe
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.parsed_response import NOT_JSON, ParsedResponse
from tests import contracts

UNKNOWN = "behavior/unknown-identifier"


@pytest.mark.parametrize("service", ["cognito-idp", "sdb"])
def test_what_accepts_the_unknown_need_not_refuse_it(service: str) -> None:
    contract = contracts.inferred(service)
    left_out = empty_for_unknown(service)
    assert left_out <= contract.operations.keys()
    rules = identity_rules(contract)
    assert rules
    assert not {f"{name}/{UNKNOWN}" for name in left_out} & rules.keys()


def test_an_error_that_is_only_of_another_thing_says_nothing_for_certain() -> None:
    rules = identity_rules(contracts.inferred("redshift"))
    # ClusterNotFound and CustomDomainAssociationNotFoundFault, and a certificate is named too.
    assert rules[f"ModifyCustomDomainAssociation/{UNKNOWN}"].level is Level.INFORMATIONAL
    assert rules[f"ModifyUsageLimit/{UNKNOWN}"].level is Level.EXPECTED


@pytest.mark.parametrize(
    ("fault", "code", "held"),
    [
        (Fault.NOT_FOUND, "AccessDeniedException", True),
        (Fault.NOT_FOUND, "InvalidSignatureException", False),
        (Fault.CONFLICT, "AccessDeniedException", False),
    ],
)
def test_what_nothing_has_may_be_denied_before_it_is_looked_for(
    fault: Fault, code: str, *, held: bool
) -> None:
    contract = contracts.inferred("backup")
    probe = Probe("r", contract.operations["DescribeBackupVault"], Side.REJECT, {}, "", fault)
    finding = judge_probe(contract, probe, ParsedResponse(403, NOT_JSON, code, "", "", 0))
    assert finding.held is held
