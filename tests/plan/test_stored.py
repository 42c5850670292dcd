"""What a deletion leaves behind: what is shown after it may be a default."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.documents.sdk.prose import ENDS_LATER
from conformance.plan.sequences.steps import NotShown, RuleBroken
from tests.plan.shop import answered, ending
from tests.plan.test_effects import inferred

BUCKET = "arn:aws:s3tables:us-east-1:123456789012:bucket/one"


def ended(
    service: str, deletion: str, shown: Any, said: tuple[str, ...] = (),
    rule: str = "gone-after-deletion",
) -> Exception | None:  # fmt: skip
    """How the rule of a deletion ends where the read shows this before and after it."""
    contract = inferred(service)
    operation = replace(contract.operations[deletion], said=said)
    contract = replace(contract, operations={**contract.operations, deletion: operation})
    return ending(
        contract, f"{service}/{deletion}/behavior/{rule}",
        lambda _: answered(200, shown), lambda value, _: BUCKET if value == "${id}" else value,
    )  # fmt: skip


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


@pytest.mark.parametrize(
    ("shown", "kind"),
    [({"arn": BUCKET}, NotShown), ({"arn": BUCKET, "status": "ACTIVE"}, RuleBroken)],
)
def test_a_deletion_that_goes_on_may_show_nothing_where_there_is_no_state(shown, kind):
    assert isinstance(ended("s3tables", "DeleteTableBucket", shown, (ENDS_LATER,)), kind)


@pytest.mark.parametrize(("state", "kind"), [("UPDATING", NotShown), ("OPERATIONAL", RuleBroken)])
def test_of_what_is_still_being_switched_nothing_is_said(state, kind):
    shown = {"id": BUCKET, "status": state}
    assert isinstance(ended("route53globalresolver", "DisableDNSView", shown, rule="shown"), kind)
