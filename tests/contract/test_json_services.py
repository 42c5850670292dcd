"""The contracts of DynamoDB, SQS, Secrets Manager, KMS, the parameters of SSM, STS, and rules."""

from __future__ import annotations

import pytest

from conformance.contract import locate
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.requirements import Subject
from tests import contracts

SERVICES = ("dynamodb", "sqs", "secretsmanager", "kms", "ssm", "sts", "events-rules")


@pytest.mark.parametrize("service", SERVICES)
def test_it_runs_only_when_it_is_named(service: str) -> None:
    assert service in locate.services()
    assert service not in locate.default_services()
    assert locate.selected((service,), ()) == (service,)


@pytest.mark.parametrize("service", SERVICES)
def test_every_rule_has_a_source(service: str) -> None:
    rules = contracts.contract(service).overlay.rules.items()
    stated = {address: rule.source for address, rule in rules if "/protocol/" not in address}
    without = [
        address
        for address, one in stated.items()
        if not (one.model or one.url or one.document or one.observation or one.protocol)
    ]
    assert stated
    assert not without


@pytest.mark.parametrize("service", SERVICES)
def test_only_an_operation_without_a_valid_request_may_refuse_all(service: str) -> None:
    contract = contracts.contract(service)
    status = {
        one.operation: one.level
        for one in catalogue(contract)
        if one.subject is Subject.STATUS and one.operation is not None
    }
    weak = {name for name, level in status.items() if level is Level.INFORMATIONAL}
    assert weak == {name for name in status if contract.overlay.words_of(name).unproved}
    assert len(weak) < len(status) / 2 or service == "sts"


@pytest.mark.parametrize("service", SERVICES)
def test_its_paths_are_the_operations_that_it_has(service: str) -> None:
    contract = contracts.contract(service)
    assert set(contract.overlay.sdk.paths) == set(contract.operations)
