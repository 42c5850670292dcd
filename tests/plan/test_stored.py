"""What a deletion leaves behind: what is shown after it may be a default."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.plan.sequences.steps import NotShown, RuleBroken
from tests.plan.shop import answered, ending
from tests.plan.test_effects import inferred

BUCKET = "arn:aws:s3tables:us-east-1:123456789012:bucket/one"


def ended(service: str, deletion: str, shown: Any) -> Exception | None:
    """How the rule of a deletion ends where the read shows this before and after it."""
    return ending(
        inferred(service), f"{service}/{deletion}/behavior/gone-after-deletion",
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
