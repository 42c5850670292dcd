"""Nothing is demanded that AWS is known not to do."""

from __future__ import annotations

import pytest

from conformance.contract.inference.identity_rules import identity_rules
from conformance.contract.levels import Level
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.observed import empty_for_unknown
from conformance.engine.judge.refusal import judge_probe
from conformance.plan.identities import of_identity
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
    ("service", "name", "level"),
    [
        ("databrew", "CreateRuleset", Level.EXPECTED),  # ConflictException; Name is what reads name
        ("appsync", "CreateDataSource", Level.INFORMATIONAL),  # ConcurrentModificationException
        ("appsync", "CreateApiCache", Level.INFORMATIONAL),  # named by what it is of
        ("ds", "EnableCAEnrollmentPolicy", Level.INFORMATIONAL),  # may be on already
    ],
)
def test_a_name_that_reads_go_by_is_taken_where_a_conflict_is_declared(
    service: str, name: str, level: Level
) -> None:
    rules = identity_rules(contracts.contract(service))
    assert rules[f"{name}/behavior/taken-identifier"].level is level


@pytest.mark.parametrize(
    ("service", "name", "code", "held"),
    [
        ("ses", "CreateReceiptRule", "RuleDoesNotExist", True),
        ("databrew", "CreateRuleset", "ValidationException", True),
        ("ecr", "CreateRepository", "ImageNotFoundException", False),
    ],
)
def test_what_a_second_creation_gives_besides_may_be_found_wrong_first(
    service: str, name: str, code: str, *, held: bool
) -> None:
    """The rule after which another one is to be; of a description nothing can be wrong."""
    contract = contracts.inferred(service)
    address = f"{name}/behavior/taken-identifier"
    rule = identity_rules(contract)[address]
    operation = contract.operations[name]
    requirement = Requirement(
        address, service, name, rule.level, "", rule.source, Subject.RULE, rule=rule
    )
    (probe,) = of_identity(contract, operation, requirement, rule)
    answers = {
        said: ParsedResponse(status, NOT_JSON, said, "", "", 0)
        for said, status in ((code, 400), (None, 200))
    }
    assert judge_probe(contract, probe, answers[code]).held is held
    assert not judge_probe(contract, probe, answers[None]).held


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
