"""What a deletion leaves behind: what is shown after it may be a default."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.listing.catalogue import catalogue
from conformance.plan.sequences import KINDS
from conformance.plan.sequences.steps import NotShown, RuleBroken, Script
from conformance.transport.parsed_response import ParsedResponse
from tests.plan.test_effects import inferred

BUCKET = "arn:aws:s3tables:us-east-1:123456789012:bucket/one"


def ended(service: str, deletion: str, shown: Any) -> Exception:
    """How the rule of a deletion ends where the read shows this before and after it."""
    contract = inferred(service)
    address = f"{service}/{deletion}/behavior/gone-after-deletion"
    rule = next(one for one in catalogue(contract) if one.id == address)

    def fill(value: Any, _: int) -> Any:
        return BUCKET if value == "${id}" else value

    play = KINDS[rule.keyword](Script(contract, rule, fill))
    answer = None
    try:
        while True:
            next(play) if answer is None else play.send(answer)
            answer = ParsedResponse(200, shown, None, "", "application/json", 2)
    except (NotShown, RuleBroken) as raised:
        return raised


@pytest.mark.parametrize(
    "shown",
    [
        {"encryptionConfiguration": {"sseAlgorithm": "AES256"}},
        {"encryptionConfiguration": {"sseAlgorithm": "aws:kms", "days": 3, "on": True}},
    ],
)
def test_a_setting_may_be_back_at_its_default(shown):
    assert isinstance(ended("s3tables", "DeleteTableBucketEncryption", shown), NotShown)


def test_what_no_default_has_is_still_there():
    key = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    shown = {"encryptionConfiguration": {"sseAlgorithm": "aws:kms", "kmsKeyArn": key}}
    assert isinstance(ended("s3tables", "DeleteTableBucketEncryption", shown), RuleBroken)
    policy = {"resourcePolicy": '{"Version": "2012-10-17"}'}
    assert isinstance(ended("s3tables", "DeleteTableBucketPolicy", policy), RuleBroken)


def test_what_has_a_name_of_its_own_has_no_default():
    shown = {"arn": BUCKET, "name": "one"}
    assert isinstance(ended("s3tables", "DeleteTableBucket", shown), RuleBroken)
